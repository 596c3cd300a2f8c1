"""Who I am: `/me`, `/bind`, `/lang`, and what the directory tells of people (R-ID-01 to 03, 06, 07; R-ORG-03)."""

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from adapters.simulation import Resident
from bot.playground.rig import Rig
from domain.columns import table_of
from domain.people.model import Person
from tests.stories.talk import Talk, account

PERSON = table_of(Person)


def add_guest(rig: Rig, messenger: str) -> Talk:
    """Dan is in the messenger's directory, and nobody has told us of him."""
    user = account(messenger, "dan")
    simulator = rig.simulators[messenger]
    simulator.add_resident(Resident(user_id=user, name="Dan"))
    if messenger != "wecom":
        simulator.add_group(f"{Talk(rig, messenger, 'dan').group}", "运营部", [user, account(messenger, "ann")])
    return Talk(rig, messenger, "dan")


async def code_of(person: Talk) -> str:
    await person.say("/bind")
    found = re.findall(r"/bind (\d{6})", person.all_text())
    return str(found[-1])


async def test_me_tells_department_manager_messengers_language_and_streak(rig: Rig, messenger: str) -> None:
    bob = Talk(rig, messenger, "bob")
    await bob.say("/ci 95")
    card = await bob.say("我的")
    for words in ("白博", "E2", "运营部", "安然", "钉钉、飞书、企业微信", "中文", "1 周"):
        assert words in card.text
    await bob.press("我的目标", card)
    assert "按时交付" in bob.last().text
    assert bob.problems() == []


async def test_languages_are_per_person_and_hold_at_once(rig: Rig, messenger: str) -> None:
    """`/lang`: by word or from the card; cards, questions and errors follow."""
    bob = Talk(rig, messenger, "bob")
    assert (await bob.say("/lang en")).text == "All right, English from now on."
    card = await bob.say("/ci")
    assert "Check-in · week 7 · about 10 s" in card.text
    assert "last 94%, target 98%, expected by now 94.2%" in bob.all_text()
    assert "Checked in 94% → 95% (+1) · objective +12.5% · 1-week streak" in (await bob.submit(value="95")).text
    assert 'I couldn\'t read "x"' in (await bob.say("/ci x")).text
    assert "update this week's progress" in (await bob.say("/help")).text
    card = await bob.say("/lang")
    await bob.press("中文", card)
    assert bob.last().text == "好的，之后用中文。"
    assert "安然" in (await Talk(rig, messenger, "ann").say("/me")).text
    assert bob.problems() == []


async def test_a_guest_may_do_three_things_and_is_told_how_to_go_on(rig: Rig, messenger: str) -> None:
    """R-ID-03, E01."""
    dan = add_guest(rig, messenger)
    for words in ("/ci", "打卡", "/okr", "/me"):
        assert (await dan.say(words)).text == "还没有关联到你的员工档案。回复「绑定」开始，约 20 秒。"
    assert "发送「/bind」取得 6 位关联码" in (await dan.say("绑定")).text
    assert "我能帮你做什么" in (await dan.say("/help")).text
    assert "English from now on" in (await dan.say("/lang en")).text
    assert "isn't linked" in (await dan.say("/ci")).text
    assert dan.problems() == []


async def test_a_code_from_one_messenger_links_another(rig: Rig, messenger: str) -> None:
    """R-ID-02 c: shown in A, typed in B; then B is the same person; it works once."""
    elsewhere = "feishu" if messenger != "feishu" else "wecom"
    dan = add_guest(rig, messenger)
    code = await code_of(Talk(rig, elsewhere, "bob"))
    assert "关联成功，白博" in (await dan.say(f"绑定 {code[:3]} {code[3:]}")).text
    assert "上次 94%" in (await dan.say("打卡")).text
    assert "这个账号已经关联过了" in (await dan.say("/bind 123456")).text
    again = add_guest_named(rig, messenger, "eve")
    assert "关联码不对或已过期，还可再试 4 次" in (await again.say(f"/bind {code}")).text
    # Bob's former account on this messenger gave way (R-ID-01)
    assert "已停用" in (await Talk(rig, messenger, "bob").say("/me")).text
    assert dan.problems() == []


def add_guest_named(rig: Rig, messenger: str, who: str) -> Talk:
    rig.simulators[messenger].add_resident(Resident(user_id=account(messenger, who), name=who))
    return Talk(rig, messenger, who)


