"""One line of `goals.csv`, read and checked on its own: an objective's columns and one key result."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from unicodedata import east_asian_width

from domain.csvfile import Line, Problem, Refused, identifier, single_line
from domain.goals.formulas import KrType
from domain.goals.importing.measures import Figures, figures

OBJECTIVE_COLUMNS: Final = ("level", "title", "owner_no", "parent_key", "due")
HEADER: Final = (
    "objective_key", *OBJECTIVE_COLUMNS, "kr_title", "kr_type", "start", "target", "current", "unit", "weight",
)  # fmt: skip
LEVELS: Final = ("company", "department", "individual")
"""From the highest to the lowest."""

OBJECTIVE_TITLE: Final = 120
KEY_RESULT_TITLE: Final = 160
"""R-GEN-08, in letters; a Chinese character takes two."""

_ABSURD: Final = 100_000
_CHECKS: Final = (
    *((name, 64, identifier) for name in ("objective_key", "owner_no", "parent_key")),
    ("unit", 16, single_line),
    # How long titles may be is counted by width.
    ("title", _ABSURD, single_line),
    ("kr_title", _ABSURD, single_line),
)
_DATE: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A key result and the objective it belongs to, as the file says."""

    line: int
    key: str
    level: str
    title: str
    owner_no: str
    parent_key: str
    due: date
    kr_title: str
    kr_type: KrType
    figures: Figures
    unit: str
    weight: int | None


def parse(line: Line) -> tuple[GoalLine | None, list[Problem]]:
    """The line's key result, or everything that is wrong with it."""
    cells = line.cells
    reasons = _wrong_texts(cells)
    due: date | None = None
    weight: int | None = None
    numbers = Figures()
    try:
        due = _date(cells["due"])
    except Refused as error:
        reasons.append(str(error))
    try:
        weight = _weight(cells["weight"])
    except Refused as error:
        reasons.append(str(error))
    kind = next((kind for kind in KrType if kind == cells["kr_type"]), None)
    if kind is None:
        reasons.append(f"kr_type must be one of {', '.join(KrType)}")
    else:
        try:
            numbers = figures(kind, cells)
        except Refused as error:
            reasons.append(str(error))
    if reasons or due is None or kind is None:
        return None, [Problem(line.number, reason) for reason in reasons]
    return GoalLine(
        line=line.number,
        key=cells["objective_key"],
        level=cells["level"],
        title=cells["title"],
        owner_no=cells["owner_no"],
        parent_key=cells["parent_key"],
        due=due,
        kr_title=cells["kr_title"],
        kr_type=kind,
        figures=numbers,
        unit=cells["unit"] or ("%" if kind is KrType.PERCENTAGE else ""),
        weight=weight,
    ), []


def _wrong_texts(cells: Mapping[str, str]) -> list[str]:
    wrong = [f"{name} is missing" for name in ("objective_key", "title", "owner_no", "kr_title") if not cells[name]]
    for name, limit, check in _CHECKS:
        try:
            check(cells[name], limit)
        except Refused as error:
            wrong.append(f"{name} {error}")
    for name, limit in (("title", OBJECTIVE_TITLE), ("kr_title", KEY_RESULT_TITLE)):
        room = sum(2 if east_asian_width(character) in "WF" else 1 for character in cells[name])
        if room > limit:
            wrong.append(f"{name} takes {room} letters, at most {limit} are allowed; a Chinese character takes two")
    if cells["level"] not in LEVELS:
        wrong.append(f"level must be one of {', '.join(LEVELS)}")
    if cells["parent_key"] and cells["parent_key"] == cells["objective_key"]:
        wrong.append("an objective cannot be its own parent")
    return wrong


def _date(cell: str) -> date:
    try:
        if _DATE.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError as error:
        raise Refused("due is not a day of the calendar") from error
    raise Refused("due must be a date written YYYY-MM-DD")


def _weight(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 3 and int(cell) <= 100):
        raise Refused("weight must be a whole number from 0 to 100, or empty")
    return int(cell)
