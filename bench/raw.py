"""The raw limit: the very rows a run has written, written again with plain SQL and the same durability, by a loop that
does nothing else. What a check-in wrote is found by comparing the database after the run with its template.
"""

import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, select
from sqlmodel import SQLModel

from bench.databases import copied
from bench.prepare import Stage
from bot.database import open_engine

GROUP = 32
"""Units per commit: half of what is in flight at 64."""
IGNORED = ("lease", "job_run")
THREADS = 4
SHARED = ("ledger_head", "order_number", "stock")
"""Tables in which every unit changes the same row: after a run it shows as one change, but it was one per unit."""


@dataclass(slots=True)
class Replay:
    """`inserts` and `updates` per unit by table, and units per second."""

    inserts: dict[str, float]
    updates: dict[str, float]
    units: int
    rate: float


@dataclass(slots=True)
class _Change:
    table: Table
    new: list[tuple[Any, ...]]
    changed: list[tuple[Any, ...]]


_Step = tuple[str, Table, tuple[Any, ...]]
_Unit = tuple[list[_Step], list[_Step]]


def record(
    stage: Stage, template: Path, url: str, kind: str, synchronous: str, units: int, *, counted: str = "check_in",
) -> Replay:  # fmt: skip
    """Find what the run wrote, and write it again into a fresh copy. Of `counted` a unit writes one row."""
    before, after = open_engine(f"sqlite:///{template}"), open_engine(url)
    with before.connect() as old, after.connect() as now:
        changes = [
            _difference(table, old, now) for table in SQLModel.metadata.sorted_tables if table.name not in IGNORED
        ]
    before.dispose()
    after.dispose()
    changes = [change for change in changes if change.new or change.changed]
    total = next(len(change.new) for change in changes if change.table.name == counted)
    units = min(units, total)
    work = [_steps(changes, number, total) for number in range(units)]
    with copied(template, kind, stage.directory) as fresh:
        if kind == "sqlite":
            seconds = _replay_sqlite(fresh.removeprefix("sqlite:///"), synchronous, work)
        else:
            seconds = _replay_postgres(fresh, work)
    return Replay(
        {change.table.name: len(change.new) / total for change in changes if change.new},
        {change.table.name: len(change.changed) / total for change in changes if change.changed},
        units, units / seconds,
    )  # fmt: skip


def _difference(table: Table, old: Connection, now: Connection) -> _Change:
    """New and changed rows as the driver wants them."""
    typed = select(table)
    earlier = {_key(table, row): tuple(row) for row in old.execute(typed)}
    change = _Change(table, [], [])
    for row in now.execute(typed):
        known = earlier.get(_key(table, row))
        if known is None:
            change.new.append(_bare(table, row, now))
        elif known != tuple(row):
            change.changed.append(_bare(table, row, now))
    return change


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row._mapping[column] for column in table.primary_key)


def _bare(table: Table, row: Any, connection: Connection) -> tuple[Any, ...]:
    processors = [column.type.bind_processor(connection.dialect) for column in table.columns]
    return tuple(process(value) if process else value for process, value in zip(processors, row, strict=True))


def _steps(changes: Sequence[_Change], number: int, total: int) -> _Unit:
    """What the `number`th unit of `total` writes, as T1 (the inbox row) and T2 (the rest, and the inbox row's end)."""
    first: list[_Step] = []
    then: list[_Step] = []
    for change in changes:
        new, changed = _share(change.new, number, total), _share(change.changed, number, total)
        for position, row in enumerate(new):
            if change.table.name == "inbox" and position == 0:
                first.append(("insert", change.table, row))
                then.append(("update", change.table, row))
            else:
                then.append(("insert", change.table, row))
        if change.table.name in SHARED and not new:
            changed = [*change.changed, *change.new][:1]
        then += [("update", change.table, row) for row in changed]
    return first, then


def _share(rows: Sequence[tuple[Any, ...]], number: int, total: int) -> Sequence[tuple[Any, ...]]:
    """The unit's own of all rows: as many for each, in the order they were written."""
    return rows[number * len(rows) // total : (number + 1) * len(rows) // total]


def _statement(what: str, table: Table, mark: str) -> str:
    names = [column.name for column in table.columns]
    if what == "insert":
        return f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({", ".join(mark for _ in names)})'
    keys = " AND ".join(f"{column.name} = {mark}" for column in table.primary_key)
    return f'UPDATE "{table.name}" SET {", ".join(f"{name} = {mark}" for name in names)} WHERE {keys}'


def _parameters(what: str, table: Table, row: tuple[Any, ...]) -> tuple[Any, ...]:
    if what == "insert":
        return row
    position = {column.name: at for at, column in enumerate(table.columns)}
    return (*row, *(row[position[column.name]] for column in table.primary_key))


def _replay_sqlite(path: str, synchronous: str, work: Sequence[_Unit]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for start in range(0, len(work), GROUP):
        for part in (0, 1):
            connection.execute("BEGIN IMMEDIATE")
            for unit in work[start : start + GROUP]:
                for what, table, row in unit[part]:
                    connection.execute(_statement(what, table, "?"), _parameters(what, table, row))
            connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def _replay_postgres(url: str, work: Sequence[_Unit]) -> float:
    """As many connections as the bot has; every unit commits by itself, as the bot's do. Rows of units that ran side by
    side may have changed places, so nobody checks what they refer to: the limit is a little too kind."""

    def write(mine: Sequence[_Unit]) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('bida.workspace', '*', false)")
            connection.execute("SET session_replication_role = replica")
            for unit in mine:
                for part in unit:
                    for what, table, row in part:
                        text = sql.SQL(_statement(what, table, "%s"))
                        connection.execute(text, _parameters(what, table, row), prepare=True)
                    connection.commit()

    threads = [threading.Thread(target=write, args=(work[at::THREADS],)) for at in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
