"""A real Chromium, and the playground with scripted messengers for it to look at."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from adapters.simulation import Choosable, Resident
from bot.playground.demo import casts, open_company
from bot.playground.stage import Cast, Room
from bot.playground.web import playground_app
from domain.clock import ShiftedClock
from tests.browser.scripted import PEOPLE, ROOM, ScriptedMessenger, scripted

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START = datetime(2026, 2, 13, 2, 13, tzinfo=UTC)
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "playground"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's browser. Without one the test is passed over, except in CI, where that is a failure."""
    wanted = os.environ.get("BIDA_TEST_CHROMIUM", "")
    found = wanted or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium was found: install one or set BIDA_TEST_CHROMIUM")
        pytest.skip("no Chromium was found (set BIDA_TEST_CHROMIUM)")
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        await running.close()


@dataclass
class Playground:
    """A running playground: where it is, what stands behind it, and what the browser complained about."""

    url: str
    clock: ShiftedClock
    messengers: dict[str, ScriptedMessenger]
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    moves: list[datetime] = field(default_factory=list)

    async def open(self, **how: Any) -> Page:
        """The page, loaded and connected. `how`: options of a browser context."""
        options: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", **how}
        context = await self.browser.new_context(**options)
        page = await context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(self.url) else self.foreign.append(asked.url))
        await page.goto(self.url)
        await page.wait_for_selector(".phone[data-ready=true]", state="attached")
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture
async def playground(browser: Browser) -> AsyncIterator[Playground]:
    """The playground on loopback; the browser must not have complained about anything by the end of the test."""
    clock = ShiftedClock(START)
    messengers = {name: scripted(name) for name in ("wecom", "dingtalk", "feishu")}
    rooms = [Room(ROOM, "运营群", tuple(one.user_id for one in PEOPLE[:2]))]
    casts = {
        name: Cast(people=people(), rooms=rooms if name == "feishu" else (), menu=menu(name), first="p1")
        for name in messengers
    }
    running = Playground("", clock, messengers, browser)

    async def moved() -> None:
        running.moves.append(clock.now())

    runner = web.AppRunner(playground_app(messengers, clock, casts, moved), access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield running
    await runner.cleanup()
    assert running.complaints == []
    assert running.foreign == []


def people() -> list[Resident]:
    return list(PEOPLE)


def menu(name: str) -> list[Choosable]:
    return [Choosable("cmd:checkin", "我要打卡")] if name == "wecom" else []


@pytest.fixture
def picture() -> Path:
    """Where screenshots go: kept by CI, ignored by git."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    return ARTIFACTS


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
