"""What people write becomes commands (feishu.md §1.8, recipe §7)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.base import Commands, Ignored
from adapters.errors import Malformed
from adapters.feishu.adapter import FeishuAdapter
from adapters.feishu.envelope import Bot
from domain.command import Command, ConversationKind, Kind, Mention
from tests.adapters.feishu.feishu_wire import APP, BOT, adapter, mention, message, sealed, text


def one(value: Any, bot: Bot | None = None) -> Command:
    parsed = knowing(bot).parse(sealed(value))
    assert isinstance(parsed, Commands), parsed
    assert len(parsed.commands) == 1
    assert parsed.style == {}
    return parsed.commands[0]


def knowing(bot: Bot | None = None) -> FeishuAdapter:
    made = adapter()
    made._bot = bot or Bot(open_id="ou_bot")
    return made


def ignored(value: Any, bot: Bot | None = None) -> str:
    parsed = knowing(bot).parse(sealed(value))
    assert isinstance(parsed, Ignored), parsed
    return parsed.reason


def test_a_group_command_carries_everything_we_need() -> None:
    """Clause 8: actor, tenant, conversation kind and thread."""
    made = one(text("@_user_1 /CheckIn KR1 60%", thread_id="omt_1"))
    assert (made.kind, made.name, made.args) == (Kind.SLASH, "checkin", "KR1 60%")
    assert (made.key, made.message_id, made.app_id, made.platform) == ("om_1", "om_1", APP, "feishu")
    assert (made.actor.platform, made.actor.tenant, made.actor.user_id) == ("feishu", APP, "ou_ann")
    assert (made.conversation.id, made.conversation.kind) == ("oc_1", ConversationKind.GROUP)
    assert made.conversation.thread_id == "omt_1"
    assert made.sent_at == datetime(2023, 11, 14, 22, 13, 19, 345000, UTC)


def test_a_private_message_is_addressed_by_the_persons_own_id() -> None:
    made = one(text("打卡 KR1", chat_type="p2p", mentions=[]))
    assert (made.kind, made.name, made.args) == (Kind.TEXT, "", "打卡 KR1")
    assert (made.conversation.id, made.conversation.kind) == ("ou_ann", ConversationKind.DIRECT)
    assert made.conversation.thread_id is None


@pytest.mark.parametrize(
    "said",
    [
        "/checkin a b",
        "／checkin a b",
        "@_user_1 /checkin a b",
        "@_user_1\u00a0/checkin\u00a0a b",
        "\u200b@_user_1\u2009 /checkin\u3000a   b\ufeff",
        "  @_user_1   ／ＣＨＥＣＫＩＮ a b  ",
        "/checkin a b @_user_1",
        "@_user_1 @_all /checkin a b",
        "/checkin [a](https://a.example/x?y=1) b",
    ],
)
def test_all_ways_of_writing_one_command_parse_alike(said: str) -> None:
    """Clause 10."""
    made = one(text(said))
    assert (made.kind, made.name, made.args) == (Kind.SLASH, "checkin", "a b")
    assert made.mentions == ()


def test_the_longest_placeholder_is_replaced_first() -> None:
    others = [mention(number, f"ou_{number}", f"P{number}") for number in (2, 3, 10, 11)]
    made = one(text("@_user_1 /kudos @_user_11 @_user_10 @_user_2 thanks", mentions=[BOT, *others]))
    assert made.args == "@P11 @P10 @P2 thanks"
    assert made.mentions == (Mention(user_id="ou_11", shown_name="P11"), *made.mentions[1:])
    assert [named.user_id for named in made.mentions] == ["ou_11", "ou_10", "ou_2"]


def test_a_name_that_looks_like_a_placeholder_is_not_replaced_again() -> None:
    tricky = [BOT, mention(2, "ou_2", "@_user_3"), mention(3, "ou_3", "@_all")]
    assert one(text("@_user_1 hi @_user_2 @_user_3", mentions=tricky)).args == "hi @@_user_3 @@_all"


def test_a_typed_placeholder_without_mention_stays_as_typed() -> None:
    assert one(text("@_user_1 what is @_user_7?")).args == "what is @_user_7?"


def test_only_our_own_id_is_us_whatever_the_name_or_type() -> None:
    """Recipe step 3: ids, never names."""
    impostor = mention(2, "ou_other", "Bida", mentioned_type="bot")
    made = one(text("@_user_1 ask @_user_2", mentions=[BOT | {"mentioned_type": "user"}, impostor]))
    assert made.args == "ask @Bida"
    assert made.mentions == ()
    assert ignored(text("@_user_2 /", mentions=[impostor])) == "not-addressed"


def test_before_our_id_is_known_type_and_then_configured_name_decide() -> None:
    untyped = mention(1, "ou_bot", "Bida")
    assert one(text("@_user_1 hello"), Bot()).args == "hello"
    assert ignored(text("@_user_1 hello", mentions=[untyped]), Bot()) == "not-addressed"
    assert one(text("@_user_1 hello", mentions=[untyped]), Bot(name="Bida")).args == "hello"
    assert ignored(text("@_user_1 hello", mentions=[untyped | {"mentioned_type": "user"}]), Bot(name="Bida"))


def test_group_talk_that_does_not_concern_us_is_ignored() -> None:
    """Recipe step 7: with the scope for all group messages everything arrives."""
    assert ignored(text("lunch?", mentions=[])) == "not-addressed"
    assert ignored(text("@_all lunch?", mentions=[])) == "not-addressed"
    assert ignored(message({"image_key": "img"}, kind="image", mentions=[])) == "not-addressed"
    assert one(text("/help", mentions=[])).name == "help"


def test_a_chat_of_unknown_type_counts_as_a_group() -> None:
    assert one(text("/a", chat_type="topic_group")).conversation.kind is ConversationKind.GROUP


def test_a_bare_mention_is_an_empty_text() -> None:
    made = one(text("@_user_1"))
    assert (made.kind, made.args) == (Kind.TEXT, "")


def test_posts_read_like_text() -> None:
    post = {
        "title": "",
        "content": [
            [{"tag": "at", "user_id": "@_user_1", "user_name": "Bida"}, {"tag": "text", "text": " /kudos "}],
            [
                {"tag": "at", "user_id": "@_user_2", "user_name": "Bob"},
                {"tag": "text", "text": " see ", "style": ["bold"]},
                {"tag": "a", "text": "this", "href": "https://x.example"},
                {"tag": "img", "image_key": "img_1"},
                {"tag": "emotion", "emoji_type": "SMILE"},
            ],
            [{"tag": "hr"}],
            [{"tag": "code_block", "language": "C", "text": "x = 1"}],
            [{"tag": "at", "user_id": "all"}, {"tag": "from the future", "text": "!"}],
        ],
    }
    made = one(message(post, kind="post", mentions=[BOT, mention(2, "ou_bob", "Bob")]))
    assert (made.kind, made.name) == (Kind.SLASH, "kudos")
    assert made.args == "@Bob see this[SMILE]\nx = 1\n!"
    assert made.mentions == (Mention(user_id="ou_bob", shown_name="Bob"),)


def test_a_posts_title_is_its_first_line() -> None:
    post = {"title": "/checkin", "content": [[{"tag": "text", "text": "KR1 60%"}]]}
    made = one(message(post, kind="post", chat_type="p2p"))
    assert (made.name, made.args) == ("checkin", "KR1 60%")


@pytest.mark.parametrize("kind", ["image", "file", "sticker", "audio", "media", "share_chat", "merge_forward", "vote"])
def test_other_kinds_are_politely_unsupported(kind: str) -> None:
    made = one(message({"image_key": "img"}, kind=kind, chat_type="p2p", mentions=[]))
    assert (made.kind, made.name, made.values) == (Kind.EVENT, "message.unsupported", {"message_type": kind})
    assert one(message({}, kind=kind)).conversation.kind is ConversationKind.GROUP


@pytest.mark.parametrize("sender_type", ["bot", "app", "anonymous", "", None])
def test_only_people_are_heard(sender_type: str | None) -> None:
    """Clause 9."""
    assert ignored(text("/checkin", sender={"sender_type": sender_type})) == "own"


def test_recalled_before_delivery_has_no_content() -> None:
    assert ignored(message("", chat_type="p2p")) == "empty"


def test_strangers_from_other_companies_are_never_taken_for_ours() -> None:
    made = one(text("@_user_1 /kudos @_user_2", sender={"tenant_key": "foreign"},
                    mentions=[BOT, mention(2, "ou_x", "X", tenant_key="foreign")]))  # fmt: skip
    assert made.actor.tenant == "foreign"
    assert made.mentions == (Mention(user_id=None, shown_name="X"),)


def test_keys_tell_redeliveries_from_honest_repeats() -> None:
    """Clauses 6 and 7: the message decides, not the event."""
    first, again = text("/a"), text("/a")
    again["header"]["event_id"] = "e2"
    assert one(first).key == one(again).key
    assert one(first).id == one(again).id
    assert one(text("/a", message_id="om_2")).id != one(first).id


@pytest.mark.parametrize(
    ("stamp", "wanted"),
    [
        ("1608725989000", datetime(2020, 12, 23, 12, 19, 49, tzinfo=UTC)),
        ("1603977298000123", datetime(2020, 10, 29, 13, 14, 58, tzinfo=UTC)),
        ("1608725989", datetime(2020, 12, 23, 12, 19, 49, tzinfo=UTC)),
    ],
)
def test_times_are_told_apart_by_length(stamp: str, wanted: datetime) -> None:
    """§1.6: milliseconds in events, microseconds in clicks."""
    assert one(text("/a", create_time=stamp)).sent_at == wanted


def test_without_its_own_time_a_message_is_as_old_as_its_event() -> None:
    assert one(text("/a", create_time=None)).sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    [
        {"content": "not json"},
        {"content": "[]"},
        {"content": json.dumps({"text": 5})},
        {"content": 7},
        {"mentions": "all"},
        {"mentions": 5},
        {"message_type": "post", "content": json.dumps({"content": 5})},
        {"message_type": "post", "content": json.dumps({"content": [5]})},
        {"message_type": "post", "content": json.dumps({"content": [[5]]})},
        {"mentions": [None]},
        {"mentions": [{"key": 1}]},
        {"mentions": [{}]},
        {"message_id": ""},
        {"message_id": None},
        {"chat_id": None},
        {"chat_type": ""},
        {"create_time": "yesterday"},
        {"create_time": 1700000000000},
        {"message_type": None},
        {"thread_id": []},
    ],
)
def test_wrong_shapes_are_malformed(broken: dict[str, Any]) -> None:
    value = text("@_user_1 hi")
    value["event"]["message"] |= broken
    with pytest.raises(Malformed):
        knowing().parse(sealed(value))
