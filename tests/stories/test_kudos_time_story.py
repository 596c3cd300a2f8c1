"""What time does to thanks: undo, month ends, allowances, gifts that wait for somebody (R-KUD-06, R-ALW, R-ID-03)."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from adapters.simulation import Resident
from bot.playground.rig import Rig
from domain.columns import table_of
from domain.points.model import Account
from domain.recognition.model import Allowance
from tests.stories.kudos_house import begin, change, fund, id_of, points, rows
from tests.stories.talk import Talk, account

REASON = "周末陪我修好了工单系统"
LINE = f"/kudos @安然 +10 #客户第一 {REASON}"
ACCOUNT = table_of(Account)
ALLOWANCE = table_of(Allowance)


def retired(rig: Rig) -> int:
    return sum(row.balance for row in rows(rig, select(ACCOUNT.c.balance).where(ACCOUNT.c.id == "RETIRED")))


async def test_a24_undo_within_ten_minutes_and_not_later(rig: Rig, messenger: str) -> None:
    """A24: undone before ten minutes are over, refused after; the recipient's card changes with it. The clock runs on
    while people type, so the seconds are for the domain's own test."""
    begin(rig, messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say(LINE)
    got = ann.card()
    rig.clock.advance(timedelta(minutes=9))
    undone = await bob.press("撤回", card)
    assert "这次感谢已撤回，10 分已退回。" in undone.text
    assert points(rig, "bob").giving == 100
    assert points(rig, "ann").pending == 0
    assert "白博 撤回了这次感谢。" in ann.all_text()
    if messenger != "wecom":
        assert "撤回了这次感谢" in ann.message(got.message_id).text
    card = await bob.say(LINE)
    rig.clock.advance(timedelta(minutes=10, seconds=1))
    late = await bob.press("撤回", card)
    assert "已超过 10 分钟，不能撤回了" in late.text
    assert "撤回（10 分钟内）" not in [one.label for one in late.buttons]
    await bob.wait()
    assert points(rig, "ann").wallet == 10
    assert points(rig, "bob").giving == 90
    assert bob.problems() == []


async def test_undo_in_a_group_takes_the_post_back(rig: Rig) -> None:
    """R-KUD-06: "已撤回" in the group, and nothing of what was said."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob = Talk(rig, messenger, "bob")
        await bob.say_in_group(LINE)
        post = bob.last(bob.group)
        assert REASON in post.text
        await bob.press("撤回", bob.card())
        gone = next(one for one in bob.seen(bob.group) if one.message_id == post.message_id)
        assert "这条感谢已撤回。" in gone.text
        assert REASON not in gone.text


async def test_a25_undo_after_the_end_of_the_month_retires_the_points(rig: Rig, messenger: str) -> None:
    """A25: given 23:55 on the last day, undone 00:04 in the new month: not to the giver."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    rig.clock.set(datetime(2026, 2, 28, 15, 55, tzinfo=UTC))
    card = await bob.say(LINE)
    rig.clock.set(datetime(2026, 2, 28, 16, 4, tzinfo=UTC))
    before = retired(rig)
    undone = await bob.press("撤回", card)
    assert "本月额度已结束，10 分不再退回。" in undone.text
    assert retired(rig) == before + 10
    assert points(rig, "ann").pending == 0


async def test_allowances_are_granted_on_the_first_and_what_is_left_lapses(rig: Rig) -> None:
    """R-ALW-01, R-ALW-02: managers by their reports; once, whatever runs first; leavers get none."""
    begin(rig, "feishu")
    await Talk(rig, "feishu", "bob").say(LINE)
    await Talk(rig, "feishu", "bob").wait()
    assert [points(rig, who).giving for who in ("ann", "bob", "cai")] == [140, 90, 100]
    change(rig, "cai", active=False)
    rig.clock.set(datetime(2026, 2, 28, 16, 1, tzinfo=UTC))
    await Talk(rig, "feishu", "bob").wait()
    assert [points(rig, who).giving for who in ("ann", "bob", "cai")] == [120, 100, 0]
    assert retired(rig) == 140 + 90 + 100
    for _ in range(2):
        rig.clock.advance(timedelta(days=1))
        await Talk(rig, "feishu", "bob").wait()
    granted = rows(rig, select(ALLOWANCE.c.period, ALLOWANCE.c.points).order_by(ALLOWANCE.c.period, ALLOWANCE.c.points))
    assert [tuple(row) for row in granted] == [
        ("2026-02", 100), ("2026-02", 100), ("2026-02", 140), ("2026-03", 100), ("2026-03", 120),
    ]  # fmt: skip
    assert points(rig, "ann").wallet == 10


async def test_whoever_is_first_in_a_new_month_does_not_wait_for_the_chore(rig: Rig, messenger: str) -> None:
    """R-LED-12: what was left lapses before the new grant; the chore then changes nothing."""
    begin(rig, messenger)
    change(rig, "bob", joined_on=date(2026, 3, 18))
    bob = Talk(rig, messenger, "bob")
    await bob.say(LINE)
    rig.clock.set(datetime(2026, 3, 19, 2, 0, tzinfo=UTC))
    card = await bob.say(f"/kudos @安然 +1 #客户第一 {REASON}")
    assert "本月还可送 45 分" in card.text  # 10 of 22 workdays left on the 18th: ceil(100 · 10 / 22) = 46
    await bob.wait()
    assert points(rig, "bob").giving == 45


def guest(rig: Rig, messenger: str) -> Talk:
    """Dan is in the team's group, and nobody has told us of him."""
    user = account(messenger, "dan")
    rig.simulators[messenger].add_resident(Resident(user_id=user, name="丹尼"))
    everybody = [account(messenger, who) for who in ("ann", "bob", "cai")]
    rig.simulators[messenger].add_group(Talk(rig, messenger, "dan").group, "运营部", [*everybody, user])
    return Talk(rig, messenger, "dan")


async def test_a59_a_gift_for_somebody_unknown_waits_and_arrives_with_their_binding(rig: Rig) -> None:
    """A59, R-ID-03: thanked by mention, linked on day 3."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob, dan = Talk(rig, messenger, "bob"), guest(rig, messenger)
        cai = Talk(rig, "wecom", "cai")
        change(rig, "cai", primary_platform="wecom")
        before = points(rig, "cai").wallet
        await bob.say_in_group(f"/kudos @丹尼 +10 #客户第一 {REASON}")
        assert "还没有关联账号：先保留 7 天" in bob.card().text
        assert points(rig, "cai").wallet == before
        rig.clock.advance(timedelta(days=3))
        await bob.wait()
        assert not [one for one in dan.seen() if "感谢了你" in one.text]
        await cai.say("/bind")
        code = next(word for word in cai.all_text().split("/bind ")[-1].split() if word[:6].isdigit())[:6]
        await dan.say(f"/bind {code}")
        assert points(rig, "cai").wallet == before + 10
        assert "thanked you" in cai.all_text() + dan.all_text()


async def test_a59_a_gift_nobody_came_for_goes_back(rig: Rig) -> None:
    """A59: on day 8 returned while the month is open, else retired; the giver is told."""
    begin(rig, "feishu")
    bob = Talk(rig, "feishu", "bob")
    guest(rig, "feishu")
    for left, told in ((100, "没有送达，10 分已退回。"), (90, "积分不再退回")):
        await bob.say_in_group(f"/kudos @丹尼 +10 #客户第一 {REASON}")
        assert points(rig, "bob").giving == 90
        rig.clock.advance(timedelta(days=7, minutes=-1))
        await bob.wait()
        assert told not in bob.all_text()
        rig.clock.advance(timedelta(days=1))
        await bob.wait()
        assert told in bob.all_text()
        if left == 100:
            assert points(rig, "bob").giving == 100
        rig.clock.set(datetime(2026, 2, 26, 2, 0, tzinfo=UTC))
    assert points(rig, "bob").giving == 100  # March's
    assert id_of(rig, "bob")


async def test_badges_are_earned_and_shown(rig: Rig, messenger: str) -> None:
    """R-BDG-01, R-BDG-02: the value's badge given with it, the first thanks; once, then counted."""
    begin(rig, messenger)
    fund(rig, 7)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    assert "还没有徽章" in (await bob.say("/badges")).text
    await bob.say(LINE)
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    assert "🏅 获得徽章「第一次感谢」" in bob.all_text()
    assert "第一次感谢" in (await bob.say("徽章")).text
    assert "还没有徽章" in (await ann.say("/badges")).text
    await bob.say(LINE)
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    assert bob.all_text().count("获得徽章「第一次感谢」") == 1


async def test_a_picture_and_a_badge_go_with_it(rig: Rig) -> None:
    """R-BDG-03: an e-card beside the text card; the value's badge after the undo window."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
        card = await bob.say("/kudos")
        tag = next(one for one in card.fields if one.name == "tag").options[0].value
        card = await bob.press(
            "送出", card, names="安然", points="5", tag=tag, reason=REASON, badge="1", ecard="teamwork"
        )  # fmt: skip
        assert "💌 已送给 安然，5 分。" in card.text
        assert [one for one in ann.seen() if one.picture]
        assert "🎉 白博 感谢了你" in ann.all_text()
        rig.clock.advance(timedelta(minutes=11))
        await bob.wait()
        told = "🏅 获得徽章「客户第一」"
        assert told in ann.all_text() or messenger == "feishu"  # once a month only


async def test_checking_in_earns_badges_the_next_morning(rig: Rig, messenger: str) -> None:
    """R-BDG-02: the first check-in, then four weeks in a row; each once."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    for week in range(5):  # the week of the spring festival has no duty (R-CAL-06)
        rig.clock.set(datetime(2026, 2, 13, 2, 5, tzinfo=UTC) + timedelta(weeks=week))
        if week != 1:
            await bob.say(f"/ci {91 + week}")
        rig.clock.advance(timedelta(days=1))
        await bob.wait()
        assert bob.all_text().count("🏅 获得徽章「第一次打卡」") == 1
        assert bob.all_text().count("🏅 获得徽章「连续四周」") == (1 if week == 4 else 0)
    assert "连续四周" in (await bob.say("/badges")).text
