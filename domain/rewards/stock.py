"""How many there are of what: reserved by orders, taken at the counter, put in and counted by the store (R-RED-03).

Who adds or counts is checked here, whoever asks (R-ROL-01). What an order does to its goods is checked with its step.
"""

from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, select, update

from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import Store
from domain.people.service import profile
from domain.people.stores import STORE_MANAGER, stores_of
from domain.rewards.approvers import ADMIN
from domain.rewards.messages import StockLine
from domain.rewards.model import Item, Stock, StockChange
from domain.rewards.refusals import NotManagersStock, NotStaffsStock
from domain.unit_of_work import UnitOfWork

SYSTEM: Final = None
"""Who acts where nobody does: an import."""

STOCK, ITEM, STORE = table_of(Stock), table_of(Item), table_of(Store)

_RESERVE = (
    update(STOCK)
    .where(STOCK.c.id == bindparam("stock"), STOCK.c.on_hand - STOCK.c.reserved >= bindparam("number"))
    .values(reserved=STOCK.c.reserved + bindparam("number"))
)
_FREE = (
    update(STOCK).where(STOCK.c.id == bindparam("stock")).values(reserved=STOCK.c.reserved - bindparam("number"))
)  # fmt: skip
_TAKE = (
    update(STOCK)
    .where(STOCK.c.id == bindparam("stock"))
    .values(reserved=STOCK.c.reserved - bindparam("number"), on_hand=STOCK.c.on_hand - bindparam("number"))
)
_PUT = (
    update(STOCK)
    .where(STOCK.c.id == bindparam("stock"), STOCK.c.on_hand + bindparam("number") >= STOCK.c.reserved)
    .values(on_hand=STOCK.c.on_hand + bindparam("number"))
)
_FIND = select(STOCK).where(STOCK.c.id == bindparam("stock"))
_LOCKED = _FIND.with_for_update()
_OF_ITEM = select(STOCK).where(STOCK.c.item_id == bindparam("item")).order_by(STOCK.c.id)
_OF_STORE = (
    select(
        STOCK.c.id, STOCK.c.store_id, STORE.c.name.label("store"), STOCK.c.item_id, ITEM.c.name_zh, ITEM.c.name_en,
        STOCK.c.on_hand, STOCK.c.reserved, ITEM.c.stock_mode,
    )
    .select_from(
        STOCK.join(ITEM, and_(ITEM.c.workspace_id == STOCK.c.workspace_id, ITEM.c.id == STOCK.c.item_id)).join(
            STORE, and_(STORE.c.workspace_id == STOCK.c.workspace_id, STORE.c.id == STOCK.c.store_id)
        )
    )
    .where(STOCK.c.store_id == bindparam("store"), ITEM.c.active)
    .order_by(ITEM.c.key)
)  # fmt: skip


def reserve(uow: UnitOfWork, stock_id: str, number: int) -> bool:
    """Keep some for an order, if there are so many. False: somebody was faster (A30)."""
    return uow.change(_RESERVE, stock=stock_id, number=number) == 1


def free(uow: UnitOfWork, stock_id: str, number: int) -> None:
    """What was kept is there for others again."""
    uow.change(_FREE, stock=stock_id, number=number)


def take(uow: UnitOfWork, stock_id: str, number: int) -> None:
    """What was kept has left the shelf."""
    uow.change(_TAKE, stock=stock_id, number=number)


def put(uow: UnitOfWork, stock_id: str, number: int, by_id: str | None, *, reason: str = "") -> int:
    """Add to what is there, or take away below zero; returns what is there now, -1 when orders have reserved more than
    would be left. `by_id` is a manager of the store, an admin, or `SYSTEM`; raises `NotManagersStock`."""
    row = find(uow, stock_id)
    if row is None or not _may(uow, row.store_id, by_id, STORE_MANAGER):
        raise NotManagersStock
    return _change(uow, stock_id, "added", number, by_id, reason)


def count(uow: UnitOfWork, stock_id: str, found: int, by_id: str | None, reason: str) -> int | None:
    """What a count found replaces what we thought; returns the difference (R-PIC-08). None when open orders have
    reserved more than was found. `by_id` is anybody who serves the store, an admin, or `SYSTEM`; raises
    `NotStaffsStock`."""
    row = uow.one(_LOCKED, stock=stock_id)
    if row is None or not _may(uow, row.store_id, by_id):
        raise NotStaffsStock
    delta = found - int(row.on_hand)
    return None if _change(uow, stock_id, "counted", delta, by_id, reason) < 0 else delta


def _may(uow: UnitOfWork, store_id: str | None, by_id: str | None, *roles: str) -> bool:
    """Whether somebody serves the store as one of these roles (none named: as any) or is an admin, now."""
    if by_id is SYSTEM:
        return True
    person = profile(uow, by_id)
    if person is None or not person.active:
        return False
    return ADMIN in person.roles or any(one.id == store_id for one in stores_of(uow, by_id, *roles))


def _change(uow: UnitOfWork, stock_id: str, kind: str, number: int, by_id: str | None, reason: str) -> int:
    if uow.change(_PUT, stock=stock_id, number=number) != 1:
        return -1
    row = find(uow, stock_id)
    assert row is not None
    _note(uow, stock_id, kind, number, row.on_hand, by_id or "", reason)
    return int(row.on_hand)


def missing(uow: UnitOfWork, stock_id: str, number: int, by_id: str | None) -> None:
    """What was kept for an order is not on the shelf."""
    take(uow, stock_id, number)
    row = find(uow, stock_id)
    assert row is not None
    _note(uow, stock_id, "missing", -number, row.on_hand, by_id or "", "")


def find(uow: UnitOfWork, stock_id: str) -> Row[Any] | None:
    return uow.one(_FIND, stock=stock_id)


def of_item(uow: UnitOfWork, item_id: str) -> list[Row[Any]]:
    """Where an item is to be had."""
    return list(uow.all(_OF_ITEM, item=item_id))


def of_store(uow: UnitOfWork, store_id: str) -> list[StockLine]:
    """What a store has."""
    return [
        StockLine(
            stock_id=row.id, store_id=row.store_id, store_name=row.store, item_id=row.item_id,
            names=(row.name_zh, row.name_en), on_hand=row.on_hand, reserved=row.reserved,
            counted=row.stock_mode == "counted",
        )
        for row in uow.all(_OF_STORE, store=store_id)
    ]  # fmt: skip


def _note(uow: UnitOfWork, stock_id: str, kind: str, delta: int, on_hand: int, by_id: str, reason: str) -> None:
    uow.insert(
        StockChange,
        {
            "id": new_id(), "stock_id": stock_id, "kind": kind, "delta": delta, "on_hand": on_hand, "reason": reason,
            "by_id": by_id, "at": uow.now,
        },
    )  # fmt: skip
