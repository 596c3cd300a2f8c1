"""Which day, week, month or quarter something belongs to, in the zone of whom it is about (R-GEN-02, R-GEN-03)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Zone = str | ZoneInfo
"""An IANA zone, by name or resolved."""

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


class PeriodKind(StrEnum):
    """The lengths of time we keep score over; custom cycles use their own id as key."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo:
    """The rules of an IANA zone such as "Asia/Shanghai". Raises ValueError for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError("unknown time zone") from error


def in_zone(instant: datetime, zone: Zone) -> datetime:
    """What the wall clock in `zone` shows at an instant. Raises ValueError for an instant without zone (R-GEN-01)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(zone_info(zone) if isinstance(zone, str) else zone)


def local_date(instant: datetime, zone: Zone) -> date:
    """The business date of an instant in a zone (R-GEN-01)."""
    return in_zone(instant, zone).date()


def instant_at(day: date, clock: time, zone: Zone) -> datetime:
    """The UTC instant at which the wall clock in `zone` shows `clock` on `day` (R-CAL-12).

    A time that does not exist that day moves forward by the missing span; a doubled time is its first occurrence.
    """
    rules = zone_info(zone) if isinstance(zone, str) else zone
    # fold=0 reads a doubled time as its first occurrence, and a missing one with the offset before the jump, which
    # lands behind the gap.
    return datetime.combine(day, clock.replace(fold=0), tzinfo=rules).astimezone(UTC)


@lru_cache(maxsize=1024)
def iso_week(day: date) -> str:
    """The ISO week of a day, Monday to Sunday, as "2026-W04"."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def period_key(kind: PeriodKind, day: date) -> str:
    """The key of the period of one kind a business date lies in (R-GEN-03).

    Shapes: "2026-01-19", "2026-W04", "2026-01", "2026-Q1", "2026-H1", "2026".
    """
    year, month = f"{day.year:04d}", day.month
    match kind:
        case PeriodKind.DAY:
            return f"{year}-{month:02d}-{day.day:02d}"
        case PeriodKind.WEEK:
            return iso_week(day)
        case PeriodKind.MONTH:
            return f"{year}-{month:02d}"
        case PeriodKind.QUARTER:
            return f"{year}-Q{(month + 2) // 3}"
        case PeriodKind.HALF:
            return f"{year}-H{(month + 5) // 6}"
        case PeriodKind.YEAR:
            return year


def period_key_at(kind: PeriodKind, instant: datetime, zone: Zone) -> str:
    """The key of the period an instant lies in, in the subject's zone (R-GEN-02)."""
    return period_key(kind, local_date(instant, zone))


@lru_cache(maxsize=1024)
def week_dates(week: str) -> tuple[date, date]:
    """Monday and Sunday of an ISO week "2026-W04". Raises ValueError for anything that is not a week."""
    match = _WEEK.fullmatch(week)
    if match is None:
        raise ValueError("not an ISO week")
    monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return monday, monday + timedelta(days=6)


@lru_cache(maxsize=1024)
def previous_week(week: str) -> str:
    """The ISO week before one, across the turn of the year. Raises ValueError like `week_dates`."""
    return iso_week(week_dates(week)[0] - timedelta(days=7))


@lru_cache(maxsize=1024)
def next_week(week: str) -> str:
    """The ISO week after one, across the turn of the year. Raises ValueError like `week_dates`."""
    return iso_week(week_dates(week)[0] + timedelta(days=7))
