"""Robot messages in and out (dingtalk.md §9 items 7 and 8; §1.1, §3.11, §4.2–4.7)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.crypto import robot_sign
from adapters.dingtalk.simulator.directory import opaque_id

GROUP = "cidGrowth=="
ROBOT = "dingdemoapp000001"


def send(users: list[str], key: str = "sampleText", **param: str) -> dict[str, Any]:
    return {"robotCode": ROBOT, "userIds": users, "msgKey": key, "msgParam": json.dumps(param or {"content": "hi"})}


def to_group(key: str = "sampleText", **param: str) -> dict[str, Any]:
    text = json.dumps(param or {"content": "hi"})
    return {"robotCode": ROBOT, "openConversationId": GROUP, "msgKey": key, "msgParam": text}


async def test_a_direct_text_arrives_signed_and_complete(sim: DingtalkSimulator, bot: Any) -> None:
    """§1.1."""
    done = await sim.say("li", "/checkin")
    assert (done.status, done.attempts, done.body) == (200, 1, {"msgtype": "empty"})
    headers, body = bot.requests[0].headers, bot.bodies[0]
    assert headers["sign"] == robot_sign("demo-client-secret", headers["timestamp"])
    assert headers["timestamp"] == str(body["createAt"]) == "1772442000000"
    assert body["text"] == {"content": "/checkin"}
    assert (body["conversationType"], body["senderStaffId"], body["senderNick"]) == ("1", "li", "李雷")
    assert body["sessionWebhookExpiredTime"] - body["createAt"] == 5_400_000
    assert "atUsers" not in body
    assert "conversationTitle" not in body
    assert [(seen.by, seen.text) for seen in sim.seen("li")] == [("li", "/checkin")]


async def test_in_a_group_the_mention_is_stripped_and_a_space_left(sim: DingtalkSimulator, bot: Any) -> None:
    """§9 item 7."""
    await sim.say("li", "/kudos @韩梅梅 +10", chat=GROUP)
    (body,) = bot.bodies
    assert body["text"]["content"] == " /kudos @韩梅梅 +10"
    assert (body["conversationType"], body["conversationId"], body["isInAtList"]) == ("2", GROUP, True)
    assert body["atUsers"][0] == {"dingtalkId": body["chatbotUserId"]}
    assert body["atUsers"][1]["staffId"] == "han"
    assert body["atUsers"][1]["dingtalkId"] == opaque_id("han")
    assert sim.seen("han", GROUP)[0].text == "@Bida /kudos @韩梅梅 +10"


async def test_mentions_may_come_without_staff_ids(sim: DingtalkSimulator, bot: Any) -> None:
    sim.weather.mention_staff_ids = False
    await sim.say("li", "@han hi", chat=GROUP)
    assert bot.bodies[0]["atUsers"][1] == {"dingtalkId": opaque_id("han")}


async def test_an_unpublished_robot_gets_no_staff_id(sim: DingtalkSimulator, bot: Any) -> None:
    sim.weather.hide_staff_ids = True
    await sim.say("li", "hi")
    assert not {"senderStaffId", "senderCorpId", "isAdmin"} & set(bot.bodies[0])


async def test_an_exhausted_push_quota_hides_the_content(sim: DingtalkSimulator, bot: Any) -> None:
    """§1.1 last row, §5.1."""
    sim.weather.quota_exhausted = True
    await sim.say("li", "hi")
    assert bot.bodies[0]["errorCode"] == "20001"
    assert "text" not in bot.bodies[0]


async def test_strangers_cannot_speak(sim: DingtalkSimulator) -> None:
    with pytest.raises(ValueError):
        await sim.say("nobody", "hi")
    with pytest.raises(ValueError):
        await sim.say("zhao", "hi", chat=GROUP)


async def test_a_given_message_id_is_a_redelivery(sim: DingtalkSimulator, bot: Any) -> None:
    await sim.say("li", "hi", message_id="m1")
    await sim.say("li", "hi", message_id="m1")
    assert bot.bodies[0] == bot.bodies[1]
    assert len(sim.seen("li")) == 1


async def test_a_message_in_the_http_answer_is_posted(sim: DingtalkSimulator, bot: Any) -> None:
    bot.answer = lambda request, body: web.json_response({"msgtype": "text", "text": {"content": "hello"}})
    await sim.say("li", "hi")
    assert [seen.text for seen in sim.seen("li")] == ["hi", "hello"]


async def test_other_kinds_carry_their_content(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    sim.add_file("dl-1", b"bytes")
    await sim.send_media("li", "picture", {"downloadCode": "dl-1"})
    assert (bot.bodies[0]["msgtype"], bot.bodies[0]["content"]) == ("picture", {"downloadCode": "dl-1"})
    _, body = await api.post("/v1.0/robot/messageFiles/download", {"downloadCode": "dl-1", "robotCode": ROBOT})
    async with api.session.get(body["downloadUrl"]) as answer:
        assert await answer.read() == b"bytes"
    status, _ = await api.post("/v1.0/robot/messageFiles/download", {"downloadCode": "zz", "robotCode": ROBOT})
    assert status == 400


async def test_batch_send_reaches_people_and_reports_the_rest(sim: DingtalkSimulator, api: Any) -> None:
    """§9 item 8: HTTP 200 with the unreached users in lists."""
    sim.weather.invalid_staff.add("han")
    sim.weather.flow_controlled.add("zhao")
    status, body = await api.post("/v1.0/robot/oToMessages/batchSend", send(["li", "han", "zhao", "nobody"]))
    assert (status, body["invalidStaffIdList"], body["flowControlledStaffIdList"], body["filteredStaffIdList"]) == (
        200,
        ["han", "nobody"],
        ["zhao"],
        [],
    )
    assert [seen.text for seen in sim.seen("li")] == ["hi"]
    assert sim.seen("han") == sim.seen("zhao") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"userIds": [f"u{n}" for n in range(21)]}, "too.many.people"),
        ({"userIds": []}, "invalidParameter.userIds.empty"),
        ({"robotCode": "dingother"}, "robot.oto.notExist"),
        ({"msgKey": "sampleUnknown"}, "invalidParameter.msgKey.invalid"),
        ({"msgParam": {"content": "not a string"}}, "invalidParameter.msgParam.empty"),
        ({"msgParam": "not json"}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"content": 3}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"title": "no content"}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": json.dumps({"content": "x" * 15_000})}, "msgParam.tooLong"),
    ],
)
async def test_refuses_a_bad_batch_send(sim: DingtalkSimulator, api: Any, change: Any, code: str) -> None:
    status, body = await api.post("/v1.0/robot/oToMessages/batchSend", send(["li"]) | change)
    assert (status, body["code"]) == (400, code)
    assert sim.seen("li") == []


async def test_group_send_needs_the_robot_in_the_group(sim: DingtalkSimulator, api: Any) -> None:
    """§4.3."""
    path = "/v1.0/robot/groupMessages/send"
    assert (await api.post(path, to_group()))[0] == 200
    assert sim.seen("han", GROUP)[0].text == "hi"
    for change, code in (
        ({"robotCode": "dingother"}, "robotCode.auth"),
        ({"openConversationId": "cidX"}, "invalid.openConversationId"),
    ):
        assert (await api.post(path, to_group() | change))[1]["code"] == code
    sim.remove_robot(GROUP)
    assert (await api.post(path, to_group()))[1]["code"] == "resource.unavailable"


async def test_recall_takes_a_message_back_within_a_day(sim: DingtalkSimulator, api: Any, clock: Any) -> None:
    """§4.4, on the simulated clock."""
    handles = []
    for _ in range(2):
        handles.append((await api.post("/v1.0/robot/oToMessages/batchSend", send(["li", "han"])))[1]["processQueryKey"])
    path = "/v1.0/robot/otoMessages/batchRecall"
    _, body = await api.post(path, {"robotCode": ROBOT, "processQueryKeys": [handles[0], "unknown"]})
    assert body == {"successResult": [handles[0]], "failedResult": {"unknown": "processQueryKey.notExist"}}
    assert [(seen.recalled, seen.text) for seen in sim.seen("han")] == [(True, ""), (False, "hi")]
    clock.advance(timedelta(hours=24, seconds=1))
    await api.log_in()
    _, body = await api.post(path, {"robotCode": ROBOT, "processQueryKeys": [handles[1]]})
    assert body["failedResult"] == {handles[1]: "recall.timeout"}


async def test_a_recalled_card_cannot_be_clicked(sim: DingtalkSimulator, api: Any) -> None:
    _, body = await api.card(chat=GROUP, title="T")
    carrier = body["result"]["deliverResults"][0]["carrierId"]
    recall = {"robotCode": ROBOT, "openConversationId": GROUP, "processQueryKeys": [carrier]}
    assert (await api.post("/v1.0/robot/groupMessages/recall", recall))[1]["successResult"] == [carrier]
    assert sim.seen("li", GROUP)[0].recalled
    with pytest.raises(ValueError, match="sees no message"):
        await sim.click("li", "card-1", "form")


async def test_read_status_names_the_receiver(api: Any) -> None:
    _, sent = await api.post("/v1.0/robot/oToMessages/batchSend", send(["li"]))
    key = sent["processQueryKey"]
    _, body = await api.call("GET", "/v1.0/robot/oToMessages/readStatus", robotCode=ROBOT, processQueryKey=key)
    assert (body["sendStatus"], body["messageReadInfoList"][0]["userId"]) == ("SUCCESS", "li")


async def test_a_dtmd_button_makes_the_person_say_its_text(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§3.11: ActionCard buttons with dtmd links."""
    url = "dtmd://dingtalkclient/sendMessage?content=%2Fredeem+17%20%2B1"
    param = {"title": "T", "text": "**body**", "actionTitle1": "Yes", "actionURL1": url, "actionTitle2": "Web",
             "actionURL2": "https://example.com/"}  # fmt: skip
    _, sent = await api.post("/v1.0/robot/oToMessages/batchSend", send(["li"], "sampleActionCard2", **param))
    (seen,) = sim.seen("li")
    assert (seen.kind, seen.text, [b.label for b in seen.buttons]) == ("actionCard", "T\nbody", ["Yes", "Web"])
    await sim.click("li", sent["processQueryKey"], "button1")
    assert bot.bodies[0]["text"]["content"] == "/redeem 17 +1"
    assert sim.seen("li")[-1].by == "li"
    assert (await sim.click("li", sent["processQueryKey"], "button2")).attempts == 0
    with pytest.raises(ValueError):
        await sim.click("li", sent["processQueryKey"], "button3")


