"""The same event as often as the platform likes: one check-in, one visible answer (A20; design (f), "Keys")."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.simulation import Simulator
from bot.database import open_engine
from bot.playground.rig import Rig
from tests.company import account
from tests.reliability.lives import environment, open_nursery
from tests.reliability.prepared import FRIDAY, Tables, prepared_rig, read_tables, serve_platform
from tests.reliability.schedules import calm, free_port, submit

FEISHU_REPEATS = (timedelta(seconds=15), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
NUMBER = "7000000000000000001"


def answers(simulator: Simulator, who: str) -> list[str]:
    """What a person sees of the bot."""
    return [one.text for one in simulator.seen(account(simulator.name, who)) if one.by == "bot"]


def expect_one(tables: Tables, simulator: Simulator, value: str, *, commands: int = 1) -> None:
    assert len(tables.inbox) == commands, f"stored more than once\n{tables}"
    assert [row["value"] for row in tables.check_ins] == [Decimal(value)], f"not exactly one check-in\n{tables}"
    assert {row["state"] for row in (*tables.inbox, *tables.outbox)} == {"DONE", "SENT"}, f"unfinished\n{tables}"
    assert len(answers(simulator, "bob")) == 1, f"not one answer: {answers(simulator, 'bob')}\n{tables}"
    assert f"94% → {value}%" in answers(simulator, "bob")[0]


async def test_a20_an_event_delivered_again_after_seconds_minutes_and_hours_counts_once(
    rig: Rig, messenger: str
) -> None:
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    assert (await simulator.say(bob, "/ci 96", message_id=NUMBER)).status == 200
    await rig.settle()
    for pause in FEISHU_REPEATS:
        rig.clock.advance(pause)
        assert (await simulator.say(bob, "/ci 96", message_id=NUMBER)).status == 200
        await rig.settle()
    expect_one(read_tables(rig.bot.engine), simulator, "96")


async def test_an_event_delivered_many_times_at_once_counts_once(rig: Rig, messenger: str) -> None:
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    delivered = await asyncio.gather(*(simulator.say(bob, "/ci 96", message_id=NUMBER) for _ in range(8)))
    assert {one.status for one in delivered} == {200}
    await rig.settle()
    expect_one(read_tables(rig.bot.engine), simulator, "96")


async def test_a_click_delivered_many_times_counts_once_and_answers_the_same(rig: Rig, messenger: str) -> None:
    """A duplicate of a finished click gets the stored answer again: the card looks the same (design (f))."""
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/checkin", message_id=NUMBER)
    await rig.settle()
    card = next(one for one in simulator.seen(bob) if one.by == "bot")
    first = await submit(simulator, bob, card, "96")
    shown = next(one.payload for one in simulator.seen(bob) if one.by == "bot")
    again = [*await simulator.redeliver(2), *(await asyncio.gather(simulator.redeliver(), simulator.redeliver()))[0]]
    assert {one.status for one in (first, *again)} == {200}
    assert next(one.payload for one in simulator.seen(bob) if one.by == "bot") == shown
    await rig.settle()
    expect_one(read_tables(rig.bot.engine), simulator, "96", commands=2)


async def test_the_same_person_in_parallel_never_overlaps(rig: Rig, messenger: str) -> None:
    """Different messages at once: each has its effect, none is lost, the last one stands."""
    simulator = rig.simulators[messenger]
    cai = account(messenger, "cai")
    texts = ["/ci #1 13", "/ci #1 14", "/ci #1 15", "/ci #2 150000", "/ci #1 16"]
    done = await asyncio.gather(
        *(simulator.say(cai, text, message_id=f"{NUMBER}{number}") for number, text in enumerate(texts))
    )
    assert {one.status for one in done} == {200}
    await rig.settle()
    tables = read_tables(rig.bot.engine)
    assert sorted(row["value"] for row in tables.check_ins) == [Decimal(one) for one in (13, 14, 15, 16, 150000)]
    assert len({row["command_id"] for row in tables.check_ins}) == 5, f"two effects of one command\n{tables}"
    assert {row["state"] for row in tables.inbox} == {"DONE"}, tables


# --- two processes ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_the_same_event_to_two_processes_at_once_counts_once(
    database_url: str, messenger: str, tmp_path: Path
) -> None:
    """Two bots on one PostgreSQL; the platform delivers each event to both at the same time, twice."""
    rig = prepared_rig(database_url, FRIDAY, messengers=(messenger,))
    simulator = rig.simulators[messenger]
    calm(simulator)
    await serve_platform(rig, messenger)
    engine = open_engine(database_url)
    bob, ports = account(messenger, "bob"), (free_port(), free_port())
    async with open_nursery(tmp_path / "bots.log") as nursery:
        lives = [await nursery.bear(environment(rig, port), port, rig.clock.now(), None, 0) for port in ports]
        try:
            for number, value in enumerate(("95", "96", "97"), 1):
                deliveries = []
                for port in (*ports, *reversed(ports)):
                    simulator.point_at(f"http://127.0.0.1:{port}/in/{messenger}")
                    deliveries.append(asyncio.ensure_future(simulator.say(bob, f"/ci {value}", message_id=str(number))))
                    await asyncio.sleep(0)  # the callback's address is read when it sets off
                assert {done.status for done in await asyncio.gather(*deliveries)} == {200}
            tables = await _all_sent(engine)
        finally:
            for life in lives:
                await nursery.kill(life)
            await simulator.stop()
            engine.dispose()
    log = (tmp_path / "bots.log").read_text()
    assert log.count("duplicate") == 9, f"of 12 deliveries 9 were not the first\n{log[-3000:]}"
    assert [row["value"] for row in tables.check_ins] == [Decimal(95), Decimal(96), Decimal(97)], f"{tables}"
    assert len(tables.inbox) == 3, f"{tables}"
    assert len(answers(simulator, "bob")) == 3, f"{answers(simulator, 'bob')}\n{tables}"


async def _all_sent(engine: Engine) -> Tables:
    async with asyncio.timeout(20):
        while True:
            tables = await asyncio.to_thread(read_tables, engine)
            if all(row["state"] == "SENT" for row in tables.outbox):
                return tables
            await asyncio.sleep(0.05)
