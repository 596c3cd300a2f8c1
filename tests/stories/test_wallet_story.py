"""My points: `/points` and its pages, the balance on `/me`, reminders and expiry (R-LOT-02, 05, 06; A56)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from adapters.simulation import Seen
from bot.playground.rig import Rig, make_rig
from tests.company import populate, seed
from tests.stories.points_company import add_item, fund, go_to, on, order, pay, thank, wallet_of
from tests.stories.talk import Talk


@pytest.fixture
async def january(database_url: str) -> AsyncIterator[Rig]:
    """Monday 2026-01-19, the day of A56."""
    made = make_rig(database_url, on(date(2026, 1, 19), 10, 5))
    await made.start()
    populate(made)
    seed(made.bot.engine, made)
    try:
        yield made
    finally:
        await made.stop()


def turns(card: Seen) -> list[str]:
    """The buttons to other pages."""
    return [one.label for one in card.buttons if one.label in ("更早", "更新")]


async def test_an_empty_wallet_says_so(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/points")
    assert "我的积分 ｜ 可用 0 分" in card.text
    assert "还没有积分记录" in card.text
    assert "可用积分" in (await bob.say("/me")).text
    assert bob.problems() == []


async def test_this_months_allowance_is_shown_to_whoever_looks_first(rig: Rig, messenger: str) -> None:
    """R-ALW-01: 100 for Bob; with nothing in the budget the wallet shows what there is."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/points")
    assert "本月可送" in card.text
    assert "100" not in card.text
    fund(rig, "allowance", 1000)
    assert "100" in (await bob.say("/points")).text
    assert bob.problems() == []


async def test_the_statement_tells_who_and_which_order_newest_first(rig: Rig, messenger: str) -> None:
    """Balances, what waits, what is held; signed amounts; the latest on top."""
    fund(rig, "manual", 1000)
    fund(rig, "allowance", 1000)
    pay(rig, "bob", 200)
    order(rig, "bob", add_item(rig, "停车位", "Parking", 30), 2031, 30)
    thank(rig, "ann", "bob", 20)
    thank(rig, "cai", "bob", 15, cleared=False)
    bob = Talk(rig, messenger, "bob")
    await bob.say("积分")
    told = bob.all_text()
    for words in (
        "可用 190 分",
        "待到账",
        "15",
        "冻结中",
        "30",
        "+20　安然 感谢了你",
        "−30　订单 R-2031 · 停车位",
        "+200　奖励",
    ):
        assert words in told, words
    assert told.index("安然 感谢了你") < told.index("R-2031") < told.index("+200　奖励")
    assert "190" in (await bob.say("/me")).text
    cai = Talk(rig, messenger, "cai")
    await cai.say("/points")
    assert "My points · 0 available" in cai.all_text()
    assert bob.problems() == []


async def test_pages_turn_on_the_card_and_by_number(rig: Rig, messenger: str) -> None:
    fund(rig, "manual", 1000)
    for amount in range(1, 13):
        pay(rig, "bob", amount)
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/points")
    assert turns(card) == ["更早"]
    card = await bob.press("更早", card)
    assert turns(card) == ["更早", "更新"]
    assert "+7　奖励" in bob.all_text()
    card = await bob.press("更早", card)
    assert turns(card) == ["更新"]
    assert "+1　奖励" in card.text
    card = await bob.press("更新", card)
    assert "+7　奖励" in card.text
    card = await bob.say("/points 3")
    assert "+2　奖励" in card.text
    assert turns(card) == ["更新"]
    for odd in ("/points 99", "/points x", "/points 99999999999"):
        assert "我的积分" in (await bob.say(odd)).text
    assert bob.problems() == []


async def test_a_wallet_is_never_shown_in_a_group(rig: Rig) -> None:
    fund(rig, "manual", 100)
    pay(rig, "bob", 77)
    for messenger in ("dingtalk", "feishu"):
        bob = Talk(rig, messenger, "bob")
        await bob.say_in_group("/points")
        assert [one.text for one in bob.seen(bob.group)] == ["已私聊给你 👉"]
        assert "可用 77 分" in bob.all_text()


