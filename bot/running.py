"""`bida run`: the server's life from start to a clean stop."""

import asyncio
import gc
import logging
import signal
import sys

import uvloop
from aiohttp import web

from bot.app import App, build
from bot.observe import configure_logging
from bot.settings import Configuration

log = logging.getLogger("bida.run")

COLLECT_AFTER = (20_000, 20, 50)
SWITCH_INTERVAL = 0.001
"""Seconds a thread may hold the interpreter: the writer thread must not keep the event loop waiting (bench/README)."""


def serve(configuration: Configuration) -> None:
    """Serve until SIGTERM or SIGINT."""
    configure_logging(configuration.settings.log)
    sys.setswitchinterval(SWITCH_INTERVAL)
    spare_the_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(build(configuration)))


def spare_the_collector() -> None:
    """Let the garbage collector look at what a command leaves behind, not again and again at what was imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _serve(app: App) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopped.set)
    settings = app.configuration.settings
    runner = app.door.runner(shutdown_timeout=5)
    await runner.setup()
    await app.start()
    await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
    log.info("listening", extra={"host": settings.host, "port": settings.port})
    try:
        await stopped.wait()
    finally:
        await runner.cleanup()
        await app.stop()
