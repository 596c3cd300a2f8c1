"""PostgreSQL says it a second time: without a workspace, or with another, no row can be seen or written, not even by
the tables' owner; and the bot works with exactly such a role (design (h))."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot.app import workspace_id
from bot.database import open_engine
from bot.playground.rig import Rig, make_rig
from domain.ids import new_id
from domain.migrations import metadata, versions
from domain.people.model import Person
from tests.company import populate, seed
from tests.databases import fresh_database, postgres_server
from tests.stories.talk import Talk

pytestmark = pytest.mark.postgres

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
TABLES = {name: table for name, table in SQLModel.metadata.tables.items() if "workspace_id" in table.c}
PERSON = SQLModel.metadata.tables[Person.__tablename__]
assert metadata.METADATA is SQLModel.metadata


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database that belongs to a role without any special right, as this role reaches it."""
    server = postgres_server()
    if server is None:
        pytest.skip("no PostgreSQL server is reachable")
    role = f"bida_{new_id()[-12:]}"
    with fresh_database("postgres", tmp_path) as url:
        name = make_url(url).database
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'plain' NOSUPERUSER NOBYPASSRLS NOCREATEDB")
            connection.execute(f'ALTER DATABASE "{name}" OWNER TO {role}')
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER SCHEMA public OWNER TO {role}")
        yield make_url(url).set(username=role, password="plain").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP ROLE {role}")


@pytest.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    made = make_rig(database_url, FRIDAY)
    await made.start()
    populate(made)
    seed(made.bot.engine, made)
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
def plain(rig: Rig) -> Iterator[Engine]:
    """The same role, without the bot."""
    engine = open_engine(rig.environ["BIDA_DATABASE_URL"])
    yield engine
    engine.dispose()


def counts(engine: Engine, workspace: str | None) -> dict[str, int]:
    """How many rows of each table can be seen after naming a workspace (None: naming none)."""
    with engine.connect() as connection:
        if workspace is not None:
            connection.execute(text("SELECT set_config('bida.workspace', :ws, true)"), {"ws": workspace})
        return {
            name: connection.execute(select(func.count()).select_from(each)).scalar_one()
            for name, each in TABLES.items()
        }


def a_person(workspace: str) -> dict[str, Any]:
    made = Person(workspace_id=workspace, id=new_id(), name="x", created_at=FRIDAY)
    return {name: getattr(made, name) for name in Person.model_fields}


async def test_the_role_has_no_special_rights(plain: Engine) -> None:
    with plain.connect() as connection:
        found = connection.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
        owner = connection.execute(text("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'person'"))
        assert (tuple(found), owner.scalar_one()) == ((False, False), True)


async def test_the_whole_check_in_works_under_row_level_security(rig: Rig, plain: Engine) -> None:
    """Card, click, one line, binding code and a sweep; afterwards there is something in every table that matters."""
    for messenger in rig.simulators:
        talk = Talk(rig, messenger, "bob")
        await talk.say("/ci")
        shown = await talk.submit(value="96")
        assert "96%" in shown.text
        await talk.say("/bind")
        await talk.say("/okr tree")
    await rig.bot.dispatcher.sweep()
    seen = counts(plain, workspace_id("main"))
    assert all(seen[name] for name in ("inbox", "outbox", "card", "check_in", "person", "identity", "bind_code"))
    with plain.connect() as connection:
        connection.execute(text("SELECT set_config('bida.workspace', :ws, true)"), {"ws": workspace_id("main")})
        left = connection.execute(text("SELECT count(*) FROM outbox WHERE state <> 'SENT'")).scalar_one()
    assert left == 0


@pytest.mark.parametrize("workspace", [None, "", workspace_id("other"), "%", "main"])
async def test_nothing_is_visible_without_the_right_workspace(rig: Rig, plain: Engine, workspace: str | None) -> None:
    await Talk(rig, "wecom", "bob").say("/ci")
    assert counts(plain, workspace_id("main"))["person"] >= 3
    assert set(counts(plain, workspace).values()) == {0}


@pytest.mark.parametrize("workspace", [None, "", workspace_id("other")])
async def test_nothing_is_writable_without_the_right_workspace(rig: Rig, plain: Engine, workspace: str | None) -> None:
    with plain.connect() as connection:
        if workspace is not None:
            connection.execute(text("SELECT set_config('bida.workspace', :ws, true)"), {"ws": workspace})
        assert connection.execute(update(PERSON).values(name="changed")).rowcount == 0
        assert connection.execute(text("DELETE FROM identity")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(insert(PERSON).values(a_person(workspace_id("main"))))


async def test_a_row_cannot_be_moved_into_another_workspace(rig: Rig, plain: Engine) -> None:
    with plain.connect() as connection:
        connection.execute(text("SELECT set_config('bida.workspace', :ws, true)"), {"ws": workspace_id("main")})
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(update(PERSON).values(workspace_id=workspace_id("other")))


async def test_the_workspace_is_forgotten_with_the_transaction(rig: Rig, plain: Engine) -> None:
    """A pooled connection that served one company starts the next transaction with none."""
    single = create_engine(plain.url, pool_size=1, max_overflow=0)
    assert counts(single, workspace_id("main"))["person"] >= 3
    assert set(counts(single, None).values()) == {0}
    single.dispose()


async def test_every_table_of_a_workspace_is_secured(rig: Rig, plain: Engine) -> None:
    """What the migrations list, what the database has, and what the models say, are the same tables."""
    names = [one.name for one in iter_modules(versions.__path__)]
    revisions = [import_module(f"domain.migrations.versions.{name}") for name in names]
    listed = {table for revision in revisions for table in getattr(revision, "SCOPED", ())}
    with plain.connect() as connection:
        secured = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity")
        )
        policies = connection.execute(text("SELECT tablename FROM pg_policies WHERE cmd = 'ALL'"))
        assert listed == set(TABLES) == set(secured.scalars()) == set(policies.scalars())
