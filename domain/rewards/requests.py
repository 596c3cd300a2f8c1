"""Asking for a reward: the checks of R-RED-02 in their order, in one unit of work; the first failure decides."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Insert, Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.errors import HasLeft, InsufficientPoints
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.periods import local_date
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.rewards import stock
from domain.rewards.approvals import begin, nobody_decides
from domain.rewards.approvers import decides_for_themselves
from domain.rewards.catalogue import departments_above, item_row, pooled
from domain.rewards.kinds import HALF_DAYS_A_YEAR, KINDS, steps_of
from domain.rewards.messages import ItemKind, OrderState, Requested, StockMode
from domain.rewards.model import Item, Order, OrderEvent, OrderNumber
from domain.rewards.reading import find
from domain.rewards.refusals import (
    BadQuantity,
    LimitReached,
    NoApprover,
    NotEligible,
    NotEnough,
    NotOnSale,
    SoldOut,
    StoreNotAllowed,
)
from domain.rewards.terms import Terms
from domain.rewards.transitions import COUNTED
from domain.rewards.windows import period_of
from domain.unit_of_work import UnitOfWork

PERSON, ITEM, ORDER, NUMBER = table_of(Person), table_of(Item), table_of(Order), table_of(OrderNumber)

FIRST = 2001
"""The number of a company's first order."""

_LOCK = select(PERSON.c.id).where(PERSON.c.id == bindparam("person")).with_for_update()
_POOL = select(ITEM.c.id).where(ITEM.c.id == bindparam("item")).with_for_update(key_share=True)
_ORDERED = select(func.coalesce(func.sum(ORDER.c.quantity), 0).label("n")).where(
    ORDER.c.person_id == bindparam("person"), ORDER.c.item_id == bindparam("item"),
    ORDER.c.state.in_(bindparam("states", expanding=True)), ORDER.c.requested_at >= bindparam("since"),
).select_from(ORDER)  # fmt: skip
_ORDERED_OF_KIND = select(func.coalesce(func.sum(ORDER.c.quantity), 0).label("n")).where(
    ORDER.c.person_id == bindparam("person"), ORDER.c.kind == bindparam("of_kind"),
    ORDER.c.state.in_(bindparam("states", expanding=True)), ORDER.c.requested_at >= bindparam("since"),
).select_from(ORDER)  # fmt: skip
_OPEN_NUMBERS: dict[bool, Insert] = {
    False: sqlite.insert(NUMBER).on_conflict_do_nothing(),
    True: postgresql.insert(NUMBER).on_conflict_do_nothing(),
}
_NEXT = update(NUMBER).where(NUMBER.c.id == "order").values(last=NUMBER.c.last + 1)
_LAST = select(NUMBER.c.last).where(NUMBER.c.id == "order")
_COUNTED = [str(state) for state in COUNTED]
_EVER = datetime(1970, 1, 2, tzinfo=UTC)


def request(
    uow: UnitOfWork, person: Profile, item_id: str, terms: Terms, *, store_id: str | None = None, quantity: int = 1,
    order_id: str = "", why: str = "",
) -> Requested:  # fmt: skip
    """Order something: points are held and goods reserved, or nothing is. Who has to approve is asked, or the order
    goes on by itself. `order_id`: the id it gets, a fresh one by default; `why` is for the approver.

    Raises, in this order: `HasLeft`, `NotOnSale`, `BadQuantity` (`SoldOut` of a full pool),
    `NotEligible`, `NoApprover`, `StoreNotAllowed`,
    `LimitReached`, `SoldOut`, `NotEnough`. Whatever is raised, the caller may go on in the same unit of work.
    """
    uow.one(_LOCK, person=person.id)
    if not person.active or person.provisional:
        raise HasLeft
    item = item_row(uow, item_id)
    _check_on_sale(uow, item, person)
    assert item is not None
    kind = ItemKind(item.kind)
    _check_quantity(uow, item, quantity)
    price = 1 if kind is ItemKind.TEAM_POOL else int(item.price)
    steps = steps_of(kind, item.approval, price * quantity)
    _check_eligible(uow, item, person, steps, terms)
    stock_row = _store(uow, item, store_id)
    _check_limit(uow, item, person, quantity)
    counted = item.stock_mode != StockMode.UNLIMITED
    if counted and not stock.reserve(uow, stock_row.id, quantity):
        raise SoldOut(item.id, stock_row.store_id)
    order_id = order_id or new_id()
    try:
        ledger.hold(uow, order_id, person.id, price * quantity, Cause(actor_id=person.id, object_id=order_id))
    except InsufficientPoints as error:
        if counted:
            stock.free(uow, stock_row.id, quantity)
        raise NotEnough(int(error.params["left"]), price * quantity) from error
    _add(uow, item, person, order_id, price, quantity, stock_row, steps, counted=counted)
    _begin_history(uow, person.id, order_id, why)
    begin(uow, order_id, terms)
    return Requested(order=find(uow, order_id), left=balances(uow, person.id).wallet)


