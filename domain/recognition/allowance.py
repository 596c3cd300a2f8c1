"""What everybody may give away per month (R-ALW): granted by the daily chore, or at the first need of it."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Insert, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.errors import BudgetShort
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import company
from domain.periods import PeriodKind, local_date, period_key
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.recognition.errors import AllowanceUnfunded
from domain.recognition.model import Allowance
from domain.recognition.policy import DEFAULTS, Policy
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
ALLOWANCE = table_of(Allowance)
WITHOUT_POINTS = "contractor"
"""The role of people who thank without points (R-ALW-05)."""

_MINE = select(ALLOWANCE.c.points).where(
    ALLOWANCE.c.person_id == bindparam("person"), ALLOWANCE.c.period == bindparam("in_")
)
_CLAIM: dict[bool, Insert] = {
    False: sqlite.insert(ALLOWANCE).on_conflict_do_nothing(),
    True: postgresql.insert(ALLOWANCE).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: the chore and somebody's first gift may want to grant the same."""
_UNCLAIM = delete(ALLOWANCE).where(ALLOWANCE.c.person_id == bindparam("person"), ALLOWANCE.c.period == bindparam("in_"))
_OPEN_OF = select(ALLOWANCE.c.period).where(
    ALLOWANCE.c.person_id == bindparam("person"), ALLOWANCE.c.period < bindparam("in_"), ALLOWANCE.c.lapsed_at.is_(None)
)
_OPEN = (
    select(ALLOWANCE.c.period, ALLOWANCE.c.person_id)
    .where(ALLOWANCE.c.period < bindparam("in_"), ALLOWANCE.c.lapsed_at.is_(None))
    .order_by(ALLOWANCE.c.period, ALLOWANCE.c.person_id)
)
_OPEN_OF_LEAVERS = (
    select(ALLOWANCE.c.period, ALLOWANCE.c.person_id)
    .select_from(
        ALLOWANCE.join(
            PERSON, (PERSON.c.workspace_id == ALLOWANCE.c.workspace_id) & (PERSON.c.id == ALLOWANCE.c.person_id)
        )
    )
    .where(ALLOWANCE.c.lapsed_at.is_(None), or_(~PERSON.c.active, PERSON.c.leaves_on < bindparam("today")))
    .order_by(ALLOWANCE.c.period, ALLOWANCE.c.person_id)
)
_LAPSED = (
    update(ALLOWANCE)
    .where(ALLOWANCE.c.person_id == bindparam("person"), ALLOWANCE.c.period == bindparam("in_"))
    .values(lapsed_at=bindparam("at"))
)
_REPORTS = select(func.count()).select_from(PERSON).where(PERSON.c.manager_id == bindparam("person"), PERSON.c.active)
_JOINED = select(PERSON.c.joined_on).where(PERSON.c.id == bindparam("person"))
_PEOPLE = (
    select(PERSON.c.id, PERSON.c.roles, PERSON.c.joined_on, PERSON.c.manager_id)
    .where(
        PERSON.c.active, ~PERSON.c.provisional,
        or_(PERSON.c.leaves_on.is_(None), PERSON.c.leaves_on >= bindparam("today")),
    )
    .order_by(PERSON.c.id)
)  # fmt: skip
_HAVE = select(ALLOWANCE.c.person_id).where(ALLOWANCE.c.period == bindparam("in_"))


def period_of(uow: UnitOfWork) -> str:
    """The month it is for the company (R-ALW-01)."""
    return period_key(PeriodKind.MONTH, local_date(uow.now, company(uow).timezone))


def entitled(roles: frozenset[str], reports: int, policy: Policy = DEFAULTS) -> int:
    """A whole period's allowance: more for whoever leads people, nothing for contractors (R-ALW-01, R-ALW-05)."""
    if WITHOUT_POINTS in roles:
        return 0
    return min(policy.base + policy.per_report * reports, policy.most_allowance) if reports else policy.base


