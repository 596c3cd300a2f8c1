"""Encrypted events over HTTP (dingtalk.md §9 item 11, §1.2, §1.5)."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.crypto import EventCipher

TOKEN, KEY, CLIENT = "demotoken", "demoAESkeydemoAESkeydemoAESkeydemoAESkey123", "dingdemoapp000001"


def events(bot: Any, receive_id: str = CLIENT) -> list[Any]:
    """What the bot received, decrypted."""
    cipher = EventCipher(TOKEN, KEY, receive_id)
    opened = []
    for request, body in zip(bot.requests, bot.bodies, strict=True):
        query = request.query
        opened.append(json.loads(cipher.open(query["signature"], query["timestamp"], query["nonce"], body["encrypt"])))
    return opened


def sealed(text: str = "success", receive_id: str = CLIENT, token: str = TOKEN) -> Callable[..., web.Response]:
    """A bot that answers with an encrypted text."""

    def answer(request: web.Request, body: Any) -> web.Response:
        cipher = EventCipher(token, KEY, receive_id)
        encrypted = cipher.seal(text)
        signature = cipher.signature("1755740000123", "Xy12Zz34", encrypted)
        return web.json_response(
            {"msg_signature": signature, "timeStamp": "1755740000123", "nonce": "Xy12Zz34", "encrypt": encrypted}
        )

    return answer


async def test_saving_the_url_wants_the_encrypted_literal_success(sim: DingtalkSimulator, bot: Any) -> None:
    bot.answer = sealed()
    done = await sim.verify_url()
    assert (done.status, done.attempts, done.body) == (200, 1, "success")
    assert events(bot) == [{"EventType": "check_url"}]


@pytest.mark.parametrize(
    "answer",
    [
        lambda request, body: web.Response(text="success"),
        lambda request, body: web.json_response({"encrypt": "success"}),
        sealed(receive_id="dingother"),
        sealed(token="othertoken"),
    ],
)
async def test_an_answer_that_is_not_properly_sealed_is_not_opened(
    sim: DingtalkSimulator, bot: Any, answer: Any
) -> None:
    bot.answer = answer
    assert (await sim.verify_url()).body is None


async def test_an_event_carries_the_flat_body(sim: DingtalkSimulator, bot: Any) -> None:
    """§1.2: EventType, EventTime, CorpId, BizId, eventId and the event's own fields."""
    bot.answer = sealed()
    done = await sim.push_event("org_dept_create", {"deptId": [7]})
    assert (done.attempts, done.body) == (1, "success")
    (event,) = events(bot)
    assert (event["EventType"], event["CorpId"], event["deptId"]) == ("org_dept_create", "dingdemocorp0001", [7])
    assert event["EventTime"] == int(event["timeStamp"]) == sim.world.milliseconds()
    assert event["BizId"]
    assert event["eventId"]


async def test_the_receive_id_may_be_the_corp_id(bot: Any) -> None:
    """§1.2: the sources conflict, so both can be simulated."""
    sim = DingtalkSimulator(receive_id="dingdemocorp0001")
    sim.point_at(bot.url)
    bot.answer = sealed(receive_id="dingdemocorp0001")
    assert (await sim.verify_url()).body == "success"
    assert events(bot, "dingdemocorp0001") == [{"EventType": "check_url"}]


async def test_query_names_may_be_the_other_variant(sim: DingtalkSimulator, bot: Any) -> None:
    sim.http.event_query = ("msg_signature", "timeStamp")
    bot.answer = sealed()
    assert (await sim.verify_url()).body == "success"
    assert set(bot.requests[0].query) == {"msg_signature", "timeStamp", "nonce"}


async def slow(request: web.Request, body: Any) -> web.Response:
    await asyncio.sleep(0.5)
    return sealed()(request, body)


@pytest.mark.parametrize(
    "answer",
    [slow, lambda request, body: web.Response(text="success"), sealed("ok"), lambda r, b: web.Response(status=500)],
)
async def test_a_failed_event_is_retried_twice_and_can_then_be_pulled(
    sim: DingtalkSimulator, api: Any, bot: Any, clock: Any, answer: Any
) -> None:
    bot.answer = answer
    done = await sim.push_event("user_leave_org", {"userId": ["li"]})
    assert (done.attempts, len(bot.bodies)) == (3, 3)
    received = events(bot)
    assert received[0] == received[1] == received[2]
    assert len({request.query["nonce"] for request in bot.requests}) == 3

    async def pulled() -> Any:
        return (await api.call("GET", "/call_back/get_call_back_failed_result"))[1]

    assert (await pulled())["failed_list"] == []
    clock.advance(timedelta(minutes=3))
    (entry,) = (await pulled())["failed_list"]
    assert entry["call_back_tag"] == "user_leave_org"
    assert entry["user_leave_org"]["userid"] == ["li"]
    assert entry["user_leave_org"]["corpid"] == "dingdemocorp0001"
    assert (await pulled())["failed_list"] == []


