"""The page around the phones: people, groups, clock, wire, language, small screens, dark screens, hostile text."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import START, Playground
from tests.browser.scripted import ROOM, payload_of, result_card
from tests.browser.test_playground_checkin import NAMES, ask, phone

pytestmark = pytest.mark.browser

WHERE = """(() => {
  const part = document.activeElement.closest(".phone, .wire, .top");
  return part?.dataset.messenger ?? part?.classList[0] ?? "";
})()"""
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>[点](javascript:window.hacked=1)'


async def test_person_is_found_by_typing(playground: Playground) -> None:
    page = await playground.open()
    box = phone(page, "wecom").get_by_role("combobox", name="企业微信 · 以谁的身份")
    await box.click()
    await page.keyboard.type("华东")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("李娜 · 华东门店")
    await ask(page, "wecom")
    assert playground.messengers["wecom"].said == [("p2", "p2", "打卡")]


async def test_picker_lets_go_with_escape(playground: Playground) -> None:
    page = await playground.open()
    box = phone(page, "feishu").get_by_role("combobox", name="飞书 · 以谁的身份")
    await box.click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(box).to_have_value("张伟 · 运营")


async def test_group_has_its_own_chat(playground: Playground) -> None:
    page = await playground.open()
    await phone(page, "feishu").get_by_role("button", name="运营群").click()
    await ask(page, "feishu")
    assert playground.messengers["feishu"].said == [("p1", ROOM, "打卡")]
    await phone(page, "feishu").get_by_role("button", name="单聊").click()
    await expect(phone(page, "feishu").locator(".message")).to_have_count(0)


async def test_message_the_bot_cannot_hear_is_explained(playground: Playground) -> None:
    page = await playground.open()
    playground.messengers["dingtalk"].deaf = True
    await phone(page, "dingtalk").get_by_role("button", name="/okr").click()
    await expect(phone(page, "dingtalk").locator(".toast")).to_have_text("平台不会把这条消息送给机器人")


async def test_menu_item_is_pressed(playground: Playground) -> None:
    page = await playground.open()
    await phone(page, "wecom").get_by_role("button", name="我要打卡").click()
    await expect(phone(page, "wecom").locator(".card")).to_be_visible()
    assert playground.messengers["wecom"].pressed == [("p1", "cmd:checkin")]


async def test_clock_moves_forward(playground: Playground) -> None:
    page = await playground.open()
    await expect(page.locator("#now")).to_have_text("2026年2月13日 周五 10:13")
    await page.get_by_role("button", name="+1 周").click()
    await expect(page.locator("#now")).to_have_text("2026年2月20日 周五 10:13")
    assert [round((moved - START) / timedelta(days=1)) for moved in playground.moves] == [7]


async def test_wire_shows_the_last_callback_and_call(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    await ask(page, "dingtalk")
    part = page.get_by_role("complementary").locator(".dingtalk")
    await expect(part).to_contain_text("/in/dingtalk")
    await part.locator("summary").first.click()
    await expect(part.locator("pre").first).to_contain_text('"secret": "***"')
    await page.screenshot(path=picture / "wire.png")


async def test_english(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    await ask(page, "dingtalk")
    await page.get_by_role("button", name="Switch to English").click()
    await expect(phone(page, "wecom").get_by_role("heading", level=2)).to_have_text("WeCom")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.screenshot(path=picture / "english.png")
    await page.reload()
    await expect(phone(page, "dingtalk").get_by_role("button", name="Send")).to_be_visible()


async def test_phone_width_has_tabs(playground: Playground, picture: Path) -> None:
    page = await playground.open(viewport={"width": 390, "height": 844}, has_touch=True)
    for name, title in zip(NAMES, ("企业微信", "钉钉", "飞书"), strict=True):
        await page.get_by_role("tab", name=title).click()
        card = await ask(page, name)
        box = await card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert await page.locator(".phone:visible").count() == 1
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.wait_for_timeout(400)
        await page.screenshot(path=picture / f"narrow-{name}.png")
    await page.get_by_role("tab", name="飞书").press("ArrowRight")
    await expect(page.get_by_role("tab", name="线上报文")).to_be_focused()
    await expect(page.get_by_role("complementary")).to_be_visible()


async def test_dark_screen(playground: Playground, picture: Path) -> None:
    page = await playground.open(color_scheme="dark")
    for name in NAMES:
        card = await ask(page, name)
        assert await lightness(page, "body") < 60
        await card.get_by_role("button", name="提交").click()
        await expect(card).to_contain_text("已打卡")
    await page.wait_for_timeout(1600)
    await page.screenshot(path=picture / "dark.png")


async def lightness(page: Page, selector: str) -> float:
    colour: str = await page.evaluate("s => getComputedStyle(document.querySelector(s)).backgroundColor", selector)
    numbers = [float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(numbers) / 3


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_text_stays_text(playground: Playground, name: str) -> None:
    """Text of people, in bubbles and inside cards, is never HTML and never a script link."""
    page = await playground.open()
    here = phone(page, name)
    await here.get_by_role("textbox", name="输入消息").fill(HOSTILE)
    await page.keyboard.press("Enter")
    await expect(here.locator(".mine")).to_contain_text("<img src=x")
    playground.messengers[name].put_card("p1", payload_of(name, result_card(HOSTILE)))
    await here.get_by_role("button", name="/help").click()
    await expect(here.locator(".card").first).to_contain_text("onerror")
    assert await page.evaluate("window.hacked") is None
    assert await here.locator("img, script, a[href^=javascript]").count() == 0


async def test_every_control_has_a_name(playground: Playground) -> None:
    """Asked of the browser's own accessibility tree."""
    page = await playground.open()
    for name in NAMES:
        await ask(page, name)
    session = await page.context.new_cdp_session(page)
    tree: dict[str, Any] = await session.send("Accessibility.getFullAXTree")
    wanted = {"button", "textbox", "combobox", "link", "tab", "checkbox", "radio", "spinbutton", "searchbox",
              "listbox", "log", "complementary", "region", "tablist", "dialog"}  # fmt: skip
    roles = set()
    for node in tree["nodes"]:
        role = node.get("role", {}).get("value", "")
        if node.get("ignored") or role not in wanted:
            continue
        roles.add(role)
        assert node.get("name", {}).get("value", "").strip(), f"a {role} without a name: {node}"
    assert {"button", "textbox", "combobox", "spinbutton", "log", "complementary"} <= roles


