"""Released accounts stay released, imports without a tenant are bound all the same, and first messages race
(R-ID-01, R-ID-02, R-ID-03, R-ID-07)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.columns import table_of
from domain.ids import new_id
from domain.people import binding, directory
from domain.people.messages import PersonChanged
from domain.people.model import Department, Identity, Person, Workspace
from domain.people.service import identify, provisional
from domain.unit_of_work import Prepared, UnitOfWork
from tests.databases import fresh_database, postgres_server
from tests.domain.goals_company import House

KEY = b"k" * 32
IDENTITY = table_of(Identity)
NOW = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def bind_to_bob(house: House, user: str) -> None:
    """Bob's code, typed by a new account on WeCom."""
    bob = house.person("E2")
    with house.unit() as uow:
        code = binding.issue(uow, bob, KEY).code
        guest = provisional(uow, "wecom", "corp", user, "")
        binding.bind(uow, guest, code, KEY, platform="wecom", tenant="corp", user_id=user)
        uow.commit()


def active_on_wecom(house: House, number: str = "E2") -> list[str]:
    person = house.person(number)
    rows = [row for row in house.rows(Identity) if row.person_id == person.id and row.platform == "wecom"]
    return [row.user_id for row in rows if row.active]


@pytest.mark.parametrize("news", [{"name": "白博士"}, {"new_user_id": "bob3"}, {"new_user_id": "bob2"}, {}])
def test_r_id_01_directory_news_never_bring_a_released_account_back(house: House, news: dict[str, str]) -> None:
    """Renamed, given another id (even the id of the account in use), or merely read."""
    bind_to_bob(house, "bob2")
    with house.unit() as uow:
        assert not directory.apply(uow, PersonChanged(platform="wecom", tenant="corp", user_id="bob", **news))
        uow.commit()
    assert active_on_wecom(house) == ["bob2"]
    assert house.person("E2").name == "白博"


def test_r_id_01_binding_retires_an_account_imported_before_the_connection_was_known(house: House) -> None:
    """Such an account has no tenant yet; it counts as one of this corp."""
    with house.unit() as uow:
        uow.change(update(IDENTITY).where(IDENTITY.c.user_id == "bob").values(tenant=""))
        uow.commit()
    bind_to_bob(house, "bob2")
    assert active_on_wecom(house) == ["bob2"]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Engine]:
    if postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database("postgres", tmp_path) as url:
        engine = open_engine(url)
        SQLModel.metadata.create_all(engine)
        yield engine
        engine.dispose()


@pytest.mark.postgres
def test_r_id_03_first_messages_at_once_make_one_guest(postgres: Engine) -> None:
    """The second waits for the first, is the same person then, and leaves nobody behind; so with departments."""
    workspace, together, prepared = new_id(), Barrier(4), Prepared()

    def first_message(_: int) -> str:
        with (
            postgres.connect() as connection,
            UnitOfWork(connection, now=NOW, workspace_id=workspace, prepared=prepared) as uow,
        ):
            assert identify(uow, "feishu", "app", "ou_new") is None
            together.wait(10)
            made = provisional(uow, "feishu", "app", "ou_new", "新人")
            assert directory.apply(
                uow, PersonChanged(platform="feishu", tenant="app", user_id="ou_new", department="新部门")
            )
            uow.commit()
            return made.id

    with postgres.begin() as connection:
        connection.execute(
            table_of(Workspace).insert().values(Workspace(workspace_id=workspace, key="w", name="w").model_dump())
        )
    with ThreadPoolExecutor(4) as four:
        made = set(four.map(first_message, range(4)))
    with postgres.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {model.__tablename__}")).scalar_one()
            for model in (Person, Identity, Department)
        ]
    assert (len(made), counts) == (1, [1, 1, 1])


@pytest.mark.postgres
def test_r_org_01_two_who_first_name_a_department_make_one(postgres: Engine) -> None:
    workspace, together, prepared = new_id(), Barrier(3), Prepared()

    def move(user: str) -> None:
        with (
            postgres.connect() as connection,
            UnitOfWork(connection, now=NOW, workspace_id=workspace, prepared=prepared) as uow,
        ):
            provisional(uow, "feishu", "app", user, user)
            together.wait(10)
            directory.apply(uow, PersonChanged(platform="feishu", tenant="app", user_id=user, department="新部门"))
            uow.commit()

    with postgres.begin() as connection:
        connection.execute(
            table_of(Workspace).insert().values(Workspace(workspace_id=workspace, key="w", name="w").model_dump())
        )
    with ThreadPoolExecutor(3) as three:
        list(three.map(move, ("a", "b", "c")))
    with postgres.connect() as connection:
        assert connection.execute(text("SELECT count(DISTINCT department_id) FROM person")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM department")).scalar_one() == 1
