"""A simulated company, a tiny bot that answers as told, and a raw API client."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import aiohttp
import pytest
from aiohttp import web
from defusedxml.ElementTree import fromstring

from adapters.simulation import Resident
from adapters.wecom.simulator import Rules, WecomSimulator
from adapters.wecom.simulator.crypto import Crypto
from domain.clock import ShiftedClock

CORP = "ww1234567890abcdef"
AGENT = 1000002
TOKEN = "DemoToken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Bot:
    """Records callbacks.

    `script` holds what to answer: inner XML (sent encrypted), an int status, raw bytes, a float (seconds to sleep), or
    an async function that gives the body. When it is used up, the answer is 200 with an empty body.
    """

    def __init__(self) -> None:
        self.crypto = Crypto(TOKEN, KEY, CORP)
        self.script: list[Any] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.echo_suffix = b""
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        if request.method == "GET":
            plain = self.crypto.open(query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"])
            return web.Response(body=plain + self.echo_suffix)
        self.requests.append((query, await request.read()))
        step = self.script.pop(0) if self.script else b""
        if callable(step):
            return web.Response(body=await step())
        if isinstance(step, float):
            await asyncio.sleep(step)
            return web.Response()
        if isinstance(step, int):
            return web.Response(status=step)
        return web.Response(body=self.seal(step) if isinstance(step, str) else step)

    def seal(self, inner: str) -> bytes:
        sealed = self.crypto.encrypt(inner.encode())
        signature = self.crypto.sign("1700000000", "n1", sealed)
        return (
            f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature>"
            f"<TimeStamp>1700000000</TimeStamp><Nonce>n1</Nonce></xml>"
        ).encode()

    def plain(self, number: int = -1) -> Element:
        """The decrypted content of a callback, after all checks."""
        query, body = self.requests[number]
        sealed = fromstring(body, forbid_dtd=True).findtext("Encrypt") or ""
        inner = self.crypto.open(query["msg_signature"], query["timestamp"], query["nonce"], sealed)
        return fromstring(inner, forbid_dtd=True)


def _raw_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class Api:
    """A raw client of the simulated API."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base, self.token = session, base, ""

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        params.setdefault("access_token", self.token)
        async with self.session.get(f"{self.base}/cgi-bin/{path}", params=params) as response:
            return await response.json()

    async def post(self, path: str, body: Any, **params: Any) -> dict[str, Any]:
        params.setdefault("access_token", self.token)
        async with self.session.post(f"{self.base}/cgi-bin/{path}", params=params, json=body) as response:
            return await response.json()

    async def log_in(self, secret: str = "demo-secret-of-the-wecom-app") -> str:
        answer = await self.get("gettoken", corpid=CORP, corpsecret=secret)
        self.token = answer["access_token"]
        return self.token

    async def card(self, card: dict[str, Any], to: str = "zhangsan", **more: Any) -> dict[str, Any]:
        body = {"touser": to, "msgtype": "template_card", "agentid": AGENT, "template_card": card, **more}
        return await self.post("message/send", body)

    async def text(self, content: str, to: str = "zhangsan", **more: Any) -> dict[str, Any]:
        body = {"touser": to, "msgtype": "text", "agentid": AGENT, "text": {"content": content}, **more}
        return await self.post("message/send", body)


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC), running=False)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_route("*", "/in/wecom", bot.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/in/wecom"
    yield bot
    await runner.cleanup()


@pytest.fixture
def sim(clock: ShiftedClock, bot: Bot) -> WecomSimulator:
    rules = Rules(reply_timeout=0.3, verify_timeout=0.3, retry_intervals=(0.0, 0.0, 0.0))
    simulator = WecomSimulator(
        corp_id=CORP, agent_id=AGENT, token=TOKEN, encoding_aes_key=KEY, clock=clock, rules=rules
    )
    simulator.point_at(bot.url)
    simulator.add_resident(
        Resident(user_id="zhangsan", name="张三", department="研发", employee_no="E1", mobile="13800000001")
    )
    simulator.add_resident(Resident(user_id="LiSi", name="李四", department="研发", mobile="13800000002"))
    simulator.add_resident(Resident(user_id="wangwu", name="王五", department="市场"))
    return simulator


@pytest.fixture
async def api(sim: WecomSimulator) -> AsyncIterator[Api]:
    base = await sim.start()
    async with aiohttp.ClientSession(json_serialize=_raw_json) as session:
        api = Api(session, base)
        await api.log_in()
        yield api
    await sim.stop()


@pytest.fixture
def buttons() -> dict[str, Any]:
    """A button card with a drop-down, a link button and a corner menu (§4.4)."""
    return {
        "card_type": "button_interaction",
        "task_id": "kudos_1@zhangsan",
        "source": {"desc": "Recognition", "desc_color": 0},
        "action_menu": {"desc": "Settings", "action_list": [{"text": "Mute", "key": "mute:kudos"}]},
        "main_title": {"title": "Kudos from 张三", "desc": "+20 points"},
        "horizontal_content_list": [{"type": 3, "keyname": "From", "value": "张三", "userid": "zhangsan"}],
        "card_action": {"type": 1, "url": "https://okr.example/m/1"},
        "button_selection": {
            "question_key": "react",
            "title": "Reaction",
            "option_list": [{"id": "thanks", "text": "Thanks"}, {"id": "clap", "text": "Clap"}],
        },
        "button_list": [
            {"text": "Reply", "style": 1, "key": "kudos:react"},
            {"type": 1, "text": "Details", "style": 2, "url": "https://okr.example/m/1"},
        ],
    }


@pytest.fixture
def form() -> dict[str, Any]:
    """Two drop-downs and a submit button (§4.4)."""
    return {
        "card_type": "multiple_interaction",
        "task_id": "checkin_1@zhangsan",
        "main_title": {"title": "Weekly check-in", "desc": "O1"},
        "select_list": [
            {"question_key": "kr1", "title": "KR1", "selected_id": "p60",
             "option_list": [{"id": "p50", "text": "50%"}, {"id": "p60", "text": "60%"}]},
            {"question_key": "trust", "title": "Confidence",
             "option_list": [{"id": "high", "text": "On track"}, {"id": "low", "text": "Off track"}]},
        ],
        "submit_button": {"text": "Submit", "key": "submit:checkin"},
    }  # fmt: skip


@pytest.fixture
def vote() -> dict[str, Any]:
    """A poll with several choices (§4.4)."""
    return {
        "card_type": "vote_interaction",
        "task_id": "poll_1",
        "main_title": {"title": "Pick a reward"},
        "checkbox": {
            "question_key": "reward",
            "mode": 1,
            "option_list": [{"id": "mug", "text": "Mug"}, {"id": "book", "text": "Book"}],
        },
        "submit_button": {"text": "Redeem", "key": "submit:redeem"},
    }


@pytest.fixture
def notice() -> dict[str, Any]:
    return {
        "card_type": "text_notice",
        "main_title": {"title": "Balance"},
        "card_action": {"type": 1, "url": "https://okr.example/m/points"},
    }
