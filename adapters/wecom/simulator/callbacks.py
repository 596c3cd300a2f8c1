"""Delivering callbacks to the bot: fresh envelope, deadline, redeliveries, faults on the way (wecom.md §1.3–1.6)."""

import asyncio
import io
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from adapters.simulation import Delivered
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.crypto import Crypto
from adapters.wecom.simulator.envelope import BOMB, outer
from adapters.wecom.simulator.wire import Wire

STALE_BY = timedelta(hours=24)
OVERSIZE = 4 * 1024 * 1024


class Mischief(StrEnum):
    """Something wrong with a callback (§9 item 2)."""

    DUPLICATE = "duplicate"
    """Delivered twice although the first delivery was answered."""
    TAMPERED = "tampered"
    """The ciphertext was changed after signing."""
    FORGED = "forged"
    """The signature is of another token."""
    WRONG_RECEIVEID = "wrong_receiveid"
    """Properly signed and encrypted, but for another company."""
    STALE = "stale"
    """Properly signed a day ago."""
    OVERSIZED = "oversized"
    """A body of four megabytes."""
    OUTER_BOMB = "outer_bomb"
    """An entity bomb around the envelope."""
    INNER_BOMB = "inner_bomb"
    """An entity bomb inside the encrypted content."""
    NO_SELECTION = "no_selection"
    """A card event without `SelectedItems`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A callback's decrypted content, and what an answer may change: `person`'s copy of card `message_id`."""

    content: bytes
    person: str
    kind: str
    message_id: str = ""
    task_id: str = ""
    response_code: str = ""


@dataclass(slots=True)
class Courier:
    """Carries letters to the bot's URL. `mischief` is used up one entry per letter, `held` collects while `holding`."""

    company: Company
    crypto: Crypto
    wire: Wire
    mischief: list[Mischief] = field(default_factory=list)
    holding: bool = False
    held: list[Letter] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def deliver(self, letter: Letter, trick: Mischief | None = None) -> list[Delivered]:
        """One letter with its redeliveries. The list has two entries only for a duplicate delivery."""
        done = [await self._insist(letter, trick)]
        if trick is Mischief.DUPLICATE:
            done.append(await self._insist(letter, None))
        return done

    async def once(self, letter: Letter) -> Delivered:
        """One attempt."""
        return await self._attempt(letter, None, 1)

    async def verify(self) -> Delivered:
        """The console's URL check: `body` tells whether the answer was the echo, byte for byte."""
        echo = str(secrets.randbelow(10**19)).encode()
        encrypted = self.crypto.encrypt(echo)
        query = self._query(encrypted, "msg_signature") + "&" + urlencode({"echostr": encrypted})
        status, raw = await self._exchange("GET", query, b"", self.company.rules.verify_timeout)
        self._note("GET", status, echo, raw)
        verified = status == 200 and raw == echo
        return Delivered(status=status, attempts=1, body={"verified": verified}, raw=raw)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _insist(self, letter: Letter, trick: Mischief | None) -> Delivered:
        rules = self.company.rules
        if not self.company.callback_url:
            return Delivered(status=0, attempts=0)
        result = await self._attempt(letter, trick, 1)
        for number, pause in enumerate(rules.retry_intervals, start=2):
            if result.status == 200 or (result.status != 0 and not rules.retry_on_status):
                break
            await asyncio.sleep(pause)
            result = await self._attempt(letter, trick, number)
        return result

    async def _attempt(self, letter: Letter, trick: Mischief | None, number: int) -> Delivered:
        encrypted, query = self._seal(letter.content, trick)
        body = outer(self.company.corp_id, self.company.agent_id, encrypted)
        if trick is Mischief.OUTER_BOMB:
            body = BOMB + body.replace(b"<ToUserName>", b"<Bomb>&d;</Bomb><ToUserName>")
        if trick is Mischief.OVERSIZED:
            body = body.replace(b"</xml>", b"<Padding>" + b"x" * OVERSIZE + b"</Padding></xml>")
        status, raw = await self._exchange("POST", query, body, self.company.rules.reply_timeout)
        self._note("POST", status, letter.content, raw)
        return Delivered(status=status, attempts=number, raw=raw)

    def _seal(self, content: bytes, trick: Mischief | None) -> tuple[str, str]:
        if trick is Mischief.INNER_BOMB:
            content = BOMB + content.replace(b"<xml>", b"<xml><Bomb>&d;</Bomb>")
        stranger = "ww0000000000stranger" if trick is Mischief.WRONG_RECEIVEID else None
        encrypted = self.crypto.encrypt(content, receiveid=stranger)
        query = self._query(encrypted, "msg_signature", trick)
        if trick is Mischief.TAMPERED:
            middle = len(encrypted) // 2
            swapped = "A" if encrypted[middle] != "A" else "B"
            encrypted = encrypted[:middle] + swapped + encrypted[middle + 1 :]
        return encrypted, query

    def _query(self, encrypted: str, name: str, trick: Mischief | None = None) -> str:
        now = self.company.clock.now() - (STALE_BY if trick is Mischief.STALE else timedelta())
        timestamp, nonce = str(int(now.timestamp())), str(secrets.randbelow(10**10))
        signature = self.crypto.sign(timestamp, nonce, encrypted)
        if trick is Mischief.FORGED:
            signature = signature[::-1]
        return urlencode({name: signature, "timestamp": timestamp, "nonce": nonce})

    async def _exchange(self, method: str, query: str, body: bytes, limit: float) -> tuple[int, bytes]:
        """HTTP status and body, or status 0 when no whole answer came in time."""
        separator = "&" if "?" in self.company.callback_url else "?"
        url = URL(self.company.callback_url + separator + query, encoded=True)
        headers = {"Content-Type": "text/xml"} if body else {}
        try:
            async with self._open().request(
                method, url, data=io.BytesIO(body) if body else None, headers=headers, allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=limit),
            ) as response:  # fmt: skip
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, b""

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _note(self, method: str, status: int, content: bytes, raw: bytes) -> None:
        self.wire.note(
            at=self.company.clock.now().timestamp(), direction="out", method=method,
            path=URL(self.company.callback_url).path if self.company.callback_url else "", status=status,
            request=content, response=raw,
        )  # fmt: skip
