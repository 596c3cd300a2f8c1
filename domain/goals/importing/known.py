"""What the database already knows of goals and of those who may own them, loaded once for a whole import."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, select

from domain.columns import table_of
from domain.goals.model import CheckIn, Cycle, KeyResult, Objective
from domain.people.model import Person, Workspace
from domain.periods import PeriodKind, local_date, period_key
from domain.unit_of_work import UnitOfWork

KR = table_of(KeyResult)
OBJECTIVE = table_of(Objective)
CYCLE = table_of(Cycle)
CHECK_IN = table_of(CheckIn)
PERSON = table_of(Person)
WORKSPACE = table_of(Workspace)

_OBJECTIVES = select(OBJECTIVE, CYCLE.c.starts_on, CYCLE.c.ends_on).select_from(
    OBJECTIVE.join(CYCLE, and_(CYCLE.c.workspace_id == OBJECTIVE.c.workspace_id, CYCLE.c.id == OBJECTIVE.c.cycle_id))
)
_KEY_RESULTS = select(KR).order_by(KR.c.position)
_CHECKED = select(CHECK_IN.c.key_result_id).distinct()
_CYCLES = select(CYCLE)
_PEOPLE = select(
    PERSON.c.id, PERSON.c.employee_no, PERSON.c.active, PERSON.c.leaves_on, PERSON.c.timezone,
    PERSON.c.department_id, PERSON.c.manager_id,
).where(PERSON.c.employee_no.is_not(None))  # fmt: skip
_COMPANY = select(WORKSPACE.c.timezone)


class Known:
    """Objectives by key, key results by objective, cycles by key, owners by employee number."""

    def __init__(self, uow: UnitOfWork) -> None:
        company = uow.one(_COMPANY)
        self._zone = company.timezone if company is not None else "Asia/Shanghai"
        self._now = uow.now
        self.objectives: dict[str, Row[Any]] = {row.key: row for row in uow.all(_OBJECTIVES)}
        self.key_of: dict[str, str] = {row.id: key for key, row in self.objectives.items()}
        self.cycles: dict[str, Row[Any]] = {row.key: row for row in uow.all(_CYCLES)}
        self.owners: dict[str, Row[Any]] = {row.employee_no: row for row in uow.all(_PEOPLE)}
        self.people: dict[str, Row[Any]] = {row.id: row for row in self.owners.values()}
        self.checked: frozenset[str] = frozenset(row.key_result_id for row in uow.all(_CHECKED))
        self.key_results: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in uow.all(_KEY_RESULTS):
            self.key_results[row.objective_id].append(row)

    def is_active(self, person: Row[Any]) -> bool:
        """Until the end of the leaving day in the person's own zone (R-ORG-03)."""
        gone = person.leaves_on and local_date(self._now, person.timezone or self._zone) > person.leaves_on
        return bool(person.active) and not gone

    def span(self, due: date) -> tuple[date, date]:
        """First and last day of the cycle a due date falls into: as stored, else its calendar quarter."""
        cycle = self.cycles.get(cycle_key(due))
        return (cycle.starts_on, cycle.ends_on) if cycle is not None else quarter(due)

    def parent_of(self, key: str) -> str | None:
        """The key of an objective's parent as stored."""
        row = self.objectives.get(key)
        return None if row is None or row.parent_id is None else self.key_of.get(row.parent_id)


def cycle_key(due: date) -> str:
    """The cycle an imported objective belongs to: the quarter of its due date, "2026-Q1" (R-CYC-01)."""
    return period_key(PeriodKind.QUARTER, due)


def quarter(day: date) -> tuple[date, date]:
    """First and last day of the calendar quarter around a day."""
    month = (day.month - 1) // 3 * 3 + 1
    after = date(day.year + (month == 10), (month + 2) % 12 + 1, 1)
    return date(day.year, month, 1), date.fromordinal(after.toordinal() - 1)
