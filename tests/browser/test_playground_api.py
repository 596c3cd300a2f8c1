"""The JSON API without a browser: what it takes, what it refuses, and what it streams."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import StreamReader, web
from aiohttp.test_utils import TestClient, TestServer

from bot.playground.stage import Cast, Room
from bot.playground.web import playground_app
from domain.clock import ShiftedClock
from tests.browser.conftest import START
from tests.browser.scripted import PEOPLE, ROOM, ScriptedMessenger, form_card, payload_of, scripted

API = "/playground/api"

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def feishu() -> ScriptedMessenger:
    return scripted("feishu")


@pytest.fixture
async def client(feishu: ScriptedMessenger) -> AsyncIterator[Client]:
    cast = Cast(people=PEOPLE, rooms=[Room(ROOM, "运营群", ("p1",))])
    app = playground_app({"feishu": feishu}, ShiftedClock(START), {"feishu": cast})
    async with TestClient(TestServer(app)) as running:
        yield running


async def test_company_lists_who_can_be_played(client: Client) -> None:
    found = await (await client.get(f"{API}/company")).json()
    [house] = found["messengers"]
    assert house["first"] == "p1"
    assert house["people"][1] == {"id": "p2", "name": "李娜", "department": "华东门店"}
    assert found["now"].startswith("2026-02-13T02:13:0")


@pytest.mark.parametrize(
    "body",
    [
        {"messenger": "slack", "person": "p1", "text": "x"},
        {"messenger": "feishu", "person": "p9", "text": "x"},
        {"messenger": "feishu", "person": "p1", "text": " "},
        {"messenger": "feishu", "person": "p1", "text": 5},
        {"messenger": "feishu", "person": "p2", "text": "x", "chat": ROOM},
        {"messenger": ["feishu"], "person": "p1", "text": "x"},
        [],
    ],
)
async def test_senseless_requests_change_nothing(client: Client, feishu: ScriptedMessenger, body: object) -> None:
    answer = await client.post(f"{API}/say", json=body)
    assert answer.status == 400
    assert feishu.said == []


async def test_other_sites_may_not_act(client: Client, feishu: ScriptedMessenger) -> None:
    body = json.dumps({"messenger": "feishu", "person": "p1", "text": "x"})
    assert (await client.post(f"{API}/say", data=body, headers={"Content-Type": "text/plain"})).status == 415
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}
    assert (await client.post(f"{API}/say", data=body, headers=headers)).status == 403
    assert feishu.said == []


async def test_click_the_client_would_not_allow(client: Client, feishu: ScriptedMessenger) -> None:
    message = feishu.put_card("p1", payload_of("feishu", form_card()))
    body = {"messenger": "feishu", "person": "p1", "message_id": message, "key": "nowhere", "values": {}}
    answer = await client.post(f"{API}/click", json=body)
    assert answer.status == 409
    assert "nowhere" in (await answer.json())["error"]
    for values in ([], {"v1": 5}, {"v1": [1]}):
        assert (await client.post(f"{API}/click", json={**body, "values": values or "x"})).status == 400


@pytest.mark.parametrize("seconds", [0, -5, 10**9, "5", None, 1.5])
async def test_clock_moves_forward_only(client: Client, seconds: object) -> None:
    assert (await client.post(f"{API}/clock", json={"seconds": seconds})).status == 400
    now = (await (await client.get(f"{API}/clock")).json())["now"]
    assert now.startswith("2026-02-13T02:13:0")


async def test_only_the_page_is_served(client: Client) -> None:
    page = await client.get("/")
    assert page.content_type == "text/html"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (await client.get("/main.js")).content_type == "text/javascript"
    for path in ("/../web.py", "/%2e%2e/web.py", "/index.htm", "/look/"):
        assert (await client.get(path)).status == 404


async def test_stream_tells_what_is_new_once(client: Client, feishu: ScriptedMessenger) -> None:
    feishu.put_card("p1", payload_of("feishu", form_card()))
    stream = await client.get(f"{API}/live", params={"feishu": "p1"})
    seen = await events(stream.content, 3)
    assert [name for name, _ in seen] == ["clock", "chat", "wire"]
    assert len(seen[1][1]["changed"]) == 1
    await client.post(f"{API}/say", json={"messenger": "feishu", "person": "p1", "text": "你好"})
    fresh: list[dict[str, object]] = []
    while len(fresh) < 2:
        [(name, data)] = await events(stream.content, 1)
        fresh += data["changed"] if name == "chat" else []
    assert len(fresh) == 2
    stream.close()


async def events(content: StreamReader, count: int) -> list[tuple[str, dict[str, list[dict[str, object]]]]]:
    """The next events of a stream."""
    found = []
    while len(found) < count:
        line = (await content.readline()).decode().strip()
        if line.startswith("event: "):
            data = (await content.readline()).decode()
            found.append((line.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_pictures_come_from_the_messenger_and_from_the_shelf(client: Client, feishu: ScriptedMessenger) -> None:
    feishu.uploads["img_1"] = b"\x89PNG\r\n\x1a\n0000"
    found = await client.get(f"{API}/picture", params={"messenger": "feishu", "upload": "img_1"})
    assert (found.status, found.content_type, await found.read()) == (200, "image/png", feishu.uploads["img_1"])
    for asked in ({"messenger": "feishu", "upload": "img_2"}, {"messenger": "slack", "upload": "img_1"}, {}):
        assert (await client.get(f"{API}/picture", params=asked)).status == 400
    assert (await client.get("/pictures/coffee.png")).content_type == "image/png"
    assert (await client.get("/pictures/tea.png")).status == 404
