"""From the request to the counter: checks, states, points and goods (R-RED-01…05, A29–A31)."""

from datetime import date, timedelta

import pytest

from domain.errors import Conflict, DomainError
from domain.rewards.messages import ItemKind, OrderState
from domain.rewards.model import OrderEvent
from domain.rewards.orders import Step
from domain.rewards.refusals import (
    BadQuantity,
    LimitReached,
    NotEligible,
    NotEnough,
    NotOnSale,
    SoldOut,
    StepIllegal,
    StepNotYours,
    StoreNotAllowed,
)
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop


def test_a_small_order_goes_from_request_to_counter(shop: Shop) -> None:
    coffee = shop.item("coffee", 120, stock={SQUARE: 2})
    made = shop.request("E1", coffee, SQUARE)
    assert (made.order.no, made.left, made.order.state) == ("R-2001", 380, OrderState.APPROVED)
    assert (shop.held("E1"), shop.stock(coffee)) == (120, [(2, 1)])
    ready = shop.step(made.order.id, OrderState.READY, "C1")
    assert ready.due_at is not None
    assert ready.due_at > shop.now
    done = shop.fulfil(made.order.id, "C1")
    assert (done.state, done.fulfilled_by_name, shop.held("E1")) == (OrderState.FULFILLED, "周敏", 0)
    assert (shop.wallet("E1"), shop.stock(coffee)) == (380, [(1, 0)])
    assert shop.request("E2", coffee, SQUARE).order.no == "R-2002"


def test_r_red_02_the_first_failure_decides_and_nothing_is_held(shop: Shop) -> None:
    """Everything is wrong with this order; mended one by one, in the order of the checks."""
    headquarters = shop.person("B1").department_id
    item = shop.item(
        "coffee", 900, stock={SQUARE: 1}, active=False, departments=headquarters, limit_count=1, limit_period="month",
        approval="none",
    )  # fmt: skip
    shop.sql(f"UPDATE person SET active = false WHERE id = '{shop.person_id('E1')}'")
    failures: list[str] = []
    mending = (
        f"UPDATE person SET active = true WHERE id = '{shop.person_id('E1')}'",
        "UPDATE item SET active = true",
        "UPDATE item SET departments = ''",
        "store",
        "UPDATE item SET limit_count = 2",
        "UPDATE stock SET on_hand = on_hand + 1",
    )
    shop.give("E2", 1000)
    store = XUJIAHUI
    for at, mend in enumerate(mending):
        with pytest.raises(DomainError) as raised:
            shop.request("E1", item, store)
        failures.append(type(raised.value).__name__)
        if mend == "store":
            store = SQUARE
            shop.give("E1", 900)
            shop.request("E1", item, SQUARE)
            shop.sql("UPDATE item SET price = 9000")
            continue
        shop.sql(mend)
        assert len(shop.orders()) == (1 if at > 3 else 0)
    with pytest.raises(NotEnough) as short:
        shop.request("E1", item, SQUARE)
    assert failures == ["HasLeft", "NotOnSale", "NotEligible", "StoreNotAllowed", "LimitReached", "SoldOut"]
    assert (short.value.left, short.value.need) == (500, 9000)
    assert shop.stock(item) == [(2, 1)]
    assert shop.held("E1") == 900


def test_a_refused_request_may_be_followed_by_others_in_the_same_unit(shop: Shop) -> None:
    item = shop.item("lamp", 900, stock={SQUARE: 1}, approval="none")
    with pytest.raises(NotEnough):
        shop.request("E1", item, SQUARE)
    assert shop.stock(item) == [(1, 0)]


@pytest.mark.parametrize(
    ("more", "moment"),
    [({"sale_from": date(2026, 1, 20)}, "before"), ({"sale_until": date(2026, 1, 18)}, "after")],
)
def test_r_cat_01_outside_its_sale_window_an_item_is_not_on_sale(
    shop: Shop, more: dict[str, date], moment: str
) -> None:
    item = shop.item("coffee", 10, stock={SQUARE: 1}, **more)
    with pytest.raises(NotOnSale):
        shop.request("E1", item, SQUARE)
    shop.later(days=1 if moment == "before" else -1)
    assert shop.request("E1", item, SQUARE).order.state is OrderState.APPROVED


