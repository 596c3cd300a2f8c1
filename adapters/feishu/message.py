"""`im.message.receive_v1`: a person wrote to us."""

from adapters.base import Commands, Ignored, Parsed
from adapters.feishu import envelope as env
from adapters.feishu import shape
from adapters.feishu.content import is_for_bot, written
from adapters.feishu.envelope import Envelope
from adapters.text import split
from domain.command import Kind

_READABLE = ("text", "post")


def received(envelope: Envelope) -> Parsed:
    """A message as SLASH, TEXT or "message.unsupported"; keyed by message_id (feishu.md §1.7, §1.8).

    Every kind of chat but `p2p` counts as a group: others may read along. Raises `Malformed`.
    """
    sender, message = shape.child(envelope.event, "sender"), shape.child(envelope.event, "message")
    if shape.words(sender, "sender_type") != "user":
        return Ignored("own")
    message_id, kind = shape.need(message, "message_id"), shape.need(message, "message_type")
    open_id = shape.need(shape.child(sender, "sender_id"), "open_id")
    if not shape.words(message, "content"):
        return Ignored("empty")
    who = env.actor(envelope, open_id, shape.words(sender, "tenant_key"))
    private = shape.need(message, "chat_type") == "p2p"
    thread = shape.words(message, "thread_id") or None
    chat = shape.need(message, "chat_id")
    where = env.direct(envelope, open_id, thread) if private else env.group(envelope, chat, thread)
    sent_at = shape.instant(shape.words(message, "create_time"), envelope.created_at)

    if kind not in _READABLE:
        if not private and not any(is_for_bot(envelope, row) for row in shape.rows(message, "mentions")):
            return Ignored("not-addressed")
        values = {"message_type": kind}
        made = env.command(
            envelope, Kind.EVENT, "message.unsupported", who, where,
            key=message_id, values=values, message_id=message_id, sent_at=sent_at,
        )  # fmt: skip
        return Commands((made,))

    said = written(envelope, message, kind)
    parts = split(said.text)
    if not private and not said.to_bot and not parts.word:
        return Ignored("not-addressed")
    made = env.command(
        envelope, Kind.SLASH if parts.word else Kind.TEXT, parts.word, who, where,
        key=message_id, args=parts.rest, mentions=said.mentions, message_id=message_id, sent_at=sent_at,
    )  # fmt: skip
    return Commands((made,))
