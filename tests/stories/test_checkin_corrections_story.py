"""After the check-in: corrections, old cards, other people's cards, two people at once (R-CHK-08, 11, 12; E03–E05)."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.playground.rig import Rig
from tests.stories.talk import Talk, find_button, submit_label


async def test_a_check_in_can_be_corrected_for_24_hours(rig: Rig, messenger: str) -> None:
    """R-CHK-08: a new version, told as the step from where it started."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/ci 96 g 初稿")
    rig.clock.advance(timedelta(hours=23))
    form = await bob.press("修改", card)
    assert {one.name: one.value for one in form.fields}["v0"] == "96"
    corrected = await bob.submit(value="97")
    assert "94% → 97%（+3）" in corrected.text
    rig.clock.advance(timedelta(hours=2))
    late = await bob.press("修改", corrected)
    assert "94% → 97%" in late.text
    assert not late.fields
    if messenger == "feishu":
        assert late.toast.startswith("已超过 24 小时，不能再修改")
    assert bob.problems() == []


async def test_a_sunday_check_in_is_still_shown_and_corrected_on_monday(rig: Rig) -> None:
    """R-CHK-08: the 24 hours do not end with the week; the correction belongs to the week of the check-in."""
    bob = Talk(rig, "feishu", "bob")
    rig.clock.set(datetime(2026, 3, 8, 12, 0, tzinfo=UTC))  # Sunday evening
    card = await bob.say("/ci 96")
    rig.clock.advance(timedelta(hours=14))
    await bob.press("修改", card)
    corrected = await bob.press("提交", v0="97")
    assert "94% → 97%" in corrected.text
    assert "第 10 周" in corrected.text
    assert "0/1" in (await bob.say("/okr status")).text  # this week's is still to come


async def test_a_second_press_changes_nothing(rig: Rig, messenger: str) -> None:
    """E04: pressed twice before the card could change."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/ci")
    button = find_button(card, submit_label(card))
    values = bob.filled(card, button, {"v0": "95"})
    simulator = rig.simulators[messenger]
    await asyncio.gather(*(simulator.click(bob.user, card.message_id, button.key, values) for _ in range(2)))
    await rig.settle()
    shown = bob.message(card.message_id)
    assert "94% → 95%（+1）" in shown.text
    assert "上次 95%" in (await bob.say("/ci")).text
    assert bob.problems() == []


async def test_an_old_card_shows_how_things_are_now(rig: Rig, messenger: str) -> None:
    """E03: the button of a version that is gone; E04: the same button again."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/ci")
    again = bob.keep_press(card, submit_label(card))
    other = None if messenger == "wecom" else bob.keep_press(card, "稍后")
    await bob.submit(value="95")
    for press, said in ((again, "已收到，刚才那次已经生效"), (other, "这张卡片已更新，下面是最新内容")):
        if press is not None:
            delivered = await press()
            await rig.settle()
            assert messenger == "wecom" or said in str(delivered.body)
            assert "94% → 95%（+1）" in bob.message(card.message_id).text
    assert "上次 95%" in (await bob.say("/ci")).text
    assert bob.problems() == []


async def test_two_cards_of_one_week_each_show_what_stands(rig: Rig, messenger: str) -> None:
    """Two open cards: the second submit is a new value on top of the first."""
    bob = Talk(rig, messenger, "bob")
    first = await bob.say("/ci")
    second = await bob.say("/ci")
    assert "94% → 95%" in (await bob.press(submit_label(first), first, v0="95")).text
    assert "95% → 96%" in (await bob.press(submit_label(second), second, v0="96")).text


async def test_the_manager_checks_in_for_somebody(rig: Rig, messenger: str) -> None:
    """R-CHK-12: marked "by X for Y"; satisfies the duty, adds no streak; R-CHK-11: Bob's card tells."""
    ann, bob = Talk(rig, messenger, "ann"), Talk(rig, messenger, "bob")
    bobs = await bob.say("/ci 95")
    card = await ann.say("/ci @白博 #1 96 g 代报")
    assert "代 白博 打卡 · 第 7 周" in card.text
    assert "95% → 96%（+1）" in card.text
    assert "连续" not in card.text
    shown = await bob.press("修改", bobs)
    assert "安然 之后更新为 96%" in shown.text
    assert not shown.fields
    assert "1/1" in (await bob.say("/okr status")).text
    assert "没有找到「Cai」" in (await bob.say("/ci @Cai Green #1 20")).text
    assert bob.problems() == []


async def test_the_manager_may_name_somebody_by_number_and_open_their_card(rig: Rig, messenger: str) -> None:
    ann = Talk(rig, messenger, "ann")
    card = await ann.say("／ci ＠e3")
    assert "代 Cai Green 打卡" in card.text
    assert "#3 Launched" in card.text
    assert "没有找到「安然」" in (await ann.say("/ci @安然 #1 3")).text
    card = await ann.say("/ci @cai green #1 15")
    assert "12 → 15" in card.text
    assert ann.problems() == []


async def test_somebody_elses_card_refuses(rig: Rig, messenger: str) -> None:
    """E05: the card was seen by another person, who pressed it."""
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say("/ci")
    delivered = await bob.keep_press(card, submit_label(card), by="ann")()
    await rig.settle()
    assert "这是发给 白博 的卡片，你可以查看，不能代为提交。" in f"{delivered.body} {ann.all_text()}"
    assert "上次 94%" in (await bob.say("/ci")).text
    assert "0/1" in (await bob.say("/okr status")).text
