"""What is in the shop for somebody: what they may have, where, and how far away it is."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, or_, select

from domain.columns import table_of
from domain.people.messages import Profile
from domain.people.model import Department, Store
from domain.periods import local_date
from domain.points.reading import balances, expiring
from domain.rewards.kinds import KINDS, steps_of
from domain.rewards.messages import ItemKind, Offer, OrderState, ShopPage, StockMode, StoreStock
from domain.rewards.model import Item, Order, Stock
from domain.rewards.transitions import OPEN
from domain.unit_of_work import UnitOfWork

ITEM, STOCK, STORE, ORDER = table_of(Item), table_of(Stock), table_of(Store), table_of(Order)
DEPARTMENT = table_of(Department)

EXPIRING_WITHIN: Final = timedelta(days=30)
FILTERS: Final = ("affordable", "all", "time_off", "training")

_ITEM = select(ITEM).where(ITEM.c.id == bindparam("item"))
_ON_SALE = (
    select(ITEM)
    .where(ITEM.c.active)
    .where(or_(ITEM.c.sale_from.is_(None), ITEM.c.sale_from <= bindparam("day")))
    .where(or_(ITEM.c.sale_until.is_(None), ITEM.c.sale_until >= bindparam("day")))
    .where(or_(ITEM.c.pool_until.is_(None), ITEM.c.pool_until >= bindparam("day")))
    .order_by(ITEM.c.price, ITEM.c.key)
)
_STOCK = select(STOCK).where(STOCK.c.item_id.in_(bindparam("items", expanding=True))).order_by(STOCK.c.id)
_STORES = select(STORE.c.id, STORE.c.name).where(STORE.c.id.in_(bindparam("stores", expanding=True)))
_DEPARTMENT = select(DEPARTMENT.c.parent_id).where(DEPARTMENT.c.id == bindparam("department"))
_POOLED = select(func.coalesce(func.sum(ORDER.c.quantity), 0).label("points")).where(
    ORDER.c.item_id == bindparam("item"), ORDER.c.state.in_(bindparam("states", expanding=True))
).select_from(ORDER)  # fmt: skip


def item_row(uow: UnitOfWork, item_id: str) -> Row[Any] | None:
    """An item as it is stored."""
    return uow.one(_ITEM, item=item_id)


def shop(
    uow: UnitOfWork, person: Profile, *, show: str = "all", budget: int | None = None, offset: int = 0, most: int = 5
) -> ShopPage:
    """A page of what this person may order: affordable things, everything, or one kind; with a `budget` what costs no
    more. `offset` and `total` count offers."""
    available = balances(uow, person.id).wallet
    offers = [
        one
        for one in _offers(uow, uow.all(_ON_SALE, day=local_date(uow.now, person.timezone)), person, available)
        if _is_shown(one, show, budget)
    ]
    offset = offset if 0 <= offset < len(offers) else 0
    lots = expiring(uow, person.id, uow.now + EXPIRING_WITHIN)
    return ShopPage(
        offers=tuple(offers[offset : offset + most]), available=available, expiring=sum(one.amount for one in lots),
        filter=show, budget=budget, offset=offset, total=len(offers),
    )  # fmt: skip


def offer(uow: UnitOfWork, person: Profile, item_id: str) -> Offer | None:
    """One item as this person sees it; None when it is not on sale or not for them."""
    rows = [row for row in uow.all(_ON_SALE, day=local_date(uow.now, person.timezone)) if row.id == item_id]
    return next(iter(_offers(uow, rows, person, balances(uow, person.id).wallet)), None)


def named(uow: UnitOfWork, person: Profile, word: str) -> Offer | None:
    """The item of this name, or the only one whose name contains the word."""
    wanted = word.casefold()
    every = shop(uow, person, most=1000).offers
    exact = [one for one in every if wanted in (one.key.casefold(), *(name.casefold() for name in one.names))]
    found = exact or [one for one in every if any(wanted in name.casefold() for name in one.names)]
    return found[0] if len(found) == 1 else None


def described(uow: UnitOfWork, item_id: str) -> Offer | None:
    """An item whoever looks, on sale or not: for those who decide about it."""
    row = item_row(uow, item_id)
    return None if row is None else _offer(uow, row, (), 0)


def departments_above(uow: UnitOfWork, department_id: str | None) -> list[str]:
    """A department and those it belongs to."""
    found: list[str] = []
    while department_id and department_id not in found:
        found.append(department_id)
        row = uow.one(_DEPARTMENT, department=department_id)
        department_id = row.parent_id if row is not None else None
    return found


def pooled(uow: UnitOfWork, item_id: str) -> int:
    """How many points have been put together for a team pool."""
    row = uow.one(_POOLED, item=item_id, states=[str(state) for state in (*OPEN, OrderState.FULFILLED)])
    assert row is not None
    return int(row.points)


def _offers(uow: UnitOfWork, rows: Sequence[Row[Any]], person: Profile, available: int) -> list[Offer]:
    mine = set(departments_above(uow, person.department_id))
    wanted = [row for row in rows if not row.departments or mine & set(row.departments.split(","))]
    if not wanted:
        return []
    stock = uow.all(_STOCK, items=[row.id for row in wanted])
    stores = sorted({row.store_id for row in stock if row.store_id})
    names = {row.id: row.name for row in uow.all(_STORES, stores=stores)} if stores else {}
    places: dict[str, list[StoreStock]] = {}
    modes = {row.id: row.stock_mode for row in wanted}
    for row in stock:
        counted = modes[row.item_id] != StockMode.UNLIMITED
        places.setdefault(row.item_id, []).append(
            StoreStock(
                stock_id=row.id, store_id=row.store_id, store_name=names.get(row.store_id or "", ""),
                available=row.on_hand - row.reserved if counted else None,
            )
        )  # fmt: skip
    found = [_offer(uow, row, tuple(places.get(row.id, ())), available) for row in wanted]
    return [one for one in found if one.stores or not KINDS[one.kind].in_stores]


def _offer(uow: UnitOfWork, row: Row[Any], stores: tuple[StoreStock, ...], available: int) -> Offer:
    kind = ItemKind(row.kind)
    is_pool = kind is ItemKind.TEAM_POOL
    left: int | None = sum(one.available or 0 for one in stores)
    until: date | None = row.pool_until
    return Offer(
        id=row.id, key=row.key, kind=kind, fulfilment=KINDS[kind].fulfilment, names=(row.name_zh, row.name_en),
        image=row.image, price=row.price, to_go=0 if is_pool else max(0, row.price - available),
        available=None if row.stock_mode == StockMode.UNLIMITED else left, stores=stores,
        max_quantity=row.max_quantity, pickup_days=row.pickup_days, forfeits=row.forfeits,
        approvers=steps_of(kind, row.approval, row.price), limit_count=row.limit_count, limit_period=row.limit_period,
        pool_until=until, pool_reached=pooled(uow, row.id) if is_pool else 0,
    )  # fmt: skip


def _is_shown(one: Offer, show: str, budget: int | None) -> bool:
    if budget is not None and one.price > budget and one.kind is not ItemKind.TEAM_POOL:
        return False
    if show == "affordable":
        return one.to_go == 0 and one.available != 0
    return show == "all" or one.kind == show
