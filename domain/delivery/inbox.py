"""The inbox: what we promised to handle, stored before it is acknowledged (design (f), "Keys" and "States")."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.delivery.model import InboxRow
from domain.unit_of_work import UnitOfWork

INBOX = table_of(InboxRow)

ATTEMPTS = 3
LEASE = timedelta(seconds=15)
"""How long a handler may take before another process may try: longer than any ack budget, shorter than patience."""

_FIND = select(INBOX.c.id, INBOX.c.state, INBOX.c.answer).where(
    INBOX.c.app_id == bindparam("app"), INBOX.c.tenant == bindparam("in_tenant"), INBOX.c.key == bindparam("in_key")
)
_READ = select(INBOX.c.state, INBOX.c.answer).where(INBOX.c.id == bindparam("row"))
_FINISH = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("row"), INBOX.c.state == "RECEIVED")
    .values(state="DONE", answer=bindparam("said"), done_at=bindparam("at"))
)
_FAIL = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("row"), INBOX.c.state == "RECEIVED")
    .values(state="FAILED", answer=bindparam("said"), done_at=bindparam("at"))
)
_FORGOTTEN = {"command": "{}", "redacted": True}
"""A command that held a secret is reduced to nothing by the very change that says it is handled."""
_FINISH_SECRET, _FAIL_SECRET = _FINISH.values(**_FORGOTTEN), _FAIL.values(**_FORGOTTEN)
_PUT = {
    "sqlite": sqlite.insert(INBOX).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(INBOX).on_conflict_do_nothing(),
}
_CLAIM_IDS = (
    select(INBOX.c.workspace_id, INBOX.c.id)
    .where(
        INBOX.c.state == "RECEIVED",
        INBOX.c.lease_until < bindparam("now"),
        INBOX.c.connection.in_(bindparam("ours", expanding=True)),
    )
    .order_by(INBOX.c.lease_until)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(INBOX)
    .where(
        INBOX.c.workspace_id == bindparam("ws_"), INBOX.c.id == bindparam("row"), INBOX.c.state == "RECEIVED",
        INBOX.c.lease_until < bindparam("now"),
    )
    .values(lease_until=bindparam("until"), attempts=INBOX.c.attempts + 1)
    .returning(*INBOX.c)
)  # fmt: skip


def put(uow: UnitOfWork, values: Mapping[str, object]) -> Row[Any] | None:
    """Store a command (T1). Returns None when it is new, else the row that was first: `id`, `state`, `answer`."""
    dialect = "postgresql" if uow.is_postgres else "sqlite"
    if uow.change(_PUT[dialect], **values) == 1:
        return None
    return uow.one(_FIND, app=values["app_id"], in_tenant=values["tenant"], in_key=values["key"])


def read(uow: UnitOfWork, row_id: str) -> Row[Any] | None:
    """`state` and `answer` of a row."""
    return uow.one(_READ, row=row_id)


def finish(uow: UnitOfWork, row_id: str, answer: str | None, *, secret: bool = False) -> bool:
    """DONE with what was answered. False when somebody else finished it first: then roll back. `secret`: the command's
    own text goes at once."""
    return uow.change(_FINISH_SECRET if secret else _FINISH, row=row_id, said=answer, at=uow.now) == 1


def fail(uow: UnitOfWork, row_id: str, answer: str | None, *, secret: bool = False) -> bool:
    """FAILED after the last attempt; the person was told. `secret` as for `finish`."""
    return uow.change(_FAIL_SECRET if secret else _FAIL, row=row_id, said=answer, at=uow.now) == 1


def claim(connection: Connection, now: datetime, most: int, ours: Sequence[str]) -> Sequence[Row[Any]]:
    """Take over rows of our connections whose handler never finished; leases them anew and counts the attempt."""
    rows = connection.execute(_CLAIM_IDS, {"now": now, "most": most, "ours": list(ours)}).all()
    claimed = (
        connection.execute(_CLAIM, {"ws_": ws, "row": row, "now": now, "until": now + LEASE}).one_or_none()
        for ws, row in rows
    )
    return [row for row in claimed if row is not None]
