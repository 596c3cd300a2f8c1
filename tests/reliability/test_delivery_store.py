"""The delivery tables' contract, the same on both databases (design (f), "Keys" and "States")."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.database import open_engine
from bot.units import Turn, Units, open_units
from domain.clock import ShiftedClock
from domain.delivery import cards, inbox, leases, outbox, pending
from domain.ids import new_id
from domain.unit_of_work import UnitOfWork
from tests.reliability.prepared import FRIDAY
from tests.reliability.scripted import MAIN

T = TypeVar("T")
OTHER = "0" * 32


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(FRIDAY, running=False)


@pytest.fixture
async def units(database_url: str, clock: ShiftedClock) -> AsyncIterator[Units]:
    made = open_units(open_engine(database_url), clock)
    made.start()
    yield made
    await asyncio.to_thread(made.stop)


async def do(units: Units, work: Callable[[UnitOfWork], T], workspace: str = MAIN) -> T:
    """One committed unit."""

    def job(turn: Turn) -> T:
        with turn.unit(workspace) as uow:
            value = work(uow)
            uow.commit()
        return value

    return await units.run(job)


async def over_all(units: Units, work: Callable[[Any], T]) -> T:
    def job(turn: Turn) -> T:
        with turn.over_all() as uow:
            value = work(turn.connection)
            uow.commit()
        return value

    return await units.run(job)


def command(key: str, **changes: object) -> dict[str, object]:
    return {
        "id": new_id(), "connection": "feishu", "app_id": "a", "tenant": "t", "key": key, "command": "{}",
        "state": "RECEIVED", "answer": None, "attempts": 0, "lease_until": FRIDAY + inbox.LEASE,
        "received_at": FRIDAY, "done_at": None, "redacted": False, **changes,
    }  # fmt: skip


def message(dedupe: str, **changes: Any) -> dict[str, Any]:
    return {
        "connection": "feishu", "dedupe": dedupe, "lane": dedupe, "kind": "SEND", "conversation": "{}",
        "payload": "{}", "plain": "p", "not_before": FRIDAY, **changes,
    }  # fmt: skip


async def test_inbox_is_first_come_per_app_tenant_and_key(units: Units) -> None:
    row = command("k")
    assert await do(units, lambda uow: inbox.put(uow, row)) is None
    again = await do(units, lambda uow: inbox.put(uow, command("k")))
    assert again is not None
    assert (again.id, again.state, again.answer) == (row["id"], "RECEIVED", None)
    for differs in ({"app_id": "b"}, {"tenant": "u"}):
        assert await do(units, lambda uow, differs=differs: inbox.put(uow, command("k", **differs))) is None
    assert await do(units, lambda uow: inbox.put(uow, command("k")), OTHER) is None, "another company's key is its own"


async def test_inbox_many_at_once_one_is_first(units: Units) -> None:
    outcomes = await asyncio.gather(*(do(units, lambda uow: inbox.put(uow, command("k"))) for _ in range(20)))
    assert sum(outcome is None for outcome in outcomes) == 1


async def test_inbox_is_finished_once(units: Units) -> None:
    row = command("k")
    await do(units, lambda uow: inbox.put(uow, row))
    key = str(row["id"])
    assert await do(units, lambda uow: inbox.finish(uow, key, "said"))
    assert not await do(units, lambda uow: inbox.finish(uow, key, "other"))
    assert not await do(units, lambda uow: inbox.fail(uow, key, None))
    read = await do(units, lambda uow: inbox.read(uow, key))
    assert read is not None
    assert (read.state, read.answer) == ("DONE", "said")


async def test_inbox_claims_only_what_its_holder_let_go(units: Units, clock: ShiftedClock) -> None:
    await do(units, lambda uow: inbox.put(uow, command("k")))
    claim = inbox.claim
    assert await over_all(units, lambda connection: claim(connection, clock.now(), 10, ["feishu"])) == []
    later = FRIDAY + inbox.LEASE + timedelta(seconds=1)
    (claimed,) = await over_all(units, lambda connection: claim(connection, later, 10, ["feishu"]))
    assert (claimed.key, claimed.attempts) == ("k", 1)
    assert await over_all(units, lambda connection: claim(connection, later, 10, ["feishu"])) == [], (
        "a claim is a lease"
    )
    later += inbox.LEASE + timedelta(seconds=1)
    (claimed,) = await over_all(units, lambda connection: claim(connection, later, 10, ["feishu"]))
    assert claimed.attempts == 2


async def test_concurrent_claims_never_share_a_row(units: Units) -> None:
    for number in range(12):
        await do(units, lambda uow, number=number: inbox.put(uow, command(f"k{number}")))
        await do(units, lambda uow, number=number: outbox.enqueue(uow, **message(f"m{number}")))
    later = FRIDAY + inbox.LEASE + timedelta(seconds=1)

    def both(connection: Any) -> list[str]:
        taken = [row.key for row in inbox.claim(connection, later, 4, ["feishu"])]
        return taken + [row.dedupe for row in outbox.claim(connection, "feishu", later, 4)]

    taken = [name for part in await asyncio.gather(*(over_all(units, both) for _ in range(6))) for name in part]
    assert len(taken) == len(set(taken)), "claimed twice"


async def test_outbox_promises_each_message_once(units: Units) -> None:
    await do(units, lambda uow: outbox.enqueue(uow, **message("m")))
    await do(units, lambda uow: outbox.enqueue(uow, **message("m")))
    assert len(await over_all(units, lambda connection: outbox.claim(connection, "feishu", FRIDAY, 10))) == 1


async def test_outbox_keeps_the_order_of_a_lane_and_of_a_connection(units: Units) -> None:
    for name, changes in {
        "a1": {"lane": "a"}, "a2": {"lane": "a"}, "b1": {"lane": "b"}, "x": {"connection": "wecom"},
        "later": {"not_before": FRIDAY + timedelta(seconds=1)},
    }.items():  # fmt: skip
        await do(units, lambda uow, name=name, changes=changes: outbox.enqueue(uow, **message(name, **changes)))
    claimed = await over_all(units, lambda connection: outbox.claim(connection, "feishu", FRIDAY, 10))
    assert [row.dedupe for row in claimed] == ["a1", "b1"]
    keys = [(row.workspace_id, row.id) for row in claimed]
    await over_all(units, lambda connection: outbox.mark_sent(connection, keys, FRIDAY, "M"))
    claimed = await over_all(units, lambda connection: outbox.claim(connection, "feishu", FRIDAY, 10))
    assert [row.dedupe for row in claimed] == ["a2"]


async def test_outbox_lease_runs_out(units: Units) -> None:
    await do(units, lambda uow: outbox.enqueue(uow, **message("m")))
    claim = outbox.claim
    assert len(await over_all(units, lambda connection: claim(connection, "feishu", FRIDAY, 10))) == 1
    assert await over_all(units, lambda connection: claim(connection, "feishu", FRIDAY + outbox.LEASE, 10)) == []
    later = FRIDAY + outbox.LEASE + timedelta(seconds=1)
    assert len(await over_all(units, lambda connection: claim(connection, "feishu", later, 10))) == 1


async def test_a_card_is_advanced_by_whoever_is_first(units: Units) -> None:
    def add(uow: UnitOfWork) -> None:
        cards.add(uow, "card", kind="k", connection="c", conversation="{}", person_id=None, subject="{}")

    await do(units, add)
    advance = cards.advance
    won = await asyncio.gather(
        *(do(units, lambda uow: advance(uow, "card", seen=1, verb="v", subject="{}")) for _ in range(8))
    )
    assert sorted(won) == [False] * 7 + [True]
    assert await do(units, lambda uow: cards.find(uow, "card"), OTHER) is None


async def test_a_lease_has_one_holder(units: Units) -> None:
    until = FRIDAY + timedelta(seconds=30)

    def take(who: str, now: Any = FRIDAY) -> Any:
        return over_all(units, lambda connection: leases.take(connection, "sender", who, now, until))

    assert sorted(await asyncio.gather(*(take(f"h{number}") for number in range(6)))) == [False] * 5 + [True]
    after = until + timedelta(seconds=1)
    assert await take("late", after)
    await over_all(units, lambda connection: leases.drop(connection, "sender", "somebody else"))
    assert not await take("other", FRIDAY)
    await over_all(units, lambda connection: leases.drop(connection, "sender", "late"))
    assert await take("other", FRIDAY)


async def test_a_job_runs_once_per_period_and_a_crash_leaves_no_mark(units: Units) -> None:
    def crash(turn: Turn) -> None:
        with turn.over_all() as uow:
            assert leases.first_run(uow, "job", "2026-02-13")
            raise KeyError("died")

    with pytest.raises(KeyError):
        await units.run(crash)
    runs = await asyncio.gather(*(do(units, lambda uow: leases.first_run(uow, "job", "2026-02-13")) for _ in range(5)))
    assert sorted(runs) == [False] * 4 + [True]
    assert await do(units, lambda uow: leases.first_run(uow, "job", "2026-02-14"))


async def test_one_open_question_per_account_for_ten_minutes(units: Units, clock: ShiftedClock) -> None:
    await do(units, lambda uow: pending.ask(uow, "who", "first", "{}"))
    await do(units, lambda uow: pending.ask(uow, "who", "second", "{}"))
    found = await do(units, lambda uow: pending.find(uow, "who"))
    assert found is not None
    assert found.action == "second"
    clock.advance(timedelta(minutes=10, seconds=1))
    assert await do(units, lambda uow: pending.find(uow, "who")) is None
