"""An employee checks in, in every messenger, from encrypted callback to the card they then see (flow 5.1)."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.simulation import Seen
from bot.playground.rig import Rig
from tests.stories.talk import Talk, account, find_button, submit_label


def last_card(rig: Rig, messenger: str, who: str) -> Seen:
    return Talk(rig, messenger, who).card()


def form(card: Seen, **said: str) -> dict[str, str]:
    """The card's fields as they stand, with what the person changes."""
    kept = {one.name: one.value for one in card.fields if isinstance(one.value, str) and not one.name.startswith("__")}
    return {**{name: value for name, value in kept.items() if value}, **said}


async def test_checkin_by_card_shows_the_result_on_that_same_card(rig: Rig, messenger: str) -> None:
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/checkin")
    await rig.settle()
    card = last_card(rig, messenger, "bob")
    assert "交付准时率" in card.text
    submit = next(button for button in card.buttons if button.submits)
    delivered = await simulator.click(bob, card.message_id, submit.key, form(card, v0="96"))
    assert delivered.status == 200
    await rig.settle()
    changed = next(one for one in simulator.seen(bob) if one.message_id == card.message_id)
    assert changed.version > card.version
    assert "94% → 96%（+2）　目标 +25%　连续 1 周" in changed.text
    assert "第 7 周" in changed.text


async def test_every_way_to_say_it_opens_the_card(rig: Rig, messenger: str) -> None:
    """R-EVT: `/checkin`, `/ci`, `打卡`, with and without slash, full-width or not, in any case."""
    bob = Talk(rig, messenger, "bob")
    for word in ("/checkin", "/ci", "打卡", "/打卡", "／打卡", "／ＣＩ", "/CI", "checkin"):
        card = await bob.say(word)
        assert "本周打卡 · 第 7 周 ｜ 约 10 秒" in card.text, word
        assert "上次 94% → 目标 98%" in card.text
        assert "按进度应到 94.2%" in card.text
        assert card.message_id == bob.card().message_id
    assert bob.problems() == []


async def test_in_a_group_the_bot_answers_briefly_and_writes_to_the_person(rig: Rig) -> None:
    """Product 5.0; WeCom apps hear nothing in groups."""
    for messenger in ("dingtalk", "feishu"):
        bob = Talk(rig, messenger, "bob")
        await bob.say_in_group("打卡")
        assert [one.text for one in bob.seen(bob.group)] == ["已私聊给你 👉"]
        assert "交付准时率" in bob.card().text
        assert Talk(rig, messenger, "cai").seen() == []


async def test_the_one_line_form_checks_in_at_once(rig: Rig, messenger: str) -> None:
    """`/ci #n value g/y/r note`; without #n when there is only one."""
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/ci #1 ９２％ g 已签3家")
    assert "94% → 92%（-2）" in card.text
    assert "🟢 顺利" in card.text
    assert "「已签3家」" in card.text
    card = await bob.say("打卡 95 y")
    assert "92% → 95%（+3）" in card.text
    assert "🟡 有风险" in card.text
    assert "没变化，仍是 95%" in (await bob.say("/ci =")).text
    assert "没看懂数值「abc」" in (await bob.say("/ci abc")).text
    assert bob.problems() == []


async def test_without_a_number_among_several_it_asks_which_and_names_them_all(rig: Rig, messenger: str) -> None:
    cai = Talk(rig, messenger, "cai")
    await cai.say("/ci 14")
    told = cai.all_text()
    for line in ("#1 New clients", "#2 Revenue", "#3 Launched", "#4 Defects", "/ci #1 92 g"):
        assert line in told
    assert "Which one?" in cai.card().text
    card = await cai.say("/ci #1 14 g")
    assert "Checked in 12 → 14 (+2)" in card.text
    assert "Which one?" in (await cai.say("/ci #9 14")).text or "Which one?" in cai.card().text
    assert cai.problems() == []