async def test_five_wrong_codes_lock_for_ten_minutes_and_old_codes_expire(rig: Rig, messenger: str) -> None:
    """R-ID-02: 5 attempts, 10 minutes; the sixth try is not even looked at."""
    dan = add_guest(rig, messenger)
    bob = Talk(rig, "feishu" if messenger != "feishu" else "wecom", "bob")
    for left in (4, 3, 2, 1):
        assert f"还可再试 {left} 次" in (await dan.say("/bind 000000" if left > 2 else "/bind zwölf")).text
    assert "试错太多次了" in (await dan.say("/bind 000000")).text
    code = await code_of(bob)
    assert "试错太多次了" in (await dan.say(f"/bind {code}")).text
    rig.clock.advance(timedelta(minutes=11))
    assert "关联码不对或已过期" in (await dan.say(f"/bind {code}")).text
    newer = await code_of(bob)
    assert "关联成功" in (await dan.say(f"/bind {newer}")).text
    assert dan.problems() == []


async def test_a_newer_code_ends_the_older_one(rig: Rig) -> None:
    dan, bob = add_guest(rig, "wecom"), Talk(rig, "feishu", "bob")
    older = await code_of(bob)
    newer = await code_of(bob)
    assert "关联码不对" in (await dan.say(f"/bind {older}")).text
    assert "关联成功" in (await dan.say(f"/bind {newer}")).text


async def test_codes_are_refused_and_never_shown_in_groups(rig: Rig) -> None:
    for messenger in ("dingtalk", "feishu"):
        bob = Talk(rig, messenger, "bob")
        await bob.say_in_group("/bind 123456")
        await bob.say_in_group("/bind")
        group = [one.text for one in bob.seen(bob.group)]
        assert group == ["请不要在群里发关联码，私聊发给我就好。", "已私聊给你 👉"]
        assert "关联码" in bob.last().text


async def test_a_renamed_or_moved_person_is_renamed_here(rig: Rig, messenger: str) -> None:
    """WeCom tells only ids: the rest is looked up."""
    bob, simulator = Talk(rig, messenger, "bob"), rig.simulators[messenger]
    await simulator.contact_changed(bob.user, name="白大博", department="门店部")
    await rig.settle()
    await rig.settle()
    await bob.wait()
    card = await bob.say("/me")
    assert "白大博" in card.text
    assert "门店部" in card.text
    assert bob.problems() == []


async def test_somebody_who_left_can_do_nothing_here_but_elsewhere(rig: Rig, messenger: str) -> None:
    """R-ID-07: this account is inactive at once; the person stays while another is active."""
    bob, simulator = Talk(rig, messenger, "bob"), rig.simulators[messenger]
    card = await bob.say("/ci")
    late = bob.keep_press(card, "提交")
    await simulator.contact_changed(bob.user, left=True)
    await bob.wait()
    await late()
    elsewhere = Talk(rig, "feishu" if messenger != "feishu" else "wecom", "bob")
    assert "上次 94%" in (await elsewhere.say("/ci")).text
    told = await elsewhere.say("/me")
    assert {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}[messenger] not in told.text


async def test_a_changed_user_id_is_the_same_person(rig: Rig) -> None:
    """wecom.md §2.4: NewUserID."""
    bob, simulator = Talk(rig, "wecom", "bob"), rig.simulators["wecom"]
    await bob.say("/ci 95")
    await simulator.contact_changed("bob", new_user_id="baibo")
    await bob.wait()
    await simulator.say("baibo", "/ci")
    await rig.settle()
    assert "上次 95%" in simulator.seen("baibo")[-1].text
    assert bob.problems() == []


async def test_the_last_day_still_counts_and_the_next_does_not(rig: Rig) -> None:
    """R-ORG-03: active until the end of the leaving day, in the person's own zone."""
    bob = Talk(rig, "dingtalk", "bob")
    with rig.bot.engine.begin() as connection:
        connection.execute(update(PERSON).where(PERSON.c.employee_no == "E2").values(leaves_on=date(2026, 2, 13)))
    rig.clock.set(datetime(2026, 2, 13, 15, 50, tzinfo=UTC))
    assert "上次 94%" in (await bob.say("/ci")).text
    rig.clock.advance(timedelta(minutes=15))
    assert "你的账号已停用" in (await bob.say("/ci")).text
