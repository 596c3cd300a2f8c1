"""One cell of the table: a messenger on a database, from a fresh copy, with every answer counted against the rows."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench import callbacks
from bench.databases import copied, count
from bench.load import Outcome, closed_loop, open_loop
from bench.prepare import Stage, free_port
from bench.process import BIDA, NOTHING, running
from bench.raw import Replay, record

OFFERED = 300.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many requests each part takes."""

    one: int
    sixteen: int
    sixty_four: int
    offered: int
    lines: int
    moves: int

    @property
    def cards(self) -> int:
        return self.one + self.sixteen + self.sixty_four + self.offered


@dataclass(slots=True)
class Cell:
    """What was measured. `clicks` by how many were in flight."""

    messenger: str
    database: str
    clicks: dict[int, Outcome] = field(default_factory=dict)
    offered: Outcome = field(default_factory=Outcome)
    lines: Outcome = field(default_factory=Outcome)
    answered: int = 0
    rows: int = 0
    changed: int = 0
    line_rows: int = 0
    healthy_after: float = 0.0
    ready_after: float = 0.0
    idle: float = 0.0
    loaded: float = 0.0
    replay: Replay | None = None


async def measure(stage: Stage, messenger: str, database: str, sizes: Sizes, log: Path) -> Cell:
    """`database`: "sqlite-full", "sqlite-normal" or "postgres"."""
    cell = Cell(messenger, database)
    kind, _, synchronous = database.partition("-")
    template = stage.templates[messenger]
    with copied(template, kind, stage.directory) as url:
        environ = stage.environ(url, synchronous.upper() or "FULL")
        requests = stage.clicks[messenger]
        port = free_port()
        async with running((*BIDA, "run"), environ, port, log) as server:
            cell.healthy_after, cell.ready_after = server.healthy_after, server.ready_after
            cell.idle = server.resident()
            at = 0
            for in_flight, many in ((1, sizes.one), (16, sizes.sixteen), (64, sizes.sixty_four)):
                used = server.cpu()
                outcome = await closed_loop(port, requests[at : at + many], in_flight)
                outcome.server_seconds = server.cpu() - used
                cell.clicks[in_flight] = outcome
                at += many
            cell.offered = await open_loop(port, requests[at:], OFFERED)
            cell.loaded = server.peak()
        runs = [*cell.clicks.values(), cell.offered]
        cell.answered = sum(run.statuses.get(200, 0) for run in runs)
        cell.rows = count(url, "SELECT count(*) FROM check_in")
        cell.changed = count(url, "SELECT count(*) FROM card WHERE version > 1")
        cell.replay = record(stage, template, url, kind, synchronous.upper() or "FULL", sizes.sixty_four)
    await _lines(stage, cell, kind, synchronous.upper() or "FULL", sizes.lines, log)
    return cell


async def _lines(stage: Stage, cell: Cell, kind: str, synchronous: str, many: int, log: Path) -> None:
    """One-line check-ins by text, on a company without cards; their answers go out by the paced sender meanwhile."""
    simulator = stage.rig.simulators[cell.messenger]
    requests = await callbacks.texts(cell.messenger, simulator, range(many), "/ci 92 g 已签3家")
    with copied(stage.base, kind, stage.directory) as url:
        port = free_port()
        async with running((*BIDA, "run"), stage.environ(url, synchronous), port, log):
            cell.lines = await closed_loop(port, requests, 64)
        cell.line_rows = count(url, "SELECT count(*) FROM check_in")
    simulator.wire.clear()


async def nothing(stage: Stage, messenger: str, many: int, log: Path) -> Outcome:
    """The do-nothing handler on the same bytes, three rounds of them."""
    requests = stage.clicks[messenger][:many]
    port = free_port()
    environ = stage.environ(f"sqlite:///{stage.directory / 'nothing.db'}")
    async with running(NOTHING, environ, port, log, ready="/healthz") as server:
        await closed_loop(port, requests[: many // 4], 64)
        used = server.cpu()
        outcome = await closed_loop(port, requests * 3, 64)
        outcome.server_seconds = server.cpu() - used
        return outcome


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
