"""Pressing things on a card (feishu.md §1.9): what the client refuses, what it sends, what the answer does."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.feishu.simulator import FeishuSimulator
from adapters.simulation import Seen


def plain(text: str) -> dict[str, Any]:
    return {"tag": "plain_text", "content": text}


def option(value: str, label: str) -> dict[str, Any]:
    return {"text": plain(label), "value": value}


def callback(name: str) -> list[Any]:
    return [{"type": "callback", "value": {"a": name}}]


def form_card() -> dict[str, Any]:
    return {
        "schema": "2.0",
        "header": {"title": plain("进展更新")},
        "body": {"elements": [
            {"tag": "form", "name": "f", "elements": [
                {"tag": "input", "name": "progress", "required": True, "max_length": 5, "label": plain("进度")},
                {"tag": "input", "name": "note", "label": plain("说明")},
                {"tag": "select_static", "name": "mood", "initial_option": "mid",
                 "options": [option("high", "高"), option("mid", "中")]},
                {"tag": "multi_select_person", "name": "peers", "options": [{"value": "ou_wang"}]},
                {"tag": "select_person", "name": "any", "options": []},
                {"tag": "date_picker", "name": "due"},
                {"tag": "picker_datetime", "name": "at"},
                {"tag": "picker_time", "name": "t"},
                {"tag": "input", "name": "fixed", "disabled": True, "default_value": "7"},
                {"tag": "button", "name": "ok", "form_action_type": "submit", "text": plain("提交"),
                 "behaviors": callback("submit")},
                {"tag": "button", "name": "reset", "form_action_type": "reset", "text": plain("重置")},
            ]},
            {"tag": "button", "text": plain("跳过"), "behaviors": callback("skip")},
            {"tag": "button", "name": "off", "disabled": True, "text": plain("关"), "behaviors": callback("off")},
            {"tag": "button", "name": "web", "text": plain("网页"),
             "behaviors": [{"type": "open_url", "default_url": "https://okr.example.com"}]},
            {"tag": "select_static", "name": "jump", "options": [option("a", "甲"), option("b", "乙")]},
            {"tag": "checker", "name": "done", "text": plain("完成"), "behaviors": callback("done")},
            {"tag": "overflow", "name": "more", "options": [{"text": plain("删除"), "value": "del"}]},
            {"tag": "interactive_container", "name": "box", "behaviors": callback("box"),
             "elements": [{"tag": "markdown", "content": "**奖励** 一"}]},
        ]},
    }  # fmt: skip


DONE = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "已完成"}]}}
EARLY = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "早到"}]}}


@pytest.fixture
async def card_id(api: Any) -> str:
    return str(await api.send_card(form_card()))


def shown(sim: FeishuSimulator, person: str = "ou_li") -> Seen:
    return sim.seen(person)[-1]


async def test_what_the_person_sees(sim: FeishuSimulator, card_id: str) -> None:
    seen = shown(sim)
    assert seen.kind == "card"
    assert seen.payload == form_card()
    assert seen.text.splitlines()[:4] == ["进展更新", "进度: ", "说明: ", "中"]
    fields = {field.name: field for field in seen.fields}
    assert (fields["progress"].kind, fields["progress"].required, fields["progress"].label) == ("text", True, "进度")
    assert (fields["mood"].kind, fields["mood"].value) == ("choice", "mid")
    assert fields["due"].kind == "date"
    assert [(choice.value, choice.label) for choice in fields["peers"].options] == [("ou_wang", "王五")]
    assert [choice.value for choice in fields["any"].options] == ["ou_li"], "no options: the chat's members"
    buttons = {button.label: button for button in seen.buttons}
    assert buttons["提交"].submits
    assert buttons["跳过"].key == "body.elements[1]"
    assert not buttons["关"].enabled
    assert buttons["网页"].url == "https://okr.example.com"
    assert buttons["删除"].key == "more/del"
    assert buttons["奖励 一"].key == "box"


async def test_form_submit(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    values = {
        "progress": "60", "peers": ["ou_wang"], "due": "2025-04-29", "at": "2025-04-29 07:07", "t": "00:00",
    }  # fmt: skip
    await sim.click("ou_li", card_id, "ok", values)
    body, event = bot.bodies[-1], bot.events[-1]
    assert body["header"]["event_type"] == "card.action.trigger"
    assert body["header"]["create_time"] == "1743472800000000"
    assert set(event["operator"]) == {"tenant_key", "open_id", "union_id"}
    assert event["token"].startswith("c-")
    assert event["context"] == {
        "open_message_id": card_id, "open_chat_id": sim.tenant.chats.direct("ou_li").chat_id,
    }  # fmt: skip
    assert event["action"] == {
        "tag": "button", "name": "ok", "value": {"a": "submit"}, "timezone": "Asia/Shanghai",
        "form_value": {
            "progress": "60", "mood": "mid", "peers": ["ou_wang"], "due": "2025-04-29 +0800",
            "at": "2025-04-29 07:07 +0800", "t": "00:00 +0800", "fixed": "7",
        },
    }  # fmt: skip


async def test_empty_fields_may_be_sent_as_empty(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    sim.empty_fields = True
    await sim.click("ou_li", card_id, "ok", {"progress": "60"})
    form_value = bot.events[-1]["action"]["form_value"]
    assert (form_value["note"], form_value["peers"], form_value["due"]) == ("", [], "")


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("nothing", {}),
        ("off", {}),
        ("ok", {}),
        ("ok", {"progress": ""}),
        ("ok", {"progress": "123456"}),
        ("ok", {"progress": "1\n2"}),
        ("ok", {"progress": "60", "stranger": "1"}),
        ("ok", {"progress": "60", "mood": "low"}),
        ("ok", {"progress": "60", "peers": ["ou_zhao"]}),
        ("ok", {"progress": "60", "due": "29.4.2025"}),
        ("ok", {"progress": "60", "fixed": "8"}),
        ("body.elements[1]", {"progress": "60"}),
        ("progress", {"progress": "60"}),
        ("jump", {}),
        ("jump", {"jump": "c"}),
        ("more/other", {}),
    ],
)
async def test_the_client_refuses(
    sim: FeishuSimulator, bot: Any, card_id: str, key: str, values: dict[str, Any]
) -> None:
    with pytest.raises(ValueError):
        await sim.click("ou_li", card_id, key, values)
    assert bot.requests == []


async def test_strangers_old_and_recalled_cards_cannot_be_clicked(
    sim: FeishuSimulator, api: Any, clock: Any, card_id: str
) -> None:
    with pytest.raises(ValueError):
        await sim.click("ou_wang", card_id, "body.elements[1]")
    clock.advance(timedelta(days=14, seconds=1))
    with pytest.raises(ValueError):
        await sim.click("ou_li", card_id, "body.elements[1]")
    fresh = await api.send_card(form_card())
    await api.call("DELETE", f"/open-apis/im/v1/messages/{fresh}")
    with pytest.raises(ValueError):
        await sim.click("ou_li", fresh, "body.elements[1]")
    assert shown(sim).recalled


async def test_links_and_resets_stay_in_the_client(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    assert (await sim.click("ou_li", card_id, "web")).attempts == 0
    assert (await sim.click("ou_li", card_id, "reset")).attempts == 0
    assert bot.requests == []


@pytest.mark.parametrize(
    ("key", "values", "action"),
    [
        ("body.elements[1]", {}, {"tag": "button", "value": {"a": "skip"}}),
        ("jump", {"jump": "b"}, {"tag": "select_static", "name": "jump", "option": "b"}),
        ("done", {"done": "true"}, {"tag": "checker", "name": "done", "checked": True, "value": {"a": "done"}}),
        ("more/del", {}, {"tag": "overflow", "option": "del", "value": {}}),
        ("box", {}, {"tag": "interactive_container", "name": "box", "value": {"a": "box"}}),
    ],
)
async def test_presses_outside_the_form(
    sim: FeishuSimulator, bot: Any, card_id: str, key: str, values: dict[str, str], action: dict[str, Any]
) -> None:
    await sim.click("ou_li", card_id, key, values)
    assert bot.events[-1]["action"] == action


async def test_toast_in_the_viewers_language_and_a_new_card(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    toast = {"type": "success", "content": "Saved", "i18n": {"zh_cn": "已保存", "en_us": "Saved"}}
    bot.always = {"toast": toast, "card": {"type": "raw", "data": DONE}}
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert (shown(sim).toast, shown(sim).text, shown(sim).version) == ("已保存", "已完成", 1)


@pytest.mark.parametrize("answer", [{}, b"", {"toast": {"type": "info", "content": "ok"}}])
async def test_answers_without_card_change_nothing(sim: FeishuSimulator, bot: Any, card_id: str, answer: Any) -> None:
    bot.always = answer
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).version == 0
    assert not shown(sim).toast.isdigit()


OLD = {"elements": []}
BROKEN = {"schema": "2.0", "body": {"elements": [{"tag": "note", "elements": []}]}}
HUGE = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "x" * 31_000}]}}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (500, "200671"),
        (302, "200671"),
        (204, "200671"),
        (b"ok", "200672"),
        (b"[]", "200672"),
        ({"msg": "ok"}, "200672"),
        ({"toast": "ok"}, "200672"),
        ({"toast": {"type": "fine", "content": "ok"}}, "200672"),
        ({"toast": {"type": "info"}}, "200672"),
        ({"toast": {"type": "info", "content": 7}}, "200672"),
        ({"card": DONE}, "200672"),
        ({"card": {"type": "raw", "data": json.dumps(DONE)}}, "200672"),
        ({"card": {"type": "raw", "data": BROKEN}}, "200673"),
        ({"card": {"type": "raw", "data": HUGE}}, "200673"),
        ({"card": {"type": "template", "data": {"template_id": "x"}}}, "200673"),
        ({"card": {"type": "raw", "data": OLD}}, "200830"),
    ],
)
async def test_bad_answers_show_their_code(
    sim: FeishuSimulator, bot: Any, card_id: str, answer: Any, code: str
) -> None:
    bot.always = answer
    delivered = await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).toast == code
    assert shown(sim).version == 0
    assert delivered.attempts == 1, "clicks are never retried"
    assert len(bot.requests) == 1


async def test_no_answer_in_time_no_server_no_url(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    bot.pause = 0.6
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).toast == "200341"
    sim.point_at("http://127.0.0.1:1/")
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).toast == "200342"
    sim.point_at("")
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).toast == "200340"


async def test_an_update_before_the_answer_is_reverted(sim: FeishuSimulator, bot: Any, api: Any, card_id: str) -> None:
    """§1.12: never PATCH before the callback response is on the wire."""

    async def too_early() -> None:
        assert (await api.patch(card_id, EARLY))["code"] == 0
        assert shown(sim).text == "早到"

    bot.before_answer = too_early
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).payload == form_card()
    bot.always = {"card": {"type": "raw", "data": DONE}}
    await sim.click("ou_li", card_id, "body.elements[1]")
    assert shown(sim).text == "已完成"


async def test_an_update_after_the_answer_stays(sim: FeishuSimulator, bot: Any, api: Any, card_id: str) -> None:
    """Even when both are on the wire at the same moment."""
    later: list[asyncio.Task[Any]] = []

    async def right_after() -> None:
        async def patch() -> Any:
            await asyncio.sleep(0)
            return await api.patch(card_id, EARLY)

        later.append(asyncio.ensure_future(patch()))

    bot.before_answer = right_after
    await sim.click("ou_li", card_id, "body.elements[1]")
    await asyncio.gather(*later)
    assert shown(sim).text == "早到"


async def test_a_card_in_a_group_is_shared_but_toasts_are_not(sim: FeishuSimulator, bot: Any, api: Any) -> None:
    card_id = await api.send_card(form_card(), "oc_team", "chat_id")
    bot.always = {"toast": {"type": "info", "content": "好"}, "card": {"type": "raw", "data": DONE}}
    await sim.click("ou_wang", card_id, "body.elements[1]")
    views = {person: sim.seen(person, "oc_team")[-1] for person in ("ou_li", "ou_wang")}
    assert [view.text for view in views.values()] == ["已完成", "已完成"]
    assert [view.toast for view in views.values()] == ["", "好"]


async def test_redelivered_clicks_carry_the_same_token(sim: FeishuSimulator, bot: Any, card_id: str) -> None:
    await sim.click("ou_li", card_id, "body.elements[1]")
    await sim.redeliver()
    assert bot.bodies[0] == bot.bodies[1]


async def test_visible_text_resolves_entities_last(sim: FeishuSimulator, api: Any) -> None:
    """Escaped markup stays text; unescaped markup works, so an injection can be seen."""
    content = (
        "&#60;at id=all&#62;&#60;/at&#62; &#42;&#42;x&#42;&#42; **bold** [a](https://a.example) <at id=ou_wang></at>"
    )
    await api.send_card({"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": content}]}})
    assert shown(sim).text == "<at id=all></at> **x** bold a @王五"
    await api.send_card({"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "<at id=all></at>"}]}})
    assert shown(sim).text == "@所有人"


async def test_a_field_without_label_goes_by_the_text_above_it(sim: FeishuSimulator, api: Any) -> None:
    select = {"tag": "select_static", "name": "mood", "options": [option("a", "甲")]}
    above = {"tag": "markdown", "content": "**心情**"}
    await api.send_card({"schema": "2.0", "body": {"elements": [above, select]}})
    assert shown(sim).fields[0].label == "心情"
