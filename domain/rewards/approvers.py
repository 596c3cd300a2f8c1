"""Who decides about an order: the line of people for each step, never the requester (R-ORG-02, R-ORG-04, R-ROL-02)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select

from domain.columns import table_of
from domain.people.model import Department, Leave, Person
from domain.people.roles import PEOPLE, TENURE, is_here
from domain.people.service import profile
from domain.periods import iso_week, local_date, week_dates
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork

MANAGER, HEAD, HRBP, ADMIN = "manager", "head", "hrbp", "admin"
STEPS = (MANAGER, HEAD, HRBP, ADMIN)

LONG_LEAVE = 2
"""Workdays of leave from which on somebody else decides (R-ORG-04)."""

PERSON, DEPARTMENT, LEAVE = table_of(Person), table_of(Department), table_of(Leave)

_MEMBER = select(PERSON.c.id, PERSON.c.manager_id, PERSON.c.department_id).where(PERSON.c.id == bindparam("person"))
_DEPARTMENT = select(DEPARTMENT.c.parent_id, DEPARTMENT.c.head_id).where(DEPARTMENT.c.id == bindparam("department"))
_IN_OFFICE = (
    select(PERSON.c.id, PERSON.c.department_id, PERSON.c.roles, *TENURE)
    .select_from(PEOPLE)
    .where(PERSON.c.active, ~PERSON.c.provisional)
    .where(or_(PERSON.c.roles.contains(HRBP), PERSON.c.roles.contains(ADMIN)))
    .order_by(PERSON.c.id)
)
_AWAY = select(LEAVE.c.first_day, LEAVE.c.last_day).where(
    LEAVE.c.person_id == bindparam("person"),
    and_(LEAVE.c.first_day <= bindparam("day"), LEAVE.c.last_day >= bindparam("day")),
)
_TEAM_AWAY = (
    select(PERSON.c.id, PERSON.c.name)
    .select_from(
        LEAVE.join(PERSON, and_(PERSON.c.workspace_id == LEAVE.c.workspace_id, PERSON.c.id == LEAVE.c.person_id))
    )
    .where(PERSON.c.manager_id == bindparam("lead"), PERSON.c.active)
    .where(LEAVE.c.first_day <= bindparam("last"), LEAVE.c.last_day >= bindparam("first"))
    .order_by(PERSON.c.name)
)


def line_for(uow: UnitOfWork, person_id: str, step: str, terms: Terms) -> tuple[str, ...]:
    """Who decides about a step of this person's orders, first choice first; who is away for long comes last. Empty
    when there is nobody but themselves."""
    active: list[str] = []
    away: list[str] = []
    for one in dict.fromkeys(_in_line(uow, person_id, step)):
        found = profile(uow, one) if one != person_id else None
        if found is not None and found.active and not found.provisional:
            (away if _is_away(uow, one, terms) else active).append(one)
    return (*active, *away)


def decides_for_themselves(uow: UnitOfWork, person_id: str, steps: tuple[str, ...]) -> bool:
    """Whether one of these steps of their own order would be theirs by office (R-CAT-02 privilege)."""
    return any(next(iter(_in_office(uow, person_id, step)), None) == person_id for step in steps)


def admins(uow: UnitOfWork) -> tuple[str, ...]:
    return tuple(row.id for row in _with(uow, ADMIN))


def away_this_week(uow: UnitOfWork, person_id: str, terms: Terms) -> list[str]:
    """The names of the requester's colleagues who are on leave in this week: a hint for who decides."""
    member = _member(uow, person_id)
    if member is None or not member.manager_id:
        return []
    monday, sunday = week_dates(iso_week(local_date(uow.now, terms.zone)))
    rows = uow.all(_TEAM_AWAY, lead=member.manager_id, first=monday, last=sunday)
    return list(dict.fromkeys(row.name for row in rows if row.id != person_id))


def _in_line(uow: UnitOfWork, person_id: str, step: str) -> Iterator[str]:
    yield from _in_office(uow, person_id, step)
    if step in (MANAGER, HEAD):
        yield from _heads(uow, person_id)
        yield from _partners(uow, person_id)
    yield from admins(uow)


def _in_office(uow: UnitOfWork, person_id: str, step: str) -> Iterator[str]:
    """Those who hold the office a step names, the nearest first."""
    if step == MANAGER:
        member = _member(uow, person_id)
        if member is not None and member.manager_id:
            yield member.manager_id
    elif step == HEAD:
        yield from _heads(uow, person_id)
    elif step == HRBP:
        yield from _partners(uow, person_id)
    else:
        yield from admins(uow)


def _heads(uow: UnitOfWork, person_id: str) -> Iterator[str]:
    for _, head in _departments(uow, person_id):
        if head:
            yield head


def _partners(uow: UnitOfWork, person_id: str) -> Iterator[str]:
    """HR business partners: of the person's department, of the ones above it, then any (R-ORG-01)."""
    rows = _with(uow, HRBP)
    for department, _ in _departments(uow, person_id):
        yield from (row.id for row in rows if row.department_id == department)
    yield from (row.id for row in rows)


def _with(uow: UnitOfWork, role: str) -> list[Row[Any]]:
    """Those who have a role and have not left."""
    return [row for row in uow.all(_IN_OFFICE) if role in row.roles.split(",") and is_here(row, uow.now)]


def _departments(uow: UnitOfWork, person_id: str) -> list[tuple[str, str | None]]:
    """The person's department and those above it, each with its head."""
    member = _member(uow, person_id)
    at = member.department_id if member is not None else None
    found: dict[str, str | None] = {}
    while at and at not in found:
        row = uow.one(_DEPARTMENT, department=at)
        if row is None:
            break
        found[at] = row.head_id
        at = row.parent_id
    return list(found.items())


def _member(uow: UnitOfWork, person_id: str) -> Row[Any] | None:
    return uow.one(_MEMBER, person=person_id)


def _is_away(uow: UnitOfWork, person_id: str, terms: Terms) -> bool:
    today = local_date(uow.now, terms.zone)
    return any(
        terms.calendar.workdays_between(row.first_day, row.last_day) >= LONG_LEAVE
        for row in uow.all(_AWAY, person=person_id, day=today)
    )


def holds_office(uow: UnitOfWork, person_id: str, step: str, holder_id: str) -> bool:
    """Whether somebody may act in an office for a person; where nobody holds it, an admin does."""
    holders = set(_in_office(uow, person_id, step)) - {person_id}
    return holder_id in (holders or set(admins(uow)))
