"""What recipients and groups do with a kudos, and what the clock does: privacy, "+1", clearing, parked gifts."""

from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Toast
from bot.context import Ctx
from bot.handlers.kudos_allowance import grant
from bot.handlers.kudos_given import shown_in, tell_recipient
from bot.reply import Post, Reply
from bot.router import CardAction, Chore, Feature, SlashCommand
from bot.telling import tell_text
from cards.model import Card
from cards.recognition import cancelled_card
from cards.recognition_got import badges_card, digest_card, got_card, group_card
from domain.delivery import cards as card_rows
from domain.ids import new_id
from domain.people.service import profile
from domain.recognition.badges import badges_of, for_check_ins, on_kudos
from domain.recognition.messages import BadgeEarned
from domain.recognition.parked import Settled, settle_all, settle_for
from domain.recognition.reading import kudos_of, uncleared
from domain.recognition.service import clear, endorse, is_open, make_private


def draw_got(ctx: Ctx, row: Row[Any]) -> Card:
    """The recipient's card."""
    subject = orjson.loads(row.subject)
    kudos = kudos_of(ctx.uow, subject["kudos"])
    mine = kudos.of(ctx.person.id) if kudos is not None else None
    if kudos is None or mine is None:
        return cancelled_card(row.id, ctx.person.locale)
    return got_card(
        row.id, kudos, mine, ctx.person.locale, thanked=bool(subject.get("thanked")),
        spendable=mine.state == "cleared",
    )  # fmt: skip


def draw_group(ctx: Ctx, row: Row[Any]) -> Card:
    """The group's card."""
    kudos = kudos_of(ctx.uow, orjson.loads(row.subject)["kudos"])
    return group_card(row.id, kudos, ctx.person.locale) if kudos else cancelled_card(row.id, ctx.person.locale)


def draw_digest(ctx: Ctx, row: Row[Any]) -> Card:
    """Several kudos of one group on one card."""
    several = [kudos_of(ctx.uow, one) for one in orjson.loads(row.subject)["several"]]
    return digest_card(row.id, [one for one in several if one is not None], ctx.person.locale)


def thank(ctx: Ctx) -> Reply:
    """Thanks back: one line to the giver, once."""
    subject = ctx.subject()
    kudos = kudos_of(ctx.uow, str(subject.get("kudos", "")))
    if kudos is None or kudos.undone:
        return Reply(card=ctx.redraw())
    ctx.advance({**subject, "thanked": True})
    news = tell_text(ctx, kudos.giver_id, "ku.thanks_back", name=ctx.person.name)
    return replace(_redrawn(ctx), posts=news)


def hide(ctx: Ctx) -> Reply:
    """From now on only giver and recipients; the group's card changes too (R-KUD-07)."""
    subject = ctx.subject()
    kudos = make_private(ctx.uow, ctx.person, str(subject.get("kudos", "")))
    ctx.advance(subject)
    return replace(_redrawn(ctx), refresh=shown_in(ctx, kudos))


def agree(ctx: Ctx) -> Reply:
    """ "+1" in the group; refusals are said to who pressed (R-KUD-05)."""
    subject = ctx.subject()
    endorse(ctx.uow, ctx.person, str(subject.get("kudos", "")))
    ctx.advance(subject)
    return _redrawn(ctx, Toast(text=ctx.say("ku.agreed"), tone="success"))


def cleared(ctx: Ctx) -> Reply:
    """The undo window is over: points can be spent, and what was earned by it is awarded."""
    return Reply(posts=_cleared(ctx, ctx.command.params.get("kudos", "")))


def overdue(ctx: Ctx) -> Reply:
    """Once a day whatever a timer should have cleared and could not."""
    return Reply(posts=tuple(post for kudos_id in uncleared(ctx.uow) for post in _cleared(ctx, kudos_id)))