async def test_reminders_come_on_workdays_and_points_expire(january: Rig, messenger: str) -> None:
    """R-LOT-06, R-LOT-05, A56: earned 2026-01-19, told on Jan 1 (30 days), Fri Jan 22 (7 days before is a Sunday), Fri
    Jan 29 (1 day before is a Saturday), each once; gone on Feb 1."""
    fund(january, "manual", 1000)
    pay(january, "bob", 120)
    add_item(january, "停车位", "Parking", 100)
    add_item(january, "办公室", "Office", 5000)
    bob = Talk(january, messenger, "bob")
    await bob.say("/ci 95")  # this is the messenger he uses

    def reminders() -> list[str]:
        return [one.text for one in bob.seen() if "天到期" in one.text]

    async def at(day: date) -> list[str]:
        """The reminders there are by that morning, the chore having been asked twice."""
        go_to(january, on(day, 9, 45))
        await bob.wait()
        january.clock.advance(timedelta(minutes=20))
        await bob.wait()
        return reminders()

    assert await at(date(2026, 12, 31)) == []
    (first,) = await at(date(2027, 1, 1))
    assert "120 分还有 30 天到期" in first
    assert "可以用到 2027年1月31日 周日" in first
    assert "停车位　100 分" in first
    assert "办公室" not in first
    assert len(await at(date(2027, 1, 21))) == 1
    second = (await at(date(2027, 1, 22)))[-1]
    assert "120 分还有 9 天到期" in second
    assert len(await at(date(2027, 1, 25))) == 2
    assert len(await at(date(2027, 1, 28))) == 2
    third = (await at(date(2027, 1, 29)))[-1]
    assert "120 分还有 2 天到期" in third
    assert len(await at(date(2027, 1, 30))) == 3
    go_to(january, on(date(2027, 1, 31), 23, 59))
    assert wallet_of(january, "bob") == 120
    go_to(january, on(date(2027, 2, 1), 3, 5))
    await bob.wait()
    assert wallet_of(january, "bob") == 0, "past its date it cannot be spent, booked or not"
    assert "−120" not in bob.all_text()
    go_to(january, on(date(2027, 2, 1), 3, 11))
    await bob.wait()
    await bob.wait()
    await bob.say("/points")
    assert bob.all_text().count("−120　到期　2027-02-01") == 1
    assert len(reminders()) == 3
    assert bob.problems() == []


async def test_a_missed_first_of_the_month_is_made_up_for(january: Rig) -> None:
    """R-LOT-05: the bot was away on the 1st."""
    fund(january, "manual", 1000)
    pay(january, "bob", 50)
    go_to(january, on(date(2027, 2, 3), 8))
    bob = Talk(january, "feishu", "bob")
    await bob.wait()
    await bob.say("/points")
    assert "−50　到期　2027-02-03" in bob.all_text()


async def test_who_has_left_is_not_reminded(january: Rig) -> None:
    """R-ORG-03."""
    from sqlalchemy import update

    from domain.columns import table_of
    from domain.people.model import Person
    from tests.company import in_unit

    fund(january, "manual", 1000)
    pay(january, "bob", 50)
    pay(january, "cai", 60)
    table = table_of(Person)
    leave = update(table).where(table.c.employee_no == "E2").values(leaves_on=date(2026, 12, 1))
    in_unit(january.bot.engine, january, lambda uow: uow.change(leave))
    bob, cai = Talk(january, "feishu", "bob"), Talk(january, "feishu", "cai")
    go_to(january, on(date(2027, 1, 1), 9, 45))
    await bob.wait()
    january.clock.advance(timedelta(minutes=20))
    await bob.wait()
    told = [text for who in (bob, cai) for m in january.simulators for text in [Talk(january, m, who.who).all_text()]]
    assert sum("60 pts expire in 30 day(s)" in text for text in told) == 1
    assert not any("50 分还有" in text for text in told)


async def test_many_people_are_reminded_page_by_page(january: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lose points on a day: nobody is left out, and nobody hears it twice."""
    monkeypatch.setattr("bot.handlers.wallet.AT_ONCE", 1)
    fund(january, "manual", 1000)
    people = {who: Talk(january, "feishu", who) for who in ("ann", "bob", "cai")}
    for who, line in (("ann", "/ci #1 3"), ("bob", "/ci 95"), ("cai", "/ci #1 20")):
        pay(january, who, 50)
        await people[who].say(line)
    go_to(january, on(date(2027, 1, 1), 9, 45))
    for _ in range(3):
        await people["ann"].wait()
        january.clock.advance(timedelta(minutes=10))
    told = {who: talk.all_text() for who, talk in people.items()}
    assert told["ann"].count("50 分还有 30 天到期") == 1
    assert told["bob"].count("50 分还有 30 天到期") == 1
    assert told["cai"].count("50 pts expire in 30 day(s)") == 1
