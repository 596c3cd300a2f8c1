"""What needs somebody's yes, on every messenger: leave, seats, privileges, dear things, pools (R-CAT-02, §10.2)."""

from datetime import UTC, datetime, timedelta

from bot.playground.rig import Rig
from domain.rewards.messages import ItemKind
from tests.stories.shop_company import Shop, order, pick
from tests.stories.talk import Talk


async def decline(talk: Talk, reason: str) -> None:
    """Say no with a reason, in the card or by a message as the messenger allows."""
    card = await talk.press("拒绝", talk.card())
    if any(field.name == "reason" for field in card.fields):
        await talk.press("确认拒绝", card, reason=reason)
    else:
        await talk.say(reason)


async def test_leave_is_approved_confirmed_and_spent(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.sql(f"UPDATE person SET roles = 'hrbp' WHERE id = '{shop.id_of('cai')}'")
    shop.sql(f"UPDATE person SET locale = 'zh-CN', roles = 'admin' WHERE id = '{shop.id_of('ann')}'")
    shop.item("奖励假半天", 100, ItemKind.TIME_OFF, max_quantity=6)
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    card = await pick(bob, "奖励假半天")
    placed = await bob.press("确认兑换", card, quantity="2")
    assert "待审批" in placed.text
    assert shop.wallet("bob") == (120, 200)
    asked = ann.card()
    assert "兑换审批 · 白博" in asked.text
    assert "奖励假半天 ×1 天" in asked.text
    agreed = await ann.press("同意", asked)
    assert "你已同意。" in agreed.text
    assert "安然 同意了" in bob.all_text()
    assert "待 HR 确认" in bob.message(placed.message_id).text
    confirmation = cai.card()
    if any(field.name == "detail" for field in confirmation.fields):
        await cai.press("Confirm", confirmation, detail="3月2日 全天")
    else:
        await cai.press("Answer" if any("Answer" in one.label for one in confirmation.buttons) else "Reply")
        await cai.say("3月2日 全天")
    assert shop.states() == ["fulfilled"]
    assert "已确认：3月2日 全天" in bob.all_text()
    assert "You confirmed: 3月2日 全天" in cai.all_text()
    assert shop.wallet("bob") == (120, 0)
    assert bob.problems() == []


async def test_a_refusal_has_a_reason_and_gives_the_points_back(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    placed = await order(bob, "降噪耳机")
    await decline(ann, "月底盘点，改下周")
    assert shop.states() == ["rejected"]
    assert "你的申请未通过：月底盘点，改下周。300 分已退回。" in bob.all_text()
    assert "冻结" not in bob.message(placed.message_id).text
    assert "未通过" in bob.message(placed.message_id).text
    assert shop.wallet("bob") == (320, 0)
    assert shop.sql("SELECT on_hand, reserved FROM stock") == [(1, 0)]
    assert bob.problems() == []


async def test_a_refusal_without_a_reason_is_asked_for_one(rig: Rig) -> None:
    """Where a card has no room for words the button still answers: it asks."""
    shop = Shop(rig, "wecom")
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, "wecom", "ann"), Talk(rig, "wecom", "bob")
    await order(bob, "降噪耳机")
    card = await ann.press("拒绝")
    before = ann.all_text().count("请直接回复拒绝的原因")
    await ann.press("确认拒绝", card)
    assert ann.all_text().count("请直接回复拒绝的原因") == before + 1
    assert shop.states() == ["pending_approval"]
    await ann.say("月底盘点")
    assert shop.states() == ["rejected"]
    assert ann.problems() == []


async def test_thinking_again_before_refusing(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    await order(bob, "降噪耳机")
    card = await ann.press("拒绝")
    card = await ann.press("先不拒绝", card)
    await ann.press("同意", card)
    assert shop.states() == ["approved"]
    assert ann.problems() == []


async def test_the_approver_asks_and_the_requester_hears_it(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    await order(bob, "降噪耳机")
    await ann.press("问一下")
    await ann.say("旧的那副呢？")
    assert "安然 想了解你的申请 R-2001「降噪耳机」：旧的那副呢？" in bob.all_text()
    await bob.press("回复")
    await bob.say("左耳没声音了")
    assert "白博 的回复 · R-2001「降噪耳机」：左耳没声音了" in ann.all_text()
    assert not any(button.label == "回复" for seen in bob.seen() for button in seen.buttons)
    assert shop.states() == ["pending_approval"]
    assert bob.problems() == []
    assert ann.problems() == []


async def test_a_word_to_the_approver(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    card = await pick(bob, "降噪耳机")
    if any(field.name == "why" for field in card.fields):
        await bob.press("确认兑换", card, why="直播要用")
    else:
        await bob.press("回复填写", card)
        await bob.say("直播要用")
        await bob.press("确认兑换", bob.message(card.message_id))
    assert "理由：直播要用" in ann.all_text()
    assert bob.problems() == []


async def test_two_have_to_agree_to_a_privilege(rig: Rig, messenger: str) -> None:
    """HRBP, then the head of the department; it is recorded at once, and nobody buys it of themselves."""
    shop = Shop(rig, messenger)
    shop.sql(f"UPDATE person SET roles = 'hrbp', locale = 'zh-CN' WHERE id = '{shop.id_of('cai')}'")
    shop.sql(f"UPDATE person SET roles = 'admin' WHERE id = '{shop.id_of('ann')}'")
    shop.sql(f"UPDATE department SET head_id = '{shop.id_of('ann')}'")
    shop.item("晋升提名资格", 100, ItemKind.PRIVILEGE)
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    await order(bob, "晋升提名资格")
    first = await cai.press("同意")
    assert "等待 安然 审批。" in first.text
    assert shop.states() == ["pending_approval"]
    await ann.press("同意")
    assert shop.states() == ["fulfilled"]
    assert "已记录" in bob.all_text()
    assert shop.wallet("bob") == (220, 0)
    refused = await order(ann, "晋升提名资格")
    assert "不在你的兑换范围内" in refused.text
    assert bob.problems() == []


async def test_a_seat_that_becomes_free_goes_to_the_first_in_line(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    shop.sql(f"UPDATE person SET locale = 'zh-CN' WHERE id = '{shop.id_of('cai')}'")
    shop.item("数据分析课", 100, ItemKind.TRAINING, stock=1)
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    placed = await order(bob, "数据分析课")
    card = await cai.say("/shop 数据分析课")
    await cai.press("排队等名额", card)
    assert "你排在第 1 位" in cai.all_text()
    await bob.press("取消订单", bob.message(placed.message_id))
    assert "「数据分析课」有名额了" in cai.all_text()
    assert "已经不需要你处理了（已取消）" in ann.all_text()
    assert cai.problems() == []


async def test_a_pool_is_filled_together(rig: Rig, messenger: str) -> None:
    """Contributions are held; an admin who has no share in it agrees; then they are spent."""
    shop = Shop(rig, messenger)
    shop.sql(f"UPDATE person SET locale = 'zh-CN' WHERE id = '{shop.id_of('cai')}'")
    shop.item("团队聚餐", 300, ItemKind.TEAM_POOL)
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    card = await bob.say("/shop 团队聚餐")
    await bob.press("确认兑换", card, quantity="200")
    assert shop.wallet("bob") == (120, 200)
    card = await cai.say("/shop 团队聚餐")
    assert "已凑 200/300 分" in card.text
    placed = await cai.press("确认兑换", card, quantity="100")
    assert "凑集中" in placed.text
    full = ann.card()
    assert "已凑齐 300 分，共 2 人" in full.text
    await ann.press("同意", full)
    assert shop.states() == ["fulfilled", "fulfilled"]
    assert "凑齐了，你出的 200 分已使用" in bob.all_text()
    assert shop.wallet("bob") == (120, 0)
    assert "已完成" in cai.message(placed.message_id).text
    assert bob.problems() == []


async def test_a_pool_that_is_not_filled_in_time_gives_back(rig: Rig) -> None:
    shop = Shop(rig)
    shop.item("团队聚餐", 300, ItemKind.TEAM_POOL)
    bob = Talk(rig, "feishu", "bob")
    card = await bob.say("/shop 团队聚餐")
    await bob.press("确认兑换", card, quantity="200")
    shop.sql("UPDATE item SET pool_until = '2026-02-20'")
    rig.clock.advance(timedelta(days=7))
    await bob.wait()
    assert shop.states() == ["requested"]
    rig.clock.advance(timedelta(days=1))
    await bob.wait()
    assert shop.states() == ["cancelled"]
    assert "到期没有凑够" in bob.all_text()
    assert shop.wallet("bob") == (320, 0)


async def test_an_approval_nobody_gives_goes_on_and_is_refused_in_the_end(rig: Rig) -> None:
    """Three workdays, then the next in line; seven, then refused (A: the Spring Festival is no workday)."""
    shop = Shop(rig)
    shop.sql(f"UPDATE person SET roles = 'admin', locale = 'zh-CN' WHERE id = '{shop.id_of('cai')}'")
    shop.sql(f"UPDATE person SET roles = '' WHERE id = '{shop.id_of('ann')}'")
    shop.item("降噪耳机", 300, stock=1)
    ann, bob, cai = (Talk(rig, "feishu", who) for who in ("ann", "bob", "cai"))
    await order(bob, "降噪耳机")
    asked = ann.card()
    rig.clock.advance(timedelta(days=11))  # Tuesday 24 February: the second workday
    await bob.wait()
    assert "兑换审批" not in cai.all_text()
    rig.clock.advance(timedelta(days=1))  # Wednesday: the third
    await bob.wait()
    assert "兑换审批 · 白博" in cai.all_text()
    assert "等待 Cai Green 审批" in ann.message(asked.message_id).text
    rig.clock.advance(timedelta(days=6))  # Tuesday 3 March: the seventh is Saturday's make-up day and Monday behind
    await bob.wait()
    assert shop.states() == ["rejected"]
    assert "7 个工作日内没有人审批" in bob.all_text()
    assert shop.wallet("bob") == (320, 0)


async def test_goods_that_are_not_there_cancel_the_order(rig: Rig, messenger: str) -> None:
    shop = Shop(rig, messenger)
    item = shop.item("咖啡券", 120, stock=3)
    bob, cai = Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")
    await order(bob, "咖啡券")
    await cai.press("Missing")
    assert shop.states() == ["cancelled"]
    assert "120 分已退回" in bob.all_text()
    assert shop.sql(f"SELECT on_hand, reserved FROM stock WHERE item_id = '{item}'") == [(2, 0)]
    assert shop.wallet("bob") == (320, 0)


async def test_the_store_counts_and_only_its_manager_adds(rig: Rig, messenger: str) -> None:
    """§17: a clerk counts, the manager adds, others see nothing."""
    shop = Shop(rig, messenger)
    shop.item("咖啡券", 120, stock=3, en="Coffee")
    bob, cai, ann = (Talk(rig, messenger, who) for who in ("bob", "cai", "ann"))
    await cai.say("/stock")
    assert "Coffee · 3 on hand · 0 reserved · 3 free" in cai.all_text()
    await cai.say("/stock Coffee +20")
    assert "Only the store manager adds stock." in cai.all_text()
    await bob.say("/stock")
    assert "这里只给门店人员使用" in bob.all_text()
    await cai.say("/count Coffee 2")
    assert "add a reason" in cai.all_text()
    await cai.say("/count Coffee 2 one was broken")
    assert "Coffee counted: 2 (-1)" in cai.all_text()
    await ann.say("/stock 人民广场店 咖啡券 ＋２０")
    assert "咖啡券 现在在库 22" in ann.all_text()
    await order(bob, "咖啡券")
    await cai.say("/count Coffee 0 all gone")
    assert "1 are reserved by orders" in cai.all_text()
    kinds = [row.kind for row in shop.sql("SELECT kind FROM stock_change ORDER BY id")]
    assert kinds == ["counted", "added"]


async def test_r_gen_08_a_reason_that_is_too_long_is_refused_with_its_length(rig: Rig) -> None:
    """And the question stays open for a shorter one."""
    shop = Shop(rig, "wecom")
    shop.item("降噪耳机", 300, stock=1)
    ann, bob = Talk(rig, "wecom", "ann"), Talk(rig, "wecom", "bob")
    await order(bob, "降噪耳机")
    await decline(ann, "长" * 201)
    assert shop.states() == ["pending_approval"]
    assert "最多 200 个字，现在是 201 个" in ann.all_text()
    await ann.say("月底盘点")
    assert shop.states() == ["rejected"]
    assert ann.problems() == []


async def test_r_cal_09_what_the_night_decides_is_told_in_the_morning(rig: Rig) -> None:
    """Collecting ends at midnight; the owner reads of it when quiet time is over."""
    shop = Shop(rig)
    shop.item("咖啡券", 120, stock=3)
    bob, cai = Talk(rig, "feishu", "bob"), Talk(rig, "feishu", "cai")
    await order(bob, "咖啡券")
    await cai.press("Ready")
    rig.clock.set(datetime(2026, 2, 27, 18, 0, tzinfo=UTC))  # Saturday 28 February, 02:00, a make-up workday
    await bob.wait()
    assert shop.states() == ["expired"]
    assert "过期未领取" not in bob.all_text()
    rig.clock.advance(timedelta(hours=7))
    await bob.wait()
    assert "过期未领取" in bob.all_text()
