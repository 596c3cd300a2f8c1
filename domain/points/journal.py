"""Writing the journal: drafts become entries, postings, balances and the next links of the chain, all or none.

A command locks its accounts, looks whether its key is known, checks, and then writes. Everything that can refuse
happens before the first change, so that a refusal leaves nothing behind even if somebody catches it and commits.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from domain.clock import to_millisecond
from domain.columns import table_of
from domain.errors import IdempotencyConflict, PostingsStopped
from domain.ids import new_id
from domain.points.accounts import CHECKED, CHUNK, Books, lock, open_accounts
from domain.points.chain import GENESIS, entry_hash, input_hash
from domain.points.chart import EXPIRED, MINT, RETIRED, Kind, kind_of, spent_of
from domain.points.messages import Cause, Entry
from domain.points.model import JournalEntry, LedgerHead, Posting
from domain.unit_of_work import UnitOfWork

ENTRY = table_of(JournalEntry)
HEAD = table_of(LedgerHead)
POSTING = table_of(Posting)
THE_HEAD = "head"

log = logging.getLogger("bida.ledger")

_KNOWN = select(
    ENTRY.c.id, ENTRY.c.idem, ENTRY.c.kind, ENTRY.c.at, ENTRY.c.amount, ENTRY.c.input_hash
).where(ENTRY.c.idem.in_(bindparam("idems", expanding=True)))  # fmt: skip
_HEAD = (
    select(HEAD.c.seq, HEAD.c.hash, HEAD.c.stopped_at, HEAD.c.stopped_reason)
    .where(HEAD.c.id == THE_HEAD)
    .with_for_update()
)
_BEGIN = {
    False: sqlite.insert(HEAD).on_conflict_do_nothing(),
    True: postgresql.insert(HEAD).on_conflict_do_nothing(),
}
_ADVANCE = update(HEAD).where(HEAD.c.id == THE_HEAD).values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))


@dataclass(frozen=True, slots=True)
class Move:
    """Points from one account to another."""

    source: str
    target: str
    amount: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be written. `inputs` are what the command asked for, compared when its key comes again;
    `subject_id` is the person (or programme) it is about."""

    kind: Kind
    idem: str
    subject_id: str
    inputs: Mapping[str, object]
    moves: tuple[Move, ...] = ()
    period: str = ""
    input_hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "input_hash", input_hash(self.kind, self.inputs))

    @property
    def checked_accounts(self) -> set[str]:
        """The accounts of its movements that have to be locked before anything is decided."""
        ends = (end for move in self.moves for end in (move.source, move.target))
        return {end for end in ends if kind_of(end) in CHECKED}


def lock_for(uow: UnitOfWork, *drafts: Draft) -> Books:
    """Lock what these drafts move."""
    return lock(uow, {key for draft in drafts for key in draft.checked_accounts})


def known(uow: UnitOfWork, draft: Draft) -> Entry | None:
    """The stored result of the draft's key (R-LED-04). Asked after the accounts are locked. Raises
    `IdempotencyConflict` when the key was used for something else."""
    return all_known(uow, [draft]).get(draft.idem)


def all_known(uow: UnitOfWork, drafts: Sequence[Draft]) -> dict[str, Entry]:
    """As `known`, for many keys."""
    hashes = {draft.idem: draft.input_hash for draft in drafts}
    found: dict[str, Entry] = {}
    idems = list(hashes)
    for start in range(0, len(idems), CHUNK):
        for row in uow.all(_KNOWN, idems=idems[start : start + CHUNK]):
            if row.input_hash != hashes[row.idem]:
                raise IdempotencyConflict
            found[row.idem] = Entry(row.id, row.kind, row.at, int(row.amount), replayed=True)
    return found


def write(uow: UnitOfWork, books: Books, drafts: Sequence[Draft], cause: Cause) -> list[Entry]:
    """Append the drafts, in order, and change the balances. Raises `PostingsStopped` before anything is changed, and
    `IdempotencyConflict` when another command took a key for something else in this very moment."""
    if not drafts:
        return []
    for draft in drafts:
        for move in draft.moves:
            books.move(move.source, move.target, move.amount)
    head = locked_head(uow)
    if head.stopped_at is not None:
        raise PostingsStopped
    books.store(uow)
    rows, postings = _chained(uow, head, drafts, cause)
    try:
        uow.insert_all(JournalEntry, rows)
    except IntegrityError as error:
        raise IdempotencyConflict from error
    uow.insert_all(Posting, postings)
    uow.change(_ADVANCE, to_seq=rows[-1]["seq"], to_hash=rows[-1]["hash"])
    for row in rows:
        uow.state(
            log, "points_posted", entry=row["id"], kind=row["kind"], amount=row["amount"], actor=row["actor_id"],
            subject=row["subject_id"], object=row["cause"],
        )  # fmt: skip
    return [Entry(row["id"], row["kind"], row["at"], row["amount"], replayed=False) for row in rows]


def write_one(uow: UnitOfWork, books: Books, draft: Draft, cause: Cause) -> Entry:
    """As `write`, for one."""
    (entry,) = write(uow, books, [draft], cause)
    return entry


def locked_head(uow: UnitOfWork) -> Row[Any]:
    """The end of the chain, locked until the commit: writers of one workspace pass here one at a time."""
    head = uow.one(_HEAD)
    if head is None:
        open_accounts(uow, (EXPIRED, MINT, RETIRED, spent_of(None)))
        uow.change(
            _BEGIN[uow.is_postgres], id=THE_HEAD, seq=0, hash=GENESIS, stopped_at=None, stopped_reason=""
        )  # fmt: skip
        head = uow.one(_HEAD)
    assert head is not None
    return head


def _chained(
    uow: UnitOfWork, head: Row[Any], drafts: Sequence[Draft], cause: Cause
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of entries and postings, as plain values: everything that moves points comes by here."""
    at, prev = to_millisecond(uow.now), str(head.hash)
    rows: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    for seq, draft in enumerate(drafts, int(head.seq) + 1):
        row = _row(draft, cause, seq, prev, at)
        row["hash"] = prev = entry_hash(
            prev, row, at, [(move.source, move.target, move.amount) for move in draft.moves]
        )  # fmt: skip
        rows.append(row)
        postings += (
            {
                "id": new_id(), "entry_id": row["id"], "position": position, "from_account": move.source,
                "to_account": move.target, "amount": move.amount,
            }
            for position, move in enumerate(draft.moves)
        )  # fmt: skip
    return rows, postings


def _row(draft: Draft, cause: Cause, seq: int, prev: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "seq": seq, "idem": draft.idem, "input_hash": draft.input_hash, "kind": draft.kind.value,
        "actor_id": cause.actor_id, "subject_id": draft.subject_id, "cause": cause.object_id,
        "config_version": cause.config_version, "event_id": cause.event_id, "period": draft.period,
        "amount": sum(move.amount for move in draft.moves), "at": at, "prev_hash": prev, "hash": "",
    }  # fmt: skip
