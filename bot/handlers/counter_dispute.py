"""What follows when the owner of an order says: that was not me (R-PIC-06)."""

from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers import order_news
from bot.handlers.counter import handed, note, receipts_of
from bot.reply import Post, Reply
from bot.router import CardAction, Feature
from bot.telling import tell, tell_text
from cards.counter import receipt_card, stamp
from cards.counter_dispute import dispute_card
from cards.model import Card
from domain.people.stores import is_frozen
from domain.rewards import counter_dispute, orders
from domain.rewards.counter_messages import Disputed
from domain.rewards.messages import Moved


def not_me(ctx: Ctx) -> Reply:
    """[不是我]: the order is disputed; clerk, store manager and admins are told. Nothing is suspended by that."""
    subject = ctx.subject()
    moved, told = counter_dispute.not_me(ctx.uow, ctx.person, subject["order"], order_news.terms_of(ctx))
    note(ctx, "pickup_disputed", order=told.order.id)
    ctx.advance(subject)
    assert ctx.card is not None
    card = receipt_card(ctx.card.id, handed(ctx, subject), ctx.person.locale)
    toast = ctx.toast("sh.not_me_sent", tone="success").toast
    posts = (*_spread(ctx, told), *order_news.follow(ctx, moved.order))
    return Reply(card=card, toast=toast, posts=posts, refresh=(told.order.id, receipts_of(told.order.id)))


def _spread(ctx: Ctx, told: Disputed) -> tuple[Post, ...]:
    order = told.order
    posts: list[Post] = []
    time = stamp(order.fulfilled_at, told.store.timezone) if order.fulfilled_at is not None else "—"
    item = order_news.name_for(ctx, told.clerk_id, order)
    posts += tell_text(ctx, told.clerk_id, "ck.dispute_clerk", no=order.no, item=item, time=time)
    for person in told.deciders:
        posts += tell(ctx, person, "pickup_dispute", {"order": order.id}, about=order.id)
    for person in told.admins:
        if person not in (*told.deciders, told.clerk_id):
            posts += tell_text(
                ctx, person, "ck.dispute_admin", store=told.store.name, clerk=told.clerk_name, no=order.no,
                item=order_news.name_for(ctx, person, order), time=time,
            )  # fmt: skip
    return tuple(posts)


def suspend(ctx: Ctx) -> Reply:
    """The store manager takes the clerk's right to hand over, in this store."""
    subject = ctx.subject()
    told = counter_dispute.disputed(ctx.uow, orders.find(ctx.uow, subject["order"]))
    posts: tuple[Post, ...] = ()
    if counter_dispute.suspend(ctx.uow, ctx.person, told.order.id):
        note(ctx, "clerk_suspended", order=told.order.id, result=told.clerk_id)
        posts = tell_text(ctx, told.clerk_id, "ck.told_suspended", store=told.store.name, name=ctx.person.name)
    return _shown(ctx, posts)


def restore(ctx: Ctx) -> Reply:
    """And gives it back."""
    subject = ctx.subject()
    told = counter_dispute.disputed(ctx.uow, orders.find(ctx.uow, subject["order"]))
    posts: tuple[Post, ...] = ()
    if counter_dispute.restore(ctx.uow, ctx.person, told.order.id):
        note(ctx, "clerk_restored", order=told.order.id, result=told.clerk_id)
        posts = tell_text(ctx, told.clerk_id, "ck.told_restored", store=told.store.name)
    return _shown(ctx, posts)


def uphold(ctx: Ctx) -> Reply:
    """It was the owner after all; their receipt says so."""
    order = ctx.subject()["order"]
    moved = counter_dispute.uphold(ctx.uow, ctx.person, order, order_news.terms_of(ctx))
    note(ctx, "dispute_upheld", order=order)
    return _shown(ctx, _told_owner(ctx, moved, "sh.dispute_upheld"))


def refund(ctx: Ctx) -> Reply:
    """It was not: the points go back; the receipt says so."""
    order = ctx.subject()["order"]
    moved = counter_dispute.give_back(ctx.uow, ctx.person, order)
    note(ctx, "dispute_refunded", order=order)
    return _shown(ctx, _told_owner(ctx, moved, "sh.dispute_refunded"))


def _told_owner(ctx: Ctx, moved: Moved, key: str) -> tuple[Post, ...]:
    """The outcome in words, days after they asked: a receipt that changes in silence is not read again."""
    order = moved.order
    if not moved.fresh:
        return ()
    return tell_text(ctx, order.person_id, key, no=order.no, item=order_news.name_for(ctx, order.person_id, order))


def _shown(ctx: Ctx, posts: tuple[Post, ...]) -> Reply:
    subject = ctx.subject()
    ctx.advance(subject)
    return Reply(card=ctx.redraw(), posts=posts, refresh=(subject["order"], receipts_of(subject["order"])))


def _dispute_view(ctx: Ctx, row: Row[Any]) -> Card:
    told = counter_dispute.disputed(ctx.uow, orders.find(ctx.uow, orjson.loads(row.subject)["order"]))
    suspended = is_frozen(ctx.uow, told.store.id, told.clerk_id)
    return dispute_card(row.id, told, ctx.person.locale, suspended=suspended)


FEATURE = Feature(
    name="counter_dispute",
    actions=(
        CardAction(name="receipt.not_me", handler=not_me),
        CardAction(name="dispute.suspend", handler=suspend),
        CardAction(name="dispute.restore", handler=restore),
        CardAction(name="dispute.uphold", handler=uphold),
        CardAction(name="dispute.refund", handler=refund),
    ),
    views={"pickup_dispute": _dispute_view},
)
