"""What every simulator offers to stories, tests and the playground.

A simulator is a small, strict platform: it speaks the vendor's wire, refuses what the vendor would refuse, keeps chats
and card states, signs its callbacks, redelivers when it is not answered in time, and shows what the person now sees.
It shares no code with its adapter's inbound, render or client: a shared mistake would be invisible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

Json = dict[str, Any]

PICTURE = "[图片]"
"""How a chat list words an image message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A person in the simulated company's directory."""

    user_id: str
    name: str
    department: str = ""
    employee_no: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Choosable:
    """One option of a select, as the platform carries it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An input the person sees on a card. `kind`: text, number, date, choice or choices."""

    name: str
    label: str
    kind: str
    value: str | tuple[str, ...] = ""
    required: bool = False
    options: tuple[Choosable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button the person sees. `key` is what `click` takes; `url` for links; `submits` sends the fields along."""

    key: str
    label: str
    submits: bool = False
    enabled: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message as the person now sees it.

    `payload` is the platform payload that was sent (and changed by updates), from which the playground draws.
    `text` is all its visible text, one line per paragraph. `by` is "bot" or the user id of the sender. `version`
    counts changes in place. `toast` is the last short note shown to this person on this card. `picture` names the
    upload an image message shows, for `Simulator.picture`.
    """

    message_id: str
    chat: str
    by: str
    kind: str
    text: str
    payload: Json
    version: int = 0
    fields: tuple[Field, ...] = ()
    buttons: tuple[Press, ...] = ()
    toast: str = ""
    recalled: bool = False
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One callback or API call on the wire, secrets masked, for the playground's side panel."""

    at: float
    direction: str
    method: str
    path: str
    status: int
    request: str
    response: str


@dataclass(slots=True, kw_only=True)
class Fault:
    """An API call that will not go as usual. Applies to the next `times` calls whose path contains `path`.

    `status` and `body` replace the answer (`body` bytes may be anything, HTML for instance); `headers` go with it;
    `delay` seconds pass first; `hang` never answers; `after` lets the call take effect before the fault shows (a
    timeout after success).
    """

    path: str = ""
    times: int = 1
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hang: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How a callback to the bot went: HTTP status of the last attempt, how many attempts, and its (decrypted) body."""

    status: int
    attempts: int
    body: Any = None
    raw: bytes = b""


class Simulator(Protocol):
    """One simulated messenger with one company and one app of ours in it.

    `person`, `chat`: ids on the platform; a direct chat's id is the person's id. All `async` acts send a callback to
    the bot's URL exactly as the platform would and return after the exchange (retries included). `vendor_app` holds
    the vendor's API routes; serve it anywhere and point the adapter's `api_base_url` at it.
    """

    name: str
    faults: list[Fault]
    wire: list[Exchange]
    latency: float
    """Seconds every API call takes, for benches."""

    @property
    def vendor_app(self) -> web.Application: ...

    async def start(self, port: int = 0) -> str:
        """Serve `vendor_app` on loopback; returns the base URL."""
        ...

    async def stop(self) -> None: ...

    def point_at(self, callback_url: str) -> None:
        """Set the callback URL in the "console"."""
        ...

    def add_resident(self, resident: Resident) -> None: ...

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None: ...

    # --- a person acts ---------------------------------------------------------------------------------------------

    async def verify_url(self) -> Delivered:
        """The console's "save" button: the URL verification."""
        ...

    async def say(self, person: str, text: str, *, chat: str | None = None, message_id: str | None = None) -> Delivered:
        """Type a text; in a group it mentions the bot first. A given `message_id` makes it a redelivery."""
        ...

    async def click(
        self, person: str, message_id: str, key: str, values: Mapping[str, str | Sequence[str]] | None = None
    ) -> Delivered:
        """Press a button the person can see, with the card's fields filled in. Raises `ValueError` when the client
        would not let them (unknown key, disabled button, required field empty, option not offered)."""
        ...

    async def open_chat(self, person: str) -> Delivered:
        """Open the direct chat with the bot (welcome event)."""
        ...

    async def press_menu(self, person: str, key: str) -> Delivered: ...

    async def contact_changed(
        self, person: str, *, name: str | None = None, department: str | None = None,
        new_user_id: str | None = None, left: bool = False,
    ) -> Delivered:  # fmt: skip
        """Change the directory and send the contact event."""
        ...

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        """Deliver the last callback again, as the platform would (fresh envelope, same content)."""
        ...

    # --- what people see -------------------------------------------------------------------------------------------

    def seen(self, person: str, chat: str | None = None) -> list[Seen]:
        """What this person sees in the direct chat (or a group), oldest first."""
        ...

    def picture(self, upload: str) -> bytes:
        """The bytes of an upload. Raises `KeyError` when there is none of that name."""
        ...

    # --- the platform misbehaves -----------------------------------------------------------------------------------

    def expire_tokens(self) -> None:
        """Make every issued access token invalid."""
        ...
