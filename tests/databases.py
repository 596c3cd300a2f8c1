"""Databases for tests: a fresh SQLite file, or a fresh database on a PostgreSQL server when one is reachable."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from domain.ids import new_id

_LOCAL = ("postgresql://postgres@/postgres", "postgresql://postgres@127.0.0.1:5432/postgres", "postgresql:///postgres")


@lru_cache(maxsize=1)
def postgres_server() -> str | None:
    """A server we may create databases on: `BIDA_TEST_DATABASE_URL`, else a local one; None when there is none."""
    named = os.environ.get("BIDA_TEST_DATABASE_URL")
    for url in (named,) if named else _LOCAL:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            continue
        return url
    return None


@contextmanager
def fresh_database(kind: str, directory: Path) -> Iterator[str]:
    """The URL of an empty database of a kind, "sqlite" or "postgres"; gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / 'bida.db'}"
        return
    server = postgres_server()
    assert server is not None, "no PostgreSQL server is reachable"
    name = f"bida_test_{new_id()[-12:]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
