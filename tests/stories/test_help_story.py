"""What can I do here: help, mistyped commands, welcome, menu, pictures (R-EVT-07, wecom.md §7)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.playground.rig import Rig
from domain.columns import table_of
from domain.people.model import Person
from tests.stories.talk import Talk

PERSON = table_of(Person)


async def test_help_lists_every_command_and_its_buttons_work(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    for words in ("/help", "帮助", "?", "？", "/？"):
        card = await bob.say(words)
        assert "我能帮你做什么" in card.text, words
    for line in ("/checkin", "打卡", "/okr", "/me", "/bind", "/lang", "/help"):
        assert line in bob.all_text()  # what has no room on the card follows it
    await bob.press("打卡", card)
    assert "本周打卡" in bob.last().text
    assert bob.problems() == []


async def test_a_mistyped_command_gets_up_to_three_buttons_that_work(rig: Rig, messenger: str) -> None:
    """R-EVT-07."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/chekin")
    assert "没有「chekin」这个命令" in card.text
    assert 1 <= len(card.buttons) <= 3
    await bob.press("打卡", card)
    assert "本周打卡" in bob.last().text
    await bob.press("全部命令", card)
    assert "我能帮你做什么" in bob.card().text
    card = await bob.say("/ork")
    assert "我的目标" in [one.label for one in card.buttons]
    assert bob.problems() == []


async def test_small_talk_gets_no_wrong_guesses(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("你好")
    assert "没听懂「你好」" in card.text
    assert [one.label for one in card.buttons] == ["全部命令"]
    assert "<b>" in (await bob.say("<b>x</b>")).text
    assert bob.problems() == []


async def test_the_welcome_comes_once_a_day(rig: Rig) -> None:
    """DingTalk tells nothing when its chat is opened."""
    for messenger in ("wecom", "feishu"):
        bob = Talk(rig, messenger, "bob")
        for _ in range(3):
            await rig.simulators[messenger].open_chat(bob.user)
            await rig.settle()
        (card,) = bob.seen()
        assert "你好，白博！" in card.text
        assert [one.label for one in card.buttons] == ["打卡", "我的目标", "我的"]
        assert bob.problems() == []
    rig.clock.advance(timedelta(hours=24))
    await rig.simulators["wecom"].open_chat("bob")
    await rig.settle()
    assert len(Talk(rig, "wecom", "bob").seen()) == 2


async def test_the_menu_is_a_command(rig: Rig) -> None:
    for messenger, key in (("wecom", "cmd:checkin"), ("feishu", "cmd:checkin")):
        bob = Talk(rig, messenger, "bob")
        await rig.simulators[messenger].press_menu(bob.user, key)
        await rig.settle()
        assert "本周打卡" in bob.last().text


async def test_a_picture_is_answered_with_what_can_be_read(rig: Rig) -> None:
    from adapters.feishu.simulator import FeishuSimulator

    simulator = rig.simulators["feishu"]
    assert isinstance(simulator, FeishuSimulator)
    bob = Talk(rig, "feishu", "bob")
    simulator.add_image("img_test")
    await simulator.send_image(bob.user)
    await rig.settle()
    assert bob.last().text == "我现在只看得懂文字。发送「帮助」看看我能做什么。"


@pytest.mark.parametrize("words", ["/ci #1 95 g", "/okr", "/me", "/lang en", "/help", "/nonsense"])
async def test_the_same_message_delivered_again_is_answered_once(rig: Rig, messenger: str, words: str) -> None:
    """A20 as a story: nothing doubled."""
    bob = Talk(rig, messenger, "bob")
    await bob.say(words)
    before = [one.text for one in bob.seen()]
    await rig.simulators[messenger].redeliver(2)
    await rig.settle()
    assert [one.text for one in bob.seen()] == before


async def test_commands_of_an_office_are_listed_for_those_who_hold_it(rig: Rig, messenger: str) -> None:
    """R-ROL-01: what only an admin or a clerk can do is no news to the others."""
    bob = Talk(rig, messenger, "bob")
    await bob.say("帮助")
    told = bob.all_text()
    assert "/points" in told
    assert not any(word in told for word in ("/adjust", "/reverse", "/pickup", "/stock"))
    with rig.bot.engine.begin() as connection:
        connection.execute(update(PERSON).where(PERSON.c.employee_no == "E2").values(roles="admin,clerk"))
    await bob.say("帮助")
    told = bob.all_text()
    assert all(word in told for word in ("/adjust", "/reverse", "/pickup", "/stock"))
