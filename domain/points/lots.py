"""What a wallet is made of (R-LOT): every credit is a lot with its own date, every spend remembers its lots.

The lots of a wallet change only while the wallet's account is locked, the allocations of an order only while its HOLD
account is.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from domain.clock import to_millisecond
from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import Workspace
from domain.periods import instant_at, local_date
from domain.points.model import Allocation, Lot
from domain.unit_of_work import UnitOfWork

LOT = table_of(Lot)
ALLOCATION = table_of(Allocation)
WORKSPACE = table_of(Workspace)

LIFE = 12
"""Months after the month of earning until points expire (R-LOT-02). None means never."""
AFTER_RELEASE = timedelta(days=7)
"""How long a lot that expired while it was held can be used after the release (R-LED-18)."""
AFTER_REFUND = timedelta(days=30)
"""How long refunded points can be used at least (R-LED-21)."""
AFTER_LEAVING = timedelta(days=30)
"""How long a leaver's wallet stays, from the first day they are not here (R-LED-24, R-RED-31)."""

_ZONE = select(WORKSPACE.c.timezone)
_SPENDABLE = (
    select(LOT.c.id, LOT.c.remaining)
    .where(
        LOT.c.person_id == bindparam("person"),
        LOT.c.remaining > 0,
        or_(LOT.c.expires_at.is_(None), LOT.c.expires_at >= bindparam("now")),
    )
    .order_by(LOT.c.expires_at.nulls_last(), LOT.c.earned_at, LOT.c.id)
)
_ALL_LEFT = (
    select(LOT.c.id, LOT.c.remaining)
    .where(LOT.c.person_id == bindparam("person"), LOT.c.remaining > 0)
    .order_by(LOT.c.id)
)
_TAKEN = (
    select(
        ALLOCATION.c.id,
        ALLOCATION.c.lot_id,
        (ALLOCATION.c.amount - ALLOCATION.c.settled).label("open"),
        LOT.c.expires_at,
        LOT.c.renewed,
    )
    .select_from(ALLOCATION.join(LOT, LOT.c.id == ALLOCATION.c.lot_id))
    .where(ALLOCATION.c.settled < ALLOCATION.c.amount)
    .order_by(ALLOCATION.c.id)
)
_HELD = _TAKEN.where(ALLOCATION.c.order_id == bindparam("order"), ALLOCATION.c.kind == "held")
_CONSUMED = _TAKEN.where(ALLOCATION.c.entry_id == bindparam("entry"), ALLOCATION.c.kind == "consumed")
_TAKE = (
    update(LOT)
    .where(LOT.c.workspace_id == bindparam("ws_"), LOT.c.id == bindparam("lot"))
    .values(remaining=LOT.c.remaining - bindparam("by"))
)
_GIVE_BACK = (
    update(LOT)
    .where(LOT.c.workspace_id == bindparam("ws_"), LOT.c.id == bindparam("lot"))
    .values(
        remaining=LOT.c.remaining + bindparam("by"), expires_at=bindparam("until"), renewed=bindparam("times")
    )
)  # fmt: skip
_SETTLE = (
    update(ALLOCATION)
    .where(ALLOCATION.c.workspace_id == bindparam("ws_"), ALLOCATION.c.id == bindparam("allocation"))
    .values(settled=ALLOCATION.c.settled + bindparam("by"))
)


@dataclass(frozen=True, slots=True)
class Part:
    """Some points of one lot; `taken` is the allocation they come from, None for those that lie in the wallet."""

    lot_id: str
    amount: int
    taken: Row[Any] | None = None


def expiry(earned: datetime, zone: str, months: int | None = LIFE) -> datetime | None:
    """The last second of the `months`-th month after the month of earning, in the company's zone (R-LOT-02, A56)."""
    if months is None:
        return None
    day = local_date(earned, zone)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return instant_at(last, time(23, 59, 59), zone)


def company_zone(uow: UnitOfWork) -> str:
    """The zone business dates of the whole company are in (R-GEN-01)."""
    row = uow.one(_ZONE)
    return "Asia/Shanghai" if row is None else str(row.timezone)


