"""Refilling what somebody may give: by whom, once, until when, and where it is seen (R-ALW-02, R-ALW-04)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.playground.rig import Rig
from domain.columns import table_of
from domain.errors import BudgetShort, NotAllowed
from domain.people.service import profile
from domain.recognition.boosts import refill, stop_monthly
from domain.recognition.errors import NoPointsRight, OwnRefill, RefillInactive
from domain.recognition.messages import BoostKind, Refill
from domain.recognition.model import Boost
from tests.stories.kudos_house import begin, change, fund, id_of, points, rows, unit
from tests.stories.talk import Talk

BOOST = table_of(Boost)
LINE = "/kudos @安然 +{p} #客户第一 周末陪我修好了工单系统"


def month(rig: Rig, number: int) -> None:
    """The first of a month of 2026, ten past midnight in Shanghai."""
    rig.clock.set(datetime(2026, number - 1, 28 if number == 3 else 30 if number == 5 else 31, 16, 10, tzinfo=UTC))


async def test_an_admin_refills_what_somebody_may_give(rig: Rig, messenger: str) -> None:
    """R-ALW-04: the person is told on a card, the admin sees the result, and it stays in the person's history."""
    begin(rig, messenger)
    change(rig, "ann", roles="admin")
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    await bob.say("/points")
    told = await ann.say("/allowance @白博 +50 新店开业")
    assert "已为 白博 充值 50 分感谢额度" in told.text
    assert "TA 现在可送 150 分" in told.text
    assert points(rig, "bob").giving == 150
    assert "安然 为你充值了感谢额度：新店开业" in bob.card().text
    assert "最晚可用到 2026-04 月底" in bob.card().text
    assert "本月可送额度 +50　新店开业　2026-02-13" in (await bob.say("/points")).text
    assert "一位同事、分数和理由" in (await ann.say("/额度 @白博 +50")).text
    assert "「小王」是哪一位" in (await ann.say("/额度 @小王 +50 支持")).text
    assert points(rig, "bob").giving == 150
    assert ann.problems() == []


async def test_only_admin_and_hrbp_refill_and_nobody_for_themselves(rig: Rig, messenger: str) -> None:
    """R-ROL-01, R-ROL-02."""
    begin(rig, messenger)
    ann, cai = Talk(rig, messenger, "ann"), Talk(rig, messenger, "cai")
    await cai.say("/allowance @白博 +50 support")
    assert points(rig, "bob").giving == 0
    change(rig, "ann", roles="hrbp")
    assert "不能为自己充值" in (await ann.say("/allowance @安然 +50 自己")).text
    assert "已为 白博 充值" in (await ann.say("/allowance @白博 +50 支持")).text
    assert [row.amount for row in rows(rig, select(BOOST.c.amount))] == [50]
    assert points(rig, "ann").giving == 0


def test_the_domain_refuses_whoever_asks(rig: Rig) -> None:
    """R-ROL-01: deny by default, beneath every card; a refusal moves nothing (R-LED-11, R-ALW-05)."""
    change(rig, "ann", roles="admin")
    bob_id, ann_id = id_of(rig, "bob"), id_of(rig, "ann")
    plain = Refill(person_id=bob_id, amount=50, reason="支持", key="k1")
    cases = (
        ("bob", plain, NotAllowed), ("cai", plain, NotAllowed),
        ("ann", Refill(person_id=ann_id, amount=50, reason="支持", key="k2"), OwnRefill),
        ("ann", Refill(person_id="nobody", amount=50, reason="支持", key="k3"), RefillInactive),
        ("ann", plain, BudgetShort),
    )  # fmt: skip
    for who, command, error in cases:
        who_id = id_of(rig, who)
        with unit(rig) as uow:
            by = profile(uow, who_id)
            assert by is not None
            with pytest.raises(error):
                refill(uow, by, command)
    change(rig, "bob", roles="contractor")
    with unit(rig) as uow:
        by = profile(uow, ann_id)
        assert by is not None
        with pytest.raises(NoPointsRight):
            refill(uow, by, plain)
        with pytest.raises(OwnRefill):
            stop_monthly(uow, by, ann_id)
    assert rows(rig, select(BOOST.c.id)) == []
    assert points(rig, "bob").giving == 0


