"""What follows a step of an order: who hears of it, and what our own clock is to look at later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.context import Ctx
from bot.reply import Post, Reply
from bot.telling import tell, tell_text
from bot.timers import later
from cards.model import Card
from cards.text import day
from domain.delivery import cards as card_rows
from domain.errors import TooLong
from domain.people.service import profile, the_company
from domain.people.stores import CLERK, STORE_MANAGER, staff_of
from domain.periods import local_date
from domain.rewards import pickup, restock
from domain.rewards.approvers import HRBP, line_for
from domain.rewards.catalogue import described
from domain.rewards.messages import Fulfilment, ItemKind, OrderState, OrderView
from domain.rewards.orders import note_refusal
from domain.rewards.refusals import StepRefused
from domain.rewards.terms import REMINDERS, Terms

WORDS = 200
"""How long a reason, a question or HR's details may be."""
_BEFORE_MIDNIGHT = timedelta(hours=14)
"""Collecting ends with a day; reminders go out in the morning of theirs."""
DUE, REMIND, LATE = "clock.order.due", "clock.order.remind", "clock.order.late"


def terms_of(ctx: Ctx) -> Terms:
    """Deadlines are counted in the company's working days and zone."""
    return Terms(ctx.calendar(), the_company(ctx.uow).timezone)


def follow(ctx: Ctx, order: OrderView, *, restocked: bool = False, approved: bool = False) -> tuple[Post, ...]:
    """Tell everybody whom the order's new state concerns, except who made the step. `approved`: an approver has just
    agreed; `restocked`: others can have the goods now."""
    _set_timers(ctx, order)
    posts = _news(ctx, order, approved=approved)
    return (*posts, *back_again(ctx, order.item_id, order.store_id)) if restocked else posts


def refused(ctx: Ctx, error: StepRefused, key: str = "") -> Reply:
    """A step that was refused: kept in the order's history, and the card shown as it is."""
    note_refusal(ctx.uow, error.order_id, error.before, error.after, ctx.person.id)
    said = ctx.toast(key or error.code, tone="warning")
    if ctx.card is None:
        return said
    return replace(said, card=ctx.redraw(), posts=ctx.aloud(key or error.code))


def redrawn(ctx: Ctx, subject: Mapping[str, Any]) -> Card:
    """The clicked card's next version, about `subject`. Raises `Conflict` when somebody was faster."""
    assert ctx.card is not None
    ctx.advance(subject)
    ctx.card = card_rows.find(ctx.uow, ctx.card.id)
    return ctx.redraw()


def code_for(ctx: Ctx, order: OrderView, key: str = "sh.ready") -> tuple[Post, ...]:
    """A fresh pick-up code in the owner's single chat, and nowhere else (R-PIC-01)."""
    code = pickup.issue(ctx.uow, order.id, ctx.connections.code_key(ctx.uow.workspace_id))
    return secretly(
        tell_text(
            ctx, order.person_id, key, code=f"{code[:4]} {code[4:]}", store=order.store_name,
            date=date_for(ctx, order.person_id, order),
        )
    )  # fmt: skip


def awake(ctx: Ctx, posts: Sequence[Post]) -> tuple[Post, ...]:
    """What our own clock has to say waits for the end of quiet time (R-CAL-09)."""
    allowed = ctx.calendar().next_allowed(ctx.now, terms_of(ctx).zone)
    return tuple(posts) if allowed <= ctx.now else tuple(replace(post, not_before=allowed) for post in posts)


def worded(text: str) -> str:
    """Somebody's own words. Raises `TooLong`: they are refused with the count, never cut (R-GEN-08)."""
    said = text.strip()
    if len(said) > WORDS:
        raise TooLong(limit=str(WORDS), count=str(len(said)))
    return said


def secretly(posts: Sequence[Post]) -> tuple[Post, ...]:
    """The same messages, of which nothing is kept once they are delivered."""
    return tuple(replace(post, secret=True) for post in posts)


def date_for(ctx: Ctx, person_id: str, order: OrderView) -> str:
    """When the order's state runs out, as this person writes dates."""
    person = profile(ctx.uow, person_id)
    if person is None or order.due_at is None:
        return ""
    return day(local_date(order.due_at, person.timezone), person.locale)


def name_for(ctx: Ctx, person_id: str, order: OrderView) -> str:
    """The item's name in this person's language."""
    person = profile(ctx.uow, person_id)
    return order.name(person.locale if person is not None else "")


