"""The numbers of one key result as a CSV line gives them, by type (R-KR-02, R-KR-03)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.csvfile import Refused
from domain.goals.formulas import BadMeasure, KrType, Measure
from domain.numbers import NotANumber, parse

MOST_MILESTONES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database keeps of a measure. Boolean: 1 is yes. Milestone: `current` counts the accepted ones."""

    start: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    current: Decimal | None = None


def figures(kind: KrType, cells: Mapping[str, str]) -> Figures:
    """`start`, `target` and `current` read as the type wants them. Raises `Refused`."""
    match kind:
        case KrType.BOOLEAN:
            return _boolean(cells)
        case KrType.MILESTONE:
            return _milestones(cells)
        case KrType.KEEP_RANGE:
            read = _range(kind, cells)
        case _:
            read = Figures(
                start=_number("start", kind, cells),
                target=_number("target", kind, cells),
                current=_number("current", kind, cells),
            )
    try:
        Measure(type=kind, start=read.start, target=read.target, low=read.low, high=read.high, current=read.current)
    except BadMeasure as error:
        raise Refused(f"the key result cannot be measured: {error}") from error
    return read


def _range(kind: KrType, cells: Mapping[str, str]) -> Figures:
    low, dots, high = cells["target"].partition("..")
    if not dots:
        raise Refused("target of keep_range must be written low..high, such as 2..4")
    return Figures(
        start=_number("start", kind, cells),
        low=_number("target", kind, {**cells, "target": low.strip()}),
        high=_number("target", kind, {**cells, "target": high.strip()}),
        current=_number("current", kind, cells),
    )


def _number(column: str, kind: KrType, cells: Mapping[str, str]) -> Decimal | None:
    if not cells[column]:
        return None
    try:
        typed = parse(cells[column])
    except NotANumber as error:
        raise Refused(f"{column} is not a number") from error
    if typed.truth is not None or typed.fraction is not None:
        raise Refused(f"{column} is not a number")
    if typed.percent and kind is not KrType.PERCENTAGE and cells["unit"] != "%":
        raise Refused(f"{column} is a percentage, but the key result is not")
    if typed.currency and kind is not KrType.CURRENCY:
        raise Refused(f"{column} is an amount of money, but the key result is not")
    return typed.value


def _boolean(cells: Mapping[str, str]) -> Figures:
    if _truth("start", cells) == 1 or _truth("target", cells) == 0:
        raise Refused("a boolean key result goes from no to yes")
    return Figures(start=Decimal(0), target=Decimal(1), current=_truth("current", cells))


def _truth(column: str, cells: Mapping[str, str]) -> Decimal | None:
    said = cells[column].lower()
    if said not in ("", "yes", "no"):
        raise Refused(f"{column} of a boolean key result must be yes, no or empty")
    return Decimal(said == "yes") if said else None


def _milestones(cells: Mapping[str, str]) -> Figures:
    total = _count("target", cells)
    accepted = _count("current", cells)
    if not total or total > MOST_MILESTONES:
        raise Refused(f"target of a milestone key result must be a count from 1 to {MOST_MILESTONES}")
    if _count("start", cells):
        raise Refused("start of a milestone key result must be 0 or empty")
    if accepted is not None and accepted > total:
        raise Refused("current counts more milestones than target")
    return Figures(start=Decimal(0), target=total, current=accepted)


def _count(column: str, cells: Mapping[str, str]) -> Decimal | None:
    said = cells[column]
    if said and not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise Refused(f"{column} of a milestone key result must be a whole number")
    return Decimal(said) if said else None
