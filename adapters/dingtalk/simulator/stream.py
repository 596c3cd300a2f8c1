"""Stream mode (dingtalk.md §2): tickets, WebSocket connections, frames, acknowledgements, redelivery."""

import asyncio
import json
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMsgType, web

from adapters.dingtalk.simulator.callbacks import NOT_SENT, Deadlines
from adapters.dingtalk.simulator.gate import Gate
from adapters.dingtalk.simulator.refusal import json_object, refuse, reply
from adapters.dingtalk.simulator.world import World
from adapters.simulation import Delivered

Json = dict[str, Any]
TICKET_LIFE = timedelta(seconds=90)
MESSAGES = "/v1.0/im/bot/messages/get"
CARDS = "/v1.0/card/instances/callback"
TOPICS = {("EVENT", "*")} | {("CALLBACK", topic) for topic in (MESSAGES, CARDS, "/v1.0/im/bot/messages/delegate",
                             "/v1.0/card/dynamicData/get", "/v1.0/graph/api/invoke")}  # fmt: skip
Topic = tuple[str, str]


@dataclass(slots=True, eq=False)
class Connection:
    """One open socket. `leaving`: it was told to disconnect and gets nothing new."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    topics: frozenset[Topic]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    leaving: bool = False


@dataclass(slots=True)
class StreamHub:
    """All connections of the app; every push goes to one eligible connection, chosen at random."""

    world: World
    gate: Gate
    deadlines: Deadlines
    tickets: dict[str, tuple[datetime, frozenset[Topic]]] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    acks: list[Json] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1.0/gateway/connections/open", self.open), web.get("/connect", self.connect)]

    async def open(self, request: web.Request) -> web.Response:
        """Hand out a ticket: 90 s, one socket (§2.1)."""
        body = await json_object(request)
        console = self.world.console
        if (body.get("clientId"), body.get("clientSecret")) != (console.client_id, console.client_secret):
            raise refuse("authFailed", 401, "鉴权失败")
        wanted = body.get("subscriptions")
        if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
            raise refuse("param.invalid", message="subscriptions")
        topics = frozenset((str(item.get("type")), str(item.get("topic"))) for item in wanted)
        if topics - TOPICS:
            raise refuse("param.invalid", message="unknown topic")
        ticket = secrets.token_hex(16)
        self.tickets[ticket] = (self.world.clock.now() + TICKET_LIFE, topics)
        base = self.world.base_url or f"http://{request.host}"
        return reply({"endpoint": f"ws{base.removeprefix('http')}/connect", "ticket": ticket})

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Upgrade with a good ticket and read acknowledgements until the socket closes."""
        expires_at, topics = self.tickets.pop(request.query.get("ticket", ""), (None, frozenset[Topic]()))
        if expires_at is None or self.world.clock.now() >= expires_at:
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        transport = request.transport
        connection = Connection(socket, transport if isinstance(transport, asyncio.Transport) else None, topics)
        self.connections.append(connection)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(connection, message.data)
        finally:
            self.connections.remove(connection)
            for future in connection.waiting.values():
                future.cancel()
        return socket

    def _acknowledged(self, connection: Connection, text: str) -> None:
        try:
            ack = json.loads(text)
            message_id = ack["headers"]["messageId"]
        except (ValueError, KeyError, TypeError):
            return
        self.acks.append(ack)
        future = connection.waiting.pop(message_id, None)
        if future is not None and not future.done():
            future.set_result(ack)

    async def message(self, body: Json) -> Delivered:
        """A robot message, sent again with a new messageId while it is not acknowledged (§2.6)."""
        attempts = 0
        for _ in range(self.deadlines.stream_attempts):
            ack = await self._push("CALLBACK", MESSAGES, body, self.deadlines.stream_ack)
            if ack is None and attempts == 0 and not self._eligible(("CALLBACK", MESSAGES)):
                return NOT_SENT
            attempts += 1
            if ack is not None:
                return _delivered(ack, attempts)
        return Delivered(status=0, attempts=attempts)

    async def event(self, body: Json) -> Delivered:
        """An event, pushed until acknowledged; `LATER` asks for another push (§2.5)."""
        headers = {"eventType": body["EventType"], "eventId": body["eventId"], "eventCorpId": body["CorpId"],
                   "eventBornTime": str(body["EventTime"]), "eventUnifiedAppId": "bbb381b6-f01f"}  # fmt: skip
        data = {key: value for key, value in body.items() if key not in ("EventType", "eventId", "CorpId", "BizId")}
        data.pop("EventTime", None)
        attempts = 0
        done = NOT_SENT
        while attempts < 5 and self._eligible(("EVENT", "*")):
            attempts += 1
            ack = await self._push("EVENT", "*", data, self.deadlines.stream_ack, headers)
            done = Delivered(status=0, attempts=attempts) if ack is None else _delivered(ack, attempts)
            status = done.body.get("status") if isinstance(done.body, dict) else None
            if done.status == 200 and status != "LATER":
                return done
            await asyncio.sleep(self.deadlines.stream_later)
        return done

    async def card(self, body: Json) -> Delivered:
        """A card callback; its in-place answer counts for 2 s only and sits under `response` (§3.6)."""
        if not self._eligible(("CALLBACK", CARDS)):
            return NOT_SENT
        ack = await self._push("CALLBACK", CARDS, body, self.deadlines.card)
        if ack is None:
            return Delivered(status=0, attempts=1)
        done = _delivered(ack, 1)
        answer = done.body.get("response") if isinstance(done.body, dict) else None
        return Delivered(status=done.status, attempts=1, body=answer, raw=done.raw)

    async def ping(self) -> list[bool]:
        """Send SYSTEM ping to every connection; True where `opaque` came back byte for byte (§2.3)."""
        opaque = {"opaque": secrets.token_hex(3)}
        answers = []
        for connection in list(self.connections):
            ack = await self._send(connection, "SYSTEM", "ping", opaque, 2.0)
            answers.append(ack is not None and ack.get("code") == 200 and ack.get("data") == json.dumps(opaque))
        return answers

    async def disconnect(self, reason: str = "connection is expired") -> None:
        """Say goodbye: nothing new on these sockets, closed after 10 s (§2.3)."""
        leaving = list(self.connections)
        for connection in leaving:
            connection.leaving = True
            frame = _frame("SYSTEM", "disconnect", {"reason": reason}, {}, self.world.milliseconds())
            await connection.socket.send_str(json.dumps(frame))
        await asyncio.sleep(self.deadlines.stream_close)
        for connection in leaving:
            await connection.socket.close()

    def drop(self) -> None:
        """Cut every connection without a close frame."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()

    def _eligible(self, topic: Topic) -> list[Connection]:
        return [each for each in self.connections if topic in each.topics and not each.leaving]

    async def _push(
        self, kind: str, topic: str, data: Json, deadline: float, headers: Mapping[str, str] | None = None
    ) -> Json | None:
        eligible = self._eligible((kind, topic))
        if not eligible:
            return None
        connection = random.choice(eligible)  # noqa: S311 — load spreading, not security
        return await self._send(connection, kind, topic, data, deadline, headers)

    async def _send(
        self,
        connection: Connection,
        kind: str,
        topic: str,
        data: Json,
        deadline: float,
        headers: Mapping[str, str] | None = None,
    ) -> Json | None:
        """One frame and its acknowledgement, or None when there was none in time."""
        extra = {"connectionId": connection.id, **(headers or {})}
        frame = _frame(kind, topic, data, extra, self.world.milliseconds())
        message_id = frame["headers"]["messageId"]
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[message_id] = future
        ack: Json | None = None
        try:
            await connection.socket.send_str(json.dumps(frame))
            async with asyncio.timeout(deadline):
                await asyncio.wait([future])
                ack = None if future.cancelled() else future.result()
        except (TimeoutError, ConnectionError):
            ack = None
        finally:
            connection.waiting.pop(message_id, None)
        status = int(ack.get("code", 0)) if ack else 0
        self.gate.note("stream", kind, topic, status, json.dumps(data, ensure_ascii=False), json.dumps(ack))
        return ack


def _frame(kind: str, topic: str, data: Json, extra: Mapping[str, str], now: int) -> Json:
    """A frame: `data` is a JSON string, `messageId` unique, `time` a string (§2.2)."""
    headers = {"appId": "1305d5f5-0000", "contentType": "application/json", "messageId": secrets.token_hex(12),
               "time": str(now), "topic": topic, **extra}  # fmt: skip
    text = json.dumps(data) if kind == "SYSTEM" else json.dumps(data, ensure_ascii=False)
    return {"specVersion": "1.0", "type": kind, "headers": headers, "data": text}


def _delivered(ack: Json, attempts: int) -> Delivered:
    raw = str(ack.get("data") or "")
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    return Delivered(status=int(ack.get("code", 0)), attempts=attempts, body=body, raw=raw.encode())
