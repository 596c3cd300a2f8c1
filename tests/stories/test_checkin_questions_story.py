"""When the bot has to ask back: implausible values, units, lines typed where a card has no field (flow 5.1)."""

from datetime import timedelta

import pytest

from bot.playground.rig import Rig
from tests.stories.talk import Talk, submit_label


async def test_an_implausible_value_is_confirmed_or_fixed(rig: Rig, messenger: str) -> None:
    """R-CHK-10: the question shows the value with its unit; nothing is stored until it is answered."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/ci 9600 g 冲刺")
    assert "9,600% 比目标高很多，确认是 9,600%？" in card.text
    assert "上次 94%" in (await bob.say("/ci")).text
    fixed = await bob.press("改一下", card)
    assert any(one.name == "v0" for one in fixed.fields)
    card = await bob.say("/ci 5")
    assert "5% 比上次低很多，确认是 5%？" in card.text
    done = await bob.press("确认", card)
    assert "94% → 5%（-89）" in done.text
    assert bob.problems() == []


async def test_the_form_asks_back_too(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci")
    asking = await bob.submit(value="9600")
    assert "9,600% 比目标高很多" in asking.text
    assert "9,600%" in (await bob.press("确认", asking)).text
    assert bob.problems() == []


async def test_a_percent_sign_on_a_number_asks_once(rig: Rig, messenger: str) -> None:
    """R-GEN-09."""
    cai = Talk(rig, messenger, "cai")
    card = await cai.say("/ci #1 15% g")
    assert "This one is a number, not a percentage. Do you mean 15?" in card.text
    assert "Checked in 12 → 15 (+3)" in (await cai.press("Yes", card)).text
    assert cai.problems() == []


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/ci #2 15万 g", "¥120,000 → ¥150,000 (+30,000)"),
        ("/ci #2 ￥18万", "¥120,000 → ¥180,000"),
        ("/ci #3 yes", "no → yes (✓)"),
        ("/ci #3 是", "no → yes"),
        ("/ci #4 2 g", "— → 2"),
        ("/ci #1 12", "12 → 12 (±0)"),
    ],
)
async def test_every_type_reads_what_people_type(rig: Rig, line: str, result: str) -> None:
    """R-GEN-09, R-KR-02: currency, boolean, keep, number."""
    cai = Talk(rig, "feishu", "cai")
    assert result in (await cai.say(line)).text


@pytest.mark.parametrize("line", ["/ci #3 7", "/ci #1 ¥5", "/ci #1 3/5", "/ci #2 vier", "/ci #3 50%"])
async def test_the_wrong_unit_is_refused_and_changes_nothing(rig: Rig, line: str) -> None:
    """R-GEN-09."""
    cai = Talk(rig, "dingtalk", "cai")
    assert "I couldn't read" in (await cai.say(line)).text
    assert "0/4" in (await cai.say("/okr status")).text


async def test_a54_the_custom_line_on_wecom(rig: Rig) -> None:
    """A54: `自定义…`, then `９２％ g 已签` → 92, green, note kept; the card shows it and a text confirms it."""
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    card = await bob.choose_other()
    assert bob.last().text.startswith("交付准时率\n直接回复：数值 状态 备注，例如「92 g 已签 3 家」")
    await bob.say("九十二")
    assert "没看懂数值「九十二」" in bob.last().text
    await bob.say("９２％ g 已签")
    assert bob.last().text.startswith("✅ 已打卡 94% → 92%（-2）")
    done = bob.message(card.message_id)
    assert "94% → 92%" in done.text
    assert "🟢 顺利" in done.text
    assert "「已签」" in done.text
    assert bob.problems() == []


async def test_the_question_is_dropped_by_a_cancel_word(rig: Rig) -> None:
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    await bob.choose_other()
    assert (await bob.say("取消")).text == "好的，已取消。"
    assert "没听懂「92」" in (await bob.say("92")).text
    assert "上次 94%" in (await bob.say("/ci")).text
    assert bob.problems() == []


async def test_the_question_is_dropped_by_another_command(rig: Rig) -> None:
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    await bob.choose_other()
    assert "E2" in (await bob.say("我的")).text
    assert "没听懂「92」" in (await bob.say("92")).text
    assert bob.problems() == []


@pytest.mark.parametrize(("minutes", "heard"), [(9, True), (11, False)])
async def test_the_question_runs_out_after_ten_minutes(rig: Rig, minutes: int, heard: bool) -> None:
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    await bob.choose_other()
    rig.clock.advance(timedelta(minutes=minutes))
    await bob.say("95")
    assert ("94% → 95%" in bob.all_text()) is heard
    assert ("没听懂「95」" in bob.all_text()) is not heard
    assert bob.problems() == []


async def test_on_wecom_the_title_says_what_happened_and_what_is_left(rig: Rig) -> None:
    """One key result at a time: without it nobody would see that anything was stored."""
    cai = Talk(rig, "wecom", "cai")
    await cai.say("/lang zh")
    await cai.say("/ci")
    card = await cai.submit(value="yes", status="green")
    assert "✅ 否 → 是 还剩 3 项" in card.text
    card = await cai.choose("都没变化")
    assert "✅ 没变化 还剩 2 项" in card.text
    card = await cai.by_line("15万 y 等合同", at=2)
    assert "✅" in card.text
    assert "¥120,000 → ¥150,000" in card.text
    assert cai.problems() == []


async def test_a_late_answer_to_a_finished_item_counts_nothing_twice(rig: Rig) -> None:
    """The card was submitted meanwhile on the old question."""
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    card = await bob.choose_other()
    await bob.press(submit_label(card), bob.message(card.message_id), v0="95")
    await bob.say("96")
    assert "已收到，刚才那次已经生效，无需再点。" in bob.all_text()
    assert "94% → 95%" in bob.message(card.message_id).text
    assert bob.problems() == []


async def test_an_empty_or_overlong_field_is_handed_back_with_what_is_wrong(rig: Rig) -> None:
    """R-GEN-08: refused with the count; what was filled in stays."""
    bob = Talk(rig, "feishu", "bob")
    await bob.say("/ci")
    card = await bob.press("提交", v0="九十")
    assert "没看懂数值「九十」" in card.text
    line = await bob.say("/ci 95 g " + "字" * 201)
    assert "最多 200 个字，现在是 201 个，请精简一下。" in line.text
    assert "上次 94%" in (await bob.say("/ci")).text
