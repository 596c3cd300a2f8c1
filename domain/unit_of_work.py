"""One command, one unit of work, one commit. Synchronous on purpose: no I/O but the database can happen inside.

The unit is bound to a workspace and adds the filter and the stamp to every statement itself: services never write it
and cannot forget it (design (h)). Statements are meant to be module constants, prepared once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, Delete, Insert, Row, Select, Table, Update, bindparam, insert
from sqlalchemy.sql.selectable import Alias, FromClause, Join
from sqlmodel import SQLModel

from domain.columns import table_of

Statement = Select[Any] | Insert | Update | Delete

_COUNTED = {"preserve_rowcount": True}
_WORKSPACE: BindParameter[str] = bindparam("ws_")


class Prepared:
    """Statements with the workspace filter added, prepared once per process and shared by all units."""

    def __init__(self) -> None:
        self._scoped: WeakKeyDictionary[Statement, Statement] = WeakKeyDictionary()
        self._inserts: dict[type[SQLModel], Insert] = {}

    def scoped(self, statement: Statement) -> Statement:
        """The statement limited to one workspace, in every table it reads or changes."""
        found = self._scoped.get(statement)
        if found is None:
            found = self._scoped[statement] = _limit(statement)
        return found

    def insert_of(self, model: type[SQLModel]) -> Insert:
        found = self._inserts.get(model)
        if found is None:
            found = self._inserts[model] = insert(table_of(model))
        return found


def _limit(statement: Statement) -> Statement:
    if isinstance(statement, Insert):
        return statement
    if isinstance(statement, Update | Delete):
        return statement.where(statement.table.c.workspace_id == _WORKSPACE)
    for source in _tables(statement.get_final_froms()):
        statement = statement.where(source.c.workspace_id == _WORKSPACE)
    return statement


def _tables(sources: Sequence[FromClause]) -> list[FromClause]:
    found: list[FromClause] = []
    for source in sources:
        if isinstance(source, Join):
            found += _tables([source.left, source.right])
        elif isinstance(source, Table | Alias) and "workspace_id" in source.c:
            found.append(source)
    return found


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
        self._entered = False
        self._done = False

    def __enter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a unit of work is entered once")
        self._entered = True
        if self._savepoint:
            self._driver("SAVEPOINT unit")
        if self.is_postgres:
            self._connection.exec_driver_sql("SELECT set_config('bida.workspace', %s, true)", (self.workspace_id,))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            self._done = True
            self._undo()

    def one(self, statement: Select[Any], /, **params: object) -> Row[Any] | None:
        """The only row, or None. More than one is a bug and raises."""
        return cast("Row[Any] | None", self._execute(statement, params).one_or_none())

    def all(self, statement: Select[Any], /, **params: object) -> Sequence[Row[Any]]:
        return cast("Sequence[Row[Any]]", self._execute(statement, params).all())

    def change(self, statement: Update | Delete | Insert, /, **params: object) -> int:
        """Run a change; returns how many rows it touched."""
        return int(self._execute(statement, params).rowcount)

    def add(self, row: SQLModel) -> None:
        """Insert a row, stamped with this workspace."""
        self.add_all([row])

    def add_all(self, rows: Sequence[SQLModel]) -> None:
        """Insert rows of one table in one statement."""
        if not rows:
            return
        values = [{**_columns(row), "workspace_id": self.workspace_id} for row in rows]
        statement = self._prepared.insert_of(type(rows[0]))
        self._connection.execute(statement, values if len(values) > 1 else values[0])

    def insert(self, model: type[SQLModel], values: Mapping[str, object]) -> None:
        """Insert one row from plain values: the hot path's `add`, without building a row object."""
        self._connection.execute(self._prepared.insert_of(model), {**values, "workspace_id": self.workspace_id})

    def commit(self) -> None:
        """Make everything of this unit final, or on SQLite part of the batch that is about to become final."""
        if self._done:
            raise RuntimeError("a unit of work is committed once")
        self._done = True
        if self._savepoint:
            self._driver("RELEASE unit")
        else:
            self._connection.commit()

    def _undo(self) -> None:
        if self._savepoint:
            self._driver("ROLLBACK TO unit")
            self._driver("RELEASE unit")
        else:
            self._connection.rollback()

    def _execute(self, statement: Statement, params: Mapping[str, object]) -> Any:
        if isinstance(statement, Insert):
            values = {**params, "workspace_id": self.workspace_id}
            return self._connection.execute(statement, values, execution_options=_COUNTED)
        return self._connection.execute(self._prepared.scoped(statement), {**params, "ws_": self.workspace_id})

    def _driver(self, sql: str) -> None:
        driver = self._connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute(sql)


def _columns(row: SQLModel) -> dict[str, object]:
    return {name: getattr(row, name) for name in type(row).model_fields}
