"""From a request at the door to its answer: store, handle, answer within the platform's deadline; nothing is
acknowledged that is not stored (design (f))."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from adapters.base import Answer, Commands, Handshake, Ignored, Raw, Response, Toast
from bot.connections import Connection
from bot.envelopes import decode_answer, decode_command, encode_answer, inbox_values
from bot.handling import AlreadyHandled, Desk, apologise, handle
from bot.observe import FAILED, HANDLED, RECEIVED, SECONDS
from bot.outgoing import AFTER_ACK, ack_deadline
from bot.reply import Handled
from bot.units import DatabaseGone, Turn, Units
from cards.text import say
from domain.clock import Clock
from domain.command import Command, Kind
from domain.delivery import inbox, outbox

log = logging.getLogger("bida.dispatch")

SWEEP_EVERY = 2.0
SWEEP_MOST = 50
FLUSH_AFTER = 0.02


@dataclass(frozen=True, slots=True)
class Exchange:
    """The response, and the handled command whose answer it carries, to be noted once it is on the wire."""

    response: Response
    carried: Handled | None = None


@dataclass(slots=True)
class _Stored:
    """What T1 found: a new row, or the one that was first."""

    row_id: str
    is_new: bool
    state: str = "RECEIVED"
    answer: str | None = None


@dataclass(slots=True)
class Dispatcher:
    """The whole story of one command: `receive` → T1 → T2 → acknowledgement."""

    units: Units
    desk: Desk
    clock: Clock
    wake: Callable[[str], None]
    """Tells the sender of a connection that there is something to send."""
    _running: dict[str, asyncio.Task[Handled]] = field(default_factory=dict)
    _ridden: list[tuple[str, str]] = field(default_factory=list)
    _following: list[tuple[str, str]] = field(default_factory=list)
    _flush: asyncio.TimerHandle | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _sweeping: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self, connection: Connection, raw: Raw) -> Exchange:
        """Answer one request. Raises `BadSignature`, `Malformed` (nothing happened) and `DatabaseGone` (not stored:
        no acknowledgement, so that the platform delivers it again)."""
        adapter = connection.adapter
        parsed = adapter.parse(raw)
        match parsed:
            case Handshake():
                return Exchange(parsed.response)
            case Ignored():
                log.info("ignored", extra={"connection": connection.name, "reason": parsed.reason})
                return Exchange(adapter.ack(None, parsed))
            case Commands():
                results = [await self.take(connection, command) for command in parsed.commands]
        answered = next((one for one in results if one.answer is not None), None)
        answer = decode_answer(answered.answer) if answered is not None else None
        return Exchange(adapter.ack(answer, parsed), answered)

    async def take(self, connection: Connection, command: Command) -> Handled:
        """Store a command and wait for its outcome as long as the platform lets us; the work itself goes on."""
        RECEIVED.labels(connection.adapter.platform, command.kind).inc()
        stored = await self.units.run(lambda turn: _store(turn, connection, command))
        if not stored.is_new:
            log.info("duplicate", extra={"command_id": command.id, "state": stored.state})
            if stored.state != "RECEIVED":
                return Handled(stored.answer.encode() if stored.answer else None)
        task = self._running.get(stored.row_id)
        if task is None and stored.is_new:
            task = self._start(connection, command, stored.row_id)
        budget = (ack_deadline(command, connection, command.received_at) - self.clock.now()).total_seconds()
        if task is None:
            return await self._await_elsewhere(connection, command, stored.row_id, budget)
        await asyncio.wait({task}, timeout=max(0.0, budget))
        if not task.done():
            log.info("late", extra={"command_id": command.id})
            return _working(connection, command)
        if task.exception() is not None:
            return _working(connection, command)
        return task.result()

    def note_written(self, carried: Handled | None) -> None:
        """The acknowledgement is on the wire: what rode on it need not be sent, what follows it may go. Noted together
        a moment later; if we die first, the sender sends it once more, which is harmless."""
        if carried is None or not (carried.ridden or carried.following):
            return
        self._ridden.extend(carried.ridden)
        self._following.extend(carried.following)
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(FLUSH_AFTER, self._start_flush)

    async def sweep(self) -> int:
        """Take over rows whose handler died, and deferred ones whose time has come; returns how many. One sweep at a
        time: when this returns, what was due has been started."""
        async with self._sweeping:
            return await self._sweep()

    async def _sweep(self) -> int:
        now = self.clock.now()
        ours = [connection.name for connection in self.desk.connections]

        def job(turn: Turn) -> list[tuple[str, str, str, int]]:
            with turn.over_all() as uow:
                rows = inbox.claim(turn.connection, now, SWEEP_MOST, ours)
                uow.commit()
            return [(row.id, row.connection, row.command, row.attempts) for row in rows]

        claimed = await self.units.run(job)
        for row_id, name, text, attempts in claimed:
            connection = self.desk.connections.get(name)
            if connection is None or row_id in self._running:
                continue
            try:
                command = decode_command(text, connection.vault, now)
            except (ValueError, KeyError, TypeError):
                log.exception("undecodable", extra={"row": row_id})
                await self.units.run(partial(_set_aside, connection=connection, row_id=row_id))
                continue
            if attempts > inbox.ATTEMPTS:
                await self._give_up(connection, command, row_id)
            else:
                self._start(connection, command, row_id)
        return len(claimed)

    async def run_sweeps(self) -> None:
        """Sweep for ever; survives a database that is away."""
        while True:
            try:
                while await self.sweep() == SWEEP_MOST:
                    continue
            except DatabaseGone:
                log.warning("sweep_failed")
            except Exception:  # as in the sender: the next round must come
                log.exception("sweep_failed")
            await asyncio.sleep(SWEEP_EVERY)

    async def settle(self) -> None:
        """Wait until every command taken so far has been handled and noted."""
        while tasks := {*self._running.values(), *self._tasks}:
            await asyncio.wait(tasks)
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
            await self._write_ridden()

    async def drain(self, seconds: float) -> None:
        """At shutdown: let what runs finish; what does not is a lease that another process picks up."""
        tasks = {*self._running.values(), *self._tasks}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        if self._ridden or self._following:
            await self._write_ridden()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _start(self, connection: Connection, command: Command, row_id: str) -> asyncio.Task[Handled]:
        task = asyncio.create_task(self._handle(connection, command, row_id), name=f"command-{command.id}")
        self._running[row_id] = task
        task.add_done_callback(lambda done: self._forget(row_id, done))
        return task

    def _forget(self, row_id: str, task: asyncio.Task[Handled]) -> None:
        self._running.pop(row_id, None)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain: `_handle` has logged it

    async def _handle(self, connection: Connection, command: Command, row_id: str) -> Handled:
        began = time.perf_counter()
        try:
            done = await self.units.run(lambda turn: handle(turn, self.desk, connection, command, row_id))
        except AlreadyHandled:
            stored = await self.units.run(lambda turn: _read(turn, connection, row_id))
            return Handled(stored.encode() if stored else None)
        except DatabaseGone:
            raise
        except Exception:
            FAILED.labels(connection.adapter.platform).inc()
            log.exception("failed", extra={"command_id": command.id, "command": self.desk.router.label(command.name)})
            raise
        HANDLED.labels(connection.adapter.platform, command.kind).inc()
        SECONDS.labels(connection.adapter.platform).observe(time.perf_counter() - began)
        if done.due:
            self.wake(connection.name)
        for other in done.others:
            self.wake(other)
        return done

    async def _give_up(self, connection: Connection, command: Command, row_id: str) -> None:
        log.error("given_up", extra={"command_id": command.id, "command": self.desk.router.label(command.name)})
        await self.units.run(lambda turn: apologise(turn, self.desk, connection, command, row_id))
        self.wake(connection.name)

    async def _await_elsewhere(self, connection: Connection, command: Command, row_id: str, budget: float) -> Handled:
        """The row is another process's: look now and then whether it is done."""
        until = time.monotonic() + budget
        while time.monotonic() < until:
            await asyncio.sleep(0.05)
            stored = await self.units.run(lambda turn: _read_state(turn, connection, row_id))
            if stored.state != "RECEIVED":
                return Handled(stored.answer.encode() if stored.answer else None)
        return _working(connection, command)

    def _start_flush(self) -> None:
        self._flush = None
        task = asyncio.create_task(self._write_ridden())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_ridden(self) -> None:
        keys, self._ridden = self._ridden, []
        following, self._following = self._following, []
        now = self.clock.now()

        def job(turn: Turn) -> None:
            with turn.over_all() as uow:
                outbox.mark_ridden(uow, keys, now)
                outbox.release(uow, following, now + AFTER_ACK)
                uow.commit()

        try:
            await self.units.run(job)
        except DatabaseGone:
            log.warning("ridden_not_noted", extra={"count": len(keys)})
        for connection in self.desk.connections if following else ():
            self.wake(connection.name)


