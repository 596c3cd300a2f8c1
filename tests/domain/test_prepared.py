"""Prepared statements are strict about their parameters: nothing missing becomes NULL, nothing given is dropped."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, bindparam, select, update
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import BindCode, Person, Workspace
from domain.unit_of_work import Prepared, UnitOfWork
from tests.databases import fresh_database, postgres_server

NOW = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
CODE = table_of(BindCode)
_READ = select(CODE.c.person_id, CODE.c.expires_at, CODE.c.used_at).where(CODE.c.id == bindparam("code"))
_SINCE = select(CODE.c.id).where(CODE.c.expires_at >= bindparam("since"))
_AMONG = select(CODE.c.id).where(
    CODE.c.id.in_(bindparam("codes", expanding=True)), CODE.c.expires_at >= bindparam("since"), CODE.c.code_hash == "h"
)
_USE = update(CODE).where(CODE.c.id == bindparam("code")).values(used_at=bindparam("at"))
_UNUSE = update(CODE).where(CODE.c.id == bindparam("code")).values(used_at=NOW, person_id="nobody")
_USE_ANYWHERE = (
    update(CODE)
    .where(CODE.c.workspace_id == bindparam("ws_"), CODE.c.id == bindparam("code"))
    .values(used_at=bindparam("at"))
)
_USE_NAMED = update(CODE).where(CODE.c.id == bindparam("code")).values(used_at=bindparam("at"))

Units = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Units]:
    """Opens units of work on one connection, all with the same plans."""
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path) as url:
        engine = open_engine(url)
        SQLModel.metadata.create_all(engine)
        prepared = Prepared()
        with engine.connect() as connection:

            def begin(workspace: str = "w") -> UnitOfWork:
                return UnitOfWork(connection, now=NOW, workspace_id=workspace, prepared=prepared)

            yield begin
        engine.dispose()


def values(**more: object) -> dict[str, Any]:
    return {"id": new_id(), "person_id": "p", "code_hash": "h", "expires_at": NOW, **more}


def stored(uow: UnitOfWork, code: object) -> Row[Any]:
    row = uow.one(_READ, code=code)
    assert row is not None
    return row


def test_a_missing_parameter_is_an_error_also_where_it_would_be_converted(unit: Units) -> None:
    """An instant that is not given must not be compared, or written, as NULL: neither the first time nor later."""
    with unit() as uow:
        for _ in range(2):
            with pytest.raises(KeyError, match="since"):
                uow.all(_SINCE)
            with pytest.raises(KeyError, match="'at'"):
                uow.change(_USE, code="c")
            assert uow.all(_SINCE, since=NOW) == []
            assert uow.change(_USE, code="c", at=None) == 0
        with pytest.raises(KeyError, match="'at'"):
            uow.change_each(_USE_ANYWHERE, [{"ws_": "w", "code": "c", "at": NOW}, {"ws_": "w", "code": "c"}])


def test_a_list_has_a_plan_for_every_length_and_is_as_strict(unit: Units) -> None:
    one, other = values(), values()
    with unit() as uow:
        uow.add_all([BindCode(workspace_id="", **one), BindCode(workspace_id="", **other)])
        for codes in ([one["id"]], [one["id"], other["id"]], ["neither", other["id"]], []):
            for _ in range(2):
                found = {row.id for row in uow.all(_AMONG, codes=codes, since=NOW)}
                assert found == {one["id"], other["id"]} & set(codes)
                with pytest.raises(KeyError, match="since"):
                    uow.all(_AMONG, codes=codes)
        with pytest.raises(KeyError, match="since"):
            uow.all(_AMONG, codes=["as", "many", "as", "never", "before"])


def test_an_insert_that_fills_more_columns_than_an_earlier_one_fills_them_all(unit: Units) -> None:
    fewer, more = values(), values(used_at=NOW + timedelta(hours=1))
    with unit() as uow:
        for one in (fewer, more, values(), values(used_at=NOW)):
            uow.insert(BindCode, one)
        uow.add(BindCode(workspace_id="", **values(id="added", used_at=NOW)))
        assert stored(uow, fewer["id"]).used_at is None
        assert stored(uow, more["id"]).used_at == NOW + timedelta(hours=1)
        assert stored(uow, "added").used_at == NOW


@pytest.mark.parametrize("first", [True, False])
def test_an_insert_refuses_what_is_no_column(unit: Units, first: bool) -> None:
    with unit() as uow:
        if not first:
            uow.insert(BindCode, values())
        with pytest.raises(KeyError, match="colour"):
            uow.insert(BindCode, values(colour="red"))


def test_an_insert_refuses_to_leave_out_a_column_only_an_object_would_fill(unit: Units) -> None:
    """`email` is "" on a new `Person`, not in the table: left out it would be NULL."""
    with unit() as uow, pytest.raises(KeyError, match="email"):
        uow.insert(Person, {"id": new_id(), "name": "n", "provisional": True, "active": True, "created_at": NOW})


def test_rows_of_one_insert_fill_the_same_columns(unit: Units) -> None:
    whole = BindCode(workspace_id="", **values())
    with unit() as uow:
        uow.add_all([whole, BindCode(workspace_id="", **values(used_at=NOW))])
        with pytest.raises(KeyError):
            uow.add_all([whole, Workspace(key="w", name="w")])


def test_what_the_statement_itself_fixes_cannot_be_given(unit: Units) -> None:
    one = values()
    with unit() as uow:
        uow.insert(BindCode, one)
        for _ in range(2):
            assert uow.change(_UNUSE, code=one["id"], used_at=None, person_id="somebody") == 1
            assert tuple(stored(uow, one["id"])) == ("nobody", NOW, NOW)


def test_a_statement_once_run_over_all_workspaces_is_limited_in_a_unit(unit: Units) -> None:
    """The plan that trusts the statement's own workspaces is not the one a unit of work uses."""
    one = values()
    with unit() as uow:
        uow.insert(BindCode, one)
        uow.change_each(_USE_NAMED, [{"code": one["id"], "at": NOW}])
        assert stored(uow, one["id"]).used_at == NOW
        uow.commit()
    with unit("other") as uow:
        assert uow.change(_USE_NAMED, code=one["id"], at=None) == 0
