"""Thanking colleagues from the first word to the card everybody sees (flow 5.2; R-KUD, R-ALW)."""

from datetime import timedelta

from bot.playground.rig import Rig
from tests.stories.kudos_house import begin, change, points
from tests.stories.talk import Talk, find_button

LINE = "/kudos @安然 +10 #客户第一 周末陪我修好了工单系统"
REASON = "周末陪我修好了工单系统"


async def test_one_line_gives_and_both_see_it(rig: Rig, messenger: str) -> None:
    """Trigger 1: no card to fill in; giver's and recipient's cards; the points wait (R-KUD-06, A26)."""
    begin(rig, messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say(LINE)
    assert "💌 已送给 安然，10 分。" in card.text
    assert "#客户第一" in card.text
    assert f"「{REASON}」" in card.text
    assert "本月还可送 90 分" in card.text
    got = ann.card()
    assert "🎉 白博 感谢了你" in got.text
    assert "+10 分" in got.text
    assert f"「{REASON}」" in got.text
    assert [one.label for one in got.buttons] == ["说声谢谢", "看我的积分", "不公开"]
    assert points(rig, "bob").giving == 90
    assert (points(rig, "ann").pending, points(rig, "ann").wallet) == (10, 0)
    assert bob.problems() == []


async def test_every_way_to_say_it(rig: Rig, messenger: str) -> None:
    """Aliases, full-width signs, several people by name, pinyin, initials and employee number, nobody twice."""
    begin(rig, messenger)
    change(rig, "ann", manager_id=None)
    bob = Talk(rig, messenger, "bob")
    for number, line in enumerate(
        (
            f"/赞 @安然 +1 #客户第一 {REASON}",
            f"感谢 安然 ＋１ ＃客户第一 {REASON}",
            f"/kudos @anran +1 #客户第一 {REASON}",
            f"／ＫＵＤＯＳ @ar +1 #客户 {REASON}",
            f"/kudos @E1 +1 #customerfirst {REASON}",
            f"/kudos +1 #客户第一 @安然 @ANRAN、@安然{REASON}",
        ),
        1,
    ):
        card = await bob.say(line)
        assert "💌 已送给 安然，1 分。" in card.text, line
        assert REASON in card.text
        assert points(rig, "ann").pending == number
    card = await bob.say(f"/kudos @安然、@Cai Green +2 #团队协作 {REASON}")
    assert "💌 已送给 安然、Cai Green，各 2 分。" in card.text
    assert (points(rig, "ann").pending, points(rig, "cai").pending) == (8, 2)
    assert bob.problems() == []


async def test_thanks_without_points(rig: Rig, messenger: str) -> None:
    """R-KUD-05: no amount is a thank-you; nothing moves in the ledger."""
    begin(rig, messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say(f"感谢 @安然 #团队协作 {REASON}")
    assert "💌 已把感谢送给 安然。" in card.text
    assert "🎉 白博 感谢了你" in ann.card().text
    assert "+0" not in ann.card().text
    assert points(rig, "ann").pending == 0


async def test_the_form(rig: Rig) -> None:
    """Flow 5.2 step 2 on Feishu and DingTalk: what is missing is said on the form, nothing of it is lost."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob, cai = Talk(rig, messenger, "bob"), Talk(rig, messenger, "cai")
        card = await bob.say("/kudos")
        assert "感谢同事 ｜ 本月还可送" in card.text
        assert {"to", "names", "points", "tag", "reason", "private"} <= {one.name for one in card.fields}
        team = next(one for one in card.fields if one.name == "to")
        assert [one.label.split(" · ")[0] for one in team.options] == ["Cai Green", "安然"]
        tag = next(one for one in card.fields if one.name == "tag").options[1].value
        card = await bob.press("送出", card, names="cai green", points="10", tag=tag, reason="谢谢", private="1")
        assert "再多写一点，对方会更开心（至少 8 个字）。" in card.text
        assert next(one for one in card.fields if one.name == "points").value == "10"
        card = await bob.choose("预览", reason=REASON)
        assert "合计 1 人 × 10 分 = 10 分" in card.text
        card = await bob.press("改一下", card)
        assert next(one for one in card.fields if one.name == "reason").value == REASON
        card = await bob.choose("预览")
        card = await bob.press("确认送出", card)
        assert "💌 已送给 Cai Green，10 分。" in card.text
        assert "thanked you · +10 pts" in cai.card().text
        assert "Teamwork" in cai.card().text


async def test_where_there_is_no_form_a_sentence_is_asked_for_and_confirmed(rig: Rig) -> None:
    """Flow 5.2 step 2 on WeCom: sentence, then one card with the value to choose and three buttons."""
    begin(rig, "wecom")
    bob, cai = Talk(rig, "wecom", "bob"), Talk(rig, "wecom", "cai")
    await bob.say("/kudos")
    assert "本月还可送 100 分。请直接回复一句话" in bob.last().text
    card = await bob.say(f"@Cai Green +10 {REASON}")
    assert "请选一个价值标签" in card.text
    assert "合计 1 人 × 10 分 = 10 分" in card.text
    assert [one.label for one in card.buttons] == ["确认送出", "改为私密", "取消"]
    (field,) = card.fields
    assert field.options[1].label == "团队协作"
    card = await bob.press("改为私密", card, tag=field.options[1].value)
    assert "仅你和对方" in bob.card().text
    card = await bob.press("确认送出", bob.card())
    assert "💌 已送给 Cai Green，10 分。" in card.text
    assert "Teamwork" in cai.card().text
    assert "Private" not in [one.label for one in cai.card().buttons]  # it is already
    assert bob.problems() == []
    assert cai.problems() == []


async def test_a_sentence_without_a_value_asks_for_it(rig: Rig, messenger: str) -> None:
    """R-KUD-01: the value is required; a word that is none is not guessed at."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    card = await bob.say(f"/kudos @安然 +10 #没有这个 {REASON}")
    assert "请选一个价值标签" in card.text
    assert points(rig, "ann").pending == 0
    tag = next(one for one in card.fields if one.name == "tag").options[0].value
    card = await bob.press("确认送出", card, tag=tag)
    assert "💌 已送给 安然，10 分。" in card.text
    card = await bob.say(f"/kudos @安然 +10 {REASON}")
    card = await bob.press("取消", card)
    assert "没有送出" in card.text
    assert points(rig, "ann").pending == 10


async def test_said_in_a_group_it_is_posted_there(rig: Rig) -> None:
    """R-KUD-07, R-KUD-08, flow 5.2 step 5: mentions from the platform; no points in the group; "+1" once each."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob, ann, cai = (Talk(rig, messenger, who) for who in ("bob", "ann", "cai"))
        before = len(bob.seen(bob.group))
        await bob.say_in_group(f"/kudos @安然 +10 #客户第一 {REASON}")
        (post,) = bob.seen(bob.group)[before:]
        assert "白博 感谢" in post.text
        assert "安然" in post.text
        assert REASON in post.text
        assert "10" not in post.text
        assert "💌 已送给 安然，10 分。" in bob.card().text
        assert "🎉 白博 感谢了你" in ann.card().text
        for who in (bob, ann):
            seen = await who.press_in_group("同感", post)
            assert "同感：" not in seen.text
        seen = await cai.press_in_group("同感", post)
        assert "同感：Cai Green" in seen.text
        seen = await cai.press_in_group("同感", seen)
        assert seen.text.count("Cai Green") == 1
        card = await ann.press("不公开", ann.card())
        assert "已设为不公开" in card.text
        hidden = next(one for one in bob.seen(bob.group) if one.message_id == post.message_id)
        assert "有人收到了一份感谢" in hidden.text
        assert REASON not in hidden.text
        assert not hidden.buttons


async def test_a_private_one_stays_out_of_the_group(rig: Rig) -> None:
    """R-KUD-07."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob = Talk(rig, messenger, "bob")
        before = len(bob.seen(bob.group))
        await bob.say_in_group(f"/kudos 私密 @安然 +10 #客户第一 {REASON}")
        assert [one.text for one in bob.seen(bob.group)[before:]] == ["已私聊给你 👉"]
        assert "💌 已送给 安然" in bob.card().text


async def test_thanks_back_reaches_the_giver_once(rig: Rig, messenger: str) -> None:
    """Flow 5.2 step 4."""
    begin(rig, messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    await bob.say(LINE)
    card = await ann.press("说声谢谢", ann.card())
    assert "已回谢" in card.text
    assert "安然 收到了你的感谢：谢谢你！" in bob.last().text
    assert "说声谢谢" not in [one.label for one in card.buttons]


async def test_a26_after_ten_minutes_the_points_are_theirs(rig: Rig, messenger: str) -> None:
    """R-LED-14, A26: not before."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    await bob.say(LINE)
    rig.clock.advance(timedelta(minutes=9))
    await bob.wait()
    assert (points(rig, "ann").pending, points(rig, "ann").wallet) == (10, 0)
    rig.clock.advance(timedelta(minutes=1, seconds=1))
    await bob.wait()
    assert (points(rig, "ann").pending, points(rig, "ann").wallet) == (0, 10)
    assert "获得徽章「第一次感谢」" in bob.last().text


async def test_a21_a_double_click_gives_once(rig: Rig, messenger: str) -> None:
    """A21: the second press is told that the first one counted (E04)."""
    begin(rig, messenger)
    ann = Talk(rig, messenger, "ann")
    card = await ann.say(f"/kudos @白博 +60 #客户第一 {REASON}")
    assert "每人 0 到 50 分" in card.text
    assert [one.label for one in card.buttons] == ["每人 50 分", "改成 0 分感谢", "取消"]
    again = ann.keep_press(card, "每人 50 分")
    await ann.press("每人 50 分", card)
    delivered = await again()
    await rig.settle()
    assert messenger != "feishu" or "已收到，刚才那次已经生效，无需再点。" in str(delivered.body)
    assert points(rig, "bob").pending == 50
    assert points(rig, "ann").giving == 90
    told = ann.message(card.message_id)
    assert "💌 已送给 白博，50 分。" in told.text
    assert find_button(told, "撤回")


async def test_many_at_once_become_one_digest(rig: Rig) -> None:
    """R-KUD-08: five posts within half an hour, then one card that takes the others; what is undone leaves it."""
    for messenger in ("dingtalk", "feishu"):
        begin(rig, messenger)
        bob = Talk(rig, messenger, "bob")
        before = len(bob.seen(bob.group))
        for _ in range(5):
            await bob.say_in_group(f"/kudos @安然 #客户第一 {REASON}")
        assert len(bob.seen(bob.group)) == before + 5
        await bob.say_in_group(f"/kudos @安然 #团队协作 {REASON}")
        assert "刚刚又有 1 份感谢" in bob.last(bob.group).text
        await bob.say_in_group(f"/kudos @Cai Green #诚信担当 {REASON}")
        assert len(bob.seen(bob.group)) == before + 6
        digest = bob.last(bob.group)
        assert "刚刚又有 2 份感谢" in digest.text
        assert "白博 感谢 Cai Green　#诚信担当" in digest.text
        await bob.press("撤回", bob.card())
        assert "Cai Green" not in bob.last(bob.group).text
        rig.clock.advance(timedelta(minutes=31))
        await bob.say_in_group(f"/kudos @安然 #客户第一 {REASON}")
        assert REASON in bob.last(bob.group).text
