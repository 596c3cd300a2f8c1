"""First contact: the notice, once per version and person, before whatever is answered (R-PRV-07)."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from bot.playground.rig import Rig, make_rig
from domain.columns import table_of
from domain.people.model import Person
from tests.company import PEOPLE, populate, seed
from tests.stories.conftest import FRIDAY
from tests.stories.talk import Talk

PERSON = table_of(Person)
NOTICE = "我会保存：目标、打卡、感谢、积分。谁能看到、保存多久：点「查看」。"
ADMINS = PEOPLE.replace("E1,安然,,,运营部,,,", "E1,安然,,,运营部,,admin,")


@pytest.fixture
async def strangers(database_url: str) -> AsyncIterator[Rig]:
    """A company none of whose people has ever met the bot; Ann administers it."""
    made = make_rig(database_url, FRIDAY)
    await made.start()
    populate(made)
    seed(made.bot.engine, made, ADMINS, newcomers=True)
    try:
        yield made
    finally:
        await made.stop()


def notices(talk: Talk, words: str = NOTICE) -> list[int]:
    return [at for at, one in enumerate(talk.seen()) if words in one.text]


async def test_the_notice_comes_once_and_before_the_answer(strangers: Rig, messenger: str) -> None:
    """R-PRV-07: purpose, data, retention, who sees what, contact; once, however often and wherever they write."""
    bob = Talk(strangers, messenger, "bob")
    await bob.say("打卡")
    assert notices(bob) == [0]
    assert any("本周打卡" in one.text for one in bob.seen()[1:])
    for words in ("用途", "期限", "36 个月", "可见", "联系", "安然"):
        assert words in bob.seen()[0].text
    await bob.say("打卡")
    await bob.say("/me")
    assert notices(bob) == [0]
    for elsewhere in strangers.simulators:
        talk = Talk(strangers, elsewhere, "bob")
        await talk.say("/me")
        assert notices(talk) == ([0] if elsewhere == messenger else [])
    assert bob.problems() == []


async def test_small_talk_and_mistakes_are_first_contacts_too(strangers: Rig, messenger: str) -> None:
    """What is refused rolls back; the notice is shown with the refusal all the same, and stays noted."""
    bob = Talk(strangers, messenger, "bob")
    await bob.say("你好呀")
    assert notices(bob) == [0]
    assert any("没听懂「你好呀」" in one.text for one in bob.seen()[1:])
    await bob.say("/ci x")
    assert notices(bob) == [0]
    assert bob.problems() == []


async def test_the_details_are_a_press_away_and_can_be_asked_for(strangers: Rig, messenger: str) -> None:
    bob, cai = Talk(strangers, messenger, "bob"), Talk(strangers, messenger, "cai")
    await bob.say("/me")
    await bob.press("查看", bob.seen()[0])
    told = "\n".join(one.text for one in bob.seen())
    for words in ("隐私说明", "处理完 1 天后清空", "积分余额和流水", "离职后可以要求删除", "说明第 1 版"):
        assert words in told
    await cai.say("/privacy")
    assert "I keep your goals, check-ins, thanks and points" in cai.seen()[0].text
    assert "Privacy notice" in cai.all_text()
    assert "emptied a day after they were handled" in cai.all_text()
    assert bob.problems() == []


async def test_a_new_version_is_shown_again(strangers: Rig) -> None:
    """R-PRV-07: version recorded; new version → shown again."""
    bob = Talk(strangers, "feishu", "bob")
    await bob.say("/me")
    with strangers.bot.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('bida.workspace', '*', true)")
        row = connection.execute(PERSON.select().where(PERSON.c.employee_no == "E2")).one()
        assert row.notice_version == 1
        connection.execute(update(PERSON).values(notice_version=0))
    await bob.say("/me")
    assert len(notices(bob)) == 2


async def test_in_a_group_the_notice_goes_to_the_direct_chat(strangers: Rig) -> None:
    for messenger in ("dingtalk", "feishu"):
        who = "bob" if messenger == "feishu" else "cai"
        talk = Talk(strangers, messenger, who)
        await talk.say_in_group("/help")
        words = "I keep your goals" if who == "cai" else NOTICE
        assert notices(talk, words) == [0]
        assert not [one for one in talk.seen(talk.group) if words in one.text]


async def test_those_nobody_knows_are_told_when_they_are_linked(strangers: Rig, messenger: str) -> None:
    """R-ID-03: a guest gets no notice of data we do not have; binding is the first contact of the employee."""
    from tests.stories.test_people_story import add_guest, code_of

    elsewhere = "feishu" if messenger != "feishu" else "wecom"
    dan, bob = add_guest(strangers, messenger), Talk(strangers, elsewhere, "bob")
    await dan.say("/help")
    assert notices(dan) == []
    code = await code_of(bob)
    assert notices(bob) == [0]
    await dan.say(f"/bind {code}")
    assert notices(dan) == [], "the same person has seen it elsewhere"
    assert dan.problems() == []
