"""Looking at goals in every messenger: mine, the tree, the status, and what others may not see (R-OBJ-06)."""

from sqlalchemy import update

from bot.playground.rig import Rig
from domain.columns import table_of
from domain.goals.model import Objective
from tests.stories.talk import Talk

OBJECTIVE = table_of(Objective)


def hide(rig: Rig, key: str, visibility: str) -> None:
    with rig.bot.engine.begin() as connection:
        connection.execute(update(OBJECTIVE).where(OBJECTIVE.c.key == key).values(visibility=visibility))


async def test_my_goals_show_progress_expectation_and_value(rig: Rig, messenger: str) -> None:
    """`/okr`, `目标`: R-GEN-05 percents, R-PRG-04 expectation (31 of 59 workdays on 13 February: 53 %)."""
    bob = Talk(rig, messenger, "bob")
    for words in ("/okr", "目标", "／目标"):
        card = await bob.say(words)
        assert "我的目标" in card.text
        assert "按时交付" in card.text
        assert "50%　预期 53%" in card.text
        assert "上次 94% → 目标 98%　按进度应到 94.2%" in card.text
        assert "截止 3月31日 周二" in card.text
    await bob.press("去打卡", card)
    assert "本周打卡" in bob.last().text
    assert bob.problems() == []


async def test_somebody_with_many_key_results_sees_them_all(rig: Rig, messenger: str) -> None:
    """What has no room on a small card is said before it; nothing is lost."""
    cai = Talk(rig, messenger, "cai")
    await cai.say("/okr")
    told = cai.all_text()
    for title in ("Grow abroad", "#1 New clients", "#2 Revenue", "#3 Launched", "#4 Defects"):
        assert title in told
    assert cai.problems() == []


async def test_the_tree_goes_from_the_company_down_page_by_page(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    card = await bob.say("/okr tree")
    told = bob.all_text()
    assert told.index("客户满意度第一") < told.index("按时交付")
    assert "36%　安然" in told
    assert "目标全景" in card.text
    await bob.press("目标状态", card)
    assert "本周已打卡" in bob.card().text
    await bob.press("目标全景")
    assert "客户满意度第一" in bob.card().text
    assert bob.problems() == []


async def test_department_and_private_goals_stay_hidden(rig: Rig) -> None:
    """R-OBJ-06: a private goal is for its owner and their managers, a department's for the department."""
    hide(rig, "G1", "private")
    hide(rig, "B1", "department")
    for who, sees_private in (("ann", True), ("bob", False), ("cai", True)):
        talk = Talk(rig, "feishu", who)
        text = (await talk.say("/okr tree")).text
        assert ("Grow abroad" in text) is sees_private, who
        assert "按时交付" in text
    await Talk(rig, "feishu", "bob").say_in_group("/okr tree")
    group = "\n".join(one.text for one in Talk(rig, "feishu", "bob").seen("oc_team"))
    assert group == "已私聊给你 👉"


async def test_the_status_counts_and_names_what_is_behind(rig: Rig, messenger: str) -> None:
    cai = Talk(rig, messenger, "cai")
    await cai.say("/ci #1 2 r")
    card = await cai.say("/okr status")
    told = cai.all_text()
    assert "🔴 Off track" in card.text
    assert "1/4" in card.text
    assert "Needs attention" in told
    assert "#1 New clients" in told
    assert cai.problems() == []


async def test_a_number_that_is_none_begins_at_the_first_page(rig: Rig) -> None:
    bob = Talk(rig, "dingtalk", "bob")
    for words in ("/okr tree 99999999", "/okr tree x", "/okr 全部"):
        assert "客户满意度第一" in (await bob.say(words)).text
    assert "还没有目标" in (await bob.say("/okr tree 500")).text
