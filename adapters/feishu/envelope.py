"""The opened event and how a command is made from it: who, where, when, under which key."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.base import Json
from adapters.errors import Malformed
from adapters.feishu import shape
from domain.command import Actor, Command, Conversation, ConversationKind, Kind, Mention, ReplyHandle, Value

PLATFORM = "feishu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What we know of ourselves: the open_id once learned, else "" and at best a configured name."""

    open_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One schema 2.0 event, proven genuine (feishu.md §1.6)."""

    app_id: str
    tenant_key: str
    event_id: str
    event_type: str
    created_at: datetime
    received_at: datetime
    event: Json
    outer: Json
    bot: Bot


def read(outer: Json, app_id: str, received_at: datetime, bot: Bot) -> Envelope:
    """The envelope of a decrypted schema 2.0 body. Raises `Malformed`."""
    header = shape.child(outer, "header")
    return Envelope(
        app_id=app_id,
        tenant_key=shape.words(header, "tenant_key"),
        event_id=shape.words(header, "event_id"),
        event_type=shape.need(header, "event_type"),
        created_at=shape.instant(shape.words(header, "create_time"), received_at),
        received_at=received_at,
        event=shape.child(outer, "event"),
        outer=outer,
        bot=bot,
    )


def event_key(envelope: Envelope) -> str:
    """The idempotency key of an ordinary event (feishu.md §1.7). Raises `Malformed`."""
    if not envelope.event_id:
        raise Malformed("event_id is missing")
    return envelope.event_id


def actor(envelope: Envelope, open_id: str, tenant_key: str = "", name: str = "") -> Actor:
    """Who acted. Somebody of a foreign tenant gets that tenant, so that they are never taken for one of ours."""
    foreign = tenant_key and envelope.tenant_key and tenant_key != envelope.tenant_key
    tenant = tenant_key if foreign else envelope.app_id
    return Actor(platform=PLATFORM, tenant=tenant, user_id=open_id, name=name)


def direct(envelope: Envelope, open_id: str, thread_id: str | None = None) -> Conversation:
    """The private chat with a person."""
    return _conversation(envelope, open_id, ConversationKind.DIRECT, thread_id)


def group(envelope: Envelope, chat_id: str, thread_id: str | None = None) -> Conversation:
    """A group chat."""
    return _conversation(envelope, chat_id, ConversationKind.GROUP, thread_id)


def _conversation(envelope: Envelope, address: str, kind: ConversationKind, thread_id: str | None) -> Conversation:
    return Conversation(platform=PLATFORM, tenant=envelope.app_id, id=address, kind=kind, thread_id=thread_id)


def command(
    envelope: Envelope,
    kind: Kind,
    name: str,
    who: Actor,
    where: Conversation,
    *,
    key: str,
    args: str = "",
    values: Mapping[str, Value] | None = None,
    params: Mapping[str, str] | None = None,
    mentions: tuple[Mention, ...] = (),
    reply: ReplyHandle | None = None,
    card_ref: str | None = None,
    message_id: str | None = None,
    sent_at: datetime | None = None,
) -> Command:
    """A command whose id follows from its key, so that parsing twice gives the same."""
    identity = "\0".join((envelope.app_id, who.tenant, key)).encode(errors="surrogatepass")
    return Command(
        id=hashlib.sha256(identity).hexdigest()[:32],
        key=key,
        platform=PLATFORM,
        app_id=envelope.app_id,
        kind=kind,
        name=name,
        actor=who,
        conversation=where,
        sent_at=sent_at or envelope.created_at,
        received_at=envelope.received_at,
        args=args,
        values=values or {},
        params=params or {},
        mentions=mentions,
        reply=reply,
        card_ref=card_ref,
        message_id=message_id,
    )
