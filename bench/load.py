"""A lean client: requests that are ready beforehand, kept-alive connections, and only status and length are read."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast


@dataclass(slots=True)
class Outcome:
    """What a run took. Latencies in seconds, unsorted; `statuses` counts by HTTP status; `server_seconds` and
    `driver_seconds` are processor time."""

    seconds: float = 0.0
    driver_seconds: float = 0.0
    server_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    body_bytes: int = 0
    last_body: bytes = b""

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def driver_share(self) -> float:
        """How much of one core the client itself took."""
        return self.driver_seconds / self.seconds if self.seconds else 0.0

    @property
    def server_share(self) -> float:
        """How much of one core the server took."""
        return self.server_seconds / self.seconds if self.seconds else 0.0

    @property
    def server_ms(self) -> float:
        """Milliseconds of processor time the server took for one request."""
        return self.server_seconds * 1000 / len(self.latencies) if self.latencies else 0.0

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class _Line(asyncio.Protocol):
    """One connection with at most one request in the air."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._buffer = b""
        self._need = 0
        self._status = 0
        self.since = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is not a subclass

    def connection_lost(self, _error: Exception | None) -> None:
        self._run.lost(self)

    def send(self, request: bytes, since: float) -> None:
        assert self.transport is not None
        self.since = since
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._need:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            self._status = int(head[9:12])
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._need = end + 4 + length
        if len(self._buffer) >= self._need:
            body = self._buffer[self._buffer.find(b"\r\n\r\n") + 4 :]
            self._buffer, self._need = b"", 0
            self._run.answered(self, self._status, body)


class _Run:
    """`answered` hands the next request to the connection that is free."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.requests = requests
        self.next = 0
        self.open = 0
        self.outcome = Outcome()
        self.done: asyncio.Event = asyncio.Event()

    def answered(self, line: _Line, status: int, body: bytes) -> None:
        outcome = self.outcome
        outcome.latencies.append(time.perf_counter() - line.since)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        outcome.body_bytes += len(body)
        outcome.last_body = body
        if len(outcome.latencies) == len(self.requests):
            self.done.set()
        self.free(line)

    def free(self, line: _Line) -> None:
        if self.next < len(self.requests):
            request = self.requests[self.next]
            self.next += 1
            line.send(request, time.perf_counter())

    def lost(self, line: _Line) -> None:
        if not self.done.is_set():
            self.outcome.statuses[0] = self.outcome.statuses.get(0, 0) + 1
            self.done.set()


class _Open(_Run):
    """Requests leave by the clock; latency counts from when they should have left."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        super().__init__(requests)
        self.idle: list[_Line] = []
        self.due: list[float] = []

    def free(self, line: _Line) -> None:
        if self.due:
            line.send(self._take(), self.due.pop(0))
        else:
            self.idle.append(line)

    def leave(self, at: float) -> None:
        if self.idle:
            self.idle.pop().send(self._take(), at)
        else:
            self.due.append(at)

    def _take(self) -> bytes:
        self.next += 1
        return self.requests[self.next - 1]


async def closed_loop(port: int, requests: Sequence[bytes], in_flight: int, limit: float = 60.0) -> Outcome:
    """Keep `in_flight` requests in the air until all are answered."""
    run = _Run(requests)
    lines = await _connect(port, run, min(in_flight, len(requests)))
    began, used = time.perf_counter(), time.process_time()
    for line in lines:
        run.free(line)
    async with asyncio.timeout(limit):
        await run.done.wait()
    return _close(run, lines, began, used)


async def open_loop(port: int, requests: Sequence[bytes], per_second: float, limit: float = 60.0) -> Outcome:
    """Send at a steady rate whatever the answers do."""
    run = _Open(requests)
    lines = await _connect(port, run, 64)
    run.idle = list(lines)
    began, used = time.perf_counter(), time.process_time()
    async with asyncio.timeout(limit):
        for number in range(len(requests)):
            at = began + number / per_second
            if (wait := at - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            run.leave(at)
        await run.done.wait()
    return _close(run, lines, began, used)


async def _connect(port: int, run: _Run, count: int) -> list[_Line]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Line(run), "127.0.0.1", port) for _ in range(count)]
    return [line for _, line in made]


def _close(run: _Run, lines: Sequence[_Line], began: float, used: float) -> Outcome:
    run.outcome.seconds = time.perf_counter() - began
    run.outcome.driver_seconds = time.process_time() - used
    run.done.set()
    for line in lines:
        if line.transport is not None:
            line.transport.close()
    return run.outcome
