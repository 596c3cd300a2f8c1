"""Which values may be reported, and which look mistyped (R-KR-05, R-CHK-10)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.goals.formulas.exact import EXACT, ZERO
from domain.goals.formulas.measure import MOVING, KrType, Measure

_BEFORE_CYCLE: Final = timedelta(days=31)
_FAR: Final = Decimal(3)
_HALF: Final = Decimal("0.5")


def is_admissible_value_at(value_at: datetime, now: datetime, cycle_start: datetime) -> bool:
    """Whether a value may be dated so: not in the future, not more than 31 days before the cycle (R-KR-05)."""
    return cycle_start - _BEFORE_CYCLE <= value_at <= now


def needs_confirmation(measure: Measure, value: Decimal, last: Decimal | None) -> bool:
    """Whether a value looks mistyped and is asked back once (R-CHK-10).

    Either it lies more than three spans from the last one (the start, before the first), or it moves against the
    direction by more than half a span while the sign turns, of the value itself or of its distance from the start.
    The span is target − start, or the width of a range; types without one are never asked back.
    """
    if measure.type is KrType.KEEP_RANGE:
        return _is_far(measure.low, measure.high, value, last)
    if measure.type not in MOVING:
        return False
    start, target = measure.start, measure.target
    assert start is not None
    assert target is not None
    last = start if last is None else last
    return _is_far(start, target, value, last) or _turns_back(start, target, value, last)


def _is_far(low: Decimal | None, high: Decimal | None, value: Decimal, last: Decimal | None) -> bool:
    if low is None or high is None or last is None:
        return False
    span = EXACT.abs(EXACT.subtract(high, low))
    return EXACT.abs(EXACT.subtract(value, last)) > EXACT.multiply(_FAR, span)


def _turns_back(start: Decimal, target: Decimal, value: Decimal, last: Decimal) -> bool:
    # Seen along the goal's direction, everything reads as an increasing key result.
    rising = target > start
    lost = EXACT.subtract(last, value) if rising else EXACT.subtract(value, last)
    span = EXACT.abs(EXACT.subtract(target, start))
    if lost <= EXACT.multiply(_HALF, span):
        return False
    high, low = (last, value) if rising else (value, last)
    value_turns = low < ZERO < high
    progress_turns = value < start <= last if rising else last <= start < value
    return value_turns or progress_turns
