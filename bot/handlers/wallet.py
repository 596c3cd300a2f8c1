"""My points: `/points`, and the reminders of what runs out (R-LOT-06)."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Chore, Feature, SlashCommand
from bot.telling import tell
from bot.timers import later
from cards.model import Card
from cards.points import expiry_card, points_card
from domain.calendar import jittered
from domain.people.messages import Profile
from domain.people.service import profile
from domain.periods import local_date
from domain.points.verification import is_stopped
from domain.recognition.allowance import ensure
from domain.recognition.errors import AllowanceUnfunded
from domain.wallet.messages import ExpiryNotice
from domain.wallet.reminders import losing, stages_due
from domain.wallet.service import end_of, offers, wallet

DOORS = ("shop", "kudos")
"""What else can be done with points: other features, linked to where they are there."""
AT_ONCE = 200
_REMIND = "clock.points.remind"


def points(ctx: Ctx) -> Reply:
    """`/points [page]`."""
    typed = ctx.command.args
    page = int(typed) if typed.isdecimal() and len(typed) < 5 else 1
    _begin_month(ctx)
    return ctx.privately(Reply(posts=(Post(card=ctx.new_card("points", {"page": page})),)))


def _begin_month(ctx: Ctx) -> None:
    """Whoever looks first thing in a month has this month's allowance; a short budget is not their affair."""
    if is_stopped(ctx.uow):
        return
    with suppress(AllowanceUnfunded):
        ensure(ctx.uow, ctx.person, ctx.calendar())


def turn(ctx: Ctx) -> Reply:
    """The page before or after, on the same card."""
    assert ctx.card is not None
    to = ctx.command.params.get("p", "1")
    page = int(to) if to.isdecimal() and len(to) < 5 else 1
    ctx.advance({"page": page})
    return Reply(card=_card(ctx, ctx.card.id, page))


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """The page a points card stands at, as things are now."""
    return _card(ctx, row.id, orjson.loads(row.subject)["page"])


def _card(ctx: Ctx, key: str, page: int) -> Card:
    return points_card(key, wallet(ctx.uow, ctx.person, page), ctx.person.locale, doors(ctx))


def doors(ctx: Ctx) -> list[str]:
    """Which of the doors lead somewhere."""
    return [name for name in DOORS if f"go.{name}" in ctx.router.actions]


def find_expiring(ctx: Ctx) -> Reply:
    """Every morning: begin the reminders whose day has come."""
    for last, days in stages_due(ctx.uow, ctx.calendar(), ctx.person.timezone):
        _next(ctx, last, days, "")
    return NOTHING


def remind(ctx: Ctx) -> Reply:
    """Remind the next people who lose points on a day, and go on with those after them."""
    said = ctx.command.params
    last, days = date.fromisoformat(said["last"]), int(said["days"])
    people = losing(ctx.uow, last, ctx.person.timezone, after=said["after"], most=AT_ONCE)
    posts: list[Post] = []
    for person_id, amount in people:
        person = profile(ctx.uow, person_id)
        if person is not None and person.active and not person.provisional:
            posts += _reminder(ctx, person, amount, last, days)
    if len(people) == AT_ONCE:
        _next(ctx, last, days, people[-1][0])
    return Reply(posts=tuple(posts))


def _next(ctx: Ctx, last: date, days: int, after: str) -> None:
    key = f"{last.isoformat()}:{days}:{after}"
    later(ctx, _REMIND, ctx.now, key=key, last=last.isoformat(), days=str(days), after=after)


def _reminder(ctx: Ctx, person: Profile, amount: int, last: date, days: int) -> tuple[Post, ...]:
    """One person's reminder, at a time at which they may be written to; of no use when the day is over."""
    at = ctx.calendar().next_allowed(jittered(ctx.now, person.id), person.timezone)
    return tell(
        ctx, person.id, "points_expiring", {"n": amount, "on": last.isoformat()},
        dedupe=f"expiring:{person.id}:{last.isoformat()}:{days}", not_before=at,
        expires_at=end_of(last, ctx.person.timezone),
    )  # fmt: skip


def draw_expiring(ctx: Ctx, row: Row[Any]) -> Card:
    """A reminder, with what the reader's points would buy today."""
    said = orjson.loads(row.subject)
    last = date.fromisoformat(said["on"])
    left = max((last - local_date(ctx.now, ctx.person.timezone)) // timedelta(days=1), 0)
    notice = ExpiryNotice(amount=said["n"], on=last, days=left, offers=offers(ctx.uow, ctx.person))
    return expiry_card(row.id, notice, ctx.person.locale, [name for name in doors(ctx) if name == "shop"])


FEATURE = Feature(
    name="wallet",
    commands=(
        SlashCommand(name="points", handler=points, aliases=("wallet",), bare=("积分", "points"), help="help.points"),
    ),
    actions=(
        CardAction(name="go.points", handler=points, on_card=False),
        CardAction(name="points.page", handler=turn),
    ),
    views={"points": draw, "points_expiring": draw_expiring},
    events={"clock.points.expiring": find_expiring, _REMIND: remind},
    daily=(Chore(name="clock.points.expiring", hour=9, minute=40),),
)
