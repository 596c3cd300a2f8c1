"""Quiet hours and spread minutes (R-CAL-09, R-CAL-10, R-CAL-12; A18)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import QuietHours, Roster, WorkCalendar, bundled_table, jitter_minute, jittered
from domain.calendar.layers import EVERY_DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(bundled_table())


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_A18_holiday_is_quiet_all_day() -> None:
    assert CALENDAR.is_quiet(at(2, 16, 10), "Asia/Shanghai")
    assert CALENDAR.next_allowed(at(2, 16, 10), "Asia/Shanghai") == at(2, 24, 8, 30)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(0, 0, True), (8, 29, True), (8, 30, False), (12, 0, False), (20, 29, False), (20, 30, True), (23, 59, True)],
)
def test_R_CAL_09_default_hours(hour: int, minute: int, quiet: bool) -> None:
    assert CALENDAR.is_quiet(at(1, 19, hour, minute), SHANGHAI) is quiet


def test_R_CAL_09_next_allowed_minute() -> None:
    assert CALENDAR.next_allowed(at(1, 19, 10), SHANGHAI) == at(1, 19, 10)
    assert CALENDAR.next_allowed(at(1, 19, 7), SHANGHAI) == at(1, 19, 8, 30)
    assert CALENDAR.next_allowed(at(1, 19, 21), SHANGHAI) == at(1, 20, 8, 30)
    assert CALENDAR.next_allowed(at(1, 23, 20, 30), SHANGHAI) == at(1, 26, 8, 30)
    assert CALENDAR.next_allowed(at(2, 27, 22), SHANGHAI) == at(2, 28, 8, 30)  # a make-up Saturday


def test_R_CAL_09_counts_in_the_receivers_zone() -> None:
    instant = datetime(2026, 1, 19, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, 02:00 in Berlin
    assert not CALENDAR.is_quiet(instant, "Asia/Shanghai")
    assert CALENDAR.is_quiet(instant, "Europe/Berlin")


def test_R_CAL_09_store_uses_its_opening_hours_also_past_midnight() -> None:
    daily = Roster(weekdays=EVERY_DAY)
    store = WorkCalendar(bundled_table(), unit=daily, quiet=QuietHours(time(22), time(10)))
    assert not store.is_quiet(at(2, 16, 21), SHANGHAI)
    assert store.next_allowed(at(2, 16, 23), SHANGHAI) == at(2, 17, 10)
    bar = WorkCalendar(bundled_table(), unit=daily, quiet=QuietHours(time(2), time(16)))
    assert not bar.is_quiet(at(2, 16, 1), SHANGHAI)
    assert bar.next_allowed(at(2, 16, 2), SHANGHAI) == at(2, 16, 16)
    never = WorkCalendar(bundled_table(), quiet=QuietHours(time(9), time(9)))
    assert never.next_allowed(at(1, 24, 3), SHANGHAI) == at(1, 26, 0)


def test_R_CAL_12_opening_in_the_doubled_hour_is_never_in_the_past() -> None:
    berlin = WorkCalendar(bundled_table(), unit=Roster(weekdays=EVERY_DAY), quiet=QuietHours(time(22), time(2, 30)))
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # the second 02:10
    assert berlin.next_allowed(second, "Europe/Berlin") == second


INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(INSTANTS, st.sampled_from(["Asia/Shanghai", "Asia/Kolkata", "America/New_York"]))
def test_next_allowed_is_allowed_not_earlier_and_stable(instant: datetime, zone: str) -> None:
    allowed = CALENDAR.next_allowed(instant, zone)
    assert allowed >= instant
    assert not CALENDAR.is_quiet(allowed, zone)
    assert (allowed == instant) is not CALENDAR.is_quiet(instant, zone)
    assert CALENDAR.next_allowed(allowed, zone) == allowed
    if allowed > instant:
        assert CALENDAR.is_quiet(allowed - timedelta(microseconds=1), zone)


def test_R_CAL_10_jitter_is_the_same_on_every_machine() -> None:
    assert [jitter_minute(f"person-{number}") for number in range(8)] == [2, 4, 9, 1, 9, 5, 9, 3]


def test_R_CAL_10_jitter_spreads_people_over_all_allowed_minutes() -> None:
    seen = {jitter_minute(str(number), 25) for number in range(300)}
    assert seen == set(range(10)) - {5}
    assert {jitter_minute(str(number), 13) for number in range(300)} == set(range(10))


@given(st.text(max_size=40), st.integers(0, 59))
def test_R_CAL_10_never_on_the_hour_or_half_hour(person: str, minute: int) -> None:
    planned = datetime(2026, 1, 19, 1, minute, tzinfo=UTC)
    late = jittered(planned, person)
    assert timedelta(0) <= late - planned <= timedelta(minutes=9)
    assert late.minute not in (0, 30)
    assert jittered(planned, person) == late


@pytest.mark.parametrize("minute", [-1, 60])
def test_a_minute_outside_the_hour_is_refused(minute: int) -> None:
    with pytest.raises(ValueError, match="minute"):
        jitter_minute("a", minute)
