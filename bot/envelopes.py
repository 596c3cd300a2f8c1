"""Commands, conversations and answers as the text that lies in the database, and back."""

from datetime import datetime
from typing import Any

import orjson

from adapters.base import Answer, Json, Toast
from adapters.errors import Malformed
from bot.connections import Connection
from bot.vault import Vault
from domain.command import Actor, Command, Conversation, ConversationKind, Kind, Mention, Value
from domain.ids import new_id

_SENDER, _MESSAGE, _ACCOUNT = 128, 200, 220


def address(conversation: Conversation) -> str:
    """A conversation as text."""
    return orjson.dumps(conversation).decode()


def conversation_of(text: str) -> Conversation:
    return _conversation(orjson.loads(text))


def inbox_values(
    command: Command, connection: Connection, lease_until: datetime, row_id: str | None = None
) -> dict[str, object]:
    """The columns of a fresh inbox row; after `lease_until` a sweep takes it over if it is not done. Raises `Malformed`
    for ids that no platform gives and no column holds."""
    _check_ids(command)
    return {
        "id": row_id or new_id(),
        "connection": connection.name,
        "app_id": command.app_id,
        "tenant": command.actor.tenant,
        "key": command.key,
        "command": encode_command(command, connection.vault),
        "state": "RECEIVED",
        "answer": None,
        "attempts": 0,
        "lease_until": lease_until,
        "received_at": command.received_at,
        "done_at": None,
        "redacted": False,
    }


def _check_ids(command: Command) -> None:
    """Ids as our columns take them: a sender's may be 128 characters long, a message's or a chat's 200."""
    actor, place = command.actor, command.conversation
    account = f"{command.platform}:{actor.tenant}:{actor.user_id}|{place.id}"
    short = [actor.user_id, *(str(value) for name, value in command.values.items() if _names_somebody(command, name))]
    long = [command.key, place.id, place.thread_id or "", command.card_ref or "", command.message_id or ""]
    if (
        any(len(one) > _SENDER for one in short)
        or any(len(one) > _MESSAGE for one in long)
        or len(account) > _ACCOUNT
        or any("\0" in one for one in (*short, *long, actor.tenant))
    ):
        raise Malformed("id")


def _names_somebody(command: Command, field: str) -> bool:
    return command.kind is Kind.EVENT and field in ("user_id", "new_user_id", "employee_no")


def encode_command(command: Command, vault: Vault) -> str:
    """A command as JSON; its reply handle is locked first."""
    fields: Json = {
        "id": command.id, "key": command.key, "platform": command.platform, "app_id": command.app_id,
        "kind": command.kind, "name": command.name, "actor": command.actor, "conversation": command.conversation,
        "sent_at": command.sent_at.timestamp(), "received_at": command.received_at.timestamp(),
        "args": command.args, "values": dict(command.values), "params": dict(command.params),
        "mentions": command.mentions, "reply": vault.lock(command.reply), "card_ref": command.card_ref,
        "message_id": command.message_id,
    }  # fmt: skip
    return orjson.dumps(fields).decode()


def decode_command(text: str, vault: Vault, now: datetime) -> Command:
    """The inverse; a reply handle that has run out meanwhile is gone."""
    fields: dict[str, Any] = orjson.loads(text)
    zone = now.tzinfo
    values: dict[str, Value] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields["values"].items()
    }
    return Command(
        **{
            **fields,
            "kind": Kind(fields["kind"]),
            "actor": Actor(**fields["actor"]),
            "conversation": _conversation(fields["conversation"]),
            "sent_at": datetime.fromtimestamp(fields["sent_at"], zone),
            "received_at": datetime.fromtimestamp(fields["received_at"], zone),
            "values": values,
            "mentions": tuple(Mention(**mention) for mention in fields["mentions"]),
            "reply": vault.unlock(fields["reply"], now),
        }
    )


def encode_answer(answer: Answer | None) -> bytes | None:
    return None if answer is None else orjson.dumps(answer)


def decode_answer(text: str | bytes | None) -> Answer | None:
    if not text:
        return None
    fields = orjson.loads(text)
    return Answer(card=fields["card"], toast=Toast(**fields["toast"]) if fields["toast"] else None)


def _conversation(fields: dict[str, Any]) -> Conversation:
    return Conversation(**{**fields, "kind": ConversationKind(fields["kind"])})
