"""The card store (dingtalk.md §9 items 4 and 5; §3.2–3.6)."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.directory import union_id

GROUP = "cidGrowth=="
BTNS = json.dumps(
    [
        {
            "text": "同意",
            "color": "blue",
            "status": "normal",
            "event": {"type": "sendCardRequest", "params": {"actionId": "approve", "params": {"a": "x", "rev": "2"}}},
        },
        {
            "text": "拒绝",
            "color": "red",
            "status": "disabled",
            "event": {"type": "sendCardRequest", "params": {"actionId": "refuse", "params": {}}},
        },
        {"text": "详情", "color": "gray", "status": "normal",
         "event": {"type": "openLink", "params": {"url": "https://example.com/"}}},
    ]
)  # fmt: skip
BAD_FORM = '{"fields":[{"name":"a","label":"A","type":"RANGE"}]}'


async def register(api: Any, bot: Any, secret: str = "") -> None:
    status, _ = await api.post(
        "/v1.0/card/callbacks/register",
        {"callbackRouteKey": "cards", "callbackUrl": bot.url, "apiSecret": secret, "forceUpdate": True},
    )
    assert status == 200


async def test_a_card_is_seen_by_its_person_only(sim: DingtalkSimulator, api: Any) -> None:
    status, body = await api.card(title="周报", body="**KR1** 进展\n\n第二段", footer="脚注", notice="")
    assert (status, body["result"]["deliverResults"][0]["success"]) == (200, True)
    (seen,) = sim.seen("li")
    assert seen.text == "周报\nKR1 进展\n第二段\n脚注"
    assert seen.payload["template"].endswith(".schema")
    assert sim.seen("han") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"outTrackId": "x" * 101}, "param.invalid"),
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"cardTemplateId": "unknown.schema"}, "param.templateNotExist"),
        ({"cardTemplateId": "draft.schema"}, "param.templateUnpublished"),
        ({"cardData": None}, "param.cardPublicDataEmpty"),
        ({"cardData": {"cardParamMap": {"title": 1}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"title": True}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"headline": "not a variable"}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"has_form": "yes"}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"has_form": "true"}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"form": BAD_FORM}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"btns": '[{"text":"x"}]'}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"body": "x" * 103_000}}}, "param.invalid"),
        ({"privateData": {"li": {"cardParamMap": {"notice": 3}}}}, "param.invalid"),
        ({"callbackRouteKey": ""}, "param.invalid"),
        ({"openSpaceId": ""}, "param.openSpaceIdEmpty"),
        ({"openSpaceId": "IM_ROBOT.li"}, "param.openSpaceIdInvalid"),
        ({"imRobotOpenSpaceModel": None}, "param.openSpaceModelInvalid"),
        ({"imRobotOpenSpaceModel": {}}, "param.openSpaceModelInvalid"),
        ({"imRobotOpenSpaceModel": {"supportForward": False, "lastMessageI18n": {"zh": "x"}}},
         "param.openSpaceModelInvalid"),
        ({"imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"}, "openSpaceId": "dtv1.card//IM_ROBOT"},
         "param.openSpaceIdInvalid"),
        ({"imRobotOpenDeliverModel": None}, "param.openDeliverModelEmpty"),
        ({"imRobotOpenDeliverModel": {"robotCode": "dingdemoapp000001"}}, "param.openDeliverModelError"),
    ],
)  # fmt: skip
async def test_refuses_a_malformed_card(sim: DingtalkSimulator, api: Any, change: Any, code: str) -> None:
    """§3.2: the documented `param.*` codes, HTTP 400, and nothing is left behind."""
    sim.add_template("draft.schema", published=False)
    good = {
        "cardTemplateId": next(iter(sim.world.cards.templates)),
        "outTrackId": "c",
        "callbackType": "HTTP",
        "callbackRouteKey": "cards",
        "cardData": {"cardParamMap": {"title": "T"}},
        "openSpaceId": "dtv1.card//IM_ROBOT.li",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingdemoapp000001"},
    }
    status, body = await api.post("/v1.0/card/instances/createAndDeliver", good | change)
    assert (status, body["code"]) == (400, code)
    assert sim.seen("li") == []
    status, _ = await api.post("/v1.0/card/instances/createAndDeliver", good)
    assert status == 200


async def test_an_out_track_id_is_used_once(api: Any) -> None:
    await api.card("same")
    status, body = await api.card("same")
    assert (status, body["code"]) == (400, "param.cardAlreadyExist")


@pytest.mark.parametrize(
    ("space", "error"),
    [
        ("IM_ROBOT.cidGrowth==", "spaceId is illegal"),
        ("IM_ROBOT.nobody", "user is not exist"),
        ("IM_GROUP.cidUnknown==", "spaceId is illegal"),
        ("IM_GROUP.cidGrowth==", "robot is not in the group"),
        ("IM_SINGLE.cidGrowth==", "spaceType is not supported"),
    ],
)
async def test_delivery_fails_with_http_200(sim: DingtalkSimulator, api: Any, space: str, error: str) -> None:
    """§9 item 5."""
    sim.remove_robot(GROUP)
    body = {
        "cardTemplateId": next(iter(sim.world.cards.templates)),
        "outTrackId": "c",
        "cardData": {"cardParamMap": {"title": "T"}},
        "openSpaceId": f"dtv1.card//{space}",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imGroupOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        "imGroupOpenDeliverModel": {"robotCode": "dingdemoapp000001"},
    }
    status, answer = await api.post("/v1.0/card/instances/createAndDeliver", body)
    result = answer["result"]["deliverResults"][0]
    assert (status, answer["success"], result["success"], result["errorMsg"]) == (200, True, False, error)
    assert sim.seen("li") == sim.seen("li", GROUP) == []


async def test_recipients_limit_who_sees_a_group_card(sim: DingtalkSimulator, api: Any) -> None:
    body = {
        "cardTemplateId": next(iter(sim.world.cards.templates)),
        "outTrackId": "c",
        "cardData": {"cardParamMap": {"title": "T"}},
        "openSpaceId": f"dtv1.card//IM_GROUP.{GROUP}",
        "imGroupOpenSpaceModel": {"supportForward": False},
        "imGroupOpenDeliverModel": {"robotCode": "dingdemoapp000001", "recipients": ["han"]},
    }
    await api.post("/v1.0/card/instances/createAndDeliver", body)
    assert len(sim.seen("han", GROUP)) == 1
    assert sim.seen("li", GROUP) == []


async def test_create_then_deliver_is_the_same_as_both_at_once(sim: DingtalkSimulator, api: Any) -> None:
    body = {
        "cardTemplateId": next(iter(sim.world.cards.templates)),
        "outTrackId": "c",
        "cardData": {"cardParamMap": {"title": "T"}},
        "imRobotOpenSpaceModel": {"supportForward": False},
    }
    assert (await api.post("/v1.0/card/instances", body))[1] == {"success": True, "result": "c"}
    assert sim.seen("li") == []
    deliver = {
        "outTrackId": "c",
        "openSpaceId": "dtv1.card//IM_ROBOT.li",
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
    }
    await api.post("/v1.0/card/instances/deliver", deliver)
    assert [seen.text for seen in sim.seen("li")] == ["T"]


async def test_an_update_without_flags_replaces_the_whole_map(sim: DingtalkSimulator, api: Any) -> None:
    """§3.3: both flags default to false."""
    await api.card(title="T", body="B")
    status, body = await api.put(
        "/v1.0/card/instances", {"outTrackId": "card-1", "cardData": {"cardParamMap": {"body": "C"}}}
    )
    assert (status, body) == (200, {"success": True, "result": True})
    assert sim.seen("li")[0].payload["merged"] == {"body": "C"}


async def test_an_update_by_key_keeps_the_rest(sim: DingtalkSimulator, api: Any) -> None:
    await api.card(title="T", body="B")
    update = {
        "outTrackId": "card-1",
        "cardData": {"cardParamMap": {"body": "C"}},
        "privateData": {"li": {"cardParamMap": {"notice": "only you"}}},
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }
    await api.put("/v1.0/card/instances", update)
    (seen,) = sim.seen("li")
    assert seen.payload["merged"] == {"title": "T", "body": "C", "notice": "only you"}
    assert seen.version == 1


async def test_private_data_wins_for_its_person(sim: DingtalkSimulator, api: Any) -> None:
    await api.card(chat=GROUP, title="public", footer="f")
    update = {
        "outTrackId": "card-1",
        "privateData": {"han": {"cardParamMap": {"title": "private"}}},
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }
    await api.put("/v1.0/card/instances", update)
    assert sim.seen("han", GROUP)[0].payload["merged"]["title"] == "private"
    assert sim.seen("li", GROUP)[0].payload["merged"]["title"] == "public"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cardData": {"cardParamMap": {"title": "T"}}}, "param.outTrackIdEmpty"),
        ({"outTrackId": "nope", "cardData": {"cardParamMap": {"title": "T"}}}, "param.cardNotExist"),
        ({"outTrackId": "card-1"}, "param.cardDataAndPrivateDataBothEmpty"),
        ({"outTrackId": "card-1", "cardData": {"cardParamMap": {"title": 5}}}, "param.invalid"),
    ],
)
async def test_refuses_a_bad_update(sim: DingtalkSimulator, api: Any, body: Any, code: str) -> None:
    await api.card(title="T")
    status, answer = await api.put("/v1.0/card/instances", body)
    assert (status, answer["code"]) == (400, code)
    assert sim.seen("li")[0].version == 0


async def test_a_click_sends_the_documented_body(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§3.5: `content` and `value` are the same JSON string."""
    await register(api, bot)
    await api.card(chat=GROUP, title="T", btns=BTNS)
    bot.answer = lambda request, body: web.json_response({})
    done = await sim.click("li", "card-1", "approve")
    assert (done.status, done.attempts, done.body) == (200, 1, {})
    (body,) = bot.bodies
    content = json.loads(body.pop("content"))
    assert content == json.loads(body.pop("value"))
    assert content == {"cardPrivateData": {"actionIds": ["approve"], "params": {"a": "x", "rev": "2"}}}
    assert body == {
        "type": "actionCallback",
        "outTrackId": "card-1",
        "corpId": "dingdemocorp0001",
        "userId": "li",
        "userIdType": 1,
        "spaceType": "im",
        "spaceId": GROUP,
        "extension": "{}",
    }


