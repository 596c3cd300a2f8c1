"""What a reversal could not take at once (R-LED-20): netted from the person's later credits, at most half of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from domain.clock import to_millisecond
from domain.columns import table_of
from domain.points.model import ClawbackDue
from domain.unit_of_work import UnitOfWork

DEBT = table_of(ClawbackDue)

_OPEN = (
    select(DEBT.c.id, (DEBT.c.due - DEBT.c.netted).label("open"))
    .where(
        DEBT.c.person_id == bindparam("person"), DEBT.c.netted < DEBT.c.due, DEBT.c.closes_at > bindparam("now")
    )
    .order_by(DEBT.c.opened_at, DEBT.c.id)
)  # fmt: skip
_BY_KEY = select(DEBT.c.input_hash, DEBT.c.retired, DEBT.c.due).where(DEBT.c.idem == bindparam("key"))
_NET = (
    update(DEBT)
    .where(DEBT.c.workspace_id == bindparam("ws_"), DEBT.c.id == bindparam("debt"))
    .values(netted=DEBT.c.netted + bindparam("by"))
)


@dataclass(frozen=True, slots=True)
class Netting:
    """How much of a credit goes to which debts."""

    parts: tuple[tuple[str, int], ...] = ()

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.parts)


def netting(uow: UnitOfWork, person_id: str, credit: int) -> Netting:
    """What a credit pays back: oldest debt first, never more than half of it (R-LED-20, A57)."""
    room = credit // 2
    parts: list[tuple[str, int]] = []
    for row in uow.all(_OPEN, person=person_id, now=uow.now):
        part = min(room, int(row.open))
        if part:
            parts.append((row.id, part))
            room -= part
    return Netting(tuple(parts))


def net(uow: UnitOfWork, what: Netting) -> None:
    """Write down what was paid back."""
    if what.parts:
        uow.change_each(
            _NET, [{"ws_": uow.workspace_id, "debt": debt_id, "by": amount} for debt_id, amount in what.parts]
        )


def owe(uow: UnitOfWork, idem: str, input_hash: str, person_id: str, *, retired: int, due: int) -> None:
    """Open a debt; it closes by itself after twelve months."""
    now = to_millisecond(uow.now)
    uow.add(
        ClawbackDue(
            workspace_id="", idem=idem, input_hash=input_hash, person_id=person_id, retired=retired, due=due,
            opened_at=now, closes_at=_a_year_after(now),
        )
    )  # fmt: skip


def owed(uow: UnitOfWork, idem: str) -> Row[Any] | None:
    """The debt a reversal left, whatever became of it."""
    return uow.one(_BY_KEY, key=idem)


def _a_year_after(instant: datetime) -> datetime:
    try:
        return instant.replace(year=instant.year + 1)
    except ValueError:  # 29 February
        return instant.replace(year=instant.year + 1, day=28)