def test_a30_the_last_one_goes_to_one_person(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 1})
    shop.request("E1", item, SQUARE)
    with pytest.raises(SoldOut):
        shop.request("E2", item, SQUARE)
    assert (shop.wallet("E2"), shop.held("E2"), shop.stock(item)) == (500, 0, [(1, 1)])


def test_r_red_05_of_two_a_part_can_be_handed_over(shop: Shop) -> None:
    item = shop.item("mug", 50, stock={SQUARE: 5}, max_quantity=3)
    with pytest.raises(BadQuantity):
        shop.request("E1", item, SQUARE, quantity=4)
    order = shop.request("E1", item, SQUARE, quantity=3).order
    shop.step(order.id, OrderState.READY, "C1")
    part = shop.fulfil(order.id, "C1", quantity=1)
    assert (part.state, part.fulfilled, part.open_points) == (OrderState.READY, 1, 100)
    assert (shop.held("E1"), shop.stock(item)) == (100, [(4, 2)])
    assert shop.fulfil(order.id, "C1", quantity=2).state is OrderState.FULFILLED
    assert (shop.held("E1"), shop.stock(item)) == (0, [(2, 0)])
    refunded = shop.step(order.id, OrderState.REFUNDED, "M1", step=Step(restock=True))
    assert (refunded.state, shop.wallet("E1"), shop.stock(item)) == (OrderState.REFUNDED, 500, [(5, 0)])


def test_r_red_05_what_is_left_of_a_part_comes_back(shop: Shop) -> None:
    item = shop.item("mug", 50, stock={SQUARE: 5}, max_quantity=3)
    order = shop.request("E1", item, SQUARE, quantity=3).order
    shop.step(order.id, OrderState.READY, "C1")
    shop.fulfil(order.id, "C1", quantity=1)
    assert shop.step(order.id, OrderState.CANCELLED, "B1").state is OrderState.CANCELLED
    assert (shop.wallet("E1"), shop.held("E1"), shop.stock(item)) == (450, 0, [(4, 0)])


def test_a31_after_ready_the_employee_cannot_cancel_but_an_admin_can(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 1})
    order = shop.request("E1", item, SQUARE).order
    shop.step(order.id, OrderState.READY, "C1")
    with pytest.raises(StepNotYours):
        shop.step(order.id, OrderState.CANCELLED, "E1")
    assert shop.step(order.id, OrderState.CANCELLED, "B1", step=Step(note="活动取消")).reason == "活动取消"
    assert (shop.wallet("E1"), shop.stock(item)) == (500, [(1, 0)])


def test_before_ready_the_employee_cancels_and_the_limit_is_free_again(shop: Shop) -> None:
    """R-RED-04: cancelled orders do not count."""
    item = shop.item("mug", 100, stock={SQUARE: 3}, limit_count=1, limit_period="quarter")
    order = shop.request("E1", item, SQUARE).order
    with pytest.raises(LimitReached) as reached:
        shop.request("E1", item, SQUARE)
    assert (reached.value.count, reached.value.period, reached.value.again_on) == (1, "quarter", date(2026, 4, 1))
    shop.step(order.id, OrderState.CANCELLED, "E1")
    assert (shop.wallet("E1"), shop.stock(item)) == (500, [(3, 0)])
    shop.request("E1", item, SQUARE)
    shop.later(days=72)
    assert shop.request("E1", item, SQUARE).order.state is OrderState.APPROVED


def test_r_red_01_the_same_step_again_changes_nothing(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 1})
    order = shop.request("E1", item, SQUARE).order
    seen = order.version
    shop.step(order.id, OrderState.READY, "C1", version=seen)
    shop.step(order.id, OrderState.READY, "C1", version=seen)
    with pytest.raises(Conflict):
        shop.step(order.id, OrderState.CANCELLED, "E1", version=seen)
    shop.fulfil(order.id, "C1")
    with pytest.raises(StepIllegal):
        shop.fulfil(order.id, "C1")
    assert [row.after for row in shop.rows(OrderEvent)] == ["requested", "approved", "ready", "fulfilled"]
    assert shop.held("E1") == 0


