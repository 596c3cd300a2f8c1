"""Who somebody is: from a messenger's account to a person, and what the person may see of themselves."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Row, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.ids import new_id
from domain.people.messages import AboutMe, Bound, Profile
from domain.people.model import Department, Identity, Person, Workspace
from domain.periods import local_date
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
IDENTITY = table_of(Identity)
DEPARTMENT = table_of(Department)
WORKSPACE = table_of(Workspace)

_COLUMNS = (
    PERSON.c.id, PERSON.c.name, PERSON.c.locale, PERSON.c.timezone, PERSON.c.roles, PERSON.c.active,
    PERSON.c.provisional, PERSON.c.employee_no, PERSON.c.department_id, PERSON.c.manager_id, PERSON.c.store_id,
    PERSON.c.leaves_on, PERSON.c.primary_platform, PERSON.c.notice_version, PERSON.c.kit_open,
    WORKSPACE.c.locale.label("company_locale"),
    WORKSPACE.c.timezone.label("company_timezone"), WORKSPACE.c.calendar_version,
)  # fmt: skip
_PERSON = PERSON.join(WORKSPACE, WORKSPACE.c.workspace_id == PERSON.c.workspace_id)
_IDENTIFY = (
    select(*_COLUMNS, IDENTITY.c.active.label("linked"), IDENTITY.c.unreachable_at)
    .select_from(
        IDENTITY.join(
            PERSON, and_(PERSON.c.workspace_id == IDENTITY.c.workspace_id, PERSON.c.id == IDENTITY.c.person_id)
        ).join(WORKSPACE, WORKSPACE.c.workspace_id == PERSON.c.workspace_id)
    )
    .where(
        IDENTITY.c.platform == bindparam("on"),
        # "" = imported before this messenger's connection was configured
        or_(IDENTITY.c.tenant == bindparam("within"), IDENTITY.c.tenant == ""),
        IDENTITY.c.user_id == bindparam("user"),
    )
    .order_by(IDENTITY.c.tenant.desc())
    .limit(1)
    .with_for_update(of=PERSON)
)
_PROFILE = select(*_COLUMNS).select_from(_PERSON).where(PERSON.c.id == bindparam("person"))
_IDENTITIES = (
    select(IDENTITY.c.platform, IDENTITY.c.tenant, IDENTITY.c.user_id)
    .where(IDENTITY.c.person_id == bindparam("person"), IDENTITY.c.active)
    .order_by(IDENTITY.c.unreachable_at.is_not(None), IDENTITY.c.platform)
)
_DEPARTMENT = select(DEPARTMENT.c.name).where(DEPARTMENT.c.id == bindparam("department"))
_SET_LOCALE = update(PERSON).where(PERSON.c.id == bindparam("person")).values(locale=bindparam("to"))
_SET_NOTICE = (
    update(PERSON)
    .where(PERSON.c.id == bindparam("person"), PERSON.c.notice_version < bindparam("to"))
    .values(notice_version=bindparam("to"))
)
_SET_PRIMARY = (
    update(PERSON)
    .where(
        PERSON.c.id == bindparam("person"),
        or_(PERSON.c.primary_platform.is_(None), PERSON.c.primary_platform != bindparam("to")),
    )
    .values(primary_platform=bindparam("to"))
)  # fmt: skip
_ACCOUNT = and_(
    IDENTITY.c.platform == bindparam("on"),
    IDENTITY.c.tenant.in_([bindparam("within"), ""]),
    IDENTITY.c.user_id == bindparam("user"),
)
_SET_REACHABLE = update(IDENTITY).where(_ACCOUNT).values(unreachable_at=bindparam("since"))
_OWNER = select(IDENTITY.c.person_id).where(_ACCOUNT).order_by(IDENTITY.c.tenant.desc()).limit(1)
_SHOWN = (
    select(IDENTITY.c.person_id, IDENTITY.c.user_id)
    .where(IDENTITY.c.person_id.in_(bindparam("people", expanding=True)), IDENTITY.c.platform == bindparam("on"))
    .where(IDENTITY.c.tenant == bindparam("within"), IDENTITY.c.active)
)
_COMPANY = select(
    WORKSPACE.c.key, WORKSPACE.c.name, WORKSPACE.c.locale, WORKSPACE.c.timezone, WORKSPACE.c.calendar_version
)
_ADD_ACCOUNT: dict[bool, Insert] = {
    False: sqlite.insert(IDENTITY).on_conflict_do_nothing(),
    True: postgresql.insert(IDENTITY).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: the first messages of one sender may be handled at once."""
_DROP_PERSON = delete(PERSON).where(PERSON.c.id == bindparam("person"))


