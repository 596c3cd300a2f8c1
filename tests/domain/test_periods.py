"""Period keys in the subject's zone (R-GEN-02, R-GEN-03) and wall-clock rules (R-CAL-12)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import (
    PeriodKind,
    instant_at,
    iso_week,
    local_date,
    next_week,
    period_key,
    period_key_at,
    previous_week,
    week_dates,
)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (PeriodKind.DAY, "2026-01-19"),
        (PeriodKind.WEEK, "2026-W04"),
        (PeriodKind.MONTH, "2026-01"),
        (PeriodKind.QUARTER, "2026-Q1"),
        (PeriodKind.HALF, "2026-H1"),
        (PeriodKind.YEAR, "2026"),
    ],
)
def test_R_GEN_03_keys(kind: PeriodKind, key: str) -> None:
    assert period_key(kind, date(2026, 1, 19)) == key


@pytest.mark.parametrize(
    ("month", "quarter", "half"),
    [(3, "2026-Q1", "2026-H1"), (4, "2026-Q2", "2026-H1"), (6, "2026-Q2", "2026-H1"), (7, "2026-Q3", "2026-H2")],
)
def test_quarters_and_halves_turn_on_their_first_day(month: int, quarter: str, half: str) -> None:
    assert period_key(PeriodKind.QUARTER, date(2026, month, 1)) == quarter
    assert period_key(PeriodKind.HALF, date(2026, month, 1)) == half


def test_R_GEN_02_the_same_instant_is_another_day_elsewhere() -> None:
    instant = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert period_key_at(PeriodKind.DAY, instant, "Asia/Shanghai") == "2026-01-01"
    assert period_key_at(PeriodKind.YEAR, instant, ZoneInfo("Europe/Berlin")) == "2025"
    assert local_date(instant, "America/New_York") == date(2025, 12, 31)


def test_R_GEN_03_weeks_at_the_turn_of_the_year() -> None:
    assert iso_week(date(2025, 12, 29)) == "2026-W01"
    assert iso_week(date(2027, 1, 3)) == "2026-W53"
    assert week_dates("2026-W04") == (date(2026, 1, 19), date(2026, 1, 25))
    assert next_week("2026-W53") == "2027-W01"
    assert previous_week("2026-W01") == "2025-W52"


@pytest.mark.parametrize(
    "week", ["2026-W54", "2026-W00", "2025-W53", "2026-4", "2026W04", "２０２６-W04", "", "2026-W04\n"]
)
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(ValueError, match="week"):
        week_dates(week)


def test_an_instant_needs_a_zone_and_a_zone_must_exist() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        local_date(datetime(2026, 1, 1), "Asia/Shanghai")  # noqa: DTZ001 - the refusal of exactly this is tested
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="unknown time zone"):
            local_date(datetime(2026, 1, 1, tzinfo=UTC), name)


def test_R_CAL_12_missing_time_moves_forward_and_doubled_time_is_its_first() -> None:
    missing = instant_at(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert missing.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 30)
    doubled = instant_at(date(2026, 10, 25), time(2, 30, fold=1), "Europe/Berlin")
    assert doubled == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_a_day_lies_in_its_own_week_and_weeks_follow_each_other(day: date) -> None:
    week = iso_week(day)
    monday, sunday = week_dates(week)
    assert monday <= day <= sunday
    assert sunday - monday == timedelta(days=6)
    assert previous_week(next_week(week)) == week
    assert week_dates(next_week(week))[0] == sunday + timedelta(days=1)
