"""A running, seeded rig whose logs are watched; SQLite here, both databases where a test asks for them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.simulation import Resident
from bot.playground.rig import Rig, make_rig
from tests.company import account, populate, seed
from tests.databases import fresh_database, postgres_server

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    if database_kind == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(database_kind, tmp_path, migrated=True) as url:
        yield url


@pytest.fixture
async def rig(database_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Rig]:
    """Started and seeded; Dan is in every messenger's directory but in nobody's people file."""
    made = make_rig(database_url, FRIDAY)
    await made.start()
    populate(made)
    for name, simulator in made.simulators.items():
        simulator.add_resident(Resident(user_id=account(name, "bob").replace("bob", "dan"), name="丹"))
    seed(made.bot.engine, made)
    world = cast(DingtalkSimulator, made.simulators["dingtalk"]).world
    async with asyncio.timeout(5):
        while not world.routes:  # noqa: ASYNC110 (registered in the background; the simulator has no event for it)
            await asyncio.sleep(0.01)
    caplog.set_level(logging.INFO, logger="bida")
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def messenger(request: pytest.FixtureRequest) -> str:
    return str(request.param)
