"""Stream mode (dingtalk.md §9 items 1–3, §2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.dingtalk.simulator import DingtalkSimulator

MESSAGES = ("CALLBACK", "/v1.0/im/bot/messages/get")
CARDS = ("CALLBACK", "/v1.0/card/instances/callback")
EVENTS = ("EVENT", "*")


async def ticket(api: Any, *topics: tuple[str, str], secret: str = "demo-client-secret") -> tuple[int, Any]:
    wanted = [{"type": kind, "topic": topic} for kind, topic in topics]
    body = {"clientId": "dingdemoapp000001", "clientSecret": secret, "subscriptions": wanted}
    return await api.post("/v1.0/gateway/connections/open", body)


@asynccontextmanager
async def connected(api: Any, *topics: tuple[str, str]) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    _, opened = await ticket(api, *topics)
    async with api.session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}") as socket:
        yield socket


async def frame_of(socket: aiohttp.ClientWebSocketResponse) -> Any:
    return json.loads(await socket.receive_str(timeout=1))


async def acknowledge(socket: aiohttp.ClientWebSocketResponse, frame: Any, data: str = '{"response": null}') -> None:
    headers = {"contentType": "application/json", "messageId": frame["headers"]["messageId"]}
    await socket.send_json({"code": 200, "headers": headers, "message": "OK", "data": data})


async def refused(api: Any, opened: Any) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await api.session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}")
    return error.value.status


async def test_bad_credentials_are_401_auth_failed(api: Any) -> None:
    status, body = await ticket(api, MESSAGES, secret="wrong")
    assert (status, body["code"]) == (401, "authFailed")


async def test_a_ticket_opens_one_socket(api: Any) -> None:
    _, opened = await ticket(api, MESSAGES)
    async with api.session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}"):
        assert await refused(api, opened) == 401
    assert await refused(api, opened | {"ticket": "unknown"}) == 401


async def test_a_ticket_lives_ninety_seconds(api: Any, clock: Any) -> None:
    _, opened = await ticket(api, MESSAGES)
    clock.advance(timedelta(seconds=90))
    assert await refused(api, opened) == 401


async def test_a_message_frame_has_string_data_and_the_ack_ends_it(sim: DingtalkSimulator, api: Any) -> None:
    sim.mode = "stream"
    async with connected(api, MESSAGES) as socket:
        saying = asyncio.create_task(sim.say("li", "hi"))
        frame = await frame_of(socket)
        assert (frame["specVersion"], frame["type"]) == ("1.0", "CALLBACK")
        assert isinstance(frame["data"], str)
        assert isinstance(frame["headers"]["time"], str)
        assert json.loads(frame["data"])["text"]["content"] == "hi"
        await acknowledge(socket, frame)
        done = await saying
        assert (done.status, done.attempts) == (200, 1)


async def test_an_unacked_message_comes_again_with_a_new_message_id(sim: DingtalkSimulator, api: Any) -> None:
    """§2.6: the same msgId."""
    sim.mode = "stream"
    async with connected(api, MESSAGES) as socket:
        saying = asyncio.create_task(sim.say("li", "hi"))
        first, second = await frame_of(socket), await frame_of(socket)
        await acknowledge(socket, second)
        assert (await saying).attempts == 2
    assert first["headers"]["messageId"] != second["headers"]["messageId"]
    assert json.loads(first["data"])["msgId"] == json.loads(second["data"])["msgId"]


async def test_subscriptions_decide_what_a_socket_receives(sim: DingtalkSimulator, api: Any) -> None:
    sim.mode = "stream"
    async with connected(api, EVENTS) as deaf:
        assert (await sim.say("li", "lost")).attempts == 0
        async with connected(api, MESSAGES) as socket:
            saying = asyncio.create_task(sim.say("li", "hi"))
            await acknowledge(socket, await frame_of(socket))
            await saying
        with pytest.raises(asyncio.TimeoutError):
            await deaf.receive(timeout=0.05)


async def test_pushes_spread_over_the_connections(sim: DingtalkSimulator, api: Any) -> None:
    """§2.6: one connection per push, chosen at random."""
    sim.mode = "stream"
    counts = [0, 0]

    async def serve(at: int, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            counts[at] += 1
            await acknowledge(socket, json.loads(message.data))

    async with connected(api, MESSAGES) as one, connected(api, MESSAGES) as two:
        serving = [asyncio.create_task(serve(at, socket)) for at, socket in enumerate((one, two))]
        for _ in range(40):
            await sim.say("li", "hi")
        for task in serving:
            task.cancel()
    assert sum(counts) == 40
    assert min(counts) > 0


async def test_ping_wants_its_opaque_back(sim: DingtalkSimulator, api: Any) -> None:
    async with connected(api, MESSAGES) as socket:
        pinging = asyncio.create_task(sim.stream.ping())
        frame = await frame_of(socket)
        assert (frame["type"], frame["headers"]["topic"]) == ("SYSTEM", "ping")
        await acknowledge(socket, frame, frame["data"])
        assert await pinging == [True]
        pinging = asyncio.create_task(sim.stream.ping())
        await acknowledge(socket, await frame_of(socket), "{}")
        assert await pinging == [False]


async def test_disconnect_is_followed_by_silence_and_a_close(sim: DingtalkSimulator, api: Any) -> None:
    sim.mode = "stream"
    async with connected(api, MESSAGES) as socket:
        leaving = asyncio.create_task(sim.stream.disconnect())
        frame = await frame_of(socket)
        assert (frame["headers"]["topic"], json.loads(frame["data"])) == (
            "disconnect",
            {"reason": "connection is expired"},
        )
        assert (await sim.say("li", "lost")).attempts == 0
        assert (await socket.receive(timeout=1)).type is aiohttp.WSMsgType.CLOSE
        await leaving


async def test_a_dropped_connection_has_no_close_frame(sim: DingtalkSimulator, api: Any) -> None:
    """§9 item 10."""
    async with connected(api, MESSAGES) as socket:
        sim.stream.drop()
        message = await socket.receive(timeout=1)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert socket.close_code == 1006


async def test_events_are_pushed_again_until_success(sim: DingtalkSimulator, api: Any) -> None:
    """§2.5: LATER asks for another push; meta data are in the headers."""
    sim.mode = "stream"
    async with connected(api, EVENTS) as socket:
        pushing = asyncio.create_task(sim.push_event("user_leave_org", {"userId": ["li"]}))
        first = await frame_of(socket)
        await acknowledge(socket, first, '{"status":"LATER","message":""}')
        second = await frame_of(socket)
        await acknowledge(socket, second, '{"status":"SUCCESS","message":"ok"}')
        assert (await pushing).attempts == 2
    assert first["headers"]["eventId"] == second["headers"]["eventId"]
    assert (first["type"], first["headers"]["eventType"]) == ("EVENT", "user_leave_org")
    assert json.loads(first["data"])["userId"] == ["li"]
    assert "EventType" not in json.loads(first["data"])


@pytest.mark.parametrize("late", [False, True])
async def test_a_card_answer_counts_in_time_only(sim: DingtalkSimulator, api: Any, late: bool) -> None:
    """§2.4, §3.6: wrapped as {"response": …}."""
    form = json.dumps({"fields": [{"name": "a", "label": "A", "type": "TEXT"}]})
    await api.card(title="T", has_form="true", form=form)
    sim.world.cards.instances["card-1"].callback_type = "STREAM"
    assert (await sim.click("li", "card-1", "form")).attempts == 0
    async with connected(api, CARDS) as socket:
        clicking = asyncio.create_task(sim.click("li", "card-1", "form", {"a": "x"}))
        frame = await frame_of(socket)
        content = json.loads(json.loads(frame["data"])["content"])
        assert content["cardPrivateData"]["params"]["form"] == {"a": "x"}
        if late:
            await clicking
        answer = {
            "cardUpdateOptions": {"updatePrivateDataByKey": True},
            "userPrivateData": {"cardParamMap": {"notice": "ok"}},
        }
        await acknowledge(socket, frame, json.dumps({"response": answer}))
        await clicking
        await asyncio.sleep(0.02)
    assert ("notice" in sim.seen("li")[0].payload["private"]) is not late
    assert sim.seen("li")[0].toast == ("操作失败，请稍后重试" if late else "ok")
