"""The one outbound HTTP path: base URL, timeouts, one token refresh for many waiters, retry classes, redaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from adapters.errors import AuthExpired, OutboundError, Transient
from domain.clock import Clock
from domain.command import Secret

log = logging.getLogger("bida.transport")

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
RESPONSE_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform said: HTTP status, lower-case headers, raw body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises `Transient` for anything else: a gateway answered, not the platform."""
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Transient("not-json", f"http {self.status}") from None
        if not isinstance(value, dict):
            raise Transient("not-an-object", f"http {self.status}")
        return value


class Transport:
    """HTTP to one base URL over one connection pool. Never follows redirects, never logs a query, header or body."""

    def __init__(self, base_url: str, *, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One exchange. `path` is relative to the base URL, or an absolute URL on the base URL's host.

        JSON goes out as raw UTF-8. Raises `Transient` when no whole answer came; any HTTP status is returned.
        """
        url = self._url(path)
        sent = dict(headers or {})
        if json is not None:
            data = orjson.dumps(json)
            sent.setdefault("Content-Type", "application/json; charset=utf-8")
        try:
            async with self._open().request(
                method, url, params=params, data=data, headers=sent, allow_redirects=False
            ) as response:
                body = await response.content.read(RESPONSE_LIMIT + 1)
                if len(body) > RESPONSE_LIMIT:
                    raise Transient("too-large", f"http {response.status}")
                named = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, named, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("platform_unreachable", extra={"path": urlsplit(url).path, "cause": type(error).__name__})
            raise Transient("network", type(error).__name__) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _url(self, path: str) -> str:
        if "://" not in path:
            return f"{self.base_url}/{path.lstrip('/')}"
        if urlsplit(path).netloc != urlsplit(self.base_url).netloc:
            raise OutboundError("foreign-host", "outbound URLs stay on the configured host")
        return path


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when to renew it (already with the platform's safety margin)."""

    value: Secret
    renew_at: datetime


class TokenKeeper:
    """Holds one app's access token; many waiters cause one refresh (contract clause 22)."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._refreshing: asyncio.Task[Token] | None = None

    async def get(self) -> str:
        """A token believed good. Raises what `fetch` raises."""
        if self._token is not None and self._clock.now() < self._token.renew_at:
            return self._token.value.reveal()
        return (await self._refresh()).value.reveal()

    def spoil(self, used: str) -> None:
        """The platform refused `used`: forget it, unless somebody has already replaced it."""
        if self._token is not None and self._token.value.reveal() == used:
            self._token = None

    async def authorised(self, call: Callable[[str], Awaitable[Reply]], is_expired: Callable[[Reply], bool]) -> Reply:
        """Make a call with a token; if the platform says the token is expired, refresh once and call once more.

        Raises `Transient` when a fresh token is refused too (design (f), "Sending").
        """
        for _ in range(2):
            used = await self.get()
            reply = await call(used)
            if not is_expired(reply):
                return reply
            self.spoil(used)
        raise Transient("token", "a fresh token was refused")

    async def _refresh(self) -> Token:
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._fetch())
            self._refreshing.add_done_callback(self._settle)
        return await asyncio.shield(self._refreshing)

    def _settle(self, task: asyncio.Task[Token]) -> None:
        self._refreshing = None
        if not task.cancelled() and task.exception() is None:
            self._token = task.result()


def retry_after(headers: Mapping[str, str], default: float) -> float:
    """Seconds to wait from a `Retry-After` header, else `default` (contract clause 21)."""
    try:
        return max(0.1, float(headers.get("retry-after", default)))
    except ValueError:
        return default


def lifetime(seconds: int, margin: int) -> timedelta:
    """How long to trust a token that lives `seconds`: `margin` less, but never under half of its life."""
    return timedelta(seconds=max(seconds - margin, seconds // 2))


__all__ = ["AuthExpired", "Reply", "Token", "TokenKeeper", "Transport", "lifetime", "retry_after"]
