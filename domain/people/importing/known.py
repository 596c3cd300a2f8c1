"""What the database already knows of people, loaded once for a whole import."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select

from domain.columns import table_of
from domain.people.model import Department, Identity, Person, Store, StoreAssignment
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
IDENTITY = table_of(Identity)
DEPARTMENT = table_of(Department)
STORE = table_of(Store)
ASSIGNMENT = table_of(StoreAssignment)

FIELDS = (
    "name", "email", "mobile", "department_id", "manager_id", "store_id", "roles", "locale", "timezone", "joined_on",
)  # fmt: skip
_PEOPLE = select(PERSON.c.id, PERSON.c.employee_no, *(PERSON.c[name] for name in FIELDS)).where(
    PERSON.c.employee_no.is_not(None)
)
_ACCOUNTS = select(
    IDENTITY.c.id, IDENTITY.c.person_id, IDENTITY.c.platform, IDENTITY.c.tenant, IDENTITY.c.user_id,
    IDENTITY.c.active, PERSON.c.provisional,
).select_from(
    IDENTITY.join(PERSON, and_(PERSON.c.workspace_id == IDENTITY.c.workspace_id, PERSON.c.id == IDENTITY.c.person_id))
)  # fmt: skip
_DEPARTMENTS = select(DEPARTMENT.c.id, DEPARTMENT.c.name)
_STORES = select(STORE.c.id, STORE.c.name)
_ASSIGNMENTS = select(ASSIGNMENT.c.id, ASSIGNMENT.c.person_id, ASSIGNMENT.c.store_id, ASSIGNMENT.c.role).where(
    ASSIGNMENT.c.until_at.is_(None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row of who somebody is on a messenger."""

    id: str
    person_id: str
    platform: str
    tenant: str
    user_id: str
    active: bool
    provisional: bool


class Known:
    """People by employee number, departments and stores by name, accounts by what they are and whose they are, and who
    serves which store as what."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.people: dict[str, Row[Any]] = {row.employee_no: row for row in uow.all(_PEOPLE)}
        self.number_of: dict[str, str] = {row.id: number for number, row in self.people.items()}
        self.departments: dict[str, str] = {row.name: row.id for row in uow.all(_DEPARTMENTS)}
        self.stores: dict[str, str] = {row.name: row.id for row in uow.all(_STORES)}
        self.assignments: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        """Person → (store, role) → the assignment that lasts."""
        for row in uow.all(_ASSIGNMENTS):
            self.assignments[row.person_id][row.store_id, row.role] = row.id
        accounts = [Account(**row._asdict()) for row in uow.all(_ACCOUNTS)]
        self._by_user = _grouped(((one.platform, one.user_id), one) for one in accounts)
        self._by_person = _grouped(((one.platform, one.person_id), one) for one in accounts)

    def manager_of(self, employee_no: str) -> str | None:
        """The employee number of somebody's manager as stored."""
        row = self.people.get(employee_no)
        return None if row is None or row.manager_id is None else self.number_of.get(row.manager_id)

    def holding(self, platform: str, tenant: str, user_id: str) -> list[Account]:
        """The rows an account may be known by, the surest first.

        A row without tenant was imported before the connection was set up and means any; so does the caller's "".
        """
        rows = self._by_user.get((platform, user_id), [])
        fitting = [one for one in rows if not tenant or one.tenant in (tenant, "")]
        return sorted(fitting, key=lambda one: (one.tenant != tenant, not one.active, one.provisional))

    def accounts_of(self, platform: str, tenant: str, person_id: str) -> list[Account]:
        """A person's active rows on one messenger and corp, those without tenant included."""
        rows = self._by_person.get((platform, person_id), [])
        return [one for one in rows if one.active and one.tenant in (tenant, "")]


def _grouped(pairs: Iterable[tuple[tuple[str, str], Account]]) -> dict[tuple[str, str], list[Account]]:
    groups: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for key, account in pairs:
        groups[key].append(account)
    return groups
