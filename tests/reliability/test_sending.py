"""The sender's reactions to everything a platform may do, on the virtual clock (design (f), "Sending")."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

import bot.courier
import bot.sender
from adapters.base import Outgoing, Pace, Receipt
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from bot.connections import Connections
from bot.courier import LADDER, Circuit
from bot.database import open_engine
from bot.pace import Pacer
from bot.units import Turn, open_units
from domain.clock import ShiftedClock
from domain.delivery import outbox
from tests.reliability.prepared import FRIDAY
from tests.reliability.scripted import Line, ScriptedAdapter, make_sender


@dataclass(frozen=True, slots=True)
class Desk:
    connections: Connections


@dataclass(frozen=True, slots=True)
class Nobody:
    """Stands where the dispatcher stands; no message here comes back as a command."""

    desk: Desk

    def wake(self, _name: str) -> None:
        return None


@pytest.fixture
async def line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(bot.courier, "JITTER", 0.0)
    clock, adapter, engine = ShiftedClock(FRIDAY, running=False), ScriptedAdapter(), open_engine(database_url)
    units = open_units(engine, clock)
    units.start()
    yield Line(units, engine, clock, adapter, make_sender(adapter, units, clock, Nobody(Desk(Connections([])))))
    await asyncio.to_thread(units.stop)


def failing(error: Callable[[], OutboundError], times: int, only: str = "") -> Callable[[Outgoing], Receipt]:
    """Fail the first `times` sends (of the texts that contain `only`), then accept."""
    left = [times]

    def script(out: Outgoing) -> Receipt:
        if only in str(out.payload["text"]) and left[0] > 0:
            left[0] -= 1
            raise error()
        return Receipt(message_id=out.dedupe)

    return script


async def test_the_ladder_then_dead_then_replayed(line: Line) -> None:
    """Transient: 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, then DEAD; `replay --dead` brings it back."""
    line.adapter.script = failing(lambda: Transient("503"), len(LADDER) + 1)
    dedupe = await line.promise("hello")
    await line.deliver()
    for rung, pause in enumerate((1, 5, 30, 120, 600, 1800, 7200), 1):
        assert line.row(dedupe)["attempts"] == rung
        await line.after(pause - 0.5)
        assert len(line.adapter.tried) == rung, f"tried before {pause} s were over"
        await line.after(0.5)
        assert len(line.adapter.tried) == rung + 1, f"not tried after {pause} s"
    assert line.row(dedupe)["state"] == "DEAD"
    await line.after(100_000)
    assert line.adapter.arrived == []
    assert await line.units.run(_replay) == 1
    await line.deliver()
    assert (line.row(dedupe)["state"], line.adapter.texts) == ("SENT", ["hello"])
    assert {out.dedupe for out in line.adapter.tried} == {dedupe}, "retries carry the platform's dedupe key"


def _replay(turn: Turn) -> int:
    with turn.over_all() as uow:
        count = outbox.replay_dead(turn.connection, turn.clock.now())
        uow.commit()
    return count


async def test_rate_limit_makes_the_whole_app_wait_and_counts_no_attempt(line: Line) -> None:
    line.adapter.script = failing(lambda: RateLimited("429", after=0.5), 1)
    first = await line.promise("one")
    await line.sender.deliver_due()
    await asyncio.wait(line.sender._flying)
    second = await line.promise("two", to="ou_ann")
    assert line.sender.pacer.app_wait() > 0.1, "the bucket of the app sleeps, not only this message"
    assert line.row(first)["attempts"] == 0
    line.clock.advance(timedelta(seconds=1))
    for _ in range(3):
        await line.deliver()
    assert {line.row(first)["state"], line.row(second)["state"]} == {"SENT"}
    assert len(line.adapter.tried) == 3


async def test_a_refused_payload_is_sent_once_as_plain_text_with_an_alarm(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.adapter.script = failing(lambda: Rejected("400"), 1)
    dedupe = await line.promise("card", plain="the words")
    with caplog.at_level(logging.ERROR, "bida.sender"):
        await line.deliver()
    assert line.adapter.texts == ["the words"]
    assert line.row(dedupe)["state"] == "SENT"
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == ["payload_rejected"]
    assert "the words" not in caplog.text


async def test_a_refused_plain_text_is_buried_at_once(line: Line) -> None:
    line.adapter.script = failing(lambda: Rejected("400"), 99)
    dedupe = await line.promise("card")
    await line.deliver()
    assert line.row(dedupe)["state"] == "DEAD"
    assert len(line.adapter.tried) == 2, "the payload, then its plain text, then no more"


async def test_unreachable_is_dead_at_once_and_comes_back_by_replay(line: Line) -> None:
    line.adapter.script = failing(lambda: Unreachable("230013"), 1)
    dedupe = await line.promise("hello")
    await line.deliver()
    assert line.row(dedupe)["state"] == "DEAD"
    await line.units.run(_replay)
    await line.deliver()
    assert line.row(dedupe)["state"] == "SENT"


async def test_expired_messages_die_quietly(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """Yesterday's reminder is noise."""
    dedupe = await line.promise("reminder", expires_in=timedelta(minutes=5))
    with caplog.at_level(logging.WARNING, "bida.sender"):
        await line.after(301)
    assert (line.row(dedupe)["state"], line.adapter.tried) == ("DEAD", [])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_bug_in_an_adapter_is_a_failed_try(line: Line) -> None:
    def broken(_out: Outgoing) -> Receipt:
        raise KeyError("msgid")

    line.adapter.script = broken
    dedupe = await line.promise("hello")
    await line.deliver()
    assert (line.row(dedupe)["state"], line.row(dedupe)["attempts"]) == ("PENDING", 1)
    line.adapter.script = None
    await line.after(1)
    assert line.row(dedupe)["state"] == "SENT"


