"""Cards in the simulated WeCom: what is refused, what is seen, clicks and updates (wecom.md §4, §9 items 4–6)."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from adapters.wecom.simulator import Mischief, WecomSimulator
from domain.clock import ShiftedClock


def _changed(card: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the card with one place changed; `None` removes it."""
    changed = copy.deepcopy(card)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = changed
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


OPTIONS_11 = [{"id": str(number), "text": "t"} for number in range(11)]
ROW = {"keyname": "k", "value": "v"}

REFUSED = [
    ("buttons", "card_type", "fancy", 42031),
    ("buttons", "task_id", None, 42014),
    ("buttons", "task_id", "with space", 42014),
    ("buttons", "task_id", "x" * 129, 42014),
    ("buttons", "main_title.title", None, 42033),
    ("buttons", "button_list", [], 40058),
    ("buttons", "button_list", [{"text": "t", "key": str(number)} for number in range(7)], 40058),
    ("buttons", "button_list.0.text", "", 42038),
    ("buttons", "button_list.0.key", None, 42039),
    ("buttons", "button_list.0.key", "ä" * 513, 42039),
    ("buttons", "button_list.1", {"text": "again", "key": "kudos:react"}, 42039),
    ("buttons", "button_list.1.url", None, 42028),
    ("buttons", "button_list.0.style", 5, 40058),
    ("buttons", "button_list.0.style", "1", 40058),
    ("buttons", "button_list.0.style", True, 40058),
    ("buttons", "button_selection.question_key", None, 42043),
    ("buttons", "button_selection.option_list", OPTIONS_11, 42037),
    ("buttons", "button_selection.option_list.0.id", "x" * 129, 42040),
    ("buttons", "button_selection.option_list.1.id", "thanks", 42040),
    ("buttons", "button_selection.option_list.0.text", "", 42041),
    ("buttons", "horizontal_content_list", [ROW] * 7, 42035),
    ("buttons", "horizontal_content_list.0.keyname", None, 42027),
    ("buttons", "horizontal_content_list.0.userid", "ghost", 42050),
    ("buttons", "horizontal_content_list.0", {**ROW, "type": 1}, 42028),
    ("buttons", "horizontal_content_list.0", {**ROW, "type": 2}, 42029),
    ("buttons", "action_menu.action_list", [{"text": "a", "key": "k"}, {"text": "b", "key": "k"}], 42051),
    ("buttons", "action_menu.action_list", [], 40058),
    ("buttons", "card_action", {"type": 2}, 42030),
    ("buttons", "jump_list", [{"title": "t"}], 40058),
    ("buttons", "button_lists", [], 40058),
    ("form", "select_list", [], 42047),
    ("form", "select_list.1.question_key", "kr1", 42043),
    ("form", "select_list.0.option_list", OPTIONS_11, 42037),
    ("form", "submit_button", None, 42046),
    ("form", "submit_button.key", "", 42046),
    ("form", "submit_button.text", "", 42049),
    ("vote", "checkbox.option_list", [{"id": str(number), "text": "t"} for number in range(21)], 42037),
    ("vote", "checkbox.question_key", "", 42043),
    ("vote", "action_menu", {"desc": "d", "action_list": [{"text": "a", "key": "k"}]}, 40058),
    ("notice", "card_action", None, 42045),
    ("notice", "card_action.type", 0, 42045),
    ("notice", "main_title", {}, 42033),
    ("notice", "jump_list", [{"title": "t"}] * 4, 42042),
    ("notice", "jump_list", [{"type": 1, "url": "https://x.example"}], 42033),
    ("notice", "action_menu", {"desc": "d", "action_list": [{"text": "a", "key": "k"}]}, 42014),
    ("notice", "card_type", "news_notice", 42044),
    ("notice", "replace_text", "done", 40058),
]


