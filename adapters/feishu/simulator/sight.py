"""One message as one person now sees it, in the words every simulator shares."""

import json
from typing import Any

from adapters.feishu.simulator.content import reads
from adapters.feishu.simulator.messages import Message
from adapters.feishu.simulator.tenant import Tenant
from adapters.feishu.simulator.view import View
from adapters.simulation import Seen


def seen_message(tenant: Tenant, message: Message, person: str, locale: str) -> Seen:
    """What the person's client shows of a message in their chat."""
    place = message.chat.chat_id if message.chat.is_group else message.chat.person
    is_card = message.kind == "interactive"
    base: dict[str, Any] = {
        "message_id": message.message_id, "chat": place, "by": message.by,
        "kind": "card" if is_card else message.kind, "payload": json.loads(json.dumps(message.content)),
        "version": message.version, "toast": message.toasts.get(person, ""), "recalled": message.recalled,
    }  # fmt: skip
    if message.recalled:
        return Seen(**{**base, "payload": {}}, text="")
    text = reads(tenant, message.kind, message.content, locale, tuple(message.chat.members))
    if not is_card:
        return Seen(**base, text=text, picture=str(message.content.get("image_key", "")))
    view = card_view(tenant, message, locale)
    return Seen(**base, text=text, fields=view.fields(), buttons=view.buttons())


def card_view(tenant: Tenant, message: Message, locale: str) -> View:
    """A card message through a client of that language."""
    members = tuple(message.chat.members)
    return View(message.content, names=tenant.name_of, locale=locale, members=members)
