"""Clicks and what the platform tells us unasked (feishu.md §1.8, §1.9)."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.base import Commands, Ignored
from adapters.errors import Malformed
from cards.action import ActionRef
from domain.command import Command, ConversationKind, Kind
from tests.adapters.feishu.feishu_wire import APP, adapter, click, event, sealed

REF = ActionRef("checkin.submit", {"o": "1", "n": "a b&c"})
IDS = {"union_id": "on_1", "user_id": "", "open_id": "ou_ann"}


def one(value: Any) -> Command:
    parsed = adapter().parse(sealed(value))
    assert isinstance(parsed, Commands), parsed
    assert len(parsed.commands) == 1
    return parsed.commands[0]


def pressed(**action: Any) -> Command:
    return one(click({"tag": "button", "value": {"a": REF.encode()}} | action))


def test_a_click_carries_action_reference_handle_and_place() -> None:
    made = pressed()
    assert (made.kind, made.name, made.params) == (Kind.ACTION, "checkin.submit", REF.params)
    assert (made.card_ref, made.values) == ("om_card", {})
    assert made.key == f"card:{hashlib.sha256(b'c-1').hexdigest()}"
    assert (made.actor.user_id, made.actor.tenant) == ("ou_ann", APP)
    assert (made.conversation.id, made.conversation.kind) == ("oc_1", ConversationKind.GROUP)
    assert made.sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert made.reply is not None
    assert (made.reply.kind, made.reply.value.reveal(), made.reply.uses_left) == ("feishu.card_token", "c-1", 2)
    assert made.reply.expires_at == made.sent_at + timedelta(minutes=30)


def test_a_click_in_a_private_chat_is_answered_to_the_person() -> None:
    made = pressed(value={"a": REF.encode(), "d": "1"})
    assert (made.conversation.id, made.conversation.kind) == ("ou_ann", ConversationKind.DIRECT)


def test_the_context_may_stand_outside_the_event() -> None:
    value = click({"value": {"a": REF.encode()}}, context=None)
    value["context"] = {"open_message_id": "om_9", "open_chat_id": "oc_9"}
    made = one(value)
    assert (made.card_ref, made.conversation.id) == ("om_9", "oc_9")


def test_form_values_arrive_under_their_names_and_empty_ones_do_not() -> None:
    """Clause 11."""
    form = {
        "progress": "60",
        "confidence": "high",
        "peers": ["ou_a", "ou_b"],
        "due": "2025-04-01 +0800",
        "done": True,
        "open": False,
        "count": 3,
        "none": None,
        "blank": "",
        "nobody": [],
        "holes": [""],
        "note": "on 2025-04-01 +0800",
    }
    assert pressed(form_value=form).values == {
        "progress": "60",
        "confidence": "high",
        "peers": ("ou_a", "ou_b"),
        "due": "2025-04-01",
        "done": "true",
        "open": "false",
        "count": "3",
        "note": "on 2025-04-01 +0800",
    }


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ({"name": "f", "input_value": "x"}, {"f": "x"}),
        ({"name": "f", "option": "x"}, {"f": "x"}),
        ({"name": "f", "option": "2025-04-01 +0800", "timezone": "Asia/Shanghai"}, {"f": "2025-04-01"}),
        ({"name": "f", "options": ["x", "y"]}, {"f": ("x", "y")}),
        ({"name": "f", "checked": True}, {"f": "true"}),
        ({"name": "f", "form_value": {"f": "form"}, "input_value": "other"}, {"f": "form"}),
        ({"option": "x"}, {}),
    ],
)
def test_elements_outside_a_form_give_their_one_value(action: dict[str, Any], values: dict[str, Any]) -> None:
    assert pressed(**action).values == values


def test_an_option_may_itself_be_the_action() -> None:
    made = pressed(tag="overflow", value=None, option=REF.encode())
    assert (made.name, made.params) == ("checkin.submit", REF.params)


@pytest.mark.parametrize(
    "value",
    ["~checkin.submit", None, {}, {"a": "checkin.submit"}, {"a": "~"}, {"a": 1}, {"a": "~x?%ff=1&"}, {"a": "~x?k=%ff"}],
)
def test_a_value_we_did_not_make_is_malformed(value: Any) -> None:
    with pytest.raises(Malformed):
        pressed(value=value)


@pytest.mark.parametrize("form", ["x", ["x"], {"f": {"deep": 1}}, {"f": [1]}, {"f": [["x"]]}])
def test_form_values_of_no_known_shape_are_malformed(form: Any) -> None:
    with pytest.raises(Malformed):
        pressed(form_value=form)


@pytest.mark.parametrize("broken", [{"operator": None}, {"token": ""}, {"action": []}, {"context": "x"}])
def test_clicks_without_their_parts_are_malformed(broken: dict[str, Any]) -> None:
    value = click({"value": {"a": REF.encode()}})
    value["event"] |= broken
    with pytest.raises(Malformed):
        one(value)


def test_a_stranger_who_clicks_is_not_one_of_us() -> None:
    value = click({"value": {"a": REF.encode()}}, operator={"open_id": "ou_x", "tenant_key": "foreign"})
    assert one(value).actor.tenant == "foreign"


def menu(key: str, stamp: Any = 1669364458) -> dict[str, Any]:
    operator = {"operator_name": "Li Si", "operator_id": IDS}
    return event("application.bot.menu_v6", {"operator": operator, "event_key": key, "timestamp": stamp})


@pytest.mark.parametrize("key", ["cmd_checkin", "cmd:checkin", "CMD:CheckIn"])
@pytest.mark.parametrize("stamp", [1669364458, "1669364458"])
def test_menu_items_named_cmd_are_slash_commands(key: str, stamp: Any) -> None:
    made = one(menu(key, stamp))
    assert (made.kind, made.name, made.args, made.key) == (Kind.SLASH, "checkin", "", "e1")
    assert (made.conversation.id, made.conversation.kind) == ("ou_ann", ConversationKind.DIRECT)


@pytest.mark.parametrize("key", ["help", "cmd", "cmd_", "cmd:"])
def test_other_menu_items_are_ignored(key: str) -> None:
    assert adapter().parse(sealed(menu(key))) == Ignored("menu")


def test_opening_the_private_chat() -> None:
    body = {"chat_id": "oc_p", "operator_id": IDS, "last_message_id": "", "last_message_create_time": ""}
    made = one(event("im.chat.access_event.bot_p2p_chat_entered_v1", body))
    assert (made.kind, made.name, made.actor.user_id) == (Kind.EVENT, "chat.entered", "ou_ann")
    assert (made.conversation.id, made.conversation.kind) == ("ou_ann", ConversationKind.DIRECT)


def test_being_added_to_a_group() -> None:
    body = {"chat_id": "oc_g", "operator_id": IDS, "external": True, "operator_tenant_key": "foreign", "name": "Team"}
    made = one(event("im.chat.member.bot.added_v1", body))
    assert (made.name, made.conversation.id) == ("bot.added", "oc_g")
    assert made.conversation.kind is ConversationKind.GROUP
    assert made.actor.tenant == "foreign"


def test_being_added_by_an_app_names_no_person() -> None:
    made = one(event("im.chat.member.bot.added_v1", {"chat_id": "oc_g", "operator_id": {"open_id": ""}}))
    assert (made.name, made.actor.user_id) == ("bot.added", "")


PERSON = {
    "open_id": "ou_bob", "name": "Bob", "employee_no": "E7", "department_ids": ["od-1"],
    "status": {"is_frozen": False, "is_resigned": False, "is_activated": True, "is_exited": False, "is_unjoin": False},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["created", "updated"])
def test_directory_changes_carry_what_they_really_say(kind: str) -> None:
    """Departments come as ids, never as names, so none is passed on."""
    made = one(event(f"contact.user.{kind}_v3", {"object": PERSON, "old_object": {"name": "B"}}))
    assert (made.kind, made.name, made.key) == (Kind.EVENT, "directory.changed", "e1")
    assert made.values == {"user_id": "ou_bob", "name": "Bob", "employee_no": "E7"}
    assert made.actor.user_id == "ou_bob"


def test_a_change_without_names_passes_none_on() -> None:
    made = one(event("contact.user.updated_v3", {"object": {"open_id": "ou_bob", "name": "", "status": None}}))
    assert made.values == {"user_id": "ou_bob"}


@pytest.mark.parametrize("mark", ["is_frozen", "is_resigned", "is_exited"])
def test_frozen_resigned_and_exited_people_have_left(mark: str) -> None:
    made = one(event("contact.user.updated_v3", {"object": PERSON | {"status": {mark: True}}}))
    assert (made.name, made.values) == ("directory.left", {"user_id": "ou_bob"})


def test_deleted_people_have_left() -> None:
    body = {"object": PERSON, "old_object": {"department_ids": ["od-1"], "open_id": "ou_bob"}}
    assert one(event("contact.user.deleted_v3", body)).name == "directory.left"


@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        ("im.message.reaction.created_v1", "reaction"),
        ("im.message.reaction.deleted_v1", "reaction"),
        ("im.message.recalled_v1", "recalled"),
        ("im.message.message_read_v1", "read"),
        ("im.chat.member.bot.deleted_v1", "bot-removed"),
        ("url.preview.get", "link-preview"),
        ("from.the.future_v9", "unknown"),
    ],
)
def test_what_we_have_no_use_for_is_acknowledged(event_type: str, reason: str) -> None:
    parsed = adapter().parse(sealed(event(event_type, {"anything": 1})))
    assert parsed == Ignored(reason)
    response = adapter().ack(None, parsed)
    assert (response.status, response.body, response.content_type) == (200, b"{}", "application/json")


@pytest.mark.parametrize(
    "value",
    [
        menu("cmd_x") | {"header": menu("cmd_x")["header"] | {"event_id": ""}},
        menu("cmd_x") | {"event": []},
        menu("cmd_x") | {"event": {"event_key": 5}},
        event("contact.user.updated_v3", {"object": {}}),
        event("contact.user.updated_v3", {"object": {"open_id": "ou", "status": []}}),
        event("im.chat.member.bot.added_v1", {"operator_id": IDS}),
        event("", {}),
        event("x", {}, tenant_key=[]),
    ],
)
def test_events_without_their_parts_are_malformed(value: Any) -> None:
    with pytest.raises(Malformed):
        adapter().parse(sealed(value))
