"""The ledger proves itself every night; when it cannot, points stand still and admins are told (R-LED-06, A52)."""

import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from bot.observe import LEDGER_SOUND
from bot.playground.rig import Rig, make_rig
from domain.columns import table_of
from domain.errors import PostingsStopped
from domain.people.model import Person
from domain.points import verification
from tests.company import PEOPLE, in_unit, populate, seed
from tests.stories.conftest import FRIDAY
from tests.stories.points_company import fund, pay, pending_of, person_id, thank, wallet_of
from tests.stories.talk import Talk

ADMINS = PEOPLE.replace("E1,安然,,,运营部,,,", "E1,安然,,,运营部,,admin,").replace(
    "E3,Cai Green,,,运营部,E1,,", "E3,Cai Green,,,运营部,E1,admin,"
)
NIGHT = timedelta(hours=18, minutes=30)
"""From Friday 10:05 to Saturday 4:35 in Shanghai."""


@pytest.fixture
async def audited(database_url: str) -> AsyncIterator[Rig]:
    """Ann and Cai administer the company."""
    made = make_rig(database_url, FRIDAY)
    await made.start()
    populate(made)
    seed(made.bot.engine, made, ADMINS)
    try:
        yield made
    finally:
        await made.stop()


def edit_by_hand(rig: Rig) -> None:
    """What only somebody with the database's own rights can do: an entry's amount is another one."""
    with rig.bot.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('bida.workspace', '*', true)"))
            connection.execute(text("ALTER TABLE posting DISABLE TRIGGER USER"))
        else:
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'posting'")
            ).scalars()
            for name in triggers.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        changed = connection.execute(text("UPDATE posting SET amount = amount + 900 WHERE to_account LIKE 'WALLET:%'"))
        assert changed.rowcount == 1


def is_stopped(rig: Rig) -> bool:
    return in_unit(rig.bot.engine, rig, verification.is_stopped)


async def test_a_sound_ledger_passes_the_night(audited: Rig, messenger: str) -> None:
    fund(audited, "manual", 1000)
    fund(audited, "allowance", 1000)
    pay(audited, "bob", 20)
    ann = Talk(audited, messenger, "ann")
    audited.clock.advance(NIGHT)
    await ann.wait()
    assert not is_stopped(audited)
    assert LEDGER_SOUND.labels("main")._value.get() == 1
    assert ann.seen() == []
    pay(audited, "bob", 5)
    assert wallet_of(audited, "bob") == 25


async def test_an_edited_row_stops_postings_and_tells_every_admin(
    audited: Rig, messenger: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A52; what needs no posting goes on, and readiness has nothing to do with it."""
    fund(audited, "manual", 1000)
    fund(audited, "allowance", 1000)
    pay(audited, "bob", 20)
    people = {who: Talk(audited, messenger, who) for who in ("ann", "bob", "cai")}
    for who, line in (("ann", "/ci #1 3"), ("bob", "/ci 95"), ("cai", "/ci #1 20")):
        await people[who].say(line)  # this is the messenger they use
    edit_by_hand(audited)
    audited.clock.advance(NIGHT)
    with caplog.at_level(logging.ERROR, "bida.ledger"):
        await people["ann"].wait()
    assert is_stopped(audited)
    assert [record.message for record in caplog.records if record.name == "bida.ledger"] == ["ledger_broken"]
    assert LEDGER_SOUND.labels("main")._value.get() == 0
    assert "已暂停所有积分变动" in people["ann"].last().text
    assert "all postings are stopped" in people["cai"].last().text
    assert "暂停" not in people["bob"].all_text()
    with pytest.raises(PostingsStopped):
        pay(audited, "bob", 5)
    assert "95% → 96%" in (await people["bob"].say("/ci 96")).text, "check-ins move no points"
    await people["bob"].say("/kudos @安然 +5 谢谢你帮我顶班到深夜 #客户第一")
    assert "积分账目正在核对" in people["bob"].all_text()
    assert "我的积分" in (await people["bob"].say("/points")).text
    assert await audited.bot.is_ready()
    assert people["bob"].problems() == []


async def test_the_expiry_that_could_not_be_booked_comes_when_the_ledger_moves_again(audited: Rig) -> None:
    """R-LOT-05 is safe to rerun: a refused night leaves no mark."""
    fund(audited, "manual", 1000)
    pay(audited, "bob", 20)
    bob = Talk(audited, "feishu", "bob")
    in_unit(audited.bot.engine, audited, lambda uow: verification.stop(uow, _refusal()))
    audited.clock.advance(timedelta(days=400))
    await bob.wait()
    await bob.say("/points")
    assert "到期" not in bob.all_text()
    in_unit(audited.bot.engine, audited, verification.resume)
    audited.clock.advance(timedelta(days=1))
    await bob.wait()
    await bob.say("/points")
    assert "−20　到期" in bob.all_text()


async def test_who_leaves_loses_what_they_may_give_first_and_the_wallet_a_month_later(
    audited: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """R-LED-24, R-RED-31: every night by itself; the log says how many, never who."""
    fund(audited, "manual", 1000)
    fund(audited, "allowance", 1000)
    for who in ("bob", "cai"):
        pay(audited, who, 20)
    thank(audited, "ann", "bob", 10, cleared=False)
    bob = person_id(audited, "bob")
    last_day = update(table_of(Person)).where(table_of(Person).c.id == bob).values(leaves_on=FRIDAY.date())
    in_unit(audited.bot.engine, audited, lambda uow: uow.change(last_day))
    cai = Talk(audited, "feishu", "cai")
    audited.clock.advance(NIGHT)
    with caplog.at_level(logging.INFO, "bida.ledger"):
        await cai.wait()
    assert pending_of(audited, "bob") == 0
    assert wallet_of(audited, "bob") == 20
    (said,) = [record for record in caplog.records if record.message == "leavers_retired"]
    assert (vars(said)["people"], vars(said)["entries"]) == (1, 1)
    assert bob not in str(vars(said))
    audited.clock.advance(timedelta(days=29))
    await cai.wait()
    assert wallet_of(audited, "bob") == 20
    audited.clock.advance(timedelta(days=1))
    await cai.wait()
    assert (wallet_of(audited, "bob"), wallet_of(audited, "cai")) == (0, 20)
    assert not is_stopped(audited)


async def test_more_leavers_than_one_page_holds_are_done_page_by_page(
    audited: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handlers.ledger.AT_ONCE", 1)
    fund(audited, "manual", 1000)
    for who in ("bob", "cai"):
        pay(audited, who, 20)
    away = date(2026, 1, 2)
    in_unit(audited.bot.engine, audited, lambda uow: uow.change(update(table_of(Person)).values(leaves_on=away)))
    audited.clock.advance(NIGHT)
    await Talk(audited, "feishu", "ann").wait()
    assert (wallet_of(audited, "bob"), wallet_of(audited, "cai")) == (0, 0)


def _refusal() -> verification.Verdict:
    return verification.Verdict(ok=False, entries=1, broken_seq=None, reason="a drill")