def test_the_same_command_counts_once(rig: Rig) -> None:
    """R-LED-04: redelivered or typed by a nervous finger with the same key."""
    fund(rig)
    change(rig, "ann", roles="admin")
    command = Refill(person_id=id_of(rig, "bob"), amount=50, reason="支持", key="k1")
    again, ann_id = [], id_of(rig, "ann")
    for _ in range(2):
        with unit(rig) as uow:
            by = profile(uow, ann_id)
            assert by is not None
            again.append(refill(uow, by, command).again)
    assert again == [False, True]
    assert points(rig, "bob").giving == 50


async def test_a_one_time_refill_is_spent_last_and_rolls_over_twice(rig: Rig) -> None:
    """R-ALW-02: February's 50 are there in March and in April, and lapse with April; the base comes first."""
    begin(rig, "feishu")
    change(rig, "ann", roles="admin")
    ann, bob = Talk(rig, "feishu", "ann"), Talk(rig, "feishu", "bob")
    await bob.say(LINE.format(p=30))
    await ann.say("/allowance @白博 +50 新店开业")
    assert points(rig, "bob").giving == 120
    month(rig, 3)
    await bob.wait()
    assert points(rig, "bob").giving == 150  # 70 of the base lapsed, the 50 rolled over
    for to in ("安然", "Cai Green"):
        for _ in range(3):
            await bob.say(f"/kudos @{to} +20 #客户第一 周末陪我修好了工单系统")
    assert points(rig, "bob").giving == 70  # 40 each is what one person may get
    await bob.say("/kudos @安然 +0 #客户第一 周末陪我修好了工单系统")
    month(rig, 4)
    await bob.wait()
    assert points(rig, "bob").giving == 150
    month(rig, 5)
    await bob.wait()
    assert points(rig, "bob").giving == 100
    assert [row.remaining for row in rows(rig, select(BOOST.c.remaining))] == [0]


async def test_a_monthly_refill_is_part_of_every_months_allowance_until_stopped(rig: Rig) -> None:
    """R-ALW-02: persistent: granted again each month, lapsing with it."""
    begin(rig, "feishu")
    change(rig, "ann", roles="admin")
    ann, bob = Talk(rig, "feishu", "ann"), Talk(rig, "feishu", "bob")
    assert "每月增加 30 分" in (await ann.say("/allowance @白博 +30 每月 带新人")).text
    await bob.say("/points")
    assert points(rig, "bob").giving == 130
    for number in (3, 4):
        month(rig, number)
        await bob.wait()
        assert points(rig, "bob").giving == 130
    assert "已停止 1 项" in (await ann.say("/allowance @白博 stop")).text
    assert points(rig, "bob").giving == 130
    month(rig, 5)
    await bob.wait()
    assert points(rig, "bob").giving == 100


async def test_a_late_month_end_takes_no_refill_made_since(rig: Rig) -> None:
    """R-LED-12, R-ALW-02: the chore comes late; what February left lapses, March's refill does not."""
    begin(rig, "feishu")
    change(rig, "ann", roles="admin")
    await Talk(rig, "feishu", "bob").say("/points")
    month(rig, 3)
    ann_id, bob_id = id_of(rig, "ann"), id_of(rig, "bob")
    with unit(rig) as uow:
        by = profile(uow, ann_id)
        assert by is not None
        for key, kind in (("k1", BoostKind.ONE_TIME), ("k2", BoostKind.PERSISTENT)):
            refill(uow, by, Refill(person_id=bob_id, amount=20, reason="支持", key=key, kind=kind))
    assert points(rig, "bob").giving == 140
    await Talk(rig, "feishu", "bob").wait()
    assert points(rig, "bob").giving == 140


async def test_leavers_keep_nothing_of_it(rig: Rig) -> None:
    """R-ALW-03: what is left is retired at once, refills too."""
    begin(rig, "feishu")
    change(rig, "ann", roles="admin")
    await Talk(rig, "feishu", "bob").say("/points")
    await Talk(rig, "feishu", "ann").say("/allowance @白博 +50 新店开业")
    change(rig, "bob", active=False)
    month(rig, 3)
    await Talk(rig, "feishu", "ann").wait()
    assert points(rig, "bob").giving == 0
    assert [row.remaining for row in rows(rig, select(BOOST.c.remaining))] == [0]