@pytest.mark.parametrize(("which", "path", "value", "errcode"), REFUSED)
async def test_a_bad_card_is_refused(
    request: pytest.FixtureRequest, api: Any, which: str, path: str, value: Any, errcode: int
) -> None:
    """§4.2, §4.3 → §4.8. The card without the change is taken, so it is the change that is refused."""
    good = request.getfixturevalue(which)
    assert (await api.card(_changed(good, path, value)))["errcode"] == errcode
    assert (await api.card(good))["errcode"] == 0


async def test_news_notice_limits(api: Any) -> None:
    news = {
        "card_type": "news_notice", "main_title": {"title": "New"}, "card_action": {"type": 1, "url": "https://x.example"},
        "card_image": {"url": "https://x.example/r.png", "aspect_ratio": 2.2},
        "vertical_content_list": [{"title": "Mug", "desc": "200"}],
    }  # fmt: skip
    assert (await api.card(news))["errcode"] == 0
    assert (await api.card(_changed(news, "card_image.aspect_ratio", 2.25)))["errcode"] == 40058
    assert (await api.card(_changed(news, "vertical_content_list", [{"title": "t"}] * 5)))["errcode"] == 42036
    assert (await api.card(_changed(news, "vertical_content_list.0.title", "")))["errcode"] == 42033


async def test_task_ids_are_used_once_per_app(sim: WecomSimulator, api: Any, form: dict[str, Any]) -> None:
    assert (await api.card(form, to="ghost"))["errcode"] == 81013
    assert (await api.card(form))["errcode"] == 0
    assert (await api.card(form, to="wangwu"))["errcode"] == 42014
    sim.rules.duplicate_task_errcode = 42016
    assert (await api.card(form))["errcode"] == 42016


async def test_response_code_only_for_cards_that_call_back(
    sim: WecomSimulator, api: Any, form: dict[str, Any], notice: dict[str, Any]
) -> None:
    plain = await api.card(notice)
    assert plain["msgid"]
    assert "response_code" not in plain
    assert (await api.card(form))["response_code"]
    menu = {"desc": "d", "action_list": [{"text": "a", "key": "k"}]}
    assert (await api.card({**notice, "action_menu": menu, "task_id": "t"}))["response_code"]
    sim.point_at("")
    assert (await api.card({**form, "task_id": "t2"}))["errcode"] == 43012
    assert (await api.card(notice))["errcode"] == 0


async def test_seen_shows_fields_buttons_and_text(
    sim: WecomSimulator, api: Any, form: dict[str, Any], buttons: dict[str, Any], vote: dict[str, Any]
) -> None:
    for card in (form, buttons, vote):
        await api.card(card)
    one, two, three = sim.seen("zhangsan")
    assert one.payload == form
    assert [(field.name, field.kind, field.value) for field in one.fields] == [
        ("kr1", "choice", "p60"), ("trust", "choice", "high"),
    ]  # fmt: skip
    assert [(press.key, press.submits) for press in one.buttons] == [("submit:checkin", True)]
    assert "KR1: 60%" in one.text.splitlines()
    assert [(press.key, press.label, bool(press.url)) for press in two.buttons] == [
        ("kudos:react", "Reply", False), ("", "Details", True), ("mute:kudos", "Mute", False),
        ("", "Kudos from 张三", True),
    ]  # fmt: skip
    assert "From: 张三" in two.text.splitlines()
    assert (three.fields[0].kind, three.fields[0].value) == ("choices", ())
    assert [(option.value, option.label) for option in three.fields[0].options] == [("mug", "Mug"), ("book", "Book")]