async def test_a_retry_that_succeeds_ends_it(sim: DingtalkSimulator, api: Any, bot: Any, clock: Any) -> None:
    bot.answer = lambda request, body: sealed()(request, body) if len(bot.bodies) == 2 else web.Response(status=500)
    done = await sim.push_event("user_leave_org", {"userId": ["li"]})
    assert (done.attempts, done.body) == (2, "success")
    clock.advance(timedelta(minutes=3))
    _, body = await api.call("GET", "/call_back/get_call_back_failed_result")
    assert body["failed_list"] == []


async def test_at_most_two_hundred_failed_events_per_call(sim: DingtalkSimulator, api: Any, clock: Any) -> None:
    sim.point_at("http://127.0.0.1:9/closed")
    sim.deadlines.event_retries = ()
    for number in range(201):
        await sim.push_event("user_add_org", {"userId": [str(number)]})
    clock.advance(timedelta(minutes=3))
    pages = [(await api.call("GET", "/call_back/get_call_back_failed_result"))[1] for _ in range(2)]
    assert [(len(page["failed_list"]), page["has_more"]) for page in pages] == [(200, True), (1, False)]


async def test_documented_deadlines_are_the_defaults() -> None:
    """§1.5: 2.5 s for events, 2 s for cards, 10 s + 30 s, 60 s for a Stream message."""
    deadlines = DingtalkSimulator().deadlines
    assert (deadlines.event, deadlines.card, deadlines.event_retries) == (2.5, 2.0, (10.0, 30.0))
    assert (deadlines.stream_ack, deadlines.stream_close) == (60.0, 10.0)


async def test_a_message_has_one_attempt_and_a_deadline(sim: DingtalkSimulator, bot: Any) -> None:
    bot.answer = slow
    sim.add_group("cidX", "X", ["li"])
    before = time.monotonic()
    done = await sim.say("li", "hi")
    assert (done.status, done.attempts) == (0, 1)
    assert time.monotonic() - before < 0.45


async def test_redelivery_keeps_the_content_and_renews_the_envelope(
    sim: DingtalkSimulator, bot: Any, clock: Any
) -> None:
    await sim.say("li", "hi")
    clock.advance(timedelta(seconds=9))
    await sim.redeliver(2)
    assert bot.bodies[0] == bot.bodies[1] == bot.bodies[2]
    stamps = [int(request.headers["timestamp"]) for request in bot.requests]
    assert stamps[1] - stamps[0] == 9000
    bot.bodies.clear()
    bot.requests.clear()
    bot.answer = sealed()
    await sim.push_event("user_add_org", {"userId": ["li"]})
    await sim.redeliver()
    first, second = events(bot)
    assert first == second
    assert bot.requests[0].query["nonce"] != bot.requests[1].query["nonce"]


async def test_contact_changes_are_events(sim: DingtalkSimulator, bot: Any) -> None:
    bot.answer = sealed()
    await sim.contact_changed("li", name="李磊", department="销售部")
    await sim.contact_changed("han", department="销售部")
    await sim.contact_changed("new", name="新人", department="增长部")
    await sim.contact_changed("zhao", left=True)
    changed, moved, joined, left = events(bot)
    assert changed["EventType"] == moved["EventType"] == "user_modify_org"
    assert changed["diffInfo"] == {"prev": {"name": "李雷"}, "curr": {"name": "李磊"}, "userid": "li"}
    assert "diffInfo" not in moved
    assert (joined["EventType"], joined["userId"]) == ("user_add_org", ["new"])
    assert (left["EventType"], left["userId"]) == ("user_leave_org", ["zhao"])
    assert set(sim.world.company.people) == {"li", "han", "new"}
    with pytest.raises(ValueError, match="does not change"):
        await sim.contact_changed("li", new_user_id="li2")


async def test_forged_callbacks_go_out_as_given(sim: DingtalkSimulator, bot: Any) -> None:
    await sim.inject_callback({"msgtype": "text"}, {"sign": "bad"}, {"signature": "x"})
    assert (bot.bodies[0], bot.requests[0].headers["sign"]) == ({"msgtype": "text"}, "bad")
    assert bot.requests[0].query["signature"] == "x"


async def test_without_a_url_nothing_is_sent() -> None:
    sim = DingtalkSimulator()
    assert (await sim.verify_url()).attempts == 0
    with pytest.raises(ValueError, match="nothing has been delivered"):
        await sim.redeliver()
