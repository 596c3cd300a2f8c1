"""The test's side of the nursery: order bots, learn of their deaths, start the next one."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@dataclass(slots=True)
class Life:
    """One forked bot."""

    id: str
    pid: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    status: int | None = None

    @property
    def is_killed(self) -> bool:
        """Whether it ended by SIGKILL, as ordered, and not by a fault of its own."""
        return self.status is not None and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL


class Nursery:
    """Talks to `nursery.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lives: dict[str, Life] = {}

    async def bear(self, environ: dict[str, str], port: int, start: datetime, fault: str | None, passage: int) -> Life:
        """Fork a bot and wait until it serves (or has died before)."""
        life = Life(f"bot{len(self._lives)}")
        self._lives[life.id] = life
        order = {
            "id": life.id, "environ": environ, "host": "127.0.0.1", "port": port, "start": start.isoformat(),
            "fault": fault, "passage": passage,
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(20):
            waits = [asyncio.ensure_future(life.ready.wait()), asyncio.ensure_future(life.dead.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
        return life

    async def kill(self, life: Life) -> None:
        """SIGKILL, at whatever it is doing."""
        if not life.dead.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(life.pid, signal.SIGKILL)
            async with asyncio.timeout(10):
                await life.dead.wait()

    async def listen(self) -> None:
        """Read the reports until the nursery is gone."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            word, name, *rest = line.decode().split()
            life = self._lives[name]
            if word == "born":
                life.pid = int(rest[0])
            elif word == "ready":
                life.ready.set()
            else:
                life.status = int(rest[0])
                life.dead.set()


@asynccontextmanager
async def open_nursery(log: Path) -> AsyncIterator[Nursery]:
    """A running nursery; the bots' standard error goes to `log`."""
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "nursery.py"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=errors, env=environ, cwd=ROOT,
        )  # fmt: skip
        nursery = Nursery(process)
        listening = asyncio.create_task(nursery.listen())
        try:
            yield nursery
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
            await listening


def environment(rig: Any, port: int) -> dict[str, str]:
    """The settings of a rig whose bot serves on `port`."""
    return {**rig.environ, "BIDA_PUBLIC_URL": f"http://127.0.0.1:{port}"}
