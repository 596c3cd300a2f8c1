"""A picture drawn on the server reaches people on each messenger, beside the words that say the same (R-BDG-03)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

import bot.courier
import bot.pictures.studio
from adapters.simulation import PICTURE, Fault
from bot.context import Ctx
from bot.playground.rig import Rig
from bot.reply import Post, Reply
from bot.router import SlashCommand
from bot.telling import tell_picture
from cards.picture import ECard, Template, alt
from tests.reliability.prepared import read_tables
from tests.stories.talk import Talk

CARD = ECard(Template.THANKS, "李雷", "韩梅梅", "上线前夜你陪我们压测了三遍 🎉", tag="客户第一", badge="救火队长")
WORDS = "谢谢你，李雷"
PNG = b"\x89PNG\r\n\x1a\n"
UPLOAD = {"wecom": "/media/upload", "dingtalk": "/media/upload", "feishu": "/im/v1/images"}
REFUSED = {
    "wecom": {"errcode": 40005, "errmsg": "invalid file type"},
    "dingtalk": {"errcode": 40005, "errmsg": "不合法的文件类型"},
    "feishu": {"code": 234011, "msg": "Can't recognize the image format."},
}


def _greet(ctx: Ctx) -> Reply:
    return Reply(posts=(Post(text=WORDS), Post(picture=CARD, to=ctx.direct)))


def _tell(ctx: Ctx) -> Reply:
    return Reply(posts=tell_picture(ctx, ctx.person.id, CARD))


@pytest.fixture
async def bob(rig: Rig, messenger: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr(bot.courier, "JITTER", 0.0)
    words = rig.bot.dispatcher.desk.router.words
    words["greet"] = SlashCommand(name="greet", handler=_greet)
    words["tell"] = SlashCommand(name="tell", handler=_tell)
    talk = Talk(rig, messenger, "bob")
    yield talk
    assert talk.problems() == []


async def greeted(bob: Talk) -> None:
    assert (await bob.rig.simulators[bob.messenger].say(bob.user, "/greet")).status == 200
    await bob.rig.settle()


async def later(bob: Talk, *seconds: float) -> None:
    for pause in seconds:
        bob.rig.clock.advance(timedelta(seconds=pause))
        await bob.rig.settle()


async def picture_row(bob: Talk) -> Mapping[str, Any]:
    tables = await asyncio.to_thread(read_tables, bob.rig.bot.engine)
    (row,) = [row for row in tables.outbox if row["kind"] == "PICTURE"]
    return row


def shown(bob: Talk) -> list[str]:
    return sorted(one.text for one in bob.seen())


def uploads(bob: Talk) -> int:
    return sum(UPLOAD[bob.messenger] in one.path for one in bob.rig.simulators[bob.messenger].wire)


async def test_a_picture_row_reaches_the_person_on_each_messenger(bob: Talk) -> None:
    await greeted(bob)
    assert shown(bob) == sorted([PICTURE, WORDS])
    (picture,) = [one for one in bob.seen() if one.picture]
    png = bob.rig.simulators[bob.messenger].picture(picture.picture)
    assert png.startswith(PNG)
    assert len(png) <= 1_000_000
    row = await picture_row(bob)
    assert (row["state"], row["plain"], row["message_id"]) == ("SENT", alt(CARD), picture.message_id)


async def test_a_refused_picture_is_let_go_and_nothing_is_said_twice(bob: Talk) -> None:
    fault = Fault(path=UPLOAD[bob.messenger], body=json.dumps(REFUSED[bob.messenger]).encode(), times=99)
    bob.rig.simulators[bob.messenger].faults.append(fault)
    await greeted(bob)
    await later(bob, 10, 600, 7200, 86_400)
    assert shown(bob) == [WORDS]
    assert uploads(bob) == 1
    assert (await picture_row(bob))["state"] == "DEAD"


async def test_a_platform_in_trouble_gets_the_picture_later_once(bob: Talk) -> None:
    bob.rig.simulators[bob.messenger].faults.append(Fault(path=UPLOAD[bob.messenger], status=503, times=2))
    await greeted(bob)
    assert shown(bob) == [WORDS], "the words do not wait for the picture"
    await later(bob, 2, 6)
    assert shown(bob) == sorted([PICTURE, WORDS])
    assert ((await picture_row(bob))["state"], uploads(bob)) == ("SENT", 3)


async def test_an_expired_token_costs_nothing(bob: Talk) -> None:
    await greeted(bob)
    bob.rig.simulators[bob.messenger].expire_tokens()
    await greeted(bob)
    assert shown(bob) == sorted([PICTURE, WORDS] * 2)


async def test_a_drawing_that_fails_costs_only_the_picture(bob: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.pictures.studio, "PROGRAM", ("-c", "raise SystemExit(1)"))
    await greeted(bob)
    assert (shown(bob), uploads(bob)) == ([WORDS], 0)
    assert (await picture_row(bob))["state"] == "DEAD"


async def test_a_picture_for_somebody_goes_to_the_messenger_they_use(bob: Talk) -> None:
    """R-ID-06: one message, on one messenger, wherever the thanks were said."""
    assert (await bob.rig.simulators[bob.messenger].say(bob.user, "/tell")).status == 200
    await bob.rig.settle()
    everywhere = [one for name in bob.rig.simulators for one in Talk(bob.rig, name, "bob").seen()]
    assert [one.text for one in everywhere] == [PICTURE]
