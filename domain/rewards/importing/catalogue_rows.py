"""One line of the catalogue, read and checked on its own: nothing here knows the other lines or the database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.csvfile import Line, Problem, Refused, identifier, single_line
from domain.rewards.approvers import STEPS
from domain.rewards.kinds import KINDS, NO_APPROVAL
from domain.rewards.messages import ItemKind, StockMode

HEADER: Final = (
    "item_key", "kind", "name_zh", "name_en", "picture", "price", "stock_mode", "stores", "departments", "limit",
    "sale_from", "sale_until", "approval", "max_quantity", "fulfil_days", "pickup_days", "forfeits", "pool_until",
    "cost", "active",
)  # fmt: skip
PERIODS: Final = ("week", "month", "quarter", "half", "year", "ever")
MOST: Final = 10**7
"""No price is higher."""

_TEXTS: Final = {"name_zh": 80, "name_en": 160, "picture": 40, "stores": 2000, "departments": 2000}
_LIMIT: Final = re.compile(rf"([1-9][0-9]{{0,3}})/({'|'.join(PERIODS)})")
_COST: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?(?: ([A-Z]{3}))?")
_LIST: Final = re.compile(r"\s*[|;]\s*")
_YES: Final = {"yes": True, "no": False, "是": True, "否": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item as the file says; `fields` are the columns of its row that need no look-up."""

    line: int
    key: str
    kind: ItemKind
    fields: Mapping[str, object]
    stores: tuple[str, ...]
    departments: tuple[str, ...]


def parse(line: Line) -> tuple[ItemLine | None, list[Problem]]:
    """The line as an item, or everything that is wrong with it."""
    reader = _Reader(line)
    key = reader.text("item_key", required=True)
    kind = reader.one_of("kind", tuple(ItemKind), None)
    names = {name: reader.text(name, required=True) for name in ("name_zh", "name_en")}
    fields: dict[str, object] = {
        **names,
        "image": reader.text("picture"),
        "price": reader.number("price", None, MOST),
        "max_quantity": reader.number("max_quantity", 1, MOST),
        "fulfil_days": reader.number("fulfil_days", 5, 365),
        "pickup_days": reader.number("pickup_days", 14, 365),
        "sale_from": reader.day("sale_from"),
        "sale_until": reader.day("sale_until"),
        "pool_until": reader.day("pool_until"),
        "forfeits": reader.yes("forfeits", default=False),
        "active": reader.yes("active", default=True),
        "approval": reader.approval(),
        **reader.limit(),
        **reader.cost(),
    }
    stores, departments = reader.several("stores"), reader.several("departments")
    if kind is not None:
        fields["stock_mode"] = _of_kind(reader, ItemKind(kind), stores)
    if reader.wrong or kind is None:
        return None, [Problem(line.number, reason) for reason in reader.wrong]
    return ItemLine(
        line=line.number, key=key, kind=ItemKind(kind), fields=fields, stores=stores, departments=departments
    ), []  # fmt: skip


def _of_kind(reader: "_Reader", kind: ItemKind, stores: tuple[str, ...]) -> str:
    """What the kind asks for: how it may be counted, whether it is had in stores, until when a pool lasts."""
    known = KINDS[kind]
    mode = reader.one_of("stock_mode", known.stock, known.stock[0])
    if known.in_stores and not stores:
        reader.wrong.append(f"a {kind} item needs at least one store")
    if stores and not known.in_stores:
        reader.wrong.append(f"a {kind} item is not of a store: leave stores empty")
    if (kind is ItemKind.TEAM_POOL) is not bool(reader.cells["pool_until"]):
        reader.wrong.append("pool_until is for team_pool items, which need it")
    return str(mode or known.stock[0])


class _Reader:
    """Cells as values; what is wrong is collected."""

    def __init__(self, line: Line) -> None:
        self.cells = line.cells
        self.wrong: list[str] = []

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.cells[name]
        check: Callable[[str, int], str] = identifier if name == "item_key" else single_line
        try:
            check(value, _TEXTS.get(name, 64))
        except Refused as error:
            self.wrong.append(f"{name} {error}")
        if required and not value:
            self.wrong.append(f"{name} is missing")
        return value

    def one_of(self, name: str, allowed: tuple[ItemKind | StockMode, ...], default: object) -> str | None:
        value = self.cells[name]
        if not value and default is not None:
            return str(default)
        if value not in [str(one) for one in allowed]:
            self.wrong.append(f"{name} must be one of {', '.join(allowed)}")
            return None
        return value

    def number(self, name: str, default: int | None, most: int) -> int:
        value = self.cells[name]
        if not value and default is not None:
            return default
        if not (value.isascii() and value.isdecimal() and 1 <= int(value[:12]) <= most):
            self.wrong.append(f"{name} must be a whole number from 1 to {most}")
            return 1
        return int(value)

    def day(self, name: str) -> date | None:
        value = self.cells[name]
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong.append(f"{name} must be a date such as 2026-03-31")
            return None

    def yes(self, name: str, *, default: bool) -> bool:
        value = self.cells[name].casefold()
        if value and value not in _YES:
            self.wrong.append(f"{name} must be yes or no")
        return _YES.get(value, default)

    def several(self, name: str) -> tuple[str, ...]:
        self.text(name)
        return tuple(dict.fromkeys(one for one in _LIST.split(self.cells[name]) if one))

    def approval(self) -> str:
        value = self.cells["approval"]
        steps = [one for one in _LIST.split(value) if one]
        if value == NO_APPROVAL or not steps:
            return value
        if any(one not in STEPS for one in steps):
            self.wrong.append(f"approval must be empty, none, or some of {', '.join(STEPS)}, separated by “;”")
        return ",".join(steps)

    def limit(self) -> dict[str, object]:
        value = self.cells["limit"]
        found = _LIMIT.fullmatch(value)
        if value and found is None:
            self.wrong.append(f"limit must be empty or like 1/quarter ({', '.join(PERIODS)})")
        return {"limit_count": int(found[1]) if found else 0, "limit_period": found[2] if found else ""}

    def cost(self) -> dict[str, object]:
        value = self.cells["cost"]
        found = _COST.fullmatch(value)
        if value and found is None:
            self.wrong.append("cost must be empty or an amount such as 25.50 or 25.50 CNY")
        if found is None:
            return {"cost_cents": None, "currency": "CNY"}
        cents = int(Decimal(f"{found[1]}.{found[2] or 0}") * 100)
        return {"cost_cents": cents, "currency": found[3] or "CNY"}
