"""From the shop to the counter on every messenger (product flow 5.3, R-RED, R-CAT-02)."""

import re
from datetime import timedelta

from bot.playground.rig import Rig
from domain.rewards.messages import ItemKind
from tests.stories.shop_company import Shop, order, pick
from tests.stories.talk import Talk

CODE = re.compile(r"领取码 (\d{4} \d{4})")


async def test_request_prepare_and_the_code_in_the_single_chat(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=3)
    shop.item("露营灯", 400, stock=1)
    bob, cai = Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")
    listed = await bob.say("/shop")
    assert "可用 320 分" in listed.text
    assert "还差 80 分" in bob.all_text()
    asked = await pick(bob, "咖啡券")
    assert "咖啡券 ×1　120 分　人民广场店　领取期 14 天　审批：否" in bob.all_text()
    placed = await bob.press("确认兑换", asked)
    assert "冻结 120 分（剩 200）" in placed.text
    assert "待备货" in placed.text
    assert shop.wallet("bob") == (200, 120)
    prepare = cai.card()
    assert "To prepare: R-2001" in prepare.text
    done = await cai.press("Ready", prepare)
    assert "Ready, waiting to be collected." in done.text
    code = CODE.search(bob.all_text())
    assert code is not None
    assert "人民广场店" in bob.last().text or "可领取" in bob.last().text
    assert "可领取" in bob.message(placed.message_id).text
    assert code[1] not in cai.all_text()
    assert code[1] not in bob.message(placed.message_id).text
    assert code[1].replace(" ", "") not in str(shop.sql("SELECT subject FROM card"))
    assert code[1] not in str(shop.sql("SELECT payload, plain FROM outbox"))
    assert bob.problems() == []


async def test_showing_the_code_again_voids_the_old_one(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=3)
    bob, cai = Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")
    placed = await order(bob, "咖啡券")
    await cai.press("Ready")
    await bob.press("再看领取码", bob.message(placed.message_id))
    first, second = CODE.findall(bob.all_text())
    assert first != second
    assert len(shop.sql("SELECT id FROM pickup_code WHERE state = 'active'")) == 1
    assert bob.problems() == []


async def test_cancel_before_it_is_ready_and_not_after(rig: Rig, messenger: str) -> None:
    """A31; what is cancelled can be had by others."""
    shop = Shop(rig, messenger)
    item = shop.item("咖啡券", 120, stock=2)
    bob, cai = Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")
    first = await order(bob, "咖啡券")
    gone = await bob.press("取消订单", first)
    assert "已取消" in gone.text
    assert shop.wallet("bob") == (320, 0)
    second = await order(bob, "咖啡券")
    stale = bob.keep_press(second, "取消订单")
    await cai.press("Ready")
    await stale()
    await rig.settle()
    assert shop.states() == ["cancelled", "ready"]
    await bob.say("/order R-2002 取消")
    assert "不能自己取消了" in bob.all_text()
    assert [row.after for row in shop.sql("SELECT after FROM order_event WHERE refused")] == ["cancelled"]
    ann = Talk(rig, messenger, "ann")
    await ann.say("/order R-2002 取消 活动结束")
    assert shop.states() == ["cancelled", "cancelled"]
    assert "活动结束" in bob.all_text()
    assert shop.wallet("bob") == (320, 0)
    assert shop.sql(f"SELECT on_hand, reserved FROM stock WHERE item_id = '{item}'") == [(2, 0)]
    assert bob.problems() == []


async def test_sold_out_between_look_and_confirm(rig: Rig, messenger: str) -> None:
    """A30: nothing is deducted; who wants is told when it is back."""
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=1)
    shop.sql(f"UPDATE store_assignment SET role = 'store_manager' WHERE person_id = '{shop.id_of('cai')}'")
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    card = await pick(bob, "咖啡券")
    await order(ann, "咖啡券")
    refused = await bob.press("确认兑换", card)
    assert "刚刚被兑完了，积分没有扣。" in refused.text
    assert shop.wallet("bob") == (320, 0)
    assert shop.states() == ["approved"]
    await bob.choose("到货提醒我")
    assert "到货就告诉你" in bob.all_text()
    await cai.say("/stock 咖啡券 +20")
    assert "20 on hand" not in cai.all_text()
    assert "21 on hand now" in cai.all_text()
    assert "「咖啡券」又有了" in bob.all_text()
    assert bob.problems() == []


