"""Delayed updates, ephemeral cards, batches, images, contacts, slash commands (feishu.md §1.12, §4.2, §4.4, §7)."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from adapters.feishu.simulator import FeishuSimulator
from adapters.simulation import Resident
from domain.clock import ShiftedClock

UPDATE = "/open-apis/interactive/v1/card/update"
PRESS = {
    "tag": "button", "name": "b", "text": {"tag": "plain_text", "content": "按"},
    "behaviors": [{"type": "callback", "value": {"a": "x"}}],
}  # fmt: skip


def card(text: str) -> dict[str, Any]:
    return {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": text}, PRESS]}}


async def clicked_token(sim: FeishuSimulator, bot: Any, api: Any) -> str:
    await sim.click("ou_li", await api.send_card(card("0")), "b")
    return str(bot.events[-1]["token"])


async def test_a_token_changes_the_card_twice(sim: FeishuSimulator, bot: Any, api: Any) -> None:
    token = await clicked_token(sim, bot, api)
    codes = [(await api.call("POST", UPDATE, {"token": token, "card": card(str(n))}))["code"] for n in (1, 2, 3)]
    assert codes == [0, 0, 300040]
    assert sim.seen("ou_li")[-1].text == "2\n按"


async def test_a_token_lives_30_minutes(sim: FeishuSimulator, bot: Any, api: Any, clock: ShiftedClock) -> None:
    token = await clicked_token(sim, bot, api)
    clock.advance(timedelta(minutes=30))
    assert (await api.call("POST", UPDATE, {"token": token, "card": card("1")}))["code"] == 0
    clock.advance(timedelta(milliseconds=1))
    assert (await api.call("POST", UPDATE, {"token": token, "card": card("2")}))["code"] == 300030


async def test_a_token_is_of_no_use_before_the_answer(sim: FeishuSimulator, bot: Any, api: Any) -> None:
    codes: list[int] = []

    async def too_early() -> None:
        body = {"token": bot.events[-1]["token"], "card": card("1")}
        codes.append((await api.call("POST", UPDATE, body))["code"])

    bot.before_answer = too_early
    await clicked_token(sim, bot, api)
    assert codes == [300020]
    assert sim.seen("ou_li")[-1].text == "0\n按"


async def test_other_delayed_updates_are_refused(sim: FeishuSimulator, bot: Any, api: Any) -> None:
    token = await clicked_token(sim, bot, api)
    assert (await api.call("POST", UPDATE, {"token": "c-none", "card": card("1")}))["code"] == 300020
    assert (await api.call("POST", UPDATE, {"token": token, "card": "{}"}))["code"] == 99992402, "an object"
    assert (await api.call("POST", UPDATE, {"token": token, "card": {"elements": []}}))["code"] == 300090
    shared_old = {"config": {"update_multi": True}, "elements": []}
    assert (await api.call("POST", UPDATE, {"token": token, "card": shared_old}))["code"] == 230099
    await api.call("DELETE", f"/open-apis/im/v1/messages/{sim.seen('ou_li')[-1].message_id}")
    assert (await api.call("POST", UPDATE, {"token": token, "card": card("1")}))["code"] == 200000


async def test_ephemeral_cards_are_for_one_viewer(sim: FeishuSimulator, bot: Any, api: Any) -> None:
    path = "/open-apis/ephemeral/v1/"
    body = {"chat_id": "oc_team", "open_id": "ou_li", "msg_type": "interactive", "card": card("秘密")}
    sent = await api.call("POST", f"{path}send", body)
    message_id = sent["data"]["message_id"]
    assert len(sim.seen("ou_li", "oc_team")) == 1
    assert sim.seen("ou_wang", "oc_team") == []
    assert (await api.patch(message_id, card("x")))["code"] == 230001
    await sim.click("ou_li", message_id, "b")
    assert bot.events[-1]["context"]["open_message_id"] == message_id
    with pytest.raises(ValueError):
        await sim.click("ou_wang", message_id, "b")
    assert (await api.call("POST", f"{path}delete", {"message_id": message_id}))["code"] == 0
    assert (await api.call("POST", f"{path}delete", {"message_id": message_id}))["code"] == 18051
    direct = sim.tenant.chats.direct("ou_li").chat_id
    assert (await api.call("POST", f"{path}send", {**body, "chat_id": direct}))["code"] == 230002
    assert (await api.call("POST", f"{path}send", {**body, "open_id": "ou_zhao"}))["code"] == 230013
    assert (await api.call("POST", f"{path}send", {**body, "card": "{}"}))["code"] == 99992402


async def test_batches_take_objects_and_cannot_be_updated(sim: FeishuSimulator, api: Any) -> None:
    path = "/open-apis/message/v4/batch_send/"
    body = {"msg_type": "interactive", "card": card("全体"), "open_ids": ["ou_li", "ou_nobody"]}
    answer = await api.call("POST", path, body)
    assert answer["data"]["message_id"].startswith("bm-")
    assert answer["data"]["invalid_open_ids"] == ["ou_nobody"]
    assert (await api.patch(sim.seen("ou_li")[-1].message_id, card("x")))["code"] == 230001
    refused = await api.call("POST", path, {"msg_type": "text", "content": '{"text":"x"}', "open_ids": ["ou_li"]})
    assert (refused["code"], refused["http"]) == (10003, 200)
    department = sim.tenant.directory.department("研发")
    await api.call("POST", path, {"msg_type": "text", "content": {"text": "部门"}, "department_ids": [department]})
    assert [sim.seen(person)[-1].text for person in ("ou_li", "ou_wang")] == ["部门", "部门"]
    assert sim.seen("ou_zhao") == []


@pytest.mark.parametrize(
    ("kind", "image", "code"),
    [("message", b"\x89PNG\r\n\x1a\n...", 0), ("photo", b"GIF89a", 234001), ("message", b"", 234010),
     ("message", b"text", 234011), ("message", b"GIF8" + b"x" * 10 * 1024 * 1024, 234006)],
)  # fmt: skip
async def test_image_upload(sim: FeishuSimulator, api: Any, kind: str, image: bytes, code: int) -> None:
    form = FormData({"image_type": kind})
    form.add_field("image", BytesIO(image), filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {sim.tenant.tokens.issue()[0]}"}
    async with api.session.post(f"{api.base}/open-apis/im/v1/images", data=form, headers=headers) as answer:
        body = await answer.json()
    assert body["code"] == code
    if not code:
        sent = await api.send("image", {"image_key": body["data"]["image_key"]})
        assert sent["code"] == 0


async def test_bot_info(sim: FeishuSimulator, api: Any) -> None:
    answer = await api.call("GET", "/open-apis/bot/v3/info")
    assert answer["bot"]["open_id"] == sim.tenant.bot_open_id
    assert "data" not in answer


async def test_users(sim: FeishuSimulator, api: Any) -> None:
    base = "/open-apis/contact/v3/users"
    user = (await api.call("GET", f"{base}/ou_li?user_id_type=open_id"))["data"]["user"]
    assert (user["name"], user["open_id"], "user_id" in user) == ("李四", "ou_li", False)
    assert (await api.call("GET", f"{base}/ou_none"))["code"] == 99992351
    assert (await api.call("GET", f"{base}/u1?user_id_type=user_id"))["code"] == 99992360
    items = (await api.call("GET", f"{base}/batch?user_ids=ou_li&user_ids=ou_none"))["data"]["items"]
    assert [item["open_id"] for item in items] == ["ou_li"]
    found = await api.call("POST", f"{base}/batch_get_id", {"emails": ["li@example.com", "no@example.com"]})
    rows = found["data"]["user_list"]
    assert rows[0]["user_id"] == "ou_li"
    assert rows[1] == {"email": "no@example.com"}
    assert (await api.call("POST", f"{base}/batch_get_id", {"emails": ["x"] * 51}))["code"] == 99992402


async def test_departments_and_their_people(sim: FeishuSimulator, api: Any) -> None:
    base = "/open-apis/contact/v3"
    for number in range(12):
        sim.add_resident(Resident(user_id=f"ou_{number}", name=f"员工{number}", department="研发"))
    children = (await api.call("GET", f"{base}/departments/0/children?fetch_child=true&page_size=50"))["data"]
    department = children["items"][0]["open_department_id"]
    assert children["items"][0]["name"] == "研发"
    one = (await api.call("GET", f"{base}/departments/{department}"))["data"]["department"]
    assert (one["name"], one["member_count"]) == ("研发", 14)
    path = f"{base}/users/find_by_department?department_id={department}"
    first = (await api.call("GET", f"{path}&page_size=10"))["data"]
    rest = (await api.call("GET", f"{path}&page_size=10&page_token={first['page_token']}"))["data"]
    assert (len(first["items"]), first["has_more"], len(rest["items"]), rest["has_more"]) == (10, True, 4, False)
    assert (await api.call("GET", f"{path}&page_size=51"))["code"] == 99992402
    assert (await api.call("GET", f"{base}/departments/od-none"))["code"] == 40004
    scopes = (await api.call("GET", f"{base}/scopes"))["data"]
    assert (scopes["department_ids"], scopes["user_ids"]) == ([department], ["ou_zhao"])


async def test_slash_commands(api: Any) -> None:
    path = "/open-apis/application/v7/app_slash_commands"
    body = {"command": "checkin", "description": {"default_value": "Update"}, "icon": {"icon_key": "skill_outlined"}}
    command_id = (await api.call("POST", path, body))["data"]["command_id"]
    assert (await api.call("POST", path, body))["code"] == 40000000
    assert (await api.call("POST", path, {**body, "command": "x", "icon": {"icon_key": "?"}}))["code"] == 40000031
    assert (await api.call("POST", path, {**body, "command": "/x"}))["code"] == 99992402
    changed = {"description": {"default_value": "Other"}}
    assert (await api.call("PATCH", f"{path}/{command_id}", changed))["code"] == 0
    items = (await api.call("GET", path))["data"]["items"]
    assert [(item["command"], item["description"]["default_value"]) for item in items] == [("checkin", "Other")]
    assert (await api.call("DELETE", f"{path}/{command_id}"))["code"] == 0
    assert (await api.call("GET", path))["data"]["items"] == []


async def test_groups(api: Any) -> None:
    base = "/open-apis/im/v1/chats"
    assert [item["chat_id"] for item in (await api.call("GET", base))["data"]["items"]] == ["oc_team"]
    assert (await api.call("GET", f"{base}/oc_team"))["data"]["name"] == "研发群"
    members = (await api.call("GET", f"{base}/oc_team/members?member_id_type=open_id"))["data"]["items"]
    assert [member["member_id"] for member in members] == ["ou_li", "ou_wang"]
    assert (await api.call("GET", f"{base}/oc_none"))["code"] == 232006
