"""The platform misbehaving on demand (feishu.md §4.7 last line): any code, 429, HTML, delays, silence."""

import asyncio
import json
import time
from typing import Any

import pytest

from adapters.feishu.simulator import FeishuSimulator
from adapters.simulation import Fault


async def test_429_with_headers_once(sim: FeishuSimulator, api: Any) -> None:
    headers = {"x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": "3"}
    body = json.dumps({"code": 99991400, "msg": "request trigger frequency limit"}).encode()
    sim.faults.append(Fault(path="/im/v1/messages", status=429, body=body, headers=headers))
    answer = await api.send("text", {"text": "hi"})
    assert (answer["code"], answer["http"]) == (99991400, 429)
    assert sim.seen("ou_li") == []
    assert (await api.send("text", {"text": "hi"}))["code"] == 0
    assert sim.faults == []


async def test_html_from_the_gateway(sim: FeishuSimulator, api: Any) -> None:
    sim.faults.append(Fault(status=502, body=b"<html>Bad Gateway</html>", headers={"Content-Type": "text/html"}))
    headers = {"Authorization": f"Bearer {sim.tenant.tokens.issue()[0]}"}
    async with api.session.get(f"{api.base}/open-apis/bot/v3/info", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


async def test_any_code_with_http_200(sim: FeishuSimulator, api: Any) -> None:
    sim.faults.append(
        Fault(path="/im/", body=b'{"code":230099,"msg":"ext=ErrCode: 11310; ErrMsg: card lock"}', times=2)
    )
    assert [(await api.send("text", {"text": "hi"}))["code"] for _ in range(3)] == [230099, 230099, 0]


async def test_the_call_takes_effect_before_the_fault(sim: FeishuSimulator, api: Any) -> None:
    sim.faults.append(Fault(path="/im/", status=504, body=b"{}", after=True))
    assert (await api.send("text", {"text": "hi"}, uuid="u1"))["http"] == 504
    assert (await api.send("text", {"text": "hi"}, uuid="u1"))["code"] == 0
    assert len(sim.seen("ou_li")) == 1


async def test_silence(sim: FeishuSimulator, api: Any) -> None:
    sim.faults.append(Fault(hang=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.send("text", {"text": "hi"}), 0.2)
    assert sim.seen("ou_li") == []


async def test_delay_and_latency(sim: FeishuSimulator, api: Any) -> None:
    sim.faults.append(Fault(delay=0.1))
    sim.latency = 0.1
    began = time.monotonic()
    assert (await api.send("text", {"text": "hi"}))["code"] == 0
    assert time.monotonic() - began >= 0.2


async def test_every_answer_has_a_log_id(api: Any) -> None:
    async with api.session.get(f"{api.base}/open-apis/nothing") as answer:
        assert answer.headers["X-Tt-Logid"]
        assert answer.status in (400, 404)