def back_again(ctx: Ctx, item_id: str, store_id: str | None) -> tuple[Post, ...]:
    """Tell those who wait for an item that there is some."""
    item = described(ctx.uow, item_id)
    posts: tuple[Post, ...] = ()
    for person_id in restock.to_tell(ctx.uow, item_id, store_id) if item is not None else ():
        assert item is not None
        store = next((one.store_name for one in item.stores if one.store_id == store_id), "")
        person = profile(ctx.uow, person_id)
        key = "rs.seat" if item.kind is ItemKind.TRAINING else "rs.back"
        name = item.name(person.locale if person is not None else "")
        posts += tell_text(ctx, person_id, key, item=name, store=store)
    return posts


def preparers(ctx: Ctx, order: OrderView) -> list[str]:
    """Who makes an order ready: the store's clerks, its manager where there are none; HR for leave and seats; not the
    owner."""
    if order.fulfilment is Fulfilment.HR:
        return list(line_for(ctx.uow, order.person_id, HRBP, terms_of(ctx))[:1])
    if order.store_id is None:
        return []
    for role in (CLERK, STORE_MANAGER):
        able = set(staff_of(ctx.uow, order.store_id, role)) - {order.person_id, order.approver_id}
        if able:
            return sorted(able)
    return []


def _news(ctx: Ctx, order: OrderView, *, approved: bool) -> tuple[Post, ...]:
    posts: tuple[Post, ...] = ()
    if approved and order.state is not OrderState.PENDING_APPROVAL:
        posts += _to_owner(ctx, order, "or.approved", approver=ctx.person.name)
    match order.state:
        case OrderState.PENDING_APPROVAL if order.approver_id is not None:
            posts += tell(ctx, order.approver_id, "approval", {"order": order.id}, about=order.id)
        case OrderState.APPROVED if order.fulfilment is Fulfilment.COUNTER:
            for person_id in preparers(ctx, order):
                posts += tell(ctx, person_id, "prepare", {"order": order.id}, about=order.id)
        case OrderState.APPROVED if order.fulfilment is Fulfilment.HR:
            for person_id in preparers(ctx, order):
                posts += tell(ctx, person_id, "confirmation", {"order": order.id}, about=order.id)
        case OrderState.READY if order.fulfilment is Fulfilment.COUNTER:
            posts += code_for(ctx, order)
        case OrderState.READY if order.fulfilment is Fulfilment.REVEAL:
            posts += _to_owner(ctx, order, "or.voucher_ready", no=order.no)
        case OrderState.FULFILLED if order.fulfilment is Fulfilment.RECORD:
            posts += _to_owner(ctx, order, "or.recorded")
        case OrderState.FULFILLED if order.fulfilment is Fulfilment.HR:
            posts += _to_owner(ctx, order, "or.confirmed", detail=order.detail)
        case OrderState.FULFILLED if order.fulfilment is Fulfilment.POOL:
            posts += _to_owner(ctx, order, "or.pool_done", p=order.points)
        case OrderState.REJECTED:
            posts += _to_owner(ctx, order, "sh.reject", reason=order.reason, p=order.points)
        case OrderState.CANCELLED:
            posts += _to_owner(ctx, order, "or.cancelled_by", no=order.no, reason=order.reason, p=order.open_points)
        case OrderState.EXPIRED:
            key = "or.forfeited" if order.forfeits else "or.expired"
            posts += _to_owner(ctx, order, key, no=order.no, p=order.open_points)
    return posts


def _to_owner(ctx: Ctx, order: OrderView, key: str, **values: object) -> tuple[Post, ...]:
    """A line for the owner, unless it was them who acted: they see their card."""
    if ctx.person.id == order.person_id:
        return ()
    return tell_text(ctx, order.person_id, key, item=name_for(ctx, order.person_id, order), **values)


def _set_timers(ctx: Ctx, order: OrderView) -> None:
    """Look at the order again when its state runs out; the handlers decide by the state they find then."""
    due = order.due_at
    if due is None:
        return
    mark = f"{order.id}:{order.version}"
    if order.state is OrderState.APPROVED:
        later(ctx, LATE, due, key=mark, order=order.id)
    if order.state in (OrderState.PENDING_APPROVAL, OrderState.READY, OrderState.DISPUTED):
        later(ctx, DUE, due + timedelta(milliseconds=1), key=mark, order=order.id)
    if order.state is OrderState.READY:
        for days in REMINDERS:
            at = due - timedelta(days=days) - _BEFORE_MIDNIGHT
            if at > ctx.now:
                later(ctx, REMIND, at, key=f"{mark}:{days}", order=order.id)
