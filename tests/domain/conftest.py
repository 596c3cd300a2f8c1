"""What several domain tests start from, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import fresh_database, postgres_server
from tests.domain.ledger_book import Book, migrated
from tests.domain.rewards_company import Shop

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A company with points in everybody's wallet and an empty shop."""
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path, migrated=True) as url:
        made = Shop(url)
        yield made
        made.engine.dispose()


@pytest.fixture(scope="session", params=BOTH)
def migrated_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database made once, for tests that make a company of their own in it."""
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path_factory.mktemp("domain"), migrated=True) as url:
        engine = migrated(url)
        yield engine
        engine.dispose()


@pytest.fixture
def book(migrated_engine: Engine) -> Book:
    """A new company's ledger."""
    return Book(migrated_engine)