def share(whole: int, joined: date | None, period: str, calendar: WorkCalendar, policy: Policy = DEFAULTS) -> int:
    """What of it somebody gets who joined within the month: by the workdays left, rounded up (R-ALW-03, A55)."""
    first = date.fromisoformat(f"{period}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if joined is None or joined <= first or not whole:
        return whole
    left, all_ = calendar.workdays_between(joined, last), calendar.workdays_between(first, last)
    return min(whole, max(policy.joiner_least, -(-whole * left // max(all_, 1))))


def ensure(uow: UnitOfWork, person: Profile, calendar: WorkCalendar, policy: Policy = DEFAULTS) -> int:
    """This month's allowance of a person, granted now if it was not yet; what was left of earlier months is retired
    before (R-LED-12). Raises `AllowanceUnfunded` when the company's budget is short: then nothing was granted."""
    period = period_of(uow)
    mine = uow.one(_MINE, person=person.id, in_=period)
    if mine is not None:
        return int(mine.points)
    for row in uow.all(_OPEN_OF, person=person.id, in_=period):
        _lapse(uow, [person.id], row.period)
    joined, reports = uow.one(_JOINED, person=person.id), uow.one(_REPORTS, person=person.id)
    whole = entitled(person.roles, reports[0] if reports else 0, policy)
    points = share(whole, joined.joined_on if joined else None, period, calendar, policy)
    if _claim(uow, person.id, period, points) and points:
        try:
            ledger.grant_allowance(uow, {person.id: points}, period, Cause("", f"allowance:{period}"))
        except BudgetShort:
            uow.change(_UNCLAIM, person=person.id, in_=period)
            raise AllowanceUnfunded from None
    return points


def grant_all(uow: UnitOfWork, calendar: WorkCalendar, policy: Policy = DEFAULTS) -> int:
    """Retire what is left of earlier months and of leavers, then grant this month's to everybody who has not had it.
    Safe to run again. Returns how many were granted. Raises `AllowanceUnfunded` when the budget does not cover all:
    then nobody was granted anything, and what had to lapse has lapsed (R-LED-11)."""
    period, today = period_of(uow), local_date(uow.now, company(uow).timezone)
    for statement, params in ((_OPEN, {"in_": period}), (_OPEN_OF_LEAVERS, {"today": today})):
        open_: dict[str, list[str]] = {}
        for row in uow.all(statement, **params):
            open_.setdefault(row.period, []).append(row.person_id)
        for before, people in open_.items():
            _lapse(uow, people, before)
    grants = _wanting(uow, period, today, calendar, policy)
    paid = {person: points for person, points in grants.items() if points}
    if paid:
        try:
            ledger.grant_allowance(uow, paid, period, Cause("", f"allowance:{period}"))
        except BudgetShort:
            raise AllowanceUnfunded from None
    uow.add_all([_row(uow, person, period, points) for person, points in grants.items()])
    return len(paid)


def _wanting(uow: UnitOfWork, period: str, today: date, calendar: WorkCalendar, policy: Policy) -> dict[str, int]:
    people = uow.all(_PEOPLE, today=today)
    have = {row.person_id for row in uow.all(_HAVE, in_=period)}
    reports: dict[str, int] = {}
    for row in people:
        if row.manager_id:
            reports[row.manager_id] = reports.get(row.manager_id, 0) + 1
    return {
        row.id: share(
            entitled(frozenset((row.roles or "").split(",")), reports.get(row.id, 0), policy), row.joined_on, period,
            calendar, policy,
        )
        for row in people
        if row.id not in have
    }  # fmt: skip


def _lapse(uow: UnitOfWork, people: Sequence[str], period: str) -> None:
    ledger.expire_allowance(uow, people, period, Cause("", f"allowance:{period}"))
    for person in people:
        uow.change(_LAPSED, person=person, in_=period, at=uow.now)


def _claim(uow: UnitOfWork, person_id: str, period: str, points: int) -> bool:
    row = _row(uow, person_id, period, points)
    return uow.change(_CLAIM[uow.is_postgres], **{**row.model_dump(), "workspace_id": uow.workspace_id}) == 1


def _row(uow: UnitOfWork, person_id: str, period: str, points: int) -> Allowance:
    return Allowance(
        workspace_id=uow.workspace_id, id=new_id(), person_id=person_id, period=period, points=points,
        granted_at=uow.now, lapsed_at=None,
    )  # fmt: skip
