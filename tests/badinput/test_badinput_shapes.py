"""Genuine envelopes around content of any shape, and requests of any kind: the door answers, never breaks, and nothing
of it is a check-in. On both databases, because each refuses other values."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.speech import card_callback as dingtalk_click
from bot.playground.rig import SECRETS, Rig
from tests.badinput.evidence import Watch
from tests.badinput.sealing import Request, feishu_envelope, post, sealed, sealed_every_way, text_content
from tests.company import account

ALLOWED = {200, 400, 401, 404, 405, 413, 503}
KINDS = pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
DOMAIN = ("check_in", "objective", "key_result", "cycle", "department", "store", "bind_code", "workspace")
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e400, 10**30, "", "\x00", "x\x00y", "x" * 5000, "😀" * 300, [], {}, [[]], [{}], {"": ""},
    [None], "~checkin.submit?c=1", "\u202e", "٣", {"a": {"a": {"a": []}}},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the whole of it included."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """The value with one place replaced."""
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


def bodies(rig: Rig) -> dict[str, Any]:
    """One good content of every JSON kind a messenger sends."""
    click = {
        "operator": {"open_id": "ou_bob", "tenant_key": "t"}, "token": "c-1", "host": "im_message",
        "action": {"tag": "button", "value": {"a": "~checkin.submit?c=1&v=1", "d": "1"}, "form_value": {"v0": "95"}},
        "context": {"open_message_id": "om_1", "open_chat_id": "oc_1"},
    }  # fmt: skip
    left = {"object": {"open_id": "ou_ghost", "name": "x", "department_ids": ["d"]}, "old_object": {}}
    world = cast(DingtalkSimulator, rig.simulators["dingtalk"]).world
    card = dingtalk_click(world, account("dingtalk", "bob"), account("dingtalk", "bob"), "card", "press",
                          {"a": "~checkin.submit?c=1&v=1", "form": {"v0": "95"}})  # fmt: skip
    return {
        "feishu-message": json.loads(text_content(rig, "feishu", "bob", "/me")),
        "feishu-click": feishu_envelope(rig, "card.action.trigger", click),
        "feishu-contact": feishu_envelope(rig, "contact.user.updated_v3", left),
        "dingtalk-message": json.loads(text_content(rig, "dingtalk", "bob", "/me")),
        "dingtalk-card": {**card, "content": json.loads(card["content"]), "value": ""},
        "dingtalk-event": {
            "EventType": "user_leave_org", "CorpId": SECRETS["dingtalk"]["corp_id"], "userId": ["ghost"],
            "eventId": "e1", "EventTime": 1, "BizId": "b", "timeStamp": "1",
        },
    }  # fmt: skip


WAYS = {"message": 0, "click": 0, "contact": 0, "card": 1, "event": 2}


@KINDS
@pytest.mark.parametrize(
    "kind",
    ["feishu-message", "feishu-click", "feishu-contact", "dingtalk-message", "dingtalk-card", "dingtalk-event"],
)
async def test_json_of_the_wrong_shape_at_any_depth(rig: Rig, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every place of every kind of content, replaced by everything it should not be."""
    messenger, _, way = kind.partition("-")
    good = bodies(rig)[kind]
    watch = Watch.begin(rig, caplog)
    broken: list[str] = []
    for number, path in enumerate(places(good)):
        for wrong in (WRONG[(number + step) % len(WRONG)] for step in range(0, len(WRONG), 3)):
            content = json.dumps(replaced(good, path, wrong)).encode()
            status, _ = await post(rig, messenger, sealed_every_way(rig, messenger, content)[WAYS[way]])
            if status not in ALLOWED:
                broken.append(f"{status}: {path} = {str(wrong)[:30]!r}")
    await asyncio.wait_for(rig.settle(), 20)
    assert not broken
    assert not watch.changed() & set(DOMAIN)
    failures = [str(each.msg) for each in caplog.records if each.levelno >= logging.ERROR]
    assert not failures, failures[:5]


