"""The starter kit's rules: opened once, every step counted once, paid from the starter budget as soon as it can be."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.errors import BudgetShort, PostingsStopped
from domain.goals.model import CheckIn, KeyResult, Objective
from domain.ids import new_id
from domain.people.model import Person
from domain.people.roles import holders
from domain.periods import local_date
from domain.points.lots import company_zone
from domain.points.messages import Cause
from domain.points.service import reward
from domain.starter.messages import REWARDS, Achieved, Kit, Step
from domain.starter.model import StarterKit, StarterStep
from domain.unit_of_work import UnitOfWork

KIT, STEP, PERSON = table_of(StarterKit), table_of(StarterStep), table_of(Person)
OBJECTIVE, KEY_RESULT, CHECK_IN = table_of(Objective), table_of(KeyResult), table_of(CheckIn)

PROGRAMME = "starter"

_PUT_KIT = {
    False: sqlite.insert(KIT).on_conflict_do_nothing(), True: postgresql.insert(KIT).on_conflict_do_nothing()
}  # fmt: skip
_PUT_STEP = {
    False: sqlite.insert(STEP).on_conflict_do_nothing(), True: postgresql.insert(STEP).on_conflict_do_nothing()
}  # fmt: skip
_KIT = select(KIT.c.opened_at, KIT.c.begun_at, KIT.c.closed_at).where(KIT.c.person_id == bindparam("person"))
_STEPS = select(STEP.c.step, STEP.c.amount, STEP.c.paid_at).where(STEP.c.person_id == bindparam("person"))
_BEGIN = update(KIT).where(KIT.c.person_id == bindparam("person"), KIT.c.begun_at.is_(None)).values(
    begun_at=bindparam("at")
)  # fmt: skip
_CLOSE = update(KIT).where(KIT.c.person_id == bindparam("person")).values(closed_at=bindparam("at"))
_SET_OPEN = update(PERSON).where(PERSON.c.id == bindparam("person")).values(kit_open=bindparam("to"))
_PAID = (
    update(STEP)
    .where(STEP.c.person_id == bindparam("person"), STEP.c.step == bindparam("done"), STEP.c.paid_at.is_(None))
    .values(paid_at=bindparam("at"))
)
_OWED = (
    select(STEP.c.person_id, STEP.c.step, STEP.c.amount)
    .select_from(STEP.join(PERSON, and_(PERSON.c.workspace_id == STEP.c.workspace_id, PERSON.c.id == STEP.c.person_id)))
    .where(STEP.c.paid_at.is_(None), PERSON.c.active)
    .where(or_(PERSON.c.leaves_on.is_(None), PERSON.c.leaves_on >= bindparam("today")))
    .order_by(STEP.c.done_at, STEP.c.id)
    .limit(bindparam("most"))
)
"""Who has left waits: they are paid when they come back, if they do."""
_IS_OUT = or_(OBJECTIVE.c.state == "published", OBJECTIVE.c.state == "closed")
_OWN_GOAL = select(OBJECTIVE.c.id).where(OBJECTIVE.c.owner_id == bindparam("person"), _IS_OUT).limit(1)
_OWN_RESULT = (
    select(KEY_RESULT.c.id)
    .select_from(KEY_RESULT.join(OBJECTIVE, OBJECTIVE.c.id == KEY_RESULT.c.objective_id))
    .where(
        KEY_RESULT.c.owner_id == bindparam("person"), KEY_RESULT.c.state == "active",
        _IS_OUT,
    )
    .limit(1)
)  # fmt: skip
_OWN_CHECK_IN = select(CHECK_IN.c.id).where(CHECK_IN.c.person_id == bindparam("person")).limit(1)
_COMPANY_GOAL = select(OBJECTIVE.c.id).where(OBJECTIVE.c.level == "company", OBJECTIVE.c.state == "published").limit(1)


class Payment(StrEnum):
    """What came of paying a step. SHORT: the budget is short or postings are stopped, which is nobody's fault but
    ours. KNOWN: somebody else has just paid it."""

    PAID = "paid"
    SHORT = "short"
    KNOWN = "known"


def open_kit(uow: UnitOfWork, person_id: str) -> bool:
    """Offer somebody the kit; False when they have had it before. What they did before it counts."""
    row = {"id": new_id(), "person_id": person_id, "opened_at": uow.now, "begun_at": None, "closed_at": None}
    if uow.change(_PUT_KIT[uow.is_postgres], **row) == 0:
        return False
    uow.change(_SET_OPEN, person=person_id, to=True)
    if uow.one(_OWN_CHECK_IN, person=person_id) is not None:
        achieve(uow, person_id, Step.CHECKIN)
    return True


def begin(uow: UnitOfWork, person_id: str) -> None:
    """They press "start": a goal that is theirs already is the first step."""
    if uow.change(_BEGIN, person=person_id, at=uow.now):
        note_goal(uow, person_id)


def note_goal(uow: UnitOfWork, person_id: str) -> Achieved | None:
    """Count the first step for whoever has a published goal or key result."""
    return _record(uow, person_id, Step.GOAL) if has_goal(uow, person_id) else None


def has_goal(uow: UnitOfWork, person_id: str) -> bool:
    """Whether a published objective, or an active key result of one, is theirs."""
    return uow.one(_OWN_GOAL, person=person_id) is not None or uow.one(_OWN_RESULT, person=person_id) is not None


def achieve(uow: UnitOfWork, person_id: str, step: Step) -> list[Achieved]:
    """Somebody has done a step: what that made them achieve for the first time, in the order of the steps."""
    achieved = [] if step is Step.GOAL else [note_goal(uow, person_id)]
    achieved.append(_record(uow, person_id, step))
    return [one for one in achieved if one is not None]


def kit(uow: UnitOfWork, person_id: str) -> Kit | None:
    """How far somebody is; None when they were never offered the kit."""
    found = uow.one(_KIT, person=person_id)
    if found is None:
        return None
    rows = uow.all(_STEPS, person=person_id)
    published = goals_published(uow)
    publishers = [] if published else holders(uow, "exec_sponsor")
    return Kit(
        done=frozenset(Step(row.step) for row in rows),
        paid=sum(row.amount for row in rows if row.paid_at is not None),
        owed=sum(row.amount for row in rows if row.paid_at is None),
        begun=found.begun_at is not None,
        goals_published=published,
        publisher=publishers[0][1] if publishers else "",
    )


def goals_published(uow: UnitOfWork) -> bool:
    """Whether the company's own goals are out (flow 5.8 step 4)."""
    return uow.one(_COMPANY_GOAL) is not None


