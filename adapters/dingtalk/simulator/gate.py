"""What stands before every endpoint: the wire record, latency, injected faults, tokens, scopes and quota."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.dingtalk.simulator.refusal import Refusal, refuse, refuse_legacy, reply
from adapters.dingtalk.simulator.world import World
from adapters.simulation import Exchange, Fault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN = ("/v1.0/oauth2/accessToken", "/v1.0/gateway/connections/open", "/gettoken", "/connect", "/robot/send",
        "/robot/sendBySession")  # fmt: skip
SCOPES = (
    ("/v1.0/robot/", "qyapi_robot_sendmsg"),
    ("/v1.0/card/", "Card.Instance.Write"),
    ("/topapi/v2/user/getbymobile", "qyapi_get_member_by_mobile"),
    ("/topapi/v2/user/", "qyapi_get_member"),
    ("/topapi/user/", "qyapi_get_member"),
    ("/topapi/v2/department/", "qyapi_get_department_list"),
)
SECRETS = re.compile(r'("(?:appSecret|clientSecret|apiSecret|accessToken|access_token|ticket)": ?"|session=)[^"&]*')
SHOWN = 20_000
KEPT = 5_000


class Switches(Protocol):
    """The parts of the simulator that tests turn while it runs."""

    faults: list[Fault]
    wire: list[Exchange]
    latency: float


class Gate:
    """The middlewares of the vendor app, outermost first: record, weather, admission."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches
        self.closing = asyncio.Event()

    def middlewares(self) -> list[Middleware]:
        return [self.record, self.weather, self.admission]

    @web.middleware
    async def record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/connect" or request.path.startswith("/files/"):
            return await handler(request)
        multipart = request.content_type.startswith("multipart/")
        sent = "<multipart>" if multipart else (await request.read()).decode(errors="replace")
        response = await handler(request)
        body = response.body if isinstance(response, web.Response) else None
        got = body.decode(errors="replace") if isinstance(body, bytes | bytearray) else ""
        self.note("api", request.method, request.path, response.status, sent, got)
        return response

    def note(self, direction: str, method: str, path: str, status: int, sent: str, got: str) -> None:
        """Remember one exchange with every known secret masked."""
        exchange = Exchange(
            at=self._world.clock.now().timestamp(), direction=direction, method=method, path=path, status=status,
            request=self._masked(sent), response=self._masked(got),
        )  # fmt: skip
        wire = self._switches.wire
        wire.append(exchange)
        if len(wire) > KEPT:
            del wire[: KEPT // 2]

    def _masked(self, text: str) -> str:
        for secret in self._world.secrets():
            text = text.replace(secret, "***")
        return SECRETS.sub(r"\1***", text)[:SHOWN]

    @web.middleware
    async def weather(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._switches.latency:
            await asyncio.sleep(self._switches.latency)
        fault = self._next_fault(request.path)
        if fault is None:
            return await handler(request)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        replaced = fault.body is not None or fault.status != 200
        response = await handler(request) if fault.after or not (replaced or fault.hang) else None
        if fault.hang:
            await self._hang(request)
        if response is None or replaced:
            response = _faulty(fault)
        response.headers.update(fault.headers)
        return response

    def _next_fault(self, path: str) -> Fault | None:
        for fault in self._switches.faults:
            if fault.path in path and fault.times > 0:
                fault.times -= 1
                if fault.times == 0:
                    self._switches.faults.remove(fault)
                return fault
        return None

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the caller gives up or the simulator stops."""
        while request.transport is not None and not request.transport.is_closing() and not self.closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await self.closing.wait()

    @web.middleware
    async def admission(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Token, permission and quota, then the endpoint; a `Refusal` becomes the answer."""
        try:
            if request.path not in OPEN and not request.path.startswith("/files/"):
                self._admit(request)
            return await handler(request)
        except Refusal as refusal:
            return reply(refusal.body, refusal.status)
        except web.HTTPException as error:
            return _no_such_call(request, error.status)

    def _admit(self, request: web.Request) -> None:
        legacy = not request.path.startswith("/v1.0/")
        name = "x-acs-dingtalk-access-token"
        token = request.query.get("access_token", "") if legacy else request.headers.get(name, "")
        if not self._world.tokens.valid(token):
            raise self._bad_token(request.path, token, legacy)
        if self._world.weather.quota_exhausted and request.path.startswith(("/v1.0/robot/", "/v1.0/card/")):
            raise refuse("Forbidden.AccessDenied.ApiCountLimitForOrg", 403)
        scope = next((scope for prefix, scope in SCOPES if request.path.startswith(prefix)), "")
        if scope in self._world.weather.denied_scopes:
            if legacy:
                raise refuse_legacy(88, "ding talk error", sub_code="60011", sub_msg=f"没有调用该接口的权限 {scope}")
            code = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
            raise refuse(code, 403, accessdenieddetail={"requiredScopes": [scope]})

    def _bad_token(self, path: str, token: str, legacy: bool) -> Refusal:
        """v1.0: `InvalidAuthentication`; topapi: 88 with sub_code; older legacy paths: the plain code (§5.2)."""
        if not legacy:
            return refuse("InvalidAuthentication", self._world.weather.invalid_token_status, "不合法的access_token")
        code, text = (40014, "不合法的access_token") if token else (41001, "缺少access_token")
        if path.startswith("/topapi/"):
            return refuse_legacy(88, "ding talk error", sub_code=str(code), sub_msg=text)
        return refuse_legacy(code, text)


def _no_such_call(request: web.Request, status: int) -> web.Response:
    """An address or method the platform does not know, in the host's own error shape."""
    if request.path.startswith("/v1.0/"):
        refusal = refuse("InvalidAction.NotFound", status, "Specified api is not found")
    else:
        refusal = refuse_legacy(404, "请求的URI地址不存在")
    return reply(refusal.body, refusal.status)


def _faulty(fault: Fault) -> web.Response:
    body = fault.body or b""
    kind = "application/json" if body.lstrip()[:1] in (b"{", b"[") else "text/html"
    kind = next((value for name, value in fault.headers.items() if name.lower() == "content-type"), kind)
    return web.Response(status=fault.status, body=body, headers={"Content-Type": kind})
