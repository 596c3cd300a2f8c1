"""Before the clock starts: a company imported by the command line, and a check-in card on everybody's phone."""

import asyncio
import socket
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters.feishu.simulator import FeishuSimulator
from adapters.wecom.simulator import WecomSimulator
from bench.callbacks import submits
from bench.company import resident, user_id, write_goals, write_people
from bench.databases import copy_file
from bench.process import run_bida
from bot.playground.rig import Rig, make_rig

AT_ONCE = 16


@dataclass(slots=True)
class Stage:
    """What every cell starts from, by messenger: `templates`, a database in which everybody has a check-in card, and
    `clicks`, the submits of those cards, caught at once because what the servers send later changes the phones."""

    directory: Path
    rig: Rig
    people: int
    base: Path
    templates: dict[str, Path] = field(default_factory=dict)
    clicks: dict[str, list[bytes]] = field(default_factory=dict)
    import_seconds: float = 0.0

    def environ(self, url: str, synchronous: str = "FULL") -> dict[str, str]:
        """The environment of a server on a database."""
        return {
            **self.rig.environ, "BIDA_DATABASE_URL": url, "BIDA_DATABASE_SYNCHRONOUS": synchronous, "BIDA_LOG": "json",
            "BIDA_WECOM__TIMESTAMP_WINDOW_SECONDS": "3600",
        }  # fmt: skip


async def prepare(directory: Path, people: int, cards: int, messengers: Sequence[str]) -> Stage:
    """Import the company, then let the first `cards` people ask for their card in each messenger."""
    base = directory / "base.db"
    url = f"sqlite:///{base}"
    rig = make_rig(url, datetime.now(UTC))
    stage = Stage(directory, rig, people, base)
    stage.import_seconds = await asyncio.to_thread(_import, stage, url)
    await rig.start(paced=False)
    await rig.stop_bot()
    _unlimited(rig)
    for messenger in rig.simulators:
        for number in range(people):
            rig.simulators[messenger].add_resident(resident(messenger, number))
    for messenger in messengers:
        stage.templates[messenger] = await _hand_out(stage, messenger, cards)
        stage.clicks[messenger] = await submits(messenger, rig.simulators[messenger], range(cards))
    return stage


def _import(stage: Stage, url: str) -> float:
    environ = {**stage.rig.environ, "BIDA_DATABASE_URL": url}
    run_bida(environ, "migrate")
    people = write_people(stage.directory / "people.csv", stage.people)
    goals = write_goals(stage.directory / "goals.csv", stage.people, stage.rig.clock.now().date())
    seconds = run_bida(environ, "people", "import", str(people)) + run_bida(environ, "goals", "import", str(goals))
    with sqlite3.connect(stage.base) as connection:
        # first contact is not what is measured
        connection.execute("UPDATE person SET notice_version = 99")
    connection.close()
    return seconds


async def _hand_out(stage: Stage, messenger: str, cards: int) -> Path:
    """Ask for the card in the name of everybody."""
    path = stage.directory / f"{messenger}.db"
    copy_file(stage.base, path)
    await everybody(stage, messenger, path, ["/checkin"] * cards)
    with sqlite3.connect(path) as connection:
        (sent,) = connection.execute("SELECT count(*) FROM card WHERE message_id != ''").fetchone()
    connection.close()
    assert sent == cards, f"{messenger}: {sent} of {cards} cards arrived"
    return path


async def everybody(
    stage: Stage, messenger: str, path: Path, lines: Sequence[str], *, catch_up: bool = False
) -> None:  # fmt: skip
    """Let each person say their line, through a bot in this process that knows no send limits; returns when everything
    has arrived and is in the file at `path`. `catch_up`: the day's jobs run first."""
    rig = stage.rig
    rig.environ["BIDA_DATABASE_URL"] = f"sqlite:///{path}"
    await rig.start_bot(paced=False)
    if catch_up:
        await rig.bot.catch_up()
    waiting = iter(enumerate(lines))

    async def ask() -> None:
        for number, line in waiting:
            delivered = await rig.simulators[messenger].say(user_id(messenger, number), line)
            assert delivered.status == 200, delivered
            rig.simulators[messenger].wire.clear()

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    await rig.settle()
    await rig.stop_bot()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _unlimited(rig: Rig) -> None:
    """The simulated platforms' own rate limits are off: the pacing that is measured is ours."""
    for simulator in rig.simulators.values():
        if isinstance(simulator, FeishuSimulator):
            simulator.tenant.throttle.enabled = False
        if isinstance(simulator, WecomSimulator):
            simulator.rules.member_limit = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