async def test_no_keyboard_trap(playground: Playground) -> None:
    """Tab walks through everything, cards and side panel included, and comes out again."""
    page = await playground.open()
    for name in NAMES:
        await ask(page, name)
    await page.locator("#language").focus()
    visited = []
    for _ in range(120):
        await page.keyboard.press("Tab")
        where: str = await page.evaluate(WHERE)
        visited.append(where)
        if where == "top" and "wire" in visited:
            break
    assert list(dict.fromkeys(visited)) == ["wecom", "dingtalk", "feishu", "wire", "", "top"]


async def test_person_who_left_leaves_an_empty_chat(playground: Playground) -> None:
    """A simulator that knows nobody of that id any more must not break the stream."""
    page = await playground.open()
    await ask(page, "feishu")
    playground.messengers["feishu"].gone.add("p1")
    await phone(page, "dingtalk").get_by_role("button", name="打卡").click()
    await expect(phone(page, "dingtalk").locator(".card")).to_be_visible()
    await expect(phone(page, "feishu").locator(".message")).to_have_count(0)


async def test_news_is_announced(playground: Playground) -> None:
    """New messages reach a polite live region as text."""
    page = await playground.open()
    here = phone(page, "feishu")
    await here.get_by_role("textbox", name="输入消息").fill("你好")
    await page.keyboard.press("Enter")
    await expect(here.locator(".unseen[aria-live=polite]")).to_have_text("Bida：收到：你好")


async def test_second_page_sees_the_same(playground: Playground) -> None:
    """Live updates reach every open page without anybody asking."""
    first, second = await playground.open(), await playground.open()
    await ask(first, "wecom")
    await expect(phone(second, "wecom").locator(".card")).to_be_visible()


async def test_calm_where_motion_is_unwanted(playground: Playground) -> None:
    page = await playground.open(reduced_motion="reduce")
    card = await ask(page, "feishu")
    await card.get_by_role("button", name="提交").click()
    await expect(card).to_contain_text("已打卡")
    durations = await page.evaluate("document.getAnimations().map(a => a.effect.getTiming().duration)")
    assert all(duration < 1 for duration in durations)
