"""Live updates of the page: one Server-Sent Events stream that tells what changed in the chats it watches."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from adapters.simulation import Exchange
from bot.playground.page_files import SECURITY
from bot.playground.stage import Stage

TICK = 0.06
SETTLING = 0.6
"""Seconds to go on looking after something moved: a callback is on record before its answer has changed the card."""
HEARTBEAT = 15.0
KEPT = 200
"""Messages of a chat the page shows."""

EVENT_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(slots=True)
class Watch:
    """One chat on one phone. `sent` is what the page has of it: message key → the JSON it was given
    (None before the first look)."""

    messenger: str
    person: str
    chat: str
    sent: dict[str, bytes] | None = None
    pulse: tuple[Exchange | None, int] | None = None
    look_until: float = 0.0
    wire: tuple[Exchange | None, ...] | None = None

    def news(self, stage: Stage, now: float) -> Iterator[tuple[str, Any]]:
        """Events for the page, as (name, data); nothing while the wire is quiet."""
        exchanges = stage.messengers[self.messenger].wire
        pulse = (exchanges[-1] if exchanges else None, stage.acts)
        if self.pulse is None or pulse[0] is not self.pulse[0] or pulse[1] != self.pulse[1]:
            self.pulse = pulse
            self.look_until = now + SETTLING
        if now > self.look_until:
            return
        if (chat := self._chat(stage)) is not None:
            yield "chat", chat
        last = stage.last_exchanges(self.messenger)
        if self.wire is None or any(a is not b for a, b in zip(self.wire, last.values(), strict=True)):
            self.wire = tuple(last.values())
            yield "wire", {"messenger": self.messenger, **last}

    def _chat(self, stage: Stage) -> dict[str, Any] | None:
        """The order of the messages and those that are new or changed; None when the page is up to date."""
        known = self.sent or {}
        current = dict(_keyed(stage, self))
        changed = [orjson.Fragment(made) for key, made in current.items() if known.get(key) != made]
        if self.sent is not None and not changed and list(current) == list(known):
            return None
        self.sent = current
        where = {"messenger": self.messenger, "person": self.person, "chat": self.chat}
        return {**where, "order": list(current), "changed": changed}


def _keyed(stage: Stage, watch: Watch) -> Iterator[tuple[str, bytes]]:
    """Message key → its JSON. The key is the message id, numbered where a platform shows one id twice."""
    taken: dict[str, int] = {}
    try:
        messages = stage.messages(watch.messenger, watch.person, watch.chat)
    except ValueError:
        return  # the person has left the company or the group: there is nothing to see any more
    for seen, at in messages[-KEPT:]:
        taken[seen.message_id] = taken.get(seen.message_id, 0) + 1
        again = taken[seen.message_id]
        key = seen.message_id if again == 1 else f"{seen.message_id}#{again}"
        yield key, orjson.dumps({"key": key, "at": at, "seen": seen})


async def stream(request: web.Request, stage: Stage, watches: Sequence[Watch]) -> web.StreamResponse:
    """Write events until the page goes away or the playground closes."""
    response = web.StreamResponse(headers={**SECURITY, **EVENT_STREAM})
    await response.prepare(request)
    shift, spoke = None, time.monotonic()
    try:
        while not stage.closing.is_set():
            now = time.monotonic()
            moment = stage.clock.now()
            said = [event for watch in watches for event in watch.news(stage, now)]
            if shift is None or abs(moment.timestamp() - now - shift) > 1:
                shift = moment.timestamp() - now
                said.insert(0, ("clock", {"now": moment}))
            if said:
                await response.write(b"".join(event(name, data) for name, data in said))
                spoke = now
            elif now - spoke > HEARTBEAT:
                await response.write(b": still here\n\n")
                spoke = now
            await _pause(stage.closing)
    except (ConnectionError, asyncio.CancelledError):
        pass  # the page has gone
    return response


async def _pause(closing: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(TICK):
            await closing.wait()
    except TimeoutError:
        return


def event(name: str, data: Any) -> bytes:
    """One event as it travels."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
