"""How points end: lots expire, people leave, two records of one person become one (R-LED-22, R-LED-24, R-ID-04)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, select, update

from domain.errors import NotAllowed
from domain.points import lots, waiting
from domain.points.accounts import ACCOUNT, lock
from domain.points.chart import EXPIRED, RETIRED, Kind, give_of, pend_of, wallet_of
from domain.points.debts import DEBT
from domain.points.journal import ENTRY, Draft, Move, known, write, write_one
from domain.points.lots import LOT, Part
from domain.points.messages import Cause, Entry
from domain.points.waiting import PENDING
from domain.unit_of_work import UnitOfWork

_EXPIRED = (
    select(LOT.c.id, LOT.c.person_id, LOT.c.remaining, LOT.c.renewed)
    .where(LOT.c.remaining > 0, LOT.c.expires_at < bindparam("now"))
    .order_by(LOT.c.person_id, LOT.c.expires_at, LOT.c.id)
)
_LEAVINGS = select(ENTRY.c.id, ENTRY.c.kind, ENTRY.c.at, ENTRY.c.amount).where(
    ENTRY.c.subject_id == bindparam("person"), ENTRY.c.kind == Kind.LEFT.value
).order_by(ENTRY.c.seq)  # fmt: skip
_HOLDS = select(ACCOUNT.c.id).where(ACCOUNT.c.holder_id == bindparam("person"), ACCOUNT.c.kind == "HOLD")

_FROM: BindParameter[str] = bindparam("loser")
_TO: BindParameter[str] = bindparam("winner")
_HAND_OVER = (
    update(LOT).where(LOT.c.person_id == _FROM).values(person_id=_TO),
    update(PENDING).where(PENDING.c.person_id == _FROM).values(person_id=_TO),
    update(DEBT).where(DEBT.c.person_id == _FROM).values(person_id=_TO),
    update(ACCOUNT).where(ACCOUNT.c.holder_id == _FROM, ACCOUNT.c.kind == "HOLD").values(holder_id=_TO),
)
_NEW_ORIGIN = update(PENDING).where(PENDING.c.origin == bindparam("old")).values(origin=bindparam("new"))


def expire_lots(uow: UnitOfWork, now: datetime, cause: Cause) -> list[Entry]:
    """Expire what is left of lots past their date: one entry each (R-LED-22, R-LOT-05). What is held stays held.
    Safe to run again: what has expired has nothing left."""
    wallets = {wallet_of(row.person_id) for row in uow.all(_EXPIRED, now=now)}
    books = lock(uow, wallets)
    due = [row for row in uow.all(_EXPIRED, now=now) if wallet_of(row.person_id) in wallets]
    drafts = [
        Draft(
            Kind.EXPIRED, _key(row), row.person_id, {}, (Move(wallet_of(row.person_id), EXPIRED, int(row.remaining)),)
        )
        for row in due
    ]
    entries = write(uow, books, drafts, cause)
    lots.take_each(uow, [(Part(row.id, int(row.remaining)), entry.id) for row, entry in zip(due, entries, strict=True)])
    return entries


def _key(row: Row[Any]) -> str:
    """A lot that was given a new date by a release or refund can expire once more."""
    return f"expire:{row.id}:{row.renewed}" if row.renewed else f"expire:{row.id}"


def leave(uow: UnitOfWork, person_id: str, *, wallet: bool, cause: Cause) -> list[Entry]:
    """Retire what a leaver has (R-LED-24, R-RED-31): what they may give and what waits for them; with `wallet`, thirty
    days later, the rest. Open orders keep what they hold.

    Safe to run again: it retires what is there, and with nothing there it answers with what it did before.
    """
    books = lock(uow, (give_of(person_id), pend_of(person_id), wallet_of(person_id)))
    accounts = [give_of(person_id), pend_of(person_id), *([wallet_of(person_id)] if wallet else [])]
    moves = tuple(Move(account, RETIRED, books[account]) for account in accounts if books[account])
    before = uow.all(_LEAVINGS, person=person_id)
    if not moves:
        return [Entry(row.id, row.kind, row.at, int(row.amount), replayed=True) for row in before]
    key = f"leaver:{person_id}:{len(before) + 1}" if before else f"leaver:{person_id}"
    entry = write_one(uow, books, Draft(Kind.LEFT, key, person_id, {}, moves), cause)
    waiting.settle_all_of(uow, person_id, entry.id)
    if wallet:
        lots.take(uow, lots.everything(uow, person_id), entry.id)
    return [entry]


def merge(uow: UnitOfWork, loser_id: str, winner_id: str, cause: Cause) -> Entry:
    """Hand everything of one record of a person to the other (R-ID-04): balances by an entry, lots with their dates,
    waiting credits, debts and holds. With no balance to move there is no entry, and the answer's id is empty."""
    if loser_id == winner_id:
        raise NotAllowed
    holds = [row.id for row in uow.all(_HOLDS, person=loser_id)]
    pairs = [(of(loser_id), of(winner_id)) for of in (give_of, pend_of, wallet_of)]
    books = lock(uow, [*holds, *(account for pair in pairs for account in pair)])
    draft = Draft(Kind.MERGED, f"merge:{loser_id}:{winner_id}", winner_id, {"loser": loser_id, "winner": winner_id})
    if (before := known(uow, draft)) is not None:
        return before
    moves = tuple(Move(source, target, books[source]) for source, target in pairs if books[source])
    entry = Entry("", Kind.MERGED.value, uow.now, 0, replayed=False)
    if moves:
        entry = write_one(uow, books, replace(draft, moves=moves), cause)
    for statement in _HAND_OVER:
        uow.change(statement, loser=loser_id, winner=winner_id)
    uow.change(_NEW_ORIGIN, old=give_of(loser_id), new=give_of(winner_id))
    return entry
