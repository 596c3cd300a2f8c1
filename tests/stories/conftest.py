"""A running rig for every story: the real bot, three simulated messengers, a seeded company, on both databases."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.playground.rig import Rig, make_rig
from tests.company import populate, seed
from tests.databases import fresh_database, postgres_server

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
"""Friday 2026-02-13, 10:05 in Shanghai: ISO week 7 of 2026-Q1."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path, migrated=True) as url:
        yield url


@pytest.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    """Started and seeded; stopped afterwards."""
    made = make_rig(database_url, FRIDAY)
    await made.start()
    populate(made)
    seed(made.bot.engine, made)
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def messenger(request: pytest.FixtureRequest) -> str:
    return str(request.param)
