"""Cards of an order for whom it concerns: its owner, and the list of one's orders."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import Action, Block, Button, Card, Confirm, Field, Fields, Header, Note, Plain, Style, Text, Tone
from cards.rewards import ordered
from cards.text import day, number, say
from domain.periods import local_date
from domain.rewards.messages import Fulfilment, OrderState, OrderView

_TONES = {
    OrderState.READY: Tone.SUCCESS, OrderState.FULFILLED: Tone.SUCCESS, OrderState.REJECTED: Tone.DANGER,
    OrderState.CANCELLED: Tone.NEUTRAL, OrderState.EXPIRED: Tone.NEUTRAL, OrderState.REFUNDED: Tone.NEUTRAL,
    OrderState.DISPUTED: Tone.WARNING,
}  # fmt: skip
_CANCELLABLE = (OrderState.REQUESTED, OrderState.PENDING_APPROVAL, OrderState.APPROVED)


def order_card(key: str, order: OrderView, locale: str, zone: str, *, left: int | None = None) -> Card:
    """The owner's card, in whatever state the order is. The pick-up code is never on it. `left`: it was made just now,
    and so much is left in the wallet."""
    state = state_of(order, locale)
    blocks: list[Block] = []
    if left is not None and order.state in _CANCELLABLE:
        held = say(locale, "sh.held", no=order.no, p=number(order.points), left=number(left))
        blocks.append(Text((Plain(held),)))
    blocks.append(Fields(tuple(_fields(order, locale, zone))))
    if order.state is OrderState.REJECTED:
        blocks.append(Text((Plain(say(locale, "sh.reject", reason=order.reason, p=number(order.points))),)))
    elif order.state is OrderState.CANCELLED and not order.reason:
        blocks.append(Text((Plain(say(locale, "or.cancelled", p=number(order.points))),)))
    elif order.reason:
        blocks.append(Note(order.reason))
    if order.state is OrderState.READY and order.fulfilment is Fulfilment.COUNTER:
        blocks.append(Note(say(locale, "or.code_private")))
    title = say(locale, "or.title", no=order.no)
    return Card(
        kind="order", key=key, header=Header(title, state, _TONES.get(order.state, Tone.INFO)), blocks=tuple(blocks),
        actions=tuple(_owner_buttons(order, locale)), summary=f"{title} · {state}", locale=locale,
    )  # fmt: skip


def orders_card(
    key: str, orders: Sequence[OrderView], locale: str, *, waiting: Sequence[OrderView] = (), older: int = 0
) -> Card:
    """`/order`: my orders, newest first; above them what waits for my decision."""
    title = say(locale, "or.mine")
    blocks: list[Block] = []
    actions: list[Action] = []
    if waiting:
        blocks.append(Text((Plain(say(locale, "or.to_decide", n=len(waiting))),)))
        actions += [_open(order, locale, f"{order.person_name} {order.name(locale)}") for order in waiting[:2]]
    for order in orders:
        line = say(locale, "or.line", no=order.no, item=ordered(order, locale), state=state_of(order, locale))
        blocks.append(Text((Plain(line),)))
    if not orders:
        blocks.append(Text((Plain(say(locale, "or.none")),)))
    actions += [_open(order, locale, order.no) for order in orders[: 4 - len(actions)]]
    if older:
        actions.append(
            Button(label=say(locale, "or.older"), ref=ActionRef("orders.page", {"o": str(older)}), hint="/order")
        )
    shop = Button(label=say(locale, "go.shop"), ref=ActionRef("go.shop"), hint="/shop")
    return Card(
        kind="orders", key=key, header=Header(title), blocks=tuple(blocks), actions=(*actions, shop), summary=title,
        updates=False, locale=locale,
    )  # fmt: skip


def state_of(order: OrderView, locale: str) -> str:
    """The state as the owner reads it."""
    if order.state is OrderState.APPROVED and order.fulfilment is Fulfilment.HR:
        return say(locale, "or.state.approved_hr")
    if order.state is OrderState.READY and order.fulfilment is Fulfilment.REVEAL:
        return say(locale, "or.state.ready_reveal")
    return say(locale, f"or.state.{order.state}")


def _fields(order: OrderView, locale: str, zone: str) -> list[Field]:
    pairs = [
        Field(say(locale, "or.what"), ordered(order, locale)),
        Field(say(locale, "or.points"), number(order.points)),
    ]
    if order.store_name:
        pairs.append(Field(say(locale, "or.store"), order.store_name))
    if order.state is OrderState.PENDING_APPROVAL:
        pairs.append(Field(say(locale, "or.approver"), order.approver_name))
    if order.state is OrderState.READY and order.due_at is not None:
        pairs.append(Field(say(locale, "or.until"), day(local_date(order.due_at, zone), locale)))
    if order.detail:
        pairs.append(Field(say(locale, "or.detail"), order.detail))
    return pairs


def _owner_buttons(order: OrderView, locale: str) -> list[Action]:
    buttons: list[Action] = []
    if order.state is OrderState.READY and order.fulfilment is Fulfilment.COUNTER:
        buttons.append(Button(label=say(locale, "or.show_code"), ref=ActionRef("order.code"), style=Style.PRIMARY))
    if order.state is OrderState.READY and order.fulfilment is Fulfilment.REVEAL:
        sure = Confirm(say(locale, "or.reveal"), say(locale, "or.reveal_sure"))
        buttons.append(
            Button(
                label=say(locale, "or.reveal"), ref=ActionRef("order.reveal"), style=Style.PRIMARY, confirm=sure
            )
        )  # fmt: skip
    if order.state is OrderState.FULFILLED and order.fulfilment is Fulfilment.REVEAL:
        buttons.append(Button(label=say(locale, "or.review"), ref=ActionRef("order.reveal")))
    if order.state in _CANCELLABLE:
        sure = Confirm(
            say(locale, "or.cancel"), say(locale, "or.cancel_sure", no=order.no, p=number(order.open_points))
        )
        buttons.append(Button(label=say(locale, "or.cancel"), ref=ActionRef("order.cancel"), confirm=sure))
    buttons.append(Button(label=say(locale, "go.order"), ref=ActionRef("go.order"), hint="/order"))
    return buttons


def _open(order: OrderView, locale: str, label: str) -> Button:
    return Button(label=label, ref=ActionRef("order.open", {"i": order.id}), hint=f"/order {order.no}")
