"""Cards in DingTalk's words: template variables, ActionCards, and user text that stays in its place (§3, §4.6)."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Commands, RenderedKind, Shown
from adapters.dingtalk.markdown import link, literal
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    DateInput,
    Divider,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    NumberInput,
    Option,
    People,
    PersonRef,
    Plain,
    Style,
    Text,
    TextInput,
    WebLink,
)
from domain.command import Kind
from tests.adapters.dingtalk.dingtalk_requests import adapter, card, click, message, robot

GOLDEN = Path(__file__).parent / "golden"
PEOPLE = {"p1": Shown(name="韩梅梅", user_id="user_hanmei"), "p2": Shown(name="Tom", user_id=None)}
SUBMIT = ActionRef("checkin.submit", {"rev": "3", "s": "ab-_"})

FORM = Card(
    kind="checkin.form",
    key="0" * 32,
    header=Header("周报 · 2026-Q1", subtitle="3 个关键结果"),
    blocks=(
        Text((Plain("截至今天 "), Bold("62%"), Plain("，"), WebLink("看板", "https://okr.example/a_(b)"))),
        Fields((Field("预期", "70%"), Field("状态", "有风险"))),
        Divider(),
        Note("确认后 24 小时内可更正"),
    ),
    groups=(Group(key="kr1", title="KR1 新店签约", caption="92 / 120 家"),),
    inputs=(
        NumberInput(name="kr1.value", label="当前值", unit="家", required=True, initial="92", group="kr1"),
        Choice(name="kr1.status", label="状态", options=(Option("g", "正常"), Option("r", "有风险")), initial=("r",)),
        Choice(name="tags", label="标签", many=True, options=(Option("1", "人"), Option("2", "钱")), initial=("2",)),
        TextInput(name="note", label="说明", multiline=True, placeholder="做了什么"),
        TextInput(name="one", label="一句话", initial="已签"),
        DateInput(name="due", label="日期", initial="2026-03-31"),
    ),
    actions=(
        Button(label="提交", ref=SUBMIT, style=Style.PRIMARY, submits=True),
        Button(label="无变化", ref=ActionRef("checkin.same", {"kr": "1"}), hint="/ci nc"),
        Button(label="删除", ref=ActionRef("checkin.drop"), style=Style.DANGER),
        Link(label="详情", url="https://okr.example/1"),
    ),
    summary="周报：3 个关键结果待更新",
)
DONE = Card(
    kind="checkin.done",
    key="0" * 32,
    header=Header("已提交"),
    blocks=(
        Text((Plain("谢谢 "), PersonRef("p1", "Han"), Plain(" 和 "), PersonRef("p2", "T"))),
        People((PersonRef("p1", "Han"),)),
    ),
)
HINTS = Card(
    kind="menu",
    key="1" * 32,
    header=Header("可以做什么"),
    actions=(
        Button(label="打卡", ref=ActionRef("checkin.open"), hint="/checkin"),
        Button(label="目标", ref=ActionRef("okr.show", {"p": "一&b"})),
        Link(label="手册", url="https://okr.example/help"),
    ),
)
SAMPLES = {"form": FORM, "done": DONE, "hints": HINTS}
# A fitted card has no inputs where there is no template, so "form" has no bare golden.
GOLDENS = [*((name, "template") for name in SAMPLES), ("done", "bare"), ("hints", "bare")]


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize(("name", "mode"), GOLDENS)
def test_golden(name: str, mode: str, surface: Surface) -> None:
    ours = adapter(card_template_id="t.schema" if mode == "template" else "")
    rendered = ours.render(SAMPLES[name], surface, PEOPLE)
    assert rendered.kind is RenderedKind.CARD
    assert rendered.bytes == len(json.dumps(rendered.payload, ensure_ascii=False, separators=(",", ":")).encode())
    assert rendered.bytes <= ours.capabilities[surface].card_bytes
    wanted = json.loads((GOLDEN / f"{name}-{mode}-{surface.value}.json").read_text(encoding="utf-8"))
    assert rendered.payload == wanted


def variables(given: Card, surface: Surface = Surface.DIRECT) -> dict[str, Any]:
    found: dict[str, Any] = adapter().render(given, surface, PEOPLE).payload["cardParamMap"]
    return found


def test_every_value_is_text_and_unused_variables_are_cleared() -> None:
    full, empty = variables(FORM), variables(DONE)
    assert set(full) == set(empty)
    assert all(isinstance(value, str) for value in [*full.values(), *empty.values()])
    assert (empty["has_form"], empty["form"], empty["btns"], empty["state"]) == ("false", "", "[]", "done")


def test_heading_stands_before_its_groups_first_input() -> None:
    fields = json.loads(variables(FORM)["form"])["fields"]
    labels = [field.get("label") for field in fields if not field.get("hidden")]
    assert labels[:2] == ["KR1 新店签约", "当前值（家）"]


def test_what_we_render_comes_back_as_the_same_action() -> None:
    given = variables(FORM, Surface.GROUP)
    hidden = {item["name"]: item["defaultValue"] for item in json.loads(given["form"])["fields"] if item.get("hidden")}
    parsed = adapter().parse(card(click({"form": {**hidden, "note": "x"}})))
    assert isinstance(parsed, Commands)
    assert (parsed.commands[0].name, parsed.commands[0].params) == (SUBMIT.name, SUBMIT.params)
    params = json.loads(given["btns"])[0]["event"]["params"]["params"]
    parsed = adapter().parse(card(click(params)))
    assert isinstance(parsed, Commands)
    assert (parsed.commands[0].name, parsed.commands[0].params) == ("checkin.same", {"kr": "1"})


def test_typed_buttons_come_back_as_what_they_mean() -> None:
    param = adapter(card_template_id="").render(HINTS, Surface.DIRECT, {}).payload["msgParam"]
    typed = [parse_qs(urlsplit(param[f"actionURL{number}"]).query)["content"][0] for number in (1, 2)]
    assert typed == ["/checkin", "/do ~okr.show?p=%E4%B8%80%26b"]
    parsed = adapter().parse(robot(message(text={"content": typed[1]})))
    assert isinstance(parsed, Commands)
    command = parsed.commands[0]
    assert (command.kind, command.name, command.params) == (Kind.ACTION, "okr.show", {"p": "一&b"})


def test_groups_get_no_dtmd_links() -> None:
    payload = adapter(card_template_id="").render(HINTS, Surface.GROUP, {}).payload
    assert "dtmd:" not in json.dumps(payload)
    assert "/checkin" in payload["msgParam"]["text"]


@pytest.mark.parametrize("count", range(6))
def test_kind_of_action_card_follows_the_count(count: int) -> None:
    kinds = ["sampleMarkdown", "sampleActionCard", *(f"sampleActionCard{number}" for number in (2, 3, 4, 5))]
    buttons = tuple(Button(label=str(number), ref=ActionRef("a")) for number in range(count))
    given = Card(kind="k", key="k", header=Header("t"), actions=buttons)
    assert adapter(card_template_id="").render(given, Surface.DIRECT, {}).payload["msgKey"] == kinds[count]


def test_text_is_never_empty() -> None:
    assert adapter().render_text("  ", Surface.DIRECT).payload["msgParam"]["content"]
    assert adapter().render_text("hi", Surface.DIRECT).kind is RenderedKind.TEXT


@pytest.mark.parametrize(
    "given",
    [
        "**b**", "_i_", "`c`", "# h", "- l", "1. l", "> q", "[t](https://e.vil)", "![i](@lAL)", "<a atId=u1>x</a>",
        "<font colorTokenV2=x>", "https://e.vil", "www.e.vil", "~~s~~", "dtmd://x", "| a |\n|---|", "x\n===",
        "${title}", "\\*",
    ],
)  # fmt: skip
def test_user_text_stays_text(given: str) -> None:
    shown = literal(given)
    assert not re.search(r"[*`_\\]|~~|\]\(|<[A-Za-z/!]|://|www\.|!\[|\$\{|dtmd:", shown), shown
    assert not re.search(r"^\s*(#|>|-|\+|=|\||\d+\.)", shown, re.MULTILINE), shown


@given(st.text(max_size=60))
def test_no_text_can_open_markup_or_leave_its_json(text: str) -> None:
    shown = literal(text)
    assert not re.search(r"[*`_\\\0]|~~|\]\(|<[A-Za-z/!]|://", shown)
    clean = text.encode(errors="replace").decode()
    given = Card(
        kind="k", key="k", header=Header(clean, clean), blocks=(Note(clean), Fields((Field(clean, clean),))),
        inputs=(TextInput(name="n", label=clean, initial=clean),),
        actions=(Button(label=clean, ref=SUBMIT, submits=True),),
        summary=clean,
    )  # fmt: skip
    fields = json.loads(variables(given)["form"])["fields"]
    assert [field["name"] for field in fields] == ["__a", "__s", "n"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "dtmd://x", "https://a b", "", "https://a\n", 'https://a"'])
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert "](" not in link("text", url)


def test_link_text_cannot_close_the_link() -> None:
    assert link("a](https://e.vil) [b", "https://ok.example/(x)").count("](") == 1


def test_strange_user_ids_are_not_put_into_markup() -> None:
    people = {"p": Shown(name="N", user_id="u> <a atId=boss")}
    payload = (
        adapter()
        .render(
            Card(kind="k", key="k", header=Header("t"), blocks=(People((PersonRef("p", "N"),)),)), Surface.GROUP, people
        )
        .payload
    )
    assert payload["cardParamMap"]["body"] == "N"
    assert "at" not in payload


# --- the package ----------------------------------------------------------------------------------------------------


def package() -> tuple[dict[str, Any], dict[str, Any]]:
    file = resources.files("adapters.dingtalk") / "templates" / "universal_card_v1.json"
    outer = json.loads(file.read_text(encoding="utf-8"))
    return outer, json.loads(outer["editorData"])


def nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(found for child in tree.get("children", []) for found in nodes(child))]


def test_package_declares_exactly_the_variables_we_send() -> None:
    outer, editor = package()
    assert (outer["type"], outer["mode"], editor["extension"]["extendType"]) == ("im", "card", "NORMAL")
    declared = {item["name"]: item for item in editor["variableList"]}
    assert set(declared) == set(variables(FORM))
    assert [name for name, item in declared.items() if item["private"]] == ["notice"]
    assert declared["form"]["type"] == "form"
    assert {"text", "color", "status", "event"} == {item["name"] for item in declared["btns"]["schema"]}


def test_package_uses_only_declared_variables_and_mapped_components() -> None:
    _, editor = package()
    declared = {item["name"] for item in editor["variableList"] + editor["expList"]} | {""}
    text = json.dumps(editor["schema"]["componentsTree"])
    used = set(re.findall(r'"variable": "(\w*)', text)) | set(re.findall(r"\$\{(\w+)\}", text))
    assert used - declared <= {"btns"} | declared
    assert used <= declared
    found = nodes(editor["schema"]["componentsTree"][0])
    assert {item["componentName"] for item in found} <= {
        item["componentName"] for item in editor["schema"]["componentsMap"]
    }
    assert len({item["id"] for item in found}) == len(found)
    shown = {
        "title",
        "body",
        "footer",
        "form",
        "form_status",
        "form_btn_text",
        "btns",
        "notice",
        "lastMessage",
        "has_form",
    }
    assert shown <= used


def test_every_field_key_we_send_is_declared_in_the_forms_schema() -> None:
    _, editor = package()
    form = next(item for item in editor["variableList"] if item["name"] == "form")
    known = {item["name"] for item in form["schema"][0]["schema"]}
    assert {key for field in json.loads(variables(FORM)["form"])["fields"] for key in field} <= known
