"""What was posted where: every chat's messages, in order, as the platform keeps them."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.simulation import Press

Json = dict[str, Any]
BOT = "bot"


@dataclass(slots=True, kw_only=True)
class Post:
    """One message in a chat. `chat` is the group's id or, for a direct chat, the person's user id.

    `recipients` empty means everybody in the chat. `handle` is the processQueryKey or carrierId that recall takes;
    `card` the outTrackId when the message is a card.
    """

    message_id: str
    handle: str
    chat: str
    by: str
    kind: str
    text: str
    payload: Json
    at: datetime
    card: str = ""
    buttons: tuple[Press, ...] = ()
    recipients: frozenset[str] = frozenset()
    recalled: bool = False

    def visible_to(self, person: str) -> bool:
        return not self.recipients or person in self.recipients


@dataclass(slots=True)
class ChatLog:
    """All posts, oldest first."""

    posts: list[Post] = field(default_factory=list)

    def add(self, post: Post) -> None:
        self.posts.append(post)

    def of(self, chat: str, person: str) -> Iterator[Post]:
        return (post for post in self.posts if post.chat == chat and post.visible_to(person))

    def by_handle(self, handle: str) -> list[Post]:
        return [post for post in self.posts if post.handle == handle]

    def named(self, message_id: str) -> list[Post]:
        return [post for post in self.posts if message_id in (post.message_id, post.handle)]


def new_handle() -> str:
    return f"pqk{secrets.token_urlsafe(18)}"


LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
MARKS = re.compile(r"</?(?:font|a)\b[^>]*>|\*\*|(?m:^#{1,6} +|^> ?)|\\(?=[^\w\s])")


def plain(markdown: str) -> str:
    """Markdown as the eye reads it: marks gone, one line per paragraph."""
    bare = MARKS.sub("", LINK.sub(r"\1", markdown)).replace("\u200b", "")
    return "\n".join(line.strip() for line in bare.split("\n") if line.strip())
