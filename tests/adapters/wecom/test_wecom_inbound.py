"""The door: proof, size, XML, messages, events, keys (wecom.md §1-§2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from adapters.base import Commands, Handshake, Ignored, Raw
from adapters.errors import BadSignature, Malformed
from adapters.wecom.adapter import WecomAdapter
from domain.command import Command, ConversationKind, Kind

Make = Callable[..., str]
Callback = Callable[..., Raw]

SELECTED = (
    "<SelectedItems>{}</SelectedItems>",
    "<SelectedItem><QuestionKey><![CDATA[{}]]></QuestionKey><OptionIds>{}</OptionIds></SelectedItem>",
    "<OptionId><![CDATA[{}]]></OptionId>",
)


def selected(**answers: tuple[str, ...]) -> str:
    items = (SELECTED[1].format(name, "".join(map(SELECTED[2].format, ids))) for name, ids in answers.items())
    return SELECTED[0].format("".join(items))


def card(extra: str = "", *, code: str = "RC1", kind: str = "multiple_interaction", task: str = "card1@row") -> str:
    return (
        f"<TaskId><![CDATA[{task}]]></TaskId><CardType><![CDATA[{kind}]]></CardType>"
        f"<ResponseCode><![CDATA[{code}]]></ResponseCode>{extra}"
    )


def only(adapter: WecomAdapter, raw: Raw) -> Command:
    parsed = adapter.parse(raw)
    assert isinstance(parsed, Commands)
    assert len(parsed.commands) == 1
    assert adapter.parse(raw) == parsed, "parse is pure"
    return parsed.commands[0]


def ignored(adapter: WecomAdapter, raw: Raw) -> str:
    parsed = adapter.parse(raw)
    assert isinstance(parsed, Ignored)
    assert adapter.ack(None, parsed).body == b""
    return parsed.reason


# --- proof -----------------------------------------------------------------------------------------------------------


def test_handshake_answers_exactly_the_echo(adapter: WecomAdapter, callback: Callback) -> None:
    """§1.3: the decrypted bytes, no quotes, no newline."""
    sealed = callback("1616140317555161061")
    echo = sealed.body.decode().partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    parsed = adapter.parse(replace(sealed, method="GET", query={**sealed.query, "echostr": echo}, body=b""))
    assert isinstance(parsed, Handshake)
    assert (parsed.response.status, parsed.response.body) == (200, b"1616140317555161061")
    with pytest.raises(BadSignature):
        adapter.parse(replace(sealed, method="GET", query={**sealed.query, "echostr": echo.swapcase()}))
    with pytest.raises(BadSignature):
        adapter.parse(replace(sealed, method="GET"))


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
def test_missing_proof_is_refused_before_anything_is_parsed(
    adapter: WecomAdapter, callback: Callback, message: Make, missing: str
) -> None:
    raw = callback(message())
    with pytest.raises(BadSignature):
        adapter.parse(replace(raw, query={**raw.query, missing: ""}, body=b"<not xml"))


@pytest.mark.parametrize(
    "change", [{"msg_signature": "0" * 40}, {"nonce": "other"}, {"timestamp": "abc"}, {"timestamp": "9" * 20}]
)
def test_wrong_proof_is_refused(
    adapter: WecomAdapter, callback: Callback, message: Make, change: dict[str, str]
) -> None:
    raw = callback(message())
    with pytest.raises(BadSignature):
        adapter.parse(replace(raw, query={**raw.query, **change}))


@pytest.mark.parametrize("minutes", [-11, 11])
def test_stale_timestamp_is_refused(adapter: WecomAdapter, callback: Callback, message: Make, minutes: int) -> None:
    raw = callback(message())
    assert only(adapter, replace(raw, at=raw.at + timedelta(minutes=9)))
    with pytest.raises(BadSignature):
        adapter.parse(replace(raw, at=raw.at + timedelta(minutes=minutes)))


def test_tampered_ciphertext_is_refused(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    raw = callback(message())
    at = raw.body.index(b"CDATA[") + 30
    flipped = b"A" if raw.body[at : at + 1] != b"A" else b"B"
    with pytest.raises(BadSignature):
        adapter.parse(replace(raw, body=raw.body[:at] + flipped + raw.body[at + 1 :]))


def test_another_corps_message_is_refused(
    adapter: WecomAdapter, callback: Callback, message: Make, peer: WeChatCrypto
) -> None:
    foreign = WeChatCrypto(peer.token, "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", "ww0000000000000000")
    with pytest.raises(BadSignature):
        adapter.parse(callback(message(), sealer=foreign))


# --- malformed -------------------------------------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<xml><Encrypt>&b;</Encrypt><MsgType>&b;</MsgType></xml>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not xml", b"{}", b"<xml><Encrypt>", BOMB.encode(), b"<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>",
        b"\xff\xfe\x00<xml/>", b"<?xml version='1.0' encoding='nonsense'?><xml/>", b"<a>" * 20_000,
        b"<xml>" + b"x" * 10_000_000 + b"</xml>",
    ],
    ids=["empty", "text", "json", "cut", "bomb", "doctype", "utf8", "encoding", "deep", "10MB"],
)  # fmt: skip
def test_unreadable_outer_body(adapter: WecomAdapter, callback: Callback, message: Make, body: bytes) -> None:
    with pytest.raises(Malformed):
        adapter.parse(replace(callback(message()), body=body))


def test_body_without_ciphertext_has_no_proof(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    with pytest.raises(BadSignature):
        adapter.parse(replace(callback(message()), body=b"<xml><Other>1</Other></xml>"))


@pytest.mark.parametrize(
    "inner",
    [
        BOMB, "not xml", "<xml><MsgType>text</MsgType></xml>",
        "<xml><MsgType>text</MsgType><FromUserName>a</FromUserName><CreateTime>soon</CreateTime></xml>",
        "<xml><MsgType>event</MsgType><Event>enter_agent</Event><CreateTime>1</CreateTime></xml>",
        "<xml><MsgType>event</MsgType><Event>template_card_event</Event><EventKey>~a.b</EventKey></xml>",
    ],
)  # fmt: skip
def test_unreadable_inner_document(adapter: WecomAdapter, callback: Callback, inner: str) -> None:
    with pytest.raises(Malformed):
        adapter.parse(callback(inner))


def test_inner_invalid_utf8(adapter: WecomAdapter, callback: Callback, peer: WeChatCrypto) -> None:
    with pytest.raises(Malformed):
        adapter.parse(callback(b"<xml><MsgType>\xff\xfe</MsgType></xml>"))  # wechatpy seals bytes as they are


def test_other_methods(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    with pytest.raises(Malformed):
        adapter.parse(replace(callback(message()), method="PUT"))


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/Checkin  #2 92 ", "／checkin #2 92", "  / checkin\u3000#2 92", "/checkin\n#2 92"])
def test_slash_command(adapter: WecomAdapter, callback: Callback, message: Make, text: str) -> None:
    command = only(adapter, callback(message(text)))
    assert (command.kind, command.name, command.args) == (Kind.SLASH, "checkin", "#2 92")
    assert command.actor.user_id == command.conversation.id == "zhangsan", "ids are case-insensitive (§3.9)"
    assert (command.actor.tenant, command.conversation.kind) == (adapter.tenant, ConversationKind.DIRECT)
    assert (command.platform, command.app_id) == ("wecom", adapter.app_id)
    assert command.message_id == "7300000000000000001"
    assert command.sent_at.timestamp() == 1768356000


def test_plain_text(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    command = only(adapter, callback(message("打卡 ‮👍")))
    assert (command.kind, command.name, command.args) == (Kind.TEXT, "", "打卡 👍")
    assert only(adapter, callback(message(""))).args == ""


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link"])
def test_other_kinds_of_message(adapter: WecomAdapter, callback: Callback, message: Make, kind: str) -> None:
    command = only(adapter, callback(message(kind=kind)))
    assert (command.kind, command.name) == (Kind.EVENT, "message.unsupported")


def test_unknown_kind_of_message_is_ignored(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    assert ignored(adapter, callback(message(kind="hologram"))) == "unknown_message"


def test_another_app_of_the_corp_is_ignored(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    assert ignored(adapter, callback(message(agent=1000003))) == "other_agent"


def test_message_keys(adapter: WecomAdapter, callback: Callback, message: Make) -> None:
    """§1.6: equal on redelivery in a fresh envelope, different for two honest repeats and for two senders."""
    first = only(adapter, callback(message("/ci")))
    again = only(adapter, callback(message("/ci")))
    assert (first.key, first.id) == (again.key, again.id)
    others = [message("/ci", number=2), message("/ci", user="lisi")]
    keys = {first.key, *(only(adapter, callback(other)).key for other in others)}
    assert len(keys) == 3


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["enter_agent", "subscribe", "ENTER_AGENT"])
def test_opened_chat(adapter: WecomAdapter, callback: Callback, event: Make, name: str) -> None:
    command = only(adapter, callback(event(name)))
    assert (command.kind, command.name) == (Kind.EVENT, "chat.entered")


@pytest.mark.parametrize("key", ["cmd:checkin", "cmd_checkin", "cmd:CheckIn"])
def test_menu_command(adapter: WecomAdapter, callback: Callback, event: Make, key: str) -> None:
    command = only(adapter, callback(event("click", key=key)))
    assert (command.kind, command.name, command.args) == (Kind.SLASH, "checkin", "")


def test_other_menu_keys_are_ignored(adapter: WecomAdapter, callback: Callback, event: Make) -> None:
    assert ignored(adapter, callback(event("click", key="whatever"))) == "menu"


@pytest.mark.parametrize(
    "name",
    [
        "unsubscribe", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
        "pic_photo_or_album", "pic_weixin", "location_select", "LOCATION", "taskcard_click", "batch_job_result",
        "open_approval_change", "share_agent_change", "share_chain_change", "inactive_alert", "close_inactive_agent",
        "reopen_inactive_agent",
    ],
)  # fmt: skip
def test_documented_events_of_no_use(adapter: WecomAdapter, callback: Callback, event: Make, name: str) -> None:
    assert ignored(adapter, callback(event(name))) == name.casefold()


def test_unknown_event_is_acknowledged(adapter: WecomAdapter, callback: Callback, event: Make) -> None:
    assert ignored(adapter, callback(event("brand_new_event"))) == "unknown_event"


def test_card_click_with_several_answers(adapter: WecomAdapter, callback: Callback, event: Make) -> None:
    """§2.3: names and values as sent; reply handle with its 72 h; the card told from its task id."""
    answers = selected(kr1=("p60",), kr2=("high",))
    command = only(
        adapter, callback(event("template_card_event", key="~checkin.submit?c=%E4%BD%A0", extra=card(answers)))
    )
    assert (command.kind, command.name, command.params) == (Kind.ACTION, "checkin.submit", {"c": "你"})
    assert command.values == {"kr1": "p60", "kr2": "high"}
    assert command.card_ref == "card1"
    assert command.reply is not None
    assert (command.reply.kind, command.reply.value.reveal(), command.reply.uses_left) == (
        "wecom.click_code",
        "RC1",
        1,
    )
    assert command.reply.expires_at - command.sent_at == timedelta(hours=72)
    assert "RC1" not in repr(command)


@pytest.mark.parametrize(
    ("kind", "answers", "values"),
    [
        ("button_interaction", "", {}),
        ("button_interaction", "<SelectedItems></SelectedItems>", {}),
        ("button_interaction", selected(react=("thanks",)), {"react": "thanks"}),
        ("multiple_interaction", selected(kr1=(), kr2=("x",)), {"kr2": "x"}),
        ("vote_interaction", selected(mood=("good", "tired")), {"mood": ("good", "tired")}),
        ("vote_interaction", selected(mood=("good",)), {"mood": "good"}),
    ],
)
def test_selected_items_of_every_shape(
    adapter: WecomAdapter, callback: Callback, event: Make, kind: str, answers: str, values: dict[str, object]
) -> None:
    raw = callback(event("template_card_event", key="~a.b", extra=card(answers, kind=kind)))
    assert only(adapter, raw).values == values


def test_one_answer_to_a_question_of_many_is_still_a_tuple(
    adapter: WecomAdapter, callback: Callback, event: Make
) -> None:
    """Contract clause 11: values arrive in their declared type."""
    answers = card(selected(mood=("good",)), kind="vote_interaction")
    command = only(adapter, callback(event("template_card_event", key="~a.b?c=d#many", extra=answers)))
    assert (command.name, command.params, command.values) == ("a.b", {"c": "d"}, {"mood": ("good",)})


def test_corner_menu_of_a_card_is_an_action(adapter: WecomAdapter, callback: Callback, event: Make) -> None:
    command = only(
        adapter, callback(event("template_card_menu_event", key="~kudos.mute", extra=card(kind="text_notice")))
    )
    assert (command.kind, command.name, command.values) == (Kind.ACTION, "kudos.mute", {})


@pytest.mark.parametrize("key", ["", "submit:checkin", "~", "~a b", "~a?x", "~a?x=%ff"])
def test_forged_action_is_malformed(adapter: WecomAdapter, callback: Callback, event: Make, key: str) -> None:
    with pytest.raises(Malformed):
        adapter.parse(callback(event("template_card_event", key=key, extra=card())))


@pytest.mark.parametrize(
    "other",
    [
        {"extra": card(code="RC2")}, {"time": 1768356001, "extra": card()}, {"user": "lisi", "extra": card()},
        {"extra": card(task="card2@row")},
    ],
)  # fmt: skip
def test_click_keys(adapter: WecomAdapter, callback: Callback, event: Make, other: dict[str, str]) -> None:
    """Two clicks within one second differ by their response code; a redelivery does not differ."""
    one, again = (only(adapter, callback(event("template_card_event", key="~a.b", extra=card()))) for _ in range(2))
    assert one.key == again.key
    assert only(adapter, callback(event("template_card_event", key="~a.b", **other))).key != one.key


# --- the directory ---------------------------------------------------------------------------------------------------


def contact(change: str, extra: str = "") -> str:
    return f"<ChangeType><![CDATA[{change}]]></ChangeType>{extra}"


@pytest.mark.parametrize(
    ("change", "extra", "name", "values"),
    [
        ("create_user", "<UserID>LiSi</UserID><Name>李四</Name><Department>1,2</Department>", "directory.changed",
         {"user_id": "lisi", "name": "李四"}),
        ("create_user", "<UserID>lisi</UserID>", "directory.changed", {"user_id": "lisi"}),
        ("update_user", "<UserID>lisi</UserID><NewUserID>LiSi2</NewUserID>", "directory.changed",
         {"user_id": "lisi", "new_user_id": "lisi2"}),
        ("update_user", "<UserID>lisi</UserID><Status>5</Status><Name>x</Name>", "directory.left", {"user_id": "lisi"}),
        ("delete_user", "<UserID>lisi</UserID>", "directory.left", {"user_id": "lisi"}),
    ],
)  # fmt: skip
def test_contact_events(
    adapter: WecomAdapter, callback: Callback, event: Make, change: str, extra: str, name: str, values: dict[str, str]
) -> None:
    command = only(adapter, callback(event("change_contact", user="sys", extra=contact(change, extra))))
    assert (command.kind, command.name, command.values) == (Kind.EVENT, name, values)
    assert (command.actor.user_id, command.conversation.id) == ("sys", "lisi")


@pytest.mark.parametrize("change", ["create_party", "update_party", "delete_party"])
def test_party_events_are_ignored(adapter: WecomAdapter, callback: Callback, event: Make, change: str) -> None:
    raw = callback(event("change_contact", user="sys", extra=contact(change, "<Id>2</Id><Name>x</Name>")))
    assert ignored(adapter, raw) == "contact_party"


def test_tag_and_unknown_contact_events_are_ignored(adapter: WecomAdapter, callback: Callback, event: Make) -> None:
    tag = contact("update_tag", "<TagId>1</TagId><AddUserItems>a,b</AddUserItems>")
    assert ignored(adapter, callback(event("change_contact", user="sys", extra=tag))) == "contact_tag"
    new = contact("merge_user")
    assert ignored(adapter, callback(event("change_contact", user="sys", extra=new))) == "unknown_contact_change"


def test_contact_event_may_carry_the_sync_assistants_agent(
    adapter: WecomAdapter, callback: Callback, event: Make
) -> None:
    body = event("change_contact", user="sys", extra=contact("delete_user", "<UserID>lisi</UserID>"))
    for agent in ("<AgentID></AgentID>", "<AgentID>2000003</AgentID>"):
        assert only(adapter, callback(body.replace("<AgentID>1000002</AgentID>", agent)))


def test_contact_bursts_within_one_second_do_not_collide(
    adapter: WecomAdapter, callback: Callback, event: Make
) -> None:
    """§1.6: sender `sys` and one-second times are equal for a whole burst."""
    bodies = [
        event("change_contact", user="sys", extra=contact(change, f"<UserID>u{n}</UserID>"))
        for n in range(5)
        for change in ("update_user", "delete_user")
    ]
    assert len({only(adapter, callback(body)).key for body in bodies}) == 10
