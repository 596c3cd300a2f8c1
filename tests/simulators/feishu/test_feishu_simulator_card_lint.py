"""What card 2.0 refuses (feishu.md §3, §4.7): each case is one change to a card that is taken."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from adapters.feishu.simulator.cards import lint
from adapters.feishu.simulator.refusal import BadCard, TooLong

Change = Callable[[dict[str, Any]], None]
PEOPLE = {"ou_li", "ou_wang"}


def plain(text: str) -> dict[str, Any]:
    return {"tag": "plain_text", "content": text}


def good_card() -> dict[str, Any]:
    """One of nearly everything."""
    submit = {
        "tag": "button", "name": "ok", "type": "primary", "form_action_type": "submit", "text": plain("提交"),
        "behaviors": [{"type": "callback", "value": {"a": "~checkin.submit"}}],
    }  # fmt: skip
    select = {
        "tag": "select_static", "name": "confidence", "required": True, "initial_option": "mid",
        "placeholder": plain("信心"),
        "options": [{"text": plain("高"), "value": "high"}, {"text": plain("中"), "value": "mid"}],
    }  # fmt: skip
    form = {
        "tag": "form", "name": "f", "elements": [
            {"tag": "markdown", "content": "**KR1**"},
            {"tag": "input", "name": "progress", "required": True, "max_length": 200, "label": plain("进度")},
            select,
            {"tag": "multi_select_person", "name": "peers", "options": [{"value": "ou_li"}, {"value": "ou_wang"}]},
            {"tag": "date_picker", "name": "due", "initial_date": "2025-04-01"},
            {"tag": "column_set", "columns": [{"tag": "column", "width": "auto", "elements": [submit]}]},
        ],
    }  # fmt: skip
    table = {
        "tag": "table", "page_size": 5, "columns": [{"name": "who", "display_name": "Who", "data_type": "text"}],
        "rows": [{"who": "李四"}],
    }  # fmt: skip
    tag = {"tag": "text_tag", "text": plain("正常"), "color": "green"}
    return {
        "schema": "2.0",
        "config": {"update_multi": True, "summary": {"content": "周更新"}},
        "header": {"title": plain("进展"), "template": "blue", "text_tag_list": [tag]},
        "body": {
            "elements": [
                {"tag": "markdown", "content": "hi <at id=ou_li></at> <font color='red'>!</font>", "element_id": "m1"},
                {"tag": "div", "text": plain("余额"), "fields": [{"is_short": True, "text": plain("120")}]},
                {"tag": "person_list", "persons": [{"id": "ou_li"}]},
                table,
                {"tag": "hr"},
                form,
                {"tag": "button", "text": plain("打开"),
                 "behaviors": [{"type": "open_url", "default_url": "https://okr.example.com/c/1"}]},
            ]
        },
    }  # fmt: skip


def check(card: dict[str, Any]) -> None:
    lint(card, is_person=PEOPLE.__contains__, is_image={"img_ok"}.__contains__)


def elements(card: dict[str, Any]) -> list[Any]:
    found: list[Any] = card["body"]["elements"]
    return found


def form(card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = elements(card)[5]
    return found


def fields(card: dict[str, Any]) -> list[Any]:
    found: list[Any] = form(card)["elements"]
    return found


def boxed(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"tag": "hr"}
    for _ in range(levels):
        header = {"title": plain("t")}
        inner = {"tag": "collapsible_panel", "header": header, "elements": [inner]}
    return inner


def drop_submit(card: dict[str, Any]) -> None:
    fields(card)[5]["columns"][0]["elements"][0]["form_action_type"] = "reset"


def test_a_good_card_is_taken() -> None:
    check(good_card())
    check({})
    check({"elements": [{"tag": "note", "elements": []}], "whatever": 1})


def add(element: dict[str, Any]) -> Change:
    return lambda card: elements(card).append(element)


def put_in_form(element: dict[str, Any]) -> Change:
    return lambda card: fields(card).insert(0, element)


REFUSED: dict[str, tuple[int, Change]] = {
    "unknown tag": (200861, add({"tag": "marquee"})),
    "no tag": (200861, add({"content": "x"})),
    "removed tag action": (200861, add({"tag": "action", "actions": []})),
    "removed tag note": (200861, add({"tag": "note", "elements": []})),
    "unknown attribute": (200621, lambda card: elements(card)[0].update(bold=True)),
    "unknown attribute of the root": (200621, lambda card: card.update(i18n_elements={})),
    "unknown attribute of the config": (200621, lambda card: card["config"].update(wide_screen_mode=True)),
    "unknown attribute of a text": (200621, lambda card: card["header"]["title"].update(i18n={})),
    "1.0 button value": (200621, lambda card: elements(card)[6].update(value={"a": 1})),
    "1.0 button url": (200621, lambda card: elements(card)[6].update(url="https://x.example")),
    "unknown schema": (200621, lambda card: card.update(schema="3.0")),
    "not shared": (200621, lambda card: card["config"].update(update_multi=False)),
    "header without title": (200621, lambda card: card["header"].pop("title")),
    "unknown header colour": (200621, lambda card: card["header"].update(template="pink")),
    "four header tags": (200621, lambda card: card["header"].update(text_tag_list=card["header"]["text_tag_list"] * 4)),
    "hex colour": (200621, lambda card: elements(card)[1]["text"].update(text_color="#ff0000")),
    "hex colour in markdown": (200621, lambda card: elements(card)[0].update(content="<font color='#f00'>x</font>")),
    "string callback value": (
        200621, lambda card: elements(card)[6].update(behaviors=[{"type": "callback", "value": "x"}])),
    "open_url without URL": (200621, lambda card: elements(card)[6].update(behaviors=[{"type": "open_url"}])),
    "javascript URL": (
        200621,
        lambda card: elements(card)[6].update(behaviors=[{"type": "open_url", "default_url": "javascript:alert(1)"}]),
    ),
    "long label": (200621, lambda card: fields(card)[1].update(label=plain("长" * 101))),
    "long placeholder": (200621, lambda card: fields(card)[1].update(placeholder=plain("长" * 101))),
    "max_length above 1000": (200621, lambda card: fields(card)[1].update(max_length=1001)),
    "default longer than max_length": (200621, lambda card: fields(card)[1].update(max_length=2, default_value="abc")),
    "bad element_id": (200621, lambda card: elements(card)[0].update(element_id="1-bad")),
    "element_id twice": (200621, lambda card: elements(card)[1].update(element_id="m1")),
    "margin too wide": (200621, lambda card: elements(card)[0].update(margin="100px")),
    "three margins": (200621, lambda card: elements(card)[0].update(margin="1px 2px 3px")),
    "column outside a column_set": (200621, add({"tag": "column", "elements": []})),
    "column_set with something else": (200621, add({"tag": "column_set", "columns": [{"tag": "hr"}]})),
    "form in a container": (
        200621, lambda card: elements(card).append({"tag": "collapsible_panel", "header": {"title": plain("t")},
                                                    "elements": [elements(card).pop(5)]})),
    "form in a form": (200621, lambda card: fields(card).append(copy.deepcopy(form(card)))),
    "form without submit": (200621, drop_submit),
    "form without name": (200621, lambda card: form(card).pop("name")),
    "nameless field": (200530, lambda card: fields(card)[1].pop("name")),
    "nameless button in a form": (200530, put_in_form({"tag": "button", "text": plain("x")})),
    "field name twice": (200621, lambda card: fields(card)[1].update(name="confidence")),
    "field name like the form's": (200621, lambda card: fields(card)[1].update(name="f")),
    "required outside a form": (200621, add({"tag": "input", "name": "i", "required": True})),
    "multi select outside a form": (
        200621, add({"tag": "multi_select_static", "options": [{"text": plain("a"), "value": "a"}]})),
    "initial option not offered": (200621, lambda card: fields(card)[2].update(initial_option="low")),
    "selected person not offered": (200621, lambda card: fields(card)[3].update(selected_values=["ou_x"])),
    "option value twice": (200621, lambda card: fields(card)[2]["options"][0].update(value="mid")),
    "empty option value": (200621, lambda card: fields(card)[2]["options"][0].update(value="")),
    "no options": (200621, lambda card: fields(card)[2].update(options=[])),
    "wrong initial date": (200621, lambda card: fields(card)[4].update(initial_date="1.4.2025")),
    "table in a form": (200914, lambda card: fields(card).append(elements(card)[3])),
    "six tables": (200914, lambda card: elements(card).extend([elements(card)[3]] * 5)),
    "bad table column": (200915, lambda card: elements(card)[3]["columns"][0].update(data_type="money")),
    "row without column": (200915, lambda card: elements(card)[3]["rows"].append({"x": 1})),
    "chart in a form": (200550, put_in_form({"tag": "chart", "chart_spec": {}})),
    "unknown image": (200570, add({"tag": "img", "img_key": "img_x", "alt": plain("")})),
    "unknown person": (100290, add({"tag": "person", "user_id": "ou_x"})),
    "unknown person in a list": (100290, lambda card: elements(card)[2]["persons"].append({"id": "ou_x"})),
    "unknown person mentioned": (100290, lambda card: elements(card)[0].update(content="<at id=ou_x></at>")),
    "six levels": (200621, add(boxed(6))),
    "201 elements": (11310, lambda card: elements(card).extend({"tag": "hr"} for _ in range(201))),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    code, change = REFUSED[case]
    card = good_card()
    change(card)
    with pytest.raises(BadCard) as caught:
        check(card)
    assert caught.value.code == code, str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        add({"tag": "img", "img_key": "img_ok", "alt": plain("")}),
        add(boxed(5)),
        lambda card: elements(card)[2].update(drop_invalid_user_id=True, persons=[{"id": "ou_x"}]),
        lambda card: elements(card)[0].update(content="<at id=all></at>"),
        lambda card: elements(card)[1]["text"].update(text_color="rgba(5,157,178,0.5)"),
        add({"tag": "input", "name": "free"}),
        lambda card: elements(card).extend({"tag": "hr"} for _ in range(150)),
    ],
)
def test_taken_at_the_edge(change: Change) -> None:
    card = good_card()
    change(card)
    check(card)


def test_30_kilobytes_are_the_limit() -> None:
    card = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "进" * 10_000}]}}
    check(card)
    card = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "进" * 10_250}]}}
    with pytest.raises(TooLong):
        check(card)
