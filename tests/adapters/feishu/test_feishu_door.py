"""The door: proof before anything else (feishu.md §1.2-§1.6)."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest

from adapters.base import Commands, Handshake, Ignored, Raw
from adapters.errors import BadSignature, Malformed
from adapters.feishu import sdk
from tests.adapters.feishu.feishu_wire import (
    APP,
    KEY,
    NONCE,
    NOW,
    STAMP,
    TOKEN,
    adapter,
    event,
    request,
    seal,
    sealed,
    signature,
    text,
)

V2 = (
    "AAECAwQFBgcICQoLDA0OD5zd1pQmD9dWGeidg5ear7jk4Gien/8sVEamS69gjh8PAQSpPVrZBF7dkqkiXObZLmHvvVNORMEOnFG9m3eYDqpa"
    "6VXj4eRIVviBICq82XBq"
)
V3 = (
    "AAECAwQFBgcICQoLDA0OD3N45VOyVfiimEQu0sKHrHxI3Mk/FZdturWs/NJN5qQ/JIbnhasBJAVAMcZut2gBelmLMTVVTnDDM2NXfnTm+YKT"
    "vg5Xkn+1B+vrxwufJWDXLQcxWCo7Nrr3K3FwKVRn2XntcnuCNPSiKNzaWuGH2C9LzXYIUZpsBm9zLBlpAzyF9BUVowAcM/lXouZ4CP01k57t"
    "YLrRhyTCg6F8az50kbSMC/oev7vkUh90Ffyt0ltG"
)
V3_SIGNATURE = "b937abe50fd352a67ba345da7b0f2c42f38543486c05da6468417cb326b1bccc"
V3B_SIGNATURE = "dcfb4764612e18c4f11c355030dca7b65f10cf868bf65216b8d3c43549ed5f23"
V4_BODY = (
    b'{"open_id": "ou_1", "user_id": "u1", "open_message_id": "om_1", "tenant_key": "t", "token": "c-1", '
    b'"action": {"value": {"k": "v"}, "tag": "button"}}'
)
V4_SIGNATURE = "dc5448e3aea008b08835719ade21bfce0882203a"
CHALLENGE = {"challenge": "ajls384kdjx98XX", "token": TOKEN, "type": "url_verification"}


def wrapped(sealed_text: str) -> bytes:
    return b'{"encrypt":"%s"}' % sealed_text.encode()


def test_v1_the_official_vector_decrypts() -> None:
    secret = base64.b64decode("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
    assert sdk.cipher("test key").decrypt(secret) == b"hello world"


def test_v2_an_unsigned_encrypted_challenge_is_answered() -> None:
    parsed = adapter().parse(request(wrapped(V2), signed=False))
    assert isinstance(parsed, Handshake)
    assert parsed.response.status == 200
    assert json.loads(parsed.response.body) == {"challenge": "ajls384kdjx98XX"}
    assert parsed.response.content_type == "application/json"


def test_v3_a_signed_event_is_accepted_and_any_changed_digit_refused() -> None:
    body = wrapped(V3)
    assert adapter().parse(request(body, **{"x-lark-signature": V3_SIGNATURE})) == Ignored("unknown")
    for wrong in (V3_SIGNATURE[:-1] + "d", V3_SIGNATURE[:-1], V3_SIGNATURE.upper(), "", "é", V3B_SIGNATURE):
        with pytest.raises(BadSignature):
            adapter().parse(request(body, **{"x-lark-signature": wrong}))


def test_v3b_a_signed_challenge_is_checked_like_any_other_request() -> None:
    body = wrapped(V2)
    assert signature(body) == V3B_SIGNATURE
    assert isinstance(adapter().parse(request(body)), Handshake)
    with pytest.raises(BadSignature):
        adapter().parse(request(body, **{"x-lark-signature": V3_SIGNATURE}))


def test_v4_an_old_style_card_callback_is_refused() -> None:
    """§1.10: plain, SHA-1 over the verification token. We do not subscribe to it and never believe it."""
    proof = hashlib.sha1((STAMP + NONCE + TOKEN).encode() + V4_BODY, usedforsecurity=False).hexdigest()
    assert proof == V4_SIGNATURE
    with pytest.raises(BadSignature):
        adapter().parse(request(V4_BODY, **{"x-lark-signature": proof}))


def test_a_byte_changed_anywhere_in_the_body_is_refused() -> None:
    body = seal(json.dumps(text("/checkin")).encode())
    proof = signature(body)
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(BadSignature):
            adapter().parse(request(changed, **{"x-lark-signature": proof}))


@pytest.mark.parametrize("header", ["x-lark-request-timestamp", "x-lark-request-nonce"])
def test_the_timestamp_and_nonce_are_signed(header: str) -> None:
    with pytest.raises(BadSignature):
        adapter().parse(request(seal(json.dumps(text("hi")).encode()), **{header: "1700000001"}))


@pytest.mark.parametrize(
    "value",
    [
        text("/checkin"),
        CHALLENGE | {"token": "wrong"},
        CHALLENGE | {"token": None},
        CHALLENGE | {"type": "event_callback"},
        CHALLENGE | event("im.message.receive_v1", {}),
        [],
        "url_verification",
    ],
)
def test_unsigned_is_refused_unless_it_is_a_challenge_with_our_token(value: object) -> None:
    with pytest.raises(BadSignature):
        adapter().parse(request(seal(json.dumps(value).encode()), signed=False))


def test_an_unencrypted_challenge_is_refused_because_the_encrypt_key_is_mandatory() -> None:
    with pytest.raises(BadSignature):
        adapter().parse(request(json.dumps(CHALLENGE).encode(), signed=False))


def test_an_empty_request_is_refused() -> None:
    with pytest.raises(BadSignature):
        adapter().parse(Raw(method="GET", headers={}, query={}, body=b"", at=NOW))


@pytest.mark.parametrize(("hours", "accepted"), [(-9, False), (-7.9, True), (0, True), (7.2, True), (9, False)])
def test_the_replay_window_covers_the_last_retry_and_no_more(hours: float, accepted: bool) -> None:
    """§1.4, §1.7: the last retry comes after about 7.1 h and may carry its first timestamp."""
    raw = request(seal(json.dumps(text("/checkin")).encode()), at=NOW + timedelta(hours=hours))
    if accepted:
        assert isinstance(adapter().parse(raw), Commands)
    else:
        with pytest.raises(BadSignature, match="stale"):
            adapter().parse(raw)


def test_the_replay_window_is_a_setting() -> None:
    raw = request(seal(json.dumps(text("/checkin")).encode()), at=NOW + timedelta(hours=2))
    with pytest.raises(BadSignature, match="stale"):
        adapter(replay_hours=1).parse(raw)


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "١٧٠٠٠٠٠٠٠٠", "9" * 30])
def test_a_signed_nonsense_timestamp_is_refused(stamp: str) -> None:
    body = seal(json.dumps(text("hi")).encode())
    headers = {"x-lark-request-timestamp": stamp, "x-lark-signature": signature(body, stamp=stamp)}
    with pytest.raises(BadSignature):
        adapter().parse(request(body, **headers))


def test_another_apps_event_and_a_wrong_token_are_refused() -> None:
    body = {"sender": {}, "message": {}}
    for header in ({"app_id": "cli_2"}, {"app_id": None}, {"token": "wrong"}, {"token": None}):
        with pytest.raises(BadSignature):
            adapter().parse(sealed(event("im.message.receive_v1", body, **header)))


def test_legacy_events_need_the_token_and_are_ignored() -> None:
    """§1.6, schema 1.0."""
    legacy = {"ts": "1", "uuid": "u", "token": TOKEN, "type": "event_callback", "event": {"type": "p2p_chat_create"}}
    assert adapter().parse(sealed(legacy)) == Ignored("legacy")
    with pytest.raises(BadSignature):
        adapter().parse(sealed(legacy | {"token": "wrong"}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"encrypt": 1}',
        b'{"encrypt": "!"}',
        b'{"encrypt": "AAAA"}',
        b'{"encrypt": "\xc3\xa9"}',
        json.dumps({"encrypt": base64.b64encode(bytes(48)).decode()}).encode(),
        seal(b"\xff\xfe not UTF-8"),
        seal(b'{"a": "\xff"}'),
        seal(b"{}", key="another key"),
        seal(b"[1, 2]"),
        seal(b"truncated {"),
        seal(b"[" * 5000),
        text("plain").__repr__().encode(),
    ],
)
def test_signed_bodies_we_cannot_read_are_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        adapter().parse(request(body))


def test_parsing_twice_gives_the_same_and_the_id_names_app_tenant_and_key() -> None:
    raw = sealed(text("@_user_1 /checkin"))
    assert adapter().parse(raw) == adapter().parse(raw)
    parsed = adapter().parse(raw)
    assert isinstance(parsed, Commands)
    assert parsed.commands[0].id == hashlib.sha256(f"{APP}\0{APP}\0om_1".encode()).hexdigest()[:32]


def test_secrets_are_not_in_any_repr() -> None:
    shown = repr(vars(adapter()))
    assert KEY not in shown
    assert TOKEN not in shown
    assert "s3cret" not in shown
