"""Where units of work run: a plain function on a thread of its own, so that no network can happen inside a transaction.

SQLite has one writer thread that takes what is queued, runs each job inside its own savepoint and commits the batch
once: nobody is answered before the commit, and many commands share one flush to disk. PostgreSQL has a few threads,
each with its own connection; a serialisation failure or deadlock repeats the whole job.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from bot.tickets import Ticket, follow, hand_back
from domain.clock import Clock
from domain.unit_of_work import Prepared, UnitOfWork

log = logging.getLogger("bida.units")

T = TypeVar("T")
S = TypeVar("S")
BATCH = 128
RETRIES = 3
THREADS = 4
_REPEATABLE = {"40001", "40P01", "55P03"}
_POSTGRES_GONE = ("08", "53", "57P", "58", "25006", "3D", "55000")
"""Connection lost, out of resources, shutting down, I/O error, standby, closed to connections."""
_SQLITE_GONE = ("unable to open", "locked", "disk", "readonly", "out of memory", "interrupted")


class DatabaseGone(Exception):
    """The database does not answer; what was asked is not stored, and nothing was acknowledged."""


class Turn:
    """What a job gets: a connection, and the right to open units of work on it, one after the other."""

    def __init__(self, connection: Connection, clock: Clock, prepared: Prepared, *, savepoint: bool) -> None:
        self.connection = connection
        self.clock = clock
        self._prepared = prepared
        self._savepoint = savepoint

    def unit(self, workspace_id: str, command_id: str = "") -> UnitOfWork:
        return UnitOfWork(
            self.connection,
            now=self.clock.now(),
            workspace_id=workspace_id,
            prepared=self._prepared,
            command_id=command_id,
            savepoint=self._savepoint,
        )

    def over_all(self) -> UnitOfWork:
        """A unit over every workspace, for delivery's own claims; its statements filter for themselves."""
        return self.unit("*")


Job = Callable[[Turn], T]
Next = Callable[[T], Job[S] | None]


class Units(Protocol):
    """Runs jobs; `run` returns what the job returned once it is durable, or raises what it raised."""

    async def run(self, job: Job[T]) -> T:
        """Raises `DatabaseGone` when the database cannot be reached."""
        ...

    def chain(self, first: Job[T], then: Next[T, S]) -> "tuple[asyncio.Future[T], asyncio.Future[S]]":
        """Run `first` and, as soon as what it did is durable, the job that `then` makes of its value, without a turn of
        the event loop in between. The first future is settled like `run`; cancelling it before its job has begun calls
        both off. The second is cancelled when the first job failed, or `then` has nothing to do. Raises `DatabaseGone`
        after `stop`."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


def open_units(engine: Engine, clock: Clock) -> Units:
    """The right kind of executor for the database."""
    kind = SqliteUnits if engine.dialect.name == "sqlite" else PostgresUnits
    return kind(engine, clock)


class _Undone(Exception):
    """SQLite has ended the transaction by itself; what the batch wrote before is gone with it."""


class _Threads(ABC):
    """What both executors share: a queue, threads, and handing results back to the event loop."""

    def __init__(self, engine: Engine, clock: Clock, threads: int) -> None:
        self._engine = engine
        self._clock = clock
        self._prepared = Prepared()
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._stopped = False

    async def run(self, job: Job[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(Ticket(job, future, loop))
        return await future

    def chain(self, first: Job[T], then: Next[T, S]) -> tuple[asyncio.Future[T], asyncio.Future[S]]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        later: asyncio.Future[S] = loop.create_future()
        self._put(Ticket(first, future, loop, then, later))
        return future, later

    def _put(self, ticket: Ticket) -> None:
        if self._stopped:
            raise DatabaseGone("stopped")
        self._queue.put(ticket)

    def start(self) -> None:
        for number in range(self._count):
            thread = threading.Thread(target=self._work, name=f"bida-unit-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        self._stopped = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)
        self._threads.clear()
        self._engine.dispose()

    @abstractmethod
    def _work(self) -> None:
        """A thread's life: take tickets until `stop`."""

    def _go_on(self, tickets: list[Ticket]) -> None:
        """These are durable, or have failed: tell whoever waits, and queue what follows from them."""
        chained = [ticket for ticket in tickets if ticket.then is not None]
        followers = [next_one for ticket in chained if (next_one := follow(ticket)) is not None]
        hand_back(tickets)
        for ticket in followers:
            self._queue.put(ticket)


