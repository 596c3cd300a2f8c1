"""The database is gone for a while: nothing is acknowledged that is not stored, and it mends itself (design (f))."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import aiohttp
import psycopg
import pytest
from sqlalchemy import Engine

from bot.app import build
from bot.playground.rig import Rig
from bot.settings import load
from domain.delivery import inbox
from tests.company import account
from tests.databases import postgres_server
from tests.reliability.prepared import read_tables
from tests.reliability.schedules import calm

AWAY = 10.0
"""Seconds without a database."""


@asynccontextmanager
async def database_away(engine: Engine) -> AsyncIterator[None]:
    """Take the database away from under the running bot: an exclusive lock on SQLite, closed doors on PostgreSQL."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        blocker = sqlite3.connect(str(url.database), isolation_level=None, timeout=20, check_same_thread=False)
        await asyncio.to_thread(blocker.execute, "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            blocker.execute("ROLLBACK")
            blocker.close()
        return
    server = postgres_server()
    assert server is not None
    name = url.database
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]


async def readiness(rig: Rig) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{rig.base_url}/readyz") as response:
        return response.status


async def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(what)


@pytest.mark.slow
async def test_database_gone_for_ten_seconds(rig: Rig) -> None:
    """No 200 for what is not stored, `/readyz` red, recovery without restart, the redelivery handled once — for all
    three messengers at once, with answers still on their way out when it happens."""
    for simulator in rig.simulators.values():
        calm(simulator)
    assert await readiness(rig) == 200
    people = {name: account(name, "bob") for name in rig.simulators}
    for number, (name, simulator) in enumerate(rig.simulators.items()):
        await simulator.say(people[name], "/ci 95", message_id=f"100{number}")
    statuses: list[int] = []
    async with database_away(rig.bot.engine):
        end = time.monotonic() + AWAY
        while time.monotonic() < end:
            red = asyncio.ensure_future(readiness(rig))
            done = await asyncio.gather(
                *(
                    simulator.say(people[name], "/ci 96", message_id=f"200{number}")
                    for number, (name, simulator) in enumerate(rig.simulators.items())
                )
            )
            statuses += [one.status for one in done]
            assert await red == 503
    assert statuses, "nothing was tried"
    assert 200 not in statuses, f"acknowledged without being stored: {statuses}"
    redelivered = False
    for _ in range(40):
        done = await asyncio.gather(
            *(
                simulator.say(people[name], "/ci 96", message_id=f"200{number}")
                for number, (name, simulator) in enumerate(rig.simulators.items())
            )
        )
        if redelivered := {one.status for one in done} == {200}:
            break
        await asyncio.sleep(0.25)
    assert redelivered, "not accepted again ten seconds after the database came back"
    assert await readiness(rig) == 200
    rig.clock.advance(inbox.LEASE * 5)  # past every lease that a lost connection left behind

    def is_quiet() -> bool:
        tables = read_tables(rig.bot.engine)
        return {row["state"] for row in tables.inbox} == {"DONE"} and {row["state"] for row in tables.outbox} == {
            "SENT"
        }

    await until(is_quiet, 20, f"never finished\n{read_tables(rig.bot.engine)}")
    tables = read_tables(rig.bot.engine)
    assert len(tables.inbox) == 6, f"{tables}"
    values = sorted(row["value"] for row in tables.check_ins)
    assert values == [Decimal(95)] * 3 + [Decimal(96)] * 3, f"{tables}"
    for name, simulator in rig.simulators.items():
        seen = [one.text for one in simulator.seen(people[name]) if one.by == "bot"]
        assert len(seen) == 2, f"{name}: {seen}"


async def test_a_database_that_is_away_at_the_start_does_not_stop_the_start(rig: Rig) -> None:
    """`/readyz` stays red until it is there; then the bot serves without being started again."""
    await rig.stop_bot()
    made = build(load(rig.environ), clock=rig.clock)
    async with database_away(made.engine):
        await made.start()
        assert not await made.is_ready()
    async with asyncio.timeout(15):
        await made.ready()
    assert await made.is_ready()
    await made.stop()
