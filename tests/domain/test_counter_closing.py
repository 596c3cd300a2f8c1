"""A store's day and what a count finds, in the service (R-PIC-08, R-ROL-01)."""

from datetime import timedelta

import pytest

from domain.errors import TooLong
from domain.rewards import closing, counter
from domain.rewards.counter_messages import Closing, Counted, HandedOver
from domain.rewards.counter_refusals import CountRefused, NotYourStore, ReasonMissing
from domain.rewards.messages import OrderState
from domain.rewards.model import Stock, StockChange
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop


@pytest.fixture
def item(shop: Shop) -> str:
    return shop.item("coffee", 40, stock={SQUARE: 10}, max_quantity=5)


def count(shop: Shop, number: str, found: int, reason: str = "", store: str = SQUARE) -> Counted:
    person, place, stock = shop.person(number), shop.store(store), shop.rows(Stock)[0].id
    return shop.do(lambda uow: closing.count(uow, person, place.id, stock, found, reason))


def day_of(shop: Shop) -> Closing:
    place = shop.store(SQUARE)
    return shop.do(lambda uow: closing.closing(uow, place, shop.now.date()))


def hand_over(shop: Shop, order_id: str, **more: object) -> None:
    clerk, seen = shop.person("C1"), shop.order(order_id).version
    done = shop.do(lambda uow: counter.hand_over(uow, clerk, order_id, seen=seen, **more))  # type: ignore[arg-type]
    assert isinstance(done, HandedOver)


def test_the_day_tells_what_went_out_what_waits_and_what_should_be_there(shop: Shop, item: str) -> None:
    made = [shop.request(number, item, SQUARE).order for number in ("E1", "E2")]
    for order in made:
        shop.step(order.id, OrderState.READY, "C1")
    hand_over(shop, made[0].id)
    told = day_of(shop)
    assert [(one.order.no, one.clerk_name, one.quantity, one.at) for one in told.handed] == [
        (made[0].no, "周敏", 1, shop.now)
    ]
    assert [one.no for one in told.ready] == [made[1].no]
    assert [(one.on_hand, one.reserved) for one in told.stock] == [(9, 1)]
    assert told.differences == ()
    shop.later(days=1)
    assert day_of(shop).handed == ()


def test_r_pic_07_a_late_entry_is_listed_with_its_own_time_and_reason(shop: Shop, item: str) -> None:
    order = shop.request("E1", item, SQUARE).order
    shop.step(order.id, OrderState.READY, "C1")
    shop.later(hours=2)
    then = shop.now - timedelta(hours=1)
    hand_over(shop, order.id, at=then, note="停电")
    (one,) = day_of(shop).handed
    assert (one.at, one.entered_at, one.note) == (then, shop.now, "停电")


def test_a_count_replaces_what_we_thought_and_keeps_the_reason(shop: Shop, item: str) -> None:
    assert count(shop, "C1", 8, "破损 2 份").delta == -2
    assert count(shop, "M1", 8).delta == 0
    assert shop.stock(item) == [(8, 0)]
    assert [(one.kind, one.delta, one.reason) for one in shop.rows(StockChange)] == [
        ("counted", -2, "破损 2 份"), ("counted", 0, ""),
    ]  # fmt: skip
    assert [(one.delta, one.by_name) for one in day_of(shop).differences] == [(-2, "周敏"), (0, "马丽")]


def test_a_difference_wants_a_reason_and_not_an_essay(shop: Shop, item: str) -> None:
    with pytest.raises(ReasonMissing):
        count(shop, "C1", 9, "  ")
    with pytest.raises(TooLong):
        count(shop, "C1", 9, "字" * 201)
    assert shop.stock(item) == [(10, 0)]


def test_r_red_03_what_is_reserved_cannot_be_counted_away(shop: Shop, item: str) -> None:
    shop.request("E1", item, SQUARE, quantity=3)
    with pytest.raises(CountRefused):
        count(shop, "C1", 2, "不见了")
    assert shop.stock(item) == [(10, 3)]
    assert count(shop, "C1", 3, "不见了").delta == -7


@pytest.mark.parametrize(("number", "store"), [("X1", SQUARE), ("X1", XUJIAHUI), ("E1", SQUARE), ("B1", SQUARE)])
def test_r_rol_01_only_the_stores_own_people_count_its_shelves(shop: Shop, item: str, number: str, store: str) -> None:
    with pytest.raises(NotYourStore):
        count(shop, number, 9, "拿走一份", store)
    assert shop.stock(item) == [(10, 0)]
