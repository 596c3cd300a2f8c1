"""A simulated company, a bot that answers as a test says, and a caller of the platform's API."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web

from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.crypto import decrypt
from adapters.simulation import Resident
from domain.clock import ShiftedClock

KEY = "demo-encrypt-key"


class Bot:
    """Records what it is sent; `answers` are used up one by one, then `always` is given."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Any] = []
        self.always: Any = {}
        self.before_answer: Callable[[], Awaitable[None]] | None = None
        self.pause = 0.0
        self.challenge = ""
        self.url = ""

    @property
    def bodies(self) -> list[Any]:
        """The decrypted envelopes."""
        return [json.loads(decrypt(json.loads(raw)["encrypt"], KEY)) for _, raw in self.requests]

    @property
    def events(self) -> list[Any]:
        return [body["event"] for body in self.bodies]

    async def elsewhere(self, request: web.Request) -> web.Response:
        """Where a redirect leads to: an answer that would do, had it been allowed."""
        return web.json_response({})

    async def handle(self, request: web.Request) -> web.Response:
        raw_headers = {name.decode(): value.decode() for name, value in request.raw_headers}
        self.requests.append((raw_headers, await request.read()))
        body = self.bodies[-1] if b"encrypt" in self.requests[-1][1] else {}
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.before_answer is not None:
            await self.before_answer()
        if body.get("type") == "url_verification":
            return web.json_response({"challenge": self.challenge or body["challenge"]})
        answer = self.answers.pop(0) if self.answers else self.always
        if isinstance(answer, int):
            return web.Response(status=answer, headers={"Location": "/elsewhere"})
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        return web.json_response(answer)


class Api:
    """Calls the platform with a valid token unless told otherwise."""

    def __init__(self, sim: FeishuSimulator, base: str, session: ClientSession) -> None:
        self.sim, self.base, self.session = sim, base, session

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        """The answer's JSON with the HTTP status under `http`."""
        bearer = self.sim.tenant.tokens.issue()[0] if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        kwargs = {} if body is None else {"json": body}
        async with self.session.request(method, f"{self.base}{path}", headers=headers, **kwargs) as answer:
            return {**await answer.json(content_type=None), "http": answer.status}

    async def send(self, kind: str, content: Any, to: str = "ou_li", id_type: str = "open_id", **more: Any) -> Any:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        body = {"receive_id": to, "msg_type": kind, "content": text, **more}
        return await self.call("POST", f"/open-apis/im/v1/messages?receive_id_type={id_type}", body)

    async def send_card(self, card: Any, to: str = "ou_li", id_type: str = "open_id") -> str:
        answer = await self.send("interactive", card, to, id_type)
        assert answer["code"] == 0, answer
        return str(answer["data"]["message_id"])

    async def patch(self, message_id: str, card: Any) -> Any:
        return await self.call("PATCH", f"/open-apis/im/v1/messages/{message_id}", {"content": json.dumps(card)})


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(datetime(2025, 4, 1, 2, 0, tzinfo=UTC), running=False)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/feishu", bot.handle)
    app.router.add_get("/elsewhere", bot.elsewhere)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/feishu"
    yield bot
    await runner.cleanup()


@pytest.fixture
async def sim(clock: ShiftedClock, bot: Bot) -> AsyncIterator[FeishuSimulator]:
    """李四 and 王五 in 研发, 赵六 in nothing, and a group of the first two."""
    sim = FeishuSimulator(clock=clock, deadline=0.4, connect_deadline=0.3, challenge_deadline=0.3)
    for open_id, name, department in (("ou_li", "李四", "研发"), ("ou_wang", "王五", "研发"), ("ou_zhao", "赵六", "")):
        sim.add_resident(
            Resident(user_id=open_id, name=name, department=department, email=f"{open_id[3:]}@example.com")
        )
    sim.add_group("oc_team", "研发群", ["ou_li", "ou_wang"])
    sim.point_at(bot.url)
    yield sim
    await sim.stop()


@pytest.fixture
async def api(sim: FeishuSimulator) -> AsyncIterator[Api]:
    base = await sim.start()
    async with ClientSession() as session:
        yield Api(sim, base, session)
