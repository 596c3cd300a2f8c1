"""Statements prepared once: the SQL text, how to bind, how to read a row. The hot path's way to the database.

SQLAlchemy writes the SQL and knows the types; executing through its connection would decide both anew for every call,
which costs three times the statement itself (bench/README). Only the driver's cursor is used after the first time.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
)
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.sql.selectable import Alias, FromClause, Join
from sqlmodel import SQLModel

from domain.columns import table_of

Statement = Select[Any] | Insert | Update | Delete
Bind = Callable[[Any], Any]

_NAMED = re.compile(r"%\((\w+)\)s")

_WORKSPACE: BindParameter[str] = bindparam("ws_")


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement for one database. `names` are the parameters in the driver's order, and `pick` takes them from a
    mapping; `fixed` are those the statement itself gives a value, `write` the places of those to be converted; `make`
    builds a row from the driver's tuple, `read` converts the columns that need it. `columns`: what an insert fills."""

    sql: str
    names: tuple[str, ...]
    positional: bool
    pick: Callable[[Mapping[str, Any]], Sequence[Any]]
    fixed: Mapping[str, Any]
    write: tuple[tuple[int, Bind], ...]
    make: Callable[[Sequence[Any]], Any]
    read: tuple[tuple[int, Bind], ...]
    columns: frozenset[str]

    def bind(self, params: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them. Raises `KeyError` when one is missing; for what the statement fixes
        nothing that is given counts."""
        values = self.pick({**params, **self.fixed} if self.fixed else params)
        if self.write:
            values = list(values)
            for at, convert in self.write:
                values[at] = convert(values[at])
        return values if self.positional else dict(zip(self.names, values, strict=True))

    def row(self, values: Sequence[Any]) -> Any:
        """A row with attributes, its values converted."""
        if self.read:
            values = list(values)
            for at, convert in self.read:
                values[at] = convert(values[at])
        return self.make(values)


class Prepared:
    """The plans of one process, by statement and, for lists, by their length. Shared by all units and threads."""

    def __init__(self) -> None:
        # statements are module constants, so what is kept here is as many as there are in the code
        self._plain: dict[Statement, Plan] = {}
        self._over_all: dict[Statement, Plan] = {}
        self._by_length: dict[Statement, dict[tuple[int, ...], Plan]] = {}
        self._by_columns: dict[Insert, dict[frozenset[str], Plan]] = {}
        self._inserts: dict[type[SQLModel], Insert] = {}

    def insert_of(self, model: type[SQLModel]) -> Insert:
        found = self._inserts.get(model)
        if found is None:
            found = self._inserts[model] = insert(table_of(model))
        return found

    def run(self, connection: Connection, cursor: Any, statement: Statement, params: Mapping[str, Any]) -> Plan:
        """Execute with one set of parameters on the driver's cursor; returns the plan that reads what it holds then.
        Raises `KeyError` when a parameter is missing, for an insert also when one is no column."""
        plan = self._plain.get(statement)
        if isinstance(statement, Insert):
            if plan is None or plan.columns != params.keys():
                plan = self._for_columns(connection.dialect, statement, params)
        elif plan is None:
            plan, params = self._with_lists(connection.dialect, statement, params)
        values = plan.bind(params)
        try:
            cursor.execute(plan.sql, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _named(error, connection, plan.sql) from error
        return plan

    def run_many(
        self, connection: Connection, cursor: Any, statement: Statement, rows: Sequence[Mapping[str, Any]], *,
        over_all: bool = False,
    ) -> None:  # fmt: skip
        """Execute once per set of parameters. `over_all`: the statement names its workspaces itself. Raises `KeyError`
        when a parameter is missing, or one row of an insert fills other columns than the first."""
        if isinstance(statement, Insert):
            plan = self._for_columns(connection.dialect, statement, rows[0])
            if any(plan.columns != row.keys() for row in rows):
                raise KeyError("rows of one insert fill the same columns")
        else:
            plans = self._over_all if over_all else self._plain
            found = plans.get(statement)
            if found is None:
                prepared = statement if over_all else limited(statement)
                found = plans[statement] = _prepare(prepared, connection.dialect, {}, rows[0])
            plan = found
        values = [plan.bind(row) for row in rows]
        try:
            if len(values) == 1:  # one round trip; a driver's way for many takes more
                cursor.execute(plan.sql, values[0])
            else:
                cursor.executemany(plan.sql, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _named(error, connection, plan.sql) from error

    def _for_columns(self, dialect: Dialect, statement: Insert, params: Mapping[str, Any]) -> Plan:
        """The plan of an insert that fills just these columns; the first one met is the one `run` tries first."""
        plans = self._by_columns.setdefault(statement, {})
        columns = frozenset(params)
        found = plans.get(columns)
        if found is None:
            found = plans[columns] = _prepare(statement, dialect, {}, params)
            self._plain.setdefault(statement, found)
        return found

    def _with_lists(
        self, dialect: Dialect, statement: Statement, params: Mapping[str, Any]
    ) -> tuple[Plan, Mapping[str, Any]]:
        """The plan for lists of these lengths; a statement without lists has one plan for good."""
        lists = {name: value for name, value in params.items() if isinstance(value, list)}
        if not lists:
            plan = self._plain[statement] = _prepare(limited(statement), dialect, {}, params)
            return plan, params
        lengths = tuple(len(value) for value in lists.values())
        plans = self._by_length.setdefault(statement, {})
        found = plans.get(lengths)
        if found is None:
            found = plans[lengths] = _prepare(limited(statement), dialect, lists, params)
        return found, {**params, **_numbered(lists)}


def limited(statement: Statement) -> Statement:
    """The statement confined to one workspace, in every table it reads or changes (design (h)). Inserts are stamped
    by their parameters instead."""
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


def _prepare(statement: Statement, dialect: Dialect, lists: Mapping[str, list[Any]], params: Mapping[str, Any]) -> Plan:
    compiled = _compile(statement, dialect, lists, params)
    names = compiled.positiontup if compiled.positional else dict.fromkeys(_NAMED.findall(str(compiled)))
    if isinstance(statement, Insert) and (stray := params.keys() - set(names)):
        raise KeyError(f"no columns of {statement.table.name}: {', '.join(sorted(stray))}")
    columns = compiled._result_columns or ()
    given = {*params, *_numbered(lists)} if lists else set()  # compiled with them, these look like the statement's own
    fixed = _fixed(compiled, [name for name in names if name not in given], dialect)
    return Plan(
        sql=str(compiled),
        names=tuple(names),
        positional=compiled.positional,
        pick=_picker(tuple(names)),
        fixed=fixed,
        write=tuple(
            (at, convert)
            for at, name in enumerate(names)
            if name not in fixed and (convert := _converter(compiled, name, dialect)) is not None
        ),
        make=_row_of([column.keyname for column in columns]) if columns else tuple,
        read=tuple(
            (at, convert)
            for at, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ),
        columns=frozenset(params) if isinstance(statement, Insert) else frozenset(),
    )


def _compile(statement: Statement, dialect: Dialect, lists: Mapping[str, list[Any]], params: Mapping[str, Any]) -> Any:
    if isinstance(statement, Insert):
        return statement.compile(dialect=dialect, column_keys=list(params))
    if lists:
        assert isinstance(statement, Select), "lists are for reading"
        try:
            return statement.params(params).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        except InvalidRequestError as error:  # writing out a list, SQLAlchemy wants to see every parameter
            raise KeyError(str(error)) from error
    return statement.compile(dialect=dialect)


def _row_of(fields: list[str]) -> Callable[[Sequence[Any]], Any]:
    """A row type with these attributes, known only now."""
    made: Any = namedtuple("Row", fields, rename=True)  # type: ignore[misc]  # the fields are known only here
    return cast(Callable[[Sequence[Any]], Any], made._make)


def _converter(compiled: Any, name: str, dialect: Dialect) -> Bind | None:
    """How a parameter has to be converted, if at all; a list's members as the list."""
    bound = compiled.binds[name if name in compiled.binds else name.rpartition("_")[0]]
    convert: Bind | None = bound.type.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _fixed(compiled: Any, names: Sequence[str], dialect: Dialect) -> dict[str, Any]:
    """The parameters the statement itself gives a value, as the driver takes them. Raises `KeyError` for a column left
    out of an insert whose default only an object would fill in: it would become NULL."""
    left_out = {column.key for column in compiled.insert_prefetch} if compiled.isinsert else set()
    fixed: dict[str, Any] = {}
    for name in names:
        if name in left_out:
            raise KeyError(name)
        if not compiled.binds[name].required:
            value, convert = compiled.binds[name].effective_value, _converter(compiled, name, dialect)
            fixed[name] = value if convert is None else convert(value)
    return fixed


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Takes these parameters out of a mapping; `itemgetter` does it in C, but gives one name's value bare."""
    return itemgetter(*names) if len(names) > 1 else lambda params: [params[name] for name in names]


def _numbered(lists: Mapping[str, list[Any]]) -> dict[str, Any]:
    """How SQLAlchemy names the members of an expanded list: `ids_1`, `ids_2`, …"""
    return {f"{name}_{at}": value for name, values in lists.items() for at, value in enumerate(values, 1)}


def cursor_of(connection: Connection) -> Any:
    """The driver's own cursor, past SQLAlchemy."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    return driver.cursor()


def _named(error: Exception, connection: Connection, sql: str) -> BaseException:
    """A driver's error as SQLAlchemy's, without its parameters, so that there is one family to catch."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True,
        connection_invalidated=dialect.is_disconnect(error, driver, None), dialect=dialect,  # type: ignore[arg-type]
    )  # fmt: skip
