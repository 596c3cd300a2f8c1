"""What may overrule the national table: leave, rosters and the company's own days (R-CAL-01)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

MONDAY_TO_FRIDAY: Final = frozenset(range(5))
EVERY_DAY: Final = frozenset(range(7))
_NOTHING: Final[Mapping[date, bool]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Days somebody decided about: True is a workday, False a day off.

    With `weekdays` (0 = Monday) the roster also decides every other day, so layers below it no longer count: a store
    that opens every day is `Roster(weekdays=EVERY_DAY)` (R-ORG-05). Raises ValueError for an empty or impossible week.
    """

    days: Mapping[date, bool] = field(default_factory=lambda: _NOTHING)
    weekdays: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.weekdays is not None and not (self.weekdays and self.weekdays <= EVERY_DAY):
            raise ValueError("weekdays are 0 to 6, at least one")


@dataclass(frozen=True, slots=True)
class Leave:
    """Full days somebody is away, both ends included (R-CAL-07). Raises ValueError when it ends before it starts."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("leave ends before it starts")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return map(date.fromordinal, range(self.first.toordinal(), self.last.toordinal() + 1))
