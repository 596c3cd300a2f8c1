"""The message calls (feishu.md §4.2, §4.7): tokens, types, sizes, memory, windows and rates."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.throttle import Throttle
from domain.clock import ShiftedClock

SEND = "/open-apis/im/v1/messages?receive_id_type=open_id"
TEXT = {"receive_id": "ou_li", "msg_type": "text", "content": '{"text":"hi"}'}
CARD = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "一"}]}}
NEWER = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "二"}]}}
OLD_SHARED = {"config": {"update_multi": True}, "elements": []}
OLD_EXCLUSIVE: dict[str, Any] = {"elements": []}


@pytest.mark.parametrize(
    ("token", "code"), [("", 99991661), ("Basic", 99991671), ("t-unknown", 99991663), ("c-x", 99991671)]
)
async def test_bearer_token_is_checked(api: Any, token: str, code: int) -> None:
    answer = await api.call("POST", SEND, TEXT, token=token)
    assert (answer["code"], answer["http"]) == (code, 400)
    assert answer["error"]["log_id"]


async def test_token_life_on_the_virtual_clock(sim: FeishuSimulator, api: Any, clock: ShiftedClock) -> None:
    """§4.1: two hours; the same token while 30 minutes remain; below that a new one and both are valid."""
    path = "/open-apis/auth/v3/tenant_access_token/internal"
    keys = {"app_id": sim.tenant.keys.app_id, "app_secret": "demo-app-secret"}

    async def get() -> tuple[str, int]:
        answer = await api.call("POST", path, keys)
        return answer["tenant_access_token"], answer["expire"]

    first, seconds = await get()
    assert seconds == 7200
    clock.advance(timedelta(minutes=90))
    assert await get() == (first, 1800)
    clock.advance(timedelta(seconds=1))
    second, _ = await get()
    assert second != first
    assert (await api.call("POST", SEND, TEXT, token=first))["code"] == 0
    clock.advance(timedelta(minutes=30))
    assert (await api.call("POST", SEND, TEXT, token=first))["code"] == 99991663
    assert (await api.call("POST", SEND, TEXT, token=second))["code"] == 0
    sim.expire_tokens()
    assert (await api.call("POST", SEND, TEXT, token=second))["code"] == 99991663
    assert (await api.call("POST", path, {**keys, "app_secret": "no"}))["code"] == 10014


async def test_text_reaches_the_person(sim: FeishuSimulator, api: Any) -> None:
    answer = await api.send("text", {"text": '你好 <at user_id="ou_wang">x</at>'})
    data = answer["data"]
    assert data["message_id"].startswith("om_")
    assert data["sender"]["id"] == sim.tenant.keys.app_id
    assert data["mentions"][0]["id"] == "ou_wang", "a string here, an object in events"
    seen = sim.seen("ou_li")[-1]
    assert (seen.text, seen.by, seen.kind, seen.chat) == ("你好 @王五", "bot", "text", "ou_li")
    assert sim.seen("ou_wang") == []


@pytest.mark.parametrize("id_type", ["union_id", "user_id", "email", "chat_id"])
async def test_other_id_types(sim: FeishuSimulator, api: Any, id_type: str) -> None:
    member = sim.tenant.directory.person("ou_li")
    to = {"union_id": member.union_id, "user_id": member.user_id, "email": "li@example.com", "chat_id": "oc_team"}
    assert (await api.send("text", {"text": "hi"}, to[id_type], id_type))["code"] == 0
    assert len(sim.seen("ou_li", "oc_team" if id_type == "chat_id" else None)) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": {"text": "hi"}}, 99992402),
        ({"content": "hi"}, 230001),
        ({"content": '"hi"'}, 230001),
        ({"content": '{"text":""}'}, 230001),
        ({"msg_type": "poem"}, 230001),
        ({"msg_type": None}, 99992402),
        ({"receive_id": "ou_nobody"}, 99992351),
        ({"uuid": "x" * 51}, 99992402),
        ({"uuid": 7}, 99992402),
        ({"content": json.dumps({"text": "x" * 150 * 1024})}, 230025),
        ({"msg_type": "post", "content": '{"title":"t","content":[[]]}'}, 230001),
        ({"msg_type": "post", "content": '{"zh_cn":{"content":[[{"tag":"blink","text":"x"}]]}}'}, 230001),
        ({"msg_type": "image", "content": '{"image_key":"img_x"}'}, 230001),
        ({"msg_type": "interactive", "content": json.dumps({"schema": "2.0", "body": {"x": 1}})}, 230099),
        ({"msg_type": "interactive", "content": '{"type":"template","data":{}}'}, 230099),
        ({"msg_type": "interactive", "content": json.dumps({"elements": ["x" * 31_000]})}, 230025),
    ],
)
async def test_refused_sends(sim: FeishuSimulator, api: Any, change: dict[str, Any], code: int) -> None:
    answer = await api.call("POST", SEND, {**TEXT, **change})
    assert (answer["code"], answer["http"]) == (code, 400)
    assert sim.seen("ou_li") == []


async def test_card_refusal_names_code_and_path(api: Any) -> None:
    """§5.2: `ext=ErrCode: N; ErrPath: …; ErrMsg: …`."""
    answer = await api.send("interactive", {"schema": "2.0", "body": {"elements": [{"tag": "note"}]}})
    assert "ext=ErrCode: 200861; ErrPath: ROOT.body.elements[0]; ErrMsg: " in answer["msg"]


async def test_wrong_content_type_and_receive_id_type(api: Any) -> None:
    assert (await api.call("POST", "/open-apis/im/v1/messages", TEXT))["code"] == 99992402
    headers = {"Authorization": f"Bearer {api.sim.tenant.tokens.issue()[0]}", "Content-Type": "text/plain"}
    async with api.session.post(api.base + SEND, data=json.dumps(TEXT), headers=headers) as answer:
        assert (await answer.json())["code"] == 9499


@pytest.mark.parametrize(
    ("state", "code"), [({"left": True}, 230029), ({"reachable": False}, 230013), ({"stopped": True}, 230053)]
)
async def test_people_who_cannot_be_reached(sim: FeishuSimulator, api: Any, state: Any, code: int) -> None:
    sim.tenant.directory.change("ou_li", **state)
    assert (await api.send("text", {"text": "hi"}))["code"] == code


async def test_groups_that_cannot_be_reached(sim: FeishuSimulator, api: Any) -> None:
    assert (await api.send("text", {"text": "hi"}, "oc_x", "chat_id"))["code"] == 230034
    await sim.bot_added("ou_li", "oc_team", added=False)
    assert (await api.send("text", {"text": "hi"}, "oc_team", "chat_id"))["code"] == 230002
    sim.tenant.chats.by_id["oc_team"].dissolved = True
    assert (await api.send("text", {"text": "hi"}, "oc_team", "chat_id"))["code"] == 232009


async def test_uuid_gives_the_first_result_for_an_hour(sim: FeishuSimulator, api: Any, clock: ShiftedClock) -> None:
    first = await api.send("text", {"text": "one"}, uuid="row-1")
    again = await api.send("text", {"text": "two"}, uuid="row-1")
    assert again["data"]["message_id"] == first["data"]["message_id"]
    assert [seen.text for seen in sim.seen("ou_li")] == ["one"]
    clock.advance(timedelta(hours=1))
    await api.send("text", {"text": "two"}, uuid="row-1")
    assert [seen.text for seen in sim.seen("ou_li")] == ["one", "two"]


async def test_concurrent_sends_with_one_uuid_arrive_once(sim: FeishuSimulator, api: Any) -> None:
    await asyncio.gather(*(api.send("text", {"text": "one"}, uuid="row-1") for _ in range(4)))
    assert len(sim.seen("ou_li")) == 1


async def test_reply_and_thread(sim: FeishuSimulator, api: Any) -> None:
    await sim.say("ou_li", "/checkin", chat="oc_team")
    asked = sim.seen("ou_li", "oc_team")[0].message_id
    body = {"msg_type": "text", "content": '{"text":"ok"}', "reply_in_thread": True, "uuid": "r1"}
    answer = await api.call("POST", f"/open-apis/im/v1/messages/{asked}/reply", body)
    again = await api.call("POST", f"/open-apis/im/v1/messages/{asked}/reply", body)
    assert answer["data"]["parent_id"] == answer["data"]["root_id"] == asked
    assert answer["data"]["thread_id"].startswith("omt_")
    assert again["data"]["message_id"] == answer["data"]["message_id"]
    await sim.say("ou_li", "hi")
    direct = sim.seen("ou_li")[0].message_id
    refused = await api.call("POST", f"/open-apis/im/v1/messages/{direct}/reply", body | {"uuid": "r2"})
    assert refused["code"] == 230071


async def test_patch_changes_the_card(sim: FeishuSimulator, api: Any) -> None:
    card_id = await api.send_card(CARD)
    assert (await api.patch(card_id, NEWER))["code"] == 0
    seen = sim.seen("ou_li")[-1]
    assert (seen.text, seen.version) == ("二", 1)


async def test_patch_window_of_14_days(sim: FeishuSimulator, api: Any, clock: ShiftedClock) -> None:
    card_id = await api.send_card(CARD)
    clock.advance(timedelta(days=14))
    assert (await api.patch(card_id, NEWER))["code"] == 0
    clock.advance(timedelta(milliseconds=1))
    assert (await api.patch(card_id, NEWER))["code"] == 230031


async def test_patch_rules(sim: FeishuSimulator, api: Any) -> None:
    card_id = await api.send_card(CARD)
    downgrade = await api.patch(card_id, OLD_SHARED)
    assert (downgrade["code"], "ErrCode: 200830" in downgrade["msg"]) == (230099, True)
    assert (await api.patch("c-0123456789", NEWER))["code"] == 99992354
    exclusive = await api.send_card(OLD_EXCLUSIVE)
    assert (await api.patch(exclusive, OLD_SHARED))["code"] == 230001
    shared = await api.send_card(OLD_SHARED)
    assert (await api.patch(shared, OLD_EXCLUSIVE))["code"] == 230001
    assert (await api.patch(shared, OLD_SHARED))["code"] == 0
    path = f"/open-apis/im/v1/messages/{card_id}"
    assert (await api.call("PATCH", path, {"content": NEWER}))["code"] == 99992402, "a string, not an object"
    text_id = (await api.send("text", {"text": "hi"}))["data"]["message_id"]
    assert (await api.patch(text_id, NEWER))["code"] == 230001
    await sim.say("ou_li", "mine")
    assert (await api.patch(sim.seen("ou_li")[-1].message_id, NEWER))["code"] == 230027
    assert (await api.call("DELETE", path))["code"] == 0
    assert (await api.patch(card_id, NEWER))["code"] == 230011
    assert (await api.call("DELETE", path))["code"] == 230110


async def test_edit_text_at_most_20_times(sim: FeishuSimulator, api: Any) -> None:
    path = "/open-apis/im/v1/messages/" + (await api.send("text", {"text": "0"}))["data"]["message_id"]
    for number in range(1, 21):
        body = {"msg_type": "text", "content": json.dumps({"text": str(number)})}
        assert (await api.call("PUT", path, body))["code"] == 0
    assert sim.seen("ou_li")[-1].text == "20"
    assert (await api.call("PUT", path, {"msg_type": "text", "content": '{"text":"21"}'}))["code"] == 230072


async def test_read_gives_a_reduced_card_unless_asked(api: Any) -> None:
    path = f"/open-apis/im/v1/messages/{await api.send_card(CARD)}"
    reduced = (await api.call("GET", path))["data"]["items"][0]["body"]["content"]
    whole = await api.call("GET", f"{path}?card_msg_content_type=user_card_content")
    assert json.loads(reduced) != CARD
    assert json.loads(whole["data"]["items"][0]["body"]["content"]) == CARD


async def test_reactions(api: Any) -> None:
    path = f"/open-apis/im/v1/messages/{await api.send_card(CARD)}/reactions"
    added = await api.call("POST", path, {"reaction_type": {"emoji_type": "OK"}})
    assert (await api.call("DELETE", f"{path}/{added['data']['reaction_id']}"))["code"] == 0
    assert (await api.call("DELETE", f"{path}/{added['data']['reaction_id']}"))["code"] != 0


async def test_five_messages_a_second_to_one_chat(sim: FeishuSimulator, api: Any) -> None:
    """§5.1: HTTP 400, 230020; other chats are not affected; it can be switched off."""
    answers = [await api.send("text", {"text": "x"}, "oc_team", "chat_id") for _ in range(6)]
    assert [answer["code"] for answer in answers] == [0] * 5 + [230020]
    assert answers[-1]["http"] == 400
    assert (await api.send("text", {"text": "x"}))["code"] == 0
    sim.tenant.throttle.enabled = False
    assert (await api.send("text", {"text": "x"}, "oc_team", "chat_id"))["code"] == 0


async def test_five_updates_a_second_of_one_message(api: Any) -> None:
    card_id = await api.send_card(CARD)
    codes = [(await api.patch(card_id, NEWER))["code"] for _ in range(6)]
    assert codes == [0] * 5 + [230020]


async def test_fifty_calls_a_second_of_one_api(sim: FeishuSimulator, api: Any) -> None:
    headers = {"Authorization": f"Bearer {sim.tenant.tokens.issue()[0]}"}
    sim.tenant.throttle = Throttle(now=lambda: 1.0)
    for _ in range(50):
        assert (await api.call("GET", "/open-apis/bot/v3/info"))["code"] == 0
    async with api.session.get(f"{api.base}/open-apis/bot/v3/info", headers=headers) as answer:
        assert answer.status == 429
        assert (await answer.json())["code"] == 99991400
        assert answer.headers["x-ogw-ratelimit-limit"] == "50"
        assert answer.headers["x-ogw-ratelimit-reset"] == "1"


def test_throttle_windows_slide() -> None:
    now = [0.0]
    throttle = Throttle(now=lambda: now[0])
    assert [throttle.wait_for("k", 2, 1.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    now[0] = 1.0
    assert throttle.wait_for("k", 2, 1.0) == 0.0


async def test_a_card_is_measured_as_it_travels(api: Any) -> None:
    """§3.2: 30 KB of request: every quote of the card is escaped within the content string."""
    quotes = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": '"' * 9_000}]}}
    assert len(json.dumps(quotes)) < 30 * 1024
    assert (await api.send("interactive", quotes))["code"] == 230025
