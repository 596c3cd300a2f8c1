"""The events the platform sends: their envelopes and bodies (feishu.md §1.6, §1.8, §1.9)."""

import json
import re
from datetime import datetime
from typing import Any
from uuid import uuid4

from adapters.feishu.simulator.directory import Member
from adapters.feishu.simulator.messages import Chat, Message, millis
from adapters.feishu.simulator.tenant import Tenant
from adapters.simulation import Json

RECEIVED = "im.message.receive_v1"
CARD_CLICK = "card.action.trigger"


def envelope(tenant: Tenant, event_type: str, event: Json, *, event_id: str = "", token: str | None = None) -> Json:
    """A schema 2.0 envelope. Card clicks are stamped in microseconds, everything else in milliseconds."""
    now = tenant.clock.now()
    stamp = f"{int(now.timestamp() * 1_000_000):016d}" if event_type == CARD_CLICK else millis(now)
    header = {
        "event_id": event_id or uuid4().hex, "event_type": event_type, "create_time": stamp,
        "token": tenant.keys.verification_token if token is None else token, "app_id": tenant.keys.app_id,
        "tenant_key": tenant.keys.tenant_key,
    }  # fmt: skip
    return {"schema": "2.0", "header": header, "event": event}


def received(tenant: Tenant, message: Message, kind: str, content: Json, mentions: list[Json]) -> Json:
    """`im.message.receive_v1`."""
    sender = tenant.directory.person(message.by)
    inner: Json = {
        "message_id": message.message_id, "create_time": millis(message.sent_at),
        "update_time": millis(message.sent_at), "chat_id": message.chat.chat_id,
        "chat_type": "group" if message.chat.is_group else "p2p", "message_type": kind,
        "content": json.dumps(content, ensure_ascii=False),
    }  # fmt: skip
    for name in ("root_id", "parent_id", "thread_id"):
        if getattr(message, name):
            inner[name] = getattr(message, name)
    if mentions:
        inner["mentions"] = mentions
    key = tenant.keys.tenant_key
    return {
        "sender": {"sender_id": tenant.directory.ids(sender), "sender_type": "user", "tenant_key": key},
        "message": inner,
    }


def mention(tenant: Tenant, number: int, member: Member | None) -> Json:
    """One entry of `mentions`; None is the bot. Without the scope `user_id` is an empty string here."""
    key = tenant.keys.tenant_key
    if member is None:
        ids = {"union_id": f"on_{tenant.bot_open_id[3:]}", "user_id": "", "open_id": tenant.bot_open_id}
        return {"key": f"@_user_{number}", "id": ids, "mentioned_type": "bot", "name": tenant.bot_name,
                "tenant_key": key}  # fmt: skip
    ids = {"user_id": "", **tenant.directory.ids(member)}
    return {"key": f"@_user_{number}", "id": ids, "mentioned_type": "user", "name": member.resident.name,
            "tenant_key": key}  # fmt: skip


def typed(tenant: Tenant, chat: Chat, text: str) -> tuple[str, list[Json]]:
    """What a client makes of typed text: `@Name` of somebody (and, in a group, the bot first) become placeholders."""
    everybody = tenant.directory.members.values() if "@" in text else ()
    people = {who.resident.name: who for who in everybody if who.resident.name and f"@{who.resident.name}" in text}
    names = sorted([*people, tenant.bot_name], key=len, reverse=True)
    mentions: list[Json] = []

    def place(name: str) -> str:
        known = next((entry for entry in mentions if entry["name"] == name), None)
        if known is None:
            known = mention(tenant, len(mentions) + 1, people.get(name))
            mentions.append(known)
        return str(known["key"])

    first = ""
    if chat.is_group and f"@{tenant.bot_name}" not in text:
        first = f"{place(tenant.bot_name)} "
    pattern = re.compile("@(" + "|".join(map(re.escape, ["所有人", *names])) + ")")
    replaced = pattern.sub(lambda found: "@_all" if found[1] == "所有人" else place(found[1]), text)
    return first + replaced, mentions


def clicked(tenant: Tenant, person: Member, message: Message, action: Json, token: str) -> Json:
    """`card.action.trigger` (§1.9); `operator.user_id` only with the scope."""
    operator = {"tenant_key": tenant.keys.tenant_key, **tenant.directory.ids(person)}
    context = {"open_message_id": message.message_id, "open_chat_id": message.chat.chat_id}
    return {"operator": operator, "token": token, "action": action, "host": "im_message", "context": context}


def menu(tenant: Tenant, person: Member, key: str) -> Json:
    """`application.bot.menu_v6`; the operator's name needs a scope of its own and is left out."""
    stamp = int(tenant.clock.now().timestamp())
    return {"operator": {"operator_id": tenant.directory.ids(person)}, "event_key": key, "timestamp": stamp}


def entered(tenant: Tenant, person: Member, chat: Chat, last: Message | None) -> Json:
    """`im.chat.access_event.bot_p2p_chat_entered_v1`."""
    event: dict[str, Any] = {"chat_id": chat.chat_id, "operator_id": tenant.directory.ids(person)}
    if last is not None:
        event |= {"last_message_id": last.message_id, "last_message_create_time": millis(last.sent_at)}
    return event


def bot_joined(tenant: Tenant, person: Member, chat: Chat) -> Json:
    """`im.chat.member.bot.added_v1` and `…deleted_v1`."""
    return {
        "chat_id": chat.chat_id, "operator_id": tenant.directory.ids(person), "external": False,
        "operator_tenant_key": tenant.keys.tenant_key, "name": chat.title,
        "i18n_names": {"zh_cn": chat.title, "en_us": "", "ja_jp": ""},
    }  # fmt: skip


def stamp_seconds(moment: datetime) -> str:
    """`X-Lark-Request-Timestamp`."""
    return str(int(moment.timestamp()))
