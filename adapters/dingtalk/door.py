"""What every kind of inbound request needs to know of our app, and how a `Command` of ours is made from it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.dingtalk.crypto import EventCrypto, card_api_secret
from adapters.dingtalk.settings import DingtalkSettings
from domain.command import Actor, Command, Conversation, ConversationKind, Kind, Mention, ReplyHandle, Value

PLATFORM = "dingtalk"
SESSION_WEBHOOK = "dingtalk.session_webhook"
CARRIER = "dingtalk.carrier"
"""Kinds of `ReplyHandle`: an URL to answer a message through; what recalls a delivered card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One app's identity and proofs. `legacy_url` is the only host a session webhook may point to."""

    client_id: str
    corp_id: str
    secret: str
    api_secret: str
    legacy_url: str
    card_max_age: int
    events: EventCrypto | None

    def actor(self, user_id: str, name: str = "") -> Actor:
        return Actor(platform=PLATFORM, tenant=self.corp_id, user_id=user_id, name=name)

    def conversation(self, kind: ConversationKind, id: str, thread_id: str | None = None) -> Conversation:
        return Conversation(platform=PLATFORM, tenant=self.corp_id, id=id, kind=kind, thread_id=thread_id)

    def command(
        self, *, key: str, kind: Kind, name: str, actor: Actor, conversation: Conversation,
        sent_at: datetime, received_at: datetime, args: str = "", values: Mapping[str, Value] | None = None,
        params: Mapping[str, str] | None = None, mentions: tuple[Mention, ...] = (),
        reply: ReplyHandle | None = None, card_ref: str | None = None, message_id: str | None = None,
    ) -> Command:  # fmt: skip
        """A command whose id follows from app, tenant and key: `parse` gives the same result twice."""
        seed = f"{self.client_id}\n{self.corp_id}\n{key}"
        return Command(
            id=hashlib.sha256(seed.encode()).hexdigest()[:32], key=key, platform=PLATFORM, app_id=self.client_id,
            kind=kind, name=name, actor=actor, conversation=conversation, sent_at=sent_at, received_at=received_at,
            args=args, values=values or {}, params=params or {}, mentions=mentions, reply=reply, card_ref=card_ref,
            message_id=message_id,
        )  # fmt: skip


def door_of(settings: DingtalkSettings) -> Door:
    """The door of one app; event callbacks stay refused (`events=None`) while their token is not configured."""
    secret = settings.client_secret.get_secret_value()
    events = None
    if settings.token and settings.encoding_aes_key:
        key = settings.encoding_aes_key.get_secret_value()
        events = EventCrypto(settings.token.get_secret_value(), key, (settings.client_id, settings.corp_id))
    return Door(
        client_id=settings.client_id, corp_id=settings.corp_id, secret=secret, api_secret=card_api_secret(secret),
        legacy_url=settings.legacy_api_base_url, card_max_age=settings.card_callback_max_age, events=events,
    )  # fmt: skip
