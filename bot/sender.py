"""Delivers one connection's outbox: holds the lease, claims what is due, and hands each message to the courier.

One sender per connection at a time, by a lease in the database, so that the buckets stay truthful on N replicas.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.connections import Connection
from bot.courier import Courier
from bot.dispatch import Dispatcher
from bot.pace import Pacer
from bot.units import DatabaseGone, Turn, Units
from domain.clock import Clock
from domain.delivery import leases, outbox

log = logging.getLogger("bida.sender")

LEASE = timedelta(seconds=30)
RENEW = timedelta(seconds=10)
IDLE = 1.0
SOON = timedelta(seconds=4)
"""What `settle` waits for: longer than an update is held back for its acknowledgement."""
STAND_BY = 3.0


@dataclass(slots=True)
class Sender:
    """The delivery loop of one connection."""

    connection: Connection
    units: Units
    clock: Clock
    dispatcher: Dispatcher
    holder: str
    pacer: Pacer
    courier: Courier = field(init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _leased_until: datetime | None = None

    def __post_init__(self) -> None:
        self.courier = Courier(self.connection, self.units, self.clock, self.dispatcher, self.pacer, wake=self.wake)

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
            task = asyncio.create_task(self.courier.carry(row))
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
        # not `wait_for`: on Python 3.11 it loses a cancellation that comes together with the wake-up, and we never stop
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()
