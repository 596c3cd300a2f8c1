"""What is kept beside the journal for speed, compared with what the journal says (R-LED-05, R-LED-06)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, func, select

from domain.points.accounts import ACCOUNT
from domain.points.chart import hold_of, pend_of, wallet_of
from domain.points.debts import DEBT
from domain.points.journal import POSTING
from domain.points.lots import ALLOCATION, LOT
from domain.points.replay import Replay
from domain.points.waiting import PENDING
from domain.unit_of_work import UnitOfWork

_OPEN = ALLOCATION.c.amount - ALLOCATION.c.settled

_BALANCES = select(ACCOUNT.c.id.label("key"), ACCOUNT.c.balance.label("points"))
_WALLETS = select(LOT.c.person_id.label("key"), func.sum(LOT.c.remaining).label("points")).group_by(LOT.c.person_id)
_HOLDS = (
    select(ALLOCATION.c.order_id.label("key"), func.sum(_OPEN).label("points"))
    .where(ALLOCATION.c.kind == "held")
    .group_by(ALLOCATION.c.order_id)
)
_WAITING = (
    select(PENDING.c.person_id.label("key"), func.sum(PENDING.c.amount).label("points"))
    .where(PENDING.c.settled_by.is_(None))
    .group_by(PENDING.c.person_id)
)
_TAKEN = select(ALLOCATION.c.lot_id.label("key"), func.sum(_OPEN).label("points")).group_by(ALLOCATION.c.lot_id)
_MISSING = select(LOT.c.id.label("key"), (LOT.c.amount - LOT.c.remaining).label("points"))
_EARNED = select(func.coalesce(func.sum(LOT.c.amount), 0).label("points"))
_NETTED = select(func.coalesce(func.sum(DEBT.c.netted), 0).label("points"))
_POSTINGS = select(func.count().label("points")).select_from(POSTING)


def first_difference(uow: UnitOfWork, replay: Replay) -> str:
    """The first thing that is not what the journal says, in words; empty when all is well."""
    return next(_differences(uow, replay), "")


def _differences(uow: UnitOfWork, replay: Replay) -> Iterator[str]:
    stored, replayed = _points(uow, _BALANCES), replay.balances
    yield from _compare("balance", stored, replayed)
    if sum(stored.values()):
        yield "the accounts do not add up to zero"
    yield from _compare("lots", _points(uow, _WALLETS, wallet_of), _of_kind(replayed, "WALLET:"))
    yield from _compare("allocations", _points(uow, _HOLDS, hold_of), _of_kind(replayed, "HOLD:"))
    yield from _compare("waiting credits", _points(uow, _WAITING, pend_of), _of_kind(replayed, "PEND:"))
    yield from _compare("allocations of the lot", _points(uow, _TAKEN), _points(uow, _MISSING))
    sums = (("lots earned", _EARNED, replay.earned), ("debts netted", _NETTED, replay.netted),
            ("postings", _POSTINGS, replay.postings))  # fmt: skip
    for what, statement, said in sums:
        (row,) = uow.all(statement)
        if int(row.points) != said:
            yield f"{what}: {row.points} stored, {said} in the journal"


def _points(uow: UnitOfWork, statement: Select[Any], key_of: Callable[[str], str] = str) -> dict[str, int]:
    return {key_of(row.key): int(row.points) for row in uow.all(statement)}


def _of_kind(balances: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {key: points for key, points in balances.items() if key.startswith(prefix)}


def _compare(what: str, stored: Mapping[str, int], said: Mapping[str, int]) -> Iterator[str]:
    for key in sorted({*stored, *said}):
        if stored.get(key, 0) != said.get(key, 0):
            yield f"{key}: {what} {stored.get(key, 0)} stored, {said.get(key, 0)} in the journal"
