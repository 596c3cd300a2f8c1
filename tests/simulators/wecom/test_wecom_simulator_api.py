"""The simulated WeCom API: tokens, sending, groups, media, menu, directory, faults (wecom.md §3, §5, §9 items 3–8)."""

import asyncio
import io
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.simulation import Fault
from adapters.wecom.simulator import WecomSimulator
from domain.clock import ShiftedClock

CORP = "ww1234567890abcdef"
AGENT = 1000002
SECRET = "demo-secret-of-the-wecom-app"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


async def test_the_token_stays_until_it_expires(api: Any, clock: ShiftedClock) -> None:
    first = api.token
    clock.advance(timedelta(seconds=7000))
    answer = await api.get("gettoken", corpid=CORP, corpsecret=SECRET)
    assert (answer["access_token"], answer["expires_in"]) == (first, 200)
    clock.advance(timedelta(seconds=200))
    assert (await api.text("x"))["errcode"] == 42001
    assert await api.log_in() != first
    assert (await api.text("x"))["errcode"] == 0


async def test_tokens_can_be_expired_by_force(sim: WecomSimulator, api: Any) -> None:
    sim.expire_tokens()
    assert (await api.text("x"))["errcode"] == 40014
    await api.log_in()
    assert (await api.text("x"))["errcode"] == 0
    assert (await api.get("user/get", userid="zhangsan", access_token=""))["errcode"] == 41001


async def test_a_token_acts_for_its_own_app_only(sim: WecomSimulator, api: Any) -> None:
    sim.add_app(1000003, "other-secret")
    await api.log_in("other-secret")
    assert (await api.text("x"))["errcode"] == 301002
    assert (await api.text("x", agentid="1000003"))["errcode"] == 40056


async def test_wrong_credentials_are_counted(sim: WecomSimulator, api: Any, clock: ShiftedClock) -> None:
    sim.rules.secret_error_limit = 2
    assert (await api.get("gettoken", corpid="wwother", corpsecret=SECRET))["errcode"] == 40013
    assert (await api.get("gettoken", corpid=CORP, corpsecret="wrong"))["errcode"] == 40001
    assert (await api.get("gettoken", corpid=CORP, corpsecret=SECRET))["errcode"] == 45009
    clock.advance(timedelta(hours=1))
    assert (await api.get("gettoken", corpid=CORP, corpsecret=SECRET))["errcode"] == 0


async def test_partial_failure_names_the_others_in_lower_case(sim: WecomSimulator, api: Any) -> None:
    answer = await api.text("x", to="ZHANGSAN|GhosT|Nobody", toparty="99", totag="7")
    assert answer["errcode"] == 0
    assert (answer["invaliduser"], answer["invalidparty"], answer["invalidtag"]) == ("ghost|nobody", "99", "7")
    assert len(sim.seen("zhangsan")) == 1
    assert "invaliduser" not in await api.text("y")


async def test_nobody_reached_is_an_error(api: Any) -> None:
    assert (await api.text("x", to="ghost"))["errcode"] == 81013
    assert (await api.text("x", to=""))["errcode"] == 82001


async def test_departments_and_everybody(sim: WecomSimulator, api: Any) -> None:
    await api.text("to a department", to="", toparty="2")
    await api.text("to all", to="@all")
    assert [len(sim.seen(person)) for person in ("zhangsan", "lisi", "wangwu")] == [2, 2, 1]


async def test_text_is_cut_at_2048_bytes(sim: WecomSimulator, api: Any) -> None:
    await api.text("a" + "好" * 700)
    assert len(sim.seen("zhangsan")[0].text.encode()) == 2047


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("text", {"content": ""}, 44004),
        ("markdown", {"content": "x" * 2049}, 45002),
        ("markdown", {"content": "x" * 2048}, 0),
        ("textcard", {"title": "t", "description": "d"}, 40058),
        ("textcard", {"title": "t", "description": "d", "url": "https://x.example"}, 0),
        ("news", {"articles": []}, 40058),
        ("image", {"media_id": "gone"}, 40007),
        ("hologram", {}, 40008),
    ],
)
async def test_contents_are_checked(api: Any, kind: str, content: Any, errcode: int) -> None:
    body = {"touser": "zhangsan", "msgtype": kind, "agentid": AGENT, kind: content}
    assert (await api.post("message/send", body))["errcode"] == errcode


async def test_duplicate_check_within_its_interval(
    sim: WecomSimulator, api: Any, clock: ShiftedClock, form: Any
) -> None:
    more = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    first = await api.text("x", **more)
    assert await api.text("x", **more) == first
    await api.text("y", **more)
    assert [one.text for one in sim.seen("zhangsan")] == ["x", "y"]
    card = await api.card(form, **more)
    assert await api.card(form, **more) == card
    clock.advance(timedelta(seconds=600))
    await api.text("x", **more)
    assert len(sim.seen("zhangsan")) == 4