def test_r_red_01_what_leads_nowhere_is_refused(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 1})
    order = shop.request("E1", item, SQUARE).order
    for target in (OrderState.FULFILLED, OrderState.EXPIRED, OrderState.REFUNDED, OrderState.DISPUTED):
        with pytest.raises(StepIllegal):
            shop.step(order.id, target, "B1")
    assert shop.order(order.id).version == order.version


def test_r_pic_03_nobody_hands_over_their_own_order_nor_one_they_approved(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 3}, approval="manager")
    own = shop.request("C1", item, SQUARE).order
    assert own.approver_name == "马丽"
    shop.approve(own.id, "M1")
    with pytest.raises(StepNotYours):
        shop.step(own.id, OrderState.READY, "C1")
    with pytest.raises(StepNotYours):
        shop.step(own.id, OrderState.READY, "M1")
    with pytest.raises(StepNotYours):
        shop.step(own.id, OrderState.READY, "X1")


def test_an_order_nobody_collects_expires_and_gives_back(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 1})
    order = shop.request("E1", item, SQUARE).order
    ready = shop.step(order.id, OrderState.READY, "C1")
    assert ready.due_at is not None
    assert ready.due_at - shop.now < timedelta(days=15)
    expired = shop.step(order.id, OrderState.EXPIRED, None)
    assert (expired.state, shop.wallet("E1"), shop.stock(item)) == (OrderState.EXPIRED, 500, [(1, 0)])


def test_perishable_goods_nobody_collects_cost_their_points(shop: Shop) -> None:
    item = shop.item("cake", 100, stock={SQUARE: 1}, forfeits=True)
    order = shop.request("E1", item, SQUARE).order
    shop.step(order.id, OrderState.READY, "C1")
    shop.step(order.id, OrderState.EXPIRED, None)
    assert (shop.wallet("E1"), shop.held("E1"), shop.stock(item)) == (400, 0, [(1, 0)])


def test_r_cat_04_a_price_change_does_not_touch_an_order(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 2})
    order = shop.request("E1", item, SQUARE).order
    shop.sql("UPDATE item SET price = 300, name_zh = 'x', pickup_days = 1")
    kept = shop.order(order.id)
    assert (kept.points, kept.name("zh-CN"), kept.pickup_days) == (100, "mug", 14)
    shop.step(order.id, OrderState.CANCELLED, "E1")
    assert shop.wallet("E1") == 500


def test_goods_that_are_not_on_the_shelf_leave_the_stock(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 2})
    order = shop.request("E1", item, SQUARE).order
    shop.step(order.id, OrderState.CANCELLED, "C1", step=Step(note="缺货", is_missing=True))
    assert (shop.wallet("E1"), shop.stock(item)) == (500, [(1, 0)])


def test_departments_below_may_have_what_those_above_may(shop: Shop) -> None:
    shop.sql(
        "UPDATE department SET parent_id = (SELECT id FROM department WHERE name = '总部') WHERE name = '运营'"
    )  # fmt: skip
    item = shop.item("mug", 100, stock={SQUARE: 2}, departments=shop.person("B1").department_id)
    shop.request("E1", item, SQUARE)
    with pytest.raises(NotEligible):
        shop.request("C1", item, SQUARE)


def test_a_store_that_does_not_have_it_is_refused(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 2})
    for store in (None, XUJIAHUI):
        with pytest.raises(StoreNotAllowed):
            shop.request("E1", item, store)


def test_a_kind_without_stock_needs_no_store(shop: Shop) -> None:
    leave = shop.item("leave", 100, ItemKind.TIME_OFF, max_quantity=6)
    order = shop.request("E1", leave, quantity=2).order
    assert (order.state, order.points, order.store_id) == (OrderState.PENDING_APPROVAL, 200, None)


def test_r_red_01_made_ready_twice_is_ready_once_and_hands_nothing_over(shop: Shop) -> None:
    """Two clerks press "ready" at once, neither naming the version they saw."""
    coffee = shop.item("coffee", 120, stock={SQUARE: 2})
    made = shop.request("E1", coffee, SQUARE)
    shop.step(made.order.id, OrderState.READY, "C1")
    again = shop.step(made.order.id, OrderState.READY, "C1")
    assert (again.state, again.fulfilled, shop.held("E1"), shop.stock(coffee)) == (OrderState.READY, 0, 120, [(2, 1)])
    assert shop.fulfil(made.order.id, "C1").state is OrderState.FULFILLED
