"""Accounts locked for one command (R-LED-30): balances are read after the lock, never before.

Two groups. GIVE, PEND, WALLET, HOLD and BUDGET are what a command checks: it locks them first, sorted by key. Nothing
is decided by MINT, SPENT, EXPIRED and RETIRED: they change later, under the lock of the chain's head, so that no
command holds one of them while it waits for a person's account.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, collate, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.points.chart import kind_of
from domain.points.model import Account
from domain.unit_of_work import UnitOfWork

ACCOUNT = table_of(Account)
CHUNK = 500
PERSONAL = ("GIVE", "PEND", "WALLET")
CHECKED = (*PERSONAL, "HOLD", "BUDGET")

_OPEN = {
    False: sqlite.insert(ACCOUNT).on_conflict_do_nothing(),
    True: postgresql.insert(ACCOUNT).on_conflict_do_nothing(),
}
_WANTED = select(ACCOUNT.c.id, ACCOUNT.c.balance, ACCOUNT.c.holder_id).where(
    ACCOUNT.c.id.in_(bindparam("keys", expanding=True))
)
# Bytes decide the order, in Python as in the database: a locale's collation would put the keys in another one.
_LOCK = {
    False: _WANTED,  # the writer of a SQLite database has locked all of it
    True: _WANTED.order_by(collate(ACCOUNT.c.id, "C")).with_for_update(),
}
_HOLDER = select(ACCOUNT.c.holder_id).where(ACCOUNT.c.id == bindparam("key"))
_CHANGE = (
    update(ACCOUNT)
    .where(ACCOUNT.c.workspace_id == bindparam("ws_"), ACCOUNT.c.id == bindparam("key"))
    .values(balance=ACCOUNT.c.balance + bindparam("by"))
)


class Books:
    """The locked accounts of one command: their balances, and what the command's entries change."""

    def __init__(self, balances: dict[str, int], holders: Mapping[str, str]) -> None:
        self._balances = balances
        self.holders = holders
        self._changes: dict[str, int] = {}

    def __getitem__(self, key: str) -> int:
        """The balance after what was moved so far."""
        return self._balances[key]

    def move(self, source: str, target: str, amount: int) -> None:
        """Raises RuntimeError when a checked account was not locked or would go below zero: the command has to have
        refused that before."""
        for key, by in ((source, -amount), (target, amount)):
            if kind_of(key) in CHECKED:
                left = self._balances.get(key, -1) + by
                if left < 0:
                    raise RuntimeError(f"{key} is not locked or would be below zero")
                self._balances[key] = left
            self._changes[key] = self._changes.get(key, 0) + by

    def store(self, uow: UnitOfWork) -> None:
        """Write the changed balances. The head of the chain is locked by now."""
        rows = [{"ws_": uow.workspace_id, "key": key, "by": by} for key, by in sorted(self._changes.items()) if by]
        if rows:
            uow.change_each(_CHANGE, rows)
        self._changes.clear()


def lock(uow: UnitOfWork, keys: Iterable[str]) -> Books:
    """Lock accounts in sorted key order, opening those that do not exist yet."""
    wanted = sorted(set(keys))
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        here = _locked(uow, chunk)
        if len(here) < len(chunk):
            open_accounts(uow, [key for key in chunk if key not in here])
            here = _locked(uow, chunk)
        found.update(here)
    return Books(
        {key: int(row.balance) for key, row in found.items()}, {key: row.holder_id for key, row in found.items()}
    )


def open_accounts(uow: UnitOfWork, keys: Iterable[str]) -> None:
    """Make accounts with nothing in them; those that exist stay as they are."""
    rows = [
        {
            "workspace_id": uow.workspace_id, "id": key, "kind": kind_of(key), "balance": 0,
            "holder_id": key.partition(":")[2] if kind_of(key) in PERSONAL else "",
        }
        for key in keys
    ]  # fmt: skip
    if rows:
        uow.change_each(_OPEN[uow.is_postgres], rows)


def open_hold(uow: UnitOfWork, key: str, person_id: str) -> bool:
    """Make the account of an order's hold; whether it is new, which says that nothing was ever held for the order."""
    opened = uow.change(_OPEN[uow.is_postgres], id=key, kind=kind_of(key), balance=0, holder_id=person_id)
    return opened == 1


def holder(uow: UnitOfWork, key: str) -> str | None:
    """Who is behind an account; None when it was never opened."""
    row = uow.one(_HOLDER, key=key)
    return None if row is None else str(row.holder_id)


def _locked(uow: UnitOfWork, keys: list[str]) -> dict[str, Row[Any]]:
    return {row.id: row for row in uow.all(_LOCK[uow.is_postgres], keys=keys)}
