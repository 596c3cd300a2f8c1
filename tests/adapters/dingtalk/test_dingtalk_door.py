"""One path, three proofs (dingtalk.md §1); events (§1.2) and card callbacks (§3.5, §3.7)."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.base import Answer, Commands, Handshake, Ignored, Raw, Toast
from adapters.dingtalk.crypto import EventCrypto
from adapters.dingtalk.settings import DingtalkSettings
from adapters.errors import BadSignature, Malformed
from domain.command import Command, ConversationKind, Kind
from tests.adapters.dingtalk.dingtalk_requests import (
    AT,
    CLIENT,
    CORP,
    KEY,
    MS,
    TOKEN,
    adapter,
    card,
    click,
    event,
    message,
    raw,
    robot,
    settings,
)

REF = "~checkin.submit?rev=3&s=x"


def one(request: Raw) -> Command:
    parsed = adapter().parse(request)
    assert isinstance(parsed, Commands), parsed
    return parsed.commands[0]


# --- which proof ----------------------------------------------------------------------------------------------------


def test_no_proof_or_several_proofs() -> None:
    headers = {**robot({}).headers, **card({}).headers}
    both = raw(message(), headers)
    query = event({"EventType": "check_url"}).query
    for request in (
        raw(message()), both, raw(message(), headers, dict(query)), raw(message(), dict(robot({}).headers), {**query}),
        raw(message(), {"timestamp": MS}), raw(message(), query={"timestamp": MS, "nonce": "n"}),
    ):  # fmt: skip
        with pytest.raises(BadSignature):
            adapter().parse(request)


def test_a_proof_of_one_kind_is_no_proof_of_another() -> None:
    sign = robot({}).headers["sign"]
    with pytest.raises(BadSignature):
        adapter().parse(raw(click({"a": REF}), {"x-ddpaas-signature-timestamp": MS, "x-ddpaas-signature": sign}))
    signature = card({}).headers["x-ddpaas-signature"]
    with pytest.raises(BadSignature):
        adapter().parse(raw(message(), {"timestamp": MS, "sign": signature}))


# --- events ---------------------------------------------------------------------------------------------------------


def opened(body: bytes) -> str:
    sealed = orjson.loads(body)
    crypto = EventCrypto(TOKEN, KEY, (CLIENT, CORP))
    plain = crypto.open(sealed["msg_signature"], sealed["timeStamp"], sealed["nonce"], sealed["encrypt"])
    return f"{plain.plaintext.decode()} {plain.receive_id}"


@pytest.mark.parametrize("receiver", [CLIENT, CORP])
@pytest.mark.parametrize("names", [("signature", "timestamp"), ("msg_signature", "timeStamp")])
def test_check_url_is_answered_for_the_receiver_it_came_for(receiver: str, names: tuple[str, str]) -> None:
    parsed = adapter().parse(event({"EventType": "check_url"}, receiver, names))
    assert isinstance(parsed, Handshake)
    assert opened(parsed.response.body) == f"success {receiver}"
    assert adapter().ack(None, parsed) == parsed.response


def test_wrong_receiver_and_unconfigured_events_are_refused() -> None:
    with pytest.raises(BadSignature):
        adapter().parse(event({"EventType": "check_url"}, "dingother"))
    with pytest.raises(BadSignature):
        adapter(token=None, encoding_aes_key=None).parse(event({"EventType": "check_url"}))


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("user_add_org", "directory.changed"), ("user_modify_org", "directory.changed"),
        ("user_active_org", "directory.changed"), ("user_leave_org", "directory.left"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("spelling", ["userId", "UserId", "userid"])
def test_people_events_become_one_command_each(name: str, becomes: str, spelling: str) -> None:
    body = {"EventType": name, "eventId": "e1", "CorpId": CORP, spelling: ["u1", "u2", "u1"], "timeStamp": MS}
    parsed = adapter().parse(event(body))
    assert isinstance(parsed, Commands)
    assert [command.key for command in parsed.commands] == ["e1:u1", "e1:u2"]
    assert {command.name for command in parsed.commands} == {becomes}
    assert parsed.commands[0].values == {"user_id": "u1"}
    assert parsed.commands[0].sent_at == AT
    assert opened(adapter().ack(None, parsed).body) == f"success {CLIENT}"
    assert adapter().ack(None, parsed) == adapter().ack(None, parsed)


def test_a_rename_that_the_event_carries() -> None:
    diff = {"prev": {"name": "A"}, "curr": {"name": "B", "jobNumber": "E7", "dept": 3}, "userid": "u1"}
    body = {"EventType": "user_modify_org", "eventId": "e", "userId": ["u1", "u2"], "diffInfo": diff}
    parsed = adapter().parse(event(body))
    assert isinstance(parsed, Commands)
    assert parsed.commands[0].values == {"user_id": "u1", "name": "B", "employee_no": "E7"}
    assert parsed.commands[1].values == {"user_id": "u2"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("org_dept_create", "department"), ("org_dept_modify", "department"), ("org_dept_remove", "department"),
        ("chat_add_member", "chat"), ("chat_remove_member", "chat"), ("chat_disband", "chat"),
        ("chat_update_title", "chat"), ("robot_msg_read", "read"), ("bpms_instance_change", "approval"),
        ("bpms_task_change", "approval"), ("something_new", "event.unknown"), ("", "event.unknown"),
    ],
)  # fmt: skip
def test_other_events_are_acknowledged(name: str, reason: str) -> None:
    parsed = adapter().parse(event({"EventType": name, "eventId": "e"}))
    assert isinstance(parsed, Ignored)
    assert parsed.reason == reason
    assert opened(adapter().ack(None, parsed).body).startswith("success ")


def test_another_organisations_event_is_ignored() -> None:
    parsed = adapter().parse(event({"EventType": "user_add_org", "CorpId": "dingother", "userId": ["u"]}))
    assert isinstance(parsed, Ignored)


WRONG_EVENTS = [
    "[]", "", "{", '{"EventType":1}', '{"EventType":"user_add_org"}', '{"EventType":"user_add_org","userId":[1]}',
    '{"EventType":"user_leave_org","userId":{}}',
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG_EVENTS)
def test_proven_events_of_a_wrong_shape(body: str) -> None:
    with pytest.raises(Malformed):
        adapter().parse(event(body))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"encrypt":1}', b"\xff", b'{"encrypt":"AAAA"}'])
def test_envelopes_without_proof(body: bytes) -> None:
    with pytest.raises(BadSignature):
        adapter().parse(raw(body, query=dict(event({}).query)))


# --- card callbacks -------------------------------------------------------------------------------------------------


def test_a_button_click() -> None:
    command = one(card(click({"a": REF, "s": "direct"})))
    assert (command.kind, command.name, command.params) == (Kind.ACTION, "checkin.submit", {"rev": "3", "s": "x"})
    assert (command.card_ref, command.actor.user_id, command.reply) == ("card1", "user_lilei", None)
    assert (command.conversation.kind, command.conversation.id) == (ConversationKind.DIRECT, "user_lilei")


def test_a_click_in_a_group() -> None:
    for request in (click({"a": REF, "s": "group"}), click({"a": REF}, spaceType="IM_GROUP")):
        conversation = one(card(request)).conversation
        assert (conversation.kind, conversation.id) == (ConversationKind.GROUP, "cidKwF1Example==")


def test_form_values_arrive_under_their_names_and_types() -> None:
    form = {
        "__a": REF, "__s": "group", "__g1": "heading", "pick": {"index": 2, "value": "3"},
        "many": {"index": [0, 1], "value": ["a", "b"]}, "boxes": ["x", ""], "on": True, "off": False, "n": 92.0,
        "f": 0.5, "i": 7, "text": "on track", "empty": "", "none": None, "nothing": {"index": -1, "value": ""},
    }  # fmt: skip
    command = one(card(click({"form": form, "a": "~other"})))
    assert command.name == "checkin.submit"
    assert command.conversation.kind is ConversationKind.GROUP
    assert command.values == {
        "pick": "3", "many": ("a", "b"), "boxes": ("x",), "on": "true", "off": "false", "n": "92", "f": "0.5", "i": "7",
        "text": "on track",
    }  # fmt: skip


def test_a_form_that_keeps_its_hidden_fields_is_read_from_the_echo() -> None:
    echo = {"fields": [{"name": "__a", "type": "TEXT", "hidden": True, "defaultValue": REF}, {"name": "v"}]}
    for given in (echo, orjson.dumps(echo).decode()):
        command = one(card(click({"form": '{"v":"1"}', "current_form": given})))
        assert (command.name, command.values) == ("checkin.submit", {"v": "1"})


@pytest.mark.parametrize(
    "content",
    [
        {"cardPrivateData": {"params": {"a": REF}}},
        {"cardPrivateData": {"actionIds": ["x"]}, "params": {"a": REF}},
        {"actionData": {"cardPrivateData": {"params": {"a": REF}}}},
    ],
)
def test_params_wherever_they_are(content: Any) -> None:
    text = orjson.dumps(content).decode()
    for changes in ({"content": text}, {"content": content, "value": ...}, {"content": ..., "value": text}):
        assert one(card(click({}, **changes))).name == "checkin.submit"


def test_key_tells_clicks_apart_and_repeats_together() -> None:
    base = one(card(click({"a": REF}))).key
    assert base == one(card(click({"a": REF}), str(int(MS) + 9000))).key
    others = [
        click({"a": REF}, userId="u2"), click({"a": REF}, outTrackId="card2"), click({"a": REF + "y"}),
        click({"form": {"__a": REF, "v": "1"}}), click({"form": {"__a": REF, "v": "2"}}),
    ]  # fmt: skip
    keys = {one(card(other)).key for other in others}
    assert len(keys | {base}) == len(others) + 1


@pytest.mark.parametrize("changes", [{"type": "dynamicDataCallback"}, {"corpId": "dingother"}, {"userIdType": 2}])
def test_other_callbacks_are_ignored(changes: Any) -> None:
    parsed = adapter().parse(card(click({"a": REF}, **changes)))
    assert isinstance(parsed, Ignored)
    assert adapter().ack(None, parsed).body == b"{}"


@pytest.mark.parametrize(
    "body",
    [
        b"{", click({}), click({"a": "plain"}), click({"a": "~"}), click({"a": 7}), click({"a": "~a?b=%ff"}),
        click({"a": REF}, userId=...), click({"a": REF}, outTrackId=5), click({}, content="[]"), click({}, content=3),
        click({"form": [1]}), click({"form": {"__a": REF, "v": {"value": {"deep": 1}}}}),
        click({"form": {"__a": REF, "v": [[1]]}}), click({"form": {"__a": [REF]}}),
        click({"current_form": {"fields": 3}}),
        click({}, content="{" * 5000),
    ],
)  # fmt: skip
def test_unreadable_clicks(body: Any) -> None:
    with pytest.raises(Malformed):
        adapter().parse(card(body))


def test_stale_card_signature_and_its_window() -> None:
    old = str(int(MS) - 61_000)
    assert one(card(click({"a": REF}), old))
    with pytest.raises(BadSignature):
        adapter(card_callback_max_age=60).parse(card(click({"a": REF}), old))


def test_unsigned_card_callback_is_refused() -> None:
    with pytest.raises(BadSignature):
        adapter().parse(raw(click({"a": REF})))


def test_answers_to_a_click() -> None:
    ours = adapter()
    parsed = ours.parse(card(click({"a": REF})))
    assert ours.ack(None, parsed).body == b"{}"
    assert ours.ack(Answer(), parsed).body == b"{}"
    payload = {"cardParamMap": {"title": "Done"}, "at": {"u": "n"}}
    by_key = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
    assert orjson.loads(ours.ack(Answer(card=payload, toast=Toast(text="好")), parsed).body) == {
        "cardUpdateOptions": by_key,
        "cardData": {"cardParamMap": {"title": "Done"}},
        "userPrivateData": {"cardParamMap": {"notice": "好"}},
    }
    cleared = orjson.loads(ours.ack(Answer(card=payload), parsed).body)
    assert cleared["userPrivateData"] == {"cardParamMap": {"notice": ""}}
    robot_style = ours.parse(robot(message()))
    assert ours.ack(Answer(card=payload, toast=Toast(text="x")), robot_style).body == b'{"msgtype":"empty"}'


# --- settings -------------------------------------------------------------------------------------------------------


def test_settings_demand_both_halves_and_mask_secrets() -> None:
    for half in ({"token": None}, {"encoding_aes_key": None}, {"encoding_aes_key": "short"}, {"client_secret": ""}):
        with pytest.raises(ValidationError):
            settings(**half)
    with pytest.raises(ValidationError) as missing:
        DingtalkSettings.model_validate({})
    assert {item["loc"][0] for item in missing.value.errors()} == {"client_id", "client_secret", "corp_id"}
    assert "app-secret" not in repr(settings())
    assert settings().robot == CLIENT
    assert settings(robot_code="r").robot == "r"
