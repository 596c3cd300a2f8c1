"""What may come through the door: one type for every slash command, button, form, menu click and platform event.

Adapters translate platform events into `Command`; handlers translate `Command` into a domain command. Nothing here is
authority: an `Actor` is who the platform says clicked, params are claims, and both are checked against our own rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Value = str | tuple[str, ...]
"""One answered form field: text, number text, ISO date or option value; several option values for a many-choice."""


class Kind(StrEnum):
    """How the person (or the platform) addressed us."""

    SLASH = "slash"
    ACTION = "action"
    TEXT = "text"
    EVENT = "event"


class ConversationKind(StrEnum):
    """Whether others can read along."""

    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that must never reach a log: its repr is masked, `reveal()` gives it back."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted, in the platform's own words. Never a key in domain tables: `identify` maps it to a person (R-ID-01).

    `tenant` is the scope in which `user_id` is unique: WeCom and DingTalk corp id, Feishu app id (an open_id belongs to
    one app).
    """

    platform: str
    tenant: str
    user_id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """An address we can send to. For DIRECT, `id` is the person's user id there; for GROUP, the chat's id."""

    platform: str
    tenant: str
    id: str
    kind: ConversationKind
    thread_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody named in a message; `user_id` is None where the platform gives only the shown text."""

    user_id: str | None
    shown_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHandle:
    """A short-lived right to answer or to change one card: WeCom response_code, Feishu token, DingTalk webhook."""

    kind: str
    value: Secret
    expires_at: datetime
    uses_left: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing a person or platform asked of us.

    `key` is the idempotency key the adapter chose: equal on every redelivery, different for two honest repeats.
    `name` is the slash word without slash (lower case), the action name, or the event name; "" for plain TEXT.
    `args` is the text after the slash word, or the whole text for TEXT. `values` are answered form fields, `params`
    are the claims of a clicked button (`ActionRef.params`). `card_ref` is the platform's id of the clicked message.
    `message_id` is the platform's id of the message that carried it, where there is one.
    """

    id: str
    key: str
    platform: str
    app_id: str
    kind: Kind
    name: str
    actor: Actor
    conversation: Conversation
    sent_at: datetime
    received_at: datetime
    args: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    reply: ReplyHandle | None = None
    card_ref: str | None = None
    message_id: str | None = None