def _store(turn: Turn, connection: Connection, command: Command) -> _Stored:
    values = inbox_values(command, connection, turn.clock.now() + inbox.LEASE)
    with turn.unit(connection.workspace_id, command.id) as uow:
        earlier = inbox.put(uow, values)
        uow.commit()
    if earlier is None:
        return _Stored(str(values["id"]), is_new=True)
    return _Stored(earlier.id, is_new=False, state=earlier.state, answer=earlier.answer)


def _set_aside(turn: Turn, connection: Connection, row_id: str) -> None:
    """FAILED: a row nobody can read must not hold up the others."""
    with turn.unit(connection.workspace_id) as uow:
        inbox.fail(uow, row_id, None)
        uow.commit()


def _read_state(turn: Turn, connection: Connection, row_id: str) -> _Stored:
    with turn.unit(connection.workspace_id) as uow:
        row = inbox.read(uow, row_id)
    return _Stored(row_id, is_new=False, state=row.state, answer=row.answer) if row else _Stored(row_id, is_new=False)


def _read(turn: Turn, connection: Connection, row_id: str) -> str | None:
    return _read_state(turn, connection, row_id).answer


def _working(connection: Connection, command: Command) -> Handled:
    """The neutral answer: received, in work; the result follows through the outbox (E07)."""
    if command.kind is not Kind.ACTION or not connection.capabilities(command.conversation).toast:
        return Handled(None)
    # who clicked is not known yet, and so neither is their language
    words = " ".join(say(locale, "error.temporary", ref=command.id[-8:]) for locale in ("zh-CN", "en"))
    toast = Toast(text=words, tone="info")
    return Handled(encode_answer(Answer(toast=toast)))
