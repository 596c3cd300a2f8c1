"""Whatever comes, `parse` has five outcomes and no others."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Commands, Handshake, Ignored, Raw
from adapters.errors import BadSignature, Malformed
from tests.adapters.dingtalk.dingtalk_requests import AT, adapter, card, click, event, message, raw, robot

ADAPTER = adapter()
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["~a", "~a?b=c", "/do ~x", "{}", "[]"]
)
NAMES = st.sampled_from(
    [*message(), *click({}), "content", "value", "params", "form", "a", "__a", "richText", "fields"]
)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=4),
    max_leaves=12,
)
CHANGES = st.dictionaries(NAMES, VALUES, max_size=4)


def outcome(request: Raw) -> object:
    try:
        parsed = ADAPTER.parse(request)
    except (BadSignature, Malformed):
        return None
    assert isinstance(parsed, Handshake | Commands | Ignored)
    assert ADAPTER.parse(request) == parsed
    assert ADAPTER.ack(None, parsed).status == 200
    return parsed


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_robot_messages_of_any_shape(changes: dict[str, Any]) -> None:
    outcome(robot({**message(), **changes}))


@settings(max_examples=150, deadline=None)
@given(CHANGES, VALUES)
def test_clicks_of_any_shape(changes: dict[str, Any], params: Any) -> None:
    outcome(card({**click(params), **changes}))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["user_add_org", "user_modify_org", "user_leave_org", "x"]), VALUES, VALUES, VALUES)
def test_events_of_any_shape(name: str, users: Any, diff: Any, moment: Any) -> None:
    outcome(event({"EventType": name, "userId": users, "diffInfo": diff, "timeStamp": moment}))
    outcome(event({"EventType": name, "userId": ["u"], "diffInfo": diff, "eventId": users}))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_behind_a_good_proof(body: bytes) -> None:
    outcome(robot(body))
    outcome(card(body))
    outcome(raw(body, query=dict(event({}).query)))


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["sign", "timestamp", "x-ddpaas-signature", "x-ddpaas-signature-timestamp"]),
        st.text(max_size=8),
    ),
    st.dictionaries(
        st.sampled_from(["signature", "msg_signature", "timestamp", "timeStamp", "nonce"]), st.text(max_size=8)
    ),
    st.binary(max_size=20),
)
def test_any_proof(headers: dict[str, str], query: dict[str, str], body: bytes) -> None:
    assert outcome(Raw(method="POST", headers=headers, query=query, body=body, at=AT)) is None