def earn(uow: UnitOfWork, person_id: str, amount: int, entry_id: str, months: int | None) -> None:
    """Open the lot of a credit (R-LOT-01)."""
    if amount == 0:
        return
    at = to_millisecond(uow.now)
    until = expiry(at, company_zone(uow), months)
    uow.add(
        Lot(
            workspace_id="", person_id=person_id, amount=amount, remaining=amount, earned_at=at, expires_at=until,
            entry_id=entry_id,
        )
    )  # fmt: skip


def spendable(uow: UnitOfWork, person_id: str) -> list[Part]:
    """The lots a person can spend from, in order of consumption (R-LOT-03). What has expired is not among them, even
    if the monthly job has not come by yet."""
    return [Part(row.id, int(row.remaining)) for row in uow.all(_SPENDABLE, person=person_id, now=uow.now)]


def everything(uow: UnitOfWork, person_id: str) -> list[Part]:
    """All lots of a wallet with something left."""
    return [Part(row.id, int(row.remaining)) for row in uow.all(_ALL_LEFT, person=person_id)]


def held(uow: UnitOfWork, order_id: str) -> list[Part]:
    """What an order still holds, in the order it was taken."""
    return [Part(row.lot_id, int(row.open), row) for row in uow.all(_HELD, order=order_id)]


def consumed(uow: UnitOfWork, entry_id: str) -> list[Part]:
    """What a consumption took and no refund has given back, last taken first."""
    return [Part(row.lot_id, int(row.open), row) for row in reversed(uow.all(_CONSUMED, entry=entry_id))]


def total(parts: Iterable[Part]) -> int:
    return sum(part.amount for part in parts)


def first_of(parts: Sequence[Part], amount: int) -> list[Part]:
    """The first parts that make up an amount; there have to be enough."""
    chosen: list[Part] = []
    for part in parts:
        if amount <= 0:
            break
        chosen.append(Part(part.lot_id, min(part.amount, amount), part.taken))
        amount -= chosen[-1].amount
    assert amount <= 0, "checked before"
    return chosen


def take(uow: UnitOfWork, parts: Sequence[Part], entry_id: str, *, order_id: str = "") -> None:
    """Take parts out of the wallet: into an order's hold, or for good (R-LOT-04)."""
    take_each(uow, [(part, entry_id) for part in parts], order_id=order_id)


def take_each(uow: UnitOfWork, parts: Sequence[tuple[Part, str]], *, order_id: str = "") -> None:
    """As `take`, every part by an entry of its own."""
    if parts:
        uow.change_each(_TAKE, [{"ws_": uow.workspace_id, "lot": part.lot_id, "by": part.amount} for part, _ in parts])
        _allocate(uow, parts, order_id, "held" if order_id else "gone")


def use_up(uow: UnitOfWork, parts: Sequence[Part], entry_id: str, order_id: str) -> None:
    """Turn parts of a hold into a consumption."""
    _settle(uow, parts)
    _allocate(uow, [(part, entry_id) for part in parts], order_id, "consumed")


def give_back(uow: UnitOfWork, parts: Sequence[Part], *, at_least: timedelta, if_expired: bool) -> None:
    """Put parts back into the lots they were taken from. A lot gets a date at least so far from now; with
    `if_expired` only if it has expired meanwhile (R-LED-18, R-LED-21)."""
    _settle(uow, parts)
    now = to_millisecond(uow.now)
    rows: list[dict[str, object]] = []
    for part in parts:
        assert part.taken is not None
        until, times = part.taken.expires_at, part.taken.renewed
        if until is not None and until < (now if if_expired else now + at_least):
            until, times = now + at_least, times + 1
        rows.append(
            {"ws_": uow.workspace_id, "lot": part.lot_id, "by": part.amount, "until": until, "times": times}
        )  # fmt: skip
    uow.change_each(_GIVE_BACK, rows)


def _settle(uow: UnitOfWork, parts: Sequence[Part]) -> None:
    rows = [
        {"ws_": uow.workspace_id, "allocation": part.taken.id, "by": part.amount} for part in parts if part.taken
    ]  # fmt: skip
    uow.change_each(_SETTLE, rows)


def _allocate(uow: UnitOfWork, parts: Sequence[tuple[Part, str]], order_id: str, kind: str) -> None:
    uow.insert_all(
        Allocation,
        [
            {
                "id": new_id(), "entry_id": entry_id, "lot_id": part.lot_id, "order_id": order_id, "kind": kind,
                "amount": part.amount, "settled": 0,
            }
            for part, entry_id in parts
        ],
    )  # fmt: skip
