"""Sending, updating, recalling and looking up, against a small server that plays the platform (§3.2–3.4, §4)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiohttp import web

from adapters.base import Outgoing, Raw, Response, SendKind
from adapters.dingtalk import adapter as adapter_module
from adapters.dingtalk.adapter import DingtalkAdapter
from adapters.dingtalk.crypto import card_api_secret
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from cards.capability import Surface
from domain.clock import ShiftedClock
from domain.command import Conversation, ConversationKind, ReplyHandle, Secret
from tests.adapters.dingtalk.dingtalk_requests import AT, CLIENT, SECRET, adapter
from tests.adapters.dingtalk.test_dingtalk_render import FORM

CREATE = "/v1.0/card/instances/createAndDeliver"
CARDS = "/v1.0/card/instances"
OTO = "/v1.0/robot/oToMessages/batchSend"
GROUP = "/v1.0/robot/groupMessages/send"
TOKEN = "/v1.0/oauth2/accessToken"
DELIVERED = {"success": True, "result": {"deliverResults": [{"success": True, "carrierId": "pqk-card"}]}}
DIRECT = Conversation(platform="dingtalk", tenant="t", id="user_lilei", kind=ConversationKind.DIRECT)
CHAT = Conversation(platform="dingtalk", tenant="t", id="cid==", kind=ConversationKind.GROUP)


class Platform:
    """Answers each path with what is queued for it (the last answer stays) and remembers every call."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.tokens: list[str] = []
        self.issued = 0
        self.answer(CREATE, DELIVERED)
        self.answer(CARDS, {"success": True, "result": True})
        self.answer(OTO, {"processQueryKey": "pqk1", "invalidStaffIdList": [], "flowControlledStaffIdList": []})
        self.answer(GROUP, {"processQueryKey": "pqk2"})
        self.answer("/v1.0/card/callbacks/register", {"success": True, "result": {}})

    def answer(self, path: str, *bodies: Any, status: int = 200) -> None:
        self.answers[path] = [(status, body) for body in bodies]

    def bodies(self, path: str) -> list[Any]:
        return [body for _, called, body in self.calls if called == path]

    async def handle(self, request: web.Request) -> web.Response:
        data = await request.read()
        self.calls.append((request.method, request.path, orjson.loads(data) if data else dict(request.query)))
        if request.path == TOKEN and TOKEN not in self.answers:
            self.issued += 1
            await asyncio.sleep(0.02)
            return web.json_response({"accessToken": f"t{self.issued}", "expireIn": 7200})
        self.tokens.append(request.headers.get("x-acs-dingtalk-access-token") or request.query.get("access_token", ""))
        queue = self.answers.get(request.path) or [(404, {"code": "InvalidAction.NotFound"})]
        status, body = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(body, bytes):
            return web.Response(status=status, body=body)
        return web.json_response(body, status=status)


Connect = Callable[..., DingtalkAdapter]


@pytest.fixture
async def platform() -> AsyncIterator[tuple[Platform, Connect]]:
    played = Platform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", played.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made: list[DingtalkAdapter] = []

    def connect(**changes: Any) -> DingtalkAdapter:
        base = f"http://{host}:{port}"
        made.append(adapter(**{"api_base_url": base, "legacy_api_base_url": base, **changes}))
        return made[-1]

    yield played, connect
    for one in made:
        await one.stop()
    await runner.cleanup()


Played = tuple[Platform, Connect]


def sending(ours: DingtalkAdapter, where: Conversation = DIRECT, **changes: Any) -> Outgoing:
    surface = Surface.DIRECT if where is DIRECT else Surface.GROUP
    given: dict[str, Any] = {
        "kind": SendKind.SEND, "conversation": where, "payload": ours.render(FORM, surface, {}).payload, "plain": "p",
        "dedupe": "row1", "card_key": "0" * 32,
    }  # fmt: skip
    return Outgoing(**{**given, **changes})


def words(ours: DingtalkAdapter, where: Conversation = DIRECT, **changes: Any) -> Outgoing:
    return sending(ours, where, payload=ours.render_text("hi", Surface.DIRECT).payload, card_key=None, **changes)


