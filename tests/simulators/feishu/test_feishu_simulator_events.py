"""What the platform sends (feishu.md §1.13): sealed, signed, repeated, out of order, forged."""

import json
from typing import Any

import pytest

from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.crypto import sign
from adapters.simulation import Resident
from domain.clock import ShiftedClock

KEY = "demo-encrypt-key"


def headers_sent(bot: Any) -> dict[str, str]:
    return bot.requests[-1][0]


async def test_events_are_sealed_and_signed_with_mixed_case_headers(sim: FeishuSimulator, bot: Any) -> None:
    delivered = await sim.say("ou_li", "/checkin")
    headers, body = bot.requests[-1]
    assert delivered.status == 200
    assert delivered.attempts == 1
    assert list(json.loads(body)) == ["encrypt"]
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    expected = sign(headers["X-Lark-Request-Timestamp"], headers["X-Lark-Request-Nonce"], KEY, body)
    assert headers["X-Lark-Signature"] == expected
    assert headers["X-Lark-Request-Timestamp"] == "1743472800"


async def test_envelope_of_an_ordinary_event(sim: FeishuSimulator, bot: Any) -> None:
    """§1.6: millisecond stamps, the app's and tenant's keys."""
    await sim.say("ou_li", "hello")
    header = bot.bodies[-1]["header"]
    assert bot.bodies[-1]["schema"] == "2.0"
    assert header["event_type"] == "im.message.receive_v1"
    assert header["create_time"] == "1743472800000"
    assert header["token"] == "demo-verification-token"
    assert header["app_id"] == "cli_a1b2c3d4e5f6a7b8"


async def test_challenge_is_sealed_but_unsigned(sim: FeishuSimulator, bot: Any) -> None:
    delivered = await sim.verify_url()
    assert delivered.status == 200
    assert not any("signature" in name.lower() for name in headers_sent(bot))
    assert bot.bodies[-1]["type"] == "url_verification"


async def test_challenge_must_come_back_in_time(sim: FeishuSimulator, bot: Any) -> None:
    bot.pause = 0.5
    assert (await sim.verify_url()).status == 0


async def test_challenge_must_be_the_same(sim: FeishuSimulator, bot: Any) -> None:
    """An answer other than the challenge does not save the URL."""
    bot.challenge = "other"
    assert (await sim.verify_url()).status == 0


async def test_direct_text(sim: FeishuSimulator, bot: Any) -> None:
    await sim.say("ou_li", "进度 60%")
    message = bot.events[-1]["message"]
    assert message["chat_type"] == "p2p"
    assert message["chat_id"].startswith("oc_")
    assert json.loads(message["content"]) == {"text": "进度 60%"}
    assert "mentions" not in message
    assert [seen.text for seen in sim.seen("ou_li")] == ["进度 60%"]


async def test_group_text_mentions_the_bot_first(sim: FeishuSimulator, bot: Any) -> None:
    await sim.say("ou_li", "/kudos @王五 谢谢 @所有人", chat="oc_team")
    message = bot.events[-1]["message"]
    assert message["chat_id"] == "oc_team"
    assert json.loads(message["content"])["text"] == "@_user_1 /kudos @_user_2 谢谢 @_all"
    keys = [(entry["key"], entry["id"]["open_id"], entry["mentioned_type"]) for entry in message["mentions"]]
    assert keys == [("@_user_1", sim.tenant.bot_open_id, "bot"), ("@_user_2", "ou_wang", "user")]
    assert [seen.by for seen in sim.seen("ou_wang", "oc_team")] == ["ou_li"]


async def test_user_id_is_withheld_unless_switched_on(sim: FeishuSimulator, bot: Any, clock: ShiftedClock) -> None:
    await sim.say("ou_li", "a")
    assert set(bot.events[-1]["sender"]["sender_id"]) == {"union_id", "open_id"}
    shown = FeishuSimulator(clock=clock, shows_user_id=True)
    shown.add_resident(Resident(user_id="ou_li", name="李四", employee_no="e42"))
    shown.point_at(bot.url)
    await shown.say("ou_li", "a")
    await shown.stop()
    assert bot.events[-1]["sender"]["sender_id"]["user_id"] == "e42"


async def test_post_message_has_no_locale_wrapper(sim: FeishuSimulator, bot: Any) -> None:
    await sim.say_post("ou_li", ["/checkin", "第二行"], chat="oc_team", title="周报")
    message = bot.events[-1]["message"]
    content = json.loads(message["content"])
    assert message["message_type"] == "post"
    assert set(content) == {"title", "content"}
    assert content["content"][0][0] == {"tag": "at", "user_id": "@_user_1", "user_name": "Bida", "style": []}
    assert content["content"][1] == [{"tag": "text", "text": "第二行", "style": []}]


async def test_image_message(sim: FeishuSimulator, bot: Any) -> None:
    await sim.send_image("ou_li")
    assert bot.events[-1]["message"]["message_type"] == "image"


async def test_menu_has_no_chat(sim: FeishuSimulator, bot: Any) -> None:
    await sim.press_menu("ou_li", "cmd_checkin")
    event = bot.events[-1]
    assert event["event_key"] == "cmd_checkin"
    assert event["timestamp"] == 1743472800
    assert "chat_id" not in event
    assert "operator_name" not in event["operator"]


async def test_opening_the_chat_and_joining_a_group(sim: FeishuSimulator, bot: Any) -> None:
    await sim.open_chat("ou_li")
    assert bot.bodies[-1]["header"]["event_type"] == "im.chat.access_event.bot_p2p_chat_entered_v1"
    assert bot.events[-1]["operator_id"]["open_id"] == "ou_li"
    await sim.bot_added("ou_li", "oc_team")
    assert bot.bodies[-1]["header"]["event_type"] == "im.chat.member.bot.added_v1"
    assert (bot.events[-1]["chat_id"], bot.events[-1]["name"]) == ("oc_team", "研发群")


