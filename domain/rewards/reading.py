"""Orders as people see them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from domain.columns import table_of
from domain.people.model import Person, Store
from domain.rewards.kinds import KINDS
from domain.rewards.messages import ItemKind, OrderState, OrderView
from domain.rewards.model import Order, OrderEvent
from domain.rewards.refusals import NoOrder
from domain.rewards.transitions import OPEN
from domain.unit_of_work import UnitOfWork

ORDER, EVENT, PERSON, STORE = table_of(Order), table_of(OrderEvent), table_of(Person), table_of(Store)

PREFIX: Final = "R-"

_FIND = select(ORDER).where(ORDER.c.id == bindparam("order_"))
_NUMBERED = select(ORDER).where(ORDER.c.number == bindparam("of_number"))
_MINE = (
    select(ORDER)
    .where(ORDER.c.person_id == bindparam("person"))
    .order_by(ORDER.c.number.desc())
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)  # fmt: skip
_WAITING = (
    select(ORDER)
    .where(ORDER.c.approver_id == bindparam("person"), ORDER.c.state == OrderState.PENDING_APPROVAL)
    .order_by(ORDER.c.number)
)
_OF_STORE = (
    select(ORDER)
    .where(ORDER.c.store_id == bindparam("store"), ORDER.c.state.in_(bindparam("states", expanding=True)))
    .order_by(ORDER.c.number)
)
_OF_ITEM = (
    select(ORDER)
    .where(ORDER.c.item_id == bindparam("item"), ORDER.c.state.in_(bindparam("states", expanding=True)))
    .order_by(ORDER.c.id)
)
_DUE = (
    select(ORDER.c.id, ORDER.c.state)
    .where(ORDER.c.state.in_(bindparam("states", expanding=True)), ORDER.c.due_at <= bindparam("at"))
    .order_by(ORDER.c.due_at)
)
_WHY = select(EVENT.c.note).where(EVENT.c.order_id == bindparam("order_"), EVENT.c.version == 1, ~EVENT.c.refused)
_NAMES = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(bindparam("people", expanding=True)))
_STORES = select(STORE.c.id, STORE.c.name).where(STORE.c.id.in_(bindparam("stores", expanding=True)))


def find(uow: UnitOfWork, order_id: str) -> OrderView:
    """An order by our own id. Raises `NoOrder`."""
    return _only(uow, uow.one(_FIND, order_=order_id))


def by_number(uow: UnitOfWork, no: str) -> OrderView:
    """An order by what people call it: "R-2031" or "2031". Raises `NoOrder`."""
    digits = no.strip().upper().removeprefix(PREFIX)
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
    return _only(uow, uow.one(_NUMBERED, of_number=number))


def why(uow: UnitOfWork, order_id: str) -> str:
    """What the requester wrote for the approver."""
    row = uow.one(_WHY, order_=order_id)
    return str(row.note) if row is not None else ""


def exists(uow: UnitOfWork, order_id: str) -> bool:
    """Whether an order has been made of a card that offers one."""
    return uow.one(_FIND, order_=order_id) is not None


def mine(uow: UnitOfWork, person_id: str, *, most: int, offset: int = 0) -> list[OrderView]:
    """A person's orders, newest first."""
    return views(uow, uow.all(_MINE, person=person_id, most=most, after=offset))


def waiting_for(uow: UnitOfWork, approver_id: str) -> list[OrderView]:
    """What somebody has to decide about, oldest first."""
    return views(uow, uow.all(_WAITING, person=approver_id))


def of_store(uow: UnitOfWork, store_id: str, *states: OrderState) -> list[OrderView]:
    """Orders of a store in these states (the open ones when none is named), oldest first."""
    return views(uow, uow.all(_OF_STORE, store=store_id, states=[str(one) for one in states or OPEN]))


def of_item(uow: UnitOfWork, item_id: str, *states: OrderState) -> list[OrderView]:
    """Orders of one item in these states, oldest first."""
    return views(uow, uow.all(_OF_ITEM, item=item_id, states=[str(one) for one in states]))


def due(uow: UnitOfWork, *states: OrderState) -> list[str]:
    """Orders whose state has run out, longest overdue first."""
    return [row.id for row in uow.all(_DUE, states=[str(one) for one in states], at=uow.now)]


def views(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[OrderView]:
    """These orders with the names of people and stores."""
    people = {one for row in rows for one in (row.person_id, row.approver_id, row.fulfilled_by) if one}
    stores = {row.store_id for row in rows if row.store_id}
    names = {row.id: row.name for row in uow.all(_NAMES, people=sorted(people))} if people else {}
    shops = {row.id: row.name for row in uow.all(_STORES, stores=sorted(stores))} if stores else {}
    return [_view(row, names, shops) for row in rows]


def no_of(number: int) -> str:
    """What people call an order by."""
    return f"{PREFIX}{number}"


def _only(uow: UnitOfWork, row: Row[Any] | None) -> OrderView:
    if row is None:
        raise NoOrder
    return views(uow, [row])[0]


def _view(row: Row[Any], names: dict[str, str], stores: dict[str, str]) -> OrderView:
    kind = ItemKind(row.kind)
    return OrderView(
        id=row.id, no=no_of(row.number), version=row.version, state=OrderState(row.state), kind=kind,
        fulfilment=KINDS[kind].fulfilment, item_id=row.item_id, names=(row.name_zh, row.name_en),
        person_id=row.person_id, person_name=names.get(row.person_id, ""), quantity=row.quantity,
        fulfilled=row.fulfilled, price=row.price, store_id=row.store_id, store_name=stores.get(row.store_id or "", ""),
        pickup_days=row.pickup_days, forfeits=row.forfeits, steps=split(row.steps), approver_id=row.approver_id,
        approver_name=names.get(row.approver_id or "", ""), first_approver_id=row.first_approver_id,
        reason=row.reason, detail=row.detail, requested_at=row.requested_at, due_at=row.due_at, ends_at=row.ends_at,
        ready_at=row.ready_at,
        fulfilled_at=row.fulfilled_at, fulfilled_by=row.fulfilled_by,
        fulfilled_by_name=names.get(row.fulfilled_by or "", ""),
    )  # fmt: skip


def split(steps: str) -> tuple[str, ...]:
    """The steps of a comma list."""
    return tuple(one for one in steps.split(",") if one)
