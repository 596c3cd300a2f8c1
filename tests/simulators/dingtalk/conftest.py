"""A simulated DingTalk, a caller of its API, and a bot that answers as a test tells it."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.dingtalk.simulator import Deadlines, DingtalkSimulator
from adapters.simulation import Resident
from domain.clock import ShiftedClock

Json = dict[str, Any]
TEMPLATE = "00000000-0000-4000-8000-000000000001.schema"
GROUP = "cidGrowth=="


@dataclass
class Bot:
    """Stands in for our bot: remembers every request and answers with `answer(request, body)`."""

    url: str = ""
    requests: list[web.Request] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    answer: Callable[..., Any] = lambda request, body: web.json_response({"msgtype": "empty"})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.requests.append(request)
        self.bodies.append(body)
        answer = self.answer(request, body)
        return await answer if hasattr(answer, "__await__") else answer


@dataclass
class Api:
    """Calls the simulator as a bot would, with a fresh token."""

    session: aiohttp.ClientSession
    base: str
    token: str = ""

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        headers = {"x-acs-dingtalk-access-token": self.token}
        if not path.startswith("/v1.0") and self.token:
            query.setdefault("access_token", self.token)
        async with self.session.request(method, self.base + path, json=body, params=query, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else text

    async def post(self, path: str, body: Any, **query: str) -> tuple[int, Any]:
        return await self.call("POST", path, body, **query)

    async def put(self, path: str, body: Any) -> tuple[int, Any]:
        return await self.call("PUT", path, body)

    async def log_in(self) -> str:
        _, body = await self.post(
            "/v1.0/oauth2/accessToken", {"appKey": "dingdemoapp000001", "appSecret": "demo-client-secret"}
        )
        self.token = body["accessToken"]
        return self.token

    async def card(self, track: str = "card-1", *, chat: str = "li", **params: Any) -> tuple[int, Any]:
        """Create and deliver a card of the universal template to a person or the group."""
        return await self.post("/v1.0/card/instances/createAndDeliver", card_call(track, chat, params))


def card_call(track: str, chat: str, params: Json) -> Json:
    body: Json = {
        "cardTemplateId": TEMPLATE,
        "outTrackId": track,
        "callbackType": "HTTP",
        "callbackRouteKey": "cards",
        "cardData": {"cardParamMap": params or {"title": "Hello"}},
        "userIdType": 1,
    }
    if chat.startswith("cid"):
        return body | {
            "openSpaceId": f"dtv1.card//IM_GROUP.{chat}",
            "imGroupOpenSpaceModel": {"supportForward": False},
            "imGroupOpenDeliverModel": {"robotCode": "dingdemoapp000001"},
        }
    return body | {
        "openSpaceId": f"dtv1.card//IM_ROBOT.{chat}",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingdemoapp000001"},
    }


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), running=False)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/dingtalk", bot.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/dingtalk"
    yield bot
    await runner.cleanup()


@pytest.fixture
async def sim(clock: ShiftedClock, bot: Bot) -> AsyncIterator[DingtalkSimulator]:
    """A running simulator with three people, one group, short deadlines, pointed at the bot."""
    deadlines = Deadlines(
        message=0.3,
        event=0.3,
        card=0.3,
        event_retries=(0.01, 0.02),
        stream_ack=0.3,
        stream_close=0.1,
        stream_later=0.01,
    )
    sim = DingtalkSimulator(clock=clock, deadlines=deadlines)
    await sim.start()
    for user, name, department in (("li", "李雷", "增长部"), ("han", "韩梅梅", "增长部"), ("zhao", "赵强", "销售部")):
        sim.add_resident(Resident(user_id=user, name=name, department=department, mobile=f"1380000000{len(user)}"))
    sim.add_group(GROUP, "Growth team", ["li", "han"])
    sim.point_at(bot.url)
    yield sim
    await sim.stop()


@pytest.fixture
async def api(sim: DingtalkSimulator) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        api = Api(session, sim.world.base_url)
        await api.log_in()
        yield api
