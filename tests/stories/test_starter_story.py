"""The starter kit: from 0/3 to 3/3, once in a lifetime, paid when it can be (R-ADO-04, flow 5.8)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from bot.playground.rig import Rig, make_rig
from domain.columns import table_of
from domain.goals.model import CheckIn, Objective
from domain.people.model import Person
from tests.company import GOALS, PEOPLE, in_unit, populate, seed
from tests.stories.conftest import FRIDAY
from tests.stories.points_company import fund, person_id, wallet_of
from tests.stories.talk import Talk

PERSON, OBJECTIVE = table_of(Person), table_of(Objective)
HELLO = "你好，白博！3 步领 50 分"
ROLES = PEOPLE.replace("E1,安然,,,运营部,,,", "E1,安然,,,运营部,,hrbp;exec_sponsor,")
NOT_BOBS = GOALS.replace("individual,按时交付,E2", "individual,按时交付,E3")


async def company(url: str, goals: str) -> Rig:
    made = make_rig(url, FRIDAY)
    await made.start()
    populate(made)
    seed(made.bot.engine, made, ROLES, goals, newcomers=True)
    return made


@pytest.fixture
async def newcomers(database_url: str) -> AsyncIterator[Rig]:
    """Nobody has met the bot; Bob has a goal."""
    made = await company(database_url, GOALS)
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def goalless(database_url: str) -> AsyncIterator[Rig]:
    """Nobody has met the bot; Bob has no goal, and the company has published none."""
    made = await company(database_url, NOT_BOBS.replace("C1,company", "C1,department"))
    try:
        yield made
    finally:
        await made.stop()


def kits(talk: Talk) -> list[str]:
    """The kit cards as they look now."""
    return [one.text for one in talk.seen() if "/3" in one.text and "认领或写 1 条目标" in one.text]


async def test_from_nothing_to_three_steps(newcomers: Rig, messenger: str) -> None:
    """First contact → notice, kit at 0/3 → start claims the goal → check-in → thanks; 20 + 20 + 10, on one card."""
    fund(newcomers, "starter", 1000)
    bob = Talk(newcomers, messenger, "bob")
    await bob.say("你好")
    assert "我会保存" in bob.seen()[0].text
    card = next(one for one in bob.seen() if HELLO in one.text)
    assert "0/3" in card.text
    assert [one.label for one in card.buttons] == ["开始", "先看看别人的目标", "稍后"]
    assert "公司目标" not in card.text
    card = await bob.press("开始", card)
    assert "✅ 1/3" in card.text
    assert "已得 20 分，下一步：第一次打卡" in card.text
    await bob.press("去打卡", card)
    await bob.submit(value="95")
    assert "✅ 2/3　已得 40 分，下一步：感谢 1 位同事" in bob.all_text().replace("2/3 已得", "2/3　已得")
    assert wallet_of(newcomers, "bob") == 40
    await bob.say("/kudos @安然 +0 谢谢你帮我顶班到深夜 #客户第一")
    card = await bob.say("礼包")
    assert "3/3" in card.text
    assert "全部完成，已得 50 分" in card.text
    assert wallet_of(newcomers, "bob") == 50
    await bob.say("/ci 96")
    await bob.say("/points")
    assert wallet_of(newcomers, "bob") == 50
    assert "启动礼包 · 第一次打卡" in bob.all_text()
    assert bob.problems() == []


async def test_the_card_moves_on_where_it_stands(newcomers: Rig, messenger: str) -> None:
    """Whatever they do counts; the card that stands there shows it."""
    fund(newcomers, "starter", 1000)
    bob = Talk(newcomers, messenger, "bob")
    await bob.say("/me")
    (first,) = kits(bob)
    assert "0/3" in first
    await bob.say("/ci 95")
    shown = kits(bob)
    assert any("2/3" in one for one in shown)
    assert not any("0/3" in one for one in shown) or messenger == "wecom"
    assert wallet_of(newcomers, "bob") == 40
    assert bob.problems() == []


async def test_a_check_in_may_be_the_first_thing_they_do(newcomers: Rig, messenger: str) -> None:
    fund(newcomers, "starter", 1000)
    bob = Talk(newcomers, messenger, "bob")
    await bob.say("/ci 95")
    (only,) = kits(bob)
    assert "2/3" in only
    assert wallet_of(newcomers, "bob") == 40
    assert "已打卡" in bob.all_text()


async def test_without_a_goal_the_kit_waits_for_one(goalless: Rig, messenger: str) -> None:
    """The company's goals come first: who will publish them is named (flow 5.8 step 4)."""
    fund(goalless, "starter", 1000)
    bob = Talk(goalless, messenger, "bob")
    await bob.say("/help")
    card = next(one for one in bob.seen() if HELLO in one.text)
    assert "公司目标还没有发布，将由 安然 发布。" in card.text
    card = await bob.press("开始", card)
    assert "0/3" in card.text
    assert "我有目标了" in [one.label for one in card.buttons]
    if messenger == "wecom":  # it shows no toasts
        assert "你名下还没有已发布的目标" in bob.all_text()
    assert wallet_of(goalless, "bob") == 0
    bobs = person_id(goalless, "bob")
    give = update(OBJECTIVE).where(OBJECTIVE.c.title == "按时交付").values(owner_id=bobs)
    in_unit(goalless.bot.engine, goalless, lambda uow: uow.change(give))
    card = await bob.press("我有目标了", card)
    assert "1/3" in card.text
    assert wallet_of(goalless, "bob") == 20
    assert bob.problems() == []


