"""Proving the ledger (R-LED-01 to 08): the journal is replayed from zero and everything kept for speed is compared.

The journal is read without holding anybody up: entries are only appended, one after the other, so what has been read
stays true. Then the head of the chain is locked, which keeps every writer from committing, the last entries are read,
and the stored balances, lots, allocations, waiting credits and debts are compared.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from domain.clock import to_millisecond
from domain.points.chain import GENESIS
from domain.points.journal import ENTRY, HEAD, POSTING, THE_HEAD, locked_head
from domain.points.messages import Verdict
from domain.points.projections import first_difference
from domain.points.replay import Broken, Replay
from domain.unit_of_work import UnitOfWork

PAGE = 2000

_ENTRIES = select(ENTRY).where(ENTRY.c.seq > bindparam("after")).order_by(ENTRY.c.seq).limit(bindparam("most"))
_POSTINGS = (
    select(POSTING.c.entry_id, POSTING.c.from_account, POSTING.c.to_account, POSTING.c.amount)
    .select_from(POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id))
    .where(ENTRY.c.seq >= bindparam("first"), ENTRY.c.seq <= bindparam("last"))
    .order_by(ENTRY.c.seq, POSTING.c.position)
)
_END = select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == THE_HEAD)
_STOPPED = select(HEAD.c.id).where(HEAD.c.id == THE_HEAD, HEAD.c.stopped_at.is_not(None))
_STOP = (
    update(HEAD)
    .where(HEAD.c.id == THE_HEAD, HEAD.c.stopped_at.is_(None))
    .values(stopped_at=bindparam("at"), stopped_reason=bindparam("why"))
)
_RESUME = update(HEAD).where(HEAD.c.id == THE_HEAD).values(stopped_at=None, stopped_reason="")


def verify(uow: UnitOfWork) -> Verdict:
    """Replay a workspace's journal from zero and compare (R-LED-06, A52). Changes nothing; the writers of this
    workspace wait from the comparison until the unit ends."""
    replay = Replay()
    try:
        while len(page := _page(uow, replay)) == PAGE:
            pass
        seq, last_hash = _end(uow)
        while page:
            page = _page(uow, replay)
        replay.ends_at(seq, last_hash)
    except Broken as broken:
        return Verdict(ok=False, entries=replay.seq, broken_seq=broken.seq, reason=broken.reason)
    reason = first_difference(uow, replay)
    return Verdict(ok=not reason, entries=replay.seq, broken_seq=None, reason=reason)


def is_stopped(uow: UnitOfWork) -> bool:
    """Whether postings are stopped (R-LED-06)."""
    return uow.one(_STOPPED) is not None


def stop(uow: UnitOfWork, verdict: Verdict) -> None:
    """Stop every posting of this workspace until `resume` (R-LED-06). Stopping again keeps the first reason."""
    locked_head(uow)
    uow.change(_STOP, at=to_millisecond(uow.now), why=verdict.reason[:400])


def resume(uow: UnitOfWork) -> Verdict:
    """Let points move again, if the ledger is sound now; the verdict says whether it is."""
    verdict = verify(uow)
    if verdict.ok:
        uow.change(_RESUME)
    return verdict


def _end(uow: UnitOfWork) -> tuple[int, str]:
    """Where the chain ends, locked. On SQLite nothing is written for it, so that a reader's snapshot will do."""
    head = uow.one(_END) if not uow.is_postgres else locked_head(uow)
    return (0, GENESIS) if head is None else (int(head.seq), str(head.hash))


def _page(uow: UnitOfWork, replay: Replay) -> Sequence[Row[Any]]:
    """Replay the next entries; the page that was read."""
    entries = uow.all(_ENTRIES, after=replay.seq, most=PAGE)
    if entries:
        postings: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for row in uow.all(_POSTINGS, first=entries[0].seq, last=entries[-1].seq):
            postings[row.entry_id].append((row.from_account, row.to_account, int(row.amount)))
        for entry in entries:
            replay.take(entry, postings[entry.id])
    return entries
