"""What stories about thanks need besides the company: a funded budget, and what the ledger says afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, update

from bot.app import workspace_id
from bot.playground.rig import Rig
from bot.units import Turn
from domain.columns import table_of
from domain.people.model import Person
from domain.points import service as ledger
from domain.points.messages import Balances, Cause
from domain.points.reading import balances
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