async def test_a_card_to_a_person(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    receipt = await ours.send(sending(ours))
    (body,) = played.bodies(CREATE)
    assert (body["outTrackId"], body["openSpaceId"]) == ("0" * 32, "dtv1.card//IM_ROBOT.user_lilei")
    assert (body["callbackType"], body["callbackRouteKey"]) == ("HTTP", "bida-dingtalk")
    assert body["imRobotOpenDeliverModel"] == {"spaceType": "IM_ROBOT", "robotCode": CLIENT}
    assert body["imRobotOpenSpaceModel"]["lastMessageI18n"]["ZH_CN"] == FORM.summary
    assert body["cardTemplateId"] == "t.schema"
    assert receipt.message_id == "0" * 32
    assert receipt.handle is not None
    assert receipt.handle.value.reveal() == "pqk-card"
    assert played.tokens == ["t1"]


async def test_a_card_to_a_group_mentions(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    payload = {"cardParamMap": {"title": "t"}, "at": {"u1": "Han"}}
    await ours.send(sending(ours, CHAT, payload=payload, card_key=None))
    (body,) = played.bodies(CREATE)
    assert body["openSpaceId"] == "dtv1.card//IM_GROUP.cid=="
    assert body["imGroupOpenDeliverModel"] == {"robotCode": CLIENT, "atUserIds": {"u1": "Han"}}
    assert body["outTrackId"] == "row1"
    assert "at" not in body["cardData"]


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ({"deliverResults": [{"success": True}, {"success": False, "errorMsg": "spaceId is illegal"}]}, Unreachable),
        ({"deliverResults": [{"success": False, "errorMsg": "x"}]}, Rejected),
        ({"deliverResults": []}, Rejected),
        (None, Rejected),
    ],
)
async def test_success_without_delivery_is_no_success(platform: Played, result: Any, error: type[Exception]) -> None:
    played, connect = platform
    played.answer(CREATE, {"success": True, "result": result})
    ours = connect()
    with pytest.raises(error):
        await ours.send(sending(ours))


async def test_a_card_that_was_already_created_is_sent(platform: Played) -> None:
    played, connect = platform
    played.answer(CREATE, {"code": "param.cardAlreadyExist"}, status=400)
    ours = connect()
    assert (await ours.send(sending(ours, attempt=1))).message_id == "0" * 32


DENIED = "Forbidden.AccessDenied.AccessTokenPermissionDenied"


@pytest.mark.parametrize(("status", "code"), [(400, "param.templateUnpublished"), (403, DENIED)])
async def test_a_refused_template_is_rejected_so_that_plain_text_follows(
    platform: Played, status: int, code: str
) -> None:
    played, connect = platform
    played.answer(CREATE, {"code": code}, status=status)
    ours = connect()
    with pytest.raises(Rejected):
        await ours.send(sending(ours))


