"""A process that imports the bot once and forks a bot per request, so that a test can kill hundreds of them.

Runs as a script. Each line on standard input is one JSON order: `environ`, `host`, `port`, `start` (the clock),
`fault` (a boundary, or null) and `passage` (at which passage of it the bot kills itself). Answers on standard output:
`born <id> <pid>`, `ready <id>`, `dead <id> <status>`. The faults live here, as wrappers around what the bot calls at
a boundary: production code has no hook for them.
"""

import asyncio
import gc
import json
import os
import selectors
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

import bot.courier
import bot.dispatch
import bot.handling
import bot.sender
import bot.units
from adapters.registry import MESSENGERS
from bot.app import build
from bot.observe import configure_logging
from bot.settings import load
from domain.clock import ShiftedClock
from domain.delivery import inbox, outbox

Place = tuple[Any, str, bool]
"""Whose attribute, its name, and whether death comes after the call (True) or instead of it."""

BOUNDARIES: dict[str, Place] = {
    "before the inbox commit": (inbox, "put", True),
    "after the inbox commit": (bot.units, "follow", False),
    "inside the unit, before it began": (bot.dispatch, "handle", False),
    "inside the unit, promising": (outbox, "enqueue", True),
    "inside the unit, before its end": (inbox, "finish", False),
    "inside the unit, after its end": (inbox, "finish", True),
    "after any commit, before anybody knows": (bot.units, "hand_back", False),
    "after the unit's commit, before the ack": (bot.dispatch.Dispatcher, "_forget", False),
    "ack ready, not written": (bot.dispatch.Dispatcher, "receive", True),
    "ack written, not noted": (bot.dispatch.Dispatcher, "note_written", False),
    "claimed, not sent": (bot.courier.Courier, "_may_go", True),
    "sent, not marked": (bot.courier.Courier, "_settle", False),
    "sent and marked": (bot.courier.Courier, "_settle", True),
}


def arm(boundary: str, passage: int) -> None:
    """Let this process kill itself at the n-th passage of a boundary."""
    owner, name, after = BOUNDARIES[boundary]
    original = getattr(owner, name)
    left = [passage]

    def pass_through() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, _wrapped(original, pass_through, after))


def _wrapped(original: Callable[..., Any], pass_through: Callable[[], None], after: bool) -> Callable[..., Any]:
    if asyncio.iscoroutinefunction(original):

        async def lethal_async(*args: Any, **kwargs: Any) -> Any:
            if not after:
                pass_through()
            value = await original(*args, **kwargs)
            if after:
                pass_through()
            return value

        return lethal_async

    def lethal(*args: Any, **kwargs: Any) -> Any:
        if not after:
            pass_through()
        value = original(*args, **kwargs)
        if after:
            pass_through()
        return value

    return lethal


def hasten() -> None:
    """Look around more often than in production, so that a schedule takes no longer than it must."""
    bot.dispatch.SWEEP_EVERY = 0.05
    bot.sender.IDLE = 0.05
    bot.sender.STAND_BY = 0.05


async def live(order: dict[str, Any]) -> None:
    """One bot's life; ends by a signal only."""
    clock = ShiftedClock(datetime.fromisoformat(order["start"]))
    app = build(load(order["environ"]), clock=clock, paced=False)
    runner = web.AppRunner(app.web(), access_log=None)
    await runner.setup()
    await app.start()
    await app.ready()
    await web.TCPSite(runner, order["host"], order["port"]).start()
    say(f"ready {order['id']}")
    await asyncio.Event().wait()


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def give_birth(order: dict[str, Any]) -> int:
    """Fork a bot; returns its pid in the parent, never returns in the child."""
    pid = os.fork()
    if pid:
        return pid
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    configure_logging("text")
    hasten()
    if order["fault"]:
        arm(order["fault"], order["passage"])
    try:
        asyncio.run(live(order))
    finally:
        os._exit(1)


def main() -> None:
    for messenger in MESSENGERS.values():
        messenger.build()
    gc.freeze()
    chooser = selectors.DefaultSelector()
    chooser.register(0, selectors.EVENT_READ)
    alive: dict[int, str] = {}
    pending = b""
    while True:
        if chooser.select(0.01):
            read = os.read(0, 65536)
            if not read:
                break
            *orders, pending = (pending + read).split(b"\n")
            for line in orders:
                order = json.loads(line)
                pid = give_birth(order)
                alive[pid] = order["id"]
                say(f"born {order['id']} {pid}")
        while alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            say(f"dead {alive.pop(pid)} {status}")
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
