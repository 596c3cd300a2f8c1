"""Tokens, faults, scopes, quota and the wire record (dingtalk.md §9 items 9 and 10; §4.1, §5.2)."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.dingtalk.simulator import DingtalkSimulator, faults
from adapters.simulation import Fault

SEND = "/v1.0/robot/oToMessages/batchSend"
MESSAGE = {"robotCode": "dingdemoapp000001", "userIds": ["li"], "msgKey": "sampleText", "msgParam": '{"content":"hi"}'}


async def test_the_token_is_the_same_while_valid_and_its_life_renewed(api: Any, clock: Any) -> None:
    first = api.token
    clock.advance(timedelta(seconds=7199))
    assert await api.log_in() == first
    clock.advance(timedelta(seconds=7199))
    assert (await api.post(SEND, MESSAGE))[0] == 200
    clock.advance(timedelta(seconds=1))
    status, body = await api.post(SEND, MESSAGE)
    assert (status, body["code"]) == (400, "InvalidAuthentication")
    assert await api.log_in() != first


async def test_expired_tokens_are_refused_on_both_hosts(sim: DingtalkSimulator, api: Any) -> None:
    sim.expire_tokens()
    assert (await api.post(SEND, MESSAGE))[1]["code"] == "InvalidAuthentication"
    _, body = await api.post("/topapi/v2/user/get", {"userid": "li"})
    assert (body["errcode"], body["sub_code"]) == (88, "40014")
    _, body = await api.call("GET", "/call_back/get_call_back_failed_result")
    assert body["errcode"] == 40014
    api.token = ""
    _, body = await api.call("GET", "/call_back/get_call_back_failed_result")
    assert body["errcode"] == 41001
    sim.weather.invalid_token_status = 401
    assert (await api.post(SEND, MESSAGE))[0] == 401
    assert sim.seen("li") == []


async def test_bad_credentials(api: Any) -> None:
    status, body = await api.post("/v1.0/oauth2/accessToken", {"appKey": "dingdemoapp000001", "appSecret": "no"})
    assert (status, body["code"]) == (400, "invalidClientIdOrSecret")
    _, body = await api.call("GET", "/gettoken", appkey="dingdemoapp000001", appsecret="no")
    assert body["errcode"] == 40089


async def test_both_hosts_share_one_token(api: Any) -> None:
    _, body = await api.call("GET", "/gettoken", appkey="dingdemoapp000001", appsecret="demo-client-secret")
    assert (body["errcode"], body["access_token"], body["expires_in"]) == (0, api.token, 7200)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (faults.qps(SEND), 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
        (faults.monthly_quota(SEND), 403, "Forbidden.AccessDenied.ApiCountLimitForOrg"),
        (faults.system_busy(SEND), 500, "system.busy"),
    ],
)
async def test_a_fault_replaces_one_answer(
    sim: DingtalkSimulator, api: Any, fault: Fault, status: int, code: str
) -> None:
    sim.faults.append(fault)
    answered, body = await api.post(SEND, MESSAGE)
    assert (answered, body["code"]) == (status, code)
    assert sim.seen("li") == []
    assert (await api.post(SEND, MESSAGE))[0] == 200
    assert sim.faults == []


async def test_a_timeout_after_success_has_succeeded(sim: DingtalkSimulator, api: Any) -> None:
    sim.faults.append(faults.timeout_after_success(SEND))
    assert (await api.post(SEND, MESSAGE))[0] == 504
    assert len(sim.seen("li")) == 1


async def test_an_ip_ban_may_be_html_or_json(sim: DingtalkSimulator, api: Any) -> None:
    sim.faults += [faults.ip_ban_html(), faults.ip_ban_json()]
    status, page = await api.post(SEND, MESSAGE)
    assert (status, page.startswith("<!doctype html>")) == (200, True)
    assert (await api.post(SEND, MESSAGE))[1]["status"] == 1111


async def test_a_fault_waits_for_its_path_counts_and_carries_headers_and_any_bytes(
    sim: DingtalkSimulator, api: Any
) -> None:
    sim.faults.append(Fault(path="/v1.0/card", times=2, status=429, body=b"\xff\xfe", headers={"Retry-After": "3"}))
    assert (await api.post(SEND, MESSAGE))[0] == 200
    for _ in range(2):
        async with api.session.put(api.base + "/v1.0/card/instances") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "3")
            assert await answer.read() == b"\xff\xfe"
    assert (await api.put("/v1.0/card/instances", {}))[0] == 400


async def test_a_delay_only_delays(sim: DingtalkSimulator, api: Any) -> None:
    sim.faults.append(Fault(path=SEND, delay=0.1))
    before = time.monotonic()
    assert (await api.post(SEND, MESSAGE))[0] == 200
    assert time.monotonic() - before >= 0.1


@pytest.mark.parametrize("after", [False, True])
async def test_a_hanging_call_never_answers(sim: DingtalkSimulator, api: Any, after: bool) -> None:
    sim.faults.append(Fault(path=SEND, hang=True, after=after))
    headers = {"x-acs-dingtalk-access-token": api.token}
    with pytest.raises(asyncio.TimeoutError):
        await api.session.post(api.base + SEND, json=MESSAGE, headers=headers, timeout=aiohttp.ClientTimeout(total=0.1))
    assert len(sim.seen("li")) == after


async def test_latency_slows_every_call(sim: DingtalkSimulator, api: Any) -> None:
    sim.latency = 0.05
    before = time.monotonic()
    await api.post(SEND, MESSAGE)
    assert time.monotonic() - before >= 0.05


async def test_a_lost_permission_names_the_scope(sim: DingtalkSimulator, api: Any) -> None:
    sim.weather.denied_scopes |= {"qyapi_robot_sendmsg", "qyapi_get_member"}
    status, body = await api.post(SEND, MESSAGE)
    assert (status, body["accessdenieddetail"]) == (403, {"requiredScopes": ["qyapi_robot_sendmsg"]})
    _, body = await api.post("/topapi/v2/user/get", {"userid": "li"})
    assert (body["errcode"], body["sub_code"]) == (88, "60011")


async def test_an_exhausted_quota_stops_robot_and_card_calls_only(sim: DingtalkSimulator, api: Any) -> None:
    sim.weather.quota_exhausted = True
    assert (await api.post(SEND, MESSAGE))[1]["code"] == "Forbidden.AccessDenied.ApiCountLimitForOrg"
    assert (await api.post("/topapi/v2/user/get", {"userid": "li"}))[1]["errcode"] == 0


async def test_bodies_that_are_not_json_objects_are_refused(api: Any) -> None:
    headers = {"x-acs-dingtalk-access-token": api.token, "Content-Type": "application/json"}
    for content in (b"", b"[]", b"{", b'"text"'):
        async with api.session.post(api.base + SEND, data=content, headers=headers) as answer:
            assert answer.status == 400


async def test_unknown_calls_are_refused_and_recorded(sim: DingtalkSimulator, api: Any) -> None:
    status, body = await api.post("/v1.0/robot/unknown", {})
    assert (status, body["code"]) == (404, "InvalidAction.NotFound")
    assert (await api.post("/topapi/unknown", {}))[1]["errcode"] == 404
    assert ("/topapi/unknown", 200) in {(each.path, each.status) for each in sim.wire}


async def test_the_wire_record_masks_every_secret(sim: DingtalkSimulator, api: Any, bot: Any) -> None:
    await api.log_in()
    await api.post("/v1.0/oauth2/accessToken", {"appKey": "k", "appSecret": "mistyped-secret"})
    route = {"callbackRouteKey": "r", "callbackUrl": bot.url, "apiSecret": "route-secret"}
    await api.post("/v1.0/card/callbacks/register", route)
    await sim.say("li", "hi")
    await sim.push_event("user_add_org", {"userId": ["li"]})
    opening = {"clientId": "dingdemoapp000001", "clientSecret": "demo-client-secret",
               "subscriptions": [{"type": "EVENT", "topic": "*"}]}  # fmt: skip
    _, opened = await api.post("/v1.0/gateway/connections/open", opening)
    session = bot.bodies[0]["sessionWebhook"].partition("session=")[2]
    record = json.dumps([[each.path, each.request, each.response] for each in sim.wire])
    for secret in (
        api.token,
        "demo-client-secret",
        "mistyped-secret",
        "route-secret",
        "demotoken",
        opened["ticket"],
        session,
    ):
        assert secret not in record
    calls = {(each.direction, each.method, each.path, each.status) for each in sim.wire}
    assert ("api", "POST", "/v1.0/card/callbacks/register", 200) in calls
    assert ("callback", "POST", "/dingtalk", 200) in calls
    assert any("user_add_org" in each.request for each in sim.wire)
    assert "***" in record
