"""Robot messages become commands (dingtalk.md §1.1, §7, §3.11)."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Commands, Ignored
from adapters.errors import BadSignature, Malformed
from cards.action import ActionRef
from domain.command import Command, ConversationKind, Kind, Mention
from tests.adapters.dingtalk.dingtalk_requests import AT, MS, adapter, message, raw, robot

BOT = "$:LWCP_v1:$bot"


def one(body: Any) -> Command:
    parsed = adapter().parse(robot(body))
    assert isinstance(parsed, Commands), parsed
    (command,) = parsed.commands
    return command


def test_a_group_message_with_everything() -> None:
    command = one(message(text={"content": " /Kudos @Han +10 great demo"}))
    assert (command.kind, command.name, command.args) == (Kind.SLASH, "kudos", "@Han +10 great demo")
    assert command.key == command.message_id == "msgAbC123=="
    assert (command.actor.user_id, command.actor.tenant, command.actor.name) == ("user_lilei", "dingcorp0001", "Li Lei")
    assert (command.conversation.kind, command.conversation.id) == (ConversationKind.GROUP, "cidKwF1Example==")
    assert command.mentions == (Mention(user_id="user_hanmei", shown_name="Han"),)
    assert command.sent_at == AT - timedelta(seconds=1.5)
    assert command.received_at == AT


def test_parse_is_pure() -> None:
    assert adapter().parse(robot(message())) == adapter().parse(robot(message()))


@pytest.mark.parametrize(
    ("given", "name", "args"),
    [
        (" /checkin", "checkin", ""),
        ("／CHECKIN\u3000 #2  92", "checkin", "#2 92"),
        ("\u200b/checkin\na b", "checkin", "a b"),
        ("打卡", "", "打卡"),
        ("/😀 \u202eabc", "😀", "abc"),
        ("  ", "", ""),
    ],
)
def test_text_is_tidied_like_everywhere(given: str, name: str, args: str) -> None:
    command = one(message(text={"content": given}))
    assert (command.name, command.args) == (name, args)


@pytest.mark.parametrize(
    "body",
    [
        message(text=..., content="/x y"),
        message(text="/x y"),
        message(text=..., content={"content": "/x y"}),
        message(
            msgtype="richText", text=..., content={"richText": [{"text": "/x "}, {"type": "picture"}, {"text": "y"}]}
        ),
    ],
)
def test_all_spellings_of_text(body: Any) -> None:
    command = one(body)
    assert (command.kind, command.name, command.args) == (Kind.SLASH, "x", "y")


@pytest.mark.parametrize(
    "kind", ["picture", "audio", "video", "file", "unknownMsgType", "interactiveCard", "", "richText"]
)
def test_what_is_not_text_is_said_to_be_unsupported(kind: str) -> None:
    command = one(message(msgtype=kind, text=..., content={"downloadCode": "x"}))
    assert (command.kind, command.name) == (Kind.EVENT, "message.unsupported")


def test_direct_chat_is_the_persons_id() -> None:
    conversation = one(message(conversationType="1")).conversation
    assert (conversation.kind, conversation.id) == (ConversationKind.DIRECT, "user_lilei")


@pytest.mark.parametrize("changes", [{"senderStaffId": ...}, {"senderStaffId": ""}, {"senderCorpId": "dingother"}])
def test_an_unknown_sender_is_heard_but_not_obeyed(changes: Any) -> None:
    command = one(message(conversationType="1", text={"content": "/bind 123456"}, **changes))
    assert command.actor.user_id == ""
    assert (command.kind, command.name, command.args) == (Kind.TEXT, "", "")
    assert command.reply is not None


def test_mentions_without_staff_id_keep_the_shown_name() -> None:
    people = [{"dingtalkId": BOT}, {"dingtalkId": "$:b"}, {"dingtalkId": "$:c", "staffId": "u3"}]
    command = one(message(text={"content": " /kudos @韩梅梅 @Tom hi a@b.c"}, atUsers=people))
    assert command.mentions == (Mention(user_id=None, shown_name="韩梅梅"), Mention(user_id="u3", shown_name="Tom"))
    fewer = one(message(text={"content": " /kudos @Tom"}, atUsers=people))
    assert [mention.shown_name for mention in fewer.mentions] == ["", ""]


def test_rich_text_names_its_mentions() -> None:
    parts = [{"text": "/kudos "}, {"type": "at", "atName": "@Han Mei", "atUserId": "$:LWCP_v1:$bbbb"}, {"text": " +1"}]
    command = one(message(msgtype="richText", text=..., content={"richText": parts}))
    assert command.mentions == (Mention(user_id="user_hanmei", shown_name="Han Mei"),)


def test_a_typed_action_becomes_an_action() -> None:
    ref = ActionRef("checkin.submit", {"kr": "a b&c=d/é", "s": "x="})
    command = one(message(text={"content": f" /do {ref.encode()}"}))
    assert (command.kind, command.name, command.params) == (Kind.ACTION, ref.name, ref.params)
    for typed in ("/do ~", "/do ~a?%ff=%ff", "/do ~x?y", "/do it"):
        assert one(message(text={"content": typed})).kind is Kind.SLASH


def test_session_webhook_becomes_a_reply_handle() -> None:
    reply = one(message()).reply
    assert reply is not None
    assert (reply.kind, reply.expires_at) == ("dingtalk.session_webhook", AT + timedelta(seconds=5400))
    assert "0123abcd" not in repr(reply)


@pytest.mark.parametrize(
    "url",
    [
        ..., "", "http://oapi.dingtalk.com/robot/sendBySession?session=1", "https://evil.example/robot/sendBySession?s=1",
        "https://oapi.dingtalk.com.evil.example/robot/sendBySession?s", "https://oapi.dingtalk.com@evil/robot/sendBySession?s",
        "https://oapi.dingtalk.com/robot/send?access_token=1",
    ],
)  # fmt: skip
def test_foreign_webhooks_are_not_kept(url: Any) -> None:
    assert one(message(sessionWebhook=url)).reply is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"errorCode": "20001", "errorMessage": "quota"}, "quota"),
        ({"errCode": 20001}, "quota"),
        (message(senderId=BOT), "own"),
        (message(chatbotCorpId="dingother"), "foreign.corp"),
    ],
)
def test_ignored_but_acknowledged(body: Any, reason: str) -> None:
    parsed = adapter().parse(robot(body))
    assert isinstance(parsed, Ignored)
    assert parsed.reason == reason
    assert adapter().ack(None, parsed).body == b'{"msgtype":"empty"}'


@pytest.mark.parametrize("moment", ["soon", None, [], 1e300, "9" * 40, -(10**18)])
def test_strange_times_fall_back_to_ours(moment: Any) -> None:
    assert one(message(createAt=moment)).sent_at == AT


def test_time_as_text_and_misspelt() -> None:
    assert one(message(createAt=..., createA=MS)).sent_at == AT


def test_nul_never_reaches_a_database() -> None:
    command = one(message(text={"content": "a\0b"}, senderNick="x\0"))
    assert (command.args, command.actor.name) == ("ab", "x")


@pytest.mark.parametrize(
    "changes", [{"sign": ""}, {"sign": "AAAA"}, {"timestamp": str(int(MS) + 1)}, {"sign": "é\udcff"}]
)
def test_wrong_signatures(changes: dict[str, str]) -> None:
    good = robot(message())
    with pytest.raises(BadSignature):
        adapter().parse(raw(message(), {**good.headers, **changes}))


@pytest.mark.parametrize("missing", ["sign", "timestamp"])
def test_missing_halves_of_the_proof(missing: str) -> None:
    headers = {name: value for name, value in robot({}).headers.items() if name != missing}
    with pytest.raises(BadSignature):
        adapter().parse(raw(message(), headers))


@pytest.mark.parametrize("seconds", [3601, -3601])
def test_stale_requests(seconds: int) -> None:
    with pytest.raises(BadSignature):
        adapter().parse(robot(message(), str(int(MS) + seconds * 1000)))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"msgId":"\xff"}', b"[" * 100_000, b'{"msgId":"\\ud800"}',
        message(msgId=...), message(msgId=7), message(conversationType="3"), message(conversationType=...),
        message(conversationId=...), message(text=7), message(text={"content": []}), message(atUsers={}),
        message(atUsers=["x"]), message(atUsers=[{"staffId": 1}, {"dingtalkId": []}]), message(senderNick={}),
        message(msgtype="richText", content={"richText": "x"}), message(msgtype=1), message(sessionWebhook=1),
        message(chatbotUserId=3), message(senderStaffId=["u"]),
    ],
)  # fmt: skip
def test_proven_but_unreadable(body: Any) -> None:
    with pytest.raises(Malformed):
        adapter().parse(robot(body))
