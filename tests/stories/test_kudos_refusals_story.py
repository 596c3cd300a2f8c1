"""What cannot go out, and the way on from there (flow 5.2, errors; R-KUD-02 to R-KUD-05, R-KUD-09)."""

from sqlalchemy import select

from bot.playground.rig import Rig
from domain.columns import table_of
from domain.points.model import JournalEntry
from domain.recognition.model import Kudos
from tests.stories.kudos_house import add_person, begin, change, fill, fund, points, rows
from tests.stories.talk import Talk

REASON = "周末陪我修好了工单系统"
KUDOS = table_of(Kudos)
ENTRY = table_of(JournalEntry)


def given(rig: Rig) -> int:
    return len(rows(rig, select(KUDOS.c.id)))


async def test_a22_more_than_is_left_posts_nothing_and_offers_two_ways(rig: Rig, messenger: str) -> None:
    """A22: 25 left, 10 × 3 people: refused whole; 0 points, or 8 each."""
    begin(rig, messenger)
    change(rig, "ann", manager_id=None)
    ann = Talk(rig, messenger, "ann")
    add_person(rig, "E4", "丁丁")
    for line in (f"/kudos @白博 +40 #客户第一 {REASON}", f"/kudos @Cai Green +40 #客户第一 {REASON}",
                 f"/kudos @丁丁 +35 #客户第一 {REASON}"):  # fmt: skip
        await ann.say(line)
    assert points(rig, "ann").giving == 25
    entries = len(rows(rig, select(ENTRY.c.id)))
    card = await ann.say(f"/kudos @白博 @Cai Green @丁丁 +10 #客户第一 {REASON}")
    assert "本月额度剩 25 分，这次需要 30 分。可以改成 0 分感谢，照样送达。" in card.text
    assert [one.label for one in card.buttons] == ["改成 0 分感谢", "每人 8 分", "取消"]
    assert len(rows(rig, select(ENTRY.c.id))) == entries
    assert given(rig) == 3
    card = await ann.press("每人 8 分", card)
    assert "💌 已送给 白博、Cai Green、丁丁，各 8 分。" in card.text
    assert points(rig, "ann").giving == 1
    card = await ann.press("改成 0 分感谢", await ann.say(f"/kudos @白博 +2 #客户第一 {REASON}"))
    assert "💌 已把感谢送给 白博。" in card.text
    assert ann.problems() == []


async def test_a23_nobody_thanks_themselves_by_any_account(rig: Rig) -> None:
    """A23, R-ID-05: one person on three messengers; by name, number, and the mention of their other self."""
    for messenger in ("wecom", "dingtalk", "feishu"):
        begin(rig, messenger)
        bob = Talk(rig, messenger, "bob")
        for who in ("@白博", "@E2", "@baibo"):
            card = await bob.say(f"/kudos {who} +10 #客户第一 {REASON}")
            assert "不能给自己送分哦，换一位同事吧。" in card.text
        card = await bob.say(f"/kudos @白博 @安然 +1 #客户第一 {REASON}")
        assert "不能给自己送分哦" in card.text
        card = await bob.press("送给其他人", card)
        assert "💌 已送给 安然，1 分。" in card.text
    for messenger in ("dingtalk", "feishu"):
        bob = Talk(rig, messenger, "bob")
        await bob.say_in_group(f"/kudos @白博 +10 #客户第一 {REASON}")
        assert "不能给自己送分哦" in bob.card().text
        assert bob.last(bob.group).text == "已私聊给你 👉"
    assert given(rig) == 3
    assert points(rig, "bob").pending == 0


async def test_a_name_that_means_several_people_is_asked_about(rig: Rig, messenger: str) -> None:
    """R-KUD-02: nothing is sent until it is clear; buttons with name and department."""
    begin(rig, messenger)
    add_person(rig, "E4", "安然")
    bob = Talk(rig, messenger, "bob")
    card = await bob.say(f"/kudos @anran @Cai Green +1 #客户第一 {REASON}")
    assert "有 2 位「anran」，是哪一位？" in card.text
    assert "安然 · 运营部 · E1" in card.text
    assert "安然 · E4" in card.text
    assert given(rig) == 0
    card = await bob.press("安然 · 运营部", card)
    assert "💌 已送给 Cai Green、安然，各 1 分。" in card.text
    assert points(rig, "ann").pending == 1
    card = await bob.say(f"/kudos @anran @Cai Green +1 #客户第一 {REASON}")
    card = await bob.press("不送给 TA", card)
    assert "💌 已送给 Cai Green，1 分。" in card.text
    assert bob.problems() == []


async def test_somebody_unknown_or_gone_gets_nothing(rig: Rig, messenger: str) -> None:
    """R-KUD-02, R-KUD-03."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    card = await bob.say(f"/kudos @小李 +1 #客户第一 {REASON}")
    assert "没有找到「小李」" in card.text
    assert "没有送出。可以写姓名、拼音或工号。" in card.text
    change(rig, "cai", active=False)
    card = await bob.say(f"/kudos @安然 @Cai Green +1 #客户第一 {REASON}")
    assert "Cai Green 已离职或未启用，没有送出。" in card.text
    assert given(rig) == 0
    card = await bob.press("送给其他人", card)
    assert "💌 已送给 安然，1 分。" in card.text
    assert "要感谢谁？" in (await bob.say(f"/kudos #客户第一 +1 {REASON}")).text


async def test_too_little_or_too_rude_is_said_again(rig: Rig, messenger: str) -> None:
    """R-KUD-01, R-KUD-09: on a form where there is one, else by the next message."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    for said, told in (
        ("谢谢你", "再多写一点，对方会更开心（至少 8 个字）。"),
        ("你这个蠢货终于修好了工单系统", "换个说法吧"),
        ("看这里 https://evil.example/x 周末陪我修好工单", "只能放公司自己的链接"),
        ("好" * 501, "501"),
    ):
        card = await bob.say(f"/kudos @安然 +1 #客户第一 {said}")
        assert told in card.text + bob.all_text(), said
    card = await bob.say("/kudos @安然 +1 #客户第一 谢谢你")
    if messenger == "wecom":
        await bob.press("改一下", card)
        assert "请直接回复感谢的理由" in bob.last().text
        await bob.say(REASON)
        assert "💌 已送给 安然，1 分。" in bob.all_text()
    else:
        card = await bob.press("改一下", card)
        card = await bob.press("送出", card, reason=REASON)
        assert "💌 已送给 安然，1 分。" in card.text
    assert given(rig) == 1
    assert bob.problems() == []


