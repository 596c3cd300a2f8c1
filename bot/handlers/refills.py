"""Refilling what somebody may give: `/allowance @白博 +50 加班支持` for admin and HRBP (R-ALW-04)."""

import logging
import re
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers.admin_line import key_of, read
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell
from cards.model import Card
from cards.recognition import cancelled_card
from cards.recognition_refill import refilled_card
from domain.errors import NotAllowed
from domain.points.messages import PROGRAMMES
from domain.recognition.boosts import GRANTERS, find_boost, refill, stop_monthly
from domain.recognition.errors import RefillUnclear
from domain.recognition.messages import BoostKind, Refill

log = logging.getLogger("bida.recognition")

_STOP = frozenset({"stop", "停止"})
_MONTHLY = re.compile(r"(?:monthly|每月)(?:\s+|$)", re.IGNORECASE)
_PROGRAMME = re.compile(r"#([a-z_]+)(?:\s+|$)", re.IGNORECASE)


def allowance(ctx: Ctx) -> Reply:
    """`/allowance @name +50 [monthly] [#programme] reason`; `/allowance @name stop` ends what comes monthly."""
    if not ctx.person.roles & GRANTERS:
        raise NotAllowed
    return ctx.privately(_granted(ctx))


def _granted(ctx: Ctx) -> Reply:
    line = read(ctx, RefillUnclear)
    (person_id,) = line.people
    if not line.amount and line.words.casefold() in _STOP:
        stopped = stop_monthly(ctx.uow, ctx.person, person_id)
        log.info("refills_stopped", extra={"person": person_id, "by": ctx.person.id, "count": stopped})
        return ctx.text("al.stopped", n=stopped)
    words, kind, programme = line.words, BoostKind.ONE_TIME, "allowance"
    while True:
        if said := _MONTHLY.match(words):
            kind = BoostKind.PERSISTENT
        elif (said := _PROGRAMME.match(words)) and said[1].casefold() in PROGRAMMES:
            programme = said[1].casefold()
        else:
            break
        words = words[said.end() :]
    if line.amount <= 0 or not words:
        raise RefillUnclear
    command = Refill(
        person_id=person_id, amount=line.amount, reason=words, key=key_of(ctx), kind=kind, programme=programme
    )  # fmt: skip
    outcome = refill(ctx.uow, ctx.person, command)
    boost = outcome.boost
    if outcome.again:
        return ctx.text("al.again")
    log.info("allowance_refilled", extra={"boost": boost.id, "person": person_id, "by": ctx.person.id})
    key = "al.done_monthly" if kind is BoostKind.PERSISTENT else "al.done"
    done = ctx.say(
        key, name=boost.person_name, p=boost.amount, until=boost.usable_until, left=outcome.giving,
        programme=boost.programme, budget=outcome.budget,
    )  # fmt: skip
    told = tell(ctx, person_id, "allowance_refilled", {"boost": boost.id})
    return Reply(posts=(Post(text=done), *told))


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """What the person is told."""
    boost = find_boost(ctx.uow, orjson.loads(row.subject)["boost"])
    return refilled_card(row.id, boost, ctx.person.locale) if boost else cancelled_card(row.id, ctx.person.locale)


FEATURE = Feature(
    name="refills",
    commands=(
        SlashCommand(
            name="allowance",
            handler=allowance,
            aliases=("额度",),
            help="help.allowance",
            of_roles=frozenset({"admin", "hrbp"}),
        ),
    ),
    actions=(CardAction(name="go.allowance", handler=allowance, on_card=False),),
    views={"allowance_refilled": draw},
)