async def test_a_dtmd_button_in_a_group_does_not_mention_the_bot(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§3.11: unconfirmed, so the bot hears nothing."""
    url = "dtmd://dingtalkclient/sendMessage?content=%2Fhelp"
    param = {"title": "T", "text": "t", "singleTitle": "Help", "singleURL": url}
    _, sent = await api.post("/v1.0/robot/groupMessages/send", to_group("sampleActionCard", **param))
    assert (await sim.click("li", sent["processQueryKey"], "button1")).attempts == 0
    assert sim.seen("han", GROUP)[-1].text == "/help"
    assert bot.bodies == []


async def test_the_session_webhook_replies_until_it_expires(
    sim: DingtalkSimulator, api: Any, bot: Any, clock: Any
) -> None:
    """§4.5, §9 item 7: 300001 with HTTP 200 after the expiry."""
    await sim.say("li", "hi", chat=GROUP)
    url = bot.bodies[0]["sessionWebhook"]
    message = {"msgtype": "text", "text": {"content": "@han done"}, "at": {"atUserIds": ["han"]}}

    async def reply(body: Any) -> Any:
        async with api.session.post(url, json=body) as answer:
            assert answer.status == 200
            return (await answer.json())["errcode"]

    assert await reply(message) == 0
    assert sim.seen("li", GROUP)[-1].text == "@韩梅梅 done"
    assert await reply({"msgtype": "text", "text": {"content": "@han"}}) == 0
    assert sim.seen("li", GROUP)[-1].text == "@han"  # not in `at`: no mention
    assert await reply({"msgtype": "markdown", "markdown": {"text": "no title"}}) == 40035
    clock.advance(timedelta(seconds=5400))
    assert await reply(message) == 300001


async def test_the_custom_webhook_checks_sign_and_rate(sim: DingtalkSimulator, api: Any) -> None:
    """§4.7."""
    sim.add_webhook(GROUP, "hook", secret="SEC")
    stamp = str(sim.world.milliseconds())
    message = {"msgtype": "text", "text": {"content": "x"}}

    async def post(sign: str, token: str = "hook") -> int:
        _, body = await api.post("/robot/send", message, access_token=token, timestamp=stamp, sign=sign)
        return int(body["errcode"])

    assert await post("wrong") == 310000
    assert await post("", "unknown") == 400101
    assert [await post(robot_sign("SEC", stamp)) for _ in range(21)] == [0] * 20 + [410100]
    assert len(sim.seen("li", GROUP)) == 20


async def test_quick_entries_are_links_that_may_speak(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§7: DingTalk has no menu callback; a dtmd entry says its text, opening the chat says nothing."""
    url = "dtmd://dingtalkclient/sendMessage?content=%2Fcheckin"
    entry = {"name": '{"zh_CN":"签到"}', "icon": "@m", "pcUrl": url, "mobileUrl": url}
    assert (await api.post("/v1.0/robot/plugins/set", {"robotCode": ROBOT, "pluginInfoList": [entry]}))[0] == 200
    assert (await sim.press_menu("li", "cmd:checkin")).attempts == 0
    assert (await sim.open_chat("li")).attempts == 0
    await sim.press_menu("li", "签到")
    assert [body["text"]["content"] for body in bot.bodies] == ["/checkin"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"msgtype": "text", "text": {"content": "plain"}}, "plain"),
        ({"msgtype": "markdown", "markdown": {"title": "T", "text": "# T\n**b** [l](https://e)"}}, "T\nb l"),
        ({"msgtype": "link", "link": {"title": "T", "text": "t", "messageUrl": "https://e"}}, "T\nt"),
        ({"msgtype": "actionCard", "actionCard": {"title": "T", "text": "t", "btns": [
            {"title": "Yes", "actionURL": "https://e"}]}}, "T\nt"),
        ({"msgtype": "feedCard", "feedCard": {"links": [
            {"title": "F", "messageURL": "https://e", "picURL": "https://p"}]}}, "F"),
    ],
)  # fmt: skip
async def test_every_documented_reply_kind_is_shown(sim: DingtalkSimulator, bot: Any, message: Any, text: str) -> None:
    """§4.6."""
    bot.answer = lambda request, body: web.json_response(message)
    await sim.say("li", "hi")
    assert (sim.seen("li")[-1].kind, sim.seen("li")[-1].text) == (message["msgtype"], text)
    assert sim.seen("li")[-1].payload == message


