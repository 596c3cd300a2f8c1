"""The journal as a table for finance: one line per posting, in the order things happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from domain.points.journal import ENTRY, POSTING
from domain.unit_of_work import UnitOfWork

PAGE = 2000

_ENTRIES = (
    select(ENTRY.c.id, ENTRY.c.seq, ENTRY.c.at, ENTRY.c.kind, ENTRY.c.actor_id, ENTRY.c.cause, ENTRY.c.hash)
    .where(
        ENTRY.c.seq > bindparam("after"), ENTRY.c.at >= bindparam("since"), ENTRY.c.at < bindparam("until")
    )
    .order_by(ENTRY.c.seq)
    .limit(bindparam("most"))
)  # fmt: skip
_POSTINGS = (
    select(POSTING.c.entry_id, POSTING.c.from_account, POSTING.c.to_account, POSTING.c.amount)
    .select_from(POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id))
    .where(ENTRY.c.seq >= bindparam("first"), ENTRY.c.seq <= bindparam("last"))
    .order_by(ENTRY.c.seq, POSTING.c.position)
)


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One posting with its entry. `hash` is the entry's, to be found again in the chain."""

    seq: int
    at: datetime
    kind: str
    actor_id: str
    cause: str
    from_account: str
    to_account: str
    amount: int
    hash: str


def export(uow: UnitOfWork, since: datetime, until: datetime) -> Iterator[ExportLine]:
    """The postings of entries from `since` up to, not including, `until`; read in pages."""
    after = 0
    while entries := uow.all(_ENTRIES, after=after, since=since, until=until, most=PAGE):
        of = {entry.id: entry for entry in entries}
        for row in uow.all(_POSTINGS, first=entries[0].seq, last=entries[-1].seq):
            if (entry := of.get(row.entry_id)) is not None:
                yield ExportLine(
                    entry.seq, entry.at, entry.kind, entry.actor_id, entry.cause, row.from_account, row.to_account,
                    int(row.amount), entry.hash,
                )  # fmt: skip
        after = int(entries[-1].seq)
