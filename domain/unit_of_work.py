"""One command, one unit of work, one commit. Synchronous on purpose: no I/O but the database can happen inside.

The unit is bound to a workspace and adds the filter and the stamp to every statement itself: services never write it
and cannot forget it (design (h)). Statements are meant to be module constants, prepared once.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Delete, Insert, Row, Select, Update
from sqlalchemy.exc import MultipleResultsFound
from sqlmodel import SQLModel

from domain.prepared import Plan, Prepared, Statement, cursor_of

__all__ = ["Prepared", "UnitOfWork"]


class UnitOfWork:
    """What a service gets, never creates: the database of one workspace at one moment, for one command.

    `now` is one instant for the whole unit. Leaving without `commit` rolls back; entering twice raises.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        workspace_id: str,
        prepared: Prepared,
        command_id: str = "",
        savepoint: bool = False,
    ) -> None:
        self.now = now
        self.workspace_id = workspace_id
        self.command_id = command_id
        self.is_postgres = connection.dialect.name == "postgresql"
        self._connection = connection
        self._prepared = prepared
        self._savepoint = savepoint
        self._cursor: Any = None
        self._entered = False
        self._done = False
        self._facts: list[tuple[logging.Logger, str, dict[str, object]]] = []

    def __enter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a unit of work is entered once")
        self._entered = True
        if self.is_postgres:
            # through SQLAlchemy: this is where a connection that was lost meanwhile shows
            self._connection.exec_driver_sql("SELECT set_config('bida.workspace', %s, true)", (self.workspace_id,))
        # one for the whole unit: every statement's rows are fetched before the next one runs
        self._cursor = cursor_of(self._connection)
        if self._savepoint:
            self._cursor.execute("SAVEPOINT unit")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            self._done = True
            self._undo()

    def one(self, statement: Select[Any], /, **params: object) -> Row[Any] | None:
        """The only row, or None. More than one is a bug and raises."""
        rows = self.all(statement, **params)
        if len(rows) > 1:
            raise MultipleResultsFound
        return rows[0] if rows else None

    def all(self, statement: Select[Any], /, **params: object) -> Sequence[Row[Any]]:
        plan = self._run(statement, params)
        return [plan.row(values) for values in self._cursor.fetchall()]

    def change(self, statement: Update | Delete | Insert, /, **params: object) -> int:
        """Run a change; returns how many rows it touched."""
        self._run(statement, params)
        return int(self._cursor.rowcount)

    def change_each(self, statement: Update | Insert, rows: Sequence[Mapping[str, object]]) -> int:
        """Run a change once per set of parameters, over all workspaces: the statement names each row's own. Returns how
        many rows it touched in all."""
        self._prepared.run_many(self._connection, self._cursor, statement, rows, over_all=True)
        return int(self._cursor.rowcount)

    def add(self, row: SQLModel) -> None:
        """Insert a row, stamped with this workspace."""
        self.add_all([row])

    def add_all(self, rows: Sequence[SQLModel]) -> None:
        """Insert rows of one table in one statement."""
        if not rows:
            return
        values = [{**_columns(row), "workspace_id": self.workspace_id} for row in rows]
        self._prepared.run_many(self._connection, self._cursor, self._prepared.insert_of(type(rows[0])), values)

    def insert(self, model: type[SQLModel], values: Mapping[str, object]) -> None:
        """Insert one row from plain values: the hot path's `add`, without building a row object."""
        stamped = {**values, "workspace_id": self.workspace_id}
        self._prepared.run(self._connection, self._cursor, self._prepared.insert_of(model), stamped)

    def insert_all(self, model: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
        """As `insert`, for rows that fill the same columns."""
        if rows:
            stamped = [{**values, "workspace_id": self.workspace_id} for values in rows]
            self._prepared.run_many(self._connection, self._cursor, self._prepared.insert_of(model), stamped)

    def state(self, log: logging.Logger, event: str, **fields: object) -> None:
        """Log what this unit does, once it is committed: what is rolled back or repeated was never done. Ids and
        amounts only, never a code or what people wrote."""
        self._facts.append((log, event, fields))

    def commit(self) -> None:
        """Make everything of this unit final, or on SQLite part of the batch that is about to become final."""
        if self._done:
            raise RuntimeError("a unit of work is committed once")
        self._done = True
        if self._savepoint:
            self._cursor.execute("RELEASE unit")
        else:
            self._connection.commit()
        for log, event, fields in self._facts:
            log.info(event, extra={"command_id": self.command_id, **fields})

    def _undo(self) -> None:
        if self._savepoint:
            self._cursor.execute("ROLLBACK TO unit")
            self._cursor.execute("RELEASE unit")
        else:
            self._connection.rollback()

    def _run(self, statement: Statement, params: dict[str, object]) -> Plan:
        """`params` is the caller's to change: what was given by name is in no other hands."""
        params["workspace_id" if isinstance(statement, Insert) else "ws_"] = self.workspace_id
        return self._prepared.run(self._connection, self._cursor, statement, params)


def _columns(row: SQLModel) -> dict[str, object]:
    return {name: getattr(row, name) for name in type(row).model_fields}
