"""Thank, redeem, hand over: giver in Feishu, receiver in WeCom, clerk in DingTalk, on one page (flows 5.2, 5.3)."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_playground_checkin import ask, phone

pytestmark = pytest.mark.browser

CODE = re.compile(r"领取码 (\d{4} \d{4})")


async def become(page: Page, name: str, person: str) -> None:
    """Let another person hold this phone."""
    box = phone(page, name).get_by_role("combobox")
    await box.fill(person)
    await box.press("Enter")
    await expect(box).to_have_value(re.compile(person))


def card_with(page: Page, name: str, words: str) -> Locator:
    """The newest card of a phone that says this."""
    return phone(page, name).locator(".card", has_text=words).last


async def test_points_from_thanks_to_the_counter(demo: Page, picture: Path) -> None:
    await ask(demo, "wecom", "/ci #2 6.4 g 晚班加开一条线")
    await ask(demo, "feishu", "/kudos 张伟 +20 #客户第一 周末陪我修好了工单系统")
    await expect(card_with(demo, "feishu", "已送给 张伟，20 分")).to_be_visible()
    await expect(card_with(demo, "wecom", "李娜 感谢了你")).to_be_visible()
    await demo.wait_for_timeout(300)
    await demo.screenshot(path=picture / "points-thanks.png")
    await ask(demo, "wecom", "/shop 咖啡券")
    await card_with(demo, "wecom", "确认兑换").get_by_role("button", name="确认兑换").click()
    await expect(card_with(demo, "wecom", "订单 R-2001")).to_contain_text("冻结 120 分")
    await become(demo, "dingtalk", "曾敏")
    note = card_with(demo, "dingtalk", "备货单 R-2001")
    await note.get_by_role("button", name="已备好").click()
    await expect(note).to_contain_text("等待领取")
    told = phone(demo, "wecom").locator(".message", has_text="可以领取了").last
    await expect(told).to_be_visible()
    found = CODE.search(await told.inner_text())
    assert found is not None
    await ask(demo, "dingtalk", found[1])
    look = card_with(demo, "dingtalk", "有效")
    await expect(look).to_contain_text("张∗")
    await demo.screenshot(path=picture / "points-counter.png")
    await look.get_by_role("button", name="确认发放").click()
    await expect(card_with(demo, "dingtalk", "已核销")).to_contain_text("今日第 1 单")
    await expect(card_with(demo, "wecom", "领取回执")).to_contain_text("经手 曾敏")
    await demo.wait_for_timeout(400)
    await demo.screenshot(path=picture / "points-receipt.png")
