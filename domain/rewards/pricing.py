"""How long people save for a price (R-CAT-03): told to whoever keeps the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from statistics import median
from typing import Final

from sqlalchemy import bindparam, func, select

from domain.columns import table_of
from domain.people.model import Person
from domain.points.model import Lot
from domain.unit_of_work import UnitOfWork

LOT, PERSON = table_of(Lot), table_of(Person)

WEEKS: Final = 12
"""How far back earnings are looked at."""
A_YEAR: Final = 52

_EARNED = (
    select(LOT.c.person_id, func.sum(LOT.c.amount).label("points"))
    .where(LOT.c.earned_at >= bindparam("since"))
    .group_by(LOT.c.person_id)
)
_ACTIVE = select(PERSON.c.id).where(PERSON.c.active, ~PERSON.c.provisional)


@dataclass(frozen=True, slots=True)
class Earning:
    """What active people have earned per week lately, those without any counted as 0: the middle one, and the most."""

    median: float
    most: float

    def weeks(self, price: int) -> int | None:
        """Weeks the middle person saves for a price; None when they earn nothing."""
        return ceil(price / self.median) if self.median else None

    def is_out_of_reach(self, price: int) -> bool:
        """Whether nobody can reach the price within twelve months."""
        return self.most * A_YEAR < price


def earning(uow: UnitOfWork) -> Earning:
    """The present earning rates."""
    rows = uow.all(_EARNED, since=uow.now - timedelta(weeks=WEEKS))
    earned: Mapping[str, int] = {row.person_id: int(row.points) for row in rows}
    rates = [earned.get(row.id, 0) / WEEKS for row in uow.all(_ACTIVE)]
    return Earning(median(rates) if rates else 0, max(rates, default=0))