def _check_on_sale(uow: UnitOfWork, item: Row[Any] | None, person: Profile) -> None:
    if item is None or not item.active:
        raise NotOnSale
    today = local_date(uow.now, person.timezone)
    too_early = item.sale_from is not None and today < item.sale_from
    too_late = any(last is not None and today > last for last in (item.sale_until, item.pool_until))
    if too_early or too_late:
        raise NotOnSale


def _check_quantity(uow: UnitOfWork, item: Row[Any], quantity: int) -> None:
    """Of a team pool no more is taken than it still lacks, however many contribute at once."""
    most = int(item.max_quantity)
    if item.kind == ItemKind.TEAM_POOL:
        uow.one(_POOL, item=item.id)
        most = int(item.price) - pooled(uow, item.id)
        if most < 1:
            raise SoldOut(item.id, None)
    if not 1 <= quantity <= most:
        raise BadQuantity(most)


def _check_eligible(uow: UnitOfWork, item: Row[Any], person: Profile, steps: tuple[str, ...], terms: Terms) -> None:
    wanted = {one for one in item.departments.split(",") if one}
    if wanted and not wanted & set(departments_above(uow, person.department_id)):
        raise NotEligible
    if item.kind == ItemKind.PRIVILEGE and decides_for_themselves(uow, person.id, steps):
        raise NotEligible
    if nobody_decides(uow, person.id, steps, terms):
        raise NoApprover


def _store(uow: UnitOfWork, item: Row[Any], store_id: str | None) -> Any:
    """Where it comes from: the row of its stock, None for what is neither counted nor of a store."""
    rows = stock.of_item(uow, item.id)
    found = next((row for row in rows if row.store_id == store_id), None)
    if found is not None:
        return found
    if rows or store_id is not None or KINDS[ItemKind(item.kind)].in_stores:
        raise StoreNotAllowed
    if item.stock_mode != StockMode.UNLIMITED:
        raise SoldOut(item.id, None)
    return None


def _check_limit(uow: UnitOfWork, item: Row[Any], person: Profile, quantity: int) -> None:
    if item.limit_count:
        since, again = period_of(item.limit_period, uow.now, person.timezone)
        row = uow.one(_ORDERED, person=person.id, item=item.id, since=since or _EVER, states=_COUNTED)
        assert row is not None
        if row.n + quantity > item.limit_count:
            raise LimitReached(item.limit_count, item.limit_period, again)
    if item.kind == ItemKind.TIME_OFF:
        since, again = period_of("year", uow.now, person.timezone)
        row = uow.one(_ORDERED_OF_KIND, person=person.id, of_kind=item.kind, since=since, states=_COUNTED)
        assert row is not None
        if row.n + quantity > HALF_DAYS_A_YEAR:
            raise LimitReached(HALF_DAYS_A_YEAR, "year", again)


def _add(
    uow: UnitOfWork, item: Row[Any], person: Profile, order_id: str, price: int, quantity: int, stock_row: Any,
    steps: tuple[str, ...], *, counted: bool,
) -> None:  # fmt: skip
    uow.insert(
        Order,
        {
            "id": order_id, "number": _number(uow), "person_id": person.id, "item_id": item.id, "kind": item.kind,
            "name_zh": item.name_zh, "name_en": item.name_en, "quantity": quantity, "fulfilled": 0, "price": price,
            "store_id": stock_row.store_id if stock_row is not None else None,
            "stock_id": stock_row.id if counted else None, "fulfil_days": item.fulfil_days,
            "pickup_days": item.pickup_days, "forfeits": item.forfeits, "state": OrderState.REQUESTED, "version": 1,
            "steps": ",".join(steps), "approver_id": None, "first_approver_id": None, "reason": "", "detail": "",
            "requested_at": uow.now, "due_at": None, "ends_at": None, "ready_at": None, "fulfilled_at": None,
            "fulfilled_by": None,
        },
    )  # fmt: skip


def _begin_history(uow: UnitOfWork, person_id: str, order_id: str, why: str) -> None:
    uow.insert(
        OrderEvent,
        {
            "id": new_id(), "order_id": order_id, "version": 1, "before": "", "after": OrderState.REQUESTED,
            "refused": False, "by_id": person_id, "quantity": 0, "note": why, "at": uow.now,
        },
    )  # fmt: skip


def _number(uow: UnitOfWork) -> int:
    if uow.change(_NEXT) != 1:
        uow.change(_OPEN_NUMBERS[uow.is_postgres], id="order", last=FIRST - 1)
        uow.change(_NEXT)
    row = uow.one(_LAST)
    assert row is not None
    return int(row.last)
