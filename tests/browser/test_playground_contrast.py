"""Text is readable: WCAG AA contrast of everything on the screen, in light and in dark."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Playground
from tests.browser.scripted import payload_of, result_card, text_payload
from tests.browser.test_playground_checkin import NAMES, ask, phone

pytestmark = pytest.mark.browser

TEMPLATES = (
    "blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey",
)  # fmt: skip

MEASURE = """() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const layer = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
  };
  const pixel = () => [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = (rgb) => rgb.map((c) => linear(c / 255))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(element);
    const skipped = ".unseen, [aria-hidden=true], :disabled, noscript, option";
    if (!own || !element.checkVisibility({ opacityProperty: true }) || element.closest(skipped)) continue;
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    layer("white");
    chain.forEach(layer);
    const back = luminance(pixel());
    layer(style.color);
    const front = luminance(pixel());
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      found.push([element.tagName, element.className, element.textContent.slice(0, 20), ratio.toFixed(2)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_stands_out(playground: Playground, scheme: str) -> None:
    page = await playground.open(color_scheme=scheme, reduced_motion="reduce")
    for name in NAMES:
        card = await ask(page, name)
        await card.get_by_role("button", name="提交").click()
        await expect(card).to_contain_text("已打卡")
        await ask(page, name)
        playground.messengers[name].put("p1", "bot", "text", text_payload(name, "收到"))
        await phone(page, name).get_by_role("button", name="/help").click()
    for template in TEMPLATES:
        card = payload_of("feishu", result_card())
        card["header"] |= {"template": template, "subtitle": {"tag": "plain_text", "content": template}}
        playground.messengers["feishu"].put_card("p1", card)
    await expect(phone(page, "feishu").locator(".card").last).to_contain_text(TEMPLATES[-1])
    await page.wait_for_timeout(300)
    faint: list[Any] = await page.evaluate(MEASURE)
    assert faint == []
