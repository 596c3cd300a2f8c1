"""Where a command came from: builds `Command`s that carry this app, and reads the fields all callbacks share."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.errors import Malformed
from domain.command import Actor, Command, Conversation, ConversationKind, Kind, ReplyHandle, Secret, Value

PLATFORM = "wecom"
RESPONSE_CODE = "wecom.response_code"
CLICK_CODE = "wecom.click_code"
"""A response code that came with a click: only the click's own answer, passive or sent, may use it."""
RESPONSE_CODE_TTL = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What one command says beyond who and where."""

    kind: Kind
    name: str
    args: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    reply: ReplyHandle | None = None
    card_ref: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """One app of one corp."""

    corp_id: str
    agent_id: int

    @property
    def app_id(self) -> str:
        """Agent ids are only unique within a corp."""
        return f"{self.corp_id}:{self.agent_id}"

    def key(self, user: str, *parts: str) -> str:
        """The idempotency key of §1.6: app and sender, then what tells this event from others, hashed."""
        text = "\x1f".join((self.corp_id, str(self.agent_id), user, *parts))
        return hashlib.sha256(text.encode()).hexdigest()

    def command(
        self, key: str, what: Happening, *, actor: str, sent_at: datetime, at: datetime, about: str = ""
    ) -> Command:
        """`actor` did `what`; the conversation is the 1:1 chat with them (or with `about`). `at`: when it came."""
        conversation = Conversation(
            platform=PLATFORM, tenant=self.corp_id, id=about or actor, kind=ConversationKind.DIRECT
        )
        return Command(
            id=hashlib.sha256(f"{self.app_id}|{self.corp_id}|{key}".encode()).hexdigest()[:32],
            key=key,
            platform=PLATFORM,
            app_id=self.app_id,
            kind=what.kind,
            name=what.name,
            actor=Actor(platform=PLATFORM, tenant=self.corp_id, user_id=actor),
            conversation=conversation,
            sent_at=sent_at,
            received_at=at,
            args=what.args,
            values=what.values,
            params=what.params,
            reply=what.reply,
            card_ref=what.card_ref,
            message_id=what.message_id,
        )


def response_handle(code: str, given_at: datetime, *, kind: str = RESPONSE_CODE) -> ReplyHandle | None:
    """The right to change one card once, for 72 h (§3.3); None without a code."""
    if not code:
        return None
    return ReplyHandle(kind=kind, value=Secret(code), expires_at=given_at + RESPONSE_CODE_TTL)


def moment(said: Mapping[str, str]) -> datetime:
    """`CreateTime` as an instant. Raises `Malformed`."""
    text = said.get("CreateTime", "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 11:
        raise Malformed("create-time")
    return datetime.fromtimestamp(int(text), UTC)


def person(said: Mapping[str, str], field: str = "FromUserName") -> str:
    """A user id, folded: they are case-insensitive (§3.9). Raises `Malformed` when absent."""
    user = said.get(field, "").strip().casefold()
    if not user:
        raise Malformed(field)
    return user
