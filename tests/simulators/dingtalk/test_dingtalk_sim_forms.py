"""Form submission (dingtalk.md §9 item 6, §3.7)."""

import json
from typing import Any

import pytest

from adapters.dingtalk.simulator import DingtalkSimulator

OPTIONS = [{"value": "1", "text": "At risk"}, {"value": "3", "text": "On track"}]
FIELDS = [
    {"name": "rev", "type": "TEXT", "hidden": True, "defaultValue": "3"},
    {"name": "score", "label": "信心", "type": "SELECT", "required": True, "requiredMsg": "请选择", "options": OPTIONS},
    {"name": "note", "label": "进展", "type": "TEXT_AREA", "minRows": 2},
    {"name": "line", "label": "Line", "type": "TEXT"},
    {"name": "amount", "label": "Amount", "type": "NUMBER"},
    {"name": "many", "label": "Many", "type": "MULTI_SELECT", "options": OPTIONS},
    {"name": "group", "label": "Group", "type": "CHECKBOX_GROUP", "options": OPTIONS},
    {"name": "groups", "label": "Groups", "type": "MULTI_CHECKBOX_GROUP", "options": OPTIONS},
    {"name": "on", "label": "On", "type": "SWITCH"},
    {"name": "list", "label": "List", "type": "TEXT_ARRAY"},
    {"name": "due", "label": "Due", "type": "DATE", "format": "yyyy-MM-dd"},
    {"name": "locked", "label": "Locked", "type": "TEXT", "readOnly": True, "defaultValue": "fixed"},
]


@pytest.fixture
async def form(sim: DingtalkSimulator, api: Any, bot: Any) -> Any:
    """A delivered form card; call it to submit and get `params.form`."""
    sim.add_route("cards", bot.url)
    status, body = await api.card(title="T", has_form="true", form=json.dumps({"fields": FIELDS}), form_btn_text="提交")
    assert status == 200, body

    async def submit(**values: Any) -> Any:
        done = await sim.click("li", "card-1", "form", values)
        assert done.status == 200
        private = json.loads(bot.bodies[-1]["content"])["cardPrivateData"]
        assert private["actionIds"] == ["form"]
        return private["params"]["form"]

    return submit


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("score", "3", {"index": 1, "value": "3"}),
        ("note", "第一行\n第二行", "第一行\n第二行"),
        ("line", "one", "one"),
        ("amount", "12.5", "12.5"),
        ("many", ["3", "1"], {"index": [1, 0], "value": ["3", "1"]}),
        ("group", "1", "1"),
        ("groups", ["1", "3"], ["1", "3"]),
        ("on", "true", True),
        ("on", "false", False),
        ("list", ["a", "b"], ["a", "b"]),
        ("due", "2026-03-31", "2026-03-31"),
    ],
)
async def test_each_kind_submits_its_own_shape(form: Any, name: str, given: Any, sent: Any) -> None:
    """§3.7's table."""
    submitted = await form(**({"score": "1"} | {name: given}))
    assert submitted[name] == sent


async def test_hidden_fields_are_echoed_and_untouched_ones_are_absent(form: Any) -> None:
    assert await form(score="1") == {"rev": "3", "score": {"index": 0, "value": "1"}, "locked": "fixed"}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"score": ""},
        {"score": "2"},
        {"score": ["1"]},
        {"score": "1", "rev": "4"},
        {"score": "1", "unknown": "x"},
        {"score": "1", "locked": "changed"},
        {"score": "1", "amount": "twelve"},
        {"score": "1", "due": "31.3.2026"},
        {"score": "1", "many": ["9"]},
        {"score": "1", "groups": ["9"]},
        {"score": "1", "line": "two\nlines"},
    ],
)
async def test_the_client_refuses(form: Any, bot: Any, values: Any) -> None:
    with pytest.raises(ValueError):
        await form(**values)
    assert bot.bodies == []


async def test_a_locked_form_cannot_be_submitted(sim: DingtalkSimulator, api: Any, form: Any, bot: Any) -> None:
    update = {
        "outTrackId": "card-1",
        "privateData": {"li": {"cardParamMap": {"form_status": "disabled", "form_btn_text": "已提交"}}},
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }
    await api.put("/v1.0/card/instances", update)
    button = sim.seen("li")[0].buttons[0]
    assert (button.label, button.enabled) == ("已提交", False)
    with pytest.raises(ValueError, match="disabled"):
        await form(score="1")


