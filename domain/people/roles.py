"""Who holds a role besides "employee" (R-ROL, domain-rules §17), and who is still here to hold one (R-ORG-03)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from domain.columns import table_of
from domain.people.model import Person, Workspace
from domain.periods import local_date
from domain.unit_of_work import UnitOfWork

PERSON, WORKSPACE = table_of(Person), table_of(Workspace)

TENURE = (PERSON.c.leaves_on, func.coalesce(func.nullif(PERSON.c.timezone, ""), WORKSPACE.c.timezone).label("zone"))
"""What a statement over people and their company selects for `is_here`."""
PEOPLE = PERSON.join(WORKSPACE, WORKSPACE.c.workspace_id == PERSON.c.workspace_id)

_WITH_ROLES = (
    select(PERSON.c.id, PERSON.c.name, PERSON.c.roles, *TENURE)
    .select_from(PEOPLE)
    .where(PERSON.c.roles != "", PERSON.c.active, PERSON.c.provisional.is_(False))
    .order_by(PERSON.c.name, PERSON.c.id)
)


def holders(uow: UnitOfWork, role: str) -> list[tuple[str, str]]:
    """Person id and name of everybody with a role, by name; those who have left not counted."""
    rows = uow.all(_WITH_ROLES)
    return [(row.id, row.name) for row in rows if role in row.roles.split(",") and is_here(row, uow.now)]


def is_here(row: Row[Any], now: datetime) -> bool:
    """Whether somebody's last day, if there is one, is not over in their own zone."""
    return row.leaves_on is None or local_date(now, row.zone) <= row.leaves_on
