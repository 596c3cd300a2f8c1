"""The owner says "that was not me": who is told, and who decides (R-PIC-06)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from adapters.simulation import Seen
from bot.playground.rig import Rig
from domain.columns import table_of
from domain.delivery.model import InboxRow
from domain.rewards.messages import OrderState, OrderView
from tests.stories.counter_story import SQUARE, Counter, shows
from tests.stories.talk import Talk

NOON = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
NO_TIMERS = delete(table_of(InboxRow)).where(table_of(InboxRow).c.state == "RECEIVED")
ELSEWHERE = {"wecom": "dingtalk", "dingtalk": "feishu", "feishu": "wecom"}


@pytest.fixture
def counter(rig: Rig, messenger: str) -> Counter:
    rig.clock.set(NOON)
    return Counter(rig, messenger, ELSEWHERE[messenger])


async def collected(counter: Counter, by: str = "C1") -> tuple[OrderView, Seen]:
    """An order that was handed over, and its owner's receipt."""
    order, code = await counter.ready()
    clerk = counter.talk(by)
    await clerk.press("确认发放", await clerk.say(code))
    return order, counter.talk("K1").card()


def newest(talk: Talk, words: str) -> Seen:
    return [one for one in talk.seen() if words in one.text][-1]


async def test_clerk_store_manager_and_admin_are_told_and_nothing_is_suspended(counter: Counter) -> None:
    order, receipt = await collected(counter)
    owner, clerk, manager, admin = (counter.talk(one) for one in ("K1", "C1", "M1", "A1"))
    await owner.press("不是我", receipt)
    assert counter.order(order).state is OrderState.DISPUTED
    shows(newest(owner, "领取回执"), "已反馈，店长会在 3 个工作日内核实")
    shows(newest(clerk, "员工反馈"), f"{order.no} 咖啡券：员工反馈不是本人领取（1/19 14:0", "店长会来核实")
    shows(newest(admin, "员工反馈"), SQUARE, order.no, "经手 周敏")
    card = manager.card()
    shows(card, "有人反馈：不是本人领取", order.no, "咖啡券 ×1", "李雷", "周敏", SQUARE)
    _, code = await counter.ready("K2")
    shows(await clerk.say(code), "有效")
    assert clerk.problems() == []


async def test_only_the_store_managers_tap_suspends_this_clerk_in_this_store(counter: Counter) -> None:
    _, receipt = await collected(counter)
    clerk, manager = counter.talk("C1"), counter.talk("M1")
    await counter.talk("K1").press("不是我", receipt)
    _, code = await counter.ready("K2")
    await manager.press("暂停其核销", manager.card())
    shows(newest(manager, "有人反馈"), "周敏 在本店的核销已暂停")
    shows(newest(clerk, "已由"), f"你在「{SQUARE}」的核销权限已由 马丽 暂停")
    shows(await clerk.say(code), "你在这家店的核销权限已暂停")
    shows(await counter.talk("C2").say(code), "有效")
    await manager.press("恢复其核销", manager.card())
    shows(newest(clerk, "已恢复"), SQUARE)
    shows(await clerk.say(code), "有效")
    assert manager.problems() == []


async def test_it_was_the_owner_after_all(counter: Counter) -> None:
    """The receipt says so, and does not ask again."""
    order, receipt = await collected(counter)
    owner, manager = counter.talk("K1"), counter.talk("M1")
    await owner.press("不是我", receipt)
    await manager.press("确是本人领取", manager.card())
    assert any("」：店长已核实，是本人领取。" in one.text for one in owner.seen() if not one.buttons)
    assert counter.order(order).state is OrderState.FULFILLED
    last = newest(owner, "领取回执")
    shows(last, "店长已核实：是本人领取")
    assert "不是我" not in [one.label for one in last.buttons]


async def test_it_was_not_and_the_points_go_back(counter: Counter) -> None:
    order, receipt = await collected(counter)
    owner, manager = counter.talk("K1"), counter.talk("M1")
    await owner.press("不是我", receipt)
    await manager.press("不是，退积分", manager.card())
    assert any("」：店长已核实，积分已退回。" in one.text for one in owner.seen() if not one.buttons)
    assert counter.order(order).state is OrderState.REFUNDED
    shows(newest(owner, "领取回执"), "积分已退回")
    shows(newest(manager, "有人反馈"), "已退回积分")


