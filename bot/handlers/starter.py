"""The starter kit: shown at first contact, moved on by what people really do, paid at once or when the budget allows
(flow 5.8, R-ADO-04)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Toast
from bot.context import Ctx
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Chore, Feature, SlashCommand
from bot.telling import tell, tell_text
from bot.timers import later
from cards.model import Card
from cards.starter import board_card, kit_card, step_words
from domain.calendar import jittered
from domain.errors import NotAllowed
from domain.ids import new_id
from domain.people.service import profile
from domain.periods import instant_at, local_date
from domain.starter import service
from domain.starter.board import board
from domain.starter.messages import Step

DOORS = ("okr", "checkin", "kudos", "points")
"""What the kit's buttons lead to: other features, linked to where they are there."""
OVERSEERS = frozenset({"hrbp", "admin"})
AT_ONCE = 200
_BOARD = frozenset({"board", "看板"})
_PAY, _RESUME = "clock.starter.pay", "clock.starter.resume"
_MORNING = time(10, 13)


def welcome(ctx: Ctx) -> tuple[Post, ...]:
    """First contact: the kit, once in a lifetime."""
    if not service.open_kit(ctx.uow, ctx.person.id):
        return ()
    _watch_owed(ctx)
    return (Post(card=_new_card(ctx), to=ctx.direct),)


def kit(ctx: Ctx) -> Reply:
    """`/kit`: how far I am; `/kit board`: how far everybody is."""
    if ctx.command.args.casefold() in _BOARD:
        return _board(ctx)
    service.open_kit(ctx.uow, ctx.person.id)
    return ctx.privately(Reply(posts=(Post(card=_new_card(ctx)),)))


def begin(ctx: Ctx) -> Reply:
    """Start, or look again whether there is a goal by now."""
    assert ctx.card is not None
    service.begin(ctx.uow, ctx.person.id)
    service.note_goal(ctx.uow, ctx.person.id)
    _watch_owed(ctx)
    ctx.advance({"later": False})
    reply = Reply(card=_card(ctx, ctx.card.id, is_later=False), refresh=(about(ctx.person.id),))
    if service.has_goal(ctx.uow, ctx.person.id):
        return reply
    return replace(reply, toast=Toast(text=ctx.say("st.no_goal"), tone="info"), posts=ctx.aloud("st.no_goal"))


def put_off(ctx: Ctx) -> Reply:
    """Later: the kit comes back by itself on the next workday, once."""
    assert ctx.card is not None
    tomorrow = ctx.calendar().add_days(local_date(ctx.now, ctx.person.timezone), 1)
    at = jittered(instant_at(tomorrow, _MORNING, ctx.person.timezone), ctx.person.id)
    later(ctx, _RESUME, at, key=ctx.person.id, person=ctx.person.id)
    ctx.advance({"later": True})
    return Reply(card=_card(ctx, ctx.card.id, is_later=True))


def resume(ctx: Ctx) -> Reply:
    """Who put it off sees it again, unless they have gone on meanwhile."""
    person = profile(ctx.uow, ctx.command.params["person"])
    if person is None or not person.active or not person.kit_open:
        return NOTHING
    return Reply(posts=tell(ctx, person.id, "starter_kit", {"later": False}, about=about(person.id)))


def done(ctx: Ctx, step: Step, reply: Reply) -> Reply:
    """What `reply` answers was a step of the kit. Costs nothing when no kit is open."""
    if not ctx.person.kit_open:
        return reply
    achieved = service.achieve(ctx.uow, ctx.person.id, step)
    kit = service.kit(ctx.uow, ctx.person.id) if achieved else None
    if kit is None:
        return reply
    words = step_words(kit, ctx.person.locale)
    if any(one.is_owed for one in achieved):
        _watch_owed(ctx)
        words += "\n" + ctx.say("st.budget")
    ctx.person = replace(ctx.person, kit_open=kit.next is not None)
    posts = (*reply.posts, Post(text=words, to=ctx.direct))
    return replace(reply, posts=posts, refresh=(*reply.refresh, about(ctx.person.id)))


def pay(ctx: Ctx) -> Reply:
    """Pay what was earned while the budget was short. Looks again every hour as long as something is owed, and every
    morning; whoever funds the budget from a handler may call it at once."""
    paid, is_owed = service.pay_owed(ctx.uow, AT_ONCE)
    posts: list[Post] = []
    for person_id, amount in paid:
        posts += tell_text(ctx, person_id, "st.paid", p=amount)
    if is_owed and len(paid) == AT_ONCE:
        later(ctx, _PAY, ctx.now, key=ctx.command.id)
    elif is_owed:
        _watch_owed(ctx)
    return Reply(posts=tuple(posts), refresh=tuple(dict.fromkeys(about(person_id) for person_id, _ in paid)))


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """The kit of whoever reads it, as it is now."""
    return _card(ctx, row.id, is_later=bool(orjson.loads(row.subject).get("later")))


def about(person_id: str) -> str:
    """What all cards of one person's kit are about."""
    return f"kit:{person_id}"


def _new_card(ctx: Ctx) -> Card:
    return ctx.new_card("starter_kit", {"later": False}, about=about(ctx.person.id))


def _card(ctx: Ctx, key: str, *, is_later: bool) -> Card:
    found = service.kit(ctx.uow, ctx.person.id)
    assert found is not None, "there is no card without a kit"
    go = [name for name in DOORS if f"go.{name}" in ctx.router.actions]
    return kit_card(key, found, ctx.person.name, ctx.person.locale, go, later=is_later)


def _board(ctx: Ctx) -> Reply:
    if not ctx.person.roles & OVERSEERS:
        raise NotAllowed
    found = board(ctx.uow, ctx.calendar(), ctx.person.timezone)
    return ctx.privately(Reply(posts=(Post(card=board_card(new_id(), found, ctx.person.locale)),)))


def _watch_owed(ctx: Ctx) -> None:
    """Look within the hour whether the budget has been topped up."""
    if service.is_owing(ctx.uow):
        at = _next_hour(ctx.now)
        later(ctx, _PAY, at, key=at.isoformat())


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


FEATURE = Feature(
    name="starter",
    commands=(SlashCommand(name="kit", handler=kit, bare=("礼包", "启动礼包"), help="help.kit"),),
    actions=(
        CardAction(name="go.kit", handler=kit, on_card=False),
        CardAction(name="starter.begin", handler=begin),
        CardAction(name="starter.later", handler=put_off),
    ),
    views={"starter_kit": draw},
    events={_PAY: pay, _RESUME: resume},
    daily=(Chore(name=_PAY, hour=9, minute=5),),
)
