"""The same check-in on three phones: typed, filled in as each messenger allows, and changed in place (§7, flow 5.1)."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from adapters.simulation import Seen
from tests.browser.conftest import Playground
from tests.browser.scripted import Values, form_card, payload_of

pytestmark = pytest.mark.browser

NAMES = ("wecom", "dingtalk", "feishu")


def phone(page: Page, name: str) -> Locator:
    return page.locator(f"#phone-{name}")


async def ask(page: Page, name: str, text: str = "打卡") -> Locator:
    """Type something and wait for the card that answers it."""
    here = phone(page, name)
    await here.get_by_role("textbox", name="输入消息").fill(text)
    await here.get_by_role("button", name="发送").click()
    card = here.locator(".card").last
    await expect(card).to_be_visible()
    return card


async def fill(card: Locator, name: str) -> dict[str, object]:
    """Answer the form the way this messenger lets one; what must arrive."""
    if name == "wecom":
        await card.get_by_label("数值").select_option(label="96%")
        await card.get_by_label("状态").select_option(label="🟡 有风险")
        return {"v1": "96", "s1": "amber"}
    await card.get_by_label("数值").fill("96.5")
    await card.get_by_label("状态").select_option("amber")
    await card.get_by_label("备注").fill("已签 3 家\n<b>还差 1 家</b>" if name == "feishu" else "已签 3 家")
    note = "已签 3 家\n<b>还差 1 家</b>" if name == "feishu" else "已签 3 家"
    return {"v1": "96.5", "s1": "amber", "n1": note}


async def test_page_shows_three_messengers_quietly(playground: Playground, picture: Path) -> None:
    """Nothing foreign is loaded and the console stays empty (checked when the fixture ends)."""
    page = await playground.open()
    for name, title in zip(NAMES, ("企业微信", "钉钉", "飞书"), strict=True):
        await expect(phone(page, name).get_by_role("heading", level=2)).to_have_text(title)
    policy = (await page.request.get(playground.url)).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    await page.screenshot(path=picture / "empty.png")


@pytest.mark.parametrize("name", NAMES)
async def test_check_in_by_form(playground: Playground, picture: Path, name: str) -> None:
    page = await playground.open()
    card = await ask(page, name)
    wanted = await fill(card, name)
    await page.screenshot(path=picture / f"{name}-form.png")
    await card.get_by_role("button", name="提交").click()
    await expect(card).to_contain_text("已打卡 94% → 96%")
    await expect(phone(page, name).locator(".message")).to_have_count(2)
    await page.screenshot(path=picture / f"{name}-done.png")
    messenger = playground.messengers[name]
    assert messenger.said == [("p1", "p1", "打卡")]
    [(person, _, _, values)] = messenger.clicks
    assert person == "p1"
    assert {key: values[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", NAMES)
async def test_changed_card_stays_where_it_was(playground: Playground, name: str) -> None:
    """No layout shift: the card's top does not move, even when the card becomes shorter; it is lit up instead."""
    page = await playground.open()
    card = await ask(page, name)
    await page.wait_for_timeout(500)
    before = await card.bounding_box()
    await page.evaluate("addEventListener('animationstart', event => (window.lit = event.animationName), true)")
    await card.get_by_role("button", name="提交").click()
    await expect(card).to_contain_text("已打卡")
    after = await card.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] != before["height"]
    assert abs(after["y"] - before["y"]) < 1
    assert await _soon(page, "window.lit") in ("changed", "toast")


async def _soon(page: Page, expression: str) -> object:
    """What an expression gives once it gives something: an animation starts a frame after the card has changed."""
    for _ in range(50):
        value = await page.evaluate(expression)
        if value is not None:
            return value
        await page.wait_for_timeout(20)
    return None


@pytest.mark.parametrize("name", NAMES)
async def test_keyboard_alone(playground: Playground, name: str) -> None:
    """From the text box to the submit button with Tab only; focus stays on the card when it changes."""
    page = await playground.open()
    here = phone(page, name)
    await here.get_by_role("textbox", name="输入消息").focus()
    await page.keyboard.type("/ci")
    await page.keyboard.press("Enter")
    await expect(here.locator(".card form")).to_be_visible()
    for _ in range(30):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.textContent") == "提交":
            break
    assert await page.evaluate("document.activeElement.matches(':focus-visible')")
    await page.keyboard.press("Enter")
    await expect(here.locator(".card")).to_contain_text("已打卡")
    assert await page.evaluate("Boolean(document.activeElement.closest('.card'))")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "修改"
    assert len(playground.messengers[name].clicks) == 1


async def test_required_field_stops_in_the_client(playground: Playground) -> None:
    page = await playground.open()
    card = await ask(page, "feishu")
    await card.get_by_label("数值").fill("")
    await card.get_by_role("button", name="提交").click()
    await page.wait_for_timeout(300)
    assert playground.messengers["feishu"].clicks == []
    assert await card.locator("input:invalid").count() == 1


async def test_button_with_confirmation_asks_first(playground: Playground) -> None:
    """Feishu's `confirm` (feishu.md §3.6); Escape says no."""
    page = await playground.open()
    card = await ask(page, "feishu")
    await card.get_by_role("button", name="提交").click()
    edit = card.get_by_role("button", name="修改")
    await edit.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("要改这次打卡吗？")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert len(playground.messengers["feishu"].clicks) == 1
    await edit.click()
    await dialog.get_by_role("button", name="确定").click()
    await page.wait_for_timeout(400)
    assert len(playground.messengers["feishu"].clicks) == 2


async def test_what_is_typed_survives_somebody_elses_change(playground: Playground) -> None:
    """A card that is updated while one is filling it in keeps what was typed."""
    page = await playground.open()
    card = await ask(page, "feishu")
    await card.get_by_label("备注").fill("写到一半")
    messenger = playground.messengers["feishu"]
    again = payload_of("feishu", form_card())
    again["header"]["subtitle"] = {"tag": "plain_text", "content": "周五截止"}
    listed = messenger.chats["p1"]
    listed[-1] = replace(listed[-1], payload=again, version=1)
    messenger.put("p1", "bot", "text", {"text": "提醒：周五截止"})
    messenger.put_card("p2", again)
    await expect(card).to_contain_text("周五截止")
    await expect(card.get_by_label("备注")).to_have_value("写到一半")


def refuse(seen: Seen, key: str, values: Values) -> None:
    raise ValueError("the button is disabled")


async def test_click_the_client_refuses_is_explained(playground: Playground) -> None:
    page = await playground.open()
    card = await ask(page, "wecom")
    playground.messengers["wecom"].allow = refuse
    await card.get_by_role("button", name="提交").click()
    await expect(phone(page, "wecom").locator(".toast")).to_contain_text("客户端不允许")
    playground.complaints.clear()  # the 409 itself is written to the console by the browser
