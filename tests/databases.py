"""Databases for tests: a fresh SQLite file, or a fresh database on a PostgreSQL server when one is reachable."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bot.database import open_engine
from domain.ids import new_id
from domain.migrations.runner import migrate

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
def fresh_database(kind: str, directory: Path, *, migrated: bool = False) -> Iterator[str]:
    """The URL of a database of a kind, "sqlite" or "postgres"; gone afterwards. Empty, or already `migrated`: then a
    copy of one that was migrated once, so that every test starts at once."""
    name = f"bida_test_{new_id()[-12:]}"
    if kind == "sqlite":
        file = directory / "bida.db"
        if migrated:
            shutil.copy(_template("sqlite"), file)
        yield f"sqlite:///{file}"
        return
    with _connected() as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{_template(kind)}"' if migrated else ""))
    try:
        yield _url(name)
    finally:
        with _connected() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@lru_cache(maxsize=2)
def _template(kind: str) -> str:
    """A migrated database without a row in it: the path of its file, or its name on the server."""
    if kind == "sqlite":
        folder = tempfile.TemporaryDirectory(prefix="bida-template-")
        atexit.register(folder.cleanup)
        _migrate(f"sqlite:///{folder.name}/template.db")
        return f"{folder.name}/template.db"
    name = f"bida_template_{new_id()[-12:]}"
    with _connected() as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, name)
    _migrate(_url(name))
    return name


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file alone is the database
        raw.close()
    engine.dispose()


def _drop(name: str) -> None:
    with _connected() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    server = postgres_server()
    assert server is not None, "no PostgreSQL server is reachable"
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


def _url(name: str) -> str:
    server = postgres_server()
    assert server is not None
    return make_url(server).set(database=name).render_as_string(hide_password=False)
