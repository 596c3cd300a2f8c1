"""What is secret is forgotten the moment it has been handled, delivered or given up (R-PRV-06)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import open_engine
from bot.units import Units, open_units
from domain.clock import ShiftedClock
from domain.delivery import inbox, outbox
from tests.reliability.prepared import FRIDAY, INBOX, OUTBOX
from tests.reliability.test_delivery_store import MAIN, command, do, message, over_all


@pytest.fixture
async def units(database_url: str) -> AsyncIterator[Units]:
    made = open_units(open_engine(database_url), ShiftedClock(FRIDAY, running=False))
    made.start()
    yield made
    await asyncio.to_thread(made.stop)


async def stored(units: Units, row: str) -> Any:
    found = await over_all(units, lambda connection: connection.execute(select(OUTBOX)).all())
    return next(one for one in found if one.id == row)


@pytest.mark.parametrize("secret", [True, False])
async def test_a_message_is_emptied_when_it_is_sent_only_if_it_is_a_secret(units: Units, secret: bool) -> None:
    row = await do(units, lambda uow: outbox.enqueue(uow, **message("a", payload='{"n":1}', plain="n", secret=secret)))
    assert (await stored(units, row)).payload == '{"n":1}'
    await over_all(units, lambda connection: outbox.mark_sent(connection, [(MAIN, row)], FRIDAY, "m1"))
    after = await stored(units, row)
    assert (after.state, after.message_id) == ("SENT", "m1")
    assert (after.payload, after.plain) == (("", "") if secret else ('{"n":1}', "n"))


@pytest.mark.parametrize("secret", [True, False])
async def test_a_message_that_rode_along_is_emptied_likewise(units: Units, secret: bool) -> None:
    row = await do(units, lambda uow: outbox.enqueue(uow, **message("a", payload='{"n":1}', plain="n", secret=secret)))
    await do(units, lambda uow: outbox.mark_ridden(uow, [(MAIN, row)], FRIDAY))
    after = await stored(units, row)
    assert (after.state, after.payload) == ("SENT", "" if secret else '{"n":1}')


@pytest.mark.parametrize("secret", [True, False])
async def test_a_buried_secret_is_emptied_and_never_replayed(units: Units, secret: bool) -> None:
    row = await do(units, lambda uow: outbox.enqueue(uow, **message("a", payload='{"n":1}', plain="n", secret=secret)))
    await over_all(units, lambda connection: outbox.bury(connection, (MAIN, row), "given up", 8))
    after = await stored(units, row)
    assert (after.state, after.payload) == ("DEAD", "" if secret else '{"n":1}')
    assert await over_all(units, lambda connection: outbox.replay_dead(connection, FRIDAY)) == (0 if secret else 1)


@pytest.mark.parametrize("secret", [True, False])
async def test_a_message_keeps_its_text_while_it_may_still_be_sent(units: Units, secret: bool) -> None:
    row = await do(units, lambda uow: outbox.enqueue(uow, **message("a", payload='{"n":1}', secret=secret)))
    again = FRIDAY + timedelta(seconds=5)
    await over_all(units, lambda connection: outbox.postpone(connection, (MAIN, row), again, "x", 1))
    assert (await stored(units, row)).payload == '{"n":1}'


@pytest.mark.parametrize("end", [inbox.finish, inbox.fail])
@pytest.mark.parametrize("secret", [True, False])
async def test_a_command_is_reduced_to_nothing_as_it_is_handled_only_if_it_is_a_secret(
    units: Units, end: Any, secret: bool
) -> None:
    row = command("k", command='{"args":"n"}')
    await do(units, lambda uow: inbox.put(uow, row))
    assert await do(units, lambda uow: end(uow, str(row["id"]), "answer", secret=secret))
    (after,) = await over_all(units, lambda connection: connection.execute(select(INBOX)).all())
    assert (after.answer, after.redacted) == ("answer", secret)
    assert after.command == ("{}" if secret else '{"args":"n"}')
