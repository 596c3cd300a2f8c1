"""Workdays with make-up workdays, layers and weekly due days (R-CAL-01 to R-CAL-07; A13 to A17, A19)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Leave, Roster, WorkCalendar, bundled_table
from domain.calendar.layers import EVERY_DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(bundled_table())


def at(month: int, day: int, hour: int = 18, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_R_CAL_04_check_values() -> None:
    assert CALENDAR.workdays_between(date(2026, 1, 1), date(2026, 12, 31)) == 248
    assert CALENDAR.workdays_between(date(2026, 1, 1), date(2026, 3, 31)) == 59
    assert CALENDAR.add_days(date(2025, 12, 31), 1) == date(2026, 1, 4)
    assert CALENDAR.add_days(date(2025, 12, 31), 5) == date(2026, 1, 8)


def test_R_CAL_04_every_make_up_day_of_2026_is_a_workday_at_the_weekend() -> None:
    table = bundled_table()
    made_up = {day for day, works in table.working.items() if works and day.year == 2026}
    assert made_up == {date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}
    assert all(day.weekday() >= 5 and CALENDAR.is_workday(day) for day in made_up)
    assert sum(not works for day, works in table.working.items() if day.year == 2026) == 3 + 9 + 3 + 5 + 3 + 3 + 7


@pytest.mark.parametrize(("number", "month", "day"), [(0, 2, 13), (1, 2, 14), (2, 2, 24), (3, 2, 25), (-1, 2, 12)])
def test_R_CAL_05_add_workdays_keeps_the_clock(number: int, month: int, day: int) -> None:
    assert CALENDAR.add_workdays(at(2, 13), number, "Asia/Shanghai") == at(month, day)


def test_R_CAL_05_answers_in_utc_across_a_clock_change() -> None:
    berlin = WorkCalendar(bundled_table(), company=Roster(weekdays=frozenset(range(5))))
    friday = datetime(2026, 3, 27, 18, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    monday = berlin.add_workdays(friday, 1, "Europe/Berlin")
    assert monday == datetime(2026, 3, 30, 16, 0, tzinfo=UTC)
    assert monday.tzinfo is UTC
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 02:30 of that night in Berlin
    assert berlin.add_workdays(second, 0, "Europe/Berlin") == second


def test_A13_grace_and_escalation_dates() -> None:
    due = at(2, 13)
    overdue = CALENDAR.add_workdays(due, 1, SHANGHAI)
    assert overdue == at(2, 14)
    levels = [CALENDAR.add_workdays(overdue, number, SHANGHAI) for number in (1, 3, 6)]
    assert levels == [at(2, 24), at(2, 26), at(3, 2)]


def test_A14_leave_on_the_due_day_excuses() -> None:
    away = CALENDAR.for_person(leave=(Leave(date(2026, 2, 13), date(2026, 2, 14)),))
    assert away.excuses(at(2, 13), SHANGHAI)
    assert not away.excuses(at(2, 12), SHANGHAI)
    assert not CALENDAR.excuses(at(2, 13), SHANGHAI)
    assert away.add_workdays(at(2, 12), 1, SHANGHAI) == at(2, 24)


def test_A15_week_without_duty() -> None:
    assert CALENDAR.weekly_due_day("2026-W08") is None


def test_A16_due_on_wednesday_before_the_national_holiday() -> None:
    assert CALENDAR.weekly_due_day("2026-W40") == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("week", "due"),
    [
        ("2026-W04", date(2026, 1, 23)),
        ("2026-W07", date(2026, 2, 13)),  # a make-up Saturday does not postpone it
        ("2026-W18", date(2026, 4, 30)),
        ("2026-W25", date(2026, 6, 18)),
        ("2026-W39", date(2026, 9, 24)),
        ("2026-W41", date(2026, 10, 9)),
    ],
)
def test_R_CAL_06_weekly_due_day(week: str, due: date) -> None:
    assert CALENDAR.weekly_due_day(week) == due


def test_R_CAL_06_only_days_after_friday_are_left_or_only_one_day() -> None:
    off = {date(2026, 3, day): False for day in range(9, 14)}
    weekend = off | {date(2026, 3, 14): True, date(2026, 3, 15): True}
    assert WorkCalendar(bundled_table(), company=Roster(weekend)).weekly_due_day("2026-W11") == date(2026, 3, 14)
    ends = off | {date(2026, 3, 9): True, date(2026, 3, 14): True}
    assert WorkCalendar(bundled_table(), company=Roster(ends)).weekly_due_day("2026-W11") == date(2026, 3, 9)
    single = off | {date(2026, 3, 12): True}
    assert WorkCalendar(bundled_table(), company=Roster(single)).weekly_due_day("2026-W11") is None


def test_A17_make_up_sunday_is_a_workday_and_may_be_reminded() -> None:
    assert CALENDAR.is_workday(date(2026, 1, 4))
    assert not CALENDAR.is_quiet(at(1, 4, 10), SHANGHAI)


def test_A19_unpublished_year_uses_the_weekday_rule_and_warns() -> None:
    assert CALENDAR.is_provisional(2027)
    assert not CALENDAR.is_provisional(2026)
    assert CALENDAR.is_workday(date(2027, 1, 1))
    assert not CALENDAR.is_workday(date(2027, 1, 2))
    assert CALENDAR.workdays_between(date(2027, 1, 1), date(2027, 12, 31)) == 261
    assert not CALENDAR.needs_next_year_warning(date(2026, 11, 30))
    assert CALENDAR.needs_next_year_warning(date(2026, 12, 1))
    assert not CALENDAR.needs_next_year_warning(date(2025, 12, 1))


def test_R_CAL_01_the_first_layer_that_decides_wins() -> None:
    day = date(2026, 2, 16)  # a national holiday
    works, rests = Roster({day: True}), Roster({day: False})
    assert not CALENDAR.is_workday(day)
    company = WorkCalendar(bundled_table(), company=works)
    assert company.is_workday(day)
    unit = WorkCalendar(bundled_table(), company=works, unit=rests)
    assert not unit.is_workday(day)
    assert unit.for_person(personal=works).is_workday(day)
    assert not unit.for_person(personal=works, leave=(Leave(day, day),)).is_workday(day)
    assert unit.for_person() is unit


def test_R_ORG_05_daily_store_works_on_holidays_but_people_still_go_on_leave() -> None:
    store = WorkCalendar(bundled_table(), unit=Roster(weekdays=EVERY_DAY))
    assert store.workdays_between(date(2026, 1, 1), date(2026, 12, 31)) == 365
    clerk = store.for_person(leave=(Leave(date(2026, 5, 1), date(2026, 5, 3)),))
    assert clerk.workdays_between(date(2026, 4, 30), date(2026, 5, 4)) == 2


def test_impossible_rosters_and_leave_are_refused() -> None:
    with pytest.raises(ValueError, match="weekdays"):
        Roster(weekdays=frozenset())
    with pytest.raises(ValueError, match="weekdays"):
        Roster(weekdays=frozenset({7}))
    with pytest.raises(ValueError, match="ends before"):
        Leave(date(2026, 1, 2), date(2026, 1, 1))


DAYS = st.dates(min_value=date(2024, 6, 1), max_value=date(2028, 6, 1))
CALENDARS = st.builds(
    WorkCalendar,
    st.just(bundled_table()),
    company=st.builds(Roster, st.dictionaries(DAYS, st.booleans(), max_size=40)),
    unit=st.builds(
        Roster,
        st.dictionaries(DAYS, st.booleans(), max_size=10),
        st.none() | st.frozensets(st.integers(0, 6), min_size=1),
    ),
)


@given(CALENDARS, DAYS, st.integers(0, 500))
def test_counting_equals_walking_day_by_day(calendar: WorkCalendar, first: date, length: int) -> None:
    days = [first + timedelta(days=step) for step in range(length + 1)]
    assert calendar.workdays_between(first, days[-1]) == sum(map(calendar.is_workday, days))
    assert calendar.workdays_between(first, first - timedelta(days=1)) == 0


@given(CALENDARS, DAYS, st.integers(1, 300))
def test_the_nth_workday_is_a_workday_with_n_on_the_way(calendar: WorkCalendar, day: date, number: int) -> None:
    one = timedelta(days=1)
    later, earlier = calendar.add_days(day, number), calendar.add_days(day, -number)
    assert calendar.is_workday(later)
    assert calendar.workdays_between(day + one, later) == number
    assert calendar.is_workday(earlier)
    assert calendar.workdays_between(earlier, day - one) == number
    assert calendar.add_days(later, 1) > later
    assert calendar.add_days(day, 0) == day


@given(DAYS, st.integers(1, 200), st.times())
def test_going_forth_and_back_from_a_workday_returns(day: date, number: int, clock: time) -> None:
    start = datetime.combine(CALENDAR.add_days(day, 1), clock.replace(fold=0), tzinfo=SHANGHAI)
    there = CALENDAR.add_workdays(start, number, SHANGHAI)
    assert CALENDAR.add_workdays(there, -number, SHANGHAI) == start
