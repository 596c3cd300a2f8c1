"""What lies in the chats: one copy of a message per reader, groups, and the codes that allow changing a card."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.simulation import Json
from adapters.wecom.simulator.refusal import Refused, need

CODE_LIFE = timedelta(hours=72)


@dataclass(slots=True, kw_only=True)
class Copy:
    """One message as one reader has it. `payload` is the template_card, or the content object of another msgtype."""

    message_id: str
    chat: str
    person: str
    by: str
    kind: str
    payload: Json
    agent_id: int
    at: datetime
    version: int = 0
    recalled: bool = False


@dataclass(slots=True, kw_only=True)
class Group:
    """A group made by an app (§3.5)."""

    title: str
    owner: str
    members: list[str]
    agent_id: int


@dataclass(slots=True)
class Chats:
    """Copies by reader and by message. Reader keys are lower-case user ids."""

    by_reader: dict[str, list[Copy]] = field(default_factory=dict)
    by_message: dict[str, list[Copy]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    task_ids: dict[tuple[int, str], str] = field(default_factory=dict)

    def put(self, copy: Copy) -> None:
        self.by_reader.setdefault(copy.person.lower(), []).append(copy)
        self.by_message.setdefault(copy.message_id, []).append(copy)

    def copy_of(self, person: str, message_id: str) -> Copy | None:
        for copy in self.by_message.get(message_id, []):
            if copy.person.lower() == person.lower():
                return copy
        return None

    def in_chat(self, person: str, chat: str) -> Iterator[Copy]:
        return (copy for copy in self.by_reader.get(person.lower(), []) if copy.chat.lower() == chat.lower())

    def rename(self, old: str, new: str) -> None:
        """A member's user id changed: their chats go with them."""
        copies = self.by_reader.pop(old.lower(), [])
        for copy in copies:
            copy.chat = new if copy.chat.lower() == old.lower() else copy.chat
            copy.by = new if copy.by.lower() == old.lower() else copy.by
            copy.person = new
        self.by_reader.setdefault(new.lower(), []).extend(copies)


@dataclass(slots=True, kw_only=True)
class Code:
    """A right to change one card once. `origin` is "send" or "click"; `clicker` is set for the latter."""

    message_id: str
    agent_id: int
    origin: str
    expires_at: datetime
    clicker: str = ""
    spent: bool = False


@dataclass(slots=True)
class Codes:
    """The response_code table (§3.3)."""

    issued: dict[str, Code] = field(default_factory=dict)

    def issue(self, message_id: str, agent_id: int, now: datetime, *, clicker: str = "") -> str:
        value = secrets.token_urlsafe(24)
        origin = "click" if clicker else "send"
        self.issued[value] = Code(
            message_id=message_id, agent_id=agent_id, origin=origin, expires_at=now + CODE_LIFE, clicker=clicker
        )
        return value

    def require(self, value: object, now: datetime) -> Code:
        """A code that may still be used. Raises `Refused` 60140 when unknown, expired or spent."""
        code = self.issued.get(value) if isinstance(value, str) else None
        if code is None:
            raise Refused(60140, "invalid response_code")
        need(not code.spent and now < code.expires_at, 60140, "invalid response_code")
        return code

    def spend(self, value: str) -> None:
        if value in self.issued:
            self.issued[value].spent = True
