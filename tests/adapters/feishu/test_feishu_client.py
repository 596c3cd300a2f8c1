"""Sends over a real socket: calls, tokens, codes (feishu.md §4, §5). The server is a scripted stand-in on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import DirectoryEntry, Outgoing, Raw, Receipt, Response, SendKind
from adapters.errors import AuthExpired, OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.feishu import adapter as adapter_module
from adapters.feishu import client as client_module
from adapters.feishu import codes
from adapters.feishu.adapter import FeishuAdapter
from adapters.feishu.envelope import Bot
from adapters.transport import Reply
from domain.clock import ShiftedClock
from domain.command import Conversation, ConversationKind
from tests.adapters.feishu.feishu_wire import NOW, adapter

Script = Callable[[web.Request, Any], web.Response | None]
CARD = {"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": []}}}
WORDS = {"msg_type": "text", "text": "打卡"}


def answer(code: int = 0, msg: str = "", status: int = 200, headers: dict[str, str] | None = None, **data: Any) -> Any:
    return web.json_response({"code": code, "msg": msg, "data": data}, status=status, headers=headers)


@dataclass
class Platform:
    """Knows one token at a time, remembers every call, and answers as scripted, else with success."""

    url: str = ""
    token: str = "t-1"
    expire: int = 7200
    token_calls: int = 0
    calls: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    scripted: list[Any] = field(default_factory=list)
    delay: float = 0.0

    async def issue(self, request: web.Request) -> web.Response:
        self.token_calls += 1
        await asyncio.sleep(self.delay)
        if (await request.json()) != {"app_id": "cli_1", "app_secret": "s3cret"}:
            return answer(10014, "app secret invalid", 400)
        return web.json_response({"code": 0, "msg": "ok", "tenant_access_token": self.token, "expire": self.expire})

    async def serve(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return answer(99991663, "Invalid access token", 400)
        raw = await request.read()
        self.calls.append((request.method, request.path, dict(request.query), json.loads(raw) if raw else None))
        if self.scripted:
            made: web.Response = self.scripted.pop(0)
            return made
        if request.path.endswith("/bot/v3/info"):
            return web.json_response({"code": 0, "msg": "ok", "bot": {"open_id": "ou_bot", "app_name": "Bida"}})
        if "/departments/" in request.path:
            return answer(department={"name": "研发"})
        if "/users/" in request.path:
            user = {"name": "Ann", "employee_no": "E1", "department_ids": ["od-1"], "status": {"is_frozen": False}}
            return answer(user=user)
        return answer(message_id=f"om_{len(self.calls)}")


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    made = Platform()
    app = web.Application()
    app.router.add_post("/open-apis/auth/v3/tenant_access_token/internal", made.issue)
    app.router.add_route("*", "/{tail:.*}", made.serve)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()


@pytest.fixture
async def feishu(platform: Platform) -> AsyncIterator[FeishuAdapter]:
    made = adapter(platform.url)
    yield made
    await made.stop()


def out(kind: SendKind = SendKind.SEND, *, group: bool = False, thread: str | None = None, **more: Any) -> Outgoing:
    where = Conversation(
        platform="feishu",
        tenant="cli_1",
        id="oc_1" if group else "ou_ann",
        kind=ConversationKind.GROUP if group else ConversationKind.DIRECT,
        thread_id=thread,
    )
    given = {"payload": CARD, "plain": "plain", "dedupe": "cmd:1"} | more
    return Outgoing(kind=kind, conversation=where, **given)


CREATE = "/open-apis/im/v1/messages"


async def test_a_card_goes_to_a_person_by_open_id(feishu: FeishuAdapter, platform: Platform) -> None:
    """§4.2: content is JSON text; clause 23: the dedupe key is passed on."""
    assert await feishu.send(out()) == Receipt(message_id="om_1")
    method, path, query, body = platform.calls[0]
    assert (method, path, query) == ("POST", CREATE, {"receive_id_type": "open_id"})
    assert json.loads(body.pop("content")) == CARD["card"]
    assert body == {"receive_id": "ou_ann", "msg_type": "interactive", "uuid": "cmd:1"}


async def test_a_text_goes_to_a_group_by_chat_id(feishu: FeishuAdapter, platform: Platform) -> None:
    await feishu.send(out(group=True, payload=WORDS))
    _, _, query, body = platform.calls[0]
    assert query == {"receive_id_type": "chat_id"}
    assert (body["receive_id"], body["msg_type"], json.loads(body["content"])) == ("oc_1", "text", {"text": "打卡"})


@pytest.mark.parametrize("dedupe", ["x" * 51, "checkin-prompt:2026-W12:" + "9" * 40, "打卡", "a b"])
def test_a_long_dedupe_key_becomes_a_short_stable_one(dedupe: str) -> None:
    made = client_module.uuid(dedupe)
    assert made == client_module.uuid(dedupe) != client_module.uuid(dedupe + "x")
    assert len(made) == 50
    assert client_module.uuid("x" * 50) == "x" * 50


async def test_in_a_thread_we_answer_a_known_message_there(feishu: FeishuAdapter, platform: Platform) -> None:
    await feishu.send(out(group=True, thread="omt_1", target="om_root"))
    await feishu.send(out(group=True, thread="omt_1"))
    assert [call[1] for call in platform.calls] == [f"{CREATE}/om_root/reply", CREATE]
    assert platform.calls[0][3]["reply_in_thread"] is True
    assert platform.calls[0][3]["uuid"] == "cmd:1"


@pytest.mark.parametrize("code", [230071, 230072, 230050, 230111, 230011, 230110])
async def test_where_no_thread_is_possible_the_chat_gets_it(
    feishu: FeishuAdapter, platform: Platform, code: int
) -> None:
    platform.scripted = [answer(code, status=400)]
    assert (await feishu.send(out(group=True, thread="omt_1", target="om_root"))).message_id == "om_2"


async def test_an_update_changes_that_same_message(feishu: FeishuAdapter, platform: Platform) -> None:
    """Clause 18, §1.12."""
    assert await feishu.send(out(SendKind.UPDATE, target="om_9")) == Receipt(message_id="om_9")
    method, path, _, body = platform.calls[0]
    assert (method, path, set(body)) == ("PATCH", f"{CREATE}/om_9", {"content"})
    assert json.loads(body["content"]) == CARD["card"]


@pytest.mark.parametrize(
    ("code", "msg"),
    [(230031, ""), (230011, ""), (230110, ""), (200830, ""), (230099, "ext=ErrCode: 200830; ErrMsg: x")],
)
async def test_what_cannot_be_updated_is_sent_afresh(
    feishu: FeishuAdapter, platform: Platform, code: int, msg: str
) -> None:
    """Clause 19."""
    platform.scripted = [answer(code, msg, 400)]
    assert await feishu.send(out(SendKind.UPDATE, target="om_9")) == Receipt(message_id="om_2", fresh=True)
    assert [call[0] for call in platform.calls] == ["PATCH", "POST"]


async def test_an_update_without_target_or_to_a_text_is_sent_afresh(feishu: FeishuAdapter, platform: Platform) -> None:
    assert (await feishu.send(out(SendKind.UPDATE))).fresh
    assert (await feishu.send(out(SendKind.UPDATE, target="om_9", payload=WORDS))).fresh
    assert [call[1] for call in platform.calls] == [CREATE, CREATE]


async def test_other_refusals_of_an_update_are_not_hidden(feishu: FeishuAdapter, platform: Platform) -> None:
    platform.scripted = [answer(230025, status=400)]
    with pytest.raises(Rejected):
        await feishu.send(out(SendKind.UPDATE, target="om_9"))
    assert len(platform.calls) == 1


async def test_a_locked_card_is_tried_again_later(feishu: FeishuAdapter, platform: Platform) -> None:
    """§3.8: somebody is just using the card."""
    msg = "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock; "
    platform.scripted = [answer(230099, msg, 400)]
    with pytest.raises(Transient) as caught:
        await feishu.send(out(SendKind.UPDATE, target="om_9"))
    assert caught.value.code == "230099/11310"


async def test_recall_takes_back_and_a_second_time_is_fine(feishu: FeishuAdapter, platform: Platform) -> None:
    await feishu.send(out(SendKind.RECALL, target="om_9"))
    assert platform.calls[0][:2] == ("DELETE", f"{CREATE}/om_9")
    platform.scripted = [answer(230110, status=400), answer(230009, status=400)]
    assert (await feishu.send(out(SendKind.RECALL, target="om_9"))).message_id == "om_9"
    with pytest.raises(Rejected):
        await feishu.send(out(SendKind.RECALL, target="om_9"))
    with pytest.raises(Rejected):
        await feishu.send(out(SendKind.RECALL))


async def test_look_up_reads_person_and_department(feishu: FeishuAdapter, platform: Platform) -> None:
    receipt = await feishu.send(out(SendKind.LOOK_UP))
    assert receipt.entry == DirectoryEntry(
        user_id="ou_ann", name="Ann", department="研发", employee_no="E1", active=True
    )
    assert platform.calls[0][1] == "/open-apis/contact/v3/users/ou_ann"
    assert platform.calls[0][2]["user_id_type"] == "open_id"
    assert platform.calls[1][1] == "/open-apis/contact/v3/departments/od-1"


async def test_look_up_says_none_where_the_platform_says_nothing(feishu: FeishuAdapter, platform: Platform) -> None:
    platform.scripted = [answer(user={"name": "", "department_ids": ["od-1"]}), answer(40014, status=400)]
    assert (await feishu.send(out(SendKind.LOOK_UP))).entry == DirectoryEntry(user_id="ou_ann")
    platform.scripted = [answer(user={"status": {"is_resigned": True}})]
    entry = (await feishu.send(out(SendKind.LOOK_UP))).entry
    assert entry is not None
    assert entry.active is False


# --- tokens -----------------------------------------------------------------------------------------------------------


async def test_a_hundred_waiters_cause_one_refresh(feishu: FeishuAdapter, platform: Platform) -> None:
    """Clause 22."""
    platform.delay = 0.05
    receipts = await asyncio.gather(*(feishu.send(out(dedupe=f"d{n}")) for n in range(100)))
    assert len({receipt.message_id for receipt in receipts}) == 100
    assert platform.token_calls == 1


async def test_a_token_that_expires_in_mid_flight_is_renewed_once(feishu: FeishuAdapter, platform: Platform) -> None:
    await feishu.send(out())
    platform.token, platform.delay = "t-2", 0.05
    await asyncio.gather(*(feishu.send(out(dedupe=f"d{n}")) for n in range(100)))
    assert platform.token_calls == 2
    assert len(platform.calls) == 101


async def test_a_fresh_token_that_is_refused_is_transient(feishu: FeishuAdapter, platform: Platform) -> None:
    platform.scripted = [answer(99991663, status=400), answer(99991663, status=400)]
    with pytest.raises(Transient):
        await feishu.send(out())
    assert platform.token_calls == 2


@pytest.mark.parametrize(("expire", "later", "calls"), [(7200, 89, 1), (7200, 91, 2), (2000, 16, 1), (2000, 17, 2)])
async def test_a_token_is_renewed_half_an_hour_before_its_end(
    platform: Platform, expire: int, later: int, calls: int
) -> None:
    """§4.1; a token that is given out with less than an hour left is kept for half of that."""
    clock = ShiftedClock(NOW, running=False)
    made = adapter(platform.url, clock=clock)
    platform.expire = expire
    await made.send(out())
    clock.advance(timedelta(minutes=later))
    await made.send(out())
    assert platform.token_calls == calls
    await made.stop()


async def test_a_wrong_secret_is_an_outbound_error(platform: Platform) -> None:
    made = adapter(platform.url, app_secret="wrong")
    with pytest.raises(Transient) as caught:
        await made.check()
    assert caught.value.code == "10014"
    await made.stop()


# --- codes ------------------------------------------------------------------------------------------------------------

DOCUMENTED: list[tuple[int, type[OutboundError]]] = [
    (99991400, RateLimited), (99991403, RateLimited), (230020, RateLimited),
    (99991401, Transient), (99991672, Transient), (99991679, Transient), (99991665, Transient),
    (230006, Transient), (230027, Transient), (230049, Transient), (123456789, Transient),
    (99991661, AuthExpired), (99991671, AuthExpired), (99991664, AuthExpired), (99991663, AuthExpired),
    (99991668, AuthExpired), (99991677, AuthExpired),
    (99992351, Unreachable), (99992360, Unreachable), (99992381, Unreachable), (99992361, Unreachable),
    (230002, Unreachable), (230013, Unreachable), (230018, Unreachable), (230029, Unreachable),
    (230034, Unreachable), (230035, Unreachable), (230038, Unreachable), (230053, Unreachable), (232009, Unreachable),
    (99992364, Rejected), (99992354, Rejected), (99992402, Rejected), (230001, Rejected), (230011, Rejected),
    (230110, Rejected), (230022, Rejected), (230028, Rejected), (230025, Rejected), (230031, Rejected),
    (230054, Rejected), (230075, Rejected), (230099, Rejected), (200830, Rejected), (11310, Rejected),
]  # fmt: skip


def reply(body: bytes, status: int = 400, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(("code", "error"), DOCUMENTED)
@pytest.mark.parametrize("status", [200, 400])
def test_every_documented_code_has_one_meaning(code: int, error: type[OutboundError], status: int) -> None:
    """Clause 20, §5.2. Some APIs report errors with HTTP 200."""
    with pytest.raises(error) as caught:
        codes.check(reply(b'{"code":%d,"msg":"Ann wrote secret"}' % code, status, x_tt_logid="log-1"))
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.detail) == (str(code), "log-1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "sub", [100290, 11310, 200380, 200381, 200732, 200737, 200550, 200570, 200621, 200861, 200914, 200915]
)
def test_the_sub_code_of_a_refused_card_is_told(sub: int) -> None:
    body = b'{"code":230099,"msg":"Failed, ext=ErrCode: %d; ErrPath: ROOT; ErrMsg: bad"}' % sub
    with pytest.raises(Rejected) as caught:
        codes.check(reply(body))
    assert caught.value.code == f"230099/{sub}"


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"x_ogw_ratelimit_reset": "7"}, 7.0),
        ({"retry_after": "3"}, 3.0),
        ({}, 1.0),
        ({"x_ogw_ratelimit_reset": "?"}, 1.0),
    ],
)
@pytest.mark.parametrize(
    ("status", "body"), [(429, b"<html>"), (400, b'{"code":99991400}'), (429, b'{"code":99991400}')]
)
def test_the_platform_says_how_long_to_wait(headers: dict[str, str], after: float, status: int, body: bytes) -> None:
    """Clause 21, §5.1."""
    with pytest.raises(RateLimited) as caught:
        codes.check(reply(body, status, **headers))
    assert caught.value.after == after


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"<html>bad gateway</html>"), (500, b'{"code":0}'), (200, b"<html>"), (200, b"[]"), (200, b"{}"),
     (200, b'{"code":"0"}'), (200, b'{"code":false}'), (400, b'{"code":0}'), (200, b"\xff")],
)  # fmt: skip
def test_gateways_and_odd_shapes_are_transient(status: int, body: bytes) -> None:
    with pytest.raises(Transient):
        codes.check(reply(body, status))


def test_unknown_codes_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Transient):
        codes.check(reply(b'{"code":424242,"msg":"x"}'))
    assert [record.message for record in caplog.records] == ["platform_code_unknown"]


async def test_a_success_without_a_message_id_is_asked_again(feishu: FeishuAdapter, platform: Platform) -> None:
    platform.scripted = [answer()]
    with pytest.raises(Transient):
        await feishu.send(out())


async def test_a_platform_that_is_down_is_transient() -> None:
    made = adapter("http://127.0.0.1:1")
    with pytest.raises(Transient):
        await made.send(out())
    await made.stop()


# --- living -----------------------------------------------------------------------------------------------------------


async def sink(raw: Raw) -> Response:
    return Response()


async def learnt(made: FeishuAdapter) -> Bot:
    for _ in range(200):
        if made._bot.open_id:
            break
        await asyncio.sleep(0.01)
    return made._bot


async def test_start_learns_who_we_are_and_works_again_after_stop(feishu: FeishuAdapter, platform: Platform) -> None:
    """Clause 24."""
    for _ in range(2):
        await feishu.start(sink)
        assert await learnt(feishu) == Bot(open_id="ou_bot", name="Bida")
        await asyncio.wait_for(feishu.stop(), 5)
    await feishu.send(out())


async def test_start_neither_waits_for_nor_fails_with_the_platform(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter_module, "LEARN_RETRIES", (0.01,))
    made = adapter(platform.url)
    platform.scripted = [answer(99991672, status=400), web.Response(status=502, text="<html>"), answer()]
    await asyncio.wait_for(made.start(sink), 1)
    assert (await learnt(made)).open_id == "ou_bot"
    await asyncio.wait_for(made.stop(), 5)


async def test_check_is_one_readable_line(feishu: FeishuAdapter) -> None:
    line = await feishu.check()
    assert "cli_1" in line
    assert "\n" not in line
    assert "s3cret" not in line


async def test_nothing_secret_or_personal_is_logged(
    feishu: FeishuAdapter, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """Clause 25."""
    caplog.set_level("INFO")
    platform.scripted = [answer(424242, "打卡 t-1", 400)]
    with pytest.raises(Transient):
        await feishu.send(out(payload=WORDS))
    told = "".join(str(vars(record)) for record in caplog.records if record.name.startswith("bida."))
    assert "424242" in told
    assert not [word for word in ("打卡", "t-1", "s3cret", "ou_ann") if word in told]
