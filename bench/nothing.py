"""The do-nothing handler: the same door and loop, but a callback is only verified, decrypted and parsed."""

import asyncio
import signal

import uvloop
from aiohttp import web

from adapters.base import Raw
from bot.app import build
from bot.settings import load


async def _serve() -> None:
    app = build(load())

    async def callback(request: web.Request) -> web.Response:
        raw = Raw(
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
            at=app.clock.now(),
        )
        connection = app.connections.get(request.match_info["connection"])
        assert connection is not None
        connection.adapter.parse(raw)
        return web.Response(body=b"", content_type="application/json")

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response()

    served = web.Application()
    served.router.add_post("/in/{connection}", callback)
    served.router.add_get("/healthz", healthz)
    runner = web.AppRunner(served, access_log=None, handle_signals=False)
    await runner.setup()
    settings = app.configuration.settings
    await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