async def test_one_stuck_lane_silences_nobody_else(line: Line) -> None:
    """Order is per card, not per conversation: not even the same chat waits."""
    line.adapter.script = failing(lambda: Transient("503"), 99, only="stuck")
    await line.promise("stuck", lane="L1")
    behind = await line.promise("behind", lane="L1")
    await line.promise("same chat", lane="L2")
    await line.promise("other chat", lane="L3", to="ou_ann")
    await line.deliver()
    assert sorted(line.adapter.texts) == ["other chat", "same chat"]
    assert line.row(behind)["attempts"] == 0, "what comes after in the lane waits for it"
    line.adapter.script = None
    await line.after(1)
    assert line.adapter.texts[-2:] == ["stuck", "behind"]


async def test_updates_of_one_card_end_at_the_newest(line: Line) -> None:
    """A newer pending update replaces the older ones; the card itself comes first."""
    await line.put_card("card1")
    await line.promise("v1", lane="card1", card="card1")
    keys = []
    for version in (2, 3, 4):
        line.clock.advance(timedelta(milliseconds=5))
        keys.append(await line.change_card("card1", version, f"v{version}"))
    await line.deliver()
    assert line.adapter.texts == ["v1", "v4"]
    assert [line.row(key)["state"] for key in keys] == ["SENT"] * 3


async def test_a_newer_update_does_not_wait_for_an_older_ones_next_try(line: Line) -> None:
    await line.put_card("card1")
    line.adapter.script = failing(lambda: Transient("503"), 99, only="v2")
    old = await line.change_card("card1", 2, "v2")
    await line.deliver()
    await line.after(1)
    line.clock.advance(timedelta(milliseconds=5))
    await line.change_card("card1", 3, "v3")
    await line.deliver()
    assert line.adapter.texts == ["v3"], "the newest face need not wait for the next try of an older one"
    line.adapter.script = None
    await line.after(600)
    assert line.adapter.texts == ["v3"], "the older update turned the card back"
    assert line.row(old)["state"] == "SENT"


async def test_an_update_that_rode_on_an_acknowledgement_is_not_undone_by_an_older_one(line: Line) -> None:
    """The older update waits for its next try while the newer one is shown by the callback's answer."""
    await line.put_card("card1")
    line.adapter.script = failing(lambda: Transient("503"), 1)
    await line.change_card("card1", 2, "v2")
    await line.deliver()
    line.clock.advance(timedelta(milliseconds=5))
    newer = line.row(await line.change_card("card1", 3, "v3"))

    def rode(turn: Turn) -> None:
        with turn.over_all() as uow:
            outbox.mark_sent(turn.connection, [(newer["workspace_id"], newer["id"])], turn.clock.now())
            uow.commit()

    await line.units.run(rode)
    await line.after(1)
    assert line.adapter.texts == [], "v2 turned the card back from v3"


async def test_a_replayed_dead_update_does_not_turn_the_card_back(line: Line) -> None:
    await line.put_card("card1")
    line.adapter.script = failing(lambda: Unreachable("gone"), 1)
    await line.change_card("card1", 2, "v2")
    await line.deliver()
    line.clock.advance(timedelta(seconds=1))
    await line.change_card("card1", 3, "v3")
    await line.deliver()
    await line.units.run(_replay)
    await line.deliver()
    assert line.adapter.texts == ["v3"]


