"""Template databases, rigs over them, and what a test reads from the tables afterwards."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from adapters.registry import MESSENGERS
from bot.app import build
from bot.database import open_engine
from bot.playground.rig import Rig, make_rig
from bot.settings import load
from domain.columns import table_of
from domain.delivery.model import InboxRow, OutboxRow
from domain.goals.model import CheckIn
from domain.ids import new_id
from domain.migrations.runner import migrate
from tests.company import populate, seed
from tests.databases import postgres_server

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
"""Friday 2026-02-13, 10:05 in Shanghai: ISO week 7 of 2026-Q1."""

INBOX, OUTBOX, CHECK_IN = table_of(InboxRow), table_of(OutboxRow), table_of(CheckIn)


@dataclass(frozen=True, slots=True)
class Template:
    """A migrated and seeded database to copy from: a file, or a PostgreSQL database by name."""

    kind: str
    where: str

    def drop(self) -> None:
        if self.kind == "postgres":
            _on_server(f'DROP DATABASE IF EXISTS "{self.where}" WITH (FORCE)')


def make_template(kind: str, directory: Path) -> Template:
    """Migrate and seed once."""
    if kind == "sqlite":
        template = Template(kind, str(directory / "template.db"))
        _fill(f"sqlite:///{template.where}")
        return template
    template = Template(kind, f"bida_template_{new_id()[-12:]}")
    _on_server(f'CREATE DATABASE "{template.where}"')
    _fill(_postgres_url(template.where))
    return template


def _fill(url: str) -> None:
    rig = make_rig(url, FRIDAY - timedelta(days=1))
    for name in rig.simulators:
        rig.environ[f"BIDA_{name.upper()}__API_BASE_URL"] = "http://127.0.0.1:9"
    rig.environ["BIDA_DINGTALK__LEGACY_API_BASE_URL"] = "http://127.0.0.1:9"
    rig.environ["BIDA_PUBLIC_URL"] = "http://127.0.0.1:9"
    rig.app = build(load(rig.environ), clock=rig.clock)
    engine = open_engine(url)
    migrate(engine)
    seed(engine, rig)
    engine.dispose()
    rig.app.engine.dispose()
    if url.startswith("sqlite"):
        _fold_wal(url)


def _fold_wal(url: str) -> None:
    engine = open_engine(url)
    raw = engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    engine.dispose()


@contextmanager
def copy_of(template: Template, directory: Path) -> Iterator[str]:
    """The URL of a fresh copy; gone afterwards."""
    name = f"bida_test_{new_id()[-16:]}"
    if template.kind == "sqlite":
        file = directory / f"{name}.db"
        shutil.copy(template.where, file)
        yield f"sqlite:///{file}"
        for left in directory.glob(f"{name}.db*"):
            left.unlink()
        return
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template.where}"')
    try:
        yield _postgres_url(name)
    finally:
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    server = postgres_server()
    assert server is not None, "no PostgreSQL server is reachable"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def _postgres_url(name: str) -> str:
    server = postgres_server()
    assert server is not None
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def prepared_rig(url: str, start: datetime, *, messengers: Sequence[str] = tuple(MESSENGERS)) -> Rig:
    """A rig on a copied database, its simulated directories filled; not started."""
    rig = make_rig(url, start, messengers=messengers)
    populate(rig)
    return rig


async def serve_platform(rig: Rig, messenger: str) -> None:
    """Start one simulated messenger and let the bot's settings name it."""
    base = await rig.simulators[messenger].start()
    rig.environ[f"BIDA_{messenger.upper()}__API_BASE_URL"] = base
    if messenger == "dingtalk":
        rig.environ["BIDA_DINGTALK__LEGACY_API_BASE_URL"] = base


# --- what the tables say -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tables:
    """A reading of the delivery tables and the check-ins, for assertions and for failure messages."""

    inbox: list[Mapping[str, Any]]
    outbox: list[Mapping[str, Any]]
    check_ins: list[Mapping[str, Any]]

    def states(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in rows:
            found[row["state"]] = found.get(row["state"], 0) + 1
        return found

    def values_of(self, command_id: str) -> list[Decimal | None]:
        """The values a command has checked in, one per row it left."""
        return [row["value"] for row in self.check_ins if row["command_id"] == command_id]

    def commands(self) -> dict[str, dict[str, Any]]:
        """Inbox key → the stored command."""
        return {row["key"]: orjson.loads(row["command"]) for row in self.inbox}

    def __str__(self) -> str:
        lines = [f"inbox {self.states(self.inbox)}, outbox {self.states(self.outbox)}, {len(self.check_ins)} check-ins"]
        lines += [f"  inbox  {row['state']:8} tries={row['attempts']} key={row['key']}" for row in self.inbox]
        lines += [
            f"  outbox {row['state']:8} {row['kind']:6} tries={row['attempts']} dedupe={row['dedupe']} "
            f"error={row['last_error']!r}"
            for row in self.outbox
        ]
        lines += [f"  check-in value={row['value']} command={row['command_id']}" for row in self.check_ins]
        return "\n".join(lines)


def read_tables(engine: Engine) -> Tables:
    """Everything of every workspace, oldest first."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('bida.workspace', '*', true)")
        rows = [
            [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]
            for table in (INBOX, OUTBOX, CHECK_IN)
        ]
        connection.rollback()
    return Tables(*rows)
