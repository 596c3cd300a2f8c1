"""Our own clock: timers and daily chores come through the inbox, once, whoever wrote them and whatever broke; others
are told in their language and every card about an object is redrawn."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.simulation import Seen
from bot.app import FEATURES
from bot.context import Ctx
from bot.playground.rig import Rig
from bot.reply import Reply
from bot.router import CardAction, Chore, Feature, SlashCommand
from bot.telling import tell, tell_group, tell_text
from bot.timers import Chores, later
from cards.action import ActionRef
from cards.model import Button, Card, Header
from domain.columns import table_of
from domain.delivery.model import InboxRow
from domain.people.model import Person
from tests.company import account
from tests.reliability.prepared import FRIDAY, prepared_rig

INBOX, PERSON = table_of(InboxRow), table_of(Person)
_BY_NUMBER = select(PERSON.c.id, PERSON.c.employee_no)


class Bell:
    """What the test's own feature has heard."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []
        self.state = "new"
        self.faults = 0

    def wind(self, ctx: Ctx) -> Reply:
        """`/wind N`: ring in an hour, asked for twice."""
        for _ in range(2):
            later(ctx, "clock.bell.ring", ctx.now + timedelta(hours=1), key=ctx.command.args, n=ctx.command.args)
        return ctx.text("lang.done")

    def ring(self, ctx: Ctx) -> Reply:
        if self.faults:
            self.faults -= 1
            raise RuntimeError("the bell is broken")
        self.rung.append((ctx.command.name, ctx.command.params.get("n") or ctx.command.params["day"]))
        assert ctx.person.id == ""
        bob = next(row.id for row in ctx.uow.all(_BY_NUMBER) if row.employee_no == "E2")
        return Reply(posts=tell_text(ctx, bob, "lang.done"))

    def share(self, ctx: Ctx) -> Reply:
        """`/share`: a card about one thing to everybody, and into the group where it was said."""
        people = [row.id for row in ctx.uow.all(_BY_NUMBER) if row.employee_no]
        posts = [post for one in people for post in tell(ctx, one, "bell", {}, about="thing")]
        if ctx.is_group:
            posts += tell_group(ctx, replace(ctx.command.conversation, thread_id=None), "bell", {}, about="thing")
        return Reply(posts=tuple(posts))

    def press(self, ctx: Ctx) -> Reply:
        self.state = f"pressed by {ctx.person.name}"
        ctx.advance(ctx.subject())
        return Reply(card=ctx.redraw(), refresh=("thing",))

    def view(self, ctx: Ctx, row: Any) -> Card:
        title = f"{ctx.say('go.help')} {ctx.person.name or 'everybody'}: {self.state}"
        button = Button(label="Press", ref=ActionRef("bell.press"))
        return Card(kind="bell", key=row.id, header=Header(title), actions=(button,), locale=ctx.person.locale)

    @property
    def feature(self) -> Feature:
        return Feature(
            name="bell",
            commands=(SlashCommand(name="wind", handler=self.wind), SlashCommand(name="share", handler=self.share)),
            actions=(CardAction(name="bell.press", handler=self.press),),
            events={"clock.bell.ring": self.ring, "clock.bell.daily": self.ring},
            views={"bell": self.view},
            daily=(Chore(name="clock.bell.daily", hour=9, minute=30),),
        )


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
async def rig(database_url: str, bell: Bell, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """The bot with one more feature."""
    monkeypatch.setattr("bot.app.FEATURES", (*FEATURES, bell.feature))
    made = prepared_rig(database_url, FRIDAY)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def say(rig: Rig, messenger: str, who: str, text: str, chat: str | None = None) -> None:
    delivered = await rig.simulators[messenger].say(account(messenger, who), text, chat=chat)
    assert delivered.status == 200
    await rig.settle()


def seen(rig: Rig, messenger: str, who: str, chat: str | None = None) -> list[Seen]:
    return [one for one in rig.simulators[messenger].seen(account(messenger, who), chat) if one.by == "bot"]


def last_of(rig: Rig, who: str) -> Seen:
    """The newest message of a person, on whichever messenger it came."""
    everything = [one for messenger in rig.simulators for one in seen(rig, messenger, who)]
    return everything[-1]


async def test_a_timer_rings_once_at_its_time(rig: Rig, bell: Bell, messenger: str) -> None:
    """Set twice under one key, and once more by a repeated command: it rings once, not before its time."""
    await say(rig, messenger, "ann", "/wind 1")
    await say(rig, messenger, "ann", "/wind 1")
    rig.clock.advance(timedelta(minutes=59))
    await rig.bot.dispatcher.sweep()
    await rig.settle()
    assert bell.rung == []
    rig.clock.advance(timedelta(minutes=2))
    await asyncio.gather(rig.bot.dispatcher.sweep(), rig.bot.dispatcher.sweep())
    await rig.settle()
    assert bell.rung == [("clock.bell.ring", "1")]
    assert last_of(rig, "bob").text == "好的，之后用中文。"


async def test_a_chore_is_written_once_a_day_by_any_number_of_replicas(rig: Rig, bell: Bell) -> None:
    """10:05 is past 9:30, so a bot started late makes up for it; the next one comes tomorrow at 9:30."""
    bot = rig.bot
    zones = [(next(iter(bot.connections)).workspace_id, "Asia/Shanghai")]
    replicas = [Chores(bot.units, rig.clock, bot.dispatcher.desk, zones) for _ in range(3)]
    await asyncio.gather(*(one.tick() for one in replicas))
    await rig.bot.catch_up()
    daily = [name for name in bell.rung if name[0] == "clock.bell.daily"]
    assert daily == [("clock.bell.daily", "2026-02-13")]
    rig.clock.advance(timedelta(hours=23, minutes=10))
    await rig.bot.catch_up()
    assert len([name for name in bell.rung if name[0] == "clock.bell.daily"]) == 1
    rig.clock.advance(timedelta(minutes=20))
    await rig.bot.catch_up()
    assert bell.rung[-1] == ("clock.bell.daily", "2026-02-14")


async def test_a_chore_that_fails_is_tried_again_and_nobody_gets_an_apology(rig: Rig, bell: Bell) -> None:
    bell.faults = 2
    await rig.bot.catch_up()
    for _ in range(2):
        rig.clock.advance(timedelta(seconds=16))
        await rig.bot.dispatcher.sweep()
        await rig.settle()
    assert bell.rung == [("clock.bell.daily", "2026-02-13")]
    bell.faults = 9
    rig.clock.advance(timedelta(days=1))
    await rig.bot.catch_up()
    for _ in range(4):
        rig.clock.advance(timedelta(seconds=16))
        await rig.bot.dispatcher.sweep()
        await rig.settle()
    with rig.bot.engine.connect() as connection:
        states = connection.execute(
            select(INBOX.c.state).where(INBOX.c.app_id == "clock", INBOX.c.key.contains("bell.daily:2026-02-14"))
        )
        assert [row.state for row in states] == ["FAILED"]
    assert all(
        "抱歉" not in one.text for m in rig.simulators for who in ("ann", "bob", "cai") for one in seen(rig, m, who)
    )


async def test_whoever_presses_every_card_about_the_thing_changes(rig: Rig, bell: Bell, messenger: str) -> None:
    """Each reader sees it in their language; the presser's own card is the answer to the click."""
    await say(rig, messenger, "ann", "/share")
    before = {who: last_of(rig, who) for who in ("ann", "bob", "cai")}
    assert before["bob"].text.startswith("帮助 白博: new")
    assert before["cai"].text.startswith("Help Cai Green: new")
    owner = next(name for name in rig.simulators if before["bob"] in seen(rig, name, "bob"))
    await rig.simulators[owner].click(account(owner, "bob"), before["bob"].message_id, before["bob"].buttons[0].key)
    await rig.settle()
    for who in ("ann", "bob", "cai"):
        shown = next(
            one
            for name in rig.simulators
            for one in seen(rig, name, who)
            if one.message_id == before[who].message_id and "pressed" in one.text
        )
        assert "pressed by 白博" in shown.text


@pytest.mark.parametrize("messenger", ["dingtalk", "feishu"])
async def test_a_group_card_speaks_the_companys_language_to_everybody(rig: Rig, bell: Bell, messenger: str) -> None:
    chat = "cidTeam==" if messenger == "dingtalk" else "oc_team"
    await say(rig, messenger, "cai", "/share", chat)
    card = seen(rig, messenger, "cai", chat)[-1]
    assert card.text.startswith("帮助 everybody: new")
    await rig.simulators[messenger].click(account(messenger, "cai"), card.message_id, card.buttons[0].key)
    await rig.settle()
    assert any("帮助 " in one.text and "pressed by Cai Green" in one.text for one in seen(rig, messenger, "ann", chat))
