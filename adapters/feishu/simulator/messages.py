"""Chats and the messages in them, as the platform stores them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from adapters.simulation import Json


@dataclass(slots=True, kw_only=True)
class Chat:
    """A direct chat with the bot (`person` set) or a group."""

    chat_id: str
    title: str = ""
    person: str = ""
    members: list[str] = field(default_factory=list)
    has_bot: bool = True
    dissolved: bool = False

    @property
    def is_group(self) -> bool:
        return not self.person


@dataclass(slots=True, kw_only=True)
class Message:
    """One message. `content` is the object behind the content string; `by` is "bot" or an open_id.

    `only_for`: an ephemeral card's single viewer. `batch`: sent by batch, cannot be updated (feishu.md §4.2).
    `answering` counts callbacks on their way; an update that arrives meanwhile is undone by the answer (§1.12).
    """

    message_id: str
    chat: Chat
    by: str
    kind: str
    content: Json
    sent_at: datetime
    updated_at: datetime
    version: int = 0
    edits: int = 0
    recalled: bool = False
    only_for: str = ""
    batch: bool = False
    parent_id: str = ""
    root_id: str = ""
    thread_id: str = ""
    mentions: list[Json] = field(default_factory=list)
    toasts: dict[str, str] = field(default_factory=dict)
    reactions: dict[str, Json] = field(default_factory=dict)
    answering: int = 0
    before_answer: Json = field(default_factory=dict)

    def replace(self, content: Json, at: datetime) -> None:
        """Change in place."""
        self.content = content
        self.updated_at = at
        self.version += 1


def millis(moment: datetime) -> str:
    """The platform's way to write a time: milliseconds as a string."""
    return str(int(moment.timestamp() * 1000))


class Chats:
    """All chats and messages of the simulated tenant."""

    def __init__(self) -> None:
        self.by_id: dict[str, Chat] = {}
        self.messages: dict[str, Message] = {}
        self._direct: dict[str, Chat] = {}
        self._within: dict[str, list[Message]] = {}

    def direct(self, person: str) -> Chat:
        """The chat of a person with the bot, opened when needed."""
        if person not in self._direct:
            self._direct[person] = self.add(Chat(chat_id=f"oc_{uuid4().hex}", person=person, members=[person]))
        return self._direct[person]

    def add(self, chat: Chat) -> Chat:
        self.by_id[chat.chat_id] = chat
        return chat

    def post(
        self, chat: Chat, by: str, kind: str, content: Json, at: datetime, *,
        message_id: str = "", only_for: str = "", batch: bool = False, parent: Message | None = None,
        in_thread: bool = False, mentions: Sequence[Json] = (),
    ) -> Message:  # fmt: skip
        """Put a message into a chat."""
        message = Message(
            message_id=message_id or f"om_{uuid4().hex}", chat=chat, by=by, kind=kind, content=content, sent_at=at,
            updated_at=at, only_for=only_for, batch=batch, mentions=list(mentions),
        )  # fmt: skip
        if parent is not None:
            message.parent_id = parent.message_id
            message.root_id = parent.root_id or parent.message_id
            message.thread_id = parent.thread_id
            if in_thread and not message.thread_id:
                message.thread_id = parent.thread_id = f"omt_{uuid4().hex[:16]}"
        self.messages[message.message_id] = message
        self._within.setdefault(chat.chat_id, []).append(message)
        return message

    def visible_to(self, person: str, chat: Chat) -> list[Message]:
        """What a person can see in a chat, oldest first."""
        if person not in chat.members:
            return []
        return [message for message in self._within.get(chat.chat_id, []) if message.only_for in ("", person)]