async def test_the_client_refuses_disabled_unknown_and_hidden_buttons(
    sim: DingtalkSimulator, api: Any, bot: Any
) -> None:
    await register(api, bot)
    await api.card(title="T", btns=BTNS)
    for person, key in (("li", "refuse"), ("li", "nothing"), ("li", "form"), ("han", "approve")):
        with pytest.raises(ValueError):
            await sim.click(person, "card-1", key)
    assert (await sim.click("li", "card-1", "link")).attempts == 0
    assert bot.bodies == []


async def test_an_answer_repaints_the_clicker_only_until_a_put(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§9 item 4: cardData is a glimpse for the clicker; userPrivateData stays."""
    await register(api, bot)
    await api.card(chat=GROUP, title="open", btns=BTNS)
    bot.answer = lambda request, body: web.json_response(
        {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": {"title": "done"}},
            "userPrivateData": {"cardParamMap": {"notice": "谢谢"}},
        }
    )
    await sim.click("li", "card-1", "approve")
    assert sim.seen("li", GROUP)[0].text.splitlines() == ["done", "谢谢"]
    assert sim.seen("li", GROUP)[0].version == 1
    assert sim.seen("han", GROUP)[0].text == "open"
    update = {
        "outTrackId": "card-1",
        "cardData": {"cardParamMap": {"footer": "f"}},
        "cardUpdateOptions": {"updateCardDataByKey": True},
    }
    await api.put("/v1.0/card/instances", update)
    assert sim.seen("li", GROUP)[0].text.splitlines() == ["open", "谢谢", "f"]
    assert sim.seen("han", GROUP)[0].text.splitlines() == ["open", "f"]


async def test_an_answer_without_flags_replaces_the_map(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    await register(api, bot)
    await api.card(title="T", footer="f", btns=BTNS)
    bot.answer = lambda request, body: web.json_response({"cardData": {"cardParamMap": {"title": "only"}}})
    await sim.click("li", "card-1", "approve")
    assert sim.seen("li")[0].payload["merged"] == {"title": "only"}


async def late(request: web.Request, body: Any) -> web.Response:
    await asyncio.sleep(0.6)
    return web.json_response({"cardData": {"cardParamMap": {"title": "late"}}})


@pytest.mark.parametrize(
    "answer",
    [
        late,
        lambda request, body: web.json_response({"cardData": {"cardParamMap": {"title": "x"}}}, status=500),
        lambda request, body: web.json_response({"cardData": {"cardParamMap": {"title": 7}}}),
        lambda request, body: web.json_response(["not an object"]),
        lambda request, body: web.Response(text="success"),
    ],
)
async def test_a_late_or_bad_answer_changes_nothing_and_shows_a_failure(
    sim: DingtalkSimulator, api: Any, bot: Any, answer: Any
) -> None:
    """§3.6: failure or timeout shows the failure toast."""
    await register(api, bot)
    await api.card(title="T", btns=BTNS)
    bot.answer = answer
    await sim.click("li", "card-1", "approve")
    (seen,) = sim.seen("li")
    assert (seen.text, seen.version, seen.toast) == ("T", 0, "操作失败，请稍后重试")
    bot.answer = lambda request, body: web.json_response({})
    await sim.click("li", "card-1", "approve")
    assert sim.seen("li")[0].toast == ""


async def test_a_card_callback_is_signed_with_the_registered_secret(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§1.3, §3.4."""
    await register(api, bot, "card-secret")
    await api.card(title="T", btns=BTNS)
    await sim.click("li", "card-1", "approve")
    import base64
    import hashlib
    import hmac

    headers = bot.requests[0].headers
    stamp = headers["x-ddpaas-signature-timestamp"]
    expected = base64.b64encode(hmac.new(b"card-secret", stamp.encode(), hashlib.sha256).digest()).decode()
    assert headers["x-ddpaas-signature"] == expected


async def test_without_a_secret_there_is_no_signature(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    await register(api, bot)
    await api.card(title="T", btns=BTNS)
    await sim.click("li", "card-1", "approve")
    assert "x-ddpaas-signature" not in bot.requests[0].headers


async def test_clicks_vanish_without_a_route_or_callback_type(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    """§3.2: missing or wrong callbackType → clicks vanish."""
    await api.card(title="T", btns=BTNS)
    assert (await sim.click("li", "card-1", "approve")).attempts == 0
    await register(api, bot)
    sim.world.cards.instances["card-1"].callback_type = "http"
    assert (await sim.click("li", "card-1", "approve")).attempts == 0
    assert bot.bodies == []


async def test_route_registration_answers_as_documented(api: Any, bot: Any) -> None:
    """§3.4."""
    path, good = "/v1.0/card/callbacks/register", {"callbackRouteKey": "k", "callbackUrl": bot.url, "apiSecret": "s"}
    assert (await api.post(path, good))[1] == {"success": True, "result": {"callbackUrl": bot.url, "apiSecret": "s"}}
    for change, status, code in (
        ({"callbackRouteKey": ""}, 400, "param.callbackRouteKeyEmpty"),
        ({"callbackUrl": ""}, 400, "param.callbackUrlEmpty"),
        ({"callbackUrl": "ftp://x"}, 400, "system.updateCallbackFailed"),
        ({"callbackUrl": bot.url + "2"}, 500, "param.callbackRouteKeyExist"),
    ):
        answered, body = await api.post(path, good | change)
        assert (answered, body["code"]) == (status, code)
    assert (await api.post(path, good | {"callbackUrl": bot.url + "2", "forceUpdate": True}))[0] == 200


async def test_forged_card_callbacks_go_out_as_given_and_change_nothing(
    sim: DingtalkSimulator, api: Any, bot: Any
) -> None:
    await register(api, bot, "card-secret")
    await api.card(title="T", btns=BTNS)
    bot.answer = lambda request, body: web.json_response({"cardData": {"cardParamMap": {"title": "hacked"}}})
    done = await sim.inject_card_callback({"outTrackId": "card-1", "userId": "li"}, {"x-ddpaas-signature": "bad"})
    assert (done.status, bot.requests[0].headers["x-ddpaas-signature"]) == (200, "bad")
    assert sim.seen("li")[0].text == "T"


async def test_redelivery_repeats_the_body_with_a_fresh_signature(
    sim: DingtalkSimulator, api: Any, bot: Any, clock: Any
) -> None:
    from datetime import timedelta

    await register(api, bot, "card-secret")
    await api.card(title="T", btns=BTNS)
    await sim.click("li", "card-1", "approve")
    clock.advance(timedelta(seconds=5))
    await sim.redeliver(2)
    assert bot.bodies[0] == bot.bodies[1] == bot.bodies[2]
    signatures = [request.headers["x-ddpaas-signature"] for request in bot.requests]
    assert signatures[0] != signatures[1] == signatures[2]


async def test_streaming_is_for_foreign_templates_and_idempotent(sim: DingtalkSimulator, api: Any) -> None:
    """§3.3: `guid` is the idempotency key."""
    await api.card("ours", title="T")
    sim.add_template("ai.schema", variables=None)
    body = {
        "cardTemplateId": "ai.schema",
        "outTrackId": "ai",
        "cardData": {"cardParamMap": {"content": ""}},
        "openSpaceId": "dtv1.card//IM_ROBOT.li",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
    }
    await api.post("/v1.0/card/instances/createAndDeliver", body)
    chunk = {"outTrackId": "ai", "guid": "g1", "key": "content", "content": "Hi", "isFull": False}
    for _ in range(2):
        assert (await api.put("/v1.0/card/streaming", chunk))[0] == 200
    assert sim.seen("li")[1].payload["merged"]["content"] == "Hi"
    assert (await api.put("/v1.0/card/streaming", chunk | {"outTrackId": "ours"}))[0] == 400


async def test_buttons_sharing_an_action_id_stay_apart(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    await register(api, bot)
    event = {"type": "sendCardRequest", "params": {"actionId": "act", "params": {"n": "1"}}}
    other = {"type": "sendCardRequest", "params": {"actionId": "act", "params": {"n": "2"}}}
    await api.card(title="T", btns=json.dumps([{"text": "A", "event": event}, {"text": "B", "event": other}]))
    keys = {button.label: button.key for button in sim.seen("li")[0].buttons}
    await sim.click("li", "card-1", keys["B"])
    assert json.loads(bot.bodies[0]["content"])["cardPrivateData"] == {"actionIds": ["act"], "params": {"n": "2"}}


async def test_union_ids_address_people_when_the_call_says_so(sim: DingtalkSimulator, api: Any) -> None:
    """§3.2: userIdType 2."""
    union = union_id("li")
    body = {
        "cardTemplateId": next(iter(sim.world.cards.templates)),
        "outTrackId": "c",
        "userIdType": 2,
        "cardData": {"cardParamMap": {"title": "T"}},
        "privateData": {union: {"cardParamMap": {"notice": "yours"}}},
        "openSpaceId": f"dtv1.card//IM_ROBOT.{union}",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
    }
    await api.post("/v1.0/card/instances/createAndDeliver", body)
    (seen,) = sim.seen("li")
    assert (seen.text, seen.toast) == ("T\nyours", "yours")
    update = {"outTrackId": "c", "userIdType": 2, "privateData": {union: {"cardParamMap": {"notice": "new"}}}}
    await api.put("/v1.0/card/instances", update)
    assert sim.seen("li")[0].text == "T\nnew"
