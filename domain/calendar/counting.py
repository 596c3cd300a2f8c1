"""Counting workdays without walking over days: a weekly pattern in closed form, plus its few exceptions."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WorkdayCount:
    """How many workdays there are up to a day, and which day is the n-th, in O(log exceptions) for any year.

    Days are ordinals (1 = Monday 0001-01-01). `before[r]` counts the pattern's workdays among the first r weekdays,
    `position` lists them. Exceptions are sorted; `shift[i]` is the sum of the first i exceptions' +1 or −1,
    `reached[i]` the number of workdays up to and including exception i.
    """

    before: tuple[int, ...]
    position: tuple[int, ...]
    exceptions: tuple[int, ...]
    shift: tuple[int, ...]
    reached: tuple[int, ...]

    def until(self, ordinal: int) -> int:
        """Workdays up to and including this day."""
        weeks, rest = divmod(ordinal, 7)
        regular = weeks * len(self.position) + self.before[rest]
        return regular + self.shift[bisect_right(self.exceptions, ordinal)]

    def nth(self, number: int) -> int:
        """The day on which the count of workdays reaches `number` (≥ 1): the inverse of `until` on workdays."""
        index = bisect_left(self.reached, number)
        # Until exception `index` only the pattern moves the count: shift by the exceptions passed, and it is exact.
        weeks, rest = divmod(number - self.shift[index] - 1, len(self.position))
        ordinal = weeks * 7 + self.position[rest] + 1
        return min(ordinal, self.exceptions[index]) if index < len(self.exceptions) else ordinal


def count_workdays(weekdays: frozenset[int], exceptions: Mapping[date, bool]) -> WorkdayCount:
    """Prepare the count for a weekly pattern (0 = Monday) and the days that differ from it (True = workday)."""
    before = tuple(sum(weekday in weekdays for weekday in range(length)) for length in range(7))
    differing = [(day.toordinal(), works) for day, works in exceptions.items() if works != (day.weekday() in weekdays)]
    differing.sort()
    total, shift, reached = 0, [0], []
    for ordinal, works in differing:
        total += 1 if works else -1
        shift.append(total)
        weeks, rest = divmod(ordinal, 7)
        reached.append(weeks * len(weekdays) + before[rest] + total)
    return WorkdayCount(
        before,
        tuple(sorted(weekdays)),
        tuple(ordinal for ordinal, _ in differing),
        tuple(shift),
        tuple(reached),
    )