async def test_a_click_carries_the_chosen_options(
    sim: WecomSimulator, api: Any, bot: Any, form: dict[str, Any], vote: dict[str, Any], buttons: dict[str, Any]
) -> None:
    ids = [(await api.card(card))["msgid"] for card in (form, vote, buttons)]
    await sim.click("zhangsan", ids[0], "submit:checkin", {"kr1": "p50"})
    plain = bot.plain()
    assert plain.findtext("Event") == "template_card_event"
    assert (plain.findtext("TaskId"), plain.findtext("CardType")) == ("checkin_1@zhangsan", "multiple_interaction")
    assert plain.findtext("ResponseCode")
    items = plain.findall("SelectedItems/SelectedItem")
    assert [(item.findtext("QuestionKey"), item.findtext("OptionIds/OptionId")) for item in items] == [
        ("kr1", "p50"), ("trust", "high"),
    ]  # fmt: skip
    await sim.click("zhangsan", ids[1], "submit:redeem", {"reward": ["mug", "book"]})
    assert [one.text for one in bot.plain().findall("SelectedItems/SelectedItem/OptionIds/OptionId")] == ["mug", "book"]
    await sim.click("zhangsan", ids[2], "mute:kudos")
    assert bot.plain().findtext("Event") == "template_card_menu_event"
    assert bot.plain().find("SelectedItems") is None
    sim.mischief.append(Mischief.NO_SELECTION)
    await sim.click("zhangsan", ids[0], "submit:checkin")
    assert bot.plain().find("SelectedItems") is None


@pytest.mark.parametrize(
    ("which", "key", "values"),
    [
        ("form", "submit:other", {}),
        ("form", "submit:checkin", {"kr1": "p70"}),
        ("form", "submit:checkin", {"kr1": ["p50", "p60"]}),
        ("form", "submit:checkin", {"kr1": ""}),
        ("form", "submit:checkin", {"kr9": "p50"}),
        ("vote", "submit:redeem", {}),
        ("buttons", "", {}),
        ("buttons", "mute:kudos", {"react": "clap"}),
    ],
)
async def test_the_client_refuses_what_cannot_be_pressed(
    request: pytest.FixtureRequest,
    sim: WecomSimulator,
    api: Any,
    bot: Any,
    which: str,
    key: str,
    values: dict[str, Any],
) -> None:
    sent = await api.card(request.getfixturevalue(which))
    with pytest.raises(ValueError):
        await sim.click("zhangsan", sent["msgid"], key, values)
    with pytest.raises(ValueError, match="no message"):
        await sim.click("wangwu", sent["msgid"], key, values)
    assert bot.requests == []


async def test_the_injector_delivers_what_the_client_refuses(
    sim: WecomSimulator, bot: Any, api: Any, form: Any
) -> None:
    await api.card(form)
    await sim.inject_click("zhangsan", "checkin_1@zhangsan", "forged", "vote_interaction", {"x": ["1"]})
    assert bot.plain().findtext("EventKey") == "forged"
    assert bot.plain().findtext("SelectedItems/SelectedItem/OptionIds/OptionId") == "1"
    await sim.inject_click("zhangsan", "never_sent", "k", "button_interaction", None)
    assert bot.plain().find("SelectedItems") is None
    await sim.inject_click("zhangsan", "never_sent", "k", "button_interaction", {})
    assert len(bot.plain().findall("SelectedItems")) == 1


async def test_an_update_disables_the_button_for_the_named_people_only(
    sim: WecomSimulator, api: Any, form: dict[str, Any]
) -> None:
    sent = await api.card(form, to="zhangsan|lisi")
    body = {"userids": ["ZhangSan", "ghost"], "agentid": 1000002, "response_code": sent["response_code"],
            "button": {"replace_name": "Done"}}  # fmt: skip
    assert await api.post("message/update_template_card", body) == {
        "errcode": 0, "errmsg": "ok", "invaliduser": ["ghost"],
    }  # fmt: skip
    mine, theirs = sim.seen("zhangsan")[0], sim.seen("LiSi")[0]
    assert [(press.label, press.enabled) for press in mine.buttons] == [("Done", False)]
    assert (mine.version, mine.payload["replace_text"]) == (1, "Done")
    assert (theirs.buttons[0].enabled, theirs.version) == (True, 0)
    with pytest.raises(ValueError, match="disabled"):
        await sim.click("zhangsan", sent["msgid"], "submit:checkin")
    assert (await api.post("message/update_template_card", body))["errcode"] == 60140


