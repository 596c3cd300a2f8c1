"""The long connection (feishu.md §2): endpoint, one-time address, ping, events, fragments, clicks, acks."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError

from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.frames import CONTROL, DATA, Frame, decode

PATH = "/callback/ws/endpoint"


async def address(sim: FeishuSimulator, api: Any) -> str:
    keys = {"AppID": sim.tenant.keys.app_id, "AppSecret": sim.tenant.keys.app_secret}
    answer = await api.call("POST", PATH, keys, token="")
    assert answer["data"]["ClientConfig"]["PingInterval"] == 120
    return str(answer["data"]["URL"])


async def serve(socket: ClientWebSocketResponse, answers: list[Any]) -> list[Any]:
    """Read frames, join fragments, acknowledge with each answer in turn."""
    events: list[Any] = []
    pieces: dict[str, dict[int, bytes]] = {}
    for answer in answers:
        while True:
            frame = decode(await socket.receive_bytes())
            got = pieces.setdefault(frame.headers["message_id"], {})
            got[int(frame.headers["seq"])] = frame.payload
            if len(got) == int(frame.headers["sum"]):
                break
        events.append(json.loads(b"".join(got[at] for at in sorted(got))))
        ack = replace(frame, headers={**frame.headers, "biz_rt": "1"}, payload=json.dumps(answer).encode())
        await socket.send_bytes(ack.encode())
    return events


async def test_wrong_keys(api: Any) -> None:
    assert (await api.call("POST", PATH, {"AppID": "cli_x", "AppSecret": "y"}, token=""))["code"] == 514


async def test_an_address_is_good_once(sim: FeishuSimulator, api: Any) -> None:
    url = await address(sim, api)
    async with api.session.ws_connect(url):
        with pytest.raises(WSServerHandshakeError) as caught:
            await api.session.ws_connect(url)
    assert caught.value.headers is not None
    assert caught.value.headers["Handshake-Status"] == "514"


async def test_ping_pong(sim: FeishuSimulator, api: Any) -> None:
    async with api.session.ws_connect(await address(sim, api)) as socket:
        ping = Frame(seq_id=0, log_id=0, service=7, method=CONTROL, headers={"type": "ping"})
        await socket.send_bytes(ping.encode())
        pong = decode(await socket.receive_bytes())
    assert (pong.method, pong.headers["type"], json.loads(pong.payload)["PingInterval"]) == (CONTROL, "pong", 120)


@pytest.mark.parametrize("piece", [0, 100])
async def test_events_and_retries(sim: FeishuSimulator, api: Any, bot: Any, piece: int) -> None:
    sim.long_connection, sim.socket.piece = True, piece
    async with api.session.ws_connect(await address(sim, api)) as socket:
        serving = asyncio.ensure_future(serve(socket, [{"code": 500}, {"code": 200}]))
        delivered = await sim.say("ou_li", "/checkin")
        events = await serving
    assert (delivered.status, delivered.attempts) == (200, 2)
    assert events[0] == events[1]
    assert events[0]["header"]["event_type"] == "im.message.receive_v1"
    assert bot.requests == [], "not over HTTP as well"


async def test_clicks_answer_in_the_ack(sim: FeishuSimulator, api: Any) -> None:
    press = {
        "tag": "button", "name": "b", "text": {"tag": "plain_text", "content": "按"},
        "behaviors": [{"type": "callback", "value": {"a": "x"}}],
    }  # fmt: skip
    card_id = await api.send_card({"schema": "2.0", "body": {"elements": [press]}})
    sim.long_connection = True
    toast = {"toast": {"type": "info", "content": "好"}}
    data = base64.b64encode(json.dumps(toast).encode()).decode()
    async with api.session.ws_connect(await address(sim, api)) as socket:
        serving = asyncio.ensure_future(serve(socket, [{"code": 200, "data": data}, {"code": 500}]))
        await sim.click("ou_li", card_id, "b")
        assert sim.seen("ou_li")[-1].toast == "好"
        failed = await sim.click("ou_li", card_id, "b")
        await serving
    assert failed.attempts == 1
    assert sim.seen("ou_li")[-1].toast == "200671"


async def test_only_a_real_ack_counts(sim: FeishuSimulator, api: Any) -> None:
    """The frame must come back with `biz_rt`; an echo or silence is no ack."""
    sim.long_connection = True
    async with api.session.ws_connect(await address(sim, api)) as socket:

        async def echo() -> None:
            for _ in range(5):
                frame = decode(await socket.receive_bytes())
                assert frame.method == DATA
                await socket.send_bytes(frame.encode())

        echoing = asyncio.ensure_future(echo())
        assert (await sim.say("ou_li", "hi")).attempts == 5
        await echoing


async def test_fifty_connections_at_most(sim: FeishuSimulator, api: Any) -> None:
    sim.tenant.throttle.enabled = False
    sockets = [await api.session.ws_connect(await address(sim, api)) for _ in range(50)]
    keys = {"AppID": sim.tenant.keys.app_id, "AppSecret": sim.tenant.keys.app_secret}
    assert (await api.call("POST", PATH, keys, token=""))["code"] == 1000040350
    for socket in sockets:
        await socket.close()
