"""Whether somebody works on a day, what that makes due when, and when they may be written to (R-CAL)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from domain.calendar.counting import WorkdayCount, count_workdays
from domain.calendar.layers import MONDAY_TO_FRIDAY, Leave, Roster
from domain.calendar.national import NationalTable
from domain.calendar.quiet import QuietHours
from domain.periods import Zone, in_zone, instant_at, local_date, week_dates

_NO_ROSTER: Final = Roster()
_DEFAULT_QUIET: Final = QuietHours()


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """The working days of one person, store, department or company.

    The first layer that decides a day wins (R-CAL-01): `leave` and `personal` → `unit`, the store's or else the
    department's roster → `company` → `national` → Monday to Friday. Building one costs some ten microseconds, asking
    it about one; build one per tenant and derive `for_person` only for people who differ.
    """

    national: NationalTable
    company: Roster = _NO_ROSTER
    unit: Roster = _NO_ROSTER
    personal: Roster = _NO_ROSTER
    leave: tuple[Leave, ...] = ()
    quiet: QuietHours = _DEFAULT_QUIET
    _weekdays: frozenset[int] = field(init=False, repr=False)
    _days: Mapping[date, bool] = field(init=False, repr=False)
    _count: WorkdayCount = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weekdays, days = MONDAY_TO_FRIDAY, dict(self.national.working)
        for roster in (self.company, self.unit, self.personal):
            if roster.weekdays is not None:
                weekdays = roster.weekdays
                days.clear()
            days.update(roster.days)
        for absence in self.leave:
            days.update(dict.fromkeys(absence, False))
        object.__setattr__(self, "_weekdays", weekdays)
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_count", count_workdays(weekdays, days))

    def for_person(self, personal: Roster = _NO_ROSTER, leave: tuple[Leave, ...] = ()) -> "WorkCalendar":
        """This calendar with one person's own roster and leave on top; itself when there is nothing to add."""
        if personal is _NO_ROSTER and not leave:
            return self
        return replace(self, personal=personal, leave=leave)

    def is_workday(self, day: date) -> bool:
        """Whether this is a working day (R-CAL-01)."""
        works = self._days.get(day)
        return day.weekday() in self._weekdays if works is None else works

    def workdays_between(self, first: date, last: date) -> int:
        """How many workdays lie from `first` to `last`, both included; 0 when last is before first."""
        if last < first:
            return 0
        return self._count.until(last.toordinal()) - self._count.until(first.toordinal() - 1)

    def add_days(self, day: date, number: int) -> date:
        """The n-th workday after a day, before it when negative; the day itself for 0, workday or not (R-CAL-05)."""
        if number == 0:
            return day
        base = self._count.until(day.toordinal() if number > 0 else day.toordinal() - 1)
        return date.fromordinal(self._count.nth(base + number if number > 0 else base + number + 1))

    def add_workdays(self, instant: datetime, number: int, zone: Zone) -> datetime:
        """The UTC instant n workdays later (earlier when negative) at the same wall-clock time (R-CAL-05, R-CAL-12)."""
        local = in_zone(instant, zone)
        if number == 0:
            return local.astimezone(UTC)
        return instant_at(self.add_days(local.date(), number), local.time(), zone)

    def weekly_due_day(self, week: str) -> date | None:
        """The day on which the duties of an ISO week "2026-W04" fall due; None for a week without duty (R-CAL-06).

        Friday, else the last workday before it, else the first one after it. Weeks with fewer than two workdays have no
        duty. Ask the calendar of the company or unit: on a person's own, leave would pull the day forward instead of
        excusing it. Raises ValueError for anything that is not a week.
        """
        monday, sunday = week_dates(week)
        if self.workdays_between(monday, sunday) < 2:
            return None
        friday = monday + timedelta(days=4)
        if self.is_workday(friday):
            return friday
        before = self.add_days(friday, -1)
        return before if before >= monday else self.add_days(friday, 1)

    def is_provisional(self, year: int) -> bool:
        """Whether this year's notice is not out yet, so that dates may still move (R-CAL-03)."""
        return self.national.is_provisional(year)

    def needs_next_year_warning(self, today: date) -> bool:
        """Whether admins must be told that next year's notice is missing (R-CAL-03)."""
        return self.national.needs_next_year_warning(today)

    def excuses(self, due: datetime, zone: Zone) -> bool:
        """Whether leave removes a duty: the due instant falls on leave (R-CAL-07). Leave is always of full days."""
        day = local_date(due, zone)
        return any(day in absence for absence in self.leave)

    def is_quiet(self, instant: datetime, zone: Zone) -> bool:
        """Whether unasked messages must wait at this instant: at night and all of a non-workday (R-CAL-09)."""
        local = in_zone(instant, zone)
        return self.quiet.covers(local.time()) or not self.is_workday(local.date())

    def next_allowed(self, instant: datetime, zone: Zone) -> datetime:
        """The first instant from this one on at which an unasked message may go out: itself, or UTC (R-CAL-09)."""
        local = in_zone(instant, zone)
        day, clock = local.date(), local.time()
        if self.is_workday(day):
            if not self.quiet.covers(clock):
                return instant
            opening = self.quiet.opens_after(clock)
            if opening is not None:
                # In a doubled hour the opening's first occurrence may already lie behind us.
                return max(instant, instant_at(day, opening, zone))
        return instant_at(self.add_days(day, 1), self.quiet.first_opening(), zone)
