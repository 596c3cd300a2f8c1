"""The ledger of the small company, from behind the bot's back: budgets, thanks, rewards and orders."""

from datetime import UTC, date, datetime, time

from sqlalchemy import bindparam, select

from bot.playground.rig import Rig
from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import Person
from domain.periods import instant_at
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.rewards.model import Item, Order, Stock
from domain.unit_of_work import UnitOfWork
from tests.company import in_unit

PERSON = table_of(Person)
_ID = select(PERSON.c.id).where(PERSON.c.employee_no == bindparam("no"))
_NUMBERS = {"ann": "E1", "bob": "E2", "cai": "E3"}


def person_id(rig: Rig, who: str) -> str:
    """Our own id of ann, bob or cai."""

    def find(uow: UnitOfWork) -> str:
        row = uow.one(_ID, no=_NUMBERS[who])
        assert row is not None
        return str(row.id)

    return in_unit(rig.bot.engine, rig, find)


def fund(rig: Rig, programme: str, amount: int) -> None:
    in_unit(
        rig.bot.engine, rig, lambda uow: ledger.fund(uow, programme, amount, request_id=new_id(), cause=Cause("", "t"))
    )  # fmt: skip


def wallet_of(rig: Rig, who: str) -> int:
    """What somebody can spend now."""
    person = person_id(rig, who)
    return in_unit(rig.bot.engine, rig, lambda uow: balances(uow, person).wallet)


def pending_of(rig: Rig, who: str) -> int:
    """What waits for somebody."""
    person = person_id(rig, who)
    return in_unit(rig.bot.engine, rig, lambda uow: balances(uow, person).pending)


def pay(rig: Rig, who: str, amount: int, cause: str = "bonus") -> None:
    """A reward from the manual budget, which has to be funded."""
    person = person_id(rig, who)
    in_unit(
        rig.bot.engine, rig,
        lambda uow: ledger.reward(uow, f"gift:{new_id()}", "manual", person, amount, Cause("", cause)),
    )  # fmt: skip


def thank(rig: Rig, giver: str, receiver: str, amount: int, *, cleared: bool = True) -> None:
    """Points from what the giver may give; not cleared, they wait."""
    by, to, kudos = person_id(rig, giver), person_id(rig, receiver), new_id()

    def act(uow: UnitOfWork) -> None:
        ledger.boost(uow, new_id(), by, amount, "allowance", Cause("", "t"))
        ledger.give(uow, kudos, by, {to: amount}, Cause(by, kudos))
        if cleared:
            ledger.clear(uow, kudos, to, amount, Cause("", kudos))

    in_unit(rig.bot.engine, rig, act)


def add_item(rig: Rig, zh: str, en: str, price: int) -> str:
    """Something to be had everywhere, without end."""
    item = Item(
        workspace_id="", key=new_id(), kind="privilege", name_zh=zh, name_en=en, price=price, stock_mode="unlimited",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip

    def act(uow: UnitOfWork) -> None:
        uow.add(item)
        uow.add(Stock(workspace_id="", item_id=item.id))

    item_id = item.id
    in_unit(rig.bot.engine, rig, act)
    return item_id


def order(rig: Rig, who: str, item_id: str, number: int, price: int) -> None:
    """An order whose points are held."""
    person = person_id(rig, who)

    def act(uow: UnitOfWork) -> None:
        made = Order(
            workspace_id="", number=number, person_id=person, item_id=item_id, kind="privilege", name_zh="停车位",
            name_en="Parking", price=price, fulfil_days=5, pickup_days=14, forfeits=False, state="approved",
            requested_at=uow.now,
        )  # fmt: skip
        uow.add(made)
        ledger.hold(uow, made.id, person, price, Cause(person, made.id))

    in_unit(rig.bot.engine, rig, act)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the clock in Shanghai."""
    return instant_at(day, time(hour, minute), "Asia/Shanghai")


def go_to(rig: Rig, when: datetime) -> None:
    """Let the clock show an instant that lies ahead."""
    rig.clock.advance(when - rig.clock.now())
