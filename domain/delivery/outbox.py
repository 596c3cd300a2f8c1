"""The outbox: what we promised to deliver, written in the transaction that caused it (design (f), "Sending")."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.delivery.model import CardRow, OutboxRow
from domain.ids import new_id
from domain.unit_of_work import UnitOfWork

OUTBOX = table_of(OutboxRow)
CARD = table_of(CardRow)

LEASE = timedelta(seconds=60)
"""How long one send may take before another process may try: longer than `SEND_WITHIN` of the courier."""

EXPIRED = "expired"
ELSEWHERE = "elsewhere"
"""Causes of death that no replay undoes: yesterday's noise, and what was said on another messenger. Nor does one bring
back a secret: nobody knows any more what it said."""

_PUT = {
    "sqlite": sqlite.insert(OUTBOX).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(OUTBOX).on_conflict_do_nothing(),
}
_EARLIER = OUTBOX.alias("earlier")
_FREE = or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until < bindparam("now"))
_REPLACED = and_(
    OUTBOX.c.kind == "UPDATE",
    _EARLIER.c.kind == "UPDATE",
    _EARLIER.c.card_key == OUTBOX.c.card_key,
    or_(_EARLIER.c.lease_until.is_(None), _EARLIER.c.lease_until < bindparam("now")),
)
"""An earlier update that waits for its next try does not hold a newer one of the same card up; one in the air does."""
_DUE_IDS = (
    select(OUTBOX.c.workspace_id, OUTBOX.c.id)
    .where(
        OUTBOX.c.connection == bindparam("connection_"),
        OUTBOX.c.state == "PENDING",
        OUTBOX.c.not_before <= bindparam("now"),
        _FREE,
        ~exists().where(
            _EARLIER.c.workspace_id == OUTBOX.c.workspace_id,
            _EARLIER.c.lane == OUTBOX.c.lane,
            _EARLIER.c.state == "PENDING",
            _EARLIER.c.id < OUTBOX.c.id,
            ~_REPLACED,
        ),
    )
    .order_by(OUTBOX.c.not_before, OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=OUTBOX)
)
_ANY_DUE = (
    select(OUTBOX.c.id)
    .where(
        OUTBOX.c.connection == bindparam("connection_"),
        OUTBOX.c.state == "PENDING",
        OUTBOX.c.not_before <= bindparam("now"),
    )
    .limit(1)
)
_LEASE = (
    update(OUTBOX)
    .where(OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"))
    .values(lease_until=bindparam("until"))
)
_CLAIMED = (
    select(
        OUTBOX,
        CARD.c.message_id.label("card_message"),
        CARD.c.handle.label("card_handle"),
        CARD.c.version.label("card_now"),
    )
    .select_from(
        OUTBOX.outerjoin(CARD, and_(CARD.c.workspace_id == OUTBOX.c.workspace_id, CARD.c.id == OUTBOX.c.card_key))
    )
    .where(OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"))
)
_NEWER = select(func.max(OUTBOX.c.id)).where(
    OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.lane == bindparam("in_lane"), OUTBOX.c.kind == "UPDATE",
    OUTBOX.c.state == "PENDING", OUTBOX.c.card_key == bindparam("card"), OUTBOX.c.not_before <= bindparam("now"),
)  # fmt: skip
_KEPT = {
    "payload": case((OUTBOX.c.secret, ""), else_=OUTBOX.c.payload),
    "plain": case((OUTBOX.c.secret, ""), else_=OUTBOX.c.plain),
}
"""What stays of a message that has come to its end: of a secret one nothing."""
_SENT = (
    update(OUTBOX)
    .where(
        OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "PENDING"
    )
    .values(state="SENT", sent_at=bindparam("at"), message_id=bindparam("message"), lease_until=None, **_KEPT)
)  # fmt: skip
_RIDDEN = _SENT.where(
    ~exists().where(
        _EARLIER.c.workspace_id == OUTBOX.c.workspace_id,
        _EARLIER.c.lane == OUTBOX.c.lane,
        _EARLIER.c.state == "PENDING",
        _EARLIER.c.id < OUTBOX.c.id,
    )
)
_DEAD = (
    update(OUTBOX)
    .where(
        OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "PENDING"
    )
    .values(state="DEAD", last_error=bindparam("cause"), attempts=bindparam("tries"), lease_until=None, **_KEPT)
)  # fmt: skip
_LATER = (
    update(OUTBOX)
    .where(
        OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "PENDING"
    )
    .values(not_before=bindparam("again"), attempts=bindparam("tries"), last_error=bindparam("cause"), lease_until=None)
)  # fmt: skip
_RELEASE = (
    update(OUTBOX)
    .where(
        OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "PENDING",
        OUTBOX.c.not_before > bindparam("again"),
    )
    .values(not_before=bindparam("again"))
)  # fmt: skip
_REPLAY = (
    update(OUTBOX)
    .where(
        OUTBOX.c.state == "DEAD",
        ~OUTBOX.c.secret,
        ~OUTBOX.c.last_error.startswith(EXPIRED),
        ~OUTBOX.c.last_error.startswith(ELSEWHERE),
    )
    .values(state="PENDING", attempts=0, not_before=bindparam("at"), lease_until=None)
)
_PLAIN = (
    update(OUTBOX)
    .where(
        OUTBOX.c.workspace_id == bindparam("ws_"), OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "PENDING"
    )
    .values(payload=bindparam("text"), last_error=bindparam("cause"), lease_until=None, not_before=bindparam("at"))
)  # fmt: skip


def enqueue(
    uow: UnitOfWork,
    *,
    connection: str,
    conversation: str,
    dedupe: str,
    lane: str,
    kind: str,
    payload: str,
    plain: str,
    card_kind: str = "",
    card_key: str | None = None,
    card_version: int | None = None,
    reply_handle: str | None = None,
    target: str | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    secret: bool = False,
) -> str:
    """Promise a message; returns its row's id. A second promise under the same dedupe key does nothing. `secret`: what
    it says is forgotten when it has been delivered, or given up."""
    row = new_id()
    uow.change(
        _PUT["postgresql" if uow.is_postgres else "sqlite"],
        id=row, connection=connection, conversation=conversation, dedupe=dedupe, lane=lane, kind=kind,
        payload=payload, plain=plain, card_kind=card_kind, card_key=card_key, card_version=card_version,
        reply_handle=reply_handle, target=target, not_before=not_before or uow.now, expires_at=expires_at,
        state="PENDING", attempts=0, lease_until=None, last_error="", message_id="", command_id=uow.command_id,
        secret=secret, created_at=uow.now, sent_at=None,
    )  # fmt: skip
    return row


def claim(connection: Connection, name: str, now: datetime, most: int) -> Sequence[Row[Any]]:
    """Lease up to `most` messages that are due on one connection, at most one per lane, oldest first.

    Each row carries the card's `card_message` and `card_handle`. A row overtaken by a newer update of the same card is
    settled here and not returned.
    """
    due = connection.execute(_DUE_IDS, {"connection_": name, "now": now, "most": most}).all()
    claimed: list[Row[Any]] = []
    for ws, row_id in due:
        key = {"ws_": ws, "row": row_id}
        connection.execute(_LEASE, {**key, "until": now + LEASE})
        row = connection.execute(_CLAIMED, key).one()
        if row.kind == "UPDATE" and _is_overtaken(connection, row, now):
            connection.execute(_SENT, {**key, "at": now, "message": ""})
        else:
            claimed.append(row)
    return claimed


def _is_overtaken(connection: Connection, row: Row[Any], now: datetime) -> bool:
    """Whether a newer update of the card is due, or the card has moved on since: then a newer one exists and may even
    have been shown already (it rode on an acknowledgement), and this one would turn the card back."""
    if row.card_now is not None and row.card_version is not None and row.card_now > row.card_version:
        return True
    newest = connection.execute(
        _NEWER, {"ws_": row.workspace_id, "in_lane": row.lane, "card": row.card_key, "now": now}
    ).scalar()
    return newest is not None and newest > row.id


def has_due(connection: Connection, name: str, until: datetime) -> bool:
    """Whether a connection has anything to send up to an instant, leased or not."""
    return connection.execute(_ANY_DUE, {"connection_": name, "now": until}).first() is not None


def mark_sent(connection: Connection, keys: Sequence[tuple[str, str]], now: datetime, message: str = "") -> None:
    """SENT, for (workspace, row) pairs. A row that is no longer pending stays as it is."""
    if keys:
        values = [{"ws_": ws, "row": row, "at": now, "message": message} for ws, row in keys]
        connection.execute(_SENT, values if len(values) > 1 else values[0])


def mark_ridden(uow: UnitOfWork, keys: Sequence[tuple[str, str]], now: datetime) -> None:
    """SENT by the acknowledgement that carried them. Where an older message of the same lane is still under way it
    would land on top: then this one goes out again behind it."""
    if keys:
        settled = uow.change_each(_RIDDEN, [{"ws_": ws, "row": row, "at": now, "message": ""} for ws, row in keys])
        if settled < len(keys):
            release(uow, keys, now)


def release(uow: UnitOfWork, keys: Sequence[tuple[str, str]], at: datetime) -> None:
    """Let held-back rows go at `at`: the acknowledgement they waited for is on the wire."""
    if keys:
        uow.change_each(_RELEASE, [{"ws_": ws, "row": row, "again": at} for ws, row in keys])


def bury(connection: Connection, key: tuple[str, str], cause: str, tries: int) -> None:
    """DEAD: kept for `bida replay --dead`, unless it is a secret."""
    connection.execute(_DEAD, {"ws_": key[0], "row": key[1], "cause": cause[:200], "tries": tries})


def postpone(connection: Connection, key: tuple[str, str], again: datetime, cause: str, tries: int) -> None:
    """Try again at `again`, with `tries` attempts counted so far."""
    connection.execute(_LATER, {"ws_": key[0], "row": key[1], "again": again, "cause": cause[:200], "tries": tries})


def fall_back(connection: Connection, key: tuple[str, str], payload: str, cause: str, now: datetime) -> None:
    """Replace a refused payload by its plain text, to be sent at once."""
    connection.execute(_PLAIN, {"ws_": key[0], "row": key[1], "text": payload, "cause": cause[:200], "at": now})


def replay_dead(connection: Connection, now: datetime) -> int:
    """Bring every dead letter back; returns how many."""
    return int(connection.execute(_REPLAY, {"at": now}).rowcount)
