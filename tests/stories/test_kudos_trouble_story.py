"""Thanks while something is wrong: postings stopped, a receiver gone, a stand-in nobody is behind (R-LED-06)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Row, bindparam, select, update

from bot.calendars import Calendars
from bot.playground.rig import Rig
from domain.calendar import bundled_table
from domain.columns import table_of
from domain.delivery import cards as card_rows
from domain.delivery.model import CardRow
from domain.people.model import Identity
from domain.people.service import profile, provisional
from domain.points import verification
from domain.points.messages import Cause, Verdict
from domain.points.service import leave
from domain.recognition.messages import GiveKudos, KudosGiven
from domain.recognition.model import Allowance, KudosRecipient
from domain.recognition.parked import settle_all
from domain.recognition.service import give, undo
from domain.recognition.tags import values_of
from domain.unit_of_work import UnitOfWork
from tests.stories.kudos_house import begin, id_of, points, rows, unit
from tests.stories.talk import Talk

REASON = "周末陪我修好了工单系统"
LINE = f"/kudos @安然 +10 #客户第一 {REASON}"
CARD, PART, ALLOWANCE, IDENTITY = (
    table_of(CardRow), table_of(KudosRecipient), table_of(Allowance), table_of(Identity),
)  # fmt: skip
MOVE = update(IDENTITY).where(IDENTITY.c.user_id == "ou_guest").values(person_id=bindparam("person"))


def stop(rig: Rig) -> None:
    with unit(rig) as uow:
        verification.stop(uow, Verdict(ok=False, entries=0, broken_seq=None, reason="test"))


def resume(rig: Rig) -> None:
    with unit(rig) as uow:
        assert verification.resume(uow).ok


async def test_a_gift_while_postings_are_stopped_costs_nobody_their_allowance(rig: Rig) -> None:
    """R-LED-06, R-ALW-01: refused, and the month's allowance is granted once points move again."""
    begin(rig, "feishu")
    stop(rig)
    bob = Talk(rig, "feishu", "bob")
    await bob.say(LINE)
    assert rows(rig, select(ALLOWANCE.c.id)) == []
    resume(rig)
    await bob.say(LINE)
    assert points(rig, "bob").giving == 90
    assert points(rig, "ann").pending == 10


async def test_what_could_not_be_cleared_in_time_is_cleared_later(rig: Rig) -> None:
    """R-LED-14: a timer that found postings stopped is made up for in the morning."""
    begin(rig, "feishu")
    bob = Talk(rig, "feishu", "bob")
    await bob.say(LINE)
    stop(rig)
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    assert points(rig, "ann").pending == 10
    resume(rig)
    rig.clock.advance(timedelta(days=1))
    await bob.wait()
    assert points(rig, "ann").pending == 0
    assert points(rig, "ann").wallet == 10


async def test_one_receiver_who_left_keeps_nobody_waiting(rig: Rig) -> None:
    """R-LED-14, R-LED-24: what waited for a leaver is retired; the others' points are cleared all the same."""
    begin(rig, "feishu")
    bob = Talk(rig, "feishu", "bob")
    await bob.say(f"/kudos @安然 @Cai Green +10 #客户第一 {REASON}")
    gone = id_of(rig, "cai")
    with unit(rig) as uow:
        leave(uow, gone, wallet=False, cause=Cause("", "left"))
    rig.clock.advance(timedelta(minutes=11))
    await bob.wait()
    assert points(rig, "ann").wallet == 10
    assert points(rig, "cai").wallet == 0


async def test_a_gift_for_a_stand_in_nobody_is_behind_comes_back(rig: Rig) -> None:
    """R-ID-03: the mention was of an account that was linked before the gift went out; nothing waits for ever."""
    begin(rig, "feishu")
    giver, owner = id_of(rig, "bob"), id_of(rig, "cai")
    with unit(rig) as uow:
        guest = provisional(uow, "feishu", "fei", "ou_guest", "Guest")
        uow.change(MOVE, person=owner)
        bob = profile(uow, giver)
        assert bob is not None
        tag = values_of(uow)[0].id
        command = GiveKudos(recipients=(guest.id,), points=10, tags=(tag,), reason=REASON, key="late")
        give(uow, bob, command, Calendars(bundled_table()).of(uow, 0))
    assert points(rig, "bob").giving == 90
    rig.clock.advance(timedelta(days=8))
    await Talk(rig, "feishu", "bob").wait()
    assert points(rig, "bob").giving == 100
    assert [row.state for row in rows(rig, select(PART.c.state))] == ["returned"]


async def test_what_was_returned_does_not_keep_the_rest_from_being_undone(rig: Rig) -> None:
    """R-KUD-06, R-ID-05: one of two turns out to be the giver and goes back at once; the other can still be undone."""
    begin(rig, "feishu")
    giver, ann = id_of(rig, "bob"), id_of(rig, "ann")
    with unit(rig) as uow:
        guest = provisional(uow, "feishu", "fei", "ou_guest", "Guest")
        bob = profile(uow, giver)
        assert bob is not None
        command = GiveKudos(
            recipients=(guest.id, ann), points=10, tags=(values_of(uow)[0].id,), reason=REASON, key="both"
        )
        given = give(uow, bob, command, Calendars(bundled_table()).of(uow, 0))
        assert isinstance(given, KudosGiven)
        uow.change(MOVE, person=giver)
        assert settle_all(uow).returned == ((given.kudos.id, giver),)
    assert points(rig, "bob").giving == 90
    with unit(rig) as uow:
        undo(uow, bob, given.kudos.id)
    assert points(rig, "bob").giving == 100
    assert points(rig, "ann").pending == 0


async def test_two_at_once_are_both_in_the_digest(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-KUD-08: whoever finds the digest changed by another process in this moment adds to what it has become."""
    begin(rig, "feishu")
    bob = Talk(rig, "feishu", "bob")
    for number in range(7):
        await bob.say_in_group(f"/kudos @安然 #客户第一 {REASON} {number}")
    read, hurried = card_rows.about, []

    def overtaken(uow: UnitOfWork, object_id: str) -> Sequence[Row[Any]]:
        rows = read(uow, object_id)
        if rows and rows[-1].kind == "kudos_digest" and not hurried:
            hurried.append(object_id)
            card_rows.advance(uow, rows[-1].id, seen=rows[-1].version, verb="", subject=rows[-1].subject)
        return rows

    monkeypatch.setattr(card_rows, "about", overtaken)
    await bob.say_in_group(f"/kudos @安然 #客户第一 {REASON} 7")
    assert hurried
    (subject,) = rows(rig, select(CARD.c.subject).where(CARD.c.kind == "kudos_digest"))
    assert len(orjson.loads(subject.subject)["several"]) == 3
