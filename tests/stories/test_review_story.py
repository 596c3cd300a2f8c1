"""One bad part never spoils the rest: typed texts, questions, corrections, zones, goals that changed hands
(R-EVT-02, R-CHK-04, R-CHK-08, R-CHK-10, R-GEN-02, R-GEN-09)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from bot.playground.rig import Rig
from tests.stories.talk import Talk, find_button, submit_label


def sql(rig: Rig, statement: str) -> list[Any]:
    with rig.bot.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('bida.workspace', '*', true)"))
        result = connection.execute(text(statement))
        return list(result.all()) if result.returns_rows else []


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(one.exc_info) for one in caplog.records if one.message == "failed"]


def values(rig: Rig) -> list[str]:
    return [
        f"{Decimal(row.value):.0f}"
        for row in sql(rig, "SELECT value FROM check_in ORDER BY id")
        if row.value is not None
    ]


@pytest.mark.parametrize("typed", ["~a?s=%E4%B8%AD", "~a", "~checkin.snooze?c=1&v=1&s=x"])
async def test_r_evt_02_a_note_that_looks_like_a_reference_is_a_note(
    rig: Rig, caplog: pytest.LogCaptureFixture, typed: str
) -> None:
    bob = Talk(rig, "feishu", "bob")
    card = await bob.say("/ci")
    await bob.press(submit_label(card), card, v0="96", n0=typed)
    assert failures(caplog) == []
    assert [row.note for row in sql(rig, "SELECT note FROM check_in")] == [typed]


async def test_r_evt_02_typed_text_does_not_hide_the_chosen_option(rig: Rig) -> None:
    """WeCom: `自定义…` is chosen in a later field than one that only looks like a reference."""
    bob = Talk(rig, "wecom", "bob")
    card = await bob.say("/ci")
    field = next(one for one in card.fields if one.name == "v0")
    other = next(one.value for one in field.options if one.label.startswith("自定义"))
    button = find_button(card, submit_label(card))
    simulator: Any = rig.simulators["wecom"]
    await simulator.inject_click(
        bob.user, card.payload["task_id"], button.key, card.payload["card_type"], {"a0": ["~x"], "v0": [other]}
    )
    await rig.settle()
    await bob.say("97 g")
    assert values(rig) == ["97"]


async def test_r_chk_10_that_percent_means_the_number_does_not_make_it_plausible(rig: Rig) -> None:
    """R-GEN-09 asks what is meant, R-CHK-10 whether it can be."""
    ann = Talk(rig, "feishu", "ann")
    await ann.say("/ci #1 900%")
    await ann.press("确认")
    assert values(rig) == []
    await ann.press("确认")
    assert values(rig) == ["900"]


async def test_r_chk_04_a_reason_may_begin_with_a_command_word(rig: Rig) -> None:
    cai = Talk(rig, "feishu", "cai")
    for _ in range(3):
        await cai.say("/ci #1 =")
    await cai.say("Help from legal is needed first")
    assert [row.note for row in sql(rig, "SELECT note FROM check_in ORDER BY id")][2:] == [
        "Help from legal is needed first"
    ]


async def test_a_command_word_alone_leaves_the_question(rig: Rig) -> None:
    cai = Talk(rig, "feishu", "cai")
    for _ in range(3):
        await cai.say("/ci #1 =")
    await cai.say("help")
    await cai.say("Waiting for legal")
    assert len(sql(rig, "SELECT id FROM check_in")) == 2


async def test_r_chk_04_the_third_no_change_by_way_of_a_correction_wants_a_reason(rig: Rig) -> None:
    bob = Talk(rig, "feishu", "bob")
    await bob.say("/ci =")
    await bob.say("/ci =")
    card = await bob.say("/ci 95")
    await bob.press("没变化", await bob.press("修改", card))
    assert values(rig) == ["95"]
    assert len(sql(rig, "SELECT id FROM check_in")) == 3
    await bob.say("等客户回复才能定")
    assert sql(rig, "SELECT version, note FROM check_in ORDER BY id")[-1] == (2, "等客户回复才能定")


async def test_r_chk_08_an_old_form_does_not_undo_a_newer_check_in(rig: Rig) -> None:
    bob = Talk(rig, "feishu", "bob")
    card = await bob.press("修改", await bob.say("/ci 96"))
    await bob.say("/ci 97")
    late = await bob.press(submit_label(card), card, v0="95")
    assert values(rig) == ["96", "97"]
    assert late.toast.startswith("这张卡片已更新")
    assert "97%" in late.text


async def test_r_gen_02_a_check_in_for_somebody_else_counts_in_their_week(rig: Rig) -> None:
    """Monday 08:05 for Bob in Shanghai is still Sunday for Ann in New York, by line and by form."""
    sql(rig, "UPDATE person SET timezone = 'America/New_York' WHERE employee_no = 'E1'")
    rig.clock.set(datetime(2026, 2, 23, 0, 5, tzinfo=UTC))
    ann = Talk(rig, "feishu", "ann")
    await ann.say("/ci @白博 #1 95 g")
    card = await ann.say("/ci @白博")
    assert "第 9 周" in card.text
    await ann.press(submit_label(card), card, v0="96")
    await ann.say("/ci #1 =")
    assert [row.period for row in sql(rig, "SELECT period FROM check_in ORDER BY id")] == [
        "2026-W09", "2026-W09", "2026-W08",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("owner_id = (SELECT id FROM person WHERE employee_no = 'E1')", "This step belongs to"),
        ("state = 'cancelled'", "Not found, it may have been changed"),
    ],
)
async def test_r_chk_12_one_goal_that_changed_does_not_block_the_others(
    rig: Rig, caplog: pytest.LogCaptureFixture, change: str, said: str
) -> None:
    """It leaves the card, with a word; what else the form carried is checked in."""
    cai = Talk(rig, "feishu", "cai")
    card = await cai.say("/ci")
    assert "Revenue" in card.text
    sql(rig, f"UPDATE key_result SET {change} WHERE title = 'Revenue'")
    shown = await cai.press(submit_label(card), card, v1="2")
    assert shown.toast.startswith(said)
    assert len(sql(rig, "SELECT id FROM check_in")) == 2
    assert "Revenue" not in shown.text
    assert not shown.fields
    assert failures(caplog) == []


async def test_a_question_about_a_cancelled_goal_is_dropped(rig: Rig) -> None:
    """The answer is told why, and the next message is not taken for one."""
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    await bob.choose_other()
    sql(rig, "UPDATE key_result SET state = 'cancelled' WHERE title = '交付准时率'")
    await bob.say("97 g")
    assert "没有找到，可能已被调整" in bob.all_text()
    assert sql(rig, "SELECT id FROM pending_answer") == []
    assert sql(rig, "SELECT id FROM check_in") == []
    assert bob.problems() == []


async def test_a_question_of_a_card_that_is_gone_is_dropped(rig: Rig) -> None:
    bob = Talk(rig, "wecom", "bob")
    await bob.say("/ci")
    await bob.choose_other()
    rig.clock.advance(timedelta(minutes=1))
    sql(rig, "DELETE FROM card")
    await bob.say("97 g")
    assert sql(rig, "SELECT id FROM pending_answer") == []


async def test_r_obj_06_the_manager_chain_sees_a_private_goal_in_the_tree(rig: Rig) -> None:
    """On both databases: Ann leads Bob, Bob leads Cai."""
    sql(rig, "UPDATE objective SET visibility = 'private' WHERE key = 'G1'")
    sql(rig, "UPDATE person SET manager_id = (SELECT id FROM person WHERE employee_no = 'E2') WHERE employee_no = 'E3'")
    ann, bob = Talk(rig, "feishu", "ann"), Talk(rig, "feishu", "bob")
    assert "Grow abroad" in (await ann.say("/okr tree")).text
    assert "Grow abroad" in (await bob.say("/okr tree")).text
    sql(rig, "UPDATE person SET manager_id = NULL WHERE employee_no = 'E2'")
    assert "Grow abroad" not in (await ann.say("/okr tree")).text
