"""The composition root: the only file that constructs things."""

import asyncio
import hashlib
import logging
import os
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Engine

from adapters.base import Raw, Response
from bot.calendars import Calendars
from bot.connections import Connection, Connections
from bot.database import open_engine
from bot.dispatch import Dispatcher
from bot.handlers import (
    adjustment,
    approval_questions,
    approvals,
    checkin,
    counter,
    counter_closing,
    counter_dispute,
    help,
    kudos,
    kudos_got,
    ledger,
    notice,
    okr,
    orders,
    people,
    preparing,
    refills,
    reversal,
    shop,
    starter,
    stock,
    wallet,
)
from bot.handling import Desk
from bot.housekeeping import Scheduler
from bot.pace import Pacer
from bot.router import Router
from bot.sender import Sender
from bot.server import Door
from bot.settings import Company, Configuration, ConnectionSettings
from bot.timers import Chores
from bot.units import DatabaseGone, Turn, Units, open_units
from bot.vault import Vault
from bot.workspaces import ensure_workspaces
from domain.calendar import bundled_table, load_table
from domain.clock import Clock, SystemClock
from domain.migrations import HEAD, current_revision

log = logging.getLogger("bida.app")

FEATURES = (
    checkin.FEATURE,
    okr.FEATURE,
    kudos.FEATURE,
    kudos_got.FEATURE,
    refills.FEATURE,
    reversal.FEATURE,
    adjustment.FEATURE,
    wallet.FEATURE,
    ledger.FEATURE,
    shop.FEATURE,
    orders.FEATURE,
    approvals.FEATURE,
    approval_questions.FEATURE,
    preparing.FEATURE,
    stock.FEATURE,
    counter.FEATURE,
    counter_dispute.FEATURE,
    counter_closing.FEATURE,
    people.FEATURE,
    starter.FEATURE,
    notice.FEATURE,
    help.FEATURE,
)
GRACE = 10.0
RETRY = 2.0
SETTLED_WITHIN = 90.0


def workspace_id(key: str) -> str:
    """A workspace's id follows from its key, so that every replica knows it without asking the database."""
    return hashlib.sha256(f"workspace:{key}".encode()).hexdigest()[:32]


@dataclass(slots=True)
class App:
    """The running bot. `start` opens it, `stop` closes it in the order that loses nothing."""

    configuration: Configuration
    clock: Clock
    engine: Engine
    units: Units
    connections: Connections
    dispatcher: Dispatcher
    senders: dict[str, Sender]
    scheduler: Scheduler
    door: Door
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _migrated: bool = False
    _became_ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Open the database, start adapters, senders, sweeps and the scheduler. A database that is away, or not
        migrated yet, does not stop the start: `/readyz` stays red and nothing is acknowledged until it is there."""
        self.units.start()
        self._spawn(self._become_ready(), "ready")
        for connection in self.connections:
            await connection.adapter.start(self._sink(connection))
            self._spawn(self._once_ready(self.senders[connection.name].run), f"sender-{connection.name}")
        self._spawn(self._once_ready(self.dispatcher.run_sweeps), "sweeps")
        self._spawn(self._once_ready(self._keep_time), "scheduler")
        log.info("started", extra={"connections": [connection.name for connection in self.connections]})

    async def stop(self) -> None:
        """Finish what runs, up to ten seconds; what is left is a lease another process picks up."""
        self.scheduler.stop()
        await self.dispatcher.drain(GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._migrated:
            for sender in self.senders.values():
                await sender.stop(GRACE)
        for connection in self.connections:
            await connection.adapter.stop()
        await asyncio.to_thread(self.units.stop)
        log.info("stopped")

    async def ready(self) -> None:
        """Wait until the database is there and migrated."""
        await self._became_ready.wait()

    async def settle(self) -> None:
        """Wait until what has been promised for now is delivered: for the playground, the story and tests. Raises
        `TimeoutError` when that takes longer than any of them should wait."""
        async with asyncio.timeout(SETTLED_WITHIN):
            await self.dispatcher.settle()
            for sender in self.senders.values():
                await sender.settle()

    async def catch_up(self) -> None:
        """After the clock was moved: do what has fallen due, and what that makes due in turn."""
        await self.scheduler.tick()
        while await self.dispatcher.sweep():
            await self.dispatcher.settle()
        await self.settle()

    async def is_ready(self) -> bool:
        """The database answers and is at the expected migration."""
        if not self._migrated:
            return False
        try:
            async with asyncio.timeout(3):
                return await self.units.run(_is_migrated)
        except (DatabaseGone, TimeoutError):
            return False

    def web(self) -> web.Application:
        return self.door.application()

    async def _become_ready(self) -> None:
        while not self._migrated:
            try:
                if await self.units.run(_is_migrated):
                    await self.units.run(lambda turn: ensure_workspaces(turn, self._companies()))
                    self._migrated = True
                    self._became_ready.set()
                    break
                log.warning("not_migrated")
            except DatabaseGone:
                log.warning("database_away")
            await asyncio.sleep(RETRY)

    async def _once_ready(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What needs tables waits for them: a bot may be started before its database is migrated."""
        await self._became_ready.wait()
        await work()

    async def _keep_time(self) -> None:
        self.scheduler.start()

    def _companies(self) -> list[tuple[str, Company]]:
        return [(workspace_id(company.key), company) for company in self.configuration.companies]

    def _sink(self, connection: Connection) -> Any:
        async def sink(raw: Raw) -> Response:
            exchange = await self.dispatcher.receive(connection, raw)
            self.dispatcher.note_written(exchange.carried)
            return exchange.response

        return sink

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))


def build(configuration: Configuration, *, clock: Clock | None = None, paced: bool = True) -> App:
    """Construct everything; nothing runs yet. `paced=False` lifts the send limits (benches against a simulator)."""
    settings = configuration.settings
    clock = clock or SystemClock()
    engine = open_engine(settings.database_url, synchronous=settings.database_synchronous)
    units = open_units(engine, clock)
    connections = Connections(
        [
            _connect(configuration, workspace_id(company.key), section, clock)
            for company in configuration.companies
            for section in company.connections
        ],
        settings.secret_key.get_secret_value(),
    )
    national = load_table(Path(settings.holidays_file)) if settings.holidays_file else bundled_table()
    desk = Desk(Router(FEATURES), connections, Calendars(national))
    senders: dict[str, Sender] = {}
    dispatcher = Dispatcher(units, desk, clock, wake=lambda name: senders[name].wake())
    holder = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
    for connection in connections:
        pacer = Pacer(connection.adapter.pace) if paced else Pacer.unlimited()
        senders[connection.name] = Sender(connection, units, clock, dispatcher, holder, pacer)
    zones = [(workspace_id(company.key), company.timezone) for company in configuration.companies]
    chores = Chores(units, clock, desk, zones)
    app = App(
        configuration=configuration, clock=clock, engine=engine, units=units, connections=connections,
        dispatcher=dispatcher, senders=senders, scheduler=Scheduler(units, clock, configuration, chores),
        door=Door(dispatcher, connections, clock, ready=lambda: app.is_ready()),
    )  # fmt: skip
    return app


def _connect(configuration: Configuration, workspace: str, section: ConnectionSettings, clock: Clock) -> Connection:
    settings = configuration.settings
    adapter = section.messenger.build()(
        section.section, name=section.name, clock=clock, public_url=settings.public_url.rstrip("/")
    )
    secret = settings.secret_key.get_secret_value() or section.secrets
    return Connection(section.name, workspace, adapter, Vault(secret, section.name))


def _is_migrated(turn: Turn) -> bool:
    return current_revision(turn.connection) == HEAD
