"""Thanking colleagues from the first word to the card everybody sees (flow 5.2; R-KUD, R-ALW)."""

from bot.playground.rig import Rig
from tests.stories.kudos_house import begin, points
from tests.stories.talk import Talk

LINE = "/kudos @安然 +10 #客户第一 周末陪我修好了工单系统"


async def test_one_line_gives_and_both_see_it(rig: Rig, messenger: str) -> None:
    """Trigger 1: no card to fill in; giver's and recipient's cards; the points wait (R-KUD-06, A26)."""
    begin(rig, messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say(LINE)
    assert "💌 已送给 安然，10 分。" in card.text
    assert "#客户第一" in card.text
    assert "「周末陪我修好了工单系统」" in card.text
    got = ann.card()
    assert "🎉 白博 感谢了你" in got.text
    assert "+10 分" in got.text
    assert "「周末陪我修好了工单系统」" in got.text
    assert points(rig, "bob").giving == 90
    assert (points(rig, "ann").pending, points(rig, "ann").wallet) == (10, 0)
    assert bob.problems() == []