async def test_put_off_it_comes_back_once_on_the_next_workday(newcomers: Rig, messenger: str) -> None:
    """From Friday the 13th to Saturday the 14th, which is a workday (R-CAL-04)."""
    bob = Talk(newcomers, messenger, "bob")
    await bob.say("/me")
    card = await bob.press("稍后", next(one for one in bob.seen() if HELLO in one.text))
    assert "下个工作日我再提醒你一次" in card.text
    assert "稍后" not in [one.label for one in card.buttons]
    # what he used last is where it comes back; nothing was submitted yet, so any of his messengers will do
    before = sum(len(kits(Talk(newcomers, name, "bob"))) for name in newcomers.simulators)
    newcomers.clock.advance(timedelta(hours=23))
    await bob.wait()
    assert sum(len(kits(Talk(newcomers, name, "bob"))) for name in newcomers.simulators) == before
    newcomers.clock.advance(timedelta(hours=1, minutes=30))
    await bob.wait()
    assert sum(len(kits(Talk(newcomers, name, "bob"))) for name in newcomers.simulators) == before + 1
    newcomers.clock.advance(timedelta(days=1))
    await bob.wait()
    assert sum(len(kits(Talk(newcomers, name, "bob"))) for name in newcomers.simulators) == before + 1
    assert bob.problems() == []


async def test_an_exhausted_budget_pays_after_the_top_up(newcomers: Rig, messenger: str) -> None:
    """The steps count all the same; what is owed comes by itself."""
    bob = Talk(newcomers, messenger, "bob")
    await bob.say("/ci 95")
    assert "礼包预算用完了，任务照常进行，补充后自动到账。" in bob.all_text()
    assert wallet_of(newcomers, "bob") == 0
    newcomers.clock.advance(timedelta(hours=1))
    await bob.wait()
    assert wallet_of(newcomers, "bob") == 0
    fund(newcomers, "starter", 25)
    newcomers.clock.advance(timedelta(hours=1))
    await bob.wait()
    assert wallet_of(newcomers, "bob") == 20, "as far as the budget goes"
    fund(newcomers, "starter", 1000)
    newcomers.clock.advance(timedelta(hours=1))
    await bob.wait()
    assert wallet_of(newcomers, "bob") == 40
    assert bob.all_text().count("启动礼包补发到账：+20 分") == 2
    newcomers.clock.advance(timedelta(hours=5))
    await bob.wait()
    assert wallet_of(newcomers, "bob") == 40
    card = await bob.say("/kit")
    assert "礼包预算用完了" not in card.text
    assert "已得 40 分" in card.text
    assert bob.problems() == []


async def test_who_comes_back_has_had_it(newcomers: Rig) -> None:
    """R-ADO-04: once per person for ever, also after a re-hire and a new notice."""
    fund(newcomers, "starter", 1000)
    bob = Talk(newcomers, "feishu", "bob")
    await bob.say("/ci 95")
    assert wallet_of(newcomers, "bob") == 40

    again = update(PERSON).where(PERSON.c.employee_no == "E2").values(notice_version=0, kit_open=True)
    forget = delete(table_of(CheckIn))
    in_unit(newcomers.bot.engine, newcomers, lambda uow: (uow.change(again), uow.change(forget)))
    await bob.say("/ci 96")
    await bob.say("/kit")
    assert wallet_of(newcomers, "bob") == 40


async def test_hr_sees_who_is_stuck_and_nobody_else_does(goalless: Rig, messenger: str) -> None:
    """R-ADO-05: more than two workdays at a step; the blocker is named."""
    ann, bob = Talk(goalless, messenger, "ann"), Talk(goalless, messenger, "bob")
    await bob.say("/help")
    assert "需要" in (await bob.say("/kit board")).text
    await ann.say("/help")
    await ann.say("/kit board")
    card = ann.last()
    assert "启动礼包看板" in card.text
    assert "公司目标还没有发布" in card.text
    assert "白博" not in card.text
    goalless.clock.advance(timedelta(days=20))
    await ann.say("/kit board")
    assert "超过 2 个工作日" in ann.all_text()
    assert "白博" in ann.all_text()
    assert "2月13日 周五 起" in ann.all_text()
    assert bob.problems() == []


async def test_a_top_up_reaches_everybody_in_pages(newcomers: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.handlers.starter.AT_ONCE", 1)
    people = {who: Talk(newcomers, "dingtalk", who) for who in ("ann", "bob", "cai")}
    for who, line in (("ann", "/ci #1 3"), ("bob", "/ci 95"), ("cai", "/ci #1 20")):
        await people[who].say(line)
    fund(newcomers, "starter", 1000)
    newcomers.clock.advance(timedelta(hours=1))
    for _ in range(4):
        await people["ann"].wait()
    assert [wallet_of(newcomers, who) for who in people] == [40, 40, 40]
