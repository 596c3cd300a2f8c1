"""The card of whoever decides when an owner says it was not them (R-PIC-06)."""

from cards.action import ActionRef
from cards.counter import stamp
from cards.model import Action, Button, Card, Confirm, Field, Fields, Header, Note, Style, Tone
from cards.text import say
from domain.rewards.counter_messages import Disputed
from domain.rewards.messages import OrderState


def dispute_card(key: str, told: Disputed, locale: str, *, suspended: bool) -> Card:
    """What was handed over, by whom, who complains; the clerk's right and the order are two decisions."""
    order, title = told.order, say(locale, "ck.dispute_title")
    at = stamp(order.fulfilled_at, told.store.timezone) if order.fulfilled_at is not None else "—"
    pairs = (
        Field(say(locale, "sh.receipt_order"), order.no),
        Field(say(locale, "ck.dispute_item"), f"{order.name(locale)} ×{order.fulfilled}"),
        Field(say(locale, "ck.dispute_owner"), order.person_name),
        Field(say(locale, "ck.dispute_at"), at),
        Field(say(locale, "ck.dispute_by"), told.clerk_name),
        Field(say(locale, "sh.receipt_store"), told.store.name),
    )
    return Card(
        kind="pickup_dispute", key=key, header=Header(title, told.store.name, _tone(order.state)), locale=locale,
        blocks=(Fields(pairs), *_notes(told, locale, suspended=suspended)), summary=f"{title} · {order.no}",
        actions=_actions(told, locale, suspended=suspended),
    )  # fmt: skip


def _tone(state: OrderState) -> Tone:
    return Tone.DANGER if state is OrderState.DISPUTED else Tone.NEUTRAL


def _notes(told: Disputed, locale: str, *, suspended: bool) -> tuple[Note, ...]:
    notes = []
    if told.order.state is OrderState.FULFILLED:
        notes.append(say(locale, "ck.dispute_upheld"))
    elif told.order.state is OrderState.REFUNDED:
        notes.append(say(locale, "ck.dispute_refunded"))
    elif told.is_overdue:
        notes.append(say(locale, "ck.dispute_overdue"))
    if suspended:
        notes.append(say(locale, "ck.dispute_suspended", clerk=told.clerk_name))
    elif told.order.state is OrderState.DISPUTED:
        notes.append(say(locale, "ck.dispute_note", clerk=told.clerk_name))
    return tuple(Note(text) for text in notes)


def _actions(told: Disputed, locale: str, *, suspended: bool) -> tuple[Action, ...]:
    open_ = told.order.state is OrderState.DISPUTED
    actions: list[Action] = []
    if suspended:
        actions.append(Button(label=say(locale, "ck.restore"), ref=ActionRef("dispute.restore")))
    elif open_:
        actions.append(Button(label=say(locale, "ck.suspend"), ref=ActionRef("dispute.suspend"), style=Style.DANGER))
    if open_:
        points = told.order.price * told.order.fulfilled
        sure = Confirm(say(locale, "ck.refund_ask"), say(locale, "ck.refund_sure", points=points))
        actions.append(Button(label=say(locale, "ck.uphold"), ref=ActionRef("dispute.uphold"), style=Style.PRIMARY))
        actions.append(Button(label=say(locale, "ck.refund"), ref=ActionRef("dispute.refund"), confirm=sure))
    return tuple(actions)
