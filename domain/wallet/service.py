"""Reading the wallet: nothing here changes anything."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select

from domain.columns import table_of
from domain.people.messages import Profile
from domain.people.model import Person
from domain.periods import instant_at, local_date
from domain.points import reading
from domain.points.messages import ExpiringLot, StatementLine
from domain.recognition.boosts import refills_of
from domain.rewards.catalogue import shop
from domain.rewards.messages import ItemKind
from domain.rewards.model import Order
from domain.rewards.reading import no_of
from domain.unit_of_work import UnitOfWork
from domain.wallet.messages import Affordable, Expiring, RefillLine, Wallet, WalletLine

PERSON, ORDER = table_of(Person), table_of(Order)

PAGE = 5
LAST_PAGE = 200
SOON = timedelta(days=30)
OFFERS, MOST = 3, 500
REFILLS, REMEMBERED = 3, timedelta(days=92)
"""So many refills are shown, so long: as long as one can be used."""

_NAMES = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(bindparam("people", expanding=True)))
_ORDERS = select(ORDER.c.id, ORDER.c.number, ORDER.c.name_zh, ORDER.c.name_en).where(
    ORDER.c.id.in_(bindparam("orders", expanding=True))
)


def wallet(uow: UnitOfWork, person: Profile, page: int = 1) -> Wallet:
    """One page of a person's points; a page past the last one is empty."""
    page = min(max(page, 1), LAST_PAGE)
    found = reading.statement(uow, person.id, offset=(page - 1) * PAGE, most=PAGE)
    names = _names(uow, found.lines)
    orders = _orders(uow, found.lines)
    lines = []
    for line in found.lines:
        number, item = orders.get(line.object_id, ("", ("", "")))
        lines.append(
            WalletLine(
                on=local_date(line.at, person.timezone), kind=line.kind, amount=line.amount, cause=line.object_id,
                who=names.get(line.counterpart_id or "", ""), order_no=number, item=item,
            )
        )  # fmt: skip
    return Wallet(
        balances=reading.balances(uow, person.id), expiring=expiring_soon(uow, person), lines=tuple(lines), page=page,
        more=found.more and page < LAST_PAGE, refills=_refills(uow, person) if page == 1 else (),
    )  # fmt: skip


def _refills(uow: UnitOfWork, person: Profile) -> tuple[RefillLine, ...]:
    found = refills_of(uow, person.id, uow.now - REMEMBERED, REFILLS)
    return tuple(RefillLine(local_date(one.at, person.timezone), one.amount, one.reason) for one in found)


def expiring_soon(uow: UnitOfWork, person: Profile) -> tuple[Expiring, ...]:
    """What runs out within thirty days, by day."""
    last = local_date(uow.now + SOON, person.timezone)
    return by_day(reading.expiring(uow, person.id, end_of(last, person.timezone)), person.timezone)


def by_day(lots: list[ExpiringLot], zone: str) -> tuple[Expiring, ...]:
    """Lots that run out on the same day are one amount to whoever reads of them."""
    days: dict[date, int] = {}
    for lot in lots:
        on = local_date(lot.expires_at, zone)
        days[on] = days.get(on, 0) + lot.amount
    return tuple(Expiring(amount, on) for on, amount in days.items())


def end_of(day: date, zone: str) -> datetime:
    """The last millisecond of a day in a zone."""
    return instant_at(day + timedelta(days=1), time.min, zone) - timedelta(milliseconds=1)


def offers(uow: UnitOfWork, person: Profile) -> tuple[Affordable, ...]:
    """The dearest things a person's points would buy now."""
    found = [one for one in shop(uow, person, show="affordable", most=MOST).offers if one.kind != ItemKind.TEAM_POOL]
    return tuple(Affordable(one.names, one.price) for one in found[-OFFERS:][::-1])


def _names(uow: UnitOfWork, lines: Sequence[StatementLine]) -> dict[str, str]:
    people = sorted({line.counterpart_id for line in lines if line.counterpart_id})
    return {row.id: row.name for row in uow.all(_NAMES, people=people)} if people else {}


def _orders(uow: UnitOfWork, lines: Sequence[StatementLine]) -> dict[str, tuple[str, tuple[str, str]]]:
    """The orders these lines are about, by what the ledger names as their cause."""
    orders = sorted({line.object_id for line in lines if line.object_id})
    if not orders:
        return {}
    rows = uow.all(_ORDERS, orders=orders)
    return {row.id: (no_of(row.number), (row.name_zh, row.name_en)) for row in rows}