async def test_above_thirty_a_minute_messages_vanish_silently(
    sim: WecomSimulator, api: Any, clock: ShiftedClock
) -> None:
    for number in range(32):
        assert (await api.text(str(number)))["errcode"] == 0
    assert (len(sim.seen("zhangsan")), sim.company.dropped) == (30, 2)
    await api.text("other member", to="wangwu")
    assert len(sim.seen("wangwu")) == 1
    clock.advance(timedelta(minutes=1))
    await api.text("again")
    assert len(sim.seen("zhangsan")) == 31
    sim.rules.member_limit = None
    for number in range(31):
        await api.text(str(number))
    assert len(sim.seen("zhangsan")) == 62


async def test_escapes_are_refused_when_strict(sim: WecomSimulator, api: Any) -> None:
    url = f"{api.base}/cgi-bin/message/send?access_token={api.token}"
    body = b'{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"%s"}}'

    async def send(content: bytes) -> int:
        async with api.session.post(url, data=body % content) as response:
            return int((await response.json())["errcode"])

    assert await send(rb"\u5f20") == 40033
    assert await send(rb"a literal \\u5f20") == 0
    sim.rules.refuse_escapes = False
    assert await send(rb"\u5f20") == 0
    assert await send(b'"') == 47001


async def test_recall_within_24_hours_by_the_same_app(sim: WecomSimulator, api: Any, clock: ShiftedClock) -> None:
    first, second = await api.text("one"), await api.text("two")
    assert (await api.post("message/recall", {"msgid": first["msgid"]}))["errcode"] == 0
    assert (sim.seen("zhangsan")[0].recalled, sim.seen("zhangsan")[0].text) == (True, "")
    assert (await api.post("message/recall", {"msgid": "0"}))["errcode"] == 40058
    clock.advance(timedelta(hours=24))
    await api.log_in()
    assert (await api.post("message/recall", {"msgid": second["msgid"]}))["errcode"] == 42052
    sim.add_app(1000003, "other-secret")
    await api.log_in("other-secret")
    assert (await api.post("message/recall", {"msgid": second["msgid"]}))["errcode"] == 40058


async def test_groups(sim: WecomSimulator, api: Any, notice: dict[str, Any]) -> None:
    group = {"name": "Team", "userlist": ["zhangsan", "LiSi"], "chatid": "team1"}
    assert (await api.post("appchat/create", group))["chatid"] == "team1"
    assert (await api.post("appchat/create", group))["errcode"] == 86215
    assert (await api.post("appchat/create", {"userlist": ["zhangsan"]}))["errcode"] == 86006
    assert (await api.post("appchat/create", {"userlist": ["zhangsan", "ghost"]}))["errcode"] == 86216
    message = {"chatid": "team1", "msgtype": "text", "text": {"content": "hello"}}
    assert await api.post("appchat/send", message) == {"errcode": 0, "errmsg": "ok"}
    assert [one.text for one in sim.seen("lisi", "team1")] == ["hello"]
    card = {"chatid": "team1", "msgtype": "template_card", "template_card": notice}
    assert (await api.post("appchat/send", card))["errcode"] == 40008
    assert (await api.post("appchat/send", {**message, "msgtype": "hologram"}))["errcode"] == 40008
    assert (await api.post("appchat/send", {**message, "chatid": "nowhere"}))["errcode"] == 86003
    assert (await api.post("appchat/update", {"chatid": "team1", "add_user_list": ["wangwu"]}))["errcode"] == 0
    assert (await api.get("appchat/get", chatid="team1"))["chat_info"]["userlist"] == ["zhangsan", "LiSi", "wangwu"]
    sim.add_app(1000003, "other-secret")
    await api.log_in("other-secret")
    assert (await api.post("appchat/send", message))["errcode"] == 86008
    sim.rules.root_visible = False
    assert (await api.post("appchat/create", {**group, "chatid": "team2"}))["errcode"] == 48002


async def test_group_webhook(sim: WecomSimulator, api: Any, notice: dict[str, Any], form: dict[str, Any]) -> None:
    sim.add_group("team", "Team", ["zhangsan"])
    sim.add_webhook("hook-key", "team")

    async def send(kind: str, content: Any, key: str = "hook-key") -> int:
        return int((await api.post("webhook/send", {"msgtype": kind, kind: content}, key=key))["errcode"])

    assert await send("text", {"content": "x"}, key="wrong") == 93000
    assert await send("template_card", form) == 42031
    assert await send("template_card", notice) == 0
    assert await send("markdown_v2", {"content": "x" * 4096}) == 0
    assert await send("markdown", {"content": "x" * 4097}) == 45002
    assert [await send("text", {"content": "x"}) for _ in range(17)] == [0] * 16 + [45009]
    assert "hook-key" not in repr(sim.wire)


