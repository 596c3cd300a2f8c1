"""What a messenger's directory tells us of a user: renamed, moved, given another id, gone (R-ID-07, R-ID-08)."""

import logging

from sqlalchemy import Insert, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.ids import new_id
from domain.people.messages import PersonChanged, PersonLeft
from domain.people.model import Department, Identity, Person
from domain.unit_of_work import UnitOfWork

log = logging.getLogger("bida.directory")

IDENTITY = table_of(Identity)
PERSON = table_of(Person)
DEPARTMENT = table_of(Department)

_FIND = (
    select(IDENTITY.c.id, IDENTITY.c.person_id, IDENTITY.c.active)
    .where(
        IDENTITY.c.platform == bindparam("on"),
        IDENTITY.c.tenant.in_([bindparam("within"), ""]),
        IDENTITY.c.user_id == bindparam("user"),
    )
    .order_by(IDENTITY.c.tenant.desc())
    .limit(1)
)
_RENAME_ID = update(IDENTITY).where(IDENTITY.c.id == bindparam("row")).values(user_id=bindparam("to"))
_DEACTIVATE = update(IDENTITY).where(IDENTITY.c.id == bindparam("row")).values(active=False)
_NAME = update(PERSON).where(PERSON.c.id == bindparam("person")).values(name=bindparam("to"))
_MOVE = update(PERSON).where(PERSON.c.id == bindparam("person")).values(department_id=bindparam("to"))
_DEPARTMENT = select(DEPARTMENT.c.id).where(DEPARTMENT.c.name == bindparam("called"))
_ADD_DEPARTMENT: dict[bool, Insert] = {
    False: sqlite.insert(DEPARTMENT).on_conflict_do_nothing(),
    True: postgresql.insert(DEPARTMENT).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: two commands at once may be the first to hear of a department."""
_LINKS = (
    select(func.count()).select_from(IDENTITY).where(IDENTITY.c.person_id == bindparam("person"), IDENTITY.c.active)
)


def apply(uow: UnitOfWork, told: PersonChanged) -> bool:
    """Bring the person up to date; what is None stays as it is. False when nobody is linked to that account.

    An account that was released or left stays so, whatever the directory says of it later: only an import or a
    binding makes one active (R-ID-01, R-ID-07).
    """
    row = uow.one(_FIND, on=told.platform, within=told.tenant, user=told.user_id)
    if row is None or not row.active:
        return False
    if told.new_user_id and told.new_user_id != told.user_id:
        _change_id(uow, row.id, told)
    if told.name:
        uow.change(_NAME, person=row.person_id, to=told.name)
    if told.department:
        uow.change(_MOVE, person=row.person_id, to=_department(uow, told.department))
    return True


def leave(uow: UnitOfWork, told: PersonLeft) -> bool:
    """The account is inactive at once; the person stays while another account or the HR record is active (R-ID-07)."""
    row = uow.one(_FIND, on=told.platform, within=told.tenant, user=told.user_id)
    if row is None or not row.active:
        return False
    uow.change(_DEACTIVATE, row=row.id)
    left = uow.one(_LINKS, person=row.person_id)
    log.info(
        "identity_left", extra={"person": row.person_id, "platform": told.platform, "left": left[0] if left else 0}
    )
    return True


def _change_id(uow: UnitOfWork, identity_id: str, told: PersonChanged) -> None:
    """The platform renamed the user's id; a guest who already wrote under the new one gives way (wecom.md §2.4)."""
    taken = uow.one(_FIND, on=told.platform, within=told.tenant, user=told.new_user_id)
    if taken is not None and taken.id != identity_id:
        uow.change(_RENAME_ID, row=taken.id, to=f"{told.new_user_id}#{taken.id[-8:]}")
        uow.change(_DEACTIVATE, row=taken.id)
    uow.change(_RENAME_ID, row=identity_id, to=told.new_user_id)


def _department(uow: UnitOfWork, name: str) -> str:
    row = uow.one(_DEPARTMENT, called=name)
    if row is not None:
        return str(row.id)
    uow.change(_ADD_DEPARTMENT[uow.is_postgres], id=new_id(), name=name, parent_id=None, head_id=None, timezone=None)
    made = uow.one(_DEPARTMENT, called=name)
    assert made is not None
    return str(made.id)
