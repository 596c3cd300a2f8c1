"""What stories about thanks need besides the company: a funded budget, and what the ledger says afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, update

from bot.app import workspace_id
from bot.calendars import Calendars
from bot.playground.rig import Rig
from bot.units import Turn
from domain.calendar import bundled_table
from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import Person
from domain.people.service import profile
from domain.points import service as ledger
from domain.points.messages import Balances, Cause
from domain.points.reading import balances
from domain.recognition.messages import GiveKudos, KudosGiven
from domain.recognition.service import give
from domain.recognition.tags import values_of
from domain.unit_of_work import Prepared, UnitOfWork

PERSON = table_of(Person)
NUMBERS = {"ann": "E1", "bob": "E2", "cai": "E3"}


@contextmanager
def unit(rig: Rig) -> Iterator[UnitOfWork]:
    """A unit of work beside the bot's."""
    engine = rig.bot.engine
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        begun = connection.begin() if sqlite else None
        with Turn(connection, rig.clock, Prepared(), savepoint=sqlite).unit(workspace_id("main")) as uow:
            yield uow
            uow.commit()
        if begun is not None:
            begun.commit()


def fund(rig: Rig, amount: int = 100_000) -> None:
    """Fund the allowance programme, as `bida ledger fund` does."""
    with unit(rig) as uow:
        ledger.fund(uow, "allowance", amount, request_id=f"test-{amount}", cause=Cause("", "test"))


def begin(rig: Rig, messenger: str) -> None:
    """A funded company whose people all read on one messenger."""
    fund(rig)
    for who in NUMBERS:
        change(rig, who, primary_platform=messenger)


def rows(rig: Rig, statement: Select[Any]) -> list[Any]:
    """What a statement finds in the company."""
    with unit(rig) as uow:
        return list(uow.all(statement))


def id_of(rig: Rig, who: str) -> str:
    """The person behind ann, bob or cai."""
    with unit(rig) as uow:
        found = uow.all(PERSON.select())
    return next(row.id for row in found if row.employee_no == NUMBERS[who])


def points(rig: Rig, who: str) -> Balances:
    """What the ledger says somebody has."""
    person = id_of(rig, who)
    with unit(rig) as uow:
        return balances(uow, person)


def change(rig: Rig, who: str, **values: Any) -> None:
    """Say something else of a person, as an import would."""
    with rig.bot.engine.begin() as connection:
        connection.execute(update(PERSON).where(PERSON.c.employee_no == NUMBERS[who]).values(**values))


def add_person(rig: Rig, number: str, name: str) -> str:
    """Somebody else in the company, on no messenger."""
    with unit(rig) as uow:
        made = new_id()
        uow.add(Person(workspace_id="", id=made, employee_no=number, name=name, created_at=uow.now))
    return made


def fill(rig: Rig, who: str, amount: int) -> None:
    """Newcomers thank somebody, 38 points each, until that is `amount`."""
    to = id_of(rig, who)
    for number in range(amount // 38):
        made = add_person(rig, f"F{number}", f"同事{number}")
        with unit(rig) as uow:
            giver = profile(uow, made)
            assert giver is not None
            command = GiveKudos(
                recipients=(to,), points=38, tags=(values_of(uow)[0].id,), reason="周末陪我修好了工单系统", key=made
            )
            assert isinstance(give(uow, giver, command, Calendars(bundled_table()).of(uow, 0)), KudosGiven)
    assert points(rig, who).pending == amount
