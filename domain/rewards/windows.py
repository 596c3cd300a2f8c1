"""The periods of a user limit: when the present one began, and when the next one begins (R-RED-04)."""

from datetime import date, datetime, time, timedelta

from domain.periods import instant_at, local_date

EVER = "ever"
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def period_of(period: str, now: datetime, zone: str) -> tuple[datetime | None, date | None]:
    """The instant a person's week, month, quarter, half or year began, and the first day of the next; both None for
    "ever"."""
    if period == EVER:
        return None, None
    today = local_date(now, zone)
    if period == "week":
        first = today - timedelta(days=today.weekday())
        after = first + timedelta(days=7)
    else:
        months = _MONTHS[period]
        first = date(today.year, (today.month - 1) // months * months + 1, 1)
        last = first.year * 12 + first.month - 1 + months
        after = date(last // 12, last % 12 + 1, 1)
    return instant_at(first, time(0), zone), after