@pytest.mark.parametrize(
    "message",
    [
        {"msgtype": "text", "text": {}},
        {"msgtype": "card", "card": {}},
        {"msgtype": "actionCard", "actionCard": {"title": "T", "text": "t"}},
        {"msgtype": "actionCard", "actionCard": {"title": "T", "text": "t", "btns": [{"title": "no url"}]}},
        {"msgtype": "feedCard", "feedCard": {"links": []}},
    ],
)
async def test_a_malformed_reply_is_not_posted(sim: DingtalkSimulator, bot: Any, message: Any) -> None:
    bot.answer = lambda request, body: web.json_response(message)
    await sim.say("li", "hi")
    assert len(sim.seen("li")) == 1


async def test_the_custom_webhook_wants_its_keyword_and_keeps_uuids_apart(sim: DingtalkSimulator, api: Any) -> None:
    """§4.7."""
    sim.add_webhook(GROUP, "hook", keywords=["报告"])
    message = {"msgtype": "text", "text": {"content": "报告 1"}, "msgUuid": "u1"}
    for _ in range(2):
        assert (await api.post("/robot/send", message, access_token="hook"))[1]["errcode"] == 0
    other = {"msgtype": "text", "text": {"content": "no"}}
    assert (await api.post("/robot/send", other, access_token="hook"))[1]["errcode"] == 310000
    assert len(sim.seen("li", GROUP)) == 1