async def test_update_in_place_by_key(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    receipt = await ours.send(sending(ours, kind=SendKind.UPDATE, target="card1"))
    assert (receipt.message_id, receipt.fresh) == ("card1", False)
    ((method, path, body),) = [call for call in played.calls if call[1] == CARDS]
    assert (method, path, body["outTrackId"]) == ("PUT", CARDS, "card1")
    assert body["cardUpdateOptions"] == {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
    assert body["privateData"] == {"user_lilei": {"cardParamMap": {"notice": ""}}}


async def test_update_of_a_card_that_is_gone_sends_a_fresh_one(platform: Played) -> None:
    played, connect = platform
    played.answer(CARDS, {"code": "param.cardNotExist"}, status=400)
    ours = connect()
    receipt = await ours.send(sending(ours, CHAT, kind=SendKind.UPDATE, target="card1"))
    assert (receipt.message_id, receipt.fresh) == ("card1", True)
    assert played.bodies(CREATE)[0]["outTrackId"] == "card1"


async def test_text_goes_through_the_robot(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    assert (await ours.send(words(ours))).message_id == "pqk1"
    assert (await ours.send(words(ours, CHAT))).message_id == "pqk2"
    assert played.bodies(OTO) == [
        {"robotCode": CLIENT, "msgKey": "sampleText", "msgParam": '{"content":"hi"}', "userIds": ["user_lilei"]}
    ]
    assert played.bodies(GROUP)[0]["openConversationId"] == "cid=="


async def test_without_template_an_update_is_a_fresh_message(platform: Played) -> None:
    _, connect = platform
    ours = connect(card_template_id="")
    receipt = await ours.send(words(ours, kind=SendKind.UPDATE, target="old"))
    assert (receipt.message_id, receipt.fresh) == ("pqk1", True)
    with pytest.raises(Rejected):
        await ours.send(sending(ours, payload={"cardParamMap": {}}))


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("invalidStaffIdList", Unreachable), ("filteredStaffIdList", Unreachable),
        ("flowControlledStaffIdList", RateLimited),
    ],
)  # fmt: skip
async def test_a_person_who_was_passed_over(platform: Played, name: str, error: type[Exception]) -> None:
    played, connect = platform
    played.answer(OTO, {"processQueryKey": "pqk", name: ["user_lilei"]})
    ours = connect()
    with pytest.raises(error):
        await ours.send(words(ours))


def handle(ours_url: str, minutes: int = 90) -> ReplyHandle:
    url = f"{ours_url}/robot/sendBySession?session=1"
    return ReplyHandle(kind="dingtalk.session_webhook", value=Secret(url), expires_at=AT + timedelta(minutes=minutes))


async def test_session_webhook_first_then_the_open_api(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    base = ours._connection._old.base_url
    played.answer("/robot/sendBySession", {"errcode": 0}, {"errcode": 300001, "errmsg": "session 不存在"})
    assert (await ours.send(words(ours, handle=handle(base)))).message_id == "row1"
    assert played.bodies(OTO) == []
    assert (await ours.send(words(ours, handle=handle(base)))).message_id == "pqk1"
    assert (await ours.send(words(ours, handle=handle(base, -1)))).message_id == "pqk1"
    assert len(played.bodies("/robot/sendBySession")) == 2


async def test_a_foreign_session_webhook_is_never_called(platform: Played) -> None:
    _, connect = platform
    ours = connect()
    with pytest.raises(OutboundError):
        await ours.send(words(ours, handle=handle("http://127.0.0.1:9")))


RECALLS = [(DIRECT, "/v1.0/robot/otoMessages/batchRecall"), (CHAT, "/v1.0/robot/groupMessages/recall")]


@pytest.mark.parametrize(("where", "path"), RECALLS)
async def test_recall(platform: Played, where: Conversation, path: str) -> None:
    played, connect = platform
    played.answer(path, {"successResult": ["pqk1"], "failedResult": {}}, {"failedResult": {"pqk-card": "too old"}})
    ours = connect()
    await ours.send(words(ours, where, kind=SendKind.RECALL, target="pqk1"))
    assert played.bodies(path)[0]["processQueryKeys"] == ["pqk1"]
    carrier = ReplyHandle(kind="dingtalk.carrier", value=Secret("pqk-card"), expires_at=AT)
    with pytest.raises(Rejected):
        await ours.send(words(ours, where, kind=SendKind.RECALL, target="card1", handle=carrier))


USER = {
    "errcode": 0,
    "result": {"userid": "u", "name": "李雷", "dept_id_list": [7, 1], "job_number": "E7", "active": False},
}


def look_up(ours: DingtalkAdapter) -> Awaitable[Any]:
    return ours.send(words(ours, kind=SendKind.LOOK_UP))


async def test_look_up(platform: Played) -> None:
    played, connect = platform
    played.answer("/topapi/v2/user/get", USER)
    played.answer("/topapi/v2/department/get", {"errcode": 0, "result": {"name": "华东"}})
    entry = (await look_up(connect())).entry
    assert (entry.name, entry.department, entry.employee_no, entry.active) == ("李雷", "华东", "E7", True)
    assert played.tokens == ["t1", "t1"]


async def test_department_by_the_sdks_call_where_the_newer_one_is_missing(platform: Played) -> None:
    played, connect = platform
    played.answer("/topapi/v2/user/get", USER)
    played.answer("/department/get", {"errcode": 0, "name": "华北"})
    assert (await look_up(connect())).entry.department == "华北"
    played.answer("/department/get", {"errcode": 60011})
    assert (await look_up(connect())).entry.department is None


async def test_somebody_who_left(platform: Played) -> None:
    played, connect = platform
    played.answer("/topapi/v2/user/get", {"errcode": 60121})
    assert (await look_up(connect())).entry.active is False
    played.answer("/topapi/v2/user/get", {"errcode": 50002})
    with pytest.raises(Unreachable):
        await look_up(connect())


async def test_legacy_host_that_wants_its_own_token(platform: Played) -> None:
    played, connect = platform
    refused = {"errcode": 88, "sub_code": "40014"}
    played.answer("/topapi/v2/user/get", refused, refused, {**USER, "result": {"name": "A"}})
    played.answer("/gettoken", {"errcode": 0, "access_token": "old1", "expires_in": 7200})
    ours = connect()
    assert (await look_up(ours)).entry.name == "A"
    assert (await look_up(ours)).entry.name == "A"
    assert [token for token in played.tokens if token] == ["t1", "t2", "old1", "old1"]


async def test_a_hundred_waiters_cause_one_refresh(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    await asyncio.gather(*(ours.send(words(ours)) for _ in range(100)))
    assert played.issued == 1
    assert len(played.bodies(OTO)) == 100


async def test_token_expiry_in_mid_send(platform: Played) -> None:
    played, connect = platform
    ours = connect()
    await ours.send(words(ours))
    good = played.answers[OTO][0]
    played.answers[OTO] = [(401, {"code": "InvalidAuthentication"}), good]
    assert (await ours.send(words(ours))).message_id == "pqk1"
    assert played.issued == 2
    played.answer(OTO, {"code": "InvalidAuthentication"}, status=400)
    with pytest.raises(Transient):
        await ours.send(words(ours))


async def test_wrong_credentials_and_garbage(platform: Played) -> None:
    played, connect = platform
    played.answer(OTO, b"<html>")
    ours = connect()
    with pytest.raises(Transient):
        await ours.send(words(ours))
    played.answer(TOKEN, {"code": "invalidClientIdOrSecret"}, status=400)
    with pytest.raises(Transient) as refused:
        await connect().check()
    assert refused.value.code == "invalidClientIdOrSecret"


async def sink(raw: Raw) -> Response:
    raise AssertionError("HTTP mode has no long connection")


async def test_start_registers_the_callback_route_until_it_works(
    platform: Played, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    played, connect = platform
    monkeypatch.setattr(adapter_module, "FIRST_RETRY", 0.01)
    path = "/v1.0/card/callbacks/register"
    played.answers[path] = [(500, {"code": "system.busy"}), (200, {"success": False}), (200, {"success": True})]
    ours = connect(public_url="https://bot.example/")
    with caplog.at_level(logging.INFO):
        await ours.start(sink)
        assert ours._registering is not None
        async with asyncio.timeout(5):
            await asyncio.shield(ours._registering)
    assert played.bodies(path) == [
        {
            "callbackRouteKey": "bida-dingtalk", "callbackUrl": "https://bot.example/in/dingtalk",
            "apiSecret": card_api_secret(SECRET), "forceUpdate": True,
        }
    ] * 3  # fmt: skip
    assert SECRET not in caplog.text
    assert card_api_secret(SECRET) not in caplog.text
    assert "template cards" in await ours.check()


async def test_start_needs_template_and_public_url_and_stop_ends_at_once(platform: Played) -> None:
    played, connect = platform
    for ours in (connect(), connect(card_template_id="", public_url="https://bot.example")):
        await ours.start(sink)
        await asyncio.sleep(0.02)
        await ours.stop()
    assert played.calls == []
    played.answer("/v1.0/card/callbacks/register", {"code": "system.busy"}, status=500)
    ours = connect(public_url="https://bot.example")
    await ours.start(sink)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        await ours.stop()
    played.answer("/v1.0/card/callbacks/register", {"success": True})
    await ours.start(sink)
    await ours.send(words(ours))


async def test_the_clock_decides_when_a_token_is_renewed(platform: Played) -> None:
    played, connect = platform
    clock = ShiftedClock(AT, running=False)
    ours = connect(clock=clock)
    await ours.send(words(ours))
    clock.advance(timedelta(seconds=7200 - 301))
    await ours.send(words(ours))
    assert played.issued == 1
    clock.advance(timedelta(seconds=2))
    await ours.send(words(ours))
    assert played.issued == 2