async def test_what_is_sent_stays_sent_whatever_a_slow_try_says_afterwards(line: Line) -> None:
    """The acknowledgement carried it while the sender's own try was in the air; the try then fails."""
    dedupe = await line.promise("hello")
    key = (line.row(dedupe)["workspace_id"], line.row(dedupe)["id"])

    def late(turn: Turn) -> None:
        with turn.over_all() as uow:
            outbox.mark_sent(turn.connection, [key], turn.clock.now())
            outbox.bury(turn.connection, key, "unreachable", 0)
            outbox.postpone(turn.connection, key, turn.clock.now(), "503", 1)
            outbox.fall_back(turn.connection, key, "{}", "plain", turn.clock.now())
            uow.commit()

    await line.units.run(late)
    assert (line.row(dedupe)["state"], line.row(dedupe)["last_error"]) == ("SENT", "")


def test_circuit_pauses_after_ten_failures_and_ten_minutes() -> None:
    circuit = Circuit()
    assert not any(circuit.fail(float(second)) for second in range(30)), "ten failures within a minute are a hiccup"
    assert circuit.fail(600.0), "ten failures over ten minutes are an outage"
    circuit.succeed()
    assert not circuit.fail(601.0), "a success forgets them"
    slow = Circuit()
    assert [slow.fail(number * 100.0) for number in range(10)] == [False] * 9 + [True]


async def test_an_open_circuit_pauses_the_app_and_raises_the_alarm(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.sender.courier.circuit = Circuit(failures=9, since=asyncio.get_running_loop().time() - 601)
    line.adapter.script = failing(lambda: Transient("503"), 1)
    await line.promise("hello")
    with caplog.at_level(logging.ERROR, "bida.sender"):
        await line.sender.deliver_due()
        await asyncio.wait(line.sender._flying)
    assert line.sender.pacer.app_wait() > 50
    assert "lane_paused" in caplog.text


async def test_one_sender_at_a_time_and_the_standby_takes_over(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two senders on one database: only the holder sends. When it dies, the other one takes over after the lease."""
    monkeypatch.setattr(bot.sender, "STAND_BY", 0.02)
    monkeypatch.setattr(bot.sender, "IDLE", 0.02)
    other_adapter = ScriptedAdapter()
    nobody: Any = line.sender.dispatcher
    other = make_sender(other_adapter, line.units, line.clock, nobody, holder="two")
    first = asyncio.create_task(line.sender.run())
    await asyncio.sleep(0.1)
    second = asyncio.create_task(other.run())
    for number in range(10):
        await line.promise(f"m{number}")
    await _until(lambda: len(line.adapter.arrived) == 10)
    assert other_adapter.tried == []
    first.cancel()  # dies: it gives nothing back
    await asyncio.gather(first, return_exceptions=True)
    await line.promise("after")
    await asyncio.sleep(0.2)
    assert other_adapter.tried == [], "the lease of the dead one has not run out yet"
    line.clock.advance(bot.sender.LEASE + timedelta(seconds=1))
    await _until(lambda: other_adapter.texts == ["after"])
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def test_a_stopped_sender_gives_its_lease_back_at_once(line: Line) -> None:
    nobody: Any = line.sender.dispatcher
    other = make_sender(ScriptedAdapter(), line.units, line.clock, nobody, holder="two")
    assert await line.sender._hold_lease()
    assert not await other._hold_lease()
    await line.sender.stop(1)
    assert await other._hold_lease()


async def test_a_sender_woken_at_the_moment_it_is_told_to_stop_stops(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shutdown that coincides with the last wake-up must not be overheard."""
    monkeypatch.setattr(bot.sender, "IDLE", 30.0)
    running = asyncio.create_task(line.sender.run())
    await _until(lambda: line.sender._leased_until is not None)
    await asyncio.sleep(0.2)
    line.sender.wake()
    await asyncio.sleep(0)  # the waiter inside is done, the sender itself has not moved yet
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=5)
    assert done, "the cancellation was lost"
    assert running.cancelled()


async def test_a_bug_in_one_round_does_not_silence_the_connection(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.sender, "IDLE", 0.01)
    claim, calls = outbox.claim, []

    def broken_once(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("bug")
        return claim(*args)

    monkeypatch.setattr(outbox, "claim", broken_once)
    await line.promise("hello")
    running = asyncio.create_task(line.sender.run())
    await _until(lambda: line.adapter.texts == ["hello"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "round_failed" in caplog.text


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


def test_pace_never_exceeds_its_rate() -> None:
    now = [100.0]
    pacer = Pacer(Pace(per_second=5, per_conversation_second=1), clock=lambda: now[0])
    sent: list[tuple[float, str]] = []
    for _ in range(400):
        for to in "abcdefgh":
            if pacer.wait(to) == 0:
                sent.append((now[0], to))
        now[0] += 0.05
    assert 90 <= len(sent) <= 5 * 20 + 5
    for to in "abcdefgh":
        times = [at for at, who in sent if who == to]
        assert all(later - earlier > 0.9 for earlier, later in pairwise(times))