def pay_owed(uow: UnitOfWork, most: int) -> tuple[list[tuple[str, int]], bool]:
    """Pay what was earned while the budget was short, oldest first: person and points of each, at most `most`; and
    whether something is still owed."""
    rows = _owed(uow, most + 1)
    paid: list[tuple[str, int]] = []
    for row in rows[:most]:
        outcome = _pay(uow, row.person_id, Step(row.step), row.amount)
        if outcome is Payment.SHORT:
            return paid, True
        if outcome is Payment.PAID:
            paid.append((row.person_id, row.amount))
    return paid, len(rows) > most


def is_owing(uow: UnitOfWork) -> bool:
    """Whether anybody waits for points that the budget could not pay."""
    return bool(_owed(uow, 1))


def _owed(uow: UnitOfWork, most: int) -> Sequence[Row[Any]]:
    today = local_date(uow.now, company_zone(uow))
    return uow.all(_OWED, most=most, today=today)


def _record(uow: UnitOfWork, person_id: str, step: Step) -> Achieved | None:
    amount = REWARDS[step]
    row = {
        "id": new_id(), "person_id": person_id, "step": step.value, "amount": amount, "done_at": uow.now,
        "paid_at": None,
    }  # fmt: skip
    if uow.change(_PUT_STEP[uow.is_postgres], **row) == 0:
        return None
    if len(uow.all(_STEPS, person=person_id)) == len(Step):
        uow.change(_CLOSE, person=person_id, at=uow.now)
        uow.change(_SET_OPEN, person=person_id, to=False)
    return Achieved(step=step, is_owed=_pay(uow, person_id, step, amount) is Payment.SHORT)


def _pay(uow: UnitOfWork, person_id: str, step: Step, amount: int) -> Payment:
    try:
        reward(uow, f"starter:{person_id}:{step}", PROGRAMME, person_id, amount, Cause("", f"starter:{step}"))
    except (BudgetShort, PostingsStopped):
        return Payment.SHORT
    changed = uow.change(_PAID, person=person_id, done=step.value, at=uow.now)
    return Payment.PAID if changed else Payment.KNOWN
