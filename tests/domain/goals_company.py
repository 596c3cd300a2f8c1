"""The small company in a database of its own, and its people checking in through the service, at any moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.calendar import WorkCalendar, bundled_table
from domain.columns import table_of
from domain.goals.importing import import_goals
from domain.goals.messages import CheckedIn, CheckIn, CheckInOutcome, KeyResultLine
from domain.goals.model import CheckIn as CheckInRow
from domain.goals.model import KeyResult, Objective
from domain.goals.service import check_in, streak
from domain.goals.sheet import Moment, Sheet, my_sheet, sheet_of
from domain.people.importing import import_people
from domain.people.messages import Profile
from domain.people.model import Person, Workspace
from domain.people.service import profile
from domain.unit_of_work import Prepared, UnitOfWork
from tests.company import GOALS, PEOPLE

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
"""Friday 2026-02-13, 10:05 in Shanghai: ISO week 7."""


class House:
    """`now` may be moved at will; every call is a unit of work of its own."""

    def __init__(self, folder: Path, people: str = PEOPLE, goals: str = GOALS) -> None:
        self.engine = open_engine(f"sqlite:///{folder}/house.db")
        SQLModel.metadata.create_all(self.engine)
        self.now = FRIDAY
        self._open: UnitOfWork | None = None
        self.workspace_id = Workspace(key="main", name="main").workspace_id
        with self.unit() as uow:
            uow.add(Workspace(workspace_id=self.workspace_id, key="main", name="main"))
            tenants = {"wecom": "corp", "dingtalk": "ding", "feishu": "fei"}
            for report in (import_people(uow, people, tenants=tenants, fold={}), import_goals(uow, goals)):
                assert not report.problems, report.problems
            uow.commit()

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        """A unit of work; asked for inside another one, that one."""
        if self._open is not None:
            yield self._open
            return
        with (
            self.engine.connect() as connection,
            connection.begin(),
            UnitOfWork(
                connection, now=self.now, workspace_id=self.workspace_id, prepared=Prepared(), savepoint=True
            ) as uow,
        ):
            self._open = uow
            try:
                yield uow
            finally:
                self._open = None

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

    def moment(self) -> Moment:
        return Moment.of(self.now, "Asia/Shanghai", WorkCalendar(national=bundled_table()))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # --- key results -----------------------------------------------------------------------------------------------

    def line(self, title: str) -> KeyResultLine:
        row = next(one for one in self.rows(KeyResult) if one.title == title)
        with self.unit() as uow:
            found = sheet_of(uow, [row.id], {}, self.moment()).find(row.id)
        assert found is not None
        return found

    def lines_of(self, number: str) -> tuple[KeyResultLine, ...]:
        person = self.person(number)
        with self.unit() as uow:
            return my_sheet(uow, person.id, self.moment()).lines

    def say(self, title: str, value: str | None, by: str, **more: Any) -> CheckInOutcome:
        """Check in and commit. `value` None is "no change"."""
        line = self.line(title)
        command = CheckIn(value=None if value is None else Decimal(value), **more)
        person = self.person(by)
        with self.unit() as uow:
            sheet: Sheet = sheet_of(uow, [line.id], {}, self.moment())
            outcome = check_in(uow, sheet, line, command, person, self.moment())
            uow.commit()
        return outcome

    def done(self, title: str, value: str | None, by: str, **more: Any) -> CheckedIn:
        outcome = self.say(title, value, by, **more)
        assert isinstance(outcome, CheckedIn), outcome
        return outcome

    def streak(self, number: str) -> int:
        person = self.person(number)
        with self.unit() as uow:
            return streak(uow, person.id, self.moment())

    def check_ins(self) -> list[Any]:
        return self.rows(CheckInRow)

    def objective(self, key: str) -> Any:
        return next(one for one in self.rows(Objective) if one.key == key)
