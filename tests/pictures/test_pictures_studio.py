"""Where drawing happens: in a process of its own, which leaves nothing behind in ours."""

import asyncio
import subprocess
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import bot.pictures.studio
from adapters.errors import Rejected, Transient
from bot.pictures.shelf import ROUTE, Shelf
from bot.pictures.studio import Studio
from cards.picture import ECard, Template, dump

CARD = dump(ECard(Template.TEAMWORK, "李雷", "韩梅梅", "三天打通了两个系统。")).decode()
PNG = b"\x89PNG\r\n\x1a\n"


async def test_pictures_come_one_after_the_other() -> None:
    studio = Studio()
    drawn = await asyncio.gather(studio.draw(CARD), studio.draw("coffee"), studio.draw(CARD))
    assert all(png.startswith(PNG) for png in drawn)
    assert drawn[0] == drawn[2] != drawn[1]


async def test_what_cannot_be_drawn_is_refused_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Rejected) as refused:
        await Studio().draw('{"template":"thanks","recipient":"机密"}')
    assert refused.value.detail == "NotAPicture"
    assert "机密" not in str(refused.value) + caplog.text


async def test_a_drawing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.pictures.studio, "WITHIN", 0.001)
    with pytest.raises(Transient):
        await Studio().draw(CARD)


async def test_a_drawing_that_was_killed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.pictures.studio, "PROGRAM", ("-c", "import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(Transient):
        await Studio().draw(CARD)


async def test_a_picture_over_a_megabyte_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-BDG-03."""
    monkeypatch.setattr(bot.pictures.studio, "PROGRAM", ("-c", "print('x' * 1_000_001, end='')"))
    with pytest.raises(Rejected):
        await Studio().draw(CARD)


HEAVY = ("PIL", "pylopdf_fonts_zh_cn", "pypinyin")


def test_the_bot_itself_never_loads_the_drawing_library() -> None:
    """Nor what is large and needed only now and then, before it is needed."""
    code = f"import bot.app, bot.server, sys; sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


async def test_catalogue_pictures_are_served_and_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = web.Application()
    app.router.add_get(ROUTE, Shelf().serve)
    async with TestClient(TestServer(app)) as client:
        first = await client.get("/pictures/coffee.png")
        assert (first.status, first.content_type) == (200, "image/png")
        assert first.headers["Cache-Control"] == "public, max-age=86400"
        monkeypatch.setattr(bot.pictures.studio, "PROGRAM", ("-c", "raise SystemExit(1)"))
        again = await client.get("/pictures/coffee.png")
        assert await again.read() == await first.read()
        assert (await client.get("/pictures/mug.png")).status == 503
        for name in ("tea.png", "COFFEE.png", "coffee.gif", "..%2F..%2Fetc%2Fpasswd.png", ".png"):
            assert (await client.get(f"/pictures/{name}")).status == 404, name
