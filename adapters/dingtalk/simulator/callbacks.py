"""Callbacks over HTTP: signed robot messages, encrypted events, signed card callbacks (dingtalk.md §1)."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.dingtalk.simulator.crypto import EventCipher, Undecryptable, card_sign, robot_sign
from adapters.dingtalk.simulator.gate import Gate
from adapters.dingtalk.simulator.world import CardRoute, FailedEvent, World
from adapters.simulation import Delivered

Json = dict[str, Any]
NOT_SENT = Delivered(status=0, attempts=0)
ENVELOPE = {"EventType", "EventTime", "CorpId", "BizId", "eventId"}


@dataclass(slots=True, kw_only=True)
class Deadlines:
    """How long the platform waits, in real seconds. The robot message's own limit is unconfirmed (§1.5)."""

    message: float = 5.0
    event: float = 2.5
    card: float = 2.0
    event_retries: tuple[float, ...] = (10.0, 30.0)
    stream_ack: float = 60.0
    stream_attempts: int = 2
    stream_close: float = 10.0
    stream_later: float = 1.0


@dataclass(slots=True)
class HttpPush:
    """Posts callbacks to the URLs set in the console. Status 0 means: no answer in time, or no connection."""

    world: World
    gate: Gate
    deadlines: Deadlines
    url: str = ""
    event_query: tuple[str, str] = field(default=("signature", "timestamp"))

    async def message(self, body: Json) -> Delivered:
        """A robot message with `timestamp` and `sign` (§1.1). One attempt."""
        if not self.url:
            return NOT_SENT
        stamp = str(self.world.milliseconds())
        headers = {"timestamp": stamp, "sign": robot_sign(self.world.console.client_secret, stamp)}
        return await self.post(self.url, body, headers, self.deadlines.message)

    async def event(self, body: Json) -> Delivered:
        """An encrypted event, tried again after 10 s and 30 s; then it can only be pulled (§1.2)."""
        if not self.url:
            return NOT_SENT
        attempts = 0
        done = NOT_SENT
        for pause in (0.0, *self.deadlines.event_retries):
            await asyncio.sleep(pause)
            attempts += 1
            done = await self.event_once(body)
            if done.status == 200 and done.body == "success":
                return Delivered(status=done.status, attempts=attempts, body=done.body, raw=done.raw)
        self._give_up(body)
        return Delivered(status=done.status, attempts=attempts, body=done.body, raw=done.raw)

    async def event_once(self, body: Json) -> Delivered:
        """One attempt; `body` of the result is the decrypted answer, None when it cannot be decrypted."""
        console = self.world.console
        cipher = EventCipher(console.token, console.encoding_aes_key, console.receive_id)
        stamp, nonce = str(self.world.milliseconds()), secrets.token_hex(4)
        sealed = cipher.seal(json.dumps(body, ensure_ascii=False))
        signature_name, stamp_name = self.event_query
        query = {signature_name: cipher.signature(stamp, nonce, sealed), stamp_name: stamp, "nonce": nonce}
        done = await self.post(self.url, {"encrypt": sealed}, {}, self.deadlines.event, query, shown=body)
        return Delivered(status=done.status, attempts=1, body=_opened(cipher, done.body), raw=done.raw)

    async def card(self, route: CardRoute, body: Json) -> Delivered:
        """A card callback, signed when the route has an apiSecret (§1.3). One attempt, 2 s."""
        headers = {}
        if route.api_secret:
            stamp = str(self.world.milliseconds())
            headers = {
                "x-ddpaas-signature-timestamp": stamp,
                "x-ddpaas-signature": card_sign(route.api_secret, stamp),
            }
        return await self.post(route.url, body, headers, self.deadlines.card)

    async def post(
        self,
        url: str,
        body: Json | bytes,
        headers: Mapping[str, str],
        deadline: float,
        query: Mapping[str, str] | None = None,
        *,
        shown: Json | None = None,
    ) -> Delivered:
        """One POST of JSON. `shown` is what the wire record shows instead of the encrypted body."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json; charset=utf-8", **headers}
        status, raw = await _exchange(url, content, sent, deadline, query or {})
        note = content if shown is None else json.dumps(shown, ensure_ascii=False).encode()
        path = urlsplit(url).path
        self.gate.note("callback", "POST", path, status, note.decode(errors="replace"), raw.decode(errors="replace"))
        return Delivered(status=status, attempts=1, body=_json_or_none(raw), raw=raw)

    def _give_up(self, body: Json) -> None:
        tag = body["EventType"]
        fields = {key.lower() if key == "userId" else key: value for key, value in body.items() if key not in ENVELOPE}
        entry = {"call_back_tag": tag, "event_time": body["EventTime"], tag: {"corpid": body["CorpId"], **fields}}
        at = self.world.clock.now() + self.world.weather.failed_list_after
        self.world.failed_events.append(FailedEvent(at=at, entry=entry))


async def _exchange(
    url: str, content: bytes, headers: Mapping[str, str], deadline: float, query: Mapping[str, str]
) -> tuple[int, bytes]:
    try:
        async with asyncio.timeout(deadline), aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            call = session.post(url, data=content, headers=headers, params=query, allow_redirects=False)
            async with call as response:
                return response.status, await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0, b""


def _opened(cipher: EventCipher, answer: Any) -> str | None:
    keys = ("msg_signature", "timeStamp", "nonce", "encrypt")
    if not isinstance(answer, dict) or not all(isinstance(answer.get(key), str) for key in keys):
        return None
    try:
        return cipher.open(*(answer[key] for key in keys))
    except Undecryptable:
        return None


def _json_or_none(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def event_body(world: World, event_type: str, fields: Mapping[str, Any]) -> Json:
    """The flat JSON of an event (§1.2), with a fresh eventId."""
    now = world.milliseconds()
    meta = {"EventType": event_type, "EventTime": now, "CorpId": world.console.corp_id,
            "BizId": secrets.token_hex(6), "eventId": secrets.token_hex(8)}  # fmt: skip
    return {**meta, "timeStamp": str(now), **fields}
