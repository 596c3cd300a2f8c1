"""Contacts, media, work notices (dingtalk.md §4.8–4.10), and that the simulator is a `Simulator`."""

import io
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.directory import union_id
from adapters.simulation import Simulator


async def test_it_is_what_every_simulator_is(sim: DingtalkSimulator) -> None:
    offered: Simulator = sim
    assert offered.name == "dingtalk"
    assert offered.vendor_app is not None


async def test_a_user_has_the_documented_fields(api: Any) -> None:
    _, body = await api.post("/topapi/v2/user/get", {"userid": "li", "language": "zh_CN"})
    result = body["result"]
    assert (body["errcode"], result["userid"], result["name"], result["unionid"]) == (0, "li", "李雷", union_id("li"))
    assert {"mobile", "email", "job_number", "dept_id_list", "active", "admin", "title"} <= set(result)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/topapi/v2/user/get", {}, 33012),
        ("/topapi/v2/user/get", {"userid": "nobody"}, 60121),
        ("/topapi/v2/user/getbymobile", {"mobile": "abc"}, 40104),
        ("/topapi/v2/user/getbymobile", {"mobile": "13999999999"}, 60121),
        ("/topapi/user/getbyunionid", {"unionid": "zz"}, 60121),
        ("/topapi/user/listid", {"dept_id": 99}, 60003),
        ("/topapi/v2/department/listsub", {"dept_id": "x"}, 400002),
        ("/topapi/v2/user/getuserinfo", {"code": "zz"}, 40078),
    ],
)
async def test_lookups_that_fail_say_why(api: Any, path: str, body: Any, code: int) -> None:
    status, answer = await api.post(path, body)
    assert (status, answer["errcode"]) == (200, code)


async def test_people_are_found_by_mobile_union_id_and_code(sim: DingtalkSimulator, api: Any, clock: Any) -> None:
    assert (await api.post("/topapi/v2/user/getbymobile", {"mobile": "13800000002"}))[1]["result"]["userid"] == "li"
    _, body = await api.post("/topapi/user/getbyunionid", {"unionid": union_id("han")})
    assert body["result"] == {"contact_type": 0, "userid": "han"}
    sim.log_in("li", "once")
    sim.log_in("li", "stale")
    assert (await api.post("/topapi/v2/user/getuserinfo", {"code": "once"}))[1]["result"]["userid"] == "li"
    assert (await api.post("/topapi/v2/user/getuserinfo", {"code": "once"}))[1]["errcode"] == 40078
    clock.advance(timedelta(minutes=5, seconds=1))
    assert (await api.post("/topapi/v2/user/getuserinfo", {"code": "stale"}))[1]["errcode"] == 40078


async def test_departments_hang_under_the_root(api: Any) -> None:
    _, body = await api.post("/topapi/v2/department/listsub", {"dept_id": 1})
    departments = {item["name"]: item["dept_id"] for item in body["result"]}
    assert set(departments) == {"增长部", "销售部"}
    _, ids = await api.post("/topapi/v2/department/listsubid", {})
    assert ids["result"]["dept_id_list"] == list(departments.values())
    _, people = await api.post("/topapi/user/listid", {"dept_id": departments["增长部"]})
    assert people["result"]["userid_list"] == ["li", "han"]
    assert (await api.post("/topapi/v2/department/listsub", {"dept_id": departments["增长部"]}))[1]["result"] == []
    _, one = await api.post("/topapi/v2/department/get", {"dept_id": departments["销售部"]})
    assert one["result"]["name"] == "销售部"


@pytest.mark.parametrize(
    ("kind", "name", "content", "code"),
    [("image", "a.png", b"x", 0), ("image", "a.exe", b"x", 40005), ("image", "a.png", b"", 40006),
     ("voice", "a.amr", b"x" * (2 * 1024 * 1024 + 1), 40006), ("film", "a.png", b"x", 40004)],
)  # fmt: skip
async def test_media_upload_checks_kind_size_and_ending(
    api: Any, kind: str, name: str, content: bytes, code: int
) -> None:
    """§4.8."""
    form = aiohttp.FormData()
    form.add_field("media", io.BytesIO(content), filename=name, content_type="application/octet-stream")
    url = f"{api.base}/media/upload?access_token={api.token}&type={kind}"
    async with api.session.post(url, data=form) as answer:
        body = await answer.json()
    assert body["errcode"] == code
    assert ("media_id" in body) == (code == 0)


async def test_a_work_notice_is_checked_and_kept(sim: DingtalkSimulator, api: Any) -> None:
    path = "/topapi/message/corpconversation/asyncsend_v2"
    notice = {"agent_id": 1, "userid_list": "li,han", "msg": {"msgtype": "text", "text": {"content": "x"}}}
    assert (await api.post(path, notice))[1]["task_id"] == 1
    too_long = {"msgtype": "text", "text": {"content": "x" * 2048}}
    assert (await api.post(path, notice | {"msg": too_long}))[1]["errcode"] == 400002
    assert (await api.post(path, notice | {"agent_id": None}))[1]["errcode"] == 400002
    assert [notice["users"] for notice in sim.world.work_notices] == [["li", "han"]]


async def test_stop_and_start_again_keeps_the_company(sim: DingtalkSimulator) -> None:
    await sim.stop()
    base = await sim.start()
    async with aiohttp.ClientSession() as session:
        url = f"{base}/gettoken?appkey=dingdemoapp000001&appsecret=demo-client-secret"
        async with session.get(url) as answer:
            assert (await answer.json())["errcode"] == 0
    assert "li" in sim.world.company.people
