"""Stopping with work in flight, handlers that take too long, and two people on one key result."""

import asyncio
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

import bot.dispatch
import bot.outgoing
from bot.playground.rig import Rig
from domain.columns import table_of
from domain.delivery import inbox
from domain.goals.model import KeyResult
from tests.company import account
from tests.reliability.prepared import read_tables
from tests.reliability.schedules import calm, submit

KR = table_of(KeyResult)


async def test_shutdown_with_work_in_flight_loses_nothing(rig: Rig) -> None:
    """Stop while commands come in on all messengers: whatever was acknowledged is there after the next start, and what
    was not is delivered again by the platform; every command counts once (design (f), "Shutdown")."""
    for simulator in rig.simulators.values():
        calm(simulator)

    def say(name: str, number: int) -> Any:
        text = f"/ci #1 {13 + number}"
        return rig.simulators[name].say(account(name, "cai"), text, message_id=f"7{number}{len(name)}")

    saying = [(name, number) for name in rig.simulators for number in range(4)]
    flying = [asyncio.ensure_future(say(*one)) for one in saying]
    await asyncio.sleep(0.03)
    await rig.stop_bot()
    done = await asyncio.gather(*flying)
    await rig.start_bot()
    rig.clock.advance(inbox.LEASE * 5)
    for one, outcome in zip(saying, done, strict=True):
        if outcome.status != 200:
            assert (await say(*one)).status == 200
    await rig.settle()
    async with asyncio.timeout(20):
        while True:
            tables = read_tables(rig.bot.engine)
            if {row["state"] for row in (*tables.inbox, *tables.outbox)} == {"DONE", "SENT"}:
                break
            await asyncio.sleep(0.1)
    assert len(tables.inbox) == 12, f"{tables}"
    assert len({row["command_id"] for row in tables.check_ins}) == len(tables.check_ins) == 12, f"{tables}"
    for name, simulator in rig.simulators.items():
        seen = [one for one in simulator.seen(account(name, "cai")) if one.by == "bot"]
        assert len(seen) == 4, f"{name}: {[one.text for one in seen]}\n{tables}"


async def test_a_late_handler_is_answered_neutrally_and_the_card_changes_afterwards(
    rig: Rig, messenger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget is spent: the click is acknowledged in time without the result, which then comes by the outbox."""
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/checkin")
    await rig.settle()
    card = next(one for one in simulator.seen(bob) if one.by == "bot")
    monkeypatch.setattr(bot.outgoing, "ACK_SHARE", 0.1)
    handle = bot.dispatch.handle

    def slow(*args: Any) -> Any:
        time.sleep(1.0)
        return handle(*args)

    monkeypatch.setattr(bot.dispatch, "handle", slow)
    began = time.monotonic()
    delivered = await submit(simulator, bob, card, "96")
    assert delivered.status == 200
    assert time.monotonic() - began < 0.95, "the acknowledgement waited for the handler"
    untouched = next(one for one in simulator.seen(bob) if one.message_id == card.message_id)
    assert "→ 96%" not in untouched.text, "nothing is shown before it is stored"
    await rig.settle()
    faces = [one for one in simulator.seen(bob) if one.by == "bot"]
    assert len(faces) == 1, [one.text for one in faces]
    assert "94% → 96%" in faces[0].text
    tables = read_tables(rig.bot.engine)
    assert [row["value"] for row in tables.check_ins] == [Decimal(96)], f"{tables}"


async def test_a_handler_that_fails_three_times_is_answered_with_an_apology(
    rig: Rig, messenger: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """RECEIVED → FAILED after the last attempt, with a message and an alarm; the command had no effect."""
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    calls: list[int] = []

    def broken(*_args: Any) -> Any:
        calls.append(1)
        raise KeyError("bug")

    monkeypatch.setattr(bot.dispatch, "handle", broken)
    assert (await simulator.say(bob, "/ci 96")).status == 200
    for _ in range(inbox.ATTEMPTS + 2):
        rig.clock.advance(timedelta(minutes=1))
        await rig.bot.dispatcher.sweep()
        await rig.bot.dispatcher.settle()
    await rig.settle()
    tables = read_tables(rig.bot.engine)
    assert tables.states(tables.inbox) == {"FAILED": 1}, f"{tables}"
    assert tables.check_ins == []
    assert 3 <= len(calls) <= inbox.ATTEMPTS + 1
    assert len([one for one in simulator.seen(bob) if one.by == "bot"]) == 1, "told once"
    assert "given_up" in caplog.text


async def test_two_people_submit_the_same_key_result_at_once(rig: Rig, messenger: str) -> None:
    """R-CHK-11: both are stored; the later one is current. R-CHK-12: Ann, Bob's manager, may do it for him."""
    simulator = rig.simulators[messenger]
    for attempt, (hers, his) in enumerate((("95", "96"), ("97", "95"), ("96", "97"))):
        done = await asyncio.gather(
            simulator.say(account(messenger, "ann"), f"/ci @E2 #1 {hers} g", message_id=f"1{attempt}"),
            simulator.say(account(messenger, "bob"), f"/ci {his}", message_id=f"2{attempt}"),
        )
        assert {one.status for one in done} == {200}
        await rig.settle()
        tables = read_tables(rig.bot.engine)
        assert len(tables.check_ins) == 2 * (attempt + 1), f"{tables}"
        latest = max(tables.check_ins, key=lambda row: (row["created_at"], row["value_at"]))
        tied = [row["value"] for row in tables.check_ins if row["created_at"] == latest["created_at"]]
        with rig.bot.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT set_config('bida.workspace', '*', true)")
            statement = select(KR.c.current).where(KR.c.id == latest["key_result_id"])
            current = connection.execute(statement).scalar_one()
            connection.rollback()
        assert current in tied, f"current is {current}\n{tables}"
