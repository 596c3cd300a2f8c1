"""A store's daily closing: what was handed over, what still waits, and what a count of the shelves finds (R-PIC-08)."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, bindparam, select

from domain.columns import table_of
from domain.errors import TooLong
from domain.people.messages import Profile, StoreRef
from domain.people.model import Person
from domain.people.stores import stores_of
from domain.periods import instant_at
from domain.rewards import stock
from domain.rewards.counter import AT_THE_COUNTER
from domain.rewards.counter_messages import Closing, Counted, Difference, Handover
from domain.rewards.counter_refusals import CountRefused, NotYourStore, ReasonMissing
from domain.rewards.messages import OrderState, StockLine
from domain.rewards.model import Order, OrderEvent, Stock, StockChange
from domain.rewards.reading import of_store, views
from domain.unit_of_work import UnitOfWork

ORDER, EVENT, PERSON = table_of(Order), table_of(OrderEvent), table_of(Person)
STOCK, CHANGE = table_of(Stock), table_of(StockChange)

CLOSES_AT = time(21, 30)
REASON_LIMIT = 200

_HANDED = (
    select(
        *ORDER.c, EVENT.c.quantity.label("units"), EVENT.c.at.label("entered_at"), EVENT.c.by_id.label("clerk_id"),
        PERSON.c.name.label("clerk_name"), EVENT.c.note.label("said"),
    )
    .select_from(
        EVENT.join(ORDER, and_(ORDER.c.workspace_id == EVENT.c.workspace_id, ORDER.c.id == EVENT.c.order_id)).join(
            PERSON, and_(PERSON.c.workspace_id == EVENT.c.workspace_id, PERSON.c.id == EVENT.c.by_id)
        )
    )
    .where(
        ORDER.c.store_id == bindparam("store"), EVENT.c.quantity > 0, ~EVENT.c.refused,
        EVENT.c.at >= bindparam("since"), EVENT.c.at < bindparam("until"),
    )
    .order_by(EVENT.c.at, EVENT.c.id)
)  # fmt: skip
_DIFFERENCES = (
    select(CHANGE.c.stock_id, CHANGE.c.delta, CHANGE.c.reason, PERSON.c.name)
    .select_from(
        CHANGE.join(
            STOCK, and_(STOCK.c.workspace_id == CHANGE.c.workspace_id, STOCK.c.id == CHANGE.c.stock_id)
        ).outerjoin(PERSON, and_(PERSON.c.workspace_id == CHANGE.c.workspace_id, PERSON.c.id == CHANGE.c.by_id))
    )
    .where(
        STOCK.c.store_id == bindparam("store"), CHANGE.c.kind != "added",
        CHANGE.c.at >= bindparam("since"), CHANGE.c.at < bindparam("until"),
    )
    .order_by(CHANGE.c.at, CHANGE.c.id)
)  # fmt: skip


def closing(uow: UnitOfWork, place: StoreRef, day: date) -> Closing:
    """The store's day in its own zone, as far as it has gone."""
    span = _span(place, day)
    return Closing(
        store=place,
        day=day,
        handed=_handed(uow, place, span),
        ready=tuple(of_store(uow, place.id, OrderState.READY)),
        stock=tuple(line for line in stock.of_store(uow, place.id) if line.counted),
        differences=tuple(
            Difference(stock_id=row.stock_id, delta=row.delta, reason=row.reason, by_name=row.name or "")
            for row in uow.all(_DIFFERENCES, store=place.id, since=span[0], until=span[1])
        ),
    )


def _span(place: StoreRef, day: date) -> tuple[datetime, datetime]:
    return (
        instant_at(day, time(0), place.timezone), instant_at(day + timedelta(days=1), time(0), place.timezone),
    )  # fmt: skip


def _handed(uow: UnitOfWork, place: StoreRef, span: tuple[datetime, datetime]) -> tuple[Handover, ...]:
    rows = uow.all(_HANDED, store=place.id, since=span[0], until=span[1])
    return tuple(
        Handover(
            order=view, quantity=row.units, entered_at=row.entered_at, clerk_id=row.clerk_id,
            clerk_name=row.clerk_name, note=row.said,
            at=(view.fulfilled_at or row.entered_at) if row.said else row.entered_at,
        )
        for row, view in zip(rows, views(uow, rows), strict=True)
    )  # fmt: skip


def counted_lines(uow: UnitOfWork, person: Profile, store_id: str) -> list[StockLine]:
    """What may be counted in a store. Raises `NotYourStore`."""
    if all(one.id != store_id for one in stores_of(uow, person.id, *AT_THE_COUNTER)):
        raise NotYourStore
    return [line for line in stock.of_store(uow, store_id) if line.counted]


def count(uow: UnitOfWork, person: Profile, store_id: str, stock_id: str, found: int, reason: str) -> Counted:
    """What a clerk, or the store manager, found on the shelf replaces what we thought. A difference wants a reason.

    Raises `NotYourStore`, `ReasonMissing`, `TooLong`, and `CountRefused` when open orders have more of it reserved.
    """
    line = next((one for one in counted_lines(uow, person, store_id) if one.stock_id == stock_id), None)
    if line is None:
        raise NotYourStore
    if len(reason) > REASON_LIMIT:
        raise TooLong(limit=str(REASON_LIMIT), count=str(len(reason)))
    if found != line.on_hand and not reason.strip():
        raise ReasonMissing(n=str(line.on_hand))
    delta = stock.count(uow, stock_id, found, person.id, reason.strip())
    if delta is None:
        raise CountRefused(n=str(line.reserved))
    return Counted(line=line, found=found, delta=delta)
