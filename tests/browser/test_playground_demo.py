"""The same check-in by three messengers, through the real bot: page → simulator → bot → simulator → page (§7)."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_playground_checkin import NAMES, ask

pytestmark = pytest.mark.browser


async def test_check_in_on_three_messengers(demo: Page, picture: Path) -> None:
    cards = {name: await ask(demo, name) for name in NAMES}
    await demo.screenshot(path=picture / "demo-forms.png")
    for name, card in cards.items():
        await card.get_by_label("状态").first.select_option("green")
        if name != "wecom":
            await card.get_by_label("备注").first.fill("已签 3 家")
        await card.get_by_role("button", name="提交").click()
        await expect(card).to_contain_text("✅")
    for name in ("dingtalk", "feishu"):
        await expect(cards[name]).to_contain_text("已签 3 家")
        await expect(cards[name].get_by_role("button", name="修改")).to_be_visible()
    await demo.wait_for_timeout(400)
    await demo.screenshot(path=picture / "demo-done.png")