def identify(uow: UnitOfWork, platform: str, tenant: str, user_id: str) -> Profile | None:
    """The person behind an account, or None when nobody has been linked to it (R-ID-01).

    On PostgreSQL this takes the person's row lock: one person's commands never overlap (design (f)).
    """
    row = uow.one(_IDENTIFY, on=platform, within=tenant, user=user_id)
    if row is None:
        return None
    known = _profile(row, uow.now, linked=row.linked)
    return replace(known, unreachable_here=True) if row.unreachable_at is not None else known


def profile(uow: UnitOfWork, person_id: str) -> Profile | None:
    """A person by our own id."""
    row = uow.one(_PROFILE, person=person_id)
    return None if row is None else _profile(row, uow.now)


def provisional(uow: UnitOfWork, platform: str, tenant: str, user_id: str, name: str) -> Profile:
    """A stand-in for a sender nobody has told us about: may only bind, ask for help and choose a language (R-ID-03).
    Of several made at once for one account the first stays, and is who all of them are (R-ID-01)."""
    person = Person(
        workspace_id=uow.workspace_id, id=new_id(), name=name or user_id, provisional=True, created_at=uow.now
    )
    uow.add(person)
    added = uow.change(
        _ADD_ACCOUNT[uow.is_postgres], id=new_id(), person_id=person.id, platform=platform, tenant=tenant,
        user_id=user_id, active=True, unreachable_at=None, created_at=uow.now,
    )  # fmt: skip
    if not added:
        uow.change(_DROP_PERSON, person=person.id)
    made = identify(uow, platform, tenant, user_id)
    assert made is not None
    return made


def about(uow: UnitOfWork, person: Profile) -> AboutMe:
    """Department, manager and linked messengers of a person."""
    department = uow.one(_DEPARTMENT, department=person.department_id) if person.department_id else None
    manager = profile(uow, person.manager_id) if person.manager_id else None
    return AboutMe(
        person=person,
        department=department.name if department else "",
        manager=manager.name if manager else "",
        identities=identities(uow, person.id),
    )


def identities(uow: UnitOfWork, person_id: str) -> tuple[Bound, ...]:
    """The messengers a person is linked to now."""
    rows = uow.all(_IDENTITIES, person=person_id)
    return tuple(Bound(platform=row.platform, tenant=row.tenant, user_id=row.user_id) for row in rows)


def choose_locale(uow: UnitOfWork, person: Profile, locale: str) -> None:
    """From now on this person reads `locale`."""
    uow.change(_SET_LOCALE, person=person.id, to=locale)


def prefer(uow: UnitOfWork, person: Profile, platform: str) -> None:
    """The messenger used last for a submit is where personal cards go (R-ID-06)."""
    if person.primary_platform != platform:
        uow.change(_SET_PRIMARY, person=person.id, to=platform)


def note_noticed(uow: UnitOfWork, person: Profile, version: int) -> None:
    """This person has been shown that version of the privacy notice (R-PRV-07)."""
    uow.change(_SET_NOTICE, person=person.id, to=version)


def note_reachable(uow: UnitOfWork, platform: str, tenant: str, user_id: str, *, reachable: bool) -> str | None:
    """Remember whether a messenger delivers to an account; returns whose it is."""
    since = None if reachable else uow.now
    uow.change(_SET_REACHABLE, on=platform, within=tenant, user=user_id, since=since)
    row = uow.one(_OWNER, on=platform, within=tenant, user=user_id)
    return row.person_id if row is not None else None


def shown_on(uow: UnitOfWork, people: list[str], platform: str, tenant: str) -> dict[str, str]:
    """Person id → user id on one messenger, for those who are there."""
    rows = uow.all(_SHOWN, people=people, on=platform, within=tenant)
    return {row.person_id: row.user_id for row in rows}


def company(uow: UnitOfWork) -> Row[Any]:
    """This workspace's own row."""
    row = uow.one(_COMPANY)
    assert row is not None
    return row


def the_company(uow: UnitOfWork) -> Profile:
    """Nobody in particular: who reads a group card, and who our own clock acts for. Its id is ""."""
    row = company(uow)
    return Profile(id="", name="", locale=row.locale, timezone=row.timezone, calendar_version=row.calendar_version)


def _profile(row: Row[Any], now: datetime, *, linked: bool = True) -> Profile:
    """Active until the end of the leaving day in the person's own zone (R-ORG-03)."""
    zone = row.timezone or row.company_timezone
    gone = row.leaves_on is not None and local_date(now, zone) > row.leaves_on
    return Profile(
        id=row.id,
        name=row.name,
        locale=row.locale or row.company_locale,
        timezone=zone,
        roles=frozenset(row.roles.split(",")) if row.roles else frozenset(),
        active=row.active and linked and not gone,
        provisional=row.provisional,
        employee_no=row.employee_no,
        department_id=row.department_id,
        manager_id=row.manager_id,
        store_id=row.store_id,
        calendar_version=row.calendar_version,
        primary_platform=row.primary_platform,
        notice_version=row.notice_version,
        kit_open=row.kit_open,
    )
