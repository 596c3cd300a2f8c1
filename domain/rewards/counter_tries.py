"""Wrong pick-up codes are counted, per person and per store, so that nobody finds one by trying (R-PIC-04, A35)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from domain.columns import table_of
from domain.ids import new_id
from domain.people.messages import StoreRef
from domain.rewards.counter_messages import WrongCode
from domain.rewards.counter_model import PickupTry
from domain.unit_of_work import UnitOfWork

TRY = table_of(PickupTry)

TRIES = 5
WINDOW = timedelta(minutes=10)
LOCK = timedelta(minutes=10)
STORE_TRIES = 20
STORE_WINDOW = timedelta(hours=1)

_OF_PERSON = (
    select(func.count().label("n"))
    .select_from(TRY)
    .where(TRY.c.person_id == bindparam("who"), TRY.c.at > bindparam("since"))
)
_OF_STORE = (
    select(func.count().label("n"))
    .select_from(TRY)
    .where(TRY.c.store_id == bindparam("store"), TRY.c.at > bindparam("since"))
)
_LOCKED = select(func.max(TRY.c.at).label("at")).where(
    TRY.c.person_id == bindparam("who"), TRY.c.locks, TRY.c.at > bindparam("since")
)


def locked_until(uow: UnitOfWork, person_id: str) -> datetime | None:
    """Until when nothing is looked up for this person; None when they may try."""
    row = uow.one(_LOCKED, who=person_id, since=uow.now - LOCK)
    return None if row is None or row.at is None else row.at + LOCK


def note_wrong(uow: UnitOfWork, person_id: str, store: StoreRef | None) -> WrongCode:
    """Count a wrong code, for the store the person is at home in. Must be committed although nothing was found."""
    made = 1 + _count(uow, person_id)
    locks = made >= TRIES
    uow.insert(
        PickupTry,
        {
            "id": new_id(), "person_id": person_id, "store_id": store.id if store else None, "locks": locks,
            "at": uow.now,
        },
    )  # fmt: skip
    return WrongCode(
        left=max(0, TRIES - made), until=uow.now + LOCK if locks else None, store=store,
        alarm=store is not None and _count_at(uow, store.id) == STORE_TRIES,
    )  # fmt: skip


def _count(uow: UnitOfWork, person_id: str) -> int:
    row = uow.one(_OF_PERSON, who=person_id, since=uow.now - WINDOW)
    return int(row.n) if row is not None else 0


def _count_at(uow: UnitOfWork, store_id: str) -> int:
    row = uow.one(_OF_STORE, store=store_id, since=uow.now - STORE_WINDOW)
    return int(row.n) if row is not None else 0
