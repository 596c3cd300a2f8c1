"""The platform's API as an aiohttp application: token check, dispatch, injected faults, latency (wecom.md §3, §9)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.simulation import Fault, Json
from adapters.wecom.simulator import api_directory, api_group, api_media, api_menu, api_message
from adapters.wecom.simulator.calls import Call, Route, read_json
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.refusal import Refused, need
from adapters.wecom.simulator.wire import Wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/cgi-bin/"
HANG_LIMIT = 120.0
ROUTES = (
    *api_directory.ROUTES, *api_message.ROUTES, *api_group.ROUTES, *api_media.ROUTES, *api_menu.ROUTES,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Server:
    """Serves one company. `faults` and `latency` are what the simulator's owner sets."""

    company: Company
    wire: Wire
    faults: list[Fault] = field(default_factory=list)
    latency: float = 0.0
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> web.Application:
        """Routes below `/cgi-bin/` only: nothing that controls the simulator is reachable over HTTP."""
        app = web.Application(middlewares=[self._around()], client_max_size=32 * 1024 * 1024)
        for route in ROUTES:
            app.router.add_route("*", PREFIX + route.path, self._handler(route))
        return app

    def _handler(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                answer = await self._answer(route, request)
            except Refused as refused:
                answer = {"errcode": refused.errcode, "errmsg": refused.errmsg}
            if isinstance(answer, web.StreamResponse):
                return answer
            return _json({"errcode": 0, "errmsg": "ok"} | answer)

        return handle

    async def _answer(self, route: Route, request: web.Request) -> Json | web.StreamResponse:
        need(request.method == route.method, 43001 if route.method == "GET" else 43002, f"use {route.method}")
        rules = self.company.rules
        agent_id = 0
        if route.token:
            agent_id = self.company.tokens.check(request.query.get("access_token"))
        if route.token and rules.allowed_ips is not None:
            need(request.remote in rules.allowed_ips, 60020, f"not allow to access, from ip: {request.remote}")
        body: Json = {}
        if route.json and route.method == "POST":
            body = read_json(await request.read(), refuse_escapes=rules.refuse_escapes)
        return await route.answer(
            self.company, Call(query=request.query, body=body, agent_id=agent_id, request=request)
        )

    def _around(self) -> Middleware:
        @web.middleware
        async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self.latency:
                await asyncio.sleep(self.latency)
            fault = self._take_fault(request.path)
            response = await (handler(request) if fault is None else self._faulty(fault, request, handler))
            await self._note(request, response)
            return response

        return around

    async def _faulty(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault.delay and not fault.after:
            await asyncio.sleep(fault.delay)
        replaces = fault.hang or fault.body is not None or fault.status != 200
        answered = None if replaces and not fault.after else await handler(request)
        if fault.delay and fault.after:
            await asyncio.sleep(fault.delay)
        if fault.hang:
            await self._hang(request)
        if answered is not None and not replaces:
            answered.headers.update(fault.headers)
            return answered
        headers = {"Content-Type": "text/html", **fault.headers}
        return web.Response(status=fault.status, body=fault.body or b"", headers=headers)

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the caller gives up or the simulator stops."""
        for _ in range(int(HANG_LIMIT / 0.02)):
            if self.closing.is_set() or request.transport is None or request.transport.is_closing():
                return
            await asyncio.sleep(0.02)

    def _take_fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path and fault.times > 0:
                fault.times -= 1
                if fault.times == 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def _note(self, request: web.Request, response: web.StreamResponse) -> None:
        text = request.content_type == "application/json" or not request.content_type.startswith("multipart/")
        sent = await request.read() if text and request.can_read_body else b""
        shown = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        self.wire.note(
            at=self.company.clock.now().timestamp(), direction="in", method=request.method, path=request.path_qs,
            status=response.status, request=sent, response=shown,
        )  # fmt: skip


def _json(body: Json) -> web.Response:
    return web.Response(body=orjson.dumps(body), content_type="application/json", charset="utf-8")
