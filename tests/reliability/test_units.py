"""Units of work run together, fail apart, and are final before anybody hears of it (design (a), "Synchronous core")."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.database import open_engine
from bot.units import DatabaseGone, Turn, Units, open_units
from domain.clock import ShiftedClock
from domain.columns import table_of
from domain.delivery.model import Lease
from tests.reliability.prepared import FRIDAY

LEASE = table_of(Lease)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_engine(database_url)


@pytest.fixture
async def units(engine: Engine) -> AsyncIterator[Units]:
    made = open_units(engine, ShiftedClock(FRIDAY))
    made.start()
    yield made
    await asyncio.to_thread(made.stop)


def add(name: str, *, commit: bool = True, fault: Exception | None = None) -> Callable[[Turn], str]:
    """A job that writes one row."""

    def job(turn: Turn) -> str:
        with turn.over_all() as uow:
            row = {"name": name, "holder": "h", "until": FRIDAY}
            turn.connection.execute(LEASE.insert(), row)
            if fault is not None:
                raise fault
            if commit:
                uow.commit()
        return name

    return job


def names(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(select(LEASE.c.name)).scalars())


class Fault(Exception):
    """A job's own fault."""


async def together(units: Units, *jobs: Callable[[Turn], str]) -> list[str | BaseException]:
    """Queue jobs so that they share a batch: a first job holds the thread until all are queued."""
    queued = threading.Event()
    first = asyncio.ensure_future(units.run(lambda _: queued.wait(5)))
    await asyncio.sleep(0.05)
    rest = [asyncio.ensure_future(units.run(job)) for job in jobs]
    await asyncio.sleep(0.05)
    queued.set()
    await asyncio.wait({first})
    first.exception()
    return await asyncio.gather(*rest, return_exceptions=True)


async def test_a_failing_job_hurts_nobody_else(units: Units, engine: Engine) -> None:
    done = await together(units, add("a"), add("b", fault=Fault()), add("c"), add("a"), add("d"))
    assert [done[2], done[4]] == ["c", "d"]
    assert isinstance(done[1], Fault)
    winner, loser = sorted((done[0], done[3]), key=lambda one: isinstance(one, Exception))
    assert winner == "a"
    assert isinstance(loser, IntegrityError), "a duplicate key is the second job's own fault"
    assert names(engine) == {"a", "c", "d"}


async def test_what_is_not_committed_is_not_there(units: Units, engine: Engine) -> None:
    assert await units.run(add("a", commit=False)) == "a"
    assert names(engine) == set()


async def test_results_come_after_the_commit(units: Units, engine: Engine) -> None:
    for number in range(5):
        await units.run(add(f"n{number}"))
        assert f"n{number}" in names(engine)


async def test_two_units_of_one_job_are_independent(units: Units, engine: Engine) -> None:
    """A refused command is rolled back and answered in a second, short unit (`bot.handling.handle`)."""

    def job(turn: Turn) -> str:
        with pytest.raises(Fault):
            add("first", fault=Fault())(turn)
        return add("second")(turn)

    await units.run(job)
    assert names(engine) == {"second"}


async def test_a_chained_job_begins_when_the_first_is_durable(units: Units, engine: Engine) -> None:
    """T2 after T1: what the first wrote is final before the second begins, whatever becomes of the second."""
    seen: list[set[str]] = []

    def second(turn: Turn) -> str:
        other = engine.raw_connection()  # reads what is final, without waiting for the writer
        cursor = other.cursor()
        cursor.execute("SELECT name FROM lease")
        seen.append({name for (name,) in cursor.fetchall()})
        other.close()
        return add("second")(turn)

    def then_second(value: str) -> Callable[[Turn], str] | None:
        return second if value == "first" else None

    first, then = units.chain(add("first"), then_second)
    assert await then == "second"
    assert await first == "first"
    assert seen == [{"first"}]
    assert names(engine) == {"first", "second"}


async def test_a_chained_job_that_fails_leaves_the_first_as_it_is(units: Units, engine: Engine) -> None:
    first, then = units.chain(add("first"), lambda _: add("second", fault=Fault()))
    with pytest.raises(Fault):
        await then
    assert await first == "first"
    assert names(engine) == {"first"}


async def test_nothing_follows_a_job_that_failed_or_has_nothing_to_follow(units: Units, engine: Engine) -> None:
    failed, never = units.chain(add("first", fault=Fault()), lambda _: add("second"))

    def none(_: str) -> Callable[[Turn], str] | None:
        return None

    alone, nothing = units.chain(add("alone"), none)
    with pytest.raises(Fault):
        await failed
    assert await alone == "alone"
    await asyncio.wait({never, nothing}, timeout=5)
    assert never.cancelled()
    assert nothing.cancelled()
    assert names(engine) == {"alone"}


