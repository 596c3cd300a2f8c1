"""A process that redeems at random until somebody kills it: many units of work at once through the real executor.

Run as a script: `redeemer.py URL WORKSPACE SEED`. Every step that has become durable is told
at once on standard output: `did STEP ORDER`.
"""

import asyncio
import os
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from bot.database import open_engine
from bot.units import Turn, Units, open_units
from domain.calendar import WorkCalendar, bundled_table
from domain.clock import ShiftedClock
from domain.columns import table_of
from domain.errors import DomainError
from domain.people.model import Person
from domain.people.service import profile
from domain.rewards.messages import OrderState
from domain.rewards.model import Item, Order, Stock
from domain.rewards.orders import fulfil, transition
from domain.rewards.requests import request
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork

AT_ONCE = 8
NOW = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
_PEOPLE = select(table_of(Person).c.id, table_of(Person).c.employee_no)
_ITEMS = select(table_of(Item).c.id, table_of(Stock).c.store_id).join(
    table_of(Stock), table_of(Stock).c.item_id == table_of(Item).c.id
)
_ORDERS = select(table_of(Order))
_NEXT = {
    "requested": ("cancelled",),
    "approved": ("ready", "ready", "cancelled"),
    "ready": ("fulfilled", "fulfilled", "cancelled"),
    "fulfilled": ("refunded",),
}
"""What may be tried in a state; more often what goes on."""


@dataclass(slots=True)
class Redeemer:
    """Takes random steps; who does them is whoever may."""

    units: Units
    workspace: str
    dice: random.Random
    terms: Terms
    staff: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """For ever."""
        self.staff = await self.units.run(self._staff)
        await asyncio.gather(*(self._worker() for _ in range(AT_ONCE)))

    async def _worker(self) -> None:
        while True:
            try:
                done = await self.units.run(self._step)
            except DomainError:
                continue
            if done:
                os.write(1, done.encode() + b"\n")  # one call: a line is told whole or not at all

    def _staff(self, turn: Turn) -> dict[str, str]:
        with turn.unit(self.workspace) as uow:
            return {row.employee_no: row.id for row in uow.all(_PEOPLE)}

    def _step(self, turn: Turn) -> str:
        with turn.unit(self.workspace) as uow:
            orders = [row for row in uow.all(_ORDERS) if row.state in _NEXT]
            if not orders or self.dice.random() < 0.4:
                item = self.dice.choice(uow.all(_ITEMS))
                who = profile(uow, self.staff[self.dice.choice(("E1", "E2"))])
                assert who is not None
                made = request(uow, who, item.id, self.terms, store_id=item.store_id, quantity=self.dice.randint(1, 2))
                said = f"did requested {made.order.id}"
            else:
                said = self._move(uow, self.dice.choice(orders))
            uow.commit()
        return said

    def _move(self, uow: UnitOfWork, order: Row[Any]) -> str:
        target = self.dice.choice(_NEXT[order.state])
        clerk, admin = self.staff["C1"], self.staff["B1"]
        if target == "fulfilled":
            fulfil(uow, order.id, clerk, order.store_id)
        elif target == "refunded":
            transition(uow, order.id, OrderState.REFUNDED, admin, terms=self.terms)
        else:
            by = clerk if target == "ready" else admin
            transition(uow, order.id, OrderState(target), by, terms=self.terms)
        return f"did {target} {order.id}"


def main() -> None:
    """Redeem until killed."""
    url, workspace, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    clock = ShiftedClock(NOW)
    units = open_units(open_engine(url), clock)
    units.start()
    terms = Terms(WorkCalendar(national=bundled_table()), "Asia/Shanghai")
    asyncio.run(Redeemer(units, workspace, random.Random(seed), terms).run())


if __name__ == "__main__":
    main()
