"""Credits that wait in PEND (R-KUD-06, R-RUL-07): each can be ended once, by clearing, undoing or returning it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from domain.columns import table_of
from domain.errors import NotPending
from domain.ids import new_id
from domain.points.accounts import Books, lock
from domain.points.chart import Kind
from domain.points.journal import Move
from domain.points.model import PendingCredit
from domain.unit_of_work import UnitOfWork

PENDING = table_of(PendingCredit)

_OF_SOURCE = select(
    PENDING.c.id, PENDING.c.recipient_id, PENDING.c.person_id, PENDING.c.origin, PENDING.c.amount,
    PENDING.c.settled_by, PENDING.c.settled_as,
).where(PENDING.c.source == bindparam("of"))  # fmt: skip
_ONE = _OF_SOURCE.where(or_(PENDING.c.recipient_id == bindparam("person"), PENDING.c.person_id == bindparam("person")))
_SETTLE = (
    update(PENDING)
    .where(PENDING.c.workspace_id == bindparam("ws_"), PENDING.c.id == bindparam("credit"))
    .values(settled_by=bindparam("entry"), settled_as=bindparam("kind_"))
)
_RETIRE = (
    update(PENDING)
    .where(PENDING.c.person_id == bindparam("person"), PENDING.c.settled_by.is_(None))
    .values(settled_by=bindparam("entry"), settled_as=Kind.LEFT.value)
)


def await_(uow: UnitOfWork, source: str, moves: Sequence[Move], entry_id: str) -> None:
    """Remember what an entry moved into PEND."""
    uow.insert_all(
        PendingCredit,
        [
            {
                "id": new_id(), "source": source, "recipient_id": person_id, "person_id": person_id,
                "origin": move.source, "amount": move.amount, "entry_id": entry_id, "settled_by": None,
                "settled_as": "",
            }
            for move in moves
            for person_id in [move.target.partition(":")[2]]
        ],
    )  # fmt: skip


def credits_of(uow: UnitOfWork, source: str) -> Sequence[Row[Any]]:
    """Everybody's credit of one kudos or reward, waiting or not."""
    return uow.all(_OF_SOURCE, of=source)


def credit_of(uow: UnitOfWork, source: str, person_id: str) -> Row[Any] | None:
    """One person's credit, waiting or not; the one who received it, or whom a merge gave it to (R-ID-04)."""
    rows = uow.all(_ONE, of=source, person=person_id)
    return next((row for row in rows if row.recipient_id == person_id), rows[0] if rows else None)


def locked(
    uow: UnitOfWork, source: str, person_id: str, accounts_of: Callable[[str], Iterable[str]]
) -> tuple[Books, Row[Any] | None, str]:
    """Lock the accounts of the one whose credit it is; the books, the credit and that person. They are the receiver, or
    the person the receiver was merged into, even in between."""
    while True:
        whose = _whose(credit_of(uow, source, person_id), person_id)
        books = lock(uow, accounts_of(whose))
        credit = credit_of(uow, source, person_id)
        if _whose(credit, person_id) == whose:
            return books, credit, whose


def origin(uow: UnitOfWork, source: str, person_id: str) -> str:
    """The account a credit came from; empty when there is none."""
    credit = credit_of(uow, source, person_id)
    return "" if credit is None else str(credit.origin)


def _whose(credit: Row[Any] | None, person_id: str) -> str:
    return person_id if credit is None else str(credit.person_id)


def waiting(credit: Row[Any] | None, amount: int) -> Row[Any]:
    """The credit, if it still waits and is of this amount. Raises `NotPending`."""
    if credit is None or credit.settled_by is not None or credit.amount != amount:
        raise NotPending
    return credit


def settle(uow: UnitOfWork, credits: Sequence[Row[Any]], kind: Kind, entry_id: str) -> None:
    """End the waiting of these credits."""
    uow.change_each(
        _SETTLE,
        [{"ws_": uow.workspace_id, "credit": row.id, "entry": entry_id, "kind_": kind.value} for row in credits],
    )


def settle_all_of(uow: UnitOfWork, person_id: str, entry_id: str) -> None:
    """End the waiting of everything a leaver has (R-LED-24)."""
    uow.change(_RETIRE, person=person_id, entry=entry_id)
