"""Who serves which store from now on, as the file's columns `roles` and `store` say together (R-ORG-05)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, update

from domain.people.importing.known import ASSIGNMENT, Known
from domain.people.importing.rows import PersonLine
from domain.people.model import StoreAssignment
from domain.unit_of_work import UnitOfWork

_IN_STORES: Final = ("clerk", "store_manager")
_END = update(ASSIGNMENT).where(ASSIGNMENT.c.id == bindparam("assignment")).values(until_at=bindparam("at"))


@dataclass(frozen=True, slots=True)
class AssignmentChanges:
    """What is to be written about assignments: rows to begin, and ids of those that end now."""

    begun: list[StoreAssignment] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def plan(self, known: Known, line: PersonLine, person_id: str, now: datetime) -> bool:
        """Let a person serve exactly the stores of the line; whether that changes anything. One that lasts stays the
        same row, and with it what the store manager has suspended (R-PIC-06)."""
        roles = line.roles.split(",")
        wanted = [(known.stores[name], role) for name in line.stores for role in _IN_STORES if role in roles]
        standing = known.assignments.get(person_id, {})
        ended = [row for key, row in standing.items() if key not in wanted]
        begun = [key for key in wanted if key not in standing]
        self.ended.extend(ended)
        self.begun.extend(
            StoreAssignment(workspace_id="", store_id=store, person_id=person_id, role=role, from_at=now)
            for store, role in begun
        )
        return bool(ended or begun)

    def write(self, uow: UnitOfWork) -> None:
        for assignment in self.ended:
            uow.change(_END, assignment=assignment, at=uow.now)
        uow.add_all(self.begun)
