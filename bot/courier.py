"""One message on its way: send it, then settle, try again later, say it plainly, or bury it (design (f), "Sending")."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Outgoing, Receipt, SendKind
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from bot.another_way import take_another_way
from bot.connections import Connection, surface_of
from bot.directory import entry_command
from bot.dispatch import Dispatcher
from bot.envelopes import conversation_of
from bot.observe import BURIED, RETRIED, SENT
from bot.pace import Pacer
from bot.pictures.promise import PICTURE
from bot.pictures.studio import Studio
from bot.units import Turn, Units
from domain.clock import Clock
from domain.delivery import cards as card_rows
from domain.delivery import outbox

log = logging.getLogger("bida.courier")

LADDER = (1, 5, 30, 120, 600, 1800, 7200)
"""Seconds before each further try; after the last, DEAD (design (f))."""
JITTER = 0.2
SEND_WITHIN = 45.0
"""Seconds one send may take, refreshes and repeats included; shorter than the row's lease."""
SHORT_WAIT = 1.0
LONGEST_LIMIT = timedelta(days=1)
"""How long a platform may put a message off before it counts as given up."""
TRIPS_AFTER = 10
TRIPS_WITHIN = 600.0
PAUSE = 60.0
"""Circuit: after ten failures in a row over ten minutes the app's lane pauses, and it is an alarm."""

Key = tuple[str, str]


@dataclass(slots=True)
class Circuit:
    """Counts failures in a row; a success forgets them."""

    failures: int = 0
    since: float = 0.0

    def fail(self, now: float) -> bool:
        """True when the lane should pause."""
        if self.failures == 0:
            self.since = now
        self.failures += 1
        return self.failures >= TRIPS_AFTER and now - self.since >= TRIPS_WITHIN

    def succeed(self) -> None:
        self.failures = 0


