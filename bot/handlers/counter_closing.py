"""A store's daily closing: at 21:30 in the store's zone the manager gets the day as a card; clerks count (R-PIC-08)."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers import order_news
from bot.handlers.checkin_draft import typed
from bot.handlers.counter import note
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Chore, Feature, SlashCommand
from bot.telling import tell
from bot.timers import later
from cards.counter_closing import closing_card, not_yours_card
from cards.model import Card
from cards.values import signed_change
from domain.delivery import pending
from domain.people.messages import StoreRef
from domain.people.stores import CLERK, STAFF, STORE_MANAGER, every_store, staff_of, store, stores_of
from domain.periods import instant_at, local_date
from domain.rewards import closing
from domain.rewards.counter import AT_THE_COUNTER
from domain.rewards.counter_messages import Counted
from domain.rewards.messages import StockLine

_COUNT = re.compile(r"(?P<found>[0-9]{1,6})(?:[\s,，、]+(?P<reason>.+))?", re.DOTALL)


def plan_day(ctx: Ctx) -> Reply:
    """Once a day: set every store's timer to its own half past nine (R-GEN-02)."""
    day = date.fromisoformat(ctx.command.params["day"])
    for place in every_store(ctx.uow):
        at = instant_at(day, closing.CLOSES_AT, place.timezone)
        later(ctx, "clock.counter.closing", at, key=f"{place.id}:{day}", store=place.id, day=day.isoformat())
    return NOTHING


def close(ctx: Ctx) -> Reply:
    """Half past nine in one store: its managers, or where it has none its clerks, get the day as a card."""
    place, day = store(ctx.uow, ctx.command.params["store"]), date.fromisoformat(ctx.command.params["day"])
    if place is None:
        return NOTHING
    told = closing.closing(ctx.uow, place, day)
    if not (told.handed or told.ready or told.stock):
        return NOTHING
    readers = staff_of(ctx.uow, place.id, STORE_MANAGER) or staff_of(ctx.uow, place.id, CLERK)
    posts: list[Post] = []
    for person in readers:
        posts += tell(
            ctx, person, "store_closing", _subject(place, day), about=_about(place, day),
            dedupe=f"closing:{place.id}:{day}:{person}",
        )  # fmt: skip
    return Reply(posts=tuple(posts))


def today(ctx: Ctx) -> Reply:
    """`/closing`: the day of my stores so far."""
    places = stores_of(ctx.uow, ctx.person.id, *AT_THE_COUNTER)
    if not places:
        return ctx.text("ck.no_store")
    cards = [
        ctx.new_card("store_closing", _subject(place, day), about=_about(place, day))
        for place in places
        for day in (local_date(ctx.now, place.timezone),)
    ]
    return ctx.privately(Reply(posts=tuple(Post(card=card) for card in cards)))


def _count(ctx: Ctx, place: StoreRef, stock_id: str, text: str) -> Reply:
    said = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if said is None:
        return ctx.text("ck.count_how")
    done = closing.count(ctx.uow, ctx.person, place.id, stock_id, int(said["found"]), said["reason"] or "")
    note(ctx, "stock_counted", order=stock_id, result=f"{done.delta:+d}")
    day = local_date(ctx.now, place.timezone)
    told = order_news.back_again(ctx, done.line.item_id, place.id) if done.delta > 0 else ()
    return Reply(posts=(Post(text=_said(ctx, done)), *told), refresh=(_about(place, day),))


def _said(ctx: Ctx, done: Counted) -> str:
    item = done.line.name(ctx.person.locale)
    if not done.delta:
        return ctx.say("ck.counted_same", item=item, after=done.found)
    return ctx.say(
        "ck.counted",
        item=item,
        before=done.found - done.delta,
        after=done.found,
        delta=signed_change(Decimal(done.delta)),
    )


def choose(ctx: Ctx) -> Reply:
    """An item was chosen on the card: the next message says how many there are."""
    subject = ctx.subject()
    line = _line(ctx, subject["store"], typed(ctx.command.values, "stock"))
    if line is None:
        return ctx.toast("ck.count_choose", tone="warning")
    params = orjson.dumps({"store": subject["store"], "stock": line.stock_id}).decode()
    pending.ask(ctx.uow, ctx.account, "closing.counted", params)
    item = line.name(ctx.person.locale)
    asked = ctx.say("ck.count_ask", item=item, n=line.on_hand, m=max(0, line.on_hand - 1))
    return Reply(posts=(Post(text=asked, to=ctx.direct),))


def counted(ctx: Ctx) -> Reply:
    """The answer: a number, and why it differs. A reason that is missing leaves the question open."""
    assert ctx.question is not None
    params = orjson.loads(ctx.question.params)
    place = store(ctx.uow, params["store"])
    assert place is not None
    reply = _count(ctx, place, params["stock"], ctx.command.args)
    if reply.refresh:
        pending.forget(ctx.uow, ctx.account)
    return reply


def _line(ctx: Ctx, store_id: str, stock_id: str) -> StockLine | None:
    lines = closing.counted_lines(ctx.uow, ctx.person, store_id)
    return next((one for one in lines if one.stock_id == stock_id), None)


def _closing_view(ctx: Ctx, row: Row[Any]) -> Card:
    subject = orjson.loads(row.subject)
    place = store(ctx.uow, subject["store"])
    assert place is not None
    if all(one.id != place.id for one in stores_of(ctx.uow, ctx.person.id, *AT_THE_COUNTER)):
        return not_yours_card(row.id, ctx.person.locale)
    told = closing.closing(ctx.uow, place, date.fromisoformat(subject["day"]))
    return closing_card(row.id, told, ctx.person.locale)


def _subject(place: StoreRef, day: date) -> dict[str, str]:
    return {"store": place.id, "day": day.isoformat()}


def _about(place: StoreRef, day: date) -> str:
    """Every card of one store's day is redrawn together."""
    return f"{place.id}{day:%y%m%d}"


FEATURE = Feature(
    name="counter_closing",
    commands=(SlashCommand(name="closing", handler=today, bare=("日结",), help="help.closing", of_roles=STAFF),),
    actions=(
        CardAction(name="go.closing", handler=today, on_card=False),
        CardAction(name="closing.count", handler=choose, keeps=True),
    ),
    events={"clock.counter.day": plan_day, "clock.counter.closing": close},
    views={"store_closing": _closing_view},
    answers={"closing.counted": counted},
    daily=(Chore(name="clock.counter.day", hour=0, minute=0),),
)  # fmt: skip