async def test_what_was_typed_is_lost_on_leaving_the_chat(sim: DingtalkSimulator, form: Any) -> None:
    sim.fill("li", "card-1", {"note": "draft", "score": "1"})
    assert {field.name: field.value for field in sim.seen("li")[0].fields}["note"] == "draft"
    assert (await form())["note"] == "draft"
    sim.switch_conversation("li")
    with pytest.raises(ValueError, match="required"):
        await form()


async def test_fields_are_drawn_with_labels_options_and_defaults(sim: DingtalkSimulator, api: Any) -> None:
    fields = [
        {"name": "a", "label": "A", "type": "SELECT", "options": OPTIONS, "defaultValue": {"index": 1, "value": "3"}},
        {"name": "b", "label": "B", "type": "SELECT", "options": OPTIONS, "defaultValue": "3"},
        {"name": "c", "label": "C", "type": "MULTI_CHECKBOX_GROUP", "options": OPTIONS, "defaultValue": ["1"]},
        {"name": "d", "label": "D", "type": "TEXT", "defaultValue": "text", "required": True},
        {"name": "e", "label": "E", "type": "TEXT", "defaultValue": "only to be read", "readOnly": True},
    ]
    await api.card(title="T", has_form="true", form=json.dumps({"fields": fields}))
    seen = sim.seen("li")[0]
    drawn = {field.name: (field.label, field.kind, field.value, field.required) for field in seen.fields}
    assert drawn == {
        "a": ("A", "choice", "3", False),
        "b": ("B", "choice", "", False),  # a default of the wrong shape is not preselected
        "c": ("C", "choices", ("1",), False),
        "d": ("D", "text", "text", True),
        "e": ("E", "text", "only to be read", False),
    }
    assert [option.label for option in seen.fields[0].options] == ["At risk", "On track"]
    assert seen.text.splitlines() == ["T", "A", "B", "C", "D", "E", "only to be read"]


async def test_the_form_variable_comes_back_as_current_form(form: Any, bot: Any) -> None:
    """§3.7, §3.10: the component's configured param."""
    await form(score="1")
    params = json.loads(bot.bodies[0]["content"])["cardPrivateData"]["params"]
    assert params["current_form"] == {"fields": FIELDS}


@pytest.mark.parametrize(
    "form",
    [
        "not json",
        "[]",
        '{"fields": []}',
        '{"fields": [{"label": "no name", "type": "TEXT"}]}',
        '{"fields": [{"name": "a", "type": "TEXT"}]}',
        '{"fields": [{"name": "a", "label": "A", "type": "TEXT", "defautValue": "misspelt"}]}',
        '{"fields": [{"name": "a", "label": "A", "type": "SELECT"}]}',
        '{"fields": [{"name": "a", "label": "A", "type": "SELECT", "options": [{"value": 1, "text": "x"}]}]}',
        '{"fields": [{"name": "a", "label": "A", "type": "TEXT"}, {"name": "a", "label": "B", "type": "TEXT"}]}',
    ],
)
async def test_a_form_the_component_could_not_draw_is_refused(api: Any, form: str) -> None:
    status, body = await api.card(title="T", has_form="true", form=form)
    assert (status, body["code"]) == (400, "param.invalid")


@pytest.mark.parametrize(
    "btns",
    [
        "not json",
        "{}",
        '[{"event": {"type": "openLink", "params": {"url": "https://e"}}}]',
        '[{"text": "x", "color": "green", "event": {"type": "openLink", "params": {"url": "https://e"}}}]',
        '[{"text": "x", "status": "off", "event": {"type": "openLink", "params": {"url": "https://e"}}}]',
        '[{"text": "x", "event": {"type": "openLink", "params": {}}}]',
        '[{"text": "x", "event": {"type": "sendCardRequest", "params": {"params": {}}}}]',
        '[{"text": "x", "event": {"type": "sendCardRequest", "params": {"actionId": "a", "params": []}}}]',
        '[{"text": "x", "event": {"type": "copy", "params": {}}}]',
    ],
)
async def test_buttons_that_could_not_run_are_refused(api: Any, btns: str) -> None:
    """§3.8."""
    status, body = await api.card(title="T", btns=btns)
    assert (status, body["code"]) == (400, "param.invalid")


async def test_no_form_is_drawn_unless_has_form(sim: DingtalkSimulator, api: Any) -> None:
    await api.card(title="T", has_form="false", form=json.dumps({"fields": FIELDS}))
    assert (sim.seen("li")[0].fields, sim.seen("li")[0].buttons) == ((), ())