async def test_contact_events(sim: FeishuSimulator, bot: Any) -> None:
    """§1.8: `object` is the full new state, `old_object` only what changed; departments are ids."""
    await sim.contact_created(Resident(user_id="ou_new", name="新人", department="市场"))
    assert bot.bodies[-1]["header"]["event_type"] == "contact.user.created_v3"
    assert bot.events[-1]["object"]["department_ids"][0].startswith("od-")
    await sim.contact_changed("ou_new", name="新人二", department="销售")
    event = bot.events[-1]
    assert event["object"]["name"] == "新人二"
    assert set(event["old_object"]) == {"name", "department_ids"}
    await sim.contact_changed("ou_new", left=True)
    assert bot.bodies[-1]["header"]["event_type"] == "contact.user.deleted_v3"
    assert bot.events[-1]["object"]["status"]["is_resigned"] is True
    with pytest.raises(ValueError):
        await sim.say("ou_stranger", "?")


async def test_duplicates_with_the_same_event_id(sim: FeishuSimulator, bot: Any) -> None:
    await sim.say("ou_li", "/checkin")
    await sim.redeliver(2)
    assert len({body["header"]["event_id"] for body in bot.bodies}) == 1
    assert len({raw for _, raw in bot.requests}) == 3, "sealed afresh"
    assert len(sim.seen("ou_li")) == 1


async def test_duplicates_with_the_same_message_id_under_a_new_event_id(sim: FeishuSimulator, bot: Any) -> None:
    await sim.say("ou_li", "/checkin")
    message_id = sim.seen("ou_li")[0].message_id
    await sim.say("ou_li", "/checkin", message_id=message_id)
    await sim.redeliver_renamed()
    assert len({body["header"]["event_id"] for body in bot.bodies}) == 3
    assert {event["message"]["message_id"] for event in bot.events} == {message_id}
    assert len(sim.seen("ou_li")) == 1


async def test_events_out_of_order(sim: FeishuSimulator, bot: Any) -> None:
    sim.hold_events()
    held = await sim.say("ou_li", "first")
    await sim.say("ou_li", "second")
    assert (held.status, held.attempts, bot.requests) == (0, 0, [])
    await sim.release_events()
    assert [json.loads(event["message"]["content"])["text"] for event in bot.events] == ["second", "first"]


async def test_full_retry_schedule_on_a_virtual_clock(clock: ShiftedClock, bot: Any) -> None:
    """§1.7: 15 s, 5 min, 1 h, 6 h, then never again."""
    pauses: list[float] = []

    async def wait(seconds: float) -> None:
        pauses.append(seconds)

    sim = FeishuSimulator(clock=clock, wait=wait)
    sim.add_resident(Resident(user_id="ou_li", name="李四"))
    sim.point_at(bot.url)
    bot.always = 500
    delivered = await sim.say("ou_li", "/checkin")
    assert pauses == [15, 300, 3600, 21600]
    assert (delivered.status, delivered.attempts) == (500, 5)
    bot.answers = [500, 302, {}]
    assert (await sim.say("ou_li", "again")).attempts == 3, "a redirect is no success"
    await sim.stop()


async def test_slow_answers_are_delivered_again(sim: FeishuSimulator, bot: Any) -> None:
    bot.pause = 0.6
    delivered = await sim.say("ou_li", "/checkin")
    assert (delivered.status, delivered.attempts) == (0, 5)


async def test_tampered_unsigned_and_wrong_token(sim: FeishuSimulator, bot: Any) -> None:
    event = {"probe": 1}
    await sim.inject("t.x", event, tamper=True)
    headers, body = bot.requests[-1]
    signed = sign(headers["X-Lark-Request-Timestamp"], headers["X-Lark-Request-Nonce"], KEY, body)
    assert signed != headers["X-Lark-Signature"]
    await sim.inject("t.x", event, sign=False)
    assert not any("signature" in name.lower() for name in headers_sent(bot))
    await sim.inject("t.x", event, token="other")
    assert bot.bodies[-1]["header"]["token"] == "other"
    await sim.inject("t.x", event, encrypted=False)
    assert json.loads(bot.requests[-1][1])["event"] == event


async def test_forged_and_old_card_clicks(sim: FeishuSimulator, bot: Any) -> None:
    bot.always = 401
    forged = await sim.inject_card_action({"operator": {}, "token": "c-x", "action": {}, "context": {}}, sign=False)
    assert (forged.status, forged.attempts) == (401, 1)
    await sim.inject_old_card({"open_id": "ou_li"})
    assert len(headers_sent(bot)["X-Lark-Signature"]) == 40
    assert json.loads(bot.requests[-1][1]) == {"open_id": "ou_li"}


async def test_the_wire_is_kept_without_secrets(sim: FeishuSimulator, api: Any) -> None:
    await api.call(
        "POST",
        "/open-apis/auth/v3/tenant_access_token/internal",
        {"app_id": sim.tenant.keys.app_id, "app_secret": sim.tenant.keys.app_secret},
    )
    await sim.say("ou_li", "hello")
    shown = "".join(exchange.request + exchange.response + exchange.path for exchange in sim.wire)
    assert [exchange.direction for exchange in sim.wire] == ["in", "out"]
    assert "hello" in shown
    for secret in ("demo-app-secret", "demo-verification-token", sim.tenant.tokens.issue()[0]):
        assert secret not in shown