def _is_gone(error: BaseException) -> bool:
    """Whether the database, and not the job, is at fault: then nothing is known to be stored."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return any(word in str(error.orig).lower() for word in _SQLITE_GONE)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no server spoke: it cannot be reached, or the connection is closed
        return isinstance(error, OperationalError | InterfaceError)
    return str(state).startswith(_POSTGRES_GONE)


def _as_gone(error: BaseException) -> DatabaseGone:
    gone = DatabaseGone(type(error).__name__)
    gone.__cause__ = error
    return gone


class SqliteUnits(_Threads):
    """One writer thread with group commit."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        super().__init__(engine, clock, threads=1)

    def _work(self) -> None:
        connection: Connection | None = None
        while True:
            tickets = self._take()
            if not tickets:
                break
            try:
                connection = connection or self._engine.connect()
                self._commit_together(connection, tickets)
            except Exception as error:  # whatever it is, the one writer must live and nobody may be told "done"
                log.warning("database_gone", extra={"cause": type(error).__name__, "count": len(tickets)})
                for ticket in tickets:
                    ticket.error = _as_gone(error)
                _discard(connection)
                connection = None
            self._go_on(tickets)
        _discard(connection)

    def _take(self) -> list[Ticket]:
        """Everything queued now, at least one; empty at shutdown."""
        first = self._queue.get()
        if first is None:
            return []
        tickets = [first]
        while len(tickets) < BATCH:
            try:
                ticket = self._queue.get_nowait()
            except queue.Empty:
                break
            if ticket is None:
                self._queue.put(None)
                break
            tickets.append(ticket)
        return tickets

    def _commit_together(self, connection: Connection, tickets: list[Ticket]) -> None:
        with connection.begin():
            turn = Turn(connection, self._clock, self._prepared, savepoint=True)
            for ticket in tickets:
                if ticket.future.cancelled():
                    continue  # nobody waits for it any more, and nothing was acknowledged
                try:
                    ticket.value = ticket.job(turn)
                except DBAPIError as error:
                    if _is_gone(error):
                        raise
                    ticket.error = error
                except Exception as error:  # the job's own failure belongs to whoever asked for it
                    ticket.error = error
                if ticket.error is not None and not _in_transaction(connection):
                    raise _Undone from ticket.error


def _in_transaction(connection: Connection) -> bool:
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)


class PostgresUnits(_Threads):
    """A few threads, each with its own connection."""

    def __init__(self, engine: Engine, clock: Clock, threads: int = THREADS) -> None:
        super().__init__(engine, clock, threads)

    def _work(self) -> None:
        connection: Connection | None = None
        while (ticket := self._queue.get()) is not None:
            try:
                if not ticket.future.cancelled():  # else nobody waits for it any more, and nothing was acknowledged
                    connection = connection or self._engine.connect()
                    ticket.value = self._run(connection, ticket.job)
            except Exception as error:  # as above: the asker gets it
                # a job may have swallowed the loss of its connection: then only the connection knows
                if _is_gone(error) or (connection is not None and connection.invalidated):
                    log.warning("database_gone", extra={"cause": type(error).__name__, "count": 1})
                    ticket.error = _as_gone(error)
                    _discard(connection)
                    connection = None
                else:
                    ticket.error = error
            self._go_on([ticket])
        _discard(connection)

    def _run(self, connection: Connection, job: Job[T]) -> T:
        for attempt in range(RETRIES):
            try:
                value = job(Turn(connection, self._clock, self._prepared, savepoint=False))
            except DBAPIError as error:
                connection.rollback()
                if getattr(error.orig, "sqlstate", None) not in _REPEATABLE or attempt == RETRIES - 1:
                    raise
            except BaseException:
                connection.rollback()
                raise
            else:
                connection.commit()
                return value
        raise AssertionError("unreachable")


def _discard(connection: Connection | None) -> None:
    if connection is not None:
        try:
            connection.invalidate()
            connection.close()
        except SQLAlchemyError:
            log.info("close_failed")