async def test_grey_text_replaces_all_calling_buttons_and_is_read_once(
    sim: WecomSimulator, api: Any, buttons: Any
) -> None:
    buttons["button_list"].append({"text": "Decline", "key": "kudos:no"})
    sent = await api.card(buttons)
    body = {"atall": 1, "agentid": 1000002, "response_code": sent["response_code"], "button": {"replace_name": "Done"}}
    await api.post("message/update_template_card", body)
    seen = sim.seen("zhangsan")[0]
    assert [(press.key, press.label) for press in seen.buttons if not press.enabled] == [
        ("kudos:react", "Done"), ("kudos:no", "Done"),
    ]  # fmt: skip
    assert seen.text.splitlines().count("Done") == 1
    assert "Decline" not in seen.text


async def test_an_update_replaces_the_card_and_keeps_its_task_id(
    sim: WecomSimulator, api: Any, form: dict[str, Any], notice: dict[str, Any]
) -> None:
    sent = await api.card(form)
    body = {"atall": 1, "agentid": 1000002, "response_code": sent["response_code"], "template_card": notice}
    broken = {**body, "template_card": {**notice, "card_action": {}}}
    assert (await api.post("message/update_template_card", broken))["errcode"] == 42045
    assert (await api.post("message/update_template_card", body))["errcode"] == 0
    seen = sim.seen("zhangsan")[0]
    assert seen.payload == {**notice, "task_id": "checkin_1@zhangsan"}
    assert not [press for press in seen.buttons if press.key]


async def test_disabled_selects_cannot_be_changed(sim: WecomSimulator, api: Any, form: dict[str, Any]) -> None:
    sent = await api.card(form)
    changed = _changed(form, "task_id", None)
    changed["select_list"][0]["disable"] = True
    body = {"atall": 1, "agentid": 1000002, "response_code": sent["response_code"], "template_card": changed}
    assert (await api.post("message/update_template_card", body))["errcode"] == 0
    with pytest.raises(ValueError, match="disabled"):
        await sim.click("zhangsan", sent["msgid"], "submit:checkin", {"kr1": "p50"})
    assert (await sim.click("zhangsan", sent["msgid"], "submit:checkin", {"trust": "low"})).status == 200


async def test_codes_die_after_72_hours(
    sim: WecomSimulator, api: Any, bot: Any, clock: ShiftedClock, form: dict[str, Any]
) -> None:
    sent = await api.card(form)
    await sim.click("zhangsan", sent["msgid"], "submit:checkin")
    click_code = bot.plain().findtext("ResponseCode")
    clock.advance(timedelta(hours=71, minutes=59))
    await api.log_in()
    body = {"userids": ["zhangsan"], "agentid": 1000002, "response_code": click_code, "button": {"replace_name": "A"}}
    assert (await api.post("message/update_template_card", body))["errcode"] == 0
    clock.advance(timedelta(minutes=1))
    body["response_code"] = sent["response_code"]
    assert (await api.post("message/update_template_card", body))["errcode"] == 60140
    assert (await api.post("message/update_template_card", {**body, "response_code": "made-up"}))["errcode"] == 60140


async def test_notices_without_menu_have_no_button_to_replace(sim: WecomSimulator, api: Any, notice: Any) -> None:
    menu = {"desc": "d", "action_list": [{"text": "a", "key": "k"}]}
    sent = await api.card({**notice, "action_menu": menu, "task_id": "t"})
    body = {"atall": 1, "agentid": 1000002, "response_code": sent["response_code"], "button": {"replace_name": "x"}}
    assert (await api.post("message/update_template_card", body))["errcode"] == 40058
