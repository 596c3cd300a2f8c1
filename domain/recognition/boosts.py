"""Refills of what somebody may give away, by admin or HRBP from a programme's budget (R-ALW-02, R-ALW-04)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from domain.columns import table_of
from domain.errors import NotAllowed, TooLong
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import profile
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.points.reading import balances, budget_left
from domain.recognition.errors import MonthlyBudget, NoPointsRight, OwnRefill, RefillInactive, RefillUnclear
from domain.recognition.messages import BoostKind, BoostView, Refill, Refilled
from domain.recognition.model import Boost
from domain.recognition.months import current_month, month_after
from domain.recognition.policy import DEFAULTS, Policy
from domain.unit_of_work import UnitOfWork

BOOST, PERSON = table_of(Boost), table_of(Person)
GRANTERS = frozenset({"admin", "hrbp"})
WITHOUT_POINTS = "contractor"
"""The role of people who thank without points (R-ALW-05)."""

_BY = PERSON.alias("granter")
_VIEW = (
    select(BOOST, _BY.c.name.label("by_name"), PERSON.c.name.label("person_name"))
    .select_from(
        BOOST.join(_BY, (_BY.c.workspace_id == BOOST.c.workspace_id) & (_BY.c.id == BOOST.c.by_id))
        .join(PERSON, (PERSON.c.workspace_id == BOOST.c.workspace_id) & (PERSON.c.id == BOOST.c.person_id))
    )
)  # fmt: skip
_BY_KEY = _VIEW.where(BOOST.c.idem == bindparam("key"))
_BY_ID = _VIEW.where(BOOST.c.id == bindparam("boost"))
_LATEST = (
    _VIEW.where(BOOST.c.person_id == bindparam("person"), BOOST.c.created_at >= bindparam("since"))
    .order_by(BOOST.c.created_at.desc(), BOOST.c.id.desc())
    .limit(bindparam("most"))
)
_STOP = (
    update(BOOST)
    .where(
        BOOST.c.person_id == bindparam("person"), BOOST.c.kind == BoostKind.PERSISTENT.value,
        BOOST.c.stopped_at.is_(None),
    )
    .values(stopped_at=bindparam("at"))
)  # fmt: skip
_MONTHLY = (
    select(BOOST.c.person_id, func.sum(BOOST.c.amount).label("points"))
    .where(
        BOOST.c.kind == BoostKind.PERSISTENT.value, BOOST.c.stopped_at.is_(None), BOOST.c.period < bindparam("in_")
    )
    .group_by(BOOST.c.person_id)
)  # fmt: skip
_MONTHLY_OF = _MONTHLY.where(BOOST.c.person_id == bindparam("person"))
_ROLLING = (
    select(BOOST.c.id, BOOST.c.person_id, BOOST.c.remaining, BOOST.c.usable_until)
    .where(BOOST.c.remaining > 0, BOOST.c.period <= bindparam("in_"))
    .order_by(BOOST.c.usable_until.desc(), BOOST.c.id.desc())
)
_LEFT = update(BOOST).where(BOOST.c.id == bindparam("boost")).values(remaining=bindparam("left"))


def refill(uow: UnitOfWork, by: Profile, command: Refill, policy: Policy = DEFAULTS) -> Refilled:
    """Let somebody give away more (R-ALW-04). The same key again is the same refill, once.

    Raises `NotAllowed` for anybody but admin and HRBP (R-ROL-01), `OwnRefill` (R-ROL-02), `RefillUnclear`,
    `RefillInactive`, `NoPointsRight` (R-ALW-05), `MonthlyBudget`, `TooLong`, and of the ledger `BudgetShort`,
    `UnknownProgramme`, `BadPoints`.
    """
    _allow(by, command.person_id)
    before = uow.one(_BY_KEY, key=command.key)
    if before is not None:
        return _refilled(uow, before, again=True)
    person = profile(uow, command.person_id)
    if person is None or not person.active or person.provisional:
        raise RefillInactive
    if WITHOUT_POINTS in person.roles:
        raise NoPointsRight
    if not command.reason.strip():
        raise RefillUnclear
    if len(command.reason) > policy.refill_reason_most:
        raise TooLong(limit=str(policy.refill_reason_most), count=str(len(command.reason)))
    monthly = command.kind is BoostKind.PERSISTENT
    if monthly and command.programme != "allowance":
        raise MonthlyBudget
    boost_id, period = new_id(), current_month(uow)
    ledger.boost(uow, boost_id, person.id, command.amount, command.programme, Cause(by.id, boost_id))
    uow.add(
        Boost(
            workspace_id="", id=boost_id, person_id=person.id, by_id=by.id, kind=command.kind.value,
            amount=command.amount, programme=command.programme, reason=command.reason.strip(), period=period,
            usable_until=period if monthly else month_after(period, policy.rolls_over),
            remaining=0 if monthly else command.amount, idem=command.key, created_at=uow.now,
        )
    )  # fmt: skip
    stored = uow.one(_BY_ID, boost=boost_id)
    assert stored is not None
    return _refilled(uow, stored)


def stop_monthly(uow: UnitOfWork, by: Profile, person_id: str) -> int:
    """End somebody's monthly refills from next month on; returns how many. Raises `NotAllowed`, `OwnRefill`."""
    _allow(by, person_id)
    return uow.change(_STOP, person=person_id, at=uow.now)


