"""What the shop shows to whom, limits and their periods, pools, waiting lists (R-CAT-01, R-CAT-02, R-RED-04)."""

from datetime import UTC, date, datetime

import pytest

from domain.rewards import pools, restock, stock
from domain.rewards.catalogue import named, offer
from domain.rewards.catalogue import shop as shop_page
from domain.rewards.messages import ItemKind, OrderState, ShopPage
from domain.rewards.model import Stock, StockChange
from domain.rewards.refusals import BadQuantity, LimitReached, NoApprover, SoldOut, StepIllegal, StepNotYours
from domain.rewards.vouchers import review
from domain.rewards.windows import period_of
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop

SHANGHAI = "Asia/Shanghai"


def page(shop: Shop, number: str, **more: object) -> ShopPage:
    person = shop.person(number)
    with shop.unit() as uow:
        return shop_page(uow, person, **more)  # type: ignore[arg-type]  # the service's own parameters


def keys(found: ShopPage) -> list[str]:
    return [one.key for one in found.offers]


def test_pages_cheapest_first_with_what_is_missing(shop: Shop) -> None:
    for n in range(7):
        shop.item(f"item{n}", 100 * (n + 1), stock={SQUARE: 1})
    first = page(shop, "E1")
    assert (keys(first), first.total, first.available) == ([f"item{n}" for n in range(5)], 7, 500)
    second = page(shop, "E1", offset=5)
    assert [(one.key, one.to_go) for one in second.offers] == [("item5", 100), ("item6", 200)]
    assert keys(page(shop, "E1", offset=99)) == keys(first)


def test_filters(shop: Shop) -> None:
    shop.item("mug", 60, stock={SQUARE: 1})
    shop.item("gone", 50, stock={SQUARE: 0})
    shop.item("lamp", 900, stock={SQUARE: 1})
    shop.item("leave", 200, ItemKind.TIME_OFF)
    shop.item("course", 300, ItemKind.TRAINING, seats=3)
    shop.item("dinner", 9000, ItemKind.TEAM_POOL)
    assert keys(page(shop, "E1")) == ["gone", "mug", "leave", "course", "lamp"]
    assert page(shop, "E1").total == 6
    assert keys(page(shop, "E1", show="affordable")) == ["mug", "leave", "course", "dinner"]
    assert keys(page(shop, "E1", show="time_off")) == ["leave"]
    assert keys(page(shop, "E1", show="training")) == ["course"]
    assert keys(page(shop, "E1", budget=240)) == ["gone", "mug", "leave", "dinner"]


def test_what_is_for_others_off_sale_or_nowhere_is_not_shown(shop: Shop) -> None:
    shop.item("theirs", 10, stock={SQUARE: 1}, departments=shop.person("B1").department_id)
    shop.item("old", 10, stock={SQUARE: 1}, sale_until=date(2026, 1, 18))
    shop.item("off", 10, stock={SQUARE: 1}, active=False)
    shop.item("nowhere", 10)
    mine = shop.item("mine", 10, stock={SQUARE: 1, XUJIAHUI: 4}, sale_from=date(2026, 1, 19))
    assert keys(page(shop, "E1")) == ["mine"]
    person = shop.person("E1")
    with shop.unit() as uow:
        found = offer(uow, person, mine)
        assert found is not None
        assert sorted((one.store_name, one.available) for one in found.stores) == [(SQUARE, 1), (XUJIAHUI, 4)]
        assert found.available == 5
        assert named(uow, person, "MIN") == found
        assert named(uow, person, "off") is None