@KINDS
@pytest.mark.parametrize("tag", ["FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "AgentID", "ToUserName"])
async def test_xml_of_the_wrong_shape(rig: Rig, tag: str, caplog: pytest.LogCaptureFixture) -> None:
    content = text_content(rig, "wecom", "bob", "/me")
    start, end = content.index(f"<{tag}>".encode()) + len(tag) + 2, content.index(f"</{tag}>".encode())
    watch = Watch.begin(rig, caplog)
    for spoil in (b"\x00", b"&#0;", b"&#x1F;", b"x" * 5000, "😀".encode() * 300, b"<a/>", b"]]>", b""):
        status, _ = await post(rig, "wecom", sealed(rig, "wecom", content[:start] + spoil + content[end:]))
        await rig.settle()
        assert status in ALLOWED, spoil
    assert not watch.changed() & set(DOMAIN)
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


HEADERS = st.dictionaries(
    st.sampled_from([
        "sign", "timestamp", "x-ddpaas-signature", "x-ddpaas-signature-timestamp", "x-lark-signature",
        "x-lark-request-timestamp", "x-lark-request-nonce", "content-type", "content-encoding", "x-forwarded-for",
    ]),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=40),
    max_size=4,
)  # fmt: skip
QUERIES = st.dictionaries(
    st.sampled_from(["msg_signature", "signature", "timestamp", "nonce", "echostr", "timeStamp", "x"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    max_size=5,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
ENVELOPES = st.builds(lambda value: json.dumps({"encrypt": value}).encode(), JSON)
XML = st.builds(lambda text: b"<xml><Encrypt>" + text + b"</Encrypt></xml>", st.binary(max_size=60))
BODIES = st.one_of(st.binary(max_size=400), JSON.map(lambda value: json.dumps(value).encode()), ENVELOPES, XML)
TEXTS = ("\x00", "/me\x00", "/lang \x00", "/\x00", "x" * 20000, "/" + "y" * 5000, "😀" * 5000, "/ci #" + "9" * 900)
FUZZ = settings(
    max_examples=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_any_request_at_all(rig: Rig, messenger: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    """Random bytes, headers and queries: an answer of the contract, no row, no error in the log."""
    watch = Watch.begin(rig, caplog)
    requests: list[Request] = []

    @FUZZ
    @given(HEADERS, QUERIES, BODIES)
    def draw(headers: dict[str, str], query: dict[str, str], body: bytes) -> None:
        requests.append(Request(method, headers, query, body))

    draw()
    for request in requests:
        status, _ = await post(rig, messenger, request)
        assert status in ALLOWED - {200}, request
    watch.assert_nothing_changed()
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@KINDS
async def test_any_content_in_a_genuine_envelope(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """The platform's own seal around anything."""
    watch = Watch.begin(rig, caplog)
    contents: list[bytes] = []

    @FUZZ
    @given(BODIES)
    def draw(content: bytes) -> None:
        contents.append(content)

    draw()
    for content in contents:
        for request in sealed_every_way(rig, messenger, content):
            status, _ = await post(rig, messenger, request)
            assert status in ALLOWED, content
    await rig.settle()
    assert not watch.changed() & set(DOMAIN)
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@KINDS
@pytest.mark.parametrize(
    "text",
    ["\x00", "/me\x00", "/lang \x00", "/\x00", "x" * 20000, "/" + "y" * 5000, "😀" * 5000, "/ci #" + "9" * 900],
)
async def test_any_text_people_can_send(rig: Rig, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """NUL characters and very long words arrive, are stored or refused, and are answered or ignored."""
    before = datetime.now(UTC)
    for messenger in ("feishu", "dingtalk"):
        watch = Watch.begin(rig, caplog)
        status, _ = await post(rig, messenger, sealed(rig, messenger, text_content(rig, messenger, "bob", text)))
        await asyncio.wait_for(rig.settle(), 20)
        assert status in ALLOWED
        assert not watch.changed() & set(DOMAIN)
        failures = [str(each.msg) for each in caplog.records if each.levelno >= logging.ERROR]
        assert not failures, (messenger, failures)
    assert (datetime.now(UTC) - before).total_seconds() < 30