async def test_a_chain_called_off_before_its_turn_leaves_nothing(units: Units, engine: Engine) -> None:
    """Nobody waits for it any more, and nothing was acknowledged."""
    queued = threading.Event()
    holding = [asyncio.ensure_future(units.run(lambda _: queued.wait(5))) for _ in range(8)]
    await asyncio.sleep(0.05)
    first, then = units.chain(add("first"), lambda _: add("second"))
    first.cancel()
    queued.set()
    await asyncio.gather(*holding)
    await asyncio.wait({then}, timeout=5)
    assert then.cancelled()
    assert names(engine) == set()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_nothing_follows_a_commit_that_failed(units: Units, engine: Engine) -> None:
    def refuse(_connection: object) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, "commit", refuse)
    first, then = units.chain(add("first"), lambda _: add("second"))
    with pytest.raises(DatabaseGone):
        await first
    event.remove(engine, "commit", refuse)
    await asyncio.wait({then}, timeout=5)
    assert then.cancelled()
    assert names(engine) == set()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_failed_commit_fails_the_whole_batch(units: Units, engine: Engine) -> None:
    """Group commit: nobody may be told "done" when the one commit of all did not happen."""

    def refuse(_connection: object) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, "commit", refuse)
    done = await together(units, add("a"), add("b"))
    event.remove(engine, "commit", refuse)
    assert [type(one) for one in done] == [DatabaseGone, DatabaseGone]
    assert names(engine) == set()
    assert await units.run(add("after")) == "after"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_transaction_the_database_rolled_back_fails_the_whole_batch(units: Units, engine: Engine) -> None:
    """SQLite ends the transaction by itself on a full disk, an I/O error or too little memory: what earlier jobs of
    the batch wrote is gone, and later ones must not commit each for itself."""

    def roll_back(turn: Turn) -> str:
        with turn.over_all():
            turn.connection.exec_driver_sql("ROLLBACK")
            raise Fault
        return ""

    done = await together(units, add("before"), roll_back, add("after"))
    assert [type(one) for one in done] == [DatabaseGone] * 3
    assert names(engine) == set()
    assert await units.run(add("later")) == "later"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_full_disk_is_a_database_that_is_gone(units: Units, engine: Engine) -> None:
    def fill(turn: Turn) -> str:
        with turn.over_all() as uow:
            pages = turn.connection.exec_driver_sql("PRAGMA page_count").scalar()
            turn.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            try:
                for number in range(500):
                    row = {"name": f"x{number}", "holder": "h" * 60_000, "until": FRIDAY}
                    turn.connection.execute(LEASE.insert(), row)
                uow.commit()
            finally:
                turn.connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        return ""

    done = await together(units, add("before"), fill)
    assert isinstance(done[1], DatabaseGone)
    assert (done[0] == "before") == ("before" in names(engine)), "told and true are the same thing"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_locked_sqlite_file_is_a_database_that_is_gone(units: Units, engine: Engine) -> None:
    blocker = sqlite3.connect(str(engine.url.database), isolation_level=None)
    await units.run(lambda turn: turn.connection.exec_driver_sql("PRAGMA busy_timeout=100").close())
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseGone):
        await units.run(add("a"))
    blocker.execute("ROLLBACK")
    blocker.close()
    assert await units.run(add("b")) == "b"


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_a_deadlock_repeats_the_whole_job(units: Units, engine: Engine) -> None:
    """40P01: the loser's job runs again from its start, and both end well (design (f), "One actor at a time")."""
    await asyncio.gather(units.run(add("x")), units.run(add("y")))
    both = threading.Barrier(2, timeout=5)
    tries: list[str] = []

    def lock(first: str, second: str) -> Callable[[Turn], str]:
        def job(turn: Turn) -> str:
            tries.append(first)
            with turn.over_all() as uow:
                _move(turn, first)
                if len(tries) <= 2:
                    both.wait()
                _move(turn, second)
                uow.commit()
            return first

        return job

    assert await asyncio.gather(units.run(lock("x", "y")), units.run(lock("y", "x"))) == ["x", "y"]
    assert len(tries) == 3, "one of the two was repeated"
    with engine.connect() as connection:
        moved = set(connection.execute(select(LEASE.c.until)).scalars())
    assert moved == {FRIDAY + timedelta(hours=2)}, "each of the two rows was moved exactly twice"


def _move(turn: Turn, name: str) -> None:
    row = turn.connection.execute(select(LEASE.c.until).where(LEASE.c.name == name).with_for_update()).one()
    moved = row.until + timedelta(hours=1)
    turn.connection.execute(update(LEASE).where(LEASE.c.name == name).values(until=moved))


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_terminated_connections_are_a_database_that_is_gone_once_each(units: Units, engine: Engine) -> None:
    """After a fail-over every pooled connection is dead: each is found out at most once, then work goes on."""
    await asyncio.gather(*(units.run(add(f"n{number}")) for number in range(8)))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    outcomes = await asyncio.gather(*(units.run(add(f"m{number}")) for number in range(12)), return_exceptions=True)
    assert {type(one) for one in outcomes} <= {str, DatabaseGone}
    told = {one for one in outcomes if isinstance(one, str)}
    assert {name for name in names(engine) if name.startswith("m")} == told, "told and true are the same thing"
    assert await units.run(add("last")) == "last"


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_a_job_that_swallows_the_loss_of_its_connection_is_not_believed(units: Units, engine: Engine) -> None:
    """`/readyz` asks in a way that takes every error for "not migrated"; the next job must find a good connection."""

    def deaf(turn: Turn) -> str:
        with contextlib.suppress(DBAPIError):
            turn.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return "fine"

    for _ in range(8):
        with pytest.raises(DatabaseGone):
            await units.run(deaf)
    assert await units.run(add("after")) == "after"
    assert names(engine) == {"after"}
