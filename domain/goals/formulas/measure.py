"""How far one key result is, by its type (R-KR-02 to R-KR-04)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.goals.formulas.exact import EXACT, ONE, ZERO, clamp, four_decimals


class KrType(StrEnum):
    """What kind of number a key result is (R-KR-02)."""

    NUMBER = "number"
    PERCENTAGE = "percentage"
    CURRENCY = "currency"
    BOOLEAN = "boolean"
    MILESTONE = "milestone"
    KEEP_MIN = "keep_min"
    KEEP_MAX = "keep_max"
    KEEP_RANGE = "keep_range"


MOVING: Final = frozenset({KrType.NUMBER, KrType.PERCENTAGE, KrType.CURRENCY})
"""Types that travel from start to target."""

KEEPING: Final = frozenset({KrType.KEEP_MIN, KrType.KEEP_MAX, KrType.KEEP_RANGE})
"""Types that stay within a bound, period after period."""


_ALMOST: Final = Decimal("0.9999")


class BadMeasure(ValueError):
    """A key result's numbers cannot measure anything: start equals target, bounds missing or the wrong way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One key result's numbers. Raises BadMeasure.

    Number, percentage, currency: `start`, `target`, `current` (None before the first value); falling targets are
    decreasing key results. keep_min and keep_max: `target` is the bound; keep_range: `low` and `high`, both included;
    `periods` are the elapsed check-in periods, oldest first: True satisfied, False missed or without value, None
    excused. Boolean: `current` is 1 when done. Milestone: weight `accepted` out of `total`.
    """

    type: KrType
    start: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    current: Decimal | None = None
    periods: tuple[bool | None, ...] = ()
    accepted: Decimal = ZERO
    total: Decimal = ZERO

    def __post_init__(self) -> None:
        for number in (self.start, self.target, self.low, self.high, self.current, self.accepted, self.total):
            if number is not None and not number.is_finite():
                raise BadMeasure("numbers must be finite")
        if self.type in MOVING:
            if self.start is None or self.target is None or self.start == self.target:
                raise BadMeasure("start and target must differ")
        elif self.type is KrType.KEEP_RANGE:
            if self.low is None or self.high is None or self.low >= self.high:
                raise BadMeasure("the range needs low below high")
        elif self.type in KEEPING and self.target is None:
            raise BadMeasure("the bound is missing")
        if not ZERO <= self.accepted <= self.total:
            raise BadMeasure("accepted weight must lie within the total")


def raw_progress(measure: Measure) -> Decimal | None:
    """Progress r as stored, unclamped, four decimals: 1.32 is 132 %, below 0 is behind the start (R-KR-04).

    None before there is anything to measure.
    """
    exact = _exact_progress(measure)
    return None if exact is None else four_decimals(exact)


def progress(measure: Measure) -> Decimal:
    """Progress p for roll-ups: r within 0 and 1, four decimals; 0 before the first value."""
    exact = _exact_progress(measure)
    if exact is None:
        return four_decimals(ZERO)
    # Rounding must not finish a goal: 999 960 of 1 000 000 is not done.
    return _ALMOST if _ALMOST < exact < ONE else four_decimals(clamp(exact))


def _exact_progress(measure: Measure) -> Decimal | None:
    if measure.type in MOVING:
        return _travelled(measure)
    if measure.type in KEEPING:
        counted = [kept for kept in measure.periods if kept is not None]
        return EXACT.divide(Decimal(counted.count(True)), Decimal(len(counted))) if counted else None
    if measure.type is KrType.MILESTONE:
        return EXACT.divide(measure.accepted, measure.total) if measure.total else None
    if measure.current is None:
        return None
    return ONE if measure.current == ONE else ZERO


def _travelled(measure: Measure) -> Decimal | None:
    start, target, current = measure.start, measure.target, measure.current
    assert start is not None
    assert target is not None
    if current is None:
        return None
    return EXACT.divide(EXACT.subtract(current, start), EXACT.subtract(target, start))


def satisfies(measure: Measure, value: Decimal | None) -> bool:
    """Whether a period's latest value keeps the bound of a keep type; no value does not (R-KR-02).

    Raises ValueError for a type without bound.
    """
    if measure.type not in KEEPING:
        raise ValueError("only keep types have a bound")
    if value is None:
        return False
    low = measure.low if measure.type is KrType.KEEP_RANGE else measure.target
    high = measure.high if measure.type is KrType.KEEP_RANGE else measure.target
    assert low is not None
    assert high is not None
    above = measure.type is KrType.KEEP_MAX or value >= low
    below = measure.type is KrType.KEEP_MIN or value <= high
    return above and below
