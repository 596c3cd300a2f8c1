"""From a request at the door to commands: proof first, then one reader per event type."""

from collections.abc import Callable, Mapping

from adapters.base import Handshake, Ignored, Parsed, Raw, Response
from adapters.feishu import click, envelope, events, message, proof, shape
from adapters.feishu.envelope import Bot, Envelope
from adapters.feishu.proof import Keys

JSON_TYPE = "application/json"

READERS: Mapping[str, Callable[[Envelope], Parsed]] = {
    "im.message.receive_v1": message.received,
    "card.action.trigger": click.pressed,
    "application.bot.menu_v6": events.menu,
    "im.chat.access_event.bot_p2p_chat_entered_v1": events.chat_entered,
    "im.chat.member.bot.added_v1": events.bot_added,
    "contact.user.created_v3": events.contact_changed,
    "contact.user.updated_v3": events.contact_changed,
    "contact.user.deleted_v3": events.contact_left,
}
UNUSED: Mapping[str, str] = {
    "im.message.reaction.created_v1": "reaction",
    "im.message.reaction.deleted_v1": "reaction",
    "im.message.recalled_v1": "recalled",
    "im.message.message_read_v1": "read",
    "im.chat.member.bot.deleted_v1": "bot-removed",
    "url.preview.get": "link-preview",
}
"""Event types we know and have no use for, with the word the log shows."""


def parse(raw: Raw, keys: Keys, bot: Bot) -> Parsed:
    """Verify, decrypt, read (feishu.md §1). Pure. Raises `BadSignature` and `Malformed`, nothing else."""
    opened = proof.open_envelope(raw, keys)
    if proof.is_verification(opened):
        return Handshake(Response(body=proof.challenge(opened), content_type=JSON_TYPE))
    if "header" not in opened:
        shape.words(opened, "type")
        return Ignored("legacy")
    read = envelope.read(opened, keys.app_id, raw.at, bot)
    reader = READERS.get(read.event_type)
    return reader(read) if reader else Ignored(UNUSED.get(read.event_type, "unknown"))
