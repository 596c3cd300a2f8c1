"""Delivers one connection's outbox: claim → pace → send → settle, back off, or bury (design (f), "Sending").

One sender per connection at a time, by a lease in the database, so that the buckets stay truthful on N replicas.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Outgoing, Receipt, SendKind
from adapters.errors import OutboundError, RateLimited, Rejected, Unreachable
from bot.another_way import take_another_way
from bot.connections import Connection, surface_of
from bot.directory import entry_command
from bot.dispatch import Dispatcher
from bot.envelopes import conversation_of
from bot.observe import BURIED, RETRIED, SENT
from bot.pace import Pacer
from bot.units import DatabaseGone, Turn, Units
from domain.clock import Clock
from domain.delivery import cards as card_rows
from domain.delivery import leases, outbox

log = logging.getLogger("bida.sender")

LADDER = (1, 5, 30, 120, 600, 1800, 7200)
"""Seconds before each further try; after the last, DEAD (design (f))."""
JITTER = 0.2
LEASE = timedelta(seconds=30)
RENEW = timedelta(seconds=10)
IDLE = 1.0
SOON = timedelta(seconds=4)
"""What `settle` waits for: longer than an update is held back for its acknowledgement."""
STAND_BY = 3.0
TRIPS_AFTER = 10
TRIPS_WITHIN = 600.0
PAUSE = 60.0
"""Circuit: after ten failures in a row over ten minutes the app's lane pauses, and it is an alarm."""


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
class Sender:
    """The delivery loop of one connection."""

    connection: Connection
    units: Units
    clock: Clock
    dispatcher: Dispatcher
    holder: str
    pacer: Pacer
    circuit: Circuit = field(default_factory=Circuit)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _leased_until: datetime | None = None

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever; survives a database that is away."""
        while True:
            try:
                if not await self._hold_lease():
                    await asyncio.sleep(STAND_BY)
                    continue
                busy = await self.deliver_due()
            except DatabaseGone:
                log.warning("outbox_unreachable", extra={"connection": self.connection.name})
                await asyncio.sleep(IDLE)
                continue
            except Exception:  # a bug in one round must not silence the connection for good
                log.exception("round_failed", extra={"connection": self.connection.name})
                await asyncio.sleep(IDLE)
                continue
            if not busy:
                await self._sleep(IDLE)

    async def stop(self, seconds: float) -> None:
        """Let current sends finish, then give the lease back."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=seconds)
        try:
            await self.units.run(self._drop_lease)
        except DatabaseGone:
            log.info("lease_not_dropped")

    async def deliver_due(self) -> bool:
        """Start what is due and has room; True when there was something to do."""
        room = self.connection.adapter.pace.parallel - len(self._flying)
        if room <= 0:
            await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            return True
        delay = self.pacer.app_wait()
        if delay > 0:
            await asyncio.sleep(min(delay, IDLE))
            return True
        rows = await self._claim(room)
        for row in rows:
            task = asyncio.create_task(self._deliver(row))
            self._flying.add(task)
            task.add_done_callback(self._landed)
        return bool(rows)

    async def settle(self) -> None:
        """Wait until nothing is due any more and everything in the air has landed."""
        while bool(self._flying) or await self.units.run(self._has_due):
            self.wake()
            await asyncio.sleep(0.005)

    def _has_due(self, turn: Turn) -> bool:
        with turn.over_all():
            soon = self.clock.now() + SOON
            return outbox.has_due(turn.connection, self.connection.name, soon)

    # --- one message -----------------------------------------------------------------------------------------------

    async def _deliver(self, row: Row[Any]) -> None:
        key = (row.workspace_id, row.id)
        now = self.clock.now()
        if row.expires_at is not None and row.expires_at <= now:
            await self._bury(row, key, "expired")
            return
        if not await self._may_go(row, key):
            return
        try:
            receipt = await self.connection.adapter.send(self._outgoing(row, now))
        except RateLimited as error:
            self.pacer.block(error.after)
            await self._again(key, row, error, after=error.after, tries=row.attempts)
        except Unreachable as error:
            await self._bury(row, key, f"unreachable {error.code}")
            await self._another_way(row)
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

    async def _may_go(self, row: Row[Any], key: tuple[str, str]) -> bool:
        """Wait for the buckets; a long wait goes back to the outbox, so that no lease runs out meanwhile."""
        delay = self.pacer.wait(row.conversation)
        while 0 < delay <= IDLE:
            await asyncio.sleep(delay)
            delay = self.pacer.wait(row.conversation)
        if delay > 0:
            await self._again(key, row, RateLimited("pace", after=delay), after=delay, tries=row.attempts)
        return delay <= 0

    async def _settle(self, row: Row[Any], key: tuple[str, str], receipt: Receipt) -> None:
        now = self.clock.now()
        handle = self.connection.vault.lock(receipt.handle)

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.mark_sent(turn.connection, [key], now, receipt.message_id)
                if row.card_key and (row.kind == "SEND" or receipt.fresh):
                    card_rows.delivered(turn.connection, row.workspace_id, row.card_key, receipt.message_id, handle)
                uow.commit()

        await self.units.run(job)
        SENT.labels(self.connection.name, row.kind).inc()
        log.info("sent", extra={"connection": self.connection.name, "row": row.id, "command_id": row.command_id})
        if receipt.entry is not None:
            await self.dispatcher.take(self.connection, entry_command(self.connection, row, receipt.entry, now))

    async def _failed(self, row: Row[Any], key: tuple[str, str], error: OutboundError) -> None:
        """Climb the ladder; at its end, bury."""
        if row.attempts >= len(LADDER):
            await self._bury(row, key, f"given up after {row.attempts} tries: {error.code}")
            return
        after = LADDER[row.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, no secret
        await self._again(key, row, error, after=after, tries=row.attempts + 1)
        if self.circuit.fail(asyncio.get_running_loop().time()):
            log.error("lane_paused", extra={"connection": self.connection.name, "code": error.code})
            self.pacer.block(PAUSE)

    async def _rejected(self, row: Row[Any], key: tuple[str, str], error: Rejected) -> None:
        """The platform refuses the payload: send its plain text once instead, and raise the alarm."""
        log.error("payload_rejected", extra={"connection": self.connection.name, "row": row.id, "code": error.code})
        surface = surface_of(conversation_of(row.conversation))
        text = orjson.dumps(self.connection.adapter.render_text(row.plain or "…", surface).payload).decode()
        if not row.plain or row.last_error.startswith("plain after"):
            await self._bury(row, key, f"rejected {error.code}")
            return
        now = self.clock.now()

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.fall_back(turn.connection, key, text, f"plain after {error.code}", now)
                uow.commit()

        await self.units.run(job)
        RETRIED.labels(self.connection.name, "plain").inc()
        self.wake()

    async def _again(
        self, key: tuple[str, str], row: Row[Any], error: OutboundError, *, after: float, tries: int
    ) -> None:
        again = self.clock.now() + timedelta(seconds=after)

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.postpone(turn.connection, key, again, f"{type(error).__name__} {error.code}", tries)
                uow.commit()

        await self.units.run(job)
        RETRIED.labels(self.connection.name, type(error).__name__).inc()
        log.info("retry", extra={"connection": self.connection.name, "row": row.id, "code": error.code, "tries": tries})

    async def _another_way(self, row: Row[Any]) -> None:
        desk = self.dispatcher.desk
        name = await self.units.run(lambda turn: take_another_way(turn, desk.connections, row))
        if name is not None:
            log.info("another_way", extra={"connection": self.connection.name, "row": row.id, "by": name})
            self.dispatcher.wake(name)

    async def _bury(self, row: Row[Any], key: tuple[str, str], cause: str) -> None:
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
        )

    # --- the loop's own needs --------------------------------------------------------------------------------------

    async def _claim(self, most: int) -> Sequence[Row[Any]]:
        now = self.clock.now()

        def job(turn: Turn) -> Sequence[Row[Any]]:
            with turn.over_all() as uow:
                rows = outbox.claim(turn.connection, self.connection.name, now, most)
                uow.commit()
            return rows

        return await self.units.run(job)

    async def _hold_lease(self) -> bool:
        now = self.clock.now()
        if self._leased_until is not None and now < self._leased_until - LEASE + RENEW:
            return True
        until = now + LEASE

        def job(turn: Turn) -> bool:
            with turn.over_all() as uow:
                held = leases.take(turn.connection, f"sender:{self.connection.name}", self.holder, now, until)
                uow.commit()
            return held

        held = await self.units.run(job)
        self._leased_until = until if held else None
        return held

    def _drop_lease(self, turn: Turn) -> None:
        with turn.over_all() as uow:
            leases.drop(turn.connection, f"sender:{self.connection.name}", self.holder)
            uow.commit()

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.warning("settle_failed", extra={"connection": self.connection.name})

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()
