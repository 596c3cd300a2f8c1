"""What everybody may give away per month (R-ALW): granted by the daily chore, or at the first need of it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Insert, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.errors import BudgetShort
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import company
from domain.periods import local_date
from domain.points import service as ledger
from domain.points.allowances import received_since
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.recognition.boosts import WITHOUT_POINTS, monthly, note_left, rolling
from domain.recognition.errors import AllowanceUnfunded
from domain.recognition.model import Allowance
from domain.recognition.months import current_month, end_of_month, first_day, last_day
from domain.recognition.policy import DEFAULTS, Policy
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
ALLOWANCE = table_of(Allowance)

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
    .where(
        ALLOWANCE.c.person_id == bindparam("person"), ALLOWANCE.c.period == bindparam("in_"),
        ALLOWANCE.c.lapsed_at.is_(None),
    )
    .values(lapsed_at=bindparam("at"))
)  # fmt: skip
_HERE = (
    PERSON.c.active, ~PERSON.c.provisional,
    or_(PERSON.c.leaves_on.is_(None), PERSON.c.leaves_on >= bindparam("today")),
)  # fmt: skip
_REPORTS = select(func.count()).select_from(PERSON).where(PERSON.c.manager_id == bindparam("person"), *_HERE)
_JOINED = select(PERSON.c.joined_on).where(PERSON.c.id == bindparam("person"))
_PEOPLE = (
    select(PERSON.c.id, PERSON.c.roles, PERSON.c.joined_on, PERSON.c.manager_id).where(*_HERE).order_by(PERSON.c.id)
)
_HAVE = select(ALLOWANCE.c.person_id).where(ALLOWANCE.c.period == bindparam("in_"))


def period_of(uow: UnitOfWork) -> str:
    """The month it is for the company (R-ALW-01)."""
    return current_month(uow)


def entitled(roles: frozenset[str], reports: int, policy: Policy = DEFAULTS) -> int:
    """A whole period's allowance: more for whoever leads people, nothing for contractors (R-ALW-01, R-ALW-05)."""
    if WITHOUT_POINTS in roles:
        return 0
    return min(policy.base + policy.per_report * reports, policy.most_allowance) if reports else policy.base


def share(whole: int, joined: date | None, period: str, calendar: WorkCalendar, policy: Policy = DEFAULTS) -> int:
    """What of it somebody gets who joined within the month: by the workdays left, rounded up (R-ALW-03, A55)."""
    first, last = first_day(period), last_day(period)
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
        _lapse(uow, [person.id], row.period, keeps=True)
    today = local_date(uow.now, company(uow).timezone)
    joined, reports = uow.one(_JOINED, person=person.id), uow.one(_REPORTS, person=person.id, today=today)
    whole = entitled(person.roles, reports[0] if reports else 0, policy)
    points = share(whole, joined.joined_on if joined else None, period, calendar, policy)
    points += monthly(uow, period, person.id).get(person.id, 0)
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
    for statement, params in ((_OPEN_OF_LEAVERS, {"today": today}), (_OPEN, {"in_": period})):
        open_: dict[str, list[str]] = {}
        for row in uow.all(statement, **params):
            open_.setdefault(row.period, []).append(row.person_id)
        for before, people in open_.items():
            _lapse(uow, people, before, keeps=statement is _OPEN)
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
    have, more = {row.person_id for row in uow.all(_HAVE, in_=period)}, monthly(uow, period)
    reports: dict[str, int] = {}
    for row in people:
        if row.manager_id:
            reports[row.manager_id] = reports.get(row.manager_id, 0) + 1
    return {
        row.id: share(
            entitled(frozenset((row.roles or "").split(",")), reports.get(row.id, 0), policy), row.joined_on, period,
            calendar, policy,
        ) + more.get(row.id, 0)
        for row in people
        if row.id not in have
    }  # fmt: skip


def _lapse(uow: UnitOfWork, people: Sequence[str], period: str, *, keeps: bool) -> None:
    """Retire what is left of a period. `keeps`: what came after it stays, and so do one-time refills that roll over;
    whoever has left keeps nothing."""
    mine = [one for one in people if uow.change(_LAPSED, person=one, in_=period, at=uow.now) == 1]
    ended = end_of_month(uow, period) if keeps else None
    keep = rolling(uow, mine, period) if keeps else {}
    ledger.expire_allowance(uow, mine, period, Cause("", f"allowance:{period}"), ended_at=ended, keep=keep)
    since = received_since(uow, list(keep), ended)
    note_left(uow, mine, {one: balances(uow, one).giving - since.get(one, 0) for one in keep}, period)


def _claim(uow: UnitOfWork, person_id: str, period: str, points: int) -> bool:
    row = _row(uow, person_id, period, points)
    return uow.change(_CLAIM[uow.is_postgres], **{**row.model_dump(), "workspace_id": uow.workspace_id}) == 1


def _row(uow: UnitOfWork, person_id: str, period: str, points: int) -> Allowance:
    return Allowance(
        workspace_id=uow.workspace_id, id=new_id(), person_id=person_id, period=period, points=points,
        granted_at=uow.now, lapsed_at=None,
    )  # fmt: skip
