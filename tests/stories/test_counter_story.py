"""Handing over from the callback to the cards, the clerk on one messenger and the customer on another (flow 5.3)."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.rig import Rig
from domain.delivery.model import InboxRow, OutboxRow
from domain.rewards import pickup
from domain.rewards.counter_model import PickupCode, PickupTry
from domain.rewards.messages import OrderState
from tests.stories.counter_story import SQUARE, Counter, shows
from tests.stories.shop_company import Shop
from tests.stories.shop_company import order as order_item
from tests.stories.talk import Talk

NOON = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
"""Monday 2026-01-19, 14:05 in Shanghai."""
ELSEWHERE = {"wecom": "dingtalk", "dingtalk": "feishu", "feishu": "wecom"}


@pytest.fixture
def counter(rig: Rig, messenger: str) -> Counter:
    rig.clock.set(NOON)
    return Counter(rig, messenger, ELSEWHERE[messenger])


def wrong(code: str) -> str:
    return pickup.with_check_digit(f"{(int(code[:7]) + 1) % 10**7:07d}")


async def test_a_code_is_looked_up_compared_and_confirmed(counter: Counter) -> None:
    """R-PIC-02, R-PIC-06: nothing moves before the confirmation; both sides get a receipt."""
    order, code = await counter.ready()
    clerk, owner = counter.talk("C1"), counter.talk("K1")
    card = await clerk.say(f"/核销 {code}")
    shows(card, f"李* · 咖啡券 ×1 · {order.no} · 有效", SQUARE)
    assert "李雷" not in card.text
    assert [one.label for one in card.buttons] == ["确认发放", "不对，返回"]
    assert counter.order(order).state is OrderState.READY
    done = await clerk.press("确认发放", card)
    shows(done, "✅ 已核销 14:0", "经手：周敏　今日第 1 单", order.no, SQUARE)
    assert [one.label for one in done.buttons if one.key] == []
    assert counter.order(order).state is OrderState.FULFILLED
    shows(owner.last(), "已领取 咖啡券　1/19 14:0", "经手 周敏。如非本人请点[不是我]", order.no, SQUARE)
    assert [one.label for one in owner.last().buttons] == ["不是我"]
    assert clerk.problems() == []


@pytest.mark.parametrize(
    "typed", ["{0}{1}", "{0} {1}", "核销 {0} {1}", "／核销 {0}{1}", "/pickup {0}-{1}", "领取码：{0}{1}"]
)
async def test_digits_alone_and_every_spelling_mean_the_same(rig: Rig, typed: str) -> None:
    counter = Counter(rig, "feishu", "wecom")
    order, code = await counter.ready()
    shows(await counter.talk("C1").say(typed.format(code[:4], code[4:])), order.no, "有效")
    wide = code.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    shows(await counter.talk("C1").say(wide), order.no, "有效")


async def test_going_back_hands_nothing_over(counter: Counter) -> None:
    order, code = await counter.ready()
    clerk = counter.talk("C1")
    card = await clerk.say(f"/核销 {code}")
    shows(await clerk.press("返回", card), "已返回，没有发放")
    assert counter.order(order).state is OrderState.READY
    assert counter.talk("K1").seen() == []


async def test_a34_two_clerks_confirm_and_one_hands_over(counter: Counter) -> None:
    """The other one's card turns by itself; a late press says so too; and the code says it for good."""
    order, code = await counter.ready()
    min_, gang = counter.talk("C1"), counter.talk("C2")
    first, second = await min_.say(f"/核销 {code}"), await gang.say(f"/核销 {code}")
    late = gang.keep_press(second, "确认发放")
    await min_.press("确认发放", first)
    shows(gang.message(second.message_id), "该码已于 1/19 14:0", "由 周敏 核销")
    await late()
    await counter.rig.settle()
    shows(gang.message(second.message_id), "由 周敏 核销")
    assert sum(one.text.count("已领取") for one in counter.talk("K1").seen()) == 1
    shows(await gang.say(code), "该码已于 1/19 14:0", "由 周敏 核销。")
    assert counter.order(order).fulfilled == 1


async def test_a_larger_order_is_handed_over_in_parts(counter: Counter) -> None:
    """R-RED-05."""
    order, code = await counter.ready(quantity=3)
    clerk = counter.talk("C1")
    card = await clerk.say(code)
    shows(card, "咖啡券 ×3")
    shows(await clerk.press("先发 1 份", card), "咖啡券 ×1", "还剩 2 份，领取码继续有效")
    shows(counter.talk("K1").last(), "已领取 咖啡券", "还剩 2 份")
    card = await clerk.say(code)
    shows(card, "咖啡券 ×2")
    shows(await clerk.press("发放全部 ×2", card), "今日第 2 单")
    assert counter.order(order).state is OrderState.FULFILLED
    assert len(counter.talk("K1").seen()) == 2


