"""The simulated company: everything the platform remembers, in one place for the API calls and the acts of people."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.simulation import Json
from adapters.wecom.simulator.chats import Chats, Codes
from adapters.wecom.simulator.directory import Directory
from adapters.wecom.simulator.rules import Rules
from adapters.wecom.simulator.tokens import Tokens
from domain.clock import Clock

CALLBACK_IPS = ("127.0.0.*",)


@dataclass(slots=True, kw_only=True)
class Media:
    """A temporary upload: what it is, its bytes, and when it is forgotten."""

    kind: str
    body: bytes
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class OAuthCode:
    """A one-use login code (§3.10). An empty `person` is somebody from outside the company."""

    person: str
    expires_at: datetime
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Company:
    """State of one company on the platform. `problems` lists what the platform silently disliked, oldest first."""

    corp_id: str
    agent_id: int
    clock: Clock
    rules: Rules
    directory: Directory
    tokens: Tokens
    callback_url: str = ""
    chats: Chats = field(default_factory=Chats)
    codes: Codes = field(default_factory=Codes)
    menus: dict[int, Json] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    oauth_codes: dict[str, OAuthCode] = field(default_factory=dict)
    sent_bodies: dict[tuple[int, str], tuple[datetime, Json]] = field(default_factory=dict)
    open_clicks: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    dropped: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7300000000000000001))
    _recent: dict[str, list[datetime]] = field(default_factory=dict)

    def next_number(self) -> str:
        """A fresh message id: an int64 in decimal."""
        return str(next(self.numbers))

    def within_limit(self, key: str, limit: int | None) -> bool:
        """Count one use of `key`; False when more than `limit` fell into the last minute."""
        if limit is None:
            return True
        now = self.clock.now()
        recent = [at for at in self._recent.get(key, []) if now - at < timedelta(minutes=1)]
        allowed = len(recent) < limit
        self._recent[key] = [*recent, now] if allowed else recent
        return allowed

    def is_member(self, user_id: str) -> bool:
        return self.directory.find(user_id) is not None

    def has_media(self, media_id: str) -> bool:
        """Whether an upload is still there (three days)."""
        found = self.media.get(media_id)
        return found is not None and self.clock.now() < found.expires_at
