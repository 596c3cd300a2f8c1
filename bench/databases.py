"""Databases for a run: an untouched SQLite file is the template, copied for every cell, to PostgreSQL row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.ids import new_id
from domain.migrations.runner import migrate

SERVERS = ("postgresql://postgres@/postgres", "postgresql:///postgres", "postgresql://postgres@127.0.0.1/postgres")


@contextmanager
def copied(template: Path, kind: str, directory: Path) -> Iterator[str]:
    """A database with the template's rows, `kind` "sqlite" or "postgres"; yields its URL, gone afterwards."""
    if kind == "sqlite":
        target = directory / f"run-{new_id()[-8:]}.db"
        copy_file(template, target)
        try:
            yield f"sqlite:///{target}"
        finally:
            for leftover in directory.glob(target.name + "*"):
                leftover.unlink()
        return
    with postgres_database() as url:
        engine = open_engine(url)
        migrate(engine)
        source = open_engine(f"sqlite:///{template}")
        with source.connect() as reading, engine.begin() as writing:
            _copy_rows(reading, writing)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
        source.dispose()
        yield url


def copy_file(template: Path, target: Path) -> None:
    with sqlite3.connect(template) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    copy.close()
    source.close()


def postgres_server() -> str | None:
    """A server we may create databases on, or None."""
    for url in SERVERS:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2).close()
            return url
    return None


@contextmanager
def postgres_database() -> Iterator[str]:
    server = postgres_server()
    assert server is not None, "no PostgreSQL server"
    name = f"bida_bench_{new_id()[-12:]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def count(url: str, statement: str) -> int:
    """One number from a database."""
    engine = open_engine(url)
    with engine.connect() as connection:
        number = int(connection.execute(text(statement)).scalar_one())
    engine.dispose()
    return number


def _copy_rows(reading: Connection, writing: Connection) -> None:
    writing.execute(text("SET session_replication_role = replica"))
    for table in SQLModel.metadata.sorted_tables:
        rows = [dict(row) for row in reading.execute(select(table)).mappings()]
        if rows:
            writing.execute(insert(table), rows)
