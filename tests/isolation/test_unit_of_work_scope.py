"""Whatever goes through `UnitOfWork` is limited to its workspace, in every table and alias it touches (design (h))."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from sqlalchemy import Delete, Insert, Select, Table, Update, bindparam, delete, exists, select, update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.selectable import Alias
from sqlmodel import SQLModel

import bot
import domain
from domain.goals.model import KeyResult, Objective
from domain.people.model import Person
from domain.prepared import Statement, limited

BY_HAND = {
    "domain.delivery.inbox._CLAIM_IDS": "claims serve all workspaces; each claimed row is then named with its own",
    "domain.delivery.outbox._DUE_IDS": "as above",
    "domain.delivery.outbox._ANY_DUE": "as above: only asks whether there is anything to do on a connection",
    "domain.delivery.outbox._REPLAY": "the operator's own tool, over all workspaces",
}
"""Statements that run on the bare connection, over all workspaces, on purpose."""
UNSCOPED_TABLES = {"lease"}


def constants() -> Iterator[tuple[str, Statement]]:
    """Every statement that is a module constant, alone or in a table of statements."""
    for package in (domain, bot):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name == "bot.__main__":
                continue
            module = import_module(found.name)
            for name, value in vars(module).items():
                for each in value.values() if isinstance(value, dict) else (value,):
                    if isinstance(each, Select | Update | Delete | Insert):
                        yield f"{found.name}.{name}", each


CONSTANTS = [
    pytest.param(name, statement, id=f"{name}-{number}") for number, (name, statement) in enumerate(constants())
]


def sources(statement: Statement) -> set[Table | Alias]:
    """Every table and alias a statement reads or changes, subqueries included."""
    found: set[Table | Alias] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Alias | Table):
            found.add(element)
    aliased = {one.element for one in found if isinstance(one, Alias)}
    used = {column.table for column in visitors.iterate(statement) if getattr(column, "table", None) is not None}
    return {one for one in found if one not in aliased or one in used}


def compared(statement: Statement) -> set[object]:
    """The tables and aliases whose workspace is compared with something."""
    found: set[object] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, BinaryExpression):
            for side in (element.left, element.right):
                if getattr(side, "name", "") == "workspace_id":
                    found.add(side.table)
    return found


def unlimited(statement: Statement) -> set[str]:
    scoped = limited(statement)
    missing = {one for one in sources(scoped) if "workspace_id" in one.c} - compared(scoped)
    return {one.name for one in missing}


def test_there_are_statements_to_look_at() -> None:
    names = {param.values[0] for param in CONSTANTS}
    assert len(names) > 40
    assert set(BY_HAND) <= names, "a statement that is excused here no longer exists"


@pytest.mark.parametrize(("name", "statement"), CONSTANTS)
def test_every_prepared_statement_is_limited_to_one_workspace(name: str, statement: Statement) -> None:
    if name in BY_HAND:
        assert BY_HAND[name]
        return
    if isinstance(statement, Insert):
        assert statement.table.name in UNSCOPED_TABLES or "workspace_id" in statement.table.c
        return
    if {one.name for one in sources(statement)} <= UNSCOPED_TABLES:
        with pytest.raises(AttributeError, match="workspace_id"):
            limited(statement)  # a unit of work would not run it at all
        return
    assert unlimited(statement) == set()


TABLES = sorted(SQLModel.metadata.tables.items())


@pytest.mark.parametrize(("name", "table"), TABLES, ids=[name for name, _ in TABLES])
def test_every_table_is_limited_for_select_update_and_delete(name: str, table: Table) -> None:
    if name in UNSCOPED_TABLES:
        assert "workspace_id" not in table.c
        return
    assert table.primary_key.columns.values()[0].name == "workspace_id", "first in its key (design (h))"
    other = table.alias("other")
    first = next(iter(table.c.values()))
    for statement in (
        select(table),
        select(other),
        select(table.c[first.name], other.c[first.name]),
        select(table).join(other, other.c.workspace_id == table.c.workspace_id),
        update(table).values({first: bindparam("x")}),
        delete(table),
    ):
        assert unlimited(statement) == set(), str(statement)


def test_joins_and_outer_joins_are_limited_on_both_sides() -> None:
    objective, person, kr = (SQLModel.metadata.tables[one.__tablename__] for one in (Objective, Person, KeyResult))
    parent = objective.alias("parent")
    joined = (
        select(kr.c.id)
        .select_from(kr.join(objective, objective.c.id == kr.c.objective_id).join(person, person.c.id == kr.c.owner_id))
        .join(parent, parent.c.id == objective.c.parent_id)
    )
    assert unlimited(joined) == set()


def test_this_test_would_notice() -> None:
    """A subquery that forgets its workspace is found by the walk above."""
    person, kr = (SQLModel.metadata.tables[one.__tablename__] for one in (Person, KeyResult))
    forgotten = select(person.c.id).where(exists().where(kr.c.owner_id == person.c.id))
    assert unlimited(forgotten) == {"key_result"}
