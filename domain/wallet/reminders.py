"""When people are reminded of points that run out, and who they are (R-LOT-06)."""

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.delivery.leases import first_run
from domain.periods import local_date
from domain.points.model import Lot
from domain.unit_of_work import UnitOfWork
from domain.wallet.service import end_of

LOT = table_of(Lot)

DAYS = (30, 7, 1)
"""How long before the last day people are reminded; farthest first."""
_HORIZON = timedelta(days=60)
"""Longer than the first reminder and the longest holiday before it."""

_DATES = (
    select(LOT.c.expires_at)
    .where(LOT.c.remaining > 0, LOT.c.expires_at >= bindparam("now"), LOT.c.expires_at <= bindparam("until"))
    .group_by(LOT.c.expires_at)
    .order_by(LOT.c.expires_at)
)
_WHO = (
    select(LOT.c.person_id, func.sum(LOT.c.remaining).label("points"))
    .where(
        LOT.c.remaining > 0, LOT.c.expires_at >= bindparam("since"), LOT.c.expires_at <= bindparam("until"),
        LOT.c.person_id > bindparam("after"),
    )
    .group_by(LOT.c.person_id)
    .order_by(LOT.c.person_id)
    .limit(bindparam("most"))
)  # fmt: skip


def reminder_day(last: date, days: int, calendar: WorkCalendar) -> date:
    """The day of a reminder: that many days before the last one, or the workday before that (R-LOT-06)."""
    day = last - timedelta(days=days)
    return day if calendar.is_workday(day) else calendar.add_days(day, -1)


def stages_due(uow: UnitOfWork, calendar: WorkCalendar, zone: str) -> list[tuple[date, int]]:
    """Last days whose reminder is due and has not been begun: each is told once, however often this is asked. Of
    several that have come due meanwhile only the latest is told."""
    today = local_date(uow.now, zone)
    found: list[tuple[date, int]] = []
    rows = uow.all(_DATES, now=uow.now, until=uow.now + _HORIZON)
    for last in sorted({local_date(row.expires_at, zone) for row in rows}):
        reached = [days for days in DAYS if reminder_day(last, days, calendar) <= today]
        if reached and first_run(uow, "points.expiring", f"{last.isoformat()}:{min(reached)}"):
            found.append((last, min(reached)))
    return found


def losing(uow: UnitOfWork, last: date, zone: str, *, after: str, most: int) -> list[tuple[str, int]]:
    """Who has points that run out on a day, and how many: `most` people, those after `after` in the order of ids."""
    since: datetime = end_of(last - timedelta(days=1), zone)
    rows = uow.all(_WHO, since=since, until=end_of(last, zone), after=after, most=most)
    return [(row.person_id, int(row.points)) for row in rows]
