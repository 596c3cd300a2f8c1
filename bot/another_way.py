"""When a messenger refuses to deliver to somebody: say it as text on another messenger of theirs (R-ID-06)."""

from typing import Any

import orjson
from sqlalchemy import Row

from bot.connections import Connection, Connections, surface_of
from bot.envelopes import address, conversation_of
from bot.units import Turn
from domain.command import Conversation, ConversationKind
from domain.delivery import outbox
from domain.people.service import identities, note_reachable
from domain.unit_of_work import UnitOfWork


def take_another_way(turn: Turn, connections: Connections, row: Row[Any]) -> str | None:
    """Mark the account, and promise the message's text on the person's next messenger; returns that connection's name.

    None when it was no direct message, there is nothing to say, or there is no other way. A message that already took
    another way does not take a third.
    """
    lost = conversation_of(row.conversation)
    if lost.kind is not ConversationKind.DIRECT or row.kind != "SEND":
        return None
    with turn.unit(row.workspace_id, row.command_id) as uow:
        person = note_reachable(uow, lost.platform, lost.tenant, lost.id, reachable=False)
        way = _other_way(uow, connections, person, lost) if person is not None and _may_move(row) else None
        if way is not None:
            other, to = way
            outbox.enqueue(
                uow,
                connection=other.name,
                conversation=address(to),
                dedupe=f"another:{row.id}",
                lane=row.lane,
                kind="SEND",
                payload=orjson.dumps(other.adapter.render_text(row.plain, surface_of(to)).payload).decode(),
                plain=row.plain,
                expires_at=row.expires_at,
                secret=row.secret,
            )
        uow.commit()
    return way[0].name if way is not None else None


def _may_move(row: Row[Any]) -> bool:
    return bool(row.plain) and not row.dedupe.startswith("another:")


def _other_way(
    uow: UnitOfWork, connections: Connections, person_id: str, lost: Conversation
) -> tuple[Connection, Conversation] | None:
    for identity in identities(uow, person_id):
        other = connections.reaching(uow.workspace_id, identity.platform, identity.tenant)
        if other is not None and identity.platform != lost.platform:
            return other, Conversation(
                platform=identity.platform, tenant=other.adapter.tenant, id=identity.user_id, kind=lost.kind
            )
    return None