async def test_the_refusals_say_why_and_no_more(counter: Counter) -> None:
    """A32, A33, R-PIC-03, R-PIC-05: exact words; of another store's order only the store."""
    order, code = await counter.ready()
    _, own = await counter.ready("C1")
    other = await counter.talk("X1").say(f"/核销 {code}")
    assert other.text == f"这张单属于「{SQUARE}」，请让顾客到该店领取。"
    assert (await counter.talk("C1").say(own)).text == "不能核销自己的订单，请同事帮忙。"
    shows(await counter.talk("K1").say(code), "核销要由门店的店员来操作")
    shows(await counter.talk("A1").say(code), "核销要由门店的店员来操作")
    counter.do(lambda uow: pickup.revoke(uow, order.id))
    from domain.rewards.orders import transition

    counter.do(lambda uow: transition(uow, order.id, OrderState.EXPIRED, None))
    assert (await counter.talk("C1").say(code)).text == "领取码已过期，积分已退回员工账户。"
    shows(await counter.talk("C1").say("/核销"), "请发送「/核销」加 8 位领取码")
    shows(await counter.talk("C1").say("/核销 123"), "请发送「/核销」加 8 位领取码")
    assert counter.talk("C1").problems() == []


async def test_a_right_lost_between_look_up_and_confirmation_is_lost(counter: Counter) -> None:
    """R-ROL-01: checked again, now."""
    from domain.people.stores import freeze

    order, code = await counter.ready()
    clerk = counter.talk("C1")
    card = await clerk.say(code)
    store, person, by = counter.store(SQUARE), counter.person("C1"), counter.person("M1")
    counter.do(lambda uow: freeze(uow, store, person, by))
    shows(await clerk.press("确认发放", card), "你在这家店的核销权限已暂停")
    assert counter.order(order).state is OrderState.READY
    shows(await clerk.say(code), "你在这家店的核销权限已暂停，请联系店长。")


async def test_a35_wrong_codes_lock_and_the_store_manager_knows(counter: Counter) -> None:
    """R-PIC-04: five tries, ten minutes; the sixth is not looked at."""
    _, code = await counter.ready()
    clerk, manager = counter.talk("C1"), counter.talk("M1")
    for left in (4, 3, 2, 1):
        said = (await clerk.say(wrong(code))).text
        assert said == f"没有找到这个领取码，请核对 8 位数字（还可再试 {left} 次）。"
    assert manager.seen() == []
    shows(await clerk.say(wrong(code)), "已经试错 5 次，14:1", "我已告诉店长")
    shows(manager.last(), "周敏", SQUARE, "10 分钟内输错 5 次领取码")
    shows(await clerk.say(code), "试错太多次了，14:1")
    assert len(manager.seen()) == 1
    counter.rig.clock.advance(timedelta(minutes=10, seconds=1))
    shows(await clerk.say(code), "有效")


async def test_twenty_wrong_codes_in_a_store_alarm_the_admin(rig: Rig) -> None:
    """R-PIC-04."""
    counter = Counter(rig, "feishu", "wecom")
    _, code = await counter.ready()
    for _ in range(5):
        for number in ("C1", "C2", "M1", "C1"):
            await counter.talk(number).say(wrong(code))
        rig.clock.advance(timedelta(minutes=11))
    shows(counter.talk("A1").last(), SQUARE, "一小时内已有 20 次错误的领取码")


@pytest.mark.parametrize("at", ["feishu", "dingtalk"])
async def test_codes_in_a_group_are_refused_and_replaced(rig: Rig, at: str) -> None:
    """R-PIC-09: the group is asked not to, the old code is void, the owner has a new one in their single chat. A WeCom
    app is in no group."""
    counter = Counter(rig, at, "wecom")
    clerk = counter.talk("C1")
    rig.simulators[at].add_group(clerk.group, "门店", [clerk.user, counter.talk("C2").user])
    order, code = await counter.ready()
    await clerk.say_in_group(f"领取码 {code}")
    assert clerk.last(clerk.group).text == "请不要在群里发领取码。旧码已作废，新码已发给本人。"
    told = counter.talk("K1").last().text
    assert "旧码已作废。新领取码" in told
    fresh = "".join(part for part in told.split("新领取码 ")[1].split("　")[0] if part.isdigit())
    shows(await clerk.say(code), "没有找到这个领取码")
    shows(await clerk.say(fresh), order.no, "有效")
    await clerk.say_in_group(f"/核销 {wrong(fresh)}")
    assert clerk.last(clerk.group).text == "请不要在群里发领取码，私聊发给我就好。"
    assert counter.everywhere(fresh) == counter.everywhere(code) == []


