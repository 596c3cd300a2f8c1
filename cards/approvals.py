"""Cards of an order for those who work on it: who approves, who prepares it, HR who confirms, the admin of a pool."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Button,
    Card,
    Confirm,
    Field,
    Fields,
    Group,
    Header,
    Input,
    Note,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
)
from cards.orders import state_of
from cards.rewards import ordered, quantity_of
from cards.text import day, number, say
from domain.periods import local_date
from domain.rewards.messages import Fulfilment, ItemKind, Offer, OrderState, OrderView


def approval_card(
    key: str, order: OrderView, reader_id: str, locale: str, *, decides: bool, why: str = "",
    away: Sequence[str] = (), rejecting: bool = False,
) -> Card:  # fmt: skip
    """For the approver: who wants what and why, who is away; then what became of it. `decides`: it is for
    the reader to decide now; `rejecting`: a reason is asked."""
    title = say(locale, "ap.title", name=order.person_name)
    blocks: list[Block] = [Fields(_facts(order, locale))]
    if why:
        blocks.append(Text((Plain(say(locale, "sh.why_said", why=why)),)))
    inputs: tuple[Input, ...] = ()
    groups: tuple[Group, ...] = ()
    actions: list[Action] = []
    mine = order.state is OrderState.PENDING_APPROVAL and decides
    if mine and rejecting:
        inputs = (TextInput(name="reason", label=say(locale, "ap.reason"), required=True, group="why", max_length=200),)
        groups = (Group(key="why", title="", by_message=ActionRef("approval.reason")),)
        actions = _reject_buttons(order, locale)
    elif mine:
        names = "、".join(away)
        hint = say(locale, "ap.away", names=names) if away else say(locale, "ap.nobody_away")
        blocks.append(Note(hint))
        actions = _decisions(locale)
    else:
        blocks.append(Text((Plain(_became(order, reader_id, locale)),)))
    return Card(
        kind="approval", key=key, header=Header(title, order.no, _tone(order, mine=mine)), blocks=tuple(blocks),
        groups=groups, inputs=inputs, actions=tuple(actions), summary=f"{title} · {order.name(locale)}", locale=locale,
    )  # fmt: skip


def prepare_card(key: str, order: OrderView, locale: str, zone: str) -> Card:
    """备货单 for the store: what is to be laid ready for whom, and by when."""
    title = say(locale, "pr.title", no=order.no)
    item = say(
        locale, "pr.for", item=order.name(locale), q=order.quantity, store=order.store_name
    )  # fmt: skip
    blocks: list[Block] = [Text((Plain(item),))]
    actions: list[Action] = []
    if order.state is OrderState.APPROVED:
        if order.due_at is not None:
            blocks.append(Note(say(locale, "pr.by", date=day(local_date(order.due_at, zone), locale))))
        sure = Confirm(say(locale, "pr.missing"), say(locale, "pr.missing_sure"))
        actions = [
            Button(label=say(locale, "pr.ready"), ref=ActionRef("prepare.ready"), style=Style.PRIMARY),
            Button(
                label=say(locale, "pr.missing"), ref=ActionRef("prepare.missing"), style=Style.DANGER, confirm=sure
            ),
        ]  # fmt: skip
    elif order.state is OrderState.READY:
        blocks.append(Text((Plain(say(locale, "pr.done.ready")),)))
    else:
        blocks.append(Text((Plain(say(locale, "ap.gone", state=state_of(order, locale))),)))
    return Card(
        kind="prepare", key=key, header=Header(title, order.store_name, _tone(order, mine=bool(actions))),
        blocks=tuple(blocks), actions=tuple(actions), summary=f"{title} · {item}", locale=locale,
    )  # fmt: skip


def confirmation_card(key: str, order: OrderView, locale: str) -> Card:
    """For HR: the leave is to be entered, or the seat to be given, and then confirmed with its date."""
    title = say(locale, "hr.title", name=order.person_name)
    days = quantity_of(order.kind, order.quantity, locale)
    what = "hr.time_off" if order.kind is ItemKind.TIME_OFF else "hr.training"
    blocks: list[Block] = [Fields(_facts(order, locale))]
    inputs: tuple[Input, ...] = ()
    groups: tuple[Group, ...] = ()
    actions: list[Action] = []
    is_open = order.state is OrderState.APPROVED
    if is_open:
        blocks.append(Text((Plain(say(locale, what, days=days.split(" ")[0])),)))
        inputs = (
            TextInput(name="detail", label=say(locale, "hr.detail"), required=True, group="detail", max_length=200),
        )
        groups = (Group(key="detail", title="", by_message=ActionRef("confirm.ask")),)
        actions = [
            Button(
                label=say(locale, "hr.confirm"), ref=ActionRef("confirm.send"), style=Style.PRIMARY, submits=True,
                hint=f"/order {order.no}",
            )
        ]  # fmt: skip
    else:
        done = say(locale, "hr.done", detail=order.detail) if order.detail else ""
        blocks.append(Text((Plain(done or say(locale, "ap.gone", state=state_of(order, locale))),)))
    return Card(
        kind="confirmation", key=key, header=Header(title, order.no, _tone(order, mine=is_open)), blocks=tuple(blocks),
        groups=groups, inputs=inputs, actions=tuple(actions), summary=f"{title} · {order.name(locale)}", locale=locale,
    )  # fmt: skip


def pool_card(key: str, pool: Offer, people: int, locale: str, *, outcome: str = "") -> Card:
    """For an admin: a pool is full; spend what was put together, or give it back. `outcome`: what was decided."""
    title = say(locale, "pl.title", item=pool.name(locale))
    actions: tuple[Action, ...] = ()
    text = outcome
    if not outcome:
        text = say(locale, "pl.reached", goal=number(pool.price), n=people)
        actions = (
            Button(label=say(locale, "pl.approve"), ref=ActionRef("pool.approve"), style=Style.PRIMARY),
            Button(label=say(locale, "pl.decline"), ref=ActionRef("pool.decline")),
        )
    return Card(
        kind="pool", key=key, header=Header(title, tone=Tone.INFO), blocks=(Text((Plain(text),)),), actions=actions,
        summary=title, locale=locale,
    )  # fmt: skip


def _facts(order: OrderView, locale: str) -> tuple[Field, ...]:
    pairs = [
        Field(say(locale, "ap.who"), order.person_name),
        Field(say(locale, "or.what"), ordered(order, locale)),
        Field(say(locale, "or.points"), number(order.points)),
    ]
    if order.store_name:
        pairs.append(Field(say(locale, "or.store"), order.store_name))
    return tuple(pairs)


def _decisions(locale: str) -> list[Action]:
    return [
        Button(label=say(locale, "ap.approve"), ref=ActionRef("approval.approve"), style=Style.PRIMARY),
        Button(label=say(locale, "ap.reject"), ref=ActionRef("approval.reject"), style=Style.DANGER),
        Button(label=say(locale, "ap.question"), ref=ActionRef("approval.ask")),
    ]


def _reject_buttons(order: OrderView, locale: str) -> list[Action]:
    return [
        Button(
            label=say(locale, "ap.reject_send"), ref=ActionRef("approval.reject_send"), style=Style.DANGER,
            submits=True, hint=f"/order {order.no}",
        ),
        Button(label=say(locale, "ap.keep"), ref=ActionRef("approval.keep")),
    ]  # fmt: skip


def _became(order: OrderView, reader_id: str, locale: str) -> str:
    if order.state is OrderState.PENDING_APPROVAL:
        return say(locale, "ap.handed_on", name=order.approver_name)
    if order.approver_id != reader_id and order.first_approver_id != reader_id:
        return say(locale, "ap.gone", state=state_of(order, locale))
    if order.state is OrderState.REJECTED:
        return say(locale, "ap.done.rejected", reason=order.reason)
    if order.state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED):
        return say(locale, "ap.gone", state=state_of(order, locale))
    return say(locale, "ap.done.approved")


def _tone(order: OrderView, *, mine: bool) -> Tone:
    if mine:
        return Tone.INFO
    good = order.state in (OrderState.APPROVED, OrderState.READY, OrderState.FULFILLED)
    return Tone.SUCCESS if good and order.fulfilment is not Fulfilment.POOL else Tone.NEUTRAL
