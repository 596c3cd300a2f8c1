"""Correcting points by hand takes two people (R-LED-23, R-ROL-02)."""

from datetime import timedelta

import pytest

from bot.playground.rig import Rig
from domain.errors import FourEyesNeeded, NotAllowed
from domain.people.service import profile
from domain.points.corrections import agree, ask, refuse
from tests.stories.kudos_house import change, id_of, points, unit
from tests.stories.points_company import fund
from tests.stories.talk import Talk


def house(rig: Rig, messenger: str, second: str = "finance_admin") -> tuple[Talk, Talk, Talk]:
    """Ann is an admin, Bob the second pair of eyes; it is about Cai."""
    fund(rig, "manual", 1_000)
    for who, roles in (("ann", "admin"), ("bob", second), ("cai", "")):
        change(rig, who, roles=roles, primary_platform=messenger, locale="zh-CN")
    return Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")


async def test_two_people_correct_a_wallet_up_and_down(rig: Rig, messenger: str) -> None:
    """R-LED-23: nothing moves before the second person agrees; then once, and everybody concerned hears of it."""
    ann, bob, cai = house(rig, messenger)
    card = await ann.say("/adjust @Cai Green +100 活动漏发 | 工单 2031")
    assert "等待第二位管理员或财务" in card.text
    assert points(rig, "cai").wallet == 0
    asked = bob.card()
    again = bob.keep_press(asked, "同意")
    done = await bob.press("同意", asked)
    assert "白博 已同意，积分已调整" in done.text
    await again()
    await rig.settle()
    assert points(rig, "cai").wallet == 100
    assert cai.all_text().count("管理员调整了你的积分：+100 分。原因：活动漏发") == 1
    assert "白博 已同意：Cai Green +100 分" in ann.all_text()
    await ann.say("/调整 @Cai Green -30 重复发放")
    await bob.press("同意")
    assert points(rig, "cai").wallet == 70
    await ann.say("/adjust @Cai Green -300 重复发放")
    await bob.press("同意")
    assert points(rig, "cai").wallet == 70
    assert ann.problems() == []


async def test_the_second_person_may_refuse_with_a_reason(rig: Rig, messenger: str) -> None:
    """Who asked hears why; nothing moves, then or later."""
    ann, bob, _ = house(rig, messenger, "admin")
    await ann.say("/adjust @Cai Green +100 活动漏发")
    asked = bob.card()
    late = bob.keep_press(asked, "同意")
    await bob.press("拒绝", asked)
    assert "已拒绝" in (await bob.say("凭据不对")).text
    assert "白博 拒绝了调整（Cai Green +100 分）：凭据不对" in ann.all_text()
    await late()
    await rig.settle()
    assert points(rig, "cai").wallet == 0


async def test_a_request_nobody_decides_ends_after_three_workdays(rig: Rig) -> None:
    """It expires by itself; the button does nothing then."""
    ann, bob, _ = house(rig, "feishu")
    await ann.say("/adjust @Cai Green +100 活动漏发")
    late = bob.keep_press(bob.card(), "同意")
    rig.clock.advance(timedelta(days=1))
    await ann.wait()
    assert "已失效" not in ann.all_text()
    rig.clock.advance(timedelta(days=14))
    await ann.wait()
    assert "3 个工作日内没有人确认，已失效" in ann.all_text()
    await late()
    await rig.settle()
    assert points(rig, "cai").wallet == 0


async def test_nobody_is_both_people_nor_decides_about_themselves(rig: Rig) -> None:
    """R-ROL-01, R-ROL-02: refused beneath every card; a first person without a second cannot even ask."""
    ann, bob, _ = house(rig, "feishu")
    ids = {who: id_of(rig, who) for who in ("ann", "bob", "cai")}
    await bob.say("/adjust @Cai Green +100 活动漏发")
    await ann.say("/adjust @安然 +100 自己")
    assert "由两位管理员确认" in ann.last().text
    with unit(rig) as uow:
        by, due = profile(uow, ids["ann"]), uow.now + timedelta(days=3)
        assert by is not None
        with pytest.raises(FourEyesNeeded):
            ask(uow, by, ids["bob"], 5, "漏发", "工单", due_at=due, key="k0")  # Bob is the only other one
        request, _ = ask(uow, by, ids["cai"], 5, "漏发", "工单", due_at=due, key="k1")
        assert ask(uow, by, ids["cai"], 5, "漏发", "工单", due_at=due, key="k1") == (request, False)
    for who, roles in (("ann", "admin"), ("bob", "hrbp"), ("cai", "admin")):
        change(rig, who, roles=roles)
        with unit(rig) as uow:
            by = profile(uow, ids[who])
            assert by is not None
            with pytest.raises(NotAllowed):
                agree(uow, by, request.id)
            with pytest.raises(NotAllowed):
                refuse(uow, by, request.id, "不")
    assert points(rig, "cai").wallet == 0
