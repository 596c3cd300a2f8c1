"""A company with a shop: two stores, a few rewards, points in everybody's wallet; units of work at any moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import text

from domain.calendar import WorkCalendar, bundled_table
from domain.ids import new_id
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.points.service import fund, reward
from domain.rewards.approvals import approve
from domain.rewards.messages import ItemKind, OrderState, OrderView, Requested, StockMode
from domain.rewards.model import Item, Order, Stock
from domain.rewards.orders import fulfil, transition
from domain.rewards.reading import find
from domain.rewards.requests import request
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork
from tests.domain.counter_company import Company

T = TypeVar("T")
MONDAY = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
SQUARE, XUJIAHUI = "人民广场店", "徐家汇店"
PEOPLE = (
    "B1,安然,,,总部,,admin,,,,,,",
    "H1,何人事,,,总部,B1,hrbp,,,,,,",
    "M1,马丽,,,门店,B1,store_manager,人民广场店,,,,,",
    "C1,周敏,,,门店,M1,clerk,人民广场店,,,,,",
    "X1,徐静,,,门店,B1,clerk,徐家汇店,,,,,",
    "E1,李雷,,,运营,B1,,,,,,,",
    "E2,Cai Green,,,运营,E1,,,en,,,,",
)


class Shop(Company):
    """Everybody begins with `wallet` points."""

    def __init__(self, url: str, *, wallet: int = 500, people: tuple[str, ...] = PEOPLE) -> None:
        self._ids: dict[str, str] = {}
        super().__init__(url)
        self.take(*people)
        self.terms = Terms(WorkCalendar(national=bundled_table()), "Asia/Shanghai")
        with self.unit() as uow:
            fund(uow, "manual", 10**8, request_id="first", cause=Cause("", ""))
            uow.commit()
        for line in people:
            self.give(line.partition(",")[0], wallet)

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run something in a unit of its own and commit."""
        with self.unit() as uow:
            done = work(uow)
            uow.commit()
        return done

    def sql(self, statement: str) -> None:
        """Change what no service changes."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT set_config('bida.workspace', '*', true)"))
            connection.execute(text(statement))

    def give(self, number: str, points: int) -> None:
        if points:
            who = self.person(number).id
            self.do(lambda uow: reward(uow, f"test:{new_id()}", "manual", who, points, Cause("", "")))

    def wallet(self, number: str) -> int:
        who = self.person_id(number)
        with self.unit() as uow:
            return balances(uow, who).wallet

    def held(self, number: str) -> int:
        who = self.person_id(number)
        with self.unit() as uow:
            return balances(uow, who).held

    # --- the catalogue ---------------------------------------------------------------------------------------------

    def item(
        self, key: str, price: int, kind: ItemKind = ItemKind.PHYSICAL, *, stock: dict[str, int] | None = None,
        seats: int | None = None, **more: Any,
    ) -> str:  # fmt: skip
        """Put something into the shop; `stock` by store, `seats` of the whole company."""
        mode = StockMode.COUNTED if stock or seats is not None else StockMode.UNLIMITED
        if kind is ItemKind.TEAM_POOL:
            more.setdefault("pool_until", date(2026, 12, 31))
        row = Item(
            workspace_id="", key=key, kind=kind, name_zh=key, name_en=key.title(), price=price,
            stock_mode=more.pop("stock_mode", mode), created_at=self.now, **more,
        )  # fmt: skip
        places = [(self.store(name).id, n) for name, n in (stock or {}).items()]
        if seats is not None:
            places.append((None, seats))  # type: ignore[arg-type]  # None: of the whole company

        def add(uow: UnitOfWork) -> None:
            uow.add(row)
            for store, number in places:
                uow.add(Stock(workspace_id="", item_id=row.id, store_id=store, on_hand=number))

        self.do(add)
        return row.id

    def stock(self, item_id: str) -> list[tuple[int, int]]:
        """On hand and reserved, by store."""
        return [(row.on_hand, row.reserved) for row in self.rows(Stock) if row.item_id == item_id]

    # --- orders ----------------------------------------------------------------------------------------------------

    def request(self, number: str, item_id: str, store: str | None = None, quantity: int = 1) -> Requested:
        person = self.person(number)
        store_id = self.store(store).id if store else None
        return self.do(lambda uow: request(uow, person, item_id, self.terms, store_id=store_id, quantity=quantity))

    def step(self, order_id: str, target: OrderState, by: str | None, **more: Any) -> OrderView:
        who = self.person(by).id if by else None
        more.setdefault("terms", self.terms)
        return self.do(lambda uow: transition(uow, order_id, target, who, **more)).order

    def approve(self, order_id: str, by: str, **more: Any) -> OrderView:
        who = self.person_id(by)
        return self.do(lambda uow: approve(uow, order_id, who, self.terms, **more)).order

    def fulfil(self, order_id: str, by: str, store: str = SQUARE, quantity: int = 0) -> OrderView:
        who, where = self.person_id(by), self.store(store).id
        return self.do(lambda uow: fulfil(uow, order_id, who, where, quantity)).order

    def order(self, order_id: str) -> OrderView:
        with self.unit() as uow:
            return find(uow, order_id)

    def orders(self) -> list[Any]:
        return self.rows(Order)

    def person_id(self, number: str) -> str:
        if number not in self._ids:
            self._ids[number] = self.person(number).id
        return self._ids[number]
