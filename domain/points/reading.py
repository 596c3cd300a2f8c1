"""Looking into the ledger: what a person has, what moved, what expires, what a budget has left. Nothing is locked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from domain.points.accounts import ACCOUNT
from domain.points.chart import budget_of, kind_of, wallet_of
from domain.points.journal import ENTRY, POSTING
from domain.points.lots import LOT
from domain.points.messages import Balances, ExpiringLot, Statement, StatementLine
from domain.points.waiting import PENDING
from domain.unit_of_work import UnitOfWork

_HAS = (
    select(ACCOUNT.c.kind, func.sum(ACCOUNT.c.balance).label("points"))
    .where(ACCOUNT.c.holder_id == bindparam("person"))
    .group_by(ACCOUNT.c.kind)
)
_LAPSED = select(func.coalesce(func.sum(LOT.c.remaining), 0).label("points")).where(
    LOT.c.person_id == bindparam("person"), LOT.c.remaining > 0, LOT.c.expires_at < bindparam("now")
)
_BALANCE = select(ACCOUNT.c.balance).where(ACCOUNT.c.id == bindparam("key"))
_EXPIRING = (
    select(LOT.c.expires_at, func.sum(LOT.c.remaining).label("points"))
    .where(
        LOT.c.person_id == bindparam("person"), LOT.c.remaining > 0,
        LOT.c.expires_at >= bindparam("now"), LOT.c.expires_at <= bindparam("until"),
    )
    .group_by(LOT.c.expires_at)
    .order_by(LOT.c.expires_at)
)  # fmt: skip
_MOVES = (
    select(
        ENTRY.c.id, ENTRY.c.kind, ENTRY.c.at, ENTRY.c.cause,
        POSTING.c.from_account, POSTING.c.to_account, POSTING.c.amount,
    )
    .select_from(POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id))
    .where(or_(POSTING.c.from_account == bindparam("wallet"), POSTING.c.to_account == bindparam("wallet")))
    .order_by(ENTRY.c.seq.desc(), POSTING.c.position.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_EARNED = select(LOT.c.entry_id, LOT.c.expires_at).where(LOT.c.entry_id.in_(bindparam("entries", expanding=True)))
_THANKED = select(PENDING.c.settled_by, PENDING.c.origin).where(
    PENDING.c.settled_by.in_(bindparam("entries", expanding=True))
)


def balances(uow: UnitOfWork, person_id: str) -> Balances:
    """What a person has. Points past their date are not counted, even before the monthly job has booked them."""
    points: Mapping[str, int] = {row.kind: int(row.points) for row in uow.all(_HAS, person=person_id)}
    wallet = points.get("WALLET", 0)
    if wallet:
        (lapsed,) = uow.all(_LAPSED, person=person_id, now=uow.now)
        wallet -= int(lapsed.points)
    return Balances(
        wallet=wallet, pending=points.get("PEND", 0), held=points.get("HOLD", 0), giving=points.get("GIVE", 0)
    )  # fmt: skip


def budget_left(uow: UnitOfWork, programme: str) -> int:
    """What a programme can still pay. Raises `UnknownProgramme`."""
    row = uow.one(_BALANCE, key=budget_of(programme))
    return 0 if row is None else int(row.balance)


def expiring(uow: UnitOfWork, person_id: str, until: datetime) -> list[ExpiringLot]:
    """What a person can lose until an instant, by date (R-LOT-06)."""
    rows = uow.all(_EXPIRING, person=person_id, now=uow.now, until=until)
    return [ExpiringLot(int(row.points), row.expires_at) for row in rows]


def statement(uow: UnitOfWork, person_id: str, *, offset: int = 0, most: int = 8) -> Statement:
    """What moved in a person's wallet, newest first, `most` lines from `offset` on."""
    wallet = wallet_of(person_id)
    rows = uow.all(_MOVES, wallet=wallet, most=offset + most + 1)
    account = uow.one(_BALANCE, key=wallet)
    after = 0 if account is None else int(account.balance)
    page = rows[offset : offset + most]
    earned, givers = _details(uow, [row.id for row in page])
    lines = []
    for at, row in enumerate(rows[: offset + most]):
        signed = int(row.amount) if row.to_account == wallet else -int(row.amount)
        if at >= offset:
            lines.append(_line(row, signed, after, earned.get(row.id), givers.get(row.id)))
        after -= signed
    return Statement(tuple(lines), offset, more=len(rows) > offset + most)


def _line(row: Row[Any], signed: int, after: int, expires_at: datetime | None, giver: str | None) -> StatementLine:
    other = row.from_account if signed > 0 else row.to_account
    counterpart = other.partition(":")[2] if kind_of(other) == "WALLET" else giver
    return StatementLine(
        at=row.at, kind=row.kind, amount=signed, balance_after=after, object_id=row.cause,
        counterpart_id=counterpart, expires_at=expires_at if signed > 0 else None,
    )  # fmt: skip


def _details(uow: UnitOfWork, entries: Sequence[str]) -> tuple[dict[str, datetime | None], dict[str, str]]:
    """When the lots of these entries expire, and who gave what they cleared."""
    if not entries:
        return {}, {}
    earned = {row.entry_id: row.expires_at for row in uow.all(_EARNED, entries=list(entries))}
    givers: dict[str, str] = {}
    for row in uow.all(_THANKED, entries=list(entries)):
        if kind_of(row.origin) == "GIVE":
            givers[row.settled_by] = row.origin.partition(":")[2]
    return earned, givers
