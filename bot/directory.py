"""A directory entry we asked for, as the event it is: stored and handled like everything else that comes in."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from adapters.base import DirectoryEntry
from bot.connections import Connection
from bot.envelopes import conversation_of
from domain.command import Actor, Command, Kind, Value


def entry_command(connection: Connection, row: Row[Any], entry: DirectoryEntry, now: datetime) -> Command:
    """`directory.read` (or `directory.left` for an inactive user), keyed by the outbox row that asked."""
    adapter = connection.adapter
    values: dict[str, Value] = {"user_id": entry.user_id}
    for name in ("name", "department", "employee_no"):
        told = getattr(entry, name)
        if told is not None:
            values[name] = told
    key = f"read:{row.id}"
    return Command(
        id=hashlib.sha256(f"{adapter.app_id}|{adapter.tenant}|{key}".encode()).hexdigest()[:32],
        key=key,
        platform=adapter.platform,
        app_id=adapter.app_id,
        kind=Kind.EVENT,
        name="directory.left" if entry.active is False else "directory.read",
        actor=Actor(platform=adapter.platform, tenant=adapter.tenant, user_id=entry.user_id),
        conversation=conversation_of(row.conversation),
        sent_at=now,
        received_at=now,
        values=values,
    )
