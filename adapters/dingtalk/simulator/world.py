"""Everything the simulated platform knows, shared by its endpoints and its callbacks."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.dingtalk.simulator.cards import CardStore
from adapters.dingtalk.simulator.chats import BOT, ChatLog, Post, new_handle
from adapters.dingtalk.simulator.directory import Company, opaque_id
from adapters.dingtalk.simulator.messages import Shown
from adapters.dingtalk.simulator.tokens import Tokens
from domain.clock import Clock

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What the administrator sees in the developer console: ids, secrets, keys."""

    client_id: str
    client_secret: str = field(repr=False)
    corp_id: str
    robot_code: str
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    receive_id: str
    bot_name: str = "Bida"

    @property
    def bot_opaque_id(self) -> str:
        return opaque_id(f"bot:{self.robot_code}")


@dataclass(slots=True, kw_only=True)
class Weather:
    """How the platform currently behaves; every switch may be turned in the middle of a test.

    `invalid_staff`, `flow_controlled`: users that batchSend does not reach. `denied_scopes`: permissions the app lost.
    `hide_staff_ids`: an unpublished robot, so no senderStaffId. `mention_staff_ids`: atUsers carry staffId.
    `quota_exhausted`: the month's calls and pushes are used up. `invalid_token_status`: 400 and 401 are both seen.
    `failed_list_after`: when a failed event can be pulled (simulated time).
    """

    invalid_staff: set[str] = field(default_factory=set)
    flow_controlled: set[str] = field(default_factory=set)
    denied_scopes: set[str] = field(default_factory=set)
    hide_staff_ids: bool = False
    mention_staff_ids: bool = True
    quota_exhausted: bool = False
    invalid_token_status: int = 400
    session_life: timedelta = timedelta(seconds=5400)
    failed_list_after: timedelta = timedelta(seconds=180)


@dataclass(frozen=True, slots=True)
class Session:
    """A sessionWebhook: where it posts and until when."""

    chat: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class GroupWebhook:
    """A custom group robot (§4.7); `sent` are the instants of its posts, for the rate limit."""

    chat: str
    secret: str = field(default="", repr=False)
    keywords: tuple[str, ...] = ()
    sent: list[datetime] = field(default_factory=list)
    uuids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class CardRoute:
    """Where HTTP card callbacks go and what signs them (§3.4)."""

    url: str
    api_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """An upload (§4.8): image, voice, video or file."""

    kind: str
    content: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True)
class FailedEvent:
    """An event no attempt got through; can be pulled from `at` on."""

    at: datetime
    entry: Json


@dataclass(slots=True, kw_only=True)
class World:
    console: Console
    clock: Clock
    company: Company
    chats: ChatLog
    cards: CardStore
    tokens: Tokens
    weather: Weather
    base_url: str = ""
    sessions: dict[str, Session] = field(default_factory=dict)
    webhooks: dict[str, GroupWebhook] = field(default_factory=dict)
    routes: dict[str, CardRoute] = field(default_factory=dict)
    failed_events: list[FailedEvent] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    plugins: list[Json] = field(default_factory=list)
    work_notices: list[Json] = field(default_factory=list)
    login_codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def milliseconds(self) -> int:
        return round(self.clock.now().timestamp() * 1000)

    def names(self) -> dict[str, str]:
        return {person.user_id: person.name for person in self.company.people.values()}

    def open_session(self, chat: str) -> tuple[str, int]:
        """A fresh sessionWebhook for the chat and its expiry in milliseconds."""
        key = secrets.token_hex(16)
        expires_at = self.clock.now() + self.weather.session_life
        self.sessions[key] = Session(chat, expires_at)
        return f"{self.base_url}/robot/sendBySession?session={key}", round(expires_at.timestamp() * 1000)

    def post_by_bot(self, chat: str, shown: Shown, payload: Json, handle: str = "") -> str:
        """Put a robot message into a chat; returns its handle for recall."""
        handle = handle or new_handle()
        self.chats.add(
            Post(
                message_id=handle,
                handle=handle,
                chat=chat,
                by=BOT,
                kind=shown.kind,
                text=shown.text,
                payload=payload,
                at=self.clock.now(),
                buttons=shown.buttons,
            )
        )
        return handle

    def post_card(self, chat: str, out_track_id: str, recipients: Iterable[str] = ()) -> str:
        """Show a card in a chat; returns its carrierId."""
        handle = new_handle()
        self.chats.add(
            Post(
                message_id=out_track_id,
                handle=handle,
                chat=chat,
                by=BOT,
                kind="card",
                text="",
                payload={},
                at=self.clock.now(),
                card=out_track_id,
                recipients=frozenset(recipients),
            )
        )
        return handle

    def secrets(self) -> list[str]:
        """Everything that must not show on the wire record."""
        console = self.console
        routes = [route.api_secret for route in self.routes.values()]
        hooks = [hook.secret for hook in self.webhooks.values()]
        own = [console.client_secret, console.token, console.encoding_aes_key]
        return [value for value in (*own, *routes, *hooks, *self.tokens.issued) if value]
