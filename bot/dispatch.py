"""From a request at the door to its answer: store, handle, answer within the platform's deadline; nothing is
acknowledged that is not stored (design (f))."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from adapters.base import Answer, Commands, Handshake, Ignored, Raw, Response, Toast
from bot.connections import Connection
from bot.envelopes import decode_answer, decode_command, encode_answer
from bot.handling import AlreadyHandled, Desk, apologise, handle
from bot.observe import FAILED, HANDLED, RECEIVED, SECONDS, counted
from bot.outgoing import AFTER_ACK, ack_deadline
from bot.reply import Handled
from bot.stored import Stored, look_up, set_aside, store
from bot.units import DatabaseGone, Job, Turn, Units
from cards.text import say
from domain.clock import Clock
from domain.command import Command, Kind
from domain.delivery import inbox, outbox
from domain.ids import new_id

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
        counted(RECEIVED, connection.adapter.platform, command.kind).inc()
        row_id = new_id()
        storing, handling = self.units.chain(
            lambda turn: store(turn, connection, command, row_id),
            lambda found: self._job(connection, command, row_id) if found.is_new else None,
        )
        task = self._start(connection, command, row_id, handling)
        try:
            await self._wait(task, connection, command)
            stored = await storing  # nothing is acknowledged before it is durable, however late that is
        finally:
            storing.cancel()  # if the request is given up before its turn has come, it need not be stored any more
        if not stored.is_new:
            return await self._join(connection, command, stored)
        return self._outcome(task, connection, command)

    async def _join(self, connection: Connection, command: Command, stored: Stored) -> Handled:
        """The outcome of a command that came before: done, under way here, or with another process."""
        log.info("duplicate", extra={"command_id": command.id, "state": stored.state})
        if stored.state != "RECEIVED":
            return stored.outcome
        task = self._running.get(stored.row_id)
        if task is None:
            return await self._await_elsewhere(connection, command, stored.row_id)
        await self._wait(task, connection, command)
        return self._outcome(task, connection, command)

    async def _wait(self, task: asyncio.Task[Handled], connection: Connection, command: Command) -> None:
        """Wait for an outcome while the acknowledgement may still carry it."""
        await asyncio.wait({task}, timeout=self._budget(connection, command))

    def _budget(self, connection: Connection, command: Command) -> float:
        """Seconds until the acknowledgement has to leave; 0 when it is late already."""
        left = ack_deadline(command, connection, command.received_at) - self.clock.now()
        return max(0.0, left.total_seconds())

    def _outcome(self, task: asyncio.Task[Handled], connection: Connection, command: Command) -> Handled:
        """What the command came to, or that it is still being worked on."""
        if not task.done():
            log.info("late", extra={"command_id": command.id})
            return _working(connection, command)
        if task.cancelled() or task.exception() is not None:
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
                await self.units.run(partial(set_aside, connection=connection, row_id=row_id))
                continue
            if attempts > inbox.ATTEMPTS:
                await self._give_up(connection, command, row_id)
            else:
                again = self.units.run(self._job(connection, command, row_id))
                self._start(connection, command, row_id, again)
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

    def _job(self, connection: Connection, command: Command, row_id: str) -> Job[Handled]:
        """T2, to be run by `units`."""
        return lambda turn: handle(turn, self.desk, connection, command, row_id)

    def _start(
        self, connection: Connection, command: Command, row_id: str, handling: Awaitable[Handled]
    ) -> asyncio.Task[Handled]:
        """See a command through to its end, whoever still waits for it."""
        task = asyncio.create_task(self._handle(connection, command, row_id, handling), name=f"command-{command.id}")
        self._running[row_id] = task
        task.add_done_callback(lambda done: self._forget(row_id, done))
        return task

    def _forget(self, row_id: str, task: asyncio.Task[Handled]) -> None:
        self._running.pop(row_id, None)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain: `_handle` has logged it

    async def _handle(
        self, connection: Connection, command: Command, row_id: str, handling: Awaitable[Handled]
    ) -> Handled:
        began = time.perf_counter()
        try:
            done = await handling
        except AlreadyHandled:
            return (await self.units.run(lambda turn: look_up(turn, connection, row_id))).outcome
        except DatabaseGone:
            raise
        except Exception:
            FAILED.labels(connection.adapter.platform).inc()
            log.exception("failed", extra={"command_id": command.id, "command": self.desk.router.label(command.name)})
            raise
        counted(HANDLED, connection.adapter.platform, command.kind).inc()
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

    async def _await_elsewhere(self, connection: Connection, command: Command, row_id: str) -> Handled:
        """The row is another process's: look now and then whether it is done."""
        until = time.monotonic() + self._budget(connection, command)
        while time.monotonic() < until:
            await asyncio.sleep(0.05)
            stored = await self.units.run(lambda turn: look_up(turn, connection, row_id))
            if stored.state != "RECEIVED":
                return stored.outcome
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


def _working(connection: Connection, command: Command) -> Handled:
    """The neutral answer: received, in work; the result follows through the outbox (E07)."""
    if command.kind is not Kind.ACTION or not connection.capabilities(command.conversation).toast:
        return Handled(None)
    # who clicked is not known yet, and so neither is their language
    words = " ".join(say(locale, "error.temporary", ref=command.id[-8:]) for locale in ("zh-CN", "en"))
    toast = Toast(text=words, tone="info")
    return Handled(encode_answer(Answer(toast=toast)))
