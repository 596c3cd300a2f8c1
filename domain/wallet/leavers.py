"""What becomes of the points of people who are gone (R-LED-24, R-RED-31): what they may give and what waits for them is
retired from the day after their last one, the wallet thirty days later. Open orders keep what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select

from domain.columns import table_of
from domain.delivery import leases
from domain.people.model import Person
from domain.people.roles import PEOPLE, TENURE, is_here
from domain.periods import local_date
from domain.points.accounts import ACCOUNT, lock
from domain.points.chart import give_of, pend_of, wallet_of
from domain.points.lots import AFTER_LEAVING
from domain.points.messages import Cause
from domain.points.service import leave
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)

PAGE = 200
MARK = "points.gone"
"""The job whose run, per person, keeps since when somebody without a leaving date is not active."""

_GONE = (
    select(PERSON.c.id, PERSON.c.active, *TENURE)
    .distinct()
    .select_from(
        PEOPLE.join(
            ACCOUNT, and_(ACCOUNT.c.workspace_id == PERSON.c.workspace_id, ACCOUNT.c.holder_id == PERSON.c.id)
        )
    )
    .where(
        ACCOUNT.c.kind != "HOLD", ACCOUNT.c.balance > 0, PERSON.c.provisional.is_(False),
        or_(PERSON.c.active.is_(False), PERSON.c.leaves_on < bindparam("before")), PERSON.c.id > bindparam("after"),
    )
    .order_by(PERSON.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_BACK = select(PERSON.c.id).where(PERSON.c.id.in_(bindparam("people", expanding=True)), PERSON.c.active)


@dataclass(frozen=True, slots=True)
class LeaversRetired:
    """How many people were looked at and how many entries that made; `after` is the last one's id when there may be
    more of them."""

    people: int
    entries: int
    after: str = ""


def retire_leavers(uow: UnitOfWork, after: str = "", most: int = PAGE) -> LeaversRetired:
    """Retire what the next people who are gone have; safe to run every day and again. Who has nothing is not looked at,
    and who is here again, or for longer, keeps what is left. Raises `PostingsStopped`."""
    if not after:
        _forget_who_is_back(uow)
    rows = uow.all(_GONE, before=uow.now.astimezone(UTC).date() + timedelta(days=1), after=after, most=most)
    since = _since(uow, [row for row in rows if not row.active or not is_here(row, uow.now)])
    # All of them before the first is touched, in one order with everybody else's locks.
    lock(uow, [of(person) for person in since for of in (give_of, pend_of, wallet_of)])
    zones = {row.id: row.zone for row in rows}
    entries = 0
    for person, first in since.items():
        wallet = local_date(uow.now, zones[person]) >= first + AFTER_LEAVING
        made = leave(uow, person, wallet=wallet, cause=Cause("", "leaver"))
        entries += sum(not entry.replayed for entry in made)
    return LeaversRetired(len(since), entries, rows[-1].id if len(rows) == most else "")


def _since(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> dict[str, date]:
    """The first day on which each was not here. Without a leaving date that has passed, the day we first saw it."""
    undated = {row.id for row in rows if is_here(row, uow.now)}
    for person in sorted(undated):
        leases.first_run(uow, MARK, person)
    seen = leases.runs(uow, MARK) if undated else {}
    return {
        row.id: local_date(seen[row.id], row.zone) if row.id in undated else row.leaves_on + timedelta(days=1)
        for row in rows
    }


def _forget_who_is_back(uow: UnitOfWork) -> None:
    """Whoever is active again begins anew, should they ever go again."""
    marked = list(leases.runs(uow, MARK))
    for start in range(0, len(marked), PAGE):
        for row in uow.all(_BACK, people=marked[start : start + PAGE]):
            leases.forget_run(uow, MARK, row.id)
