"""My orders: `/order`, the owner's buttons, codes in the single chat only (product flow 5.3)."""

import re

import orjson

from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell_text
from cards.orders import orders_card
from domain.ids import new_id
from domain.people.stores import stores_of
from domain.rewards import reading
from domain.rewards.approvers import HRBP, holds_office
from domain.rewards.messages import Fulfilment, OrderState, OrderView
from domain.rewards.orders import Step, transition
from domain.rewards.refusals import NoOrder, StepRefused
from domain.rewards.vouchers import reveal, review

PAGE = 8
AT_ONCE = 5
"""Voucher codes in one message: more of the longest would be cut off (wecom.md §3.2)."""
_CANCEL = ("取消", "cancel")
_PARTS = re.compile(r"\s+")


def orders(ctx: Ctx) -> Reply:
    """`/order [R-2031 [cancel reason]]`: my orders, or one of them; an admin cancels anybody's."""
    said = _PARTS.split(ctx.command.args.strip(), maxsplit=2)
    if not said[0]:
        return _list(ctx, 0)
    order = reading.by_number(ctx.uow, said[0])
    if len(said) > 1 and said[1].casefold() in _CANCEL:
        return ctx.privately(_cancel(ctx, order, order_news.worded(said[2]) if len(said) > 2 else ""))
    return ctx.privately(Reply(posts=(_shown(ctx, order),)))


def page(ctx: Ctx) -> Reply:
    """Older orders."""
    offset = ctx.command.params.get("o", "")
    return _list(ctx, int(offset) if offset.isdecimal() and len(offset) < 6 else 0)


def open_order(ctx: Ctx) -> Reply:
    """One order, from a list."""
    return ctx.privately(Reply(posts=(_shown(ctx, reading.find(ctx.uow, ctx.command.params.get("i", ""))),)))


def cancel(ctx: Ctx) -> Reply:
    """The owner's button."""
    order = _of_card(ctx)
    try:
        moved = transition(ctx.uow, order.id, OrderState.CANCELLED, ctx.person.id)
    except StepRefused as error:
        return order_news.refused(ctx, error, "or.was_ready" if order.state is OrderState.READY else "")
    card = order_news.redrawn(ctx, {"order": order.id})
    posts = order_news.follow(ctx, moved.order, restocked=moved.restocked)
    said = ctx.toast("or.cancelled", tone="success", p=moved.order.open_points)
    return Reply(card=card, toast=said.toast, posts=posts, refresh=(order.id,))


def show_code(ctx: Ctx) -> Reply:
    """The pick-up code again: a fresh one, the old one is void (R-PIC-01)."""
    order = _of_card(ctx)
    if order.person_id != ctx.person.id or order.state is not OrderState.READY:
        return Reply(card=ctx.redraw())
    return Reply(card=ctx.redraw(), posts=order_news.code_for(ctx, order, "or.code_again"))


def show_voucher(ctx: Ctx) -> Reply:
    """The voucher's codes: the first time that spends the points, later it only shows them (R-CAT-02)."""
    order = _of_card(ctx)
    key = ctx.connections.pool_key(ctx.uow.workspace_id)
    try:
        if order.state is OrderState.FULFILLED:
            codes, card = review(ctx.uow, order.id, ctx.person.id, key), ctx.redraw()
        else:
            codes = reveal(ctx.uow, order.id, ctx.person.id, key)[1]
            card = order_news.redrawn(ctx, {"order": order.id})
    except StepRefused as error:
        return order_news.refused(ctx, error)
    name, posts = order.name(ctx.person.locale), list[Post]()
    for first in range(0, len(codes), AT_ONCE):
        words = "  ".join(code.reveal() for code in codes[first : first + AT_ONCE])
        posts += order_news.secretly(tell_text(ctx, ctx.person.id, "or.codes", item=name, codes=words))
    return Reply(card=card, posts=tuple(posts), refresh=(order.id,))


def _cancel(ctx: Ctx, order: OrderView, reason: str) -> Reply:
    _admit(ctx, order)
    try:
        moved = transition(ctx.uow, order.id, OrderState.CANCELLED, ctx.person.id, step=Step(note=reason))
    except StepRefused as error:
        mine = order.person_id == ctx.person.id and order.state is OrderState.READY
        return order_news.refused(ctx, error, "or.was_ready" if mine else "")
    posts = order_news.follow(ctx, moved.order, restocked=moved.restocked)
    said = ctx.text("or.cancelled", p=moved.order.open_points)
    return Reply(posts=(*said.posts, *posts), refresh=(order.id,))


def _list(ctx: Ctx, offset: int) -> Reply:
    found = reading.mine(ctx.uow, ctx.person.id, most=PAGE + 1, offset=offset)
    waiting = reading.waiting_for(ctx.uow, ctx.person.id) if not offset else []
    older = offset + PAGE if len(found) > PAGE else 0
    card = orders_card(new_id(), found[:PAGE], ctx.person.locale, waiting=waiting, older=older)
    return ctx.privately(Reply(posts=(Post(card=card),)))


def _shown(ctx: Ctx, order: OrderView) -> Post:
    """The card of an order that is this reader's: the owner's, the approver's, the store's, HR's."""
    kind = _card_for(ctx, order)
    return Post(card=ctx.new_card(kind, {"order": order.id, "item": order.item_id}, about=order.id))


def _card_for(ctx: Ctx, order: OrderView) -> str:
    """Which face of an order somebody may see. Raises `NoOrder`: it is none of their business."""
    me = ctx.person.id
    if order.person_id == me:
        return "order"
    if order.state is OrderState.PENDING_APPROVAL and (order.approver_id == me or "admin" in ctx.person.roles):
        return "approval"
    if order.store_id is not None and any(one.id == order.store_id for one in stores_of(ctx.uow, me)):
        return "prepare"
    if order.fulfilment is Fulfilment.HR and holds_office(ctx.uow, order.person_id, HRBP, me):
        return "confirmation"
    _admit(ctx, order)
    return "approval"


def _admit(ctx: Ctx, order: OrderView) -> None:
    involved = (order.person_id, order.approver_id, order.first_approver_id)
    if ctx.person.id not in involved and "admin" not in ctx.person.roles:
        raise NoOrder


def _of_card(ctx: Ctx) -> OrderView:
    assert ctx.card is not None
    return reading.find(ctx.uow, orjson.loads(ctx.card.subject)["order"])


FEATURE = Feature(
    name="orders",
    commands=(
        SlashCommand(name="order", handler=orders, aliases=("orders",), bare=("订单", "order"), help="help.order"),
    ),
    actions=(
        CardAction(name="go.order", handler=orders, on_card=False),
        CardAction(name="orders.page", handler=page, on_card=False),
        CardAction(name="order.open", handler=open_order, on_card=False),
        CardAction(name="order.cancel", handler=cancel),
        CardAction(name="order.code", handler=show_code),
        CardAction(name="order.reveal", handler=show_voucher),
    ),
)
