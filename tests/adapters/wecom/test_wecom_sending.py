"""Outbound calls against a small server of the test's own (wecom.md §3, §5)."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import Outgoing, Receipt, SendKind
from adapters.errors import RateLimited, Rejected, Transient, Unreachable
from adapters.wecom.adapter import WecomAdapter, build
from adapters.wecom.settings import WecomSettings
from domain.clock import ShiftedClock
from domain.command import Conversation, ConversationKind, ReplyHandle, Secret

CARD = {"msgtype": "template_card", "template_card": {"card_type": "text_notice", "main_title": {"title": "标题"}}}
TEXT = {"msgtype": "text", "text": {"content": "已记录"}}


@dataclass
class Vendor:
    """Answers by path; every call is kept with its token, query and raw body."""

    answers: dict[str, list[dict[str, Any] | web.Response]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    tokens: int = 0
    token_answer: dict[str, Any] | None = None

    async def handle(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/cgi-bin/")
        query = dict(request.query)
        self.calls.append((path, query, await request.read()))
        if path == "gettoken":
            await asyncio.sleep(0.01)
            self.tokens += 1
            if self.token_answer is not None:
                return web.json_response(self.token_answer)
            self.good = {f"T{self.tokens}"}
            return web.json_response({"errcode": 0, "access_token": f"T{self.tokens}", "expires_in": 7200})
        if query.get("access_token") not in self.good:
            return web.json_response({"errcode": 42001, "errmsg": "expired"})
        queue = self.answers.get(path, [])
        answer = queue.pop(0) if len(queue) > 1 else queue[0] if queue else {"errcode": 0}
        return web.json_response(answer) if isinstance(answer, dict) else answer

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for called, _, body in self.calls if called == path]


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
async def live(vendor: Vendor, settings: WecomSettings, clock: ShiftedClock) -> AsyncIterator[WecomAdapter]:
    app = web.Application()
    app.router.add_route("*", "/cgi-bin/{tail:.*}", vendor.handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    address = str(server.make_url("/cgi-bin"))
    adapter = build(
        WecomSettings.model_validate({**settings.model_dump(), "api_base_url": address}),
        name="wecom",
        clock=clock,
        public_url="https://okr.example",
    )
    yield adapter
    await adapter.stop()
    await server.close()


def out(kind: SendKind = SendKind.SEND, *, group: bool = False, user: str = "zhangsan", **more: Any) -> Outgoing:
    conversation = Conversation(
        platform="wecom",
        tenant="ww1234567890abcdef",
        id="chat1" if group else user,
        kind=ConversationKind.GROUP if group else ConversationKind.DIRECT,
    )
    filled: dict[str, Any] = {"payload": CARD, "plain": "p", "dedupe": "row1", "card_key": "c" * 32, **more}
    return Outgoing(kind=kind, conversation=conversation, **filled)


def handle(clock: ShiftedClock, code: str = "RC", *, hours: int = 1, uses: int = 1) -> ReplyHandle:
    expires = clock.now() + timedelta(hours=hours)
    return ReplyHandle(kind="wecom.response_code", value=Secret(code), expires_at=expires, uses_left=uses)


# --- send ------------------------------------------------------------------------------------------------------------


async def test_card_goes_to_one_person(live: WecomAdapter, vendor: Vendor, clock: ShiftedClock) -> None:
    vendor.answers["message/send"] = [{"errcode": 0, "msgid": "M1", "response_code": "RC1"}]
    receipt = await live.send(out())
    (body,) = vendor.bodies("message/send")
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("zhangsan", 1000002, "template_card")
    assert body["enable_duplicate_check"] == 1, "contract clause 23"
    assert body["template_card"]["task_id"].startswith("c" * 32 + "@")
    assert len(body["template_card"]["task_id"]) <= 128
    assert "task_id" not in CARD["template_card"], "the stored payload is left alone"
    assert "标题".encode() in vendor.calls[-1][2], "raw UTF-8, no escapes (§3)"
    assert receipt.message_id == "M1"
    assert receipt.handle is not None
    assert receipt.handle.value.reveal() == "RC1"
    assert receipt.handle.expires_at - clock.now() == timedelta(hours=72)


async def test_task_id_is_stable_over_retries_and_unique_per_row(live: WecomAdapter, vendor: Vendor) -> None:
    for row, attempt in [("row1", 0), ("row1", 1), ("row2", 0)]:
        await live.send(out(dedupe=row, attempt=attempt))
    await live.send(out(card_key="bad key/中文"))
    ids = [body["template_card"]["task_id"] for body in vendor.bodies("message/send")]
    assert ids[0] == ids[1] != ids[2]
    assert ids[3].startswith("bad-key---@")


async def test_equal_texts_differ_by_row_but_not_by_retry(live: WecomAdapter, vendor: Vendor) -> None:
    """Two honest equal texts must both arrive; a retry must not: WeCom drops identical bodies (§3.2)."""
    for row, attempt in [("row1", 0), ("row1", 1), ("row2", 0)]:
        await live.send(out(payload=TEXT, dedupe=row, attempt=attempt))
    first, retry, other = vendor.bodies("message/send")
    assert first == retry != other
    assert first["text"] == other["text"] == {"content": "已记录"}
    assert {body["enable_duplicate_check"] for body in (first, other)} == {1}
    assert all(60 <= body["duplicate_check_interval"] < 14_400 for body in (first, other))


@pytest.mark.parametrize("answer", [{"invaliduser": "zhangsan"}, {"unlicenseduser": "zhangsan"}, {"errcode": 81013}])
async def test_undelivered_is_unreachable(live: WecomAdapter, vendor: Vendor, answer: dict[str, Any]) -> None:
    vendor.answers["message/send"] = [{"errcode": 0, "msgid": "M1", **answer}]
    with pytest.raises(Unreachable):
        await live.send(out(user="ZhangSan"))


async def test_used_task_id_on_a_retry_means_it_arrived(live: WecomAdapter, vendor: Vendor) -> None:
    vendor.answers["message/send"] = [{"errcode": 42014}]
    assert await live.send(out(attempt=1)) == Receipt()
    with pytest.raises(Rejected):
        await live.send(out(attempt=0))


async def test_group_takes_text_through_appchat(live: WecomAdapter, vendor: Vendor) -> None:
    assert await live.send(out(group=True, payload=TEXT)) == Receipt()
    assert vendor.bodies("appchat/send") == [{"chatid": "chat1", "safe": 0, **TEXT}]
    with pytest.raises(Rejected):
        await live.send(out(group=True))


# --- update ----------------------------------------------------------------------------------------------------------


async def test_update_by_handle(live: WecomAdapter, vendor: Vendor, clock: ShiftedClock) -> None:
    vendor.answers["message/update_template_card"] = [{"errcode": 0, "invaliduser": []}]
    receipt = await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock)))
    assert receipt == Receipt(message_id="M1")
    (body,) = vendor.bodies("message/update_template_card")
    assert body == {
        "userids": ["zhangsan"],
        "agentid": 1000002,
        "response_code": "RC",
        "template_card": CARD["template_card"],
    }


async def test_update_for_somebody_gone(live: WecomAdapter, vendor: Vendor, clock: ShiftedClock) -> None:
    vendor.answers["message/update_template_card"] = [{"errcode": 0, "invaliduser": ["zhangsan"]}]
    with pytest.raises(Unreachable):
        await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock)))


@pytest.mark.parametrize("case", ["none", "expired", "used", "foreign"])
async def test_no_usable_handle_is_a_fresh_send(
    live: WecomAdapter, vendor: Vendor, clock: ShiftedClock, case: str
) -> None:
    """Contract clause 19."""
    handles = {
        "none": None,
        "expired": handle(clock, hours=-1),
        "used": handle(clock, uses=0),
        "foreign": ReplyHandle(kind="feishu.token", value=Secret("x"), expires_at=clock.now() + timedelta(hours=1)),
    }
    vendor.answers["message/send"] = [{"errcode": 0, "msgid": "M2", "response_code": "RC2"}]
    receipt = await live.send(out(SendKind.UPDATE, target="M1", handle=handles[case]))
    assert (receipt.fresh, receipt.message_id) == (True, "M2")
    assert receipt.handle is not None
    assert vendor.bodies("message/update_template_card") == []


async def test_spent_code_is_a_fresh_send_at_first_and_done_on_a_retry(
    live: WecomAdapter, vendor: Vendor, clock: ShiftedClock
) -> None:
    """§3.3: 60140."""
    vendor.answers["message/update_template_card"] = [{"errcode": 60140}]
    vendor.answers["message/send"] = [{"errcode": 0, "msgid": "M2"}]
    assert (await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock)))).fresh
    retried = await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock), attempt=1, dedupe="row2"))
    assert retried == Receipt(message_id="M1")
    assert len(vendor.bodies("message/send")) == 1


async def test_spent_code_of_a_click_means_the_click_was_answered(
    live: WecomAdapter, vendor: Vendor, clock: ShiftedClock
) -> None:
    """§2.3: the passive answer used the code; the same card once more as a message would be a doubled answer."""
    vendor.answers["message/update_template_card"] = [{"errcode": 60140}]
    clicked = replace(handle(clock), kind="wecom.click_code")
    assert await live.send(out(SendKind.UPDATE, target="M1", handle=clicked)) == Receipt(message_id="M1")
    assert vendor.bodies("message/send") == []


async def test_fresh_send_that_failed_is_repeated(live: WecomAdapter, vendor: Vendor, clock: ShiftedClock) -> None:
    """The retry finds the same spent code, and must not take it for its own success."""
    vendor.answers["message/update_template_card"] = [{"errcode": 60140}]
    vendor.answers["message/send"] = [web.Response(status=502), {"errcode": 0, "msgid": "M2"}]
    with pytest.raises(Transient):
        await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock)))
    receipt = await live.send(out(SendKind.UPDATE, target="M1", handle=handle(clock), attempt=1))
    assert (receipt.fresh, receipt.message_id) == (True, "M2")


# --- recall and look-up ----------------------------------------------------------------------------------------------


async def test_recall(live: WecomAdapter, vendor: Vendor) -> None:
    vendor.answers["message/recall"] = [{"errcode": 0}, {"errcode": 42052}, {"errcode": 40058}]
    for _ in range(2):
        assert await live.send(out(SendKind.RECALL, target="M1", payload={})) == Receipt(message_id="M1")
    with pytest.raises(Rejected):
        await live.send(out(SendKind.RECALL, target="M1", payload={}))
    assert await live.send(out(SendKind.RECALL, payload={})) == Receipt()
    assert vendor.bodies("message/recall") == [{"msgid": "M1"}] * 3


async def test_look_up(live: WecomAdapter, vendor: Vendor) -> None:
    member = {
        "errcode": 0,
        "userid": "ZhangSan",
        "name": "张三",
        "department": [2, 3],
        "main_department": 3,
        "status": 1,
    }
    vendor.answers["user/get"] = [member]
    vendor.answers["department/get"] = [{"errcode": 0, "department": {"id": 3, "name": "销售一部"}}]
    entry = (await live.send(out(SendKind.LOOK_UP, payload={}))).entry
    assert entry is not None
    assert (entry.user_id, entry.name, entry.department, entry.active) == ("zhangsan", "张三", "销售一部", True)
    asked = [(path, query) for path, query, _ in vendor.calls if path != "gettoken"]
    assert [(path, query.get("userid"), query.get("id")) for path, query in asked] == [
        ("user/get", "zhangsan", None),
        ("department/get", None, "3"),
    ]


async def test_look_up_of_what_we_may_not_see(live: WecomAdapter, vendor: Vendor) -> None:
    vendor.answers["user/get"] = [{"errcode": 0, "userid": "a", "department": [9], "status": 5}, {"errcode": 60111}]
    vendor.answers["department/get"] = [{"errcode": 60011}]
    entry = (await live.send(out(SendKind.LOOK_UP, payload={}))).entry
    assert entry is not None
    assert (entry.name, entry.department, entry.active) == (None, None, False)
    with pytest.raises(Unreachable):
        await live.send(out(SendKind.LOOK_UP, payload={}))


# --- token, failures, logs -------------------------------------------------------------------------------------------


async def test_one_refresh_for_a_hundred_waiters(live: WecomAdapter, vendor: Vendor) -> None:
    """Contract clause 22: expiry in mid-send."""
    await live.send(out())
    assert vendor.tokens == 1
    vendor.good = set()
    await asyncio.gather(*(live.send(out(dedupe=f"row{n}")) for n in range(100)))
    assert vendor.tokens == 2


async def test_token_that_is_always_refused_ends(live: WecomAdapter, vendor: Vendor) -> None:
    vendor.answers["message/send"] = [{"errcode": 40014}]
    with pytest.raises(Transient):
        await live.send(out())
    assert vendor.tokens == 2


async def test_token_is_renewed_five_minutes_early(live: WecomAdapter, vendor: Vendor, clock: ShiftedClock) -> None:
    for minutes, tokens in [(0, 1), (114, 1), (2, 2)]:
        clock.advance(timedelta(minutes=minutes))
        await live.send(out(payload=TEXT))
        assert vendor.tokens == tokens


@pytest.mark.parametrize("code", [40001, 40013, 40091])
async def test_refused_secret_is_not_hammered(
    live: WecomAdapter, vendor: Vendor, clock: ShiftedClock, code: int
) -> None:
    """§3.1: repeated wrong secrets can get the address blocked."""
    vendor.token_answer = {"errcode": code, "errmsg": "invalid credential"}
    for _ in range(5):
        with pytest.raises(Transient) as caught:
            await live.check()
        assert caught.value.code == str(code)
    assert vendor.tokens == 1
    vendor.token_answer = None
    clock.advance(timedelta(seconds=61))
    assert await live.check() == "wecom wecom: token received for corp ww1234567890abcdef, app 1000002"


async def test_platform_in_trouble(live: WecomAdapter, vendor: Vendor) -> None:
    vendor.answers["message/send"] = [
        web.Response(status=503), web.Response(text="<html>"), {"errcode": -1}, {"errcode": 999999}, {"errcode": 45009},
    ]  # fmt: skip
    for kind in (Transient, Transient, Transient, Transient, RateLimited):
        with pytest.raises(kind):
            await live.send(out())


async def test_nobody_listens(settings: WecomSettings, clock: ShiftedClock) -> None:
    closed = settings.model_copy(update={"api_base_url": "http://127.0.0.1:9"})
    adapter = build(closed, name="wecom", clock=clock, public_url="")
    with pytest.raises(Transient):
        await adapter.send(out())
    await adapter.stop()


async def test_stop_and_start_again(live: WecomAdapter, vendor: Vendor) -> None:
    """Contract clause 24."""
    await live.send(out())
    await asyncio.wait_for(live.stop(), 5)
    await live.send(out(dedupe="row2"))
    assert len(vendor.bodies("message/send")) == 2


async def test_logs_hold_no_secrets(live: WecomAdapter, vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    """Contract clause 25."""
    vendor.answers["message/send"] = [{"errcode": 555, "errmsg": "zhangsan"}, {"errcode": 60020}, {"errcode": 0}]
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            with pytest.raises(Transient):
                await live.send(out())
        await live.send(out())
    logged = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("bida"))
    assert "555" in logged
    assert not any(word in logged for word in ("T1", "s3cret", "zhangsan", "标题"))
