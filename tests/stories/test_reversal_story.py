"""An admin takes a thank-you's points back after its window (R-KUD-06, R-LED-20, A57)."""

from datetime import timedelta

import pytest

from bot.playground.rig import Rig
from domain.errors import NotAllowed
from domain.people.service import profile
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.recognition.errors import OwnReversal
from domain.recognition.reversal import gifts_between, reverse
from tests.stories.kudos_house import begin, change, id_of, points, unit
from tests.stories.talk import Talk

REASON = "周末陪我修好了工单系统"
LINE = f"/kudos @Cai Green +30 #客户第一 {REASON}"


async def thanked(rig: Rig, messenger: str, line: str = LINE) -> tuple[Talk, Talk, Talk]:
    """Bob has thanked Cai, and the window is over; Ann is an admin."""
    begin(rig, messenger)
    change(rig, "ann", roles="admin")
    change(rig, "cai", locale="zh-CN")
    ann, bob, cai = (Talk(rig, messenger, who) for who in ("ann", "bob", "cai"))
    await bob.say(line)
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    return ann, bob, cai


async def test_an_admin_takes_it_back_after_asking(rig: Rig, messenger: str) -> None:
    """R-KUD-06: asked first, taken once, told to both, and every card about it says so."""
    ann, bob, cai = await thanked(rig, messenger)
    sent, got = bob.card(), cai.card()
    card = await ann.say("/reverse @白博 @Cai Green 送错人了")
    assert "收回 Cai Green 的 30 分？" in card.text
    assert points(rig, "cai").wallet == 30
    again = ann.keep_press(card, "收回")
    done = await ann.press("收回", card)
    assert "30 分已收回。" in done.text
    assert points(rig, "cai").wallet == 0
    assert points(rig, "bob").giving == 70
    assert "管理员更正了 白博 送你的感谢（30 分）。" in cai.all_text()
    assert "原因：送错人了" in cai.all_text()
    assert "30 分不退回感谢额度。" in bob.all_text()
    if messenger != "wecom":
        assert "积分已收回" in bob.message(sent.message_id).text
        assert "积分已收回" in cai.message(got.message_id).text
    await again()
    await rig.settle()
    assert cai.all_text().count("管理员更正了 白博 送你的感谢（30 分）。") == 1
    assert "没有可以收回的感谢" in (await ann.say("/reverse @白博 @Cai Green")).text
    assert ann.problems() == []


async def test_a57_what_is_spent_is_owed_and_the_giver_may_give_again(rig: Rig, messenger: str) -> None:
    """A57: 30 in the wallet, the rest from later credits; the allowance comes back from its budget if asked."""
    ann, bob, cai = await thanked(rig, messenger)
    cai_id = id_of(rig, "cai")
    with unit(rig) as uow:
        ledger.hold(uow, "order", cai_id, 20, Cause("", "order"))
    card = await ann.say("/收回 @白博 @Cai Green")
    done = await ann.press("收回并退额度", card)
    assert "10 分已收回，20 分将从以后的积分中扣回。" in done.text
    assert "10 分已收回，20 分将从以后的积分中扣回。" in cai.all_text()
    assert "30 分已退回你的感谢额度。" in bob.all_text()
    assert points(rig, "bob").giving == 100
    assert points(rig, "cai").wallet == 0


async def test_which_of_several_is_meant_is_asked_and_nothing_need_happen(rig: Rig, messenger: str) -> None:
    """The latest between the two, newest first; cancelled, nothing moves."""
    ann, bob, _ = await thanked(rig, messenger, LINE.replace("+30", "+10"))
    await bob.say(LINE.replace("+30", "+5"))
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    card = await ann.say("/reverse @白博 @Cai Green")
    assert "收回哪一次" in card.text
    card = await ann.press("5分 ", card)
    assert "收回 Cai Green 的 5 分？" in card.text
    card = await ann.press("取消", card)
    assert "没有收回" in card.text
    assert points(rig, "cai").wallet == 15


async def test_only_an_admin_and_not_about_oneself(rig: Rig) -> None:
    """R-ROL-01, R-ROL-02: refused by the domain too, whoever asks."""
    _, bob, cai = await thanked(rig, "feishu")
    await cai.say("/reverse @白博 @安然")
    assert not [one for one in cai.seen() if "收回" in one.text]
    ids = {who: id_of(rig, who) for who in ("ann", "bob", "cai")}
    with unit(rig) as uow:
        admin = profile(uow, ids["ann"])
        assert admin is not None
        (gift,) = gifts_between(uow, admin, ids["bob"], ids["cai"])
    for who, roles, error in (
        ("ann", "hrbp", NotAllowed),
        ("bob", "admin", OwnReversal),
        ("cai", "admin", OwnReversal),
    ):
        change(rig, who, roles=roles)
        with unit(rig) as uow:
            by = profile(uow, ids[who])
            assert by is not None
            with pytest.raises(error):
                reverse(uow, by, gift.id)
    assert "另一位管理员" in (await bob.say("/reverse @白博 @Cai Green")).text
    assert points(rig, "cai").wallet == 30