async def test_a_second_tap_disputes_nothing_twice(counter: Counter) -> None:
    _, receipt = await collected(counter)
    owner, manager = counter.talk("K1"), counter.talk("M1")
    again = owner.keep_press(receipt, "不是我")
    await owner.press("不是我", receipt)
    await again()
    await counter.rig.settle()
    assert len([one for one in manager.seen() if "有人反馈" in one.text]) == 1


async def test_after_three_workdays_it_is_too_late(counter: Counter) -> None:
    order, receipt = await collected(counter)
    counter.rig.clock.advance(timedelta(days=5))
    await counter.talk("K1").press("不是我", receipt)
    assert counter.order(order).state is OrderState.FULFILLED
    assert all("有人反馈" not in one.text for one in counter.talk("M1").seen())


async def test_nobody_decides_about_themselves(rig: Rig) -> None:
    """R-ROL-02: a store manager who handed over is judged by the admins, where there is no other manager."""
    counter = Counter(rig, "feishu", "wecom")
    _, receipt = await collected(counter, by="M1")
    await counter.talk("K1").press("不是我", receipt)
    assert not [one for one in counter.talk("M1").seen() if any("暂停" in each.label for each in one.buttons)]
    admin = counter.talk("A1")
    await admin.press("暂停其核销", admin.card())
    shows(newest(admin, "有人反馈"), "马丽 在本店的核销已暂停")


async def test_a_colleagues_press_of_the_card_is_refused(rig: Rig) -> None:
    """R-ROL-01: who clicks is checked, not who was asked."""
    counter = Counter(rig, "feishu", "wecom")
    order, receipt = await collected(counter)
    await counter.talk("K1").press("不是我", receipt)
    manager = counter.talk("M1")
    foreign = manager.keep_press(manager.card(), "暂停其核销", by="gang")
    await foreign()
    await rig.settle()
    _, code = await counter.ready("K2")
    shows(await counter.talk("C1").say(code), "有效")
    assert counter.order(order).state is OrderState.DISPUTED


async def test_a_dispute_the_store_manager_leaves_lying_is_passed_on_to_the_admins_once(counter: Counter) -> None:
    """R-PIC-06: after three workdays an admin has the card too, and decides; the receipt says what became of it."""
    order, receipt = await collected(counter)
    owner, manager, admin = counter.talk("K1"), counter.talk("M1"), counter.talk("A1")
    await owner.press("不是我", receipt)
    counter.rig.clock.advance(timedelta(days=2, hours=23))
    await manager.wait()
    assert not asked(admin)
    counter.rig.clock.advance(timedelta(hours=2))
    await manager.wait()
    (card,) = asked(admin)
    shows(card, "店长 3 个工作日内未处理", order.no, "周敏")
    shows(newest(manager, "有人反馈"), "已转管理员决定")
    for _ in range(8):
        counter.rig.clock.advance(timedelta(days=1))
        await manager.wait()
    assert len(asked(admin)) == 1
    await admin.press("不是，退积分", card)
    assert counter.order(order).state is OrderState.REFUNDED
    shows(newest(owner, "领取回执"), "积分已退回")
    assert admin.problems() == []


async def test_what_was_decided_in_time_asks_no_admin(counter: Counter) -> None:
    _, receipt = await collected(counter)
    manager, admin = counter.talk("M1"), counter.talk("A1")
    await counter.talk("K1").press("不是我", receipt)
    await manager.press("确是本人领取", manager.card())
    counter.rig.clock.advance(timedelta(days=5))
    await manager.wait()
    assert not asked(admin)


async def test_a_lost_timer_of_a_dispute_is_made_up_for_by_the_daily_sweep(rig: Rig) -> None:
    rig.clock.set(NOON)
    counter = Counter(rig, "feishu", "wecom")
    _, receipt = await collected(counter)
    await counter.talk("K1").press("不是我", receipt)
    counter.do(lambda uow: uow.change(NO_TIMERS))
    rig.clock.advance(timedelta(days=4))
    await counter.talk("M1").wait()
    assert len(asked(counter.talk("A1"))) == 1


def asked(talk: Talk) -> list[Seen]:
    """The cards on which somebody decides about a dispute."""
    return [one for one in talk.seen() if "有人反馈" in one.text]