@dataclass(slots=True)
class Courier:
    """Carries the messages of one connection, one call each; every outcome is one short transaction."""

    connection: Connection
    units: Units
    clock: Clock
    dispatcher: Dispatcher
    pacer: Pacer
    wake: Callable[[], None]
    studio: Studio = field(default_factory=Studio)
    circuit: Circuit = field(default_factory=Circuit)

    async def carry(self, row: Row[Any]) -> None:
        """Deliver a leased row, or decide what becomes of it."""
        key = (row.workspace_id, row.id)
        now = self.clock.now()
        if row.expires_at is not None and row.expires_at <= now:
            await self._bury(row, key, outbox.EXPIRED)
            return
        if not await self._may_go(row, key):
            return
        try:
            receipt = await self._send(self._outgoing(row, now))
        except RateLimited as error:
            await self._put_off(row, key, error)
        except Unreachable as error:
            await self._unreachable(row, key, error)
        except Rejected as error:
            await self._rejected(row, key, error)
        except OutboundError as error:
            await self._failed(row, key, error)
        except Exception as error:
            log.exception("send_failed", extra={"connection": self.connection.name, "row": row.id})
            await self._failed(row, key, OutboundError(type(error).__name__))
        else:
            self.circuit.succeed()
            await self._settle(row, key, receipt)

    async def _send(self, out: Outgoing) -> Receipt:
        try:
            async with asyncio.timeout(SEND_WITHIN):
                return await self.connection.adapter.send(out)
        except TimeoutError:
            raise Transient("timeout") from None

    async def _may_go(self, row: Row[Any], key: Key) -> bool:
        """Wait for the buckets; a long wait goes back to the outbox, so that no lease runs out meanwhile."""
        delay = self.pacer.wait(row.conversation)
        while 0 < delay <= SHORT_WAIT:
            await asyncio.sleep(delay)
            delay = self.pacer.wait(row.conversation)
        if delay > 0:
            await self._again(row, key, RateLimited("pace", after=delay), after=delay, tries=row.attempts)
        return delay <= 0

    async def _settle(self, row: Row[Any], key: Key, receipt: Receipt) -> None:
        """SENT, with what the platform gave us. A directory entry is stored as the event it is *before* the question
        is settled: whatever happens in between, the question is asked again and its answer counts once."""
        now = self.clock.now()
        handle = self.connection.vault.lock(receipt.handle)
        if receipt.entry is not None:
            await self.dispatcher.take(self.connection, entry_command(self.connection, row, receipt.entry, now))

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.mark_sent(turn.connection, [key], now, receipt.message_id)
                if row.card_key and (row.kind == "SEND" or receipt.fresh):
                    card_rows.delivered(turn.connection, row.workspace_id, row.card_key, receipt.message_id, handle)
                uow.commit()

        await self.units.run(job)
        SENT.labels(self.connection.name, row.kind).inc()
        log.info("sent", extra={"connection": self.connection.name, "row": row.id, "command_id": row.command_id})

    async def _put_off(self, row: Row[Any], key: Key, error: RateLimited) -> None:
        """The platform asks us to wait: this conversation, or the whole app. Not an attempt, but not for ever."""
        if self.clock.now() - row.created_at > LONGEST_LIMIT:
            await self._bury(row, key, f"limited {error.code}")
            return
        if not error.only_here:
            self.pacer.block(error.after)
        await self._again(row, key, error, after=error.after, tries=row.attempts)

    async def _unreachable(self, row: Row[Any], key: Key, error: Unreachable) -> None:
        """Take another way first: its promise is kept once, however often this is tried."""
        desk = self.dispatcher.desk
        name = await self.units.run(lambda turn: take_another_way(turn, desk.connections, row))
        await self._bury(row, key, f"{outbox.ELSEWHERE if name else 'unreachable'} {error.code}")
        if name is not None:
            log.info("another_way", extra={"connection": self.connection.name, "row": row.id, "by": name})
            self.dispatcher.wake(name)

    async def _failed(self, row: Row[Any], key: Key, error: OutboundError) -> None:
        """Climb the ladder; at its end, bury."""
        if row.attempts >= len(LADDER):
            await self._bury(row, key, f"given up after {row.attempts} tries: {error.code}")
            return
        after = LADDER[row.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, no secret
        await self._again(row, key, error, after=after, tries=row.attempts + 1)
        if self.circuit.fail(asyncio.get_running_loop().time()):
            log.error("lane_paused", extra={"connection": self.connection.name, "code": error.code})
            self.pacer.block(PAUSE)

    async def _rejected(self, row: Row[Any], key: Key, error: Rejected) -> None:
        """The platform refuses the payload: send its plain text once instead, and raise the alarm. A picture just goes:
        a card or text has said the same (R-BDG-03)."""
        log.error("payload_rejected", extra={"connection": self.connection.name, "row": row.id, "code": error.code})
        if row.kind == PICTURE or not row.plain or row.last_error.startswith("plain after"):
            await self._bury(row, key, f"rejected {error.code}")
            return
        surface = surface_of(conversation_of(row.conversation))
        text = orjson.dumps(self.connection.adapter.render_text(row.plain, surface).payload).decode()
        now = self.clock.now()

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.fall_back(turn.connection, key, text, f"plain after {error.code}", now)
                uow.commit()

        await self.units.run(job)
        RETRIED.labels(self.connection.name, "plain").inc()
        self.wake()

    async def _again(self, row: Row[Any], key: Key, error: OutboundError, *, after: float, tries: int) -> None:
        again = self.clock.now() + timedelta(seconds=after)

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.postpone(turn.connection, key, again, f"{type(error).__name__} {error.code}", tries)
                uow.commit()

        await self.units.run(job)
        RETRIED.labels(self.connection.name, type(error).__name__).inc()
        log.info("retry", extra={"connection": self.connection.name, "row": row.id, "code": error.code, "tries": tries})

    async def _bury(self, row: Row[Any], key: Key, cause: str) -> None:
        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.bury(turn.connection, key, cause, row.attempts)
                uow.commit()

        await self.units.run(job)
        BURIED.labels(self.connection.name, cause.split(" ", 1)[0]).inc()
        log.warning("buried", extra={"connection": self.connection.name, "row": row.id, "cause": cause})

    def _outgoing(self, row: Row[Any], now: datetime) -> Outgoing:
        vault = self.connection.vault
        is_update = row.kind == "UPDATE"
        handle = vault.unlock(row.reply_handle, now) or (vault.unlock(row.card_handle, now) if is_update else None)
        return Outgoing(
            kind=SendKind(row.kind.lower()),
            conversation=conversation_of(row.conversation),
            payload=orjson.loads(row.payload),
            plain=row.plain,
            dedupe=row.dedupe,
            card_key=row.card_key,
            target=((row.card_message or row.target) if is_update else row.target),
            handle=handle,
            attempt=row.attempts,
            picture=partial(self.studio.draw, row.payload) if row.kind == PICTURE else None,
        )