async def test_three_at_a_time_worst_first_then_the_next(rig: Rig, messenger: str) -> None:
    """Flow 5.1 step 2: Cai has four; the furthest behind comes first."""
    cai = Talk(rig, messenger, "cai")
    await cai.say("/ci")
    card = cai.card()
    assert "#3 Launched" in card.text
    if messenger == "wecom":
        assert [one.name for one in card.fields] == ["v0", "s0", "b0"]
        await cai.submit(value="yes")
        assert "✅ no → yes · 3 left" in cai.card().text
        await cai.press(submit_label(cai.card()))
        await cai.press(submit_label(cai.card()))
    else:
        assert {"v0", "v1", "v2"} <= {one.name for one in card.fields}
        assert "v3" not in {one.name for one in card.fields}
        await cai.press("Submit", v0="yes", v1="2", v2="180000")
    card = cai.card()
    assert "no → yes" in cai.all_text()
    assert "Next 1" in " ".join(one.label for one in card.buttons)
    card = await cai.press("Next", card)
    assert "week 7" in card.text
    assert len([one for one in card.fields if one.name.startswith("v")]) == 1
    card = await cai.press(submit_label(card), card)
    assert "✅" in card.text
    assert not any("Next" in one.label for one in card.buttons)
    assert cai.problems() == []


async def test_no_change_is_one_press(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci")
    card = await bob.choose("都没变化")
    assert "没变化，仍是 94%　连续 1 周" in card.text


async def test_the_third_no_change_wants_a_reason(rig: Rig, messenger: str) -> None:
    """R-CHK-04: the next message is the reason; one that says too little is asked again."""
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci =")
    await bob.say("/ci =")
    await bob.say("/ci")
    card = await bob.choose("都没变化")
    assert "已连续 3 次「没变化」" in card.text
    assert bob.last().text == "「交付准时率」已连续 3 次「没变化」，请直接回复一句原因（至少 5 个字）。"
    assert "3 次" in (await bob.say("忙")).text
    await bob.say("在等客户验收")
    card = bob.message(card.message_id)
    assert "「在等客户验收」" in card.text
    assert "仍是 94%" in card.text
    await bob.say("/ci =")
    assert "请直接回复一句原因" in bob.last().text
    await bob.say("还在等客户验收")
    assert "「还在等客户验收」" in bob.card().text
    assert bob.problems() == []


async def test_in_two_hours_the_card_comes_by_itself(rig: Rig, messenger: str) -> None:
    """`稍后 2 小时`: the clock moves on, nobody types."""
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci")
    card = await bob.choose("稍后 2 小时")
    assert "12:05 再来提醒你" in card.text
    before = len(bob.seen())
    rig.clock.advance(timedelta(hours=1, minutes=59))
    await bob.wait()
    assert len(bob.seen()) == before
    rig.clock.advance(timedelta(minutes=2))
    await bob.wait()
    assert len(bob.seen()) == before + 1
    assert "本周打卡" in bob.last().text
    assert bob.last().message_id != card.message_id


async def test_it_stays_silent_when_everything_was_updated_by_then(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci 稍后")
    assert "12:05" in bob.last().text
    await bob.say("/ci 95")
    before = len(bob.seen())
    rig.clock.advance(timedelta(hours=2, minutes=1))
    await bob.wait()
    assert len(bob.seen()) == before


async def test_somebody_without_goals_is_told_what_to_do(rig: Rig, messenger: str) -> None:
    """R-CHK-10: grading ends ten workdays after the quarter; a card from before then says so."""
    bob = Talk(rig, messenger, "bob")
    rig.clock.set(datetime(2026, 4, 14, 2, 5, tzinfo=UTC))
    card = await bob.say("/ci")
    rig.clock.advance(timedelta(days=2))
    closed = await bob.press(submit_label(card), card)
    assert "本周期已结束，数值不能再改" in bob.all_text() + closed.text
    told = await bob.say("/ci")
    assert "还没有要打卡的目标" in told.text
    assert "我的目标" in [one.label for one in told.buttons]
    assert bob.problems() == []


@pytest.mark.parametrize("word", ["没变化", "不变", "＝"])
async def test_the_words_for_no_change(rig: Rig, word: str) -> None:
    card = await Talk(rig, "feishu", "bob").say(f"/ci {word}")
    assert "没变化，仍是 94%" in card.text


async def test_a_person_on_two_messengers_sees_the_same(rig: Rig) -> None:
    """R-ID-01: one person; what is said here is the last value there."""
    await Talk(rig, "wecom", "bob").say("/ci 96")
    card = await Talk(rig, "feishu", "bob").say("/ci")
    assert "上次 96%" in card.text
    await Talk(rig, "feishu", "bob").press("提交", card, v0="97")
    assert find_button(card, "提交")
    assert "上次 97%" in (await Talk(rig, "dingtalk", "bob").say("/ci")).text
