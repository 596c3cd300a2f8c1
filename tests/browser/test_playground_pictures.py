"""Pictures on the page: what a messenger keeps for an image message, and catalogue pictures on cards (R-BDG-03)."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from bot.pictures.studio import Studio
from cards.picture import ECard, Template, dump
from tests.browser.conftest import Playground
from tests.browser.test_playground_checkin import phone
from tests.browser.test_playground_looks import NEWS, put

pytestmark = pytest.mark.browser


async def width_of(image: Locator) -> int:
    """The picture's own width once it has been loaded and decoded; 0 for a broken one."""
    return int(await image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }"))


@pytest.mark.parametrize("messenger", ["wecom", "dingtalk", "feishu"])
async def test_an_image_message_is_drawn(playground: Playground, picture: Path, messenger: str) -> None:
    page = await playground.open()
    card = ECard(Template.BIRTHDAY, "李娜", "全体同事", "祝你生日快乐，愿新的一岁平安喜乐。")
    playground.messengers[messenger].put_picture("p1", await Studio().draw(dump(card).decode()))
    image = phone(page, messenger).get_by_role("img", name="图片").last
    await expect(image).to_be_visible()
    assert await width_of(image) == 1080
    await page.screenshot(path=picture / f"{messenger}-image.png")


async def test_a_catalogue_picture_is_drawn_on_cards(playground: Playground, picture: Path) -> None:
    page = await playground.open()
    address = "https://okr.example/pictures/headphones.png"
    news = await put(page, playground, "wecom", {**NEWS, "card_image": {"url": address, "aspect_ratio": 1.6}})
    assert await width_of(news.get_by_role("img", name="图片")) == 640
    merged = {"title": "兑换", "body": f"![耳机]({address})\n\n800 积分"}
    shown = await put(page, playground, "dingtalk", {"merged": merged, "public": merged, "private": {}})
    assert await width_of(shown.get_by_role("img", name="耳机")) == 640
    await page.screenshot(path=picture / "catalogue.png")