async def test_not_enough_points_leads_to_what_one_can_afford(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("露营灯", 400, stock=1, approval="none")
    shop.item("马克杯", 60, stock=1)
    bob = Talk(rig, messenger, "bob")
    refused = await order(bob, "露营灯")
    assert "还差 80 分。看看 320 分以内的？" in refused.text
    assert shop.wallet("bob") == (320, 0)
    await bob.press("查看320分以内的", refused)
    assert any("马克杯" in option.label for one in bob.card().fields for option in one.options)
    assert not any("露营灯" in option.label for one in bob.card().fields for option in one.options)
    assert bob.problems() == []


async def test_the_limit_says_from_when_on_it_can_be_had_again(rig: Rig, messenger: str) -> None:
    """R-RED-04."""
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 100, stock=9, limit_count=1, limit_period="quarter")
    bob = Talk(rig, messenger, "bob")
    await order(bob, "咖啡券")
    refused = await order(bob, "咖啡券")
    assert "每人本季度限 1 份，4月1日 周三 后可再兑。" in refused.text
    assert shop.wallet("bob") == (220, 100)
    rig.clock.advance(timedelta(days=60))
    await order(bob, "咖啡券")
    assert shop.states() == ["approved", "approved"]
    assert bob.problems() == []


async def test_a_voucher_is_shown_once_it_is_asked_for(rig: Rig, messenger: str) -> None:
    """R-CAT-02: showing is spending; encrypted at rest; to be seen again for thirty days."""
    shop = Shop(rig, messenger)
    shop.item("影城券", 150, ItemKind.VOUCHER, codes=("CINE-1111", "CINE-2222"))
    bob = Talk(rig, messenger, "bob")
    placed = await order(bob, "影城券")
    assert "可查看券码" in placed.text
    assert shop.wallet("bob") == (170, 150)
    assert "CINE" not in str(shop.sql("SELECT sealed FROM voucher_code"))
    shown = await bob.press("显示券码", placed)
    assert "CINE-1111" in bob.all_text()
    assert "CINE" not in shown.text
    assert shop.wallet("bob") == (170, 0)
    assert shop.sql("SELECT on_hand, reserved FROM stock") == [(1, 0)]
    await bob.press("再看券码", shown)
    assert bob.all_text().count("CINE-1111") == 2
    assert "CINE" not in str(shop.sql("SELECT payload, plain FROM outbox"))
    rig.clock.advance(timedelta(days=31))
    await bob.say("/order R-2001")
    await bob.press("再看券码")
    assert bob.all_text().count("CINE-1111") == 2
    assert bob.problems() == []


async def test_many_codes_at_once_are_all_shown(rig: Rig, messenger: str) -> None:
    """R-CAT-02: what is paid for is shown whole, however little fits into one message."""
    shop = Shop(rig, messenger)
    codes = tuple(f"{number:02d}-{'LONG' * 49}" for number in range(10))
    shop.item("影城电影通兑券（全国通用，含周末）", 15, ItemKind.VOUCHER, codes=codes, max_quantity=10)
    bob = Talk(rig, messenger, "bob")
    await bob.press("显示券码", await order(bob, "影城电影通兑券（全国通用，含周末）", quantity="10"))
    assert [code for code in codes if code not in bob.all_text()] == []
    assert "LONG" not in str(shop.sql("SELECT payload, plain FROM outbox"))


