"""Checking in for somebody else: whom a person may act for, found by how they are addressed (R-CHK-12)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from domain.columns import table_of
from domain.goals.messages import KeyResultLine
from domain.goals.model import Contributor, Objective
from domain.people.messages import Profile
from domain.people.model import Person
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
OBJECTIVE = table_of(Objective)
CONTRIBUTOR = table_of(Contributor)

_HELPED = (
    select(OBJECTIVE.c.owner_id)
    .join(CONTRIBUTOR, CONTRIBUTOR.c.objective_id == OBJECTIVE.c.id)
    .where(
        OBJECTIVE.c.workspace_id == bindparam("ws_"),
        CONTRIBUTOR.c.workspace_id == bindparam("ws_"),
        CONTRIBUTOR.c.person_id == bindparam("me"),
    )
)
_OTHERS = (
    select(PERSON.c.id, PERSON.c.name, PERSON.c.employee_no)
    .where(
        PERSON.c.active, ~PERSON.c.provisional, PERSON.c.id != bindparam("me"),
        or_(PERSON.c.manager_id == bindparam("me"), PERSON.c.id.in_(_HELPED)),
    )
    .order_by(PERSON.c.employee_no)
)  # fmt: skip
_MY_PART = select(CONTRIBUTOR.c.objective_id).where(CONTRIBUTOR.c.person_id == bindparam("me"))


@dataclass(frozen=True, slots=True)
class Addressed:
    """The people a text may mean, and what follows their name. Several people bear the same name."""

    people: tuple[Row[Any], ...]
    rest: str


def addressed(uow: UnitOfWork, me: Profile, text: str) -> Addressed:
    """Whom `text` ("白博 #1 95 g", "E2 #1 95") begins by naming, among those this person may act for. Longest name
    first; nobody when it names none of them."""
    others = uow.all(_OTHERS, me=me.id)
    folded = text.casefold()
    best: list[Row[Any]] = []
    length = 0
    for person in others:
        for name in (person.name, person.employee_no or ""):
            begins = name and folded.startswith(name.casefold()) and folded[len(name) :][:1] in ("", " ")
            if begins and len(name) >= length:
                best = [*best, person] if len(name) == length else [person]
                length = len(name)
    return Addressed(tuple(best), text[length:].strip())


def lines_for(uow: UnitOfWork, lines: tuple[KeyResultLine, ...], me: Profile, manager_id: str | None) -> tuple[
    KeyResultLine, ...
]:  # fmt: skip
    """Of somebody's key results, those this person may check in: all for the manager, for a contributor those of the
    objectives they help."""
    if manager_id == me.id:
        return lines
    mine = {row.objective_id for row in uow.all(_MY_PART, me=me.id)}
    return tuple(line for line in lines if line.objective_id in mine)