def find_boost(uow: UnitOfWork, boost_id: str) -> BoostView | None:
    """One refill; None when there is none of that id here."""
    row = uow.one(_BY_ID, boost=boost_id)
    return None if row is None else _view(row)


def refills_of(uow: UnitOfWork, person_id: str, since: datetime, most: int) -> tuple[BoostView, ...]:
    """A person's latest refills, newest first (R-ALW-04)."""
    return tuple(_view(row) for row in uow.all(_LATEST, person=person_id, since=since, most=most))


def monthly(uow: UnitOfWork, period: str, person_id: str | None = None) -> dict[str, int]:
    """What monthly refills of earlier months add to the allowance of this one, by person; the month of the refill
    itself was paid at once."""
    found = uow.all(_MONTHLY_OF, in_=period, person=person_id) if person_id else uow.all(_MONTHLY, in_=period)
    return {row.person_id: int(row.points) for row in found}


def rolling(uow: UnitOfWork, people: Sequence[str], period: str) -> dict[str, int]:
    """What of people's one-time refills may outlive a period (R-ALW-02), at most: they are spent last."""
    wanted, most = set(people), dict[str, int]()
    for row in uow.all(_ROLLING, in_=period):
        if row.person_id in wanted and row.usable_until > period:
            most[row.person_id] = most.get(row.person_id, 0) + int(row.remaining)
    return most


def note_left(uow: UnitOfWork, people: Sequence[str], left: Mapping[str, int], period: str) -> None:
    """A period has ended for these people, and `left` is what is still there of their one-time refills: of several,
    what can be used longest was spent last."""
    wanted, there = set(people), dict(left)
    for row in uow.all(_ROLLING, in_=period):
        if row.person_id in wanted:
            kept = min(int(row.remaining), there.get(row.person_id, 0)) if row.usable_until > period else 0
            there[row.person_id] = there.get(row.person_id, 0) - kept
            uow.change(_LEFT, boost=row.id, left=kept)


def _allow(by: Profile, person_id: str) -> None:
    if not by.roles & GRANTERS or not by.active or by.provisional:
        raise NotAllowed
    if by.id == person_id:
        raise OwnRefill


def _refilled(uow: UnitOfWork, row: Row[Any], *, again: bool = False) -> Refilled:
    return Refilled(
        boost=_view(row), giving=balances(uow, row.person_id).giving, budget=budget_left(uow, row.programme),
        again=again,
    )  # fmt: skip


def _view(row: Row[Any]) -> BoostView:
    return BoostView(
        id=row.id, person_id=row.person_id, person_name=row.person_name, by_name=row.by_name,
        kind=BoostKind(row.kind), amount=row.amount, programme=row.programme,
        reason=row.reason, usable_until=row.usable_until, at=row.created_at,
    )  # fmt: skip
