"""The HTTP door: callbacks in, health, metrics and pictures out. Size and time limits here, the rest in `dispatch`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

from adapters.base import Raw, Response
from adapters.errors import BadSignature, Malformed
from bot.connections import Connections
from bot.dispatch import Dispatcher
from bot.observe import REFUSED
from bot.pictures.shelf import ROUTE, Shelf
from bot.units import DatabaseGone
from domain.clock import Clock

log = logging.getLogger("bida.server")

BODY_LIMIT = 256 * 1024
PATIENCE = 8.0
"""Seconds after which we stop waiting for the database and refuse, so that the platform delivers again."""

Ready = Callable[[], Awaitable[bool]]


class Door:
    """The routes of the bot."""

    def __init__(self, dispatcher: Dispatcher, connections: Connections, clock: Clock, ready: Ready) -> None:
        self._dispatcher = dispatcher
        self._connections = connections
        self._clock = clock
        self._ready = ready
        self._shelf = Shelf()

    def runner(self, shutdown_timeout: float) -> web.AppRunner:
        """What serves the door. Bodies are taken as they come: no platform packs them, and a small packed body could
        grow without limit."""
        return web.AppRunner(
            self.application(), access_log=None, handle_signals=False, shutdown_timeout=shutdown_timeout,
            auto_decompress=False,
        )  # fmt: skip

    def application(self) -> web.Application:
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("GET", "/in/{connection}", self.callback)
        app.router.add_route("POST", "/in/{connection}", self.callback)
        app.router.add_get(ROUTE, self._shelf.serve)
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.metrics)
        return app

    async def callback(self, request: web.Request) -> web.StreamResponse:
        """One request from a platform. 401 without proof, 400 when unreadable, 413 too large, 503 when the database
        is away: in none of these cases has anything changed."""
        name = request.match_info["connection"]
        connection = self._connections.get(name)
        if connection is None:
            return web.Response(status=404)
        try:
            async with asyncio.timeout(PATIENCE):
                raw = await self._read(request)
                exchange = await self._dispatcher.receive(connection, raw)
        except web.HTTPRequestEntityTooLarge:
            return _refuse(name, "too_large", 413)
        except BadSignature:
            return _refuse(name, "bad_signature", 401)
        except (Malformed, DataError, web.RequestPayloadError):  # DataError: what no column of ours can hold
            return _refuse(name, "malformed", 400)
        except ConnectionError:
            return _refuse(name, "hung_up", 400)
        except (DatabaseGone, TimeoutError, OperationalError, ProgrammingError):  # also: there are no tables yet
            return _refuse(name, "not_stored", 503)
        response = _response(exchange.response)
        try:
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:
            # handled, but nobody heard the answer: the sender will deliver what it carried
            log.info("hung_up", extra={"connection": name})
            return response
        self._dispatcher.note_written(exchange.carried)
        return response

    async def healthz(self, _request: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """The database is reachable and at the expected migration; a platform's outage does not count."""
        ready = await self._ready()
        return web.json_response({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _read(self, request: web.Request) -> Raw:
        return Raw(
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read() if request.body_exists else b"",
            at=self._clock.now(),
        )


def _refuse(connection: str, cause: str, status: int) -> web.Response:
    REFUSED.labels(connection, cause).inc()
    log.warning("refused", extra={"connection": connection, "cause": cause})
    return web.Response(status=status)


def _response(response: Response) -> web.Response:
    return web.Response(
        status=response.status,
        body=response.body,
        headers={**response.headers, "Content-Type": response.content_type},
    )
