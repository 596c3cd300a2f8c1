"""The six kinds of rewards as data (R-CAT-02): what each needs by default, and how it reaches its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.rewards.approvers import ADMIN, HEAD, HRBP, MANAGER
from domain.rewards.messages import Fulfilment, ItemKind, StockMode

FREE_UP_TO: Final = 200
"""Points up to which goods and vouchers need nobody's approval."""
HALF_DAYS_A_YEAR: Final = 6
"""How many half days of reward leave one may take a year; they must be used within `TIME_OFF_DAYS`."""
TIME_OFF_DAYS: Final = 90
NO_APPROVAL: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`steps` are the approvals by default, `free` those of an order of few points. `stock` is how it may be counted,
    the usual first."""

    fulfilment: Fulfilment
    steps: tuple[str, ...]
    free: bool = False
    stock: tuple[StockMode, ...] = (StockMode.UNLIMITED, StockMode.COUNTED)
    in_stores: bool = False


KINDS: Final[Mapping[ItemKind, Kind]] = {
    ItemKind.PHYSICAL: Kind(
        fulfilment=Fulfilment.COUNTER, steps=(MANAGER,), free=True, in_stores=True,
        stock=(StockMode.COUNTED, StockMode.UNLIMITED),
    ),
    ItemKind.VOUCHER: Kind(
        fulfilment=Fulfilment.REVEAL, steps=(MANAGER,), free=True, stock=(StockMode.CODES,)
    ),
    ItemKind.TIME_OFF: Kind(fulfilment=Fulfilment.HR, steps=(MANAGER,), stock=(StockMode.UNLIMITED,)),
    ItemKind.TRAINING: Kind(
        fulfilment=Fulfilment.HR, steps=(HRBP,), stock=(StockMode.COUNTED, StockMode.UNLIMITED)
    ),
    ItemKind.PRIVILEGE: Kind(fulfilment=Fulfilment.RECORD, steps=(HRBP, HEAD)),
    ItemKind.TEAM_POOL: Kind(fulfilment=Fulfilment.POOL, steps=(ADMIN,), stock=(StockMode.UNLIMITED,)),
}  # fmt: skip


def steps_of(kind: ItemKind, approval: str, points: int) -> tuple[str, ...]:
    """The approvals an order of so many points takes: the item's own rule, else the kind's."""
    if approval == NO_APPROVAL:
        return ()
    if approval:
        return tuple(approval.split(","))
    known = KINDS[kind]
    return () if known.free and points <= FREE_UP_TO else known.steps
