"""Who may add and who may count a store's goods, in the service whoever asks (R-ROL-01, §17)."""

import pytest

from domain.errors import DomainError
from domain.rewards import stock
from domain.rewards.model import Stock, StockChange
from domain.rewards.refusals import NotManagersStock, NotStaffsStock
from domain.unit_of_work import UnitOfWork
from tests.domain.rewards_company import SQUARE, Shop


def shelf(shop: Shop) -> str:
    """Three mugs."""
    shop.item("mug", 50, stock={SQUARE: 3})
    return shelf_of(shop)


def refused(shop: Shop, error: type[DomainError], by: str, *, counting: bool) -> None:
    place = shelf_of(shop)

    def act(uow: UnitOfWork) -> int | None:
        return stock.count(uow, place, 1, by, "lost") if counting else stock.put(uow, place, 5, by)

    with pytest.raises(error):
        shop.do(act)


def shelf_of(shop: Shop) -> str:
    (row,) = shop.rows(Stock)
    return str(row.id)


@pytest.mark.parametrize("number", ["C1", "X1", "E1", "H1"])
def test_r_rol_01_only_the_stores_manager_and_an_admin_add(shop: Shop, number: str) -> None:
    place = shelf(shop)
    refused(shop, NotManagersStock, shop.person_id(number), counting=False)
    assert shop.rows(StockChange) == []
    for who, there in (("M1", 8), ("B1", 13)):
        by = shop.person_id(who)
        assert shop.do(lambda uow, by=by: stock.put(uow, place, 5, by)) == there  # type: ignore[misc]


@pytest.mark.parametrize("number", ["X1", "E1", "H1"])
def test_r_rol_01_only_the_stores_people_and_an_admin_count(shop: Shop, number: str) -> None:
    place = shelf(shop)
    refused(shop, NotStaffsStock, shop.person_id(number), counting=True)
    assert shop.rows(StockChange) == []
    for who, found in (("C1", 2), ("M1", 1), ("B1", 0)):
        by = shop.person_id(who)
        assert shop.do(lambda uow, by=by, n=found: stock.count(uow, place, n, by, "lost")) == -1  # type: ignore[misc]


@pytest.mark.parametrize("change", ["active = FALSE", "leaves_on = '2026-01-18'"])
def test_r_org_03_who_is_gone_has_no_rights_left(shop: Shop, change: str) -> None:
    shelf(shop)
    by = shop.person_id("M1")
    shop.sql(f"UPDATE person SET {change} WHERE employee_no = 'M1'")
    refused(shop, NotManagersStock, by, counting=False)
    refused(shop, NotStaffsStock, by, counting=True)


@pytest.mark.parametrize("nobody", ["", "nobody"])
def test_nobody_is_refused_and_the_system_says_that_it_is_it(shop: Shop, nobody: str) -> None:
    place = shelf(shop)
    refused(shop, NotManagersStock, nobody, counting=False)
    refused(shop, NotStaffsStock, nobody, counting=True)
    assert shop.do(lambda uow: stock.put(uow, place, 5, stock.SYSTEM)) == 8
    assert shop.do(lambda uow: stock.count(uow, place, 7, stock.SYSTEM, "import")) == -1
    assert [(one.kind, one.by_id) for one in shop.rows(StockChange)] == [("added", ""), ("counted", "")]
