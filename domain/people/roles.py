"""Who holds a role besides "employee" (R-ROL, domain-rules §17)."""

from sqlalchemy import select

from domain.columns import table_of
from domain.people.model import Person
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)

_WITH_ROLES = (
    select(PERSON.c.id, PERSON.c.name, PERSON.c.roles)
    .where(PERSON.c.roles != "", PERSON.c.active, PERSON.c.provisional.is_(False))
    .order_by(PERSON.c.name, PERSON.c.id)
)


def holders(uow: UnitOfWork, role: str) -> list[tuple[str, str]]:
    """Person id and name of everybody with a role, by name."""
    rows = uow.all(_WITH_ROLES)
    return [(row.id, row.name) for row in rows if role in row.roles.split(",")]