async def test_english_readers_read_english(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=3, en="Coffee voucher")
    shop.item("露营灯", 400, stock=3, en="Lamp", approval="none")
    cai = Talk(rig, messenger, "cai")
    await pick(cai, "Coffee")
    assert "Coffee voucher ×1 · 120 pts · 人民广场店 · collect within 14 days · approval: no" in cai.all_text()
    assert "120 · Coffee" in "".join(
        option.label for seen in cai.seen() for one in seen.fields for option in one.options
    )
    refused = await order(cai, "Lamp")
    assert "80 pts to go" in refused.text


async def test_an_order_nobody_collects_is_reminded_of_and_expires(rig: Rig) -> None:
    """§10.2: reminders three days and one day before, then the points come back."""
    shop = Shop(rig)
    shop.item("咖啡券", 120, stock=3)
    bob, cai = Talk(rig, "feishu", "bob"), Talk(rig, "feishu", "cai")
    await order(bob, "咖啡券")
    await cai.press("Ready")
    rig.clock.advance(timedelta(days=12))
    await bob.wait()
    assert bob.all_text().count("请在 2月27日 周五 前到 人民广场店 领取") == 1
    rig.clock.advance(timedelta(days=2))
    await bob.wait()
    assert bob.all_text().count("请在 2月27日 周五 前到 人民广场店 领取") == 2
    rig.clock.advance(timedelta(days=1))
    await bob.wait()
    assert shop.states() == ["expired"]
    assert "过期未领取，120 分已退回" in bob.all_text()
    assert "已过期" in (await bob.say("/order")).text
    assert shop.wallet("bob") == (320, 0)


async def test_a_lost_timer_is_made_up_for_by_the_daily_sweep(rig: Rig) -> None:
    shop = Shop(rig)
    shop.item("咖啡券", 120, stock=3)
    bob, cai = Talk(rig, "feishu", "bob"), Talk(rig, "feishu", "cai")
    await order(bob, "咖啡券")
    await cai.press("Ready")
    shop.sql("DELETE FROM inbox WHERE state = 'RECEIVED'")
    rig.clock.advance(timedelta(days=16))
    await bob.wait()
    assert shop.states() == ["expired"]


async def test_in_a_group_the_shop_opens_in_the_single_chat(rig: Rig) -> None:
    shop = Shop(rig)
    shop.item("咖啡券", 120, stock=3)
    bob = Talk(rig, "feishu", "bob")
    await bob.say_in_group("/shop")
    assert "积分商城" in bob.all_text()
    assert "积分商城" not in "".join(one.text for one in bob.seen(bob.group))


async def test_what_is_not_collected_in_a_store_names_neither_store_nor_days(rig: Rig) -> None:
    """R-CAT-02: a voucher has days but no store, leave and privileges have neither."""
    shop = Shop(rig)
    shop.item("电影票", 10, ItemKind.VOUCHER)
    shop.item("奖励假半天", 20, ItemKind.TIME_OFF)
    bob = Talk(rig, "feishu", "bob")
    assert "电影票 ×1　10 分　领取期 14 天　审批：否" in (await bob.say("/shop 电影票")).text
    assert "奖励假半天 ×0.5 天　20 分　审批：是" in (await bob.say("/shop 奖励假半天")).text


async def test_an_empty_wallet_is_not_offered_what_costs_nothing(rig: Rig, messenger: str) -> None:
    """R-RED-02: with no points at all the refusal says what is missing and nothing else."""
    shop = Shop(rig, messenger)
    shop.item("露营灯", 320, stock=3, approval="none")
    shop.item("马克杯", 90, stock=3)
    bob = Talk(rig, messenger, "bob")
    await order(bob, "露营灯")
    assert shop.wallet("bob")[0] == 0
    refused = await order(bob, "马克杯")
    assert "还差 90 分（可用 0 分）。" in refused.text
    assert "0 分以内" not in bob.all_text().replace("90 分以内", "")
    assert not any("查看" in button.label for button in refused.buttons)
    assert bob.problems() == []
