"""Encrypted event callbacks: people join, change and leave; everything else is acknowledged (dingtalk.md §1.2)."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from adapters.base import Commands, Handshake, Ignored, Json, Parsed, Raw, Response
from adapters.dingtalk.crypto import EventCrypto
from adapters.dingtalk.door import Door
from adapters.dingtalk.reading import instant, milliseconds, object_of, text
from adapters.errors import BadSignature, Malformed
from domain.command import Command, ConversationKind, Kind, Value

_DIRECTORY: Mapping[str, str] = {
    "user_add_org": "directory.changed",
    "user_modify_org": "directory.changed",
    "user_active_org": "directory.changed",
    "user_leave_org": "directory.left",
}
_KNOWN: Mapping[str, str] = {
    "org_dept_create": "department", "org_dept_modify": "department", "org_dept_remove": "department",
    "chat_add_member": "chat", "chat_remove_member": "chat", "chat_disband": "chat", "chat_update_title": "chat",
    "robot_msg_read": "read", "bpms_instance_change": "approval", "bpms_task_change": "approval",
}  # fmt: skip


def read(door: Door, crypto: EventCrypto, raw: Raw, signature: str, timestamp: str) -> Parsed:
    """Verify, decrypt and read one event. Raises `BadSignature`, `Malformed`."""
    opened = crypto.open(signature, timestamp, raw.query.get("nonce", ""), _sealed(raw.body))
    event = {name.lower(): value for name, value in object_of(opened.plaintext).items()}
    style = {
        "as": "event",
        "receive_id": opened.receive_id,
        "timestamp": str(milliseconds(raw.at)),
        "seed": signature,
    }
    name = text(event, "eventtype")
    if name == "check_url":
        return Handshake(answer(crypto, style))
    if text(event, "corpid") not in {"", door.corp_id}:
        return Ignored("foreign.corp", style)
    if name not in _DIRECTORY:
        return Ignored(_KNOWN.get(name, "event.unknown"), style)
    return Commands(_directory_commands(door, raw, event, _DIRECTORY[name], _event_id(event, opened.plaintext)), style)


def answer(crypto: EventCrypto, style: Mapping[str, str]) -> Response:
    """The encrypted literal `success`, for the receiver that the event was meant for."""
    sealed = crypto.seal("success", style["receive_id"], style["timestamp"], style["seed"])
    return Response(body=orjson.dumps(sealed), content_type="application/json")


def _sealed(body: bytes) -> str:
    """The ciphertext. Nothing is proven yet, so an unreadable envelope is a missing proof."""
    try:
        sealed = object_of(body).get("encrypt")
    except Malformed:
        raise BadSignature("envelope") from None
    if not isinstance(sealed, str):
        raise BadSignature("envelope")
    return sealed


def _event_id(event: Json, plaintext: bytes) -> str:
    return text(event, "eventid") or hashlib.sha256(plaintext).hexdigest()


def _directory_commands(door: Door, raw: Raw, event: Json, name: str, event_id: str) -> tuple[Command, ...]:
    return tuple(
        door.command(
            key=f"{event_id}:{user_id}", kind=Kind.EVENT, name=name, actor=door.actor(user_id),
            conversation=door.conversation(ConversationKind.DIRECT, user_id),
            sent_at=instant(event.get("timestamp", event.get("eventtime")), raw.at), received_at=raw.at,
            values={"user_id": user_id, **_changes(event, user_id)},
        )
        for user_id in _user_ids(event)
    )  # fmt: skip


def _user_ids(event: Json) -> list[str]:
    given = event.get("userid")
    users = [given] if isinstance(given, str) else given
    if not isinstance(users, list) or not all(isinstance(user, str) and user for user in users):
        raise Malformed("userId")
    return list(dict.fromkeys(user.replace("\0", "") for user in users))


def _changes(event: Json, user_id: str) -> dict[str, Value]:
    """Name and employee number where `diffInfo.curr` really carries them for this person (its shape is undocumented
    beyond prev, curr and userid, so whatever does not fit is passed over)."""
    diff = event.get("diffinfo")
    for item in diff if isinstance(diff, list) else [diff]:
        if isinstance(item, dict) and item.get("userid", user_id) == user_id:
            return _named(item.get("curr"))
    return {}


def _named(current: Any) -> dict[str, Value]:
    if not isinstance(current, dict):
        return {}
    found = {
        "name": current.get("name"),
        "employee_no": current.get("jobNumber", current.get("job_number", current.get("jobnumber"))),
    }
    return {name: value.replace("\0", "") for name, value in found.items() if isinstance(value, str) and value}
