"""Whatever arrives, `parse` ends in one of five ways: handshake, commands, ignored, bad signature, malformed."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Commands, Handshake, Ignored, Raw
from adapters.errors import BadSignature, Malformed
from tests.adapters.feishu.feishu_wire import BOT, NOW, adapter, click, event, message, request, seal, text

ADAPTER = adapter()
LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["1700000000000", "~a?b=c", "@_user_1", "{\"text\": 1}", "p2p", "user", "\ud800"])
)  # fmt: skip
ANY = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
SAMPLES: list[Any] = [
    text("@_user_1 /checkin", mentions=[BOT]),
    message({"title": "t", "content": [[{"tag": "at", "user_id": "@_user_1"}]]}, kind="post"),
    message({"image_key": "i"}, kind="image"),
    click({"value": {"a": "~x.y?k=v"}, "name": "n", "form_value": {"f": "1", "g": ["a"]}, "option": "o"}),
    event("application.bot.menu_v6", {"operator": {"operator_id": {"open_id": "o"}}, "event_key": "cmd_x"}),
    event("im.chat.access_event.bot_p2p_chat_entered_v1", {"operator_id": {"open_id": "o"}}),
    event("im.chat.member.bot.added_v1", {"operator_id": {"open_id": "o"}, "chat_id": "c"}),
    event("contact.user.updated_v3", {"object": {"open_id": "o", "name": "n", "status": {"is_frozen": False}}}),
    event("contact.user.deleted_v3", {"object": {"open_id": "o"}}),
]


def ends_well(raw: Raw) -> None:
    try:
        parsed = ADAPTER.parse(raw)
    except (BadSignature, Malformed):
        return
    assert isinstance(parsed, Handshake | Commands | Ignored)
    assert ADAPTER.parse(raw) == parsed


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A genuine event with one place, at any depth, replaced or removed."""
    value = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    if draw(st.booleans()) and value["event"].get("message"):
        value["event"]["message"]["content"] = json.dumps(draw(ANY))
    place = value
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return value
        key = draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or draw(st.integers(0, 3)) == 0:
            if draw(st.booleans()):
                place[key] = draw(ANY)
            else:
                del place[key]
            return value
        place = inner


@settings(max_examples=400, deadline=None)
@given(bent())
def test_one_wrong_place_in_a_signed_event(value: Any) -> None:
    ends_well(request(seal(json.dumps(value).encode())))


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_any_signed_json(value: Any) -> None:
    ends_well(request(seal(json.dumps(value).encode())))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_signed_bytes(body: bytes, encrypted: bool) -> None:
    ends_well(request(seal(body) if encrypted else body))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce"]),
        st.text(max_size=70) | st.just("\udc80"),
    ),
)
def test_any_request_without_our_signature_is_refused(body: bytes, headers: dict[str, str]) -> None:
    try:
        ADAPTER.parse(Raw(method="POST", headers=headers, query={}, body=body, at=NOW))
    except BadSignature:
        return
    raise AssertionError("believed an unsigned request")
