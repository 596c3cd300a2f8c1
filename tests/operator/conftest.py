"""An empty and a migrated database for commands, on both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.database import open_engine
from domain.migrations.runner import migrate
from tests.databases import fresh_database, postgres_server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of a migrated SQLite file."""
    url = f"sqlite:///{tmp_path / 'bida.db'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url