def _cleared(ctx: Ctx, kudos_id: str) -> tuple[Post, ...]:
    kudos = kudos_of(ctx.uow, kudos_id) if clear(ctx.uow, kudos_id) else None
    return _told(ctx, on_kudos(ctx.uow, kudos, kudos.period)) if kudos is not None else ()


def every_day(ctx: Ctx) -> Reply:
    """Midnight: allowances, and gifts that waited for somebody."""
    granted = grant(ctx)
    return replace(granted, posts=(*granted.posts, *settled(ctx, settle_all(ctx.uow))))


def in_the_morning(ctx: Ctx) -> Reply:
    """Badges for checking in, told at an hour when people read."""
    return Reply(posts=_told(ctx, for_check_ins(ctx.uow, ctx.person.timezone, ctx.calendar())))


def linked(ctx: Ctx) -> tuple[Post, ...]:
    """This sender's account has just been linked to a person: what was parked for it arrives (R-ID-03, A59)."""
    actor = ctx.command.actor
    return settled(ctx, settle_for(ctx.uow, actor.platform, actor.tenant, actor.user_id))


def settled(ctx: Ctx, what: Settled) -> tuple[Post, ...]:
    """Tell who got their parked gift, and the givers of those returned."""
    posts: list[Post] = []
    for kudos_id, person_id in what.delivered:
        kudos = kudos_of(ctx.uow, kudos_id)
        mine = kudos.of(person_id) if kudos is not None else None
        if kudos is not None and mine is not None and not kudos.undone:
            posts += tell_recipient(ctx, kudos, mine)
    for kudos_id, giver_id in what.returned:
        kudos = kudos_of(ctx.uow, kudos_id)
        if kudos is None:
            continue
        gone = [one for one in kudos.recipients if one.state == "returned"]
        key = "ku.returned" if is_open(ctx.uow, kudos_id) else "ku.returned_closed"
        names = "、".join(one.name for one in gone)
        posts += tell_text(ctx, giver_id, key, names=names, p=sum(one.points for one in gone))
    return tuple(posts)


def badges(ctx: Ctx) -> Reply:
    """`/badges`: what I have earned."""
    card = badges_card(new_id(), badges_of(ctx.uow, ctx.person.id), ctx.person.locale)
    return ctx.privately(Reply(posts=(Post(card=card),)))


def _told(ctx: Ctx, earned: tuple[BadgeEarned, ...]) -> tuple[Post, ...]:
    posts: list[Post] = []
    for one in earned:
        reader = profile(ctx.uow, one.person_id)
        key = "ku.badge_earned" if one.count == 1 else "ku.badge_again"
        if reader is not None:
            posts += tell_text(ctx, one.person_id, key, name=one.named(reader.locale), n=one.count)
    return tuple(posts)


def _redrawn(ctx: Ctx, toast: Toast | None = None) -> Reply:
    """The clicked card as it has just become, for whoever reads it."""
    assert ctx.card is not None
    ctx.card = card_rows.find(ctx.uow, ctx.card.id)
    return Reply(card=ctx.redraw(), toast=toast)


FEATURE = Feature(
    name="recognition",
    commands=(SlashCommand(name="badges", handler=badges, aliases=("badge",), bare=("徽章",), help="help.badges"),),
    actions=(
        CardAction(name="kudos.thank", handler=thank),
        CardAction(name="kudos.hide", handler=hide),
        CardAction(name="kudos.endorse", handler=agree, keeps=True),
        CardAction(name="go.badges", handler=badges, on_card=False),
    ),
    events={
        "clock.kudos.clear": cleared,
        "clock.kudos.overdue": overdue,
        "clock.recognition.daily": every_day,
        "clock.recognition.badges": in_the_morning,
    },
    views={"kudos_got": draw_got, "kudos_group": draw_group, "kudos_digest": draw_digest},
    daily=(
        Chore(name="clock.recognition.daily", hour=0, minute=0),
        Chore(name="clock.recognition.badges", hour=9, minute=12),
        Chore(name="clock.kudos.overdue", hour=9, minute=20),
    ),
)
