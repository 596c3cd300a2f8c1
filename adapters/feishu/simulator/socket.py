"""The long connection: the endpoint call and the WebSocket that carries events instead of HTTP (feishu.md §2)."""

import asyncio
import base64
import json
import random
from itertools import count
from uuid import uuid4

from aiohttp import WSMsgType, web

from adapters.feishu.simulator import frames
from adapters.feishu.simulator.api import body_of
from adapters.feishu.simulator.courier import BAD_STATUS, NO_URL, TIMEOUT, Reached
from adapters.feishu.simulator.frames import Frame
from adapters.feishu.simulator.tenant import TENANT, Tenant
from adapters.feishu.simulator.wire import Wire
from adapters.simulation import Json

SERVICE = 33554678
MAX_CONNECTIONS = 50
AUTH_FAILED, TOO_MANY = 514, 1000040350
_CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120}


class LongConnection:
    """Open connections of the app. One random connection gets each frame (§2.1). `piece` splits payloads above so
    many bytes into fragments (0 = never)."""

    def __init__(self, tenant: Tenant, wire: Wire) -> None:
        self.piece = 0
        self.pinged = asyncio.Event()
        self.connected = asyncio.Event()
        self._tenant = tenant
        self._wire = wire
        self._open: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._sequence = count(1)

    @property
    def connections(self) -> int:
        return len(self._open)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/callback/ws/endpoint", self._endpoint), web.get("/ws/v2", self._connect)]

    async def close(self) -> None:
        for connection in list(self._open):
            await connection.close()

    async def send(self, envelope: Json, deadline: float) -> Reached:
        """One attempt over a random connection; the ack's code is the status (200 or 500), its data the body."""
        if not self._open:
            return Reached(0, problem=NO_URL)
        payload = json.dumps(envelope, ensure_ascii=False).encode()
        message_id = uuid4().hex
        ack = self._acks[message_id] = asyncio.get_running_loop().create_future()
        connection = random.choice(self._open)  # noqa: S311 load spreading, not a secret
        try:
            async with asyncio.timeout(deadline):
                for frame in self._frames(payload, message_id):
                    await connection.send_bytes(frame.encode())
                answer = await ack
        except (TimeoutError, ConnectionError):
            return Reached(0, problem=TIMEOUT)
        finally:
            del self._acks[message_id]
        raw = base64.b64decode(answer["data"]) if answer.get("data") else b""
        code = answer.get("code")
        reached = Reached(200, raw) if code == 200 else Reached(500, raw, BAD_STATUS)
        self._wire.note("out", "WS", "/ws/v2", reached.status, payload, raw)
        return reached

    def _frames(self, payload: bytes, message_id: str) -> list[Frame]:
        size = self.piece or len(payload)
        pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
        trace = uuid4().hex
        return [
            Frame(
                seq_id=next(self._sequence), log_id=0, service=SERVICE, method=frames.DATA, payload=piece,
                headers={"type": "event", "message_id": message_id, "trace_id": trace, "sum": str(len(pieces)),
                         "seq": str(at)},
            )
            for at, piece in enumerate(pieces)
        ]  # fmt: skip

    async def _endpoint(self, request: web.Request) -> web.Response:
        """Hand out a connection address; each is good for one connection."""
        body, keys = await body_of(request), self._tenant.keys
        if body.get("AppID") != keys.app_id or body.get("AppSecret") != keys.app_secret:
            return web.json_response({"code": AUTH_FAILED, "msg": "auth failed"})
        if self.connections >= MAX_CONNECTIONS:
            return web.json_response({"code": TOO_MANY, "msg": "the number of connections exceeded the limit"})
        ticket = uuid4().hex
        self._tenant.tickets.add(ticket)
        query = f"device_id={uuid4().int % 10**19}&access_key={uuid4().hex}&service_id={SERVICE}&ticket={ticket}"
        url = f"ws://{request.host}/ws/v2?{query}"
        return web.json_response({"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": _CONFIG}})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        tickets = request.app[TENANT].tickets
        ticket = request.query.get("ticket", "")
        if ticket not in tickets:
            headers = {"Handshake-Status": "514", "Handshake-Msg": "auth failed", "Handshake-Autherrcode": "0"}
            return web.Response(status=401, headers=headers)
        tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self._open.append(connection)
        self.connected.set()
        try:
            async for received in connection:
                if received.type is not WSMsgType.BINARY:
                    break
                await self._take(connection, frames.decode(received.data))
        except frames.BadFrame:
            await connection.close()
        finally:
            self._open.remove(connection)
            if not self._open:
                self.connected.clear()
        return connection

    async def _take(self, connection: web.WebSocketResponse, frame: Frame) -> None:
        kind = frame.headers.get("type")
        if frame.method == frames.CONTROL and kind == "ping":
            self.pinged.set()
            pong = Frame(
                seq_id=frame.seq_id, log_id=frame.log_id, service=frame.service, method=frames.CONTROL,
                headers={"type": "pong"}, payload=json.dumps(_CONFIG).encode(),
            )  # fmt: skip
            await connection.send_bytes(pong.encode())
        elif frame.method == frames.DATA:
            self._acknowledge(frame)

    def _acknowledge(self, frame: Frame) -> None:
        """An ack is the received frame with `biz_rt` and a payload `{"code"[, "data"]}` (§2.4)."""
        waiting = self._acks.get(frame.headers.get("message_id", ""))
        if waiting is None or waiting.done() or "biz_rt" not in frame.headers:
            return
        try:
            answer = json.loads(frame.payload)
        except ValueError:
            return
        if isinstance(answer, dict):
            waiting.set_result(answer)
