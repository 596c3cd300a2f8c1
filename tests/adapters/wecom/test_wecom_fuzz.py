"""Whatever arrives, `parse` ends in one of five ways (contract clause 5)."""

from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Commands, Handshake, Ignored, Raw
from adapters.errors import BadSignature, Malformed
from adapters.wecom.adapter import WecomAdapter

AT = datetime(2026, 1, 14, 2, 0, tzinfo=UTC)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)

NAMES = [
    "MsgType", "Event", "EventKey", "FromUserName", "ToUserName", "CreateTime", "AgentID", "MsgId", "Content",
    "ChangeType", "UserID", "NewUserID", "Status", "TaskId", "CardType", "ResponseCode", "SelectedItems", "Encrypt",
]  # fmt: skip
WORDS = [
    "text", "event", "image", "click", "template_card_event", "change_contact", "enter_agent", "create_user", "cmd:x",
    "update_user", "~a.b?c=d", "~", "sys", "1", "1768356000", "99999999999", "-1", "1000002", "", "５", "²", "5",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40))
ELEMENTS = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=14)
ITEMS = st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3)), max_size=3)


def settle(adapter: WecomAdapter, raw: Raw) -> None:
    try:
        parsed = adapter.parse(raw)
    except (BadSignature, Malformed):
        return
    assert isinstance(parsed, Handshake | Commands | Ignored)
    assert adapter.parse(raw) == parsed
    assert adapter.ack(None, parsed).status == 200


@SHARED
@given(
    method=st.sampled_from(["GET", "POST", "PUT", ""]),
    query=st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce", "echostr"]), TEXTS),
    body=st.binary(max_size=300),
)
def test_arbitrary_requests(adapter: WecomAdapter, method: str, query: dict[str, str], body: bytes) -> None:
    settle(adapter, Raw(method=method, headers={}, query=query, body=body, at=AT))


@SHARED
@given(elements=ELEMENTS, items=ITEMS)
def test_signed_documents_of_any_shape(
    adapter: WecomAdapter,
    callback: Callable[..., Raw],
    elements: list[tuple[str, str]],
    items: list[tuple[str, list[str]]],
) -> None:
    """Correctly signed, so that everything behind the proof is reached."""
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements)
    chosen = "".join(
        f"<SelectedItem><QuestionKey>{escape(question)}</QuestionKey><OptionIds>"
        + "".join(f"<OptionId>{escape(option)}</OptionId>" for option in options)
        + "</OptionIds></SelectedItem>"
        for question, options in items
    )
    settle(adapter, callback(f"<xml>{inner}<SelectedItems>{chosen}</SelectedItems></xml>"))


@SHARED
@given(text=st.text(max_size=200))
def test_signed_text_that_is_no_document(adapter: WecomAdapter, callback: Callable[..., Raw], text: str) -> None:
    settle(adapter, callback(text.encode("utf-8", "surrogatepass")))


@SHARED
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="]", exclude_categories=["Cc"]), max_size=100))
def test_any_message_text(
    adapter: WecomAdapter, callback: Callable[..., Raw], message: Callable[..., str], text: str
) -> None:
    settle(adapter, callback(message(text)))