async def test_media_uploads_live_three_days(api: Any, clock: ShiftedClock) -> None:
    async def upload(kind: str, body: bytes, part: str = "media") -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field(part, io.BytesIO(body), filename="图.png")
        params = {"access_token": api.token, "type": kind}
        async with api.session.post(f"{api.base}/cgi-bin/media/upload", params=params, data=form) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    answer = await upload("image", PNG)
    assert (answer["errcode"], answer["type"], answer["created_at"].isdigit()) == (0, "image", True)
    body = {"touser": "zhangsan", "msgtype": "image", "agentid": AGENT, "image": {"media_id": answer["media_id"]}}
    assert (await api.post("message/send", body))["errcode"] == 0
    assert (await upload("image", b"not a picture"))["errcode"] == 40005
    assert (await upload("file", b"tiny"))["errcode"] == 40006
    assert (await upload("voice", b"x" * (2 * 1024 * 1024 + 1)))["errcode"] == 45001
    assert (await upload("smell", PNG))["errcode"] == 40004
    assert (await upload("image", PNG, part="file"))["errcode"] == 40058
    clock.advance(timedelta(days=3))
    await api.log_in()
    assert (await api.post("message/send", body))["errcode"] == 40007


@pytest.mark.parametrize(
    ("menu", "errcode"),
    [
        ([{"type": "click", "name": "签到签到签", "key": "cmd:checkin"}], 0),
        ([{"type": "click", "name": "签到签到签到", "key": "cmd:checkin"}], 40018),
        ([], 40016),
        ([{"type": "click", "name": "a", "key": "k"}] * 4, 40016),
        ([{"type": "push", "name": "a", "key": "k"}], 40017),
        ([{"type": "click", "name": "a", "key": "k" * 129}], 40019),
        ([{"type": "view", "name": "a", "url": "u" * 1025}], 40020),
        ([{"name": "a", "sub_button": [{"type": "click", "name": "b", "key": "k"}] * 6}], 40023),
        ([{"name": "a", "sub_button": [{"type": "click", "name": "b" * 41, "key": "k"}]}], 40025),
    ],
)
async def test_menu_limits(api: Any, menu: Any, errcode: int) -> None:
    assert (await api.post("menu/create", {"button": menu}, agentid=AGENT))["errcode"] == errcode


async def test_menu_is_kept_and_pressed(sim: WecomSimulator, api: Any) -> None:
    assert (await api.get("menu/get", agentid=AGENT))["errcode"] == 46003
    menu = {"button": [{"name": "a", "sub_button": [{"type": "click", "name": "b", "key": "cmd:help"}]}]}
    await api.post("menu/create", menu, agentid=AGENT)
    assert (await api.get("menu/get", agentid=AGENT))["button"] == menu["button"]
    assert (await sim.press_menu("zhangsan", "cmd:help")).status == 200
    with pytest.raises(ValueError, match="no key"):
        await sim.press_menu("zhangsan", "cmd:other")
    assert (await api.get("menu/delete", agentid=AGENT))["errcode"] == 0
    sim.point_at("")
    assert (await api.post("menu/create", menu, agentid=AGENT))["errcode"] == 43012


async def test_directory_reads_hide_what_apps_may_not_see(sim: WecomSimulator, api: Any) -> None:
    person = await api.get("user/get", userid="ZHANGSAN")
    assert (person["userid"], person["name"], person["department"]) == ("zhangsan", "张三", [2])
    assert person["extattr"]["attrs"][0]["text"]["value"] == "E1"
    assert "mobile" not in person
    sim.rules.hide_sensitive = False
    assert (await api.get("user/get", userid="zhangsan"))["mobile"] == "13800000001"
    assert (await api.get("user/get", userid="ghost"))["errcode"] == 60111
    names = [one["name"] for one in (await api.get("user/simplelist", department_id=2))["userlist"]]
    assert names == ["张三", "李四"]
    assert len((await api.get("user/list", department_id=3))["userlist"]) == 1
    assert [one["name"] for one in (await api.get("department/list"))["department"]] == ["Demo", "研发", "市场"]
    assert (await api.get("department/get", id=3))["department"]["name"] == "市场"
    assert (await api.get("department/get", id=9))["errcode"] == 60003
    assert (await api.get("getcallbackip"))["ip_list"]


