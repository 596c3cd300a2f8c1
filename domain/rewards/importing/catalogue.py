"""Making the catalogue what its file says: new items, changed ones, where they are to be had (R-CAT-01, R-CAT-04)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from domain.columns import table_of
from domain.csvfile import CsvFile, ImportReport, Problem
from domain.ids import new_id
from domain.people.model import Department, Store
from domain.rewards.importing.catalogue_rows import ItemLine, parse
from domain.rewards.messages import StockMode
from domain.rewards.model import Item, Order, Stock, StockChange
from domain.unit_of_work import UnitOfWork

ITEM, STOCK, STORE, DEPARTMENT = table_of(Item), table_of(Stock), table_of(Store), table_of(Department)
ORDER, CHANGE = table_of(Order), table_of(StockChange)

FIELDS = (
    "kind", "name_zh", "name_en", "image", "price", "stock_mode", "departments", "limit_count", "limit_period",
    "sale_from", "sale_until", "approval", "max_quantity", "fulfil_days", "pickup_days", "forfeits", "pool_until",
    "cost_cents", "currency", "active",
)  # fmt: skip

_ITEMS = select(ITEM)
_STOCK = select(STOCK)
_STORES = select(STORE.c.id, STORE.c.name)
_DEPARTMENTS = select(DEPARTMENT.c.id, DEPARTMENT.c.name)
_CHANGE = update(ITEM).where(ITEM.c.id == bindparam("item")).values({name: bindparam(f"to_{name}") for name in FIELDS})
_DROP = delete(STOCK).where(STOCK.c.id == bindparam("stock"))
_USED = select(func.count().label("n")).select_from(ORDER).where(ORDER.c.stock_id == bindparam("stock"))
_MOVED = select(func.count().label("n")).select_from(CHANGE).where(CHANGE.c.stock_id == bindparam("stock"))


@dataclass(slots=True)
class Known:
    """What the company has: items by key, stock by item, stores and departments by name."""

    uow: UnitOfWork
    items: dict[str, Row[Any]] = field(default_factory=dict)
    stock: dict[str, list[Row[Any]]] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items = {row.key: row for row in self.uow.all(_ITEMS)}
        for row in self.uow.all(_STOCK):
            self.stock.setdefault(row.item_id, []).append(row)
        self.stores = {row.name: row.id for row in self.uow.all(_STORES)}
        self.departments = {row.name: row.id for row in self.uow.all(_DEPARTMENTS)}


def read_catalogue(file: CsvFile) -> tuple[dict[str, ItemLine], list[Problem]]:
    """The items of the file by key, and what is wrong with its lines."""
    lines: dict[str, ItemLine] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = list(file.problems)
    for row in file.lines:
        item, wrong = parse(row)
        problems += wrong
        key = row.cells["item_key"]
        before = first.setdefault(key, row.number)
        if key and before != row.number:
            problems.append(Problem(row.number, f"item_key {key} is already on line {before}"))
        elif item is not None:
            lines[key] = item
    return lines, problems


def check_catalogue(lines: Iterable[ItemLine], known: Known) -> list[Problem]:
    """What the database has against a line: places nobody knows, and changes that orders or stock forbid."""
    problems: list[Problem] = []
    for line in lines:
        problems += [
            Problem(line.line, f"there is no store “{name}”") for name in line.stores if name not in known.stores
        ]
        problems += [
            Problem(line.line, f"there is no department “{name}”")
            for name in line.departments
            if name not in known.departments
        ]
        row = known.items.get(line.key)
        if row is None:
            continue
        if row.kind != line.kind:
            problems.append(Problem(line.line, f"the kind of {line.key} is {row.kind} and cannot change"))
        elif row.stock_mode != line.fields["stock_mode"] and any(
            one.on_hand for one in known.stock.get(row.id, ())
        ):  # fmt: skip
            problems.append(Problem(line.line, "stock_mode can only change while there is no stock"))
        kept = {known.stores.get(name) for name in line.stores}
        names = {store_id: name for name, store_id in known.stores.items()}
        problems += [
            Problem(line.line, f"store “{names[one.store_id]}” still has {one.on_hand} of it: set its stock to 0 first")
            for one in known.stock.get(row.id, ())
            if one.store_id is not None and one.store_id not in kept and one.on_hand
        ]
    return problems


def write_catalogue(uow: UnitOfWork, lines: Mapping[str, ItemLine], known: Known) -> ImportReport:
    """Store the lines and count what that did."""
    created = updated = 0
    for key, line in lines.items():
        wanted: dict[str, Any] = {
            **line.fields, "kind": line.kind,
            "departments": ",".join(sorted(known.departments[name] for name in line.departments)),
        }  # fmt: skip
        row = known.items.get(key)
        if row is None:
            item_id = new_id()
            uow.add(Item(workspace_id="", id=item_id, key=key, created_at=uow.now, **wanted))
            created += 1
            _settle_places(uow, item_id, line, known)
            continue
        differs = any(getattr(row, name) != wanted[name] for name in FIELDS)
        if differs:
            uow.change(_CHANGE, item=row.id, **{f"to_{name}": wanted[name] for name in FIELDS})
        updated += _settle_places(uow, row.id, line, known) or differs
    return ImportReport(created=created, updated=updated, unchanged=len(lines) - created - updated)


def _settle_places(uow: UnitOfWork, item_id: str, line: ItemLine, known: Known) -> bool:
    """A row of stock wherever the item is to be had; what is had there no more loses its row, unless its history
    needs it. Returns whether anything changed."""
    rows = {row.store_id: row for row in known.stock.get(item_id, ())}
    whole = not line.stores and line.fields["stock_mode"] != StockMode.UNLIMITED
    wanted: set[str | None] = {None} if whole else {known.stores[name] for name in line.stores}
    missing = sorted(wanted - rows.keys(), key=str)
    for store_id in missing:
        uow.add(Stock(workspace_id="", item_id=item_id, store_id=store_id))
    gone = [row for store_id, row in rows.items() if store_id not in wanted and not row.on_hand]
    dropped = 0
    for row in gone:
        if not _count(uow, _USED, row.id) and not _count(uow, _MOVED, row.id):
            dropped += uow.change(_DROP, stock=row.id)
    return bool(missing or dropped)


def _count(uow: UnitOfWork, statement: Any, stock_id: str) -> int:
    row = uow.one(statement, stock=stock_id)
    assert row is not None
    return int(row.n)
