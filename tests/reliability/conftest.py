"""Databases of both kinds, ready migrated and seeded: a copy of one template, so that every test starts at once."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from bot.playground.rig import Rig
from tests.databases import postgres_server
from tests.reliability.prepared import FRIDAY, Template, copy_of, make_template, prepared_rig

KINDS = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Template]]:
    """One migrated and seeded database per kind that is at hand."""
    made = {"sqlite": make_template("sqlite", tmp_path_factory.mktemp("template"))}
    if postgres_server() is not None:
        made["postgres"] = make_template("postgres", tmp_path_factory.mktemp("template"))
    yield made
    for template in made.values():
        template.drop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    return str(request.param)


@pytest.fixture
def database_url(kind: str, templates: dict[str, Template], tmp_path: Path) -> Iterator[str]:
    """A database of the company's own, migrated and seeded."""
    with copy_of(templates[kind], tmp_path) as url:
        yield url


@pytest.fixture
def fresh(templates: dict[str, Template], tmp_path: Path) -> "partial[AbstractContextManager[str]]":
    """Makes a database whenever called with a template: for tests that need many."""
    return partial(copy_of, directory=tmp_path)


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def messenger(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    """The bot on a seeded database with three simulated messengers, started; stopped afterwards."""
    made = prepared_rig(database_url, FRIDAY)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