async def test_failed_mobile_look_ups_block_the_call_for_the_day(api: Any, clock: ShiftedClock) -> None:
    assert (await api.post("user/getuserid", {"mobile": "13800000002"}))["userid"] == "LiSi"
    assert (await api.post("user/getuserid", {"mobile": "13800000009"}))["errcode"] == 46004
    assert (await api.post("user/getuserid", {"mobile": "13800000002"}))["errcode"] == 45009
    clock.advance(timedelta(days=1))
    await api.log_in()
    assert (await api.post("user/getuserid", {"mobile": "13800000002"}))["errcode"] == 0


async def test_login_codes_work_once_for_five_minutes(sim: WecomSimulator, api: Any, clock: ShiftedClock) -> None:
    code = sim.oauth_code("zhangsan")
    assert (await api.get("auth/getuserinfo", code=code))["userid"] == "zhangsan"
    assert (await api.get("auth/getuserinfo", code=code))["errcode"] == 42022
    late = sim.oauth_code("zhangsan")
    clock.advance(timedelta(minutes=5))
    assert (await api.get("auth/getuserinfo", code=late))["errcode"] == 40029
    assert "userid" not in await api.get("auth/getuserinfo", code=sim.oauth_code(""))


async def test_untrusted_addresses_are_refused(sim: WecomSimulator, api: Any) -> None:
    sim.rules.allowed_ips = frozenset({"192.0.2.1"})
    answer = await api.text("x")
    assert answer["errcode"] == 60020
    assert "from ip: 127.0.0.1" in answer["errmsg"]
    sim.rules.allowed_ips = frozenset({"127.0.0.1"})
    assert (await api.text("x"))["errcode"] == 0


async def test_faults_replace_answers_before_or_after_the_effect(sim: WecomSimulator, api: Any) -> None:
    url = f"{api.base}/cgi-bin/message/send?access_token={api.token}"
    body = {"touser": "zhangsan", "msgtype": "text", "agentid": AGENT, "text": {"content": "x"}}
    sim.faults.append(Fault(path="message/send", status=502, body=b"<html>", headers={"Retry-After": "3"}))
    sim.faults.append(Fault(path="message/send", body=b'{"errcode":45033,"errmsg":""}'))
    sim.faults.append(Fault(path="message/send", status=500, after=True))
    seen = []
    for _ in range(3):
        async with api.session.post(url, json=body) as response:
            seen.append((response.status, await response.read(), response.headers.get("Retry-After")))
    assert seen == [(502, b"<html>", "3"), (200, b'{"errcode":45033,"errmsg":""}', None), (500, b"", None)]
    assert len(sim.seen("zhangsan")) == 1
    assert (sim.faults, (await api.text("y"))["errcode"]) == ([], 0)


async def test_faults_delay_hang_and_leave_other_paths_alone(sim: WecomSimulator, api: Any) -> None:
    sim.faults.append(Fault(path="message/send", hang=True, after=True, times=1))
    assert (await api.get("user/get", userid="zhangsan"))["errcode"] == 0
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.text("x"), 0.2)
    assert len(sim.seen("zhangsan")) == 1
    sim.faults.append(Fault(delay=0.1))
    started = time.monotonic()
    assert (await api.text("y"))["errcode"] == 0
    assert time.monotonic() - started >= 0.1
    sim.faults.append(Fault(delay=0.1, after=True))
    started = time.monotonic()
    call = asyncio.ensure_future(api.text("effect first"))
    await asyncio.sleep(0.05)
    assert sim.seen("zhangsan")[-1].text == "effect first"
    assert (await call)["errcode"] == 0
    assert time.monotonic() - started >= 0.1
    sim.latency = 0.05
    started = time.monotonic()
    await api.text("z")
    assert time.monotonic() - started >= 0.05


async def test_the_wrong_method_is_refused(api: Any) -> None:
    assert (await api.get("message/send"))["errcode"] == 43002
    assert (await api.post("user/get", {}))["errcode"] == 43001


def test_nothing_but_the_api_is_served(sim: WecomSimulator) -> None:
    """§9: what controls the simulator cannot collide with `/cgi-bin/`; here it is not on HTTP at all."""
    paths = [resource.canonical for resource in sim.vendor_app.router.resources()]
    assert len(paths) > 20
    assert all(path.startswith("/cgi-bin/") for path in paths)


async def test_it_can_be_stopped_and_started_again(sim: WecomSimulator, api: Any) -> None:
    await sim.stop()
    api.base = await sim.start()
    assert (await api.text("x"))["errcode"] == 0
