"""Every kind of card a messenger has is drawn from its payload (wecom.md §4, dingtalk.md §3.7–3.11, feishu.md §3)."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Playground
from tests.browser.test_playground_checkin import phone

pytestmark = pytest.mark.browser

Json = dict[str, Any]

BUTTONS: Json = {
    "card_type": "button_interaction", "task_id": "t2",
    "source": {"desc": "表扬", "desc_color": 3},
    "action_menu": {"desc": "更多操作", "action_list": [{"text": "不再提醒", "key": "mute"}]},
    "main_title": {"title": "来自张三的感谢", "desc": "+20 积分"},
    "quote_area": {"type": 0, "quote_text": "故障复盘做得很好"},
    "sub_title_text": "谢谢你帮大家理清了时间线。",
    "horizontal_content_list": [{"type": 3, "keyname": "来自", "value": "x", "userid": "p2"},
                                {"type": 1, "keyname": "链接", "value": "看详情", "url": "https://bida.example/k"}],
    "button_selection": {"question_key": "react", "title": "回应", "selected_id": "clap",
                         "option_list": [{"id": "thanks", "text": "谢谢"}, {"id": "clap", "text": "鼓掌"}]},
    "button_list": [{"text": "回复", "style": 1, "key": "reply"}, {"text": "忽略", "style": 4, "key": "ignore"}],
}  # fmt: skip
VOTE: Json = {
    "card_type": "vote_interaction", "task_id": "t3", "main_title": {"title": "选奖品", "desc": "最多三个"},
    "checkbox": {"question_key": "reward", "mode": 1,
                 "option_list": [{"id": "mug", "text": "杯子", "is_checked": False},
                                 {"id": "book", "text": "图书", "is_checked": True}]},
    "submit_button": {"text": "兑换", "key": "redeem"},
}  # fmt: skip
NOTICE: Json = {
    "card_type": "text_notice", "source": {"desc": "积分"}, "main_title": {"title": "余额", "desc": "二月"},
    "emphasis_content": {"title": "1 280", "desc": "积分"}, "sub_title_text": "20 分将于月底到期",
    "horizontal_content_list": [{"keyname": "本月", "value": "+120"}],
    "jump_list": [{"type": 1, "title": "明细", "url": "https://bida.example/m"}],
    "card_action": {"type": 1, "url": "https://bida.example/m"},
}  # fmt: skip
NEWS: Json = {
    "card_type": "news_notice", "main_title": {"title": "上新"},
    "card_image": {"url": "https://bida.example/r.png", "aspect_ratio": 2.2},
    "vertical_content_list": [{"title": "咖啡杯", "desc": "200 积分"}],
    "card_action": {"type": 1, "url": "https://bida.example/r"},
}  # fmt: skip


async def test_wecom_buttons_with_a_selection(playground: Playground) -> None:
    page = await playground.open()
    card = await put(page, playground, "wecom", BUTTONS)
    for text in ("表扬", "来自张三的感谢", "+20 积分", "故障复盘做得很好", "李娜"):
        await expect(card).to_contain_text(text)
    await expect(card.get_by_role("link", name="看详情")).to_have_attribute("href", "https://bida.example/k")
    await card.get_by_label("回应").select_option("thanks")
    await card.get_by_role("button", name="忽略").click()
    await expect(card).to_contain_text("已打卡")
    assert [click[2:] for click in playground.messengers["wecom"].clicks] == [("ignore", {"react": "thanks"})]


async def test_wecom_corner_menu(playground: Playground) -> None:
    page = await playground.open()
    card = await put(page, playground, "wecom", no_selection(BUTTONS))
    await card.locator("summary").click()
    await card.get_by_role("button", name="不再提醒").click()
    await expect(card).to_contain_text("已打卡")
    assert [click[2:] for click in playground.messengers["wecom"].clicks] == [("mute", {})]


def no_selection(card: Json) -> Json:
    return {key: value for key, value in card.items() if key != "button_selection"}


async def test_wecom_vote(playground: Playground) -> None:
    page = await playground.open()
    card = await put(page, playground, "wecom", VOTE)
    await card.get_by_label("杯子").check()
    await card.get_by_role("button", name="兑换").click()
    await expect(card).to_contain_text("已打卡")
    assert playground.messengers["wecom"].clicks[0][3] == {"reward": ["mug", "book"]}


async def test_wecom_replaced_button_is_grey(playground: Playground) -> None:
    page = await playground.open()
    card = await put(page, playground, "wecom", {**no_selection(BUTTONS), "replace_text": "已回复"})
    await expect(card.get_by_role("button", name="已回复")).to_be_disabled()
    await expect(card.get_by_role("button", name="忽略")).to_have_count(0)


async def test_wecom_notices(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    notice = await put(page, playground, "wecom", NOTICE)
    for text in ("余额", "1 280", "20 分将于月底到期", "+120"):
        await expect(notice).to_contain_text(text)
    await expect(notice.get_by_role("link", name="明细")).to_have_attribute("rel", "noopener noreferrer")
    news = await put(page, playground, "wecom", NEWS)
    await expect(news).to_contain_text("咖啡杯")
    await page.screenshot(path=picture / "wecom-notices.png")


async def test_dingtalk_form_of_every_kind(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    fields = [
        {"name": "rev", "type": "TEXT", "hidden": True, "defaultValue": "3"},
        {"name": "g0", "type": "TEXT", "label": "#1 会员数", "readOnly": True, "defaultValue": "上次 10"},
        {"name": "who", "type": "TEXT", "label": "谁"},
        {"name": "n", "type": "NUMBER", "label": "数值", "required": True},
        {"name": "day", "type": "DATE", "label": "日期", "format": "yyyy-MM-dd"},
        {"name": "many", "type": "MULTI_SELECT", "label": "阻碍",
         "options": [{"value": "a", "text": "缺资源"}, {"value": "b", "text": "等别人"}]},
        {"name": "on", "type": "SWITCH", "label": "提醒我", "defaultValue": True},
        {"name": "one", "type": "CHECKBOX_GROUP", "label": "范围",
         "options": [{"value": "x", "text": "本周"}, {"value": "y", "text": "本月"}]},
    ]  # fmt: skip
    merged = {"title": "每种输入", "body": "**粗体**  \n第二行\n\n- 一\n- 二", "has_form": "true",
              "form": json.dumps({"fields": fields}), "form_btn_text": "保存", "form_status": "normal",
              "btns": json.dumps([{"text": "停用", "color": "red", "status": "disabled",
                                   "event": {"type": "sendCardRequest", "params": {"actionId": "off"}}}]),
              "footer": "只有你能看到", "notice": "这张卡片已更新"}  # fmt: skip
    card = await put(page, playground, "dingtalk", {"merged": merged})
    await expect(card.locator("strong", has_text="粗体")).to_be_visible()
    await expect(card.locator("li")).to_have_count(2)
    await expect(card).to_contain_text("这张卡片已更新")
    await expect(card.get_by_role("button", name="停用")).to_be_disabled()
    await card.get_by_label("谁").fill("王芳")
    await card.get_by_label("数值").fill("12.5")
    await card.get_by_label("日期").fill("2026-02-20")
    await card.get_by_label("等别人").check()
    await card.get_by_label("提醒我").uncheck()
    await card.get_by_label("本月").check()
    await page.screenshot(path=picture / "dingtalk-fields.png")
    await card.get_by_role("button", name="保存").click()
    await expect(card).to_contain_text("已打卡")
    assert playground.messengers["dingtalk"].clicks[0][2:] == (
        "form", {"who": "王芳", "n": "12.5", "day": "2026-02-20", "many": ["b"], "on": "false", "one": "y"},
    )  # fmt: skip


async def test_dingtalk_action_card(playground: Playground) -> None:
    """Without a template: words and stacked buttons; a button that is no `dtmd` link leads to the web only."""
    page = await playground.open()
    param = {"title": "打卡", "text": "**本周打卡**\n\n> 约 10 秒", "actionTitle1": "没变化",
             "actionURL1": "dtmd://dingtalkclient/sendMessage?content=%2Fci%20%3D",
             "actionTitle2": "帮助", "actionURL2": "https://bida.example/help",
             "actionTitle3": "坏", "actionURL3": "javascript:alert(1)"}  # fmt: skip
    message = {"msgKey": "sampleActionCard3", "msgParam": param}
    playground.messengers["dingtalk"].put("p1", "bot", "actionCard", message, "本周打卡")
    card = await nudge(page, playground, "dingtalk")
    await expect(card.get_by_role("button", name="没变化")).to_be_visible()
    await expect(card.get_by_role("link", name="帮助")).to_have_attribute("href", "https://bida.example/help")
    assert await card.get_by_role("link").count() == 1


async def test_feishu_parts(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    card_json: Json = {
        "schema": "2.0",
        "header": {"title": plain("复盘 <b>本周</b>"), "subtitle": plain("三件事"), "template": "orange",
                   "text_tag_list": [{"tag": "text_tag", "text": plain("进行中"), "color": "green"}]},
        "body": {"elements": [
            {"tag": "markdown", "content": "**甲** <text_tag color='green'>顺利</text_tag> <at id=p2></at> &#42;&#42;"},
            {"tag": "div", "fields": [{"is_short": True, "text": {"tag": "lark_md", "content": "**余额**\n120"}},
                                      {"is_short": True, "text": plain("本月\n+20")}]},
            {"tag": "hr"},
            {"tag": "person_list", "persons": [{"id": "p1"}, {"id": "p2"}]},
            {"tag": "form", "name": "f", "elements": [
                {"tag": "div", "text": plain("帮手")},
                {"tag": "multi_select_static", "name": "who", "options": [
                    {"text": plain("张伟"), "value": "a"}, {"text": plain("李娜"), "value": "b"}]},
                {"tag": "div", "text": plain("截止")},
                {"tag": "date_picker", "name": "due", "initial_date": "2026-02-20"},
                {"tag": "column_set", "flex_mode": "flow", "columns": [
                    {"tag": "column", "width": "auto", "elements": [
                        {"tag": "button", "name": "ok", "type": "primary_filled", "form_action_type": "submit",
                         "text": plain("求助"), "behaviors": [{"type": "callback", "value": {"a": "x"}}]}]}]},
            ]},
            {"tag": "button", "name": "web", "text": plain("打开"),
             "behaviors": [{"type": "open_url", "default_url": "https://bida.example/"}]},
        ]},
    }  # fmt: skip
    card = await put(page, playground, "feishu", card_json)
    await expect(card.get_by_role("heading")).to_contain_text("复盘 <b>本周</b>")
    await expect(card.locator(".md-tag", has_text="顺利")).to_be_visible()
    await expect(card).to_contain_text("@李娜")
    await expect(card).to_contain_text("**")
    await expect(card.get_by_role("link", name="打开")).to_have_attribute("href", "https://bida.example/")
    await card.get_by_role("group", name="帮手").get_by_label("李娜").check()
    await card.get_by_label("截止").fill("2026-02-27")
    await page.screenshot(path=picture / "feishu-parts.png")
    await card.get_by_role("button", name="求助").click()
    await expect(card).to_contain_text("已打卡")
    assert playground.messengers["feishu"].clicks[0][2:] == ("ok", {"who": ["b"], "due": "2026-02-27"})


def plain(text: str) -> Json:
    return {"tag": "plain_text", "content": text}


async def put(page: Page, playground: Playground, name: str, payload: Json) -> Locator:
    """Let the bot post this payload; the card as drawn."""
    playground.messengers[name].put_card("p1", payload)
    return await nudge(page, playground, name)


async def nudge(page: Page, playground: Playground, name: str) -> Locator:
    """A post that no call brought must still be noticed: make the wire move."""
    playground.messengers[name]._note("in", "/card", {})
    card = phone(page, name).locator(".card").last
    await expect(card).to_be_visible()
    return card
