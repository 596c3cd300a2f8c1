"""The same check-in by three messengers, through the real bot: page → simulator → bot → simulator → page (§7)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from bot.playground.demo import casts, open_company
from bot.playground.web import playground_app
from tests.browser.test_playground_checkin import NAMES, ask

pytestmark = pytest.mark.browser


@pytest.fixture
async def demo(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a freshly seeded demo."""
    rig = await open_company(tmp_path)
    runner = web.AppRunner(playground_app(rig.simulators, rig.clock, casts()), access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await page.wait_for_selector(".phone[data-ready=true]", state="attached")
    yield page
    await context.close()
    await runner.cleanup()
    await rig.stop()
    assert complaints == []


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
