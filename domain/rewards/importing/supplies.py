"""Files of stock and of voucher codes: how many there are where, and which codes are in a pool."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from domain.csvfile import CsvFile, ImportReport, Problem, Refused, identifier
from domain.rewards import stock
from domain.rewards.importing.catalogue import Known
from domain.rewards.messages import StockMode
from domain.rewards.vouchers import fingerprint, sealed
from domain.rewards.vouchers import known as known_codes
from domain.unit_of_work import UnitOfWork

STOCK_HEADER: Final = ("item_key", "store", "on_hand")
CODES_HEADER: Final = ("item_key", "code")
MOST: Final = 10**6
CODE: Final = 200
"""A voucher code is no longer."""


def read_stock(file: CsvFile, known: Known) -> tuple[dict[int, tuple[Row[Any], int]], list[Problem]]:
    """Line → the row of stock and what there is to be, and what is wrong."""
    problems = list(file.problems)
    found: dict[int, tuple[Row[Any], int]] = {}
    first: dict[tuple[str, str], int] = {}
    for line in file.lines:
        key, store, number = (line.cells[name] for name in STOCK_HEADER)
        before = first.setdefault((key, store), line.number)
        item = known.items.get(key)
        if before != line.number:
            problems.append(Problem(line.number, f"the same item and store are already on line {before}"))
        elif item is None:
            problems.append(Problem(line.number, "there is no item with this item_key: import the catalogue first"))
        elif item.stock_mode != StockMode.COUNTED:
            problems.append(Problem(line.number, f"this item is not counted: its stock_mode is {item.stock_mode}"))
        elif store and store not in known.stores:
            problems.append(Problem(line.number, f"there is no store “{store}”"))
        else:
            place = known.stores[store] if store else None
            row = next((one for one in known.stock.get(item.id, ()) if one.store_id == place), None)
            problems += _wrong_number(line.number, row, store, number)
            if row is not None and not _wrong_number(line.number, row, store, number):
                found[line.number] = (row, int(number))
    return found, problems


def write_stock(uow: UnitOfWork, counts: Mapping[int, tuple[Row[Any], int]]) -> ImportReport:
    """Set what is there, as a count does."""
    updated = 0
    for row, number in counts.values():
        if number != row.on_hand:
            done = stock.count(uow, row.id, number, stock.SYSTEM, "import")
            assert done is not None, "checked against what is reserved, in the same transaction"
            updated += 1
    return ImportReport(updated=updated, unchanged=len(counts) - updated)


def read_codes(file: CsvFile, known: Known) -> tuple[dict[int, tuple[Row[Any], str]], list[Problem]]:
    """Line → the item and a code of it, and what is wrong. No problem ever repeats a code."""
    problems = list(file.problems)
    found: dict[int, tuple[Row[Any], str]] = {}
    first: dict[tuple[str, str], int] = {}
    for line in file.lines:
        key, code = line.cells["item_key"], line.cells["code"]
        item = known.items.get(key)
        before = first.setdefault((key, code), line.number)
        try:
            identifier(code, CODE)
        except Refused as error:
            problems.append(Problem(line.number, f"code {error}"))
            continue
        if item is None:
            problems.append(Problem(line.number, "there is no item with this item_key: import the catalogue first"))
        elif item.stock_mode != StockMode.CODES:
            problems.append(Problem(line.number, f"this item has no codes: its stock_mode is {item.stock_mode}"))
        elif not code:
            problems.append(Problem(line.number, "code is missing"))
        elif before != line.number:
            problems.append(Problem(line.number, f"the same code is already on line {before}"))
        else:
            found[line.number] = (item, code)
    return found, problems


def write_codes(uow: UnitOfWork, codes: Mapping[int, tuple[Row[Any], str]], known: Known, key: bytes) -> ImportReport:
    """Put codes nobody has seen yet into their pools, encrypted."""
    created = 0
    items = {item.id: item for item, _ in codes.values()}
    for item_id in items:
        had = known_codes(uow, item_id)
        mine = [code for item, code in codes.values() if item.id == item_id]
        fresh = [code for code in mine if fingerprint(code, key) not in had]
        uow.add_all([sealed(item_id, code, key) for code in fresh])
        if fresh:
            (pool,) = known.stock[item_id]
            stock.put(uow, pool.id, len(fresh), stock.SYSTEM, reason="import")
        created += len(fresh)
    return ImportReport(created=created, unchanged=len(codes) - created)


def _wrong_number(line: int, row: Row[Any] | None, store: str, number: str) -> list[Problem]:
    if row is None:
        where = f"in store “{store}”" if store else "without a store"
        return [Problem(line, f"the catalogue does not offer this item {where}")]
    if not (number.isascii() and number.isdecimal() and int(number[:9]) <= MOST):
        return [Problem(line, f"on_hand must be a whole number from 0 to {MOST}")]
    if int(number) < row.reserved:
        return [Problem(line, f"open orders have reserved {row.reserved}: on_hand cannot be less")]
    return []
