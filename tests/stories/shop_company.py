"""The small company with a shop: Ann leads and is admin, Bob orders, Cai serves the store on the square; points for
everybody."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select, text

from bot.app import workspace_id
from bot.playground.rig import Rig
from bot.units import Turn
from domain.columns import table_of
from domain.ids import new_id
from domain.people.model import Person, Store, StoreAssignment
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.points.service import fund, reward
from domain.rewards.kinds import KINDS
from domain.rewards.messages import ItemKind, StockMode
from domain.rewards.model import Item, Order, Stock
from domain.rewards.vouchers import sealed
from domain.unit_of_work import Prepared, UnitOfWork
from tests.stories.talk import Talk

T = TypeVar("T")
SQUARE = "人民广场店"
NUMBERS = {"ann": "E1", "bob": "E2", "cai": "E3"}
PERSON, ORDER = table_of(Person), table_of(Order)


class Shop:
    """Everybody uses one messenger and begins with `wallet` points; the store has one clerk."""

    def __init__(self, rig: Rig, on: str = "feishu", *, wallet: int = 320) -> None:
        self.rig = rig
        self.sql(f"UPDATE person SET primary_platform = '{on}'")
        self.sql("UPDATE person SET roles = 'admin,hrbp' WHERE employee_no = 'E1'")
        self.people = self.do(
            lambda uow: {row.employee_no: row.id for row in uow.all(select(PERSON.c.id, PERSON.c.employee_no))}
        )
        self.store = new_id()
        self.do(self._open)
        for who in NUMBERS:
            self.give(who, wallet)

    def _open(self, uow: UnitOfWork) -> None:
        fund(uow, "manual", 10**7, request_id="first", cause=Cause("", ""))
        uow.add(Store(workspace_id="", id=self.store, name=SQUARE))
        uow.add(
            StoreAssignment(
                workspace_id="", store_id=self.store, person_id=self.id_of("cai"), role="clerk",
                from_at=self.rig.clock.now(),
            )
        )  # fmt: skip

    def id_of(self, who: str) -> str:
        return str(self.people[NUMBERS[who]])

    def give(self, who: str, points: int) -> None:
        person = self.id_of(who)
        self.do(lambda uow: reward(uow, f"test:{new_id()}", "manual", person, points, Cause("", "")))

    def wallet(self, who: str) -> tuple[int, int]:
        """What somebody can spend, and what is held."""
        found = self.do(lambda uow: balances(uow, self.id_of(who)))
        return found.wallet, found.held

    def item(
        self, zh: str, price: int, kind: ItemKind = ItemKind.PHYSICAL, *, stock: int | None = None,
        codes: tuple[str, ...] = (), en: str = "", **more: Any,
    ) -> str:  # fmt: skip
        """Put something into the shop: in the store, or with codes, or without any stock."""
        mode = StockMode.CODES if codes else StockMode.COUNTED if stock is not None else StockMode.UNLIMITED
        if kind is ItemKind.TEAM_POOL:
            more.setdefault("pool_until", date(2026, 12, 31))
        row = Item(
            workspace_id="", key=en or zh, kind=kind, name_zh=zh, name_en=en or zh, price=price, stock_mode=mode,
            created_at=self.rig.clock.now(), **more,
        )  # fmt: skip
        key = self.rig.bot.connections.pool_key(workspace_id("main"))
        where = self.store if KINDS[kind].in_stores else None

        def add(uow: UnitOfWork) -> None:
            uow.add(row)
            if mode is not StockMode.UNLIMITED:
                uow.add(Stock(workspace_id="", item_id=row.id, store_id=where, on_hand=len(codes) or stock or 0))
            for code in codes:
                uow.add(sealed(row.id, code, key))

        self.do(add)
        return row.id

    def states(self) -> list[str]:
        """The state of every order, oldest first."""
        return [row.state for row in self.do(lambda uow: uow.all(select(ORDER).order_by(ORDER.c.number)))]

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self.rig.bot.engine
        with engine.connect() as connection:
            sqlite = engine.dialect.name == "sqlite"
            begun = connection.begin() if sqlite else None
            with Turn(connection, self.rig.clock, Prepared(), savepoint=sqlite).unit(workspace_id("main")) as uow:
                done = work(uow)
                uow.commit()
            if begun is not None:
                begun.commit()
        return done

    def sql(self, statement: str) -> list[Any]:
        with self.rig.bot.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT set_config('bida.workspace', '*', true)"))
            result = connection.execute(text(statement))
            return list(result.all()) if result.returns_rows else []


async def pick(talk: Talk, item: str) -> Any:
    """Open the shop and choose an item the way this messenger shows it; gives the card that asks to confirm."""
    card = await talk.say("/shop")
    field = next(one for one in card.fields if one.name == "item")
    option = next(one for one in field.options if item[:6] in one.label)
    await talk.press("兑换" if talk.who != "cai" else "Redeem", card, item=option.value)
    return talk.card()


async def order(talk: Talk, item: str, **said: str) -> Any:
    """Order an item; gives the card afterwards."""
    card = await pick(talk, item)
    return await talk.press("确认兑换" if talk.who != "cai" else "Redeem now", card, **said)
