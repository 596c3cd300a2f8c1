"""Taking a thank-you's points back: `/reverse @giver @recipient [reason]`, for admins (R-KUD-06, R-LED-20)."""

import logging
import re
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers.admin_line import read
from bot.handlers.kudos_given import shown_in
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell
from cards.model import Card
from cards.recognition import cancelled_card
from cards.recognition_reversal import (
    choose_gift_card,
    confirm_reversal_card,
    reversal_cancelled_card,
    reversal_done_card,
    reversed_card,
)
from domain.delivery import cards as card_rows
from domain.errors import CardUnknown, NotAllowed
from domain.people.service import profile
from domain.recognition.errors import ReversalUnclear
from domain.recognition.reading import kudos_of
from domain.recognition.reversal import gift_of, gifts_between, gifts_of, reversal_of, reverse

log = logging.getLogger("bida.recognition")

_REF = re.compile(r"(?P<kudos>[0-9A-Za-z-]{20,36})(?:\s+(?P<reason>.+))?", re.DOTALL)


def begin(ctx: Ctx) -> Reply:
    """`/reverse @giver @recipient [reason]`, or the kudos by its number: a card that asks first."""
    if "admin" not in ctx.person.roles:
        raise NotAllowed
    ref = _REF.fullmatch(ctx.command.args.strip())
    if ref is not None and kudos_of(ctx.uow, ref["kudos"]) is not None:
        gifts, reason = gifts_of(ctx.uow, ctx.person, ref["kudos"]), ref["reason"] or ""
    else:
        line = read(ctx, ReversalUnclear, people=2)
        gifts, reason = gifts_between(ctx.uow, ctx.person, *line.people), line.words
    subject = {
        "gifts": [one.id for one in gifts], "gift": gifts[0].id if len(gifts) == 1 else "", "reason": reason[:200],
        "cancelled": False,
    }  # fmt: skip
    return ctx.privately(Reply(posts=(Post(card=ctx.new_card("kudos_reversal", subject)),)))


def choose(ctx: Ctx) -> Reply:
    """This one is meant."""
    subject, chosen = ctx.subject(), ctx.command.params.get("g", "")
    if chosen not in subject["gifts"]:
        raise CardUnknown
    return _advanced(ctx, {**subject, "gift": chosen})


def cancel(ctx: Ctx) -> Reply:
    """Nothing is taken."""
    return _advanced(ctx, {**ctx.subject(), "cancelled": True})


def take(ctx: Ctx) -> Reply:
    """Take it back."""
    return _reverse(ctx, regrant=False)


def take_and_regrant(ctx: Ctx) -> Reply:
    """Take it back, and let the giver give it again."""
    return _reverse(ctx, regrant=True)


def _reverse(ctx: Ctx, *, regrant: bool) -> Reply:
    subject = ctx.subject()
    done, fresh = reverse(ctx.uow, ctx.person, subject["gift"], regrant=regrant, reason=subject["reason"])
    reply = _advanced(ctx, subject)
    gift = gift_of(ctx.uow, subject["gift"])
    kudos = kudos_of(ctx.uow, gift.kudos_id) if gift is not None else None
    if not fresh or gift is None or kudos is None:
        return reply
    log.info(
        "kudos_reversed",
        extra={"kudos": gift.kudos_id, "person": gift.recipient_id, "by": ctx.person.id, "entry": done.entry_id},
    )
    told = (
        *tell(ctx, gift.recipient_id, "kudos_reversed", {"gift": gift.id}),
        *tell(ctx, gift.giver_id, "kudos_reversed", {"gift": gift.id}),
    )
    return replace(reply, posts=told, refresh=shown_in(ctx, kudos))


def _advanced(ctx: Ctx, subject: dict[str, Any]) -> Reply:
    assert ctx.card is not None
    ctx.advance(subject)
    row = card_rows.find(ctx.uow, ctx.card.id)
    assert row is not None
    return Reply(card=draw(ctx, row))


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """The admin's card in whatever state it is."""
    subject, locale, zone = orjson.loads(row.subject), ctx.person.locale, ctx.person.timezone
    if subject["cancelled"]:
        return reversal_cancelled_card(row.id, locale)
    gift = gift_of(ctx.uow, subject["gift"]) if subject["gift"] else None
    if gift is None:
        found = [gift_of(ctx.uow, one) for one in subject["gifts"]]
        return choose_gift_card(row.id, [one for one in found if one is not None], locale, zone)
    done = reversal_of(ctx.uow, gift.id)
    if done is not None:
        return reversal_done_card(row.id, gift, done, locale)
    giver = profile(ctx.uow, gift.giver_id)
    return confirm_reversal_card(row.id, gift, locale, zone, regrants=giver is not None and giver.active)


def draw_reversed(ctx: Ctx, row: Row[Any]) -> Card:
    """What giver and recipient are told."""
    gift_id = orjson.loads(row.subject)["gift"]
    gift, done = gift_of(ctx.uow, gift_id), reversal_of(ctx.uow, gift_id)
    if gift is None or done is None:
        return cancelled_card(row.id, ctx.person.locale)
    return reversed_card(row.id, gift, done, ctx.person.locale, is_giver=ctx.person.id == gift.giver_id)


FEATURE = Feature(
    name="reversal",
    commands=(
        SlashCommand(
            name="reverse", handler=begin, aliases=("收回",), help="help.reverse", of_roles=frozenset({"admin"})
        ),
    ),
    actions=(
        CardAction(name="go.reverse", handler=begin, on_card=False),
        CardAction(name="reverse.choose", handler=choose),
        CardAction(name="reverse.cancel", handler=cancel),
        CardAction(name="reverse.take", handler=take),
        CardAction(name="reverse.regrant", handler=take_and_regrant),
    ),
    views={"kudos_reversal": draw, "kudos_reversed": draw_reversed},
)