async def test_one_person_gets_at_most_two_fifths_of_a_month(rig: Rig, messenger: str) -> None:
    """R-KUD-04: per pair and month, whatever messenger; 0 points still work."""
    begin(rig, messenger)
    bob = Talk(rig, messenger, "bob")
    await bob.say(f"/kudos @安然 +35 #客户第一 {REASON}")
    card = await Talk(rig, "feishu" if messenger != "feishu" else "wecom", "bob").say(
        f"/kudos @安然 +10 #客户第一 {REASON}"
    )
    assert "本月你已给 安然 送了 35 分（上限 40），可以改成 0 分感谢。" in card.text
    assert points(rig, "bob").giving == 65
    assert "各 5 分" in (await bob.say(f"/kudos @安然 @Cai Green +5 #客户第一 {REASON}")).text


async def test_ten_gifts_and_twenty_thanks_a_day(rig: Rig) -> None:
    """R-KUD-04, R-KUD-05; the next day is a new one."""
    begin(rig, "feishu")
    bob = Talk(rig, "feishu", "bob")
    for _ in range(10):
        await bob.say(f"/kudos @安然 +1 #客户第一 {REASON}")
    card = await bob.say(f"/kudos @安然 +1 #客户第一 {REASON}")
    assert "今天带积分的感谢已有 10 次，可以改成 0 分感谢。" in card.text
    await bob.press("改成 0 分感谢", card)
    for _ in range(19):
        await bob.say(f"/kudos @安然 #客户第一 {REASON}")
    assert "今天已送出 20 次 0 分感谢" in (await bob.say(f"/kudos @安然 #客户第一 {REASON}")).text
    assert given(rig) == 30


async def test_who_got_enough_today_gets_thanks_without_points_if_the_giver_agrees(rig: Rig, messenger: str) -> None:
    """R-KUD-04: 200 from peers a day; told before sending; a manager is no peer."""
    begin(rig, messenger)
    fund(rig, 500_000)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    fill(rig, "cai", 190)
    card = await bob.say(f"/kudos @安然 @Cai Green +20 #客户第一 {REASON}")
    assert "Cai Green 今天收到的同事积分已到上限（200 分）" in card.text
    assert points(rig, "bob").giving == 100
    card = await bob.press("确认送出", card)
    assert "💌 已送给 安然，20 分。" in card.text
    assert "💌 已把感谢送给 Cai Green。" in card.text
    assert points(rig, "bob").giving == 80
    assert points(rig, "cai").pending == 190
    assert "Cai Green，20 分" in (await ann.say(f"/kudos @Cai Green +20 #客户第一 {REASON}")).text
    assert bob.problems() == []


async def test_without_a_budget_nobody_is_half_paid_and_an_admin_hears_of_it_once(rig: Rig, messenger: str) -> None:
    """R-LED-11: the person is told plainly; 0-point thanks work."""
    change(rig, "ann", roles="admin", primary_platform=messenger)
    change(rig, "bob", primary_platform=messenger)
    bob, ann = Talk(rig, messenger, "bob"), Talk(rig, messenger, "ann")
    card = await bob.say(f"/kudos @Cai Green +10 #客户第一 {REASON}")
    assert "本月额度还没有发放（公司预算不足），已通知管理员。" in card.text
    assert points(rig, "bob").giving == 0
    card = await bob.press("改成 0 分感谢", card)
    assert "💌 已把感谢送给 Cai Green。" in card.text
    await bob.say(f"/kudos @Cai Green +10 #客户第一 {REASON}")
    assert [one.text for one in ann.seen() if "预算不足" in one.text] == [
        "感谢额度预算不足：本月还有同事没有拿到额度。请为 allowance 预算充值（bida ledger fund）。"
    ]
    fund(rig)
    assert "10 分。" in (await bob.say(f"/kudos @Cai Green +10 #客户第一 {REASON}")).text
    assert points(rig, "bob").giving == 90


async def test_where_there_are_no_forms_the_next_message_is_the_better_reason(rig: Rig) -> None:
    """Flow 5.2: "say a little more" is answered by saying more, without a click in between."""
    begin(rig, "wecom")
    bob = Talk(rig, "wecom", "bob")
    card = await bob.say("/kudos @安然 +10 #客户第一 好")
    assert "再多写一点" in card.text
    assert "再多写一点" in (await bob.say("很好")).text
    sent = await bob.say(REASON)
    assert "💌 已送给 安然，10 分。" in sent.text
    assert f"「{REASON}」" in sent.text
    assert given(rig) == 1
    card = await bob.say("/kudos @安然 +10 #客户第一 好")
    await bob.press("取消", card)
    await bob.say(REASON)
    assert given(rig) == 1
    assert bob.problems() == []
