"""Stores and who serves them (R-ORG-05): rights at the counter come from assignments, never from a person's role alone.

A suspended assignment (R-PIC-06) gives no right and no news until the store manager gives it back.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, or_, select, update

from domain.columns import table_of
from domain.people.messages import StoreRef
from domain.people.model import Person, Store, StoreAssignment, Workspace
from domain.people.roles import TENURE, is_here
from domain.unit_of_work import UnitOfWork

CLERK, STORE_MANAGER = "clerk", "store_manager"
STAFF: Final = frozenset({CLERK, STORE_MANAGER})

STORE, PERSON, WORKSPACE = table_of(Store), table_of(Person), table_of(Workspace)
ASSIGNMENT = table_of(StoreAssignment)

_COLUMNS = (STORE.c.id, STORE.c.name, func.coalesce(STORE.c.timezone, WORKSPACE.c.timezone).label("timezone"))
_STORE = STORE.join(WORKSPACE, WORKSPACE.c.workspace_id == STORE.c.workspace_id)
_ONE = select(*_COLUMNS).select_from(_STORE).where(STORE.c.id == bindparam("store"))
_EVERY = select(*_COLUMNS).select_from(_STORE).order_by(STORE.c.id)
_LASTS = and_(
    ASSIGNMENT.c.from_at <= bindparam("at"),
    or_(ASSIGNMENT.c.until_at.is_(None), ASSIGNMENT.c.until_at > bindparam("at")),
)
_SERVED = (
    select(*_COLUMNS, ASSIGNMENT.c.role)
    .select_from(
        _STORE.join(
            ASSIGNMENT, and_(ASSIGNMENT.c.workspace_id == STORE.c.workspace_id, ASSIGNMENT.c.store_id == STORE.c.id)
        )
    )
    .where(ASSIGNMENT.c.person_id == bindparam("person"), ASSIGNMENT.c.frozen_at.is_(None), _LASTS)
    .order_by(ASSIGNMENT.c.from_at, ASSIGNMENT.c.id)
)
_STAFF = (
    select(PERSON.c.id, *TENURE)
    .select_from(
        ASSIGNMENT.join(
            PERSON, and_(PERSON.c.workspace_id == ASSIGNMENT.c.workspace_id, PERSON.c.id == ASSIGNMENT.c.person_id)
        ).join(WORKSPACE, WORKSPACE.c.workspace_id == PERSON.c.workspace_id)
    )
    .where(
        ASSIGNMENT.c.store_id == bindparam("store"), ASSIGNMENT.c.role == bindparam("as_"),
        ASSIGNMENT.c.frozen_at.is_(None), _LASTS, PERSON.c.active,
    )
    .order_by(ASSIGNMENT.c.from_at, ASSIGNMENT.c.id)
)  # fmt: skip
_STANDING = select(ASSIGNMENT.c.id, ASSIGNMENT.c.role, ASSIGNMENT.c.frozen_at).where(
    ASSIGNMENT.c.store_id == bindparam("store"), ASSIGNMENT.c.person_id == bindparam("person"), _LASTS
)
_FROZEN = select(ASSIGNMENT.c.id).where(
    ASSIGNMENT.c.person_id == bindparam("person"), ASSIGNMENT.c.frozen_at.is_not(None), _LASTS
)
_FREEZE = (
    update(ASSIGNMENT)
    .where(
        ASSIGNMENT.c.store_id == bindparam("store"), ASSIGNMENT.c.person_id == bindparam("person"),
        ASSIGNMENT.c.until_at.is_(None), ASSIGNMENT.c.frozen_at.is_(None),
    )
    .values(frozen_at=bindparam("at"), frozen_by_id=bindparam("by"))
)  # fmt: skip
_THAW = (
    update(ASSIGNMENT)
    .where(
        ASSIGNMENT.c.store_id == bindparam("store"), ASSIGNMENT.c.person_id == bindparam("person"),
        ASSIGNMENT.c.until_at.is_(None), ASSIGNMENT.c.frozen_at.is_not(None),
    )
    .values(frozen_at=None, frozen_by_id=None)
)  # fmt: skip


def store(uow: UnitOfWork, store_id: str) -> StoreRef | None:
    """A store by our own id."""
    row = uow.one(_ONE, store=store_id)
    return None if row is None else _ref(row)


def every_store(uow: UnitOfWork) -> list[StoreRef]:
    return [_ref(row) for row in uow.all(_EVERY)]


def stores_of(uow: UnitOfWork, person_id: str, *roles: str) -> list[StoreRef]:
    """The stores a person may act in now, as any of these roles (none named: as any), the longest served first."""
    rows = uow.all(_SERVED, person=person_id, at=uow.now)
    return list({row.id: _ref(row) for row in rows if not roles or row.role in roles}.values())


def staff_of(uow: UnitOfWork, store_id: str, role: str) -> list[str]:
    """The people who serve a store in a role now, those who have left not counted (R-ORG-03)."""
    rows = uow.all(_STAFF, store=store_id, as_=role, at=uow.now)
    return [row.id for row in rows if is_here(row, uow.now)]


def is_frozen(uow: UnitOfWork, store_id: str, person_id: str) -> bool:
    """Whether the person's right at this store is suspended."""
    return any(row.frozen_at is not None for row in _standing(uow, store_id, person_id))


def is_frozen_anywhere(uow: UnitOfWork, person_id: str) -> bool:
    return bool(uow.all(_FROZEN, person=person_id, at=uow.now))


def freeze(uow: UnitOfWork, store_id: str, person_id: str, by_id: str) -> bool:
    """Suspend every right of a person at one store; False when there was none to suspend (any more)."""
    return uow.change(_FREEZE, store=store_id, person=person_id, by=by_id, at=uow.now) > 0


def thaw(uow: UnitOfWork, store_id: str, person_id: str) -> bool:
    """Give a suspended right back."""
    return uow.change(_THAW, store=store_id, person=person_id) > 0


def _standing(uow: UnitOfWork, store_id: str, person_id: str) -> Sequence[Row[Any]]:
    return uow.all(_STANDING, store=store_id, person=person_id, at=uow.now)


def _ref(row: Row[Any]) -> StoreRef:
    return StoreRef(id=row.id, name=row.name, timezone=row.timezone)
