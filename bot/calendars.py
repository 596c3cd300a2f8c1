"""The working days of each company, kept until its calendar changes."""

from sqlalchemy import select

from domain.calendar import NationalTable, Roster, WorkCalendar
from domain.columns import table_of
from domain.people.model import CalendarDay
from domain.unit_of_work import UnitOfWork

DAY = table_of(CalendarDay)

_COMPANY_DAYS = select(DAY.c.day, DAY.c.off).where(DAY.c.scope == "")


class Calendars:
    """A `WorkCalendar` per workspace. `version` is the workspace row's; a change makes the next question build anew,
    so that replicas agree without telling each other."""

    def __init__(self, national: NationalTable) -> None:
        self._national = national
        self._built: dict[str, tuple[int, WorkCalendar]] = {}

    def of(self, uow: UnitOfWork, version: int) -> WorkCalendar:
        known = self._built.get(uow.workspace_id)
        if known is not None and known[0] == version:
            return known[1]
        days = {row.day: not row.off for row in uow.all(_COMPANY_DAYS)}
        built = WorkCalendar(national=self._national, company=Roster(days=days))
        self._built[uow.workspace_id] = (version, built)
        return built
