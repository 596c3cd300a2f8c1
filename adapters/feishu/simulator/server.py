"""The vendor's HTTP front: token check, rate limits, injected faults, and the routes behind them."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from aiohttp import web

from adapters.feishu.simulator import card_api, contact_api, message_api
from adapters.feishu.simulator.api import body_of, text_of
from adapters.feishu.simulator.refusal import BadCard, Refusal, TooLong
from adapters.feishu.simulator.tenant import TENANT, Tenant
from adapters.feishu.simulator.wire import Wire
from adapters.simulation import Fault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"
PER_SECOND, PER_MINUTE = 50, 1000
_OPEN_PATHS = (TOKEN_PATH, "/callback/ws/endpoint", "/ws/v2")


class Gate:
    """The middleware. `faults` and `latency` are set by tests and benches; `stopped` frees calls that hang."""

    def __init__(self, tenant: Tenant, wire: Wire) -> None:
        self.faults: list[Fault] = []
        self.latency = 0.0
        self.stopped = asyncio.Event()
        self._tenant = tenant
        self._wire = wire

    def app(self, *more: web.RouteDef) -> web.Application:
        """The application with all routes."""

        @web.middleware
        async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._gate(request, handler)

        app = web.Application(middlewares=[gate], client_max_size=32 * 1024 * 1024)
        app[TENANT] = self._tenant
        app.add_routes([web.post(TOKEN_PATH, _issue_token), *more])
        for routes in (message_api.routes(), card_api.routes(), contact_api.routes()):
            app.add_routes(routes)
        return app

    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/ws/"):
            return await handler(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self._fault(request.path)
        response: web.StreamResponse | None = None
        if fault is None or fault.after or _passes(fault):
            response = await self._answer(request, handler)
        if fault is not None:
            response = await self._spoil(fault, response)
        assert response is not None
        response.headers["X-Tt-Logid"] = uuid4().hex
        sent = b"" if request.content_type == "multipart/form-data" else await request.read()
        got = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        self._wire.note("in", request.method, request.path_qs, response.status, sent, got)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path not in _OPEN_PATHS:
                self._check_token(request)
            self._check_rate(request)
            return await handler(request)
        except BadCard as bad:
            return _refused(bad.as_refusal())
        except TooLong:
            return _refused(Refusal(230025, "The length of the message content reaches its limit."))
        except Refusal as refused:
            return _refused(refused)
        except web.HTTPNotFound:
            return web.Response(status=404, text="404 page not found")

    def _check_token(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not given:
            raise Refusal(99991661, "Missing access token for authorization.")
        scheme, _, token = given.partition(" ")
        if scheme != "Bearer" or not token.startswith("t-"):
            raise Refusal(99991671, "Invalid access token for authorization: malformed.")
        if not self._tenant.tokens.is_valid(token):
            raise Refusal(99991663, "Invalid access token for authorization. Please make a test with your token.")

    def _check_rate(self, request: web.Request) -> None:
        resource = request.match_info.route.resource
        key = f"{request.method} {resource.canonical if resource else request.path}"
        for limit, window in ((PER_SECOND, 1.0), (PER_MINUTE, 60.0)):
            if wait := self._tenant.throttle.wait_for(f"{window} {key}", limit, window):
                raise throttled(limit, wait)

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path and fault.times > 0:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    async def _spoil(self, fault: Fault, response: web.StreamResponse | None) -> web.StreamResponse:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.hang:
            await self.stopped.wait()
            return web.Response(status=504)
        if _passes(fault) and response is not None:
            response.headers.update(fault.headers)
            return response
        body = fault.body if fault.body is not None else b""
        headers = {"Content-Type": "application/json; charset=utf-8", **fault.headers}
        return web.Response(status=fault.status, body=body, headers=headers)


def throttled(limit: int, wait: float) -> Refusal:
    """An API-level throttle: 429, 99991400 and the two headers (§5.1)."""
    headers = {"x-ogw-ratelimit-limit": str(limit), "x-ogw-ratelimit-reset": str(max(1, round(wait)))}
    return Refusal(99991400, "request trigger frequency limit", status=429, headers=headers)


def _passes(fault: Fault) -> bool:
    """Whether a fault only delays: the real answer still goes out."""
    return fault.status == 200 and fault.body is None and not fault.hang


def _refused(refused: Refusal) -> web.Response:
    error = {"log_id": uuid4().hex, "troubleshooter": "排查建议查看(Troubleshooting suggestions)"}
    body = {"code": refused.code, "msg": refused.msg, "error": error}
    return web.json_response(body, status=refused.status, headers=refused.headers)


async def _issue_token(request: web.Request) -> web.Response:
    """Tenant access token of a custom app (§4.1)."""
    tenant, body = request.app[TENANT], await body_of(request)
    if text_of(body, "app_id") != tenant.keys.app_id or text_of(body, "app_secret") != tenant.keys.app_secret:
        return web.json_response({"code": 10014, "msg": "app secret invalid"})
    token, seconds = tenant.tokens.issue()
    return web.json_response({"code": 0, "msg": "ok", "tenant_access_token": token, "expire": seconds})
