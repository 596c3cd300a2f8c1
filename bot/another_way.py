"""When a messenger refuses to deliver to somebody: say it as text on another messenger of theirs (R-ID-06)."""

from typing import Any

import orjson
from sqlalchemy import Row

from bot.connections import Connections, surface_of
from bot.envelopes import address, conversation_of
from bot.units import Turn
from domain.command import Conversation, ConversationKind
from domain.delivery import outbox
from domain.ids import new_id
from domain.people.service import identities, note_reachable


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
        found: str | None = None
        if person is not None and row.plain and not row.dedupe.startswith("another:"):
            for identity in identities(uow, person):
                other = connections.reaching(row.workspace_id, identity.platform, identity.tenant)
                if other is None or identity.platform == lost.platform:
                    continue
                to = Conversation(
                    platform=identity.platform, tenant=other.adapter.tenant, id=identity.user_id, kind=lost.kind
                )
                payload = other.adapter.render_text(row.plain, surface_of(to)).payload
                outbox.enqueue(
                    uow,
                    {
                        "id": new_id(), "connection": other.name, "dedupe": f"another:{row.id}", "lane": row.lane,
                        "kind": "SEND", "conversation": address(to), "card_kind": "", "card_key": None,
                        "payload": orjson.dumps(payload).decode(), "plain": row.plain, "reply_handle": None,
                        "target": None, "state": "PENDING", "attempts": 0, "not_before": uow.now, "lease_until": None,
                        "expires_at": row.expires_at, "last_error": "", "message_id": "",
                        "command_id": row.command_id, "created_at": uow.now, "sent_at": None,
                    },
                )  # fmt: skip
                found = other.name
                break
        uow.commit()
    return found
