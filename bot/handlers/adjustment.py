"""Correcting a wallet by hand: `/adjust @name +100 reason`, which a second person has to agree to (R-LED-23)."""

import logging
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers.admin_line import key_of, read
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell, tell_text
from bot.timers import later
from cards.model import Card
from cards.points_adjust import adjustment_card
from domain.delivery import cards as card_rows
from domain.delivery import pending
from domain.errors import AdjustmentUnclear, CardUnknown, NotAllowed
from domain.points.corrections import agree, ask, expire, may_decide, refuse, request_of, seconds
from domain.points.messages import AdjustmentView

log = logging.getLogger("bida.ledger")

WORKDAYS = 3
"""So long somebody has to decide."""
_EXPIRE = "clock.adjust.expire"


def begin(ctx: Ctx) -> Reply:
    """`/adjust @name +100 reason | evidence`; without evidence of its own, the message that asked is it."""
    if "admin" not in ctx.person.roles:
        raise NotAllowed
    line = read(ctx, AdjustmentUnclear)
    reason, _, evidence = line.words.partition("|")
    if not line.amount or not reason.strip():
        raise AdjustmentUnclear
    evidence = evidence.strip() or f"{ctx.command.platform} {ctx.command.key}"[:200]
    due = ctx.calendar().add_workdays(ctx.now, WORKDAYS, ctx.person.timezone)
    request, fresh = ask(
        ctx.uow, ctx.person, line.people[0], line.amount, reason, evidence, due_at=due, key=key_of(ctx)
    )  # fmt: skip
    if not fresh:
        return NOTHING
    later(ctx, _EXPIRE, request.due_at, key=request.id, request=request.id)
    log.info("adjustment_asked", extra={"request": request.id, "person": request.person_id, "by": ctx.person.id})
    subject = {"request": request.id}
    mine = ctx.privately(Reply(posts=(Post(card=ctx.new_card("adjustment", subject, about=request.id)),)))
    told = [
        post
        for one in seconds(ctx.uow, ctx.person.id, request.person_id)
        for post in tell(ctx, one, "adjustment", subject, about=request.id)
    ]
    return replace(mine, posts=(*mine.posts, *told))


def agreed(ctx: Ctx) -> Reply:
    """Yes: the points move."""
    subject = ctx.subject()
    request, fresh = agree(ctx.uow, ctx.person, subject["request"])
    ctx.advance(subject)
    assert ctx.card is not None
    row = card_rows.find(ctx.uow, ctx.card.id)
    assert row is not None
    reply = Reply(card=draw(ctx, row), refresh=(request.id,))
    if not fresh:
        return reply
    log.info("adjusted", extra={"request": request.id, "person": request.person_id, "by": ctx.person.id})
    told = (
        *tell_text(ctx, request.person_id, "adj.told", n=_signed(request), reason=request.reason),
        *tell_text(
            ctx, request.first_id, "adj.done", who=request.person_name, n=_signed(request), name=ctx.person.name
        ),
    )
    return replace(reply, posts=told)


def refusing(ctx: Ctx) -> Reply:
    """No: the next message says why."""
    assert ctx.card is not None
    request = request_of(ctx.uow, ctx.subject()["request"])
    if not may_decide(ctx.person, request):
        raise NotAllowed
    if request.state != "open":
        return Reply(card=ctx.redraw())
    pending.ask(ctx.uow, ctx.account, "adjust.reason", orjson.dumps({"request": request.id}).decode())
    return Reply(card=ctx.redraw(), posts=(Post(text=ctx.say("adj.why")),))


def refused(ctx: Ctx) -> Reply:
    """The reason as a message."""
    assert ctx.question is not None
    asked: dict[str, Any] = orjson.loads(ctx.question.params)
    pending.forget(ctx.uow, ctx.account)
    request, fresh = refuse(ctx.uow, ctx.person, asked["request"], ctx.command.args)
    if not fresh:
        return ctx.text(CardUnknown.code)
    log.info("adjustment_refused", extra={"request": request.id, "person": request.person_id, "by": ctx.person.id})
    told = tell_text(
        ctx, request.first_id, "adj.refused", who=request.person_name, n=_signed(request), name=ctx.person.name,
        note=request.note,
    )  # fmt: skip
    return Reply(posts=(Post(text=ctx.say("adj.refused_by_you")), *told), refresh=(request.id,))


def expired(ctx: Ctx) -> Reply:
    """Nobody decided in time: nothing moves, and who asked hears of it."""
    request_id = ctx.command.params.get("request", "")
    if not expire(ctx.uow, request_id):
        return NOTHING
    request = request_of(ctx.uow, request_id)
    told = tell_text(ctx, request.first_id, "adj.expired", who=request.person_name, n=_signed(request))
    return Reply(posts=told, refresh=(request_id,))


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """The request as it stands, for whoever reads it."""
    request = request_of(ctx.uow, orjson.loads(row.subject)["request"])
    decides = may_decide(ctx.person, request) and ctx.now <= request.due_at
    return adjustment_card(row.id, request, ctx.person.locale, ctx.person.timezone, decides=decides)


def _signed(request: AdjustmentView) -> str:
    return f"{request.amount:+d}"


FEATURE = Feature(
    name="adjustment",
    commands=(
        SlashCommand(
            name="adjust", handler=begin, aliases=("调整",), help="help.adjust", of_roles=frozenset({"admin"})
        ),
    ),
    actions=(
        CardAction(name="go.adjust", handler=begin, on_card=False),
        CardAction(name="adjust.agree", handler=agreed),
        CardAction(name="adjust.refuse", handler=refusing, keeps=True),
    ),
    events={_EXPIRE: expired},
    views={"adjustment": draw},
    answers={"adjust.reason": refused},
)