async def test_after_an_outage_the_entry_is_dated_back_and_still_single_use(counter: Counter) -> None:
    """R-PIC-07."""
    order, code = await counter.ready()
    counter.rig.clock.advance(timedelta(hours=2))
    clerk = counter.talk("C1")
    shows(await clerk.say(f"/核销 {code} 补录 13:40 停电"), "补录只能是最近 24 小时内、备好之后的时间")
    shows(await clerk.say(f"/核销 {code} 补录 15:30"), "补录请写一句原因")
    card = await clerk.say(f"/核销 {code[:4]} {code[4:]} 补录 15:30 停电")
    shows(card, order.no, "补录：1/19 15:30　停电")
    shows(await clerk.press("确认发放", card), "✅ 已核销 15:30", "补录：1/19 15:30　停电")
    shows(counter.talk("K1").last(), "已领取 咖啡券　1/19 15:30")
    shows(await counter.talk("C2").say(f"/核销 {code} 补录 15:40 停电"), "该码已于 1/19 15:30 由 周敏 核销。")


async def test_an_english_customer_reads_english(counter: Counter) -> None:
    order, code = await counter.ready("K2")
    clerk = counter.talk("C1")
    card = await clerk.say(code)
    shows(card, f"C* G* · 咖啡券 ×1 · {order.no} · 有效")
    await clerk.press("确认发放", card)
    shows(counter.talk("K2").last(), "Collected Coffee · 1/19 14:0", "by 周敏. Not you? [Report]")


async def test_no_code_stands_in_clear_anywhere_of_ours(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    """R-PIC-01, R-PRV-06: not in a table, whatever way it was typed and however it ended, and in no log."""
    caplog.set_level(logging.DEBUG)
    _, code = await counter.ready()
    clerk = counter.talk("C1")
    for typed in (
        f"/核销 {code}",
        code,
        f"核销 {code[:4]} {code[4:]}",
        f"/核销 {code} 谢谢",
        f"/核销 {code} 补录 1:00 {'x' * 300}",
    ):
        await clerk.say(typed)
    await counter.talk("X1").say(code)
    await counter.talk("K1").say(code)
    await clerk.press("确认发放", [one for one in clerk.seen() if one.buttons][-1])
    assert counter.everywhere(code) == []
    assert code not in caplog.text
    assert f"{code[:4]} {code[4:]}" not in caplog.text
    assert {"pickup_looked_up", "pickup_handed_over"} <= {one.getMessage() for one in caplog.records}
    assert all(one.state == "DONE" and one.redacted for one in counter.rows(InboxRow) if '"pickup"' in one.command)
    assert {one.state for one in counter.rows(OutboxRow)} == {"SENT"}


async def test_tries_are_kept_a_day_and_codes_that_ended_ninety(rig: Rig) -> None:
    """The night's housekeeping; a code that still opens something stays."""
    counter = Counter(rig, "feishu", "wecom")
    order, code = await counter.ready(quantity=2)
    await counter.talk("C1").say(wrong(code))
    counter.issue(order)
    rig.clock.advance(timedelta(days=2))
    await counter.talk("C1").wait()
    assert counter.rows(PickupTry) == []
    assert [one.state for one in counter.rows(PickupCode)] == ["void", "active"]
    rig.clock.advance(timedelta(days=91))
    await counter.talk("C1").wait()
    assert "void" not in [one.state for one in counter.rows(PickupCode)]


async def test_from_the_shop_to_the_counter_with_the_code_the_owner_was_sent(rig: Rig, messenger: str) -> None:
    """Flow 5.3 as a whole: ordered on one messenger, handed over on another; the code is nowhere of ours."""
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=2, en="Coffee")
    bob, prepares, clerk = (
        Talk(rig, messenger, "bob"),
        Talk(rig, messenger, "cai"),
        Talk(rig, ELSEWHERE[messenger], "cai"),
    )
    await order_item(bob, "咖啡券")
    await prepares.press("Ready", prepares.card())
    code = re.search(r"领取码 (\d{4} \d{4})", bob.all_text())
    assert code is not None
    card = await clerk.say(code[1])
    shows(card, "白*", "Coffee ×1", "valid")
    shows(await clerk.press("Hand over", card), "✅ Done", "by Cai Green · no. 1 today")
    assert shop.states() == ["fulfilled"]
    assert shop.wallet("bob") == (200, 0)
    receipt = next(one for one in bob.seen() if "领取回执" in one.text)
    shows(receipt, "已领取 咖啡券", "经手 Cai Green。如非本人请点[不是我]")
    for table in ("inbox", "outbox", "card", "pickup_code", "order_event"):
        assert code[1] not in str(shop.sql(f"SELECT * FROM {table}"))
        assert code[1].replace(" ", "") not in str(shop.sql(f"SELECT * FROM {table}"))
    assert clerk.problems() == []
