"""What several domain tests start from, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import fresh_database, postgres_server
from tests.domain.rewards_company import Shop


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A company with points in everybody's wallet and an empty shop."""
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path) as url:
        made = Shop(url)
        yield made
        made.engine.dispose()
