"""The months allowances are counted in (R-ALW-01)."""

from datetime import date, datetime, time, timedelta

from domain.people.service import company
from domain.periods import PeriodKind, instant_at, local_date, period_key
from domain.unit_of_work import UnitOfWork


def current_month(uow: UnitOfWork) -> str:
    """The month it is for the company."""
    return period_key(PeriodKind.MONTH, local_date(uow.now, company(uow).timezone))


def month_after(period: str, number: int) -> str:
    """The month so many after one."""
    months = int(period[:4]) * 12 + int(period[5:7]) - 1 + number
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def first_day(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def last_day(period: str) -> date:
    return first_day(month_after(period, 1)) - timedelta(days=1)


def end_of_month(uow: UnitOfWork, period: str) -> datetime:
    """The instant a month ends for the company: the first of the next."""
    return instant_at(first_day(month_after(period, 1)), time.min, company(uow).timezone)