@pytest.mark.parametrize(
    ("period", "now", "since", "again"),
    [
        ("week", "2026-02-15T15:59", "2026-02-08T16:00", "2026-02-16"),
        ("week", "2026-02-15T16:00", "2026-02-15T16:00", "2026-02-23"),
        ("month", "2026-02-28T15:59", "2026-01-31T16:00", "2026-03-01"),
        ("quarter", "2026-12-31T15:59", "2026-09-30T16:00", "2027-01-01"),
        ("half", "2026-07-01T00:00", "2026-06-30T16:00", "2027-01-01"),
        ("year", "2026-12-31T15:59", "2025-12-31T16:00", "2027-01-01"),
    ],
)
def test_r_red_04_periods_are_the_persons_own(period: str, now: str, since: str, again: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    begun = datetime.fromisoformat(since).replace(tzinfo=UTC)
    assert period_of(period, moment, SHANGHAI) == (begun, date.fromisoformat(again))


def test_for_ever_never_comes_again(shop: Shop) -> None:
    item = shop.item("mug", 10, stock={SQUARE: 9}, limit_count=1, limit_period="ever")
    shop.request("E1", item, SQUARE)
    shop.later(days=2000)
    with pytest.raises(LimitReached) as reached:
        shop.request("E1", item, SQUARE)
    assert reached.value.again_on is None


def test_three_days_of_leave_a_year_over_all_items(shop: Shop) -> None:
    whole = shop.item("leave", 50, ItemKind.TIME_OFF, max_quantity=6)
    other = shop.item("afternoon", 50, ItemKind.TIME_OFF, max_quantity=6)
    shop.request("E1", whole, quantity=4)
    with pytest.raises(LimitReached):
        shop.request("E1", other, quantity=3)
    shop.request("E1", other, quantity=2)
    shop.give("E1", 500)
    shop.now = datetime(2027, 1, 4, 2, tzinfo=UTC)
    shop.request("E1", other, quantity=6)


def test_seats_run_out_and_the_first_in_line_is_told(shop: Shop) -> None:
    course = shop.item("course", 50, ItemKind.TRAINING, seats=1)
    order = shop.request("E1", course).order
    with pytest.raises(SoldOut):
        shop.request("E2", course)
    waiting = [shop.person_id(one) for one in ("E2", "C1")]
    places = [shop.do(lambda uow, who=who: restock.subscribe(uow, who, course, None)) for who in waiting]  # type: ignore[misc]
    assert places == [1, 2]
    assert shop.do(lambda uow: restock.subscribe(uow, waiting[0], course, None)) == 1
    assert shop.do(lambda uow: restock.to_tell(uow, course, None)) == []
    shop.step(order.id, OrderState.CANCELLED, "E1")
    assert shop.do(lambda uow: restock.to_tell(uow, course, None)) == [waiting[0]]
    shop.later(minutes=1)
    assert shop.do(lambda uow: restock.subscribe(uow, waiting[0], course, None)) == 2


def test_everybody_who_waits_for_goods_is_told_once(shop: Shop) -> None:
    item = shop.item("mug", 50, stock={SQUARE: 0})
    store = shop.store(SQUARE).id
    waiting = [shop.person_id(one) for one in ("E1", "E2")]
    for who in waiting:
        shop.do(lambda uow, who=who: restock.subscribe(uow, who, item, store))  # type: ignore[misc]
    (row,), by = shop.rows(Stock), shop.person_id("M1")
    assert shop.do(lambda uow: stock.put(uow, row.id, 5, by)) == 5
    assert shop.do(lambda uow: restock.to_tell(uow, item, store)) == waiting
    assert shop.do(lambda uow: restock.to_tell(uow, item, store)) == []


def test_stock_is_never_less_than_what_orders_hold(shop: Shop) -> None:
    item = shop.item("mug", 50, stock={SQUARE: 3})
    shop.request("E1", item, SQUARE)
    shop.request("E2", item, SQUARE)
    (row,) = shop.rows(Stock)
    by = shop.person_id("M1")
    assert shop.do(lambda uow: stock.count(uow, row.id, 1, by, "lost")) is None
    assert shop.do(lambda uow: stock.put(uow, row.id, -2, by)) == -1
    assert shop.do(lambda uow: stock.count(uow, row.id, 2, by, "lost")) == -1
    assert shop.stock(item) == [(2, 2)]
    assert [(one.kind, one.delta, one.reason) for one in shop.rows(StockChange)] == [("counted", -1, "lost")]
    with pytest.raises(SoldOut):
        shop.request("C1", item, SQUARE)


def test_a_pool_takes_no_more_than_it_needs(shop: Shop) -> None:
    item = shop.item("dinner", 300, ItemKind.TEAM_POOL)
    first = shop.request("E1", item, quantity=200).order
    assert (first.state, first.points, shop.held("E1")) == (OrderState.REQUESTED, 200, 200)
    with pytest.raises(BadQuantity):
        shop.request("E2", item, quantity=101)
    shop.request("E2", item, quantity=100)
    with pytest.raises(SoldOut):
        shop.request("C1", item, quantity=1)
    with shop.unit() as uow:
        assert pools.is_reached(uow, item)
    admin = shop.person_id("B1")
    settled = shop.do(lambda uow: pools.settle(uow, item, admin, shop.terms))
    assert [one.state for one in settled] == [OrderState.FULFILLED] * 2
    assert (shop.held("E1"), shop.wallet("E1"), shop.wallet("E2")) == (0, 300, 400)


def test_an_admin_does_not_agree_to_a_pool_they_are_in(shop: Shop) -> None:
    item = shop.item("dinner", 300, ItemKind.TEAM_POOL)
    shop.request("E1", item, quantity=100)
    with pytest.raises(NoApprover):
        shop.request("B1", item, quantity=200)
    shop.sql(f"UPDATE person SET roles = 'admin' WHERE id = '{shop.person_id('M1')}'")
    shop.request("B1", item, quantity=200)
    first, second = shop.person_id("B1"), shop.person_id("M1")
    with pytest.raises(StepNotYours):
        shop.do(lambda uow: pools.settle(uow, item, first, shop.terms))
    assert {row.state for row in shop.orders()} == {OrderState.REQUESTED}
    shop.do(lambda uow: pools.settle(uow, item, second, shop.terms))
    assert {row.state for row in shop.orders()} == {OrderState.FULFILLED}


def test_a_contribution_can_be_taken_back_until_the_pool_is_full_and_agreed(shop: Shop) -> None:
    item = shop.item("dinner", 300, ItemKind.TEAM_POOL)
    order = shop.request("E1", item, quantity=200).order
    shop.step(order.id, OrderState.CANCELLED, "E1")
    assert shop.wallet("E1") == 500
    shop.request("E2", item, quantity=300)
    with shop.unit() as uow:
        assert pools.over(uow, date(2026, 12, 31)) == []
        assert pools.over(uow, date(2027, 1, 1)) == [item]
    shop.do(lambda uow: pools.give_back(uow, item, "missed"))
    assert shop.wallet("E2") == 500


def test_codes_are_for_their_owner_only(shop: Shop) -> None:
    item = shop.item("mug", 50, stock={SQUARE: 3})
    order = shop.request("E1", item, SQUARE).order
    who = shop.person_id("E2")
    with pytest.raises(StepIllegal):
        shop.do(lambda uow: review(uow, order.id, who, b"k" * 32))
