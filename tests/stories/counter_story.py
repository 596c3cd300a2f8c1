"""A store with a clerk on one messenger and customers on another: what every story of the counter starts from."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from adapters.registry import MESSENGERS
from adapters.simulation import Resident, Seen
from bot.app import workspace_id
from bot.playground.rig import Rig
from bot.units import Turn
from domain.calendar import WorkCalendar, bundled_table
from domain.columns import table_of
from domain.people.importing import HEADER, import_people
from domain.people.model import Person
from domain.people.service import profile
from domain.people.stores import every_store
from domain.points.messages import Cause
from domain.points.service import fund, reward
from domain.rewards import pickup
from domain.rewards.messages import ItemKind, OrderState, OrderView, StockMode
from domain.rewards.model import Item, Stock
from domain.rewards.orders import transition
from domain.rewards.reading import find
from domain.rewards.requests import request
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork
from tests.company import KNOW_US, account
from tests.stories.talk import Talk

T = TypeVar("T")
SQUARE, XUJIAHUI = "人民广场店", "徐家汇店"
STAFF = {
    "M1": ("mali", "马丽", "store_manager", SQUARE),
    "C1": ("min", "周敏", "clerk", SQUARE),
    "C2": ("gang", "吴刚", "clerk", SQUARE),
    "X1": ("jing", "徐静", "clerk;store_manager", XUJIAHUI),
    "A1": ("root", "管理员", "admin", ""),
}
CUSTOMERS = {"K1": ("lei", "李雷", "zh-CN"), "K2": ("carol", "Cai Green", "en")}
TERMS = Terms(WorkCalendar(national=bundled_table()), "Asia/Shanghai")


@dataclass(slots=True)
class Counter:
    """Staff are on `at` only, customers on `elsewhere` only; `min_`, `mali` … speak for them."""

    rig: Rig
    at: str
    elsewhere: str
    item: str = ""

    def __post_init__(self) -> None:
        self._move_in()
        self._stock_up()

    def talk(self, number: str) -> Talk:
        where, who = (self.at, STAFF[number][0]) if number in STAFF else (self.elsewhere, CUSTOMERS[number][0])
        return Talk(self.rig, where, who)

    async def ready(self, number: str = "K1", quantity: int = 1, item: str = "") -> tuple[OrderView, str]:
        """An order that waits at the counter, and its code."""
        person, store = self.person(number), self.store(SQUARE)
        made = self.do(
            lambda uow: request(
                uow, self._profile(uow, person), item or self.item, TERMS, store_id=store, quantity=quantity
            )
        )
        clerk = self.person("M1" if number == "C1" else "C1")
        order = self.do(lambda uow: transition(uow, made.order.id, OrderState.READY, clerk, terms=TERMS)).order
        return order, self.issue(order)

    def issue(self, order: OrderView) -> str:
        key = self.rig.bot.connections.code_key(workspace_id("main"))
        return self.do(lambda uow: pickup.issue(uow, order.id, key))

    def order(self, order: OrderView) -> OrderView:
        return self.do(lambda uow: find(uow, order.id))

    def rows(self, model: Any) -> list[Any]:
        table = table_of(model)
        return list(self.do(lambda uow: uow.all(select(table).order_by(table.c.id))))

    def person(self, number: str) -> str:
        return str(next(one.id for one in self.rows(Person) if one.employee_no == number))

    def store(self, name: str) -> str:
        return self.do(lambda uow: next(one.id for one in every_store(uow) if one.name == name))

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run something beside the bot, and commit."""
        engine = self.rig.bot.engine
        sqlite = engine.dialect.name == "sqlite"
        with engine.connect() as connection:
            begun = connection.begin() if sqlite else None
            turn = Turn(connection, self.rig.clock, self.rig.bot.units._prepared, savepoint=sqlite)
            with turn.unit(workspace_id("main")) as uow:
                done = work(uow)
                uow.commit()
            if begun is not None:
                begun.commit()
        return done

    def everywhere(self, code: str) -> list[str]:
        """The tables in which a code stands in clear, in any column of any row."""
        wanted = re.compile(rf"{code[:4]}\W?{code[4:]}")
        found = []
        for name, table in Person.metadata.tables.items():
            rows = self.do(lambda uow, table=table: uow.all(select(table)) if "workspace_id" in table.c else [])
            if any(wanted.search(str(value)) for row in rows for value in row):
                found.append(name)
        return found

    def _profile(self, uow: UnitOfWork, person: str) -> Any:
        return profile(uow, person)

    def _move_in(self) -> None:
        lines = [",".join(HEADER)]
        for number, (who, name, roles, store) in STAFF.items():
            lines.append(f"{number},{name},,,门店,,{roles},{store},zh-CN,,{_ids(self.at, who)}")
            self._reside(self.at, who, name)
        for number, (who, name, locale) in CUSTOMERS.items():
            lines.append(f"{number},{name},,,运营部,A1,,,{locale},,{_ids(self.elsewhere, who)}")
            self._reside(self.elsewhere, who, name)
        tenants = {one.messenger.name: one.tenant for one in self.rig.bot.configuration.companies[0].connections}
        fold = {name: messenger.fold_user_id for name, messenger in MESSENGERS.items()}

        def take(uow: UnitOfWork) -> None:
            report = import_people(uow, "\n".join(lines), tenants=tenants, fold=fold)
            assert not report.problems, report.problems
            uow.change(KNOW_US)

        self.do(take)

    def _reside(self, messenger: str, who: str, name: str) -> None:
        self.rig.simulators[messenger].add_resident(Resident(user_id=account(messenger, who), name=name))

    def _stock_up(self) -> None:
        row = Item(
            workspace_id="", key="coffee", kind=ItemKind.PHYSICAL, name_zh="咖啡券", name_en="Coffee", price=40,
            stock_mode=StockMode.COUNTED, max_quantity=5, created_at=self.rig.clock.now(),
        )  # fmt: skip
        self.item = row.id
        store, customers = self.store(SQUARE), [self.person(number) for number in CUSTOMERS]
        clerk = self.person("C1")

        def fill(uow: UnitOfWork) -> None:
            uow.add(row)
            uow.add(Stock(workspace_id="", item_id=row.id, store_id=store, on_hand=20))
            fund(uow, "manual", 10**6, request_id="first", cause=Cause("", ""))
            for one in (*customers, clerk):
                reward(uow, f"test:{one}", "manual", one, 500, Cause("", ""))

        self.do(fill)


def _ids(messenger: str, who: str) -> str:
    return ",".join(account(messenger, who) if name == messenger else "" for name in ("wecom", "dingtalk", "feishu"))


def shows(seen: Seen, *words: str) -> None:
    """DingTalk has no way to show an asterisk but its twin, and titles have narrow blanks on two messengers."""
    text = seen.text.replace("\u2217", "*").replace("\u3000", " ")
    for word in words:
        assert word.replace("\u3000", " ") in text, f"{word!r} not in {seen.text!r}"
