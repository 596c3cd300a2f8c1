"""How far a goal should be by now (R-PRG-04)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final, Protocol

from domain.goals.formulas.exact import EXACT, ONE, ZERO, clamp, four_decimals


class CountsWorkdays(Protocol):
    """The part of a `WorkCalendar` the expectation needs."""

    def workdays_between(self, first: date, last: date) -> int: ...


class Shape(StrEnum):
    """The named ways progress may be spread over time."""

    LINEAR = "linear"
    BACK = "back"
    FRONT = "front"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Profile:
    """How progress is expected over the time elapsed: evenly, late (E²), early (√E), or along one's own points.

    `points` of a custom profile are (share of time, share of progress), strictly rising in time and not falling in
    progress, within 0 and 1; (0, 0) and (1, 1) are implied where missing. Raises ValueError.
    """

    shape: Shape
    points: tuple[tuple[Decimal, Decimal], ...] = ()

    def __post_init__(self) -> None:
        if (self.shape is Shape.CUSTOM) != bool(self.points):
            raise ValueError("points belong to a custom profile, and to no other")
        for point in self.points:
            if not all(number.is_finite() and ZERO <= number <= ONE for number in point):
                raise ValueError("points lie within 0 and 1")
        for (time, share), (next_time, next_share) in pairwise(self.points):
            if time >= next_time or share > next_share:
                raise ValueError("points rise")

    def at(self, elapsed: Decimal) -> Decimal:
        """The share of progress expected after a share of the time, both 0 to 1, unrounded."""
        match self.shape:
            case Shape.LINEAR:
                return elapsed
            case Shape.BACK:
                return EXACT.multiply(elapsed, elapsed)
            case Shape.FRONT:
                return EXACT.sqrt(elapsed)
            case Shape.CUSTOM:
                return self._between_points(elapsed)

    def _between_points(self, elapsed: Decimal) -> Decimal:
        before, after = (ZERO, ZERO), (ONE, ONE)
        for point in self.points:
            if point[0] > elapsed:
                after = point
                break
            before = point
        span = EXACT.subtract(after[0], before[0])
        if not span:
            return before[1]
        slope = EXACT.divide(EXACT.subtract(after[1], before[1]), span)
        return EXACT.fma(slope, EXACT.subtract(elapsed, before[0]), before[1])


LINEAR: Final = Profile(Shape.LINEAR)
BACK: Final = Profile(Shape.BACK)
FRONT: Final = Profile(Shape.FRONT)


def expected_progress(
    start: date, due: date, today: date, calendar: CountsWorkdays, profile: Profile = LINEAR
) -> Decimal:
    """Expected progress E: workdays elapsed including today / workdays of [start, due], four decimals (R-PRG-04).

    0 before the start, 1 from the due day on; a window without workdays jumps from 0 to 1 on its due day.
    """
    if today >= due:
        return four_decimals(ONE)
    whole = calendar.workdays_between(start, due)
    if today < start or not whole:
        return four_decimals(ZERO)
    elapsed = EXACT.divide(Decimal(calendar.workdays_between(start, today)), Decimal(whole))
    return four_decimals(clamp(profile.at(elapsed)))
