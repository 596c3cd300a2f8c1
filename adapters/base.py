"""What an adapter is: three pure functions (`parse`, `ack`, `render`) and one effect (`send`)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from cards.capability import Capabilities, Surface
from cards.model import Card
from domain.command import Command, Conversation, ReplyHandle

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One request at the door, before anything is believed. Header names are lower case; `at` is when it came."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What goes back on the same exchange."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


AckStyle = Mapping[str, str]
"""What `ack` must know of the request to answer it in the platform's form; opaque to everybody else."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """The platform tests our URL; answer at once."""

    response: Response


@dataclass(frozen=True, slots=True)
class Commands:
    """What the request asks of us (usually one command)."""

    commands: tuple[Command, ...]
    style: AckStyle = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A genuine request we have no use for; acknowledged. `reason` is a constant word for the log."""

    reason: str
    style: AckStyle = field(default_factory=dict)


Parsed = Handshake | Commands | Ignored


class RenderedKind(StrEnum):
    CARD = "card"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A card in the messenger's own words, exactly as it will be sent. `payload` is JSON; `bytes` its size."""

    payload: Json
    bytes: int
    kind: RenderedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """A short note to the person who clicked. `tone`: info, success, warning or error."""

    text: str
    tone: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we want the clicker to see on the exchange itself: a changed card, a toast, or both.

    For a message (not a click) a platform may carry nothing; `ack` then degrades to an empty answer, and the outbox
    delivers what there is to show.
    """

    card: Json | None = None
    toast: Toast | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """How one of our people appears on this messenger; `user_id` None when they have no identity there."""

    name: str
    user_id: str | None


People = Mapping[str, Shown]
"""Person id → how to show them; resolved by the caller so that a renderer needs no database."""


class SendKind(StrEnum):
    SEND = "send"
    UPDATE = "update"
    RECALL = "recall"
    LOOK_UP = "look_up"
    PICTURE = "picture"


Draw = Callable[[], Awaitable[bytes]]
"""Makes a picture's PNG, up to 1 MB. Raises `Rejected` when it cannot be drawn, `Transient` when not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One outbox row on its way.

    SEND: `payload` (a `Rendered.payload`) to `conversation`. UPDATE: change message `target` (its id) to `payload`,
    by `handle` where the platform needs one. RECALL: take back `target`. LOOK_UP: read the directory entry of the user
    whose id is `conversation.id`. PICTURE: upload what `picture` draws and send it; equal payloads are equal pictures,
    and `plain` describes it. `dedupe` is unique per row and stable over retries; `attempt` counts from 0.
    `plain` is the text to show when no card can be. `card_key` is our id of the card instance.
    """

    kind: SendKind
    conversation: Conversation
    payload: Json
    plain: str
    dedupe: str
    card_key: str | None = None
    target: str | None = None
    handle: ReplyHandle | None = None
    attempt: int = 0
    picture: Draw | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """What the platform's directory says of one user; None = the platform does not tell us."""

    user_id: str
    name: str | None = None
    department: str | None = None
    employee_no: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the platform gave us for a send: the message's id, and a handle to change it later where there is one.

    `fresh` says that an update could not be done in place and went out as a new message instead (contract clause 19).
    """

    message_id: str = ""
    handle: ReplyHandle | None = None
    fresh: bool = False
    entry: DirectoryEntry | None = None


Sink = Callable[[Raw], Awaitable[Response]]
"""Where a long connection puts what it receives: the same path as HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast we may send, already at 80 % of what the platform documents. None = no such limit."""

    per_second: float | None = None
    per_minute: float | None = None
    per_conversation_second: float | None = None
    per_conversation_minute: float | None = None
    parallel: int = 16


class Adapter(Protocol):
    """One connection to one messenger.

    `parse`, `ack` and `render` are pure: no I/O, no clock but `Raw.at`, same result twice. `parse` verifies before it
    reads anything else; it raises only `BadSignature` and `Malformed`. `send` raises only the five outbound errors.
    """

    name: str
    """The connection's name, as in `/in/{connection}`."""
    platform: str
    app_id: str
    """Unique per app on the platform; part of the inbox key."""
    tenant: str
    """The scope of user ids (see `Actor.tenant`)."""
    pace: Pace
    capabilities: Mapping[Surface, Capabilities]

    def parse(self, raw: Raw) -> Parsed: ...

    def ack(self, answer: Answer | None, parsed: Parsed) -> Response: ...

    def render(self, card: Card, surface: Surface, people: People) -> Rendered: ...

    def render_text(self, text: str, surface: Surface) -> Rendered:
        """Plain text as a message of its own; never empty, cut to the surface's limit only by the caller."""
        ...

    async def send(self, out: Outgoing) -> Receipt: ...

    async def start(self, sink: Sink) -> None:
        """Prepare to live: register callback routes, learn the bot's own id, open a long connection."""
        ...

    async def stop(self) -> None: ...

    async def check(self) -> str:
        """For `bida doctor`: fetch a token, one readable line on success. Raises an outbound error otherwise."""
        ...
