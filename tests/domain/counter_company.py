"""A company with two stores in a database of its own: who serves where, and units of work at any moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.columns import table_of
from domain.migrations.runner import migrate
from domain.people.importing import HEADER, import_people
from domain.people.messages import Profile, StoreRef
from domain.people.model import Person, Workspace
from domain.people.service import profile
from domain.people.stores import every_store
from domain.unit_of_work import Prepared, UnitOfWork

MONDAY = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
"""Monday 2026-01-19, 14:05 in Shanghai."""
KEY = b"k" * 32

PEOPLE = (
    "B1,安然,,,总部,,admin,,,,,,",
    "M1,马丽,,,门店,B1,store_manager,人民广场店,,,,,",
    "C1,周敏,,,门店,M1,clerk,人民广场店|徐家汇店,,,,,",
    "C2,吴刚,,,门店,M1,clerk,人民广场店,,,,,",
    "X1,徐静,,,门店,B1,clerk;store_manager,徐家汇店,,,,,",
    "E1,李雷,,,运营,B1,,,,,,,",
    "E2,Cai Green,,,运营,B1,,,en,,,,",
)
PEOPLES_SQUARE, XUJIAHUI = "人民广场店", "徐家汇店"


class Company:
    """`now` may be moved at will; every `unit` is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        migrate(self.engine)
        self.now = MONDAY
        self.prepared = Prepared()
        self.workspace_id = Workspace(key="main", name="main").workspace_id
        with self.unit() as uow:
            uow.add(Workspace(workspace_id=self.workspace_id, key="main", name="main"))
            uow.commit()
        self.take(*PEOPLE)

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        sqlite = self.engine.dialect.name == "sqlite"
        with self.engine.connect() as connection:
            begun = connection.begin() if sqlite else None
            with UnitOfWork(
                connection, now=self.now, workspace_id=self.workspace_id, prepared=self.prepared, savepoint=sqlite
            ) as uow:
                yield uow
            if begun is not None:
                begun.commit()

    def take(self, *lines: str) -> tuple[int, int, int]:
        """Import these people; how many were created, updated, unchanged."""
        with self.unit() as uow:
            report = import_people(uow, "\n".join((",".join(HEADER), *lines)), tenants={}, fold={})
            assert not report.problems, report.problems
            uow.commit()
        return report.created, report.updated, report.unchanged

    def rows(self, model: type[SQLModel]) -> list[Any]:
        table = table_of(model)
        with self.unit() as uow:
            return list(uow.all(select(table).order_by(table.c.id)))

    def person(self, number: str) -> Profile:
        row = next(one for one in self.rows(Person) if one.employee_no == number)
        with self.unit() as uow:
            found = profile(uow, row.id)
        assert found is not None
        return found

    def number_of(self, person_id: str) -> str:
        return str(next(one.employee_no for one in self.rows(Person) if one.id == person_id))

    def store(self, name: str) -> StoreRef:
        with self.unit() as uow:
            return next(one for one in every_store(uow) if one.name == name)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)
