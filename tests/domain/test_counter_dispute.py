"""Who decides when an owner says it was not them, in the service (R-PIC-06, R-ROL-01, R-ROL-02)."""

import pytest

from domain.people.stores import is_frozen
from domain.rewards import counter_dispute
from domain.rewards.counter_messages import Disputed
from domain.rewards.messages import OrderState
from domain.rewards.refusals import StepIllegal, StepNotYours
from tests.domain.rewards_company import SQUARE, Shop


def handed(shop: Shop, owner: str = "E1", by: str = "C1") -> str:
    """An order that was handed over."""
    item = shop.item(f"coffee-{owner}", 40, stock={SQUARE: 5})
    order = shop.request(owner, item, SQUARE).order
    shop.step(order.id, OrderState.READY, by)
    shop.fulfil(order.id, by)
    return order.id


def disputed(shop: Shop, order: str, by: str = "E1") -> Disputed:
    person = shop.person(by)
    return shop.do(lambda uow: counter_dispute.not_me(uow, person, order, shop.terms))[1]


def deciders(shop: Shop, told: Disputed) -> list[str]:
    return [shop.number_of(one) for one in told.deciders]


def frozen(shop: Shop, number: str) -> bool:
    person, place = shop.person_id(number), shop.store(SQUARE).id
    return shop.do(lambda uow: is_frozen(uow, place, person))


def suspend(shop: Shop, number: str, order: str) -> bool:
    person = shop.person(number)
    return shop.do(lambda uow: counter_dispute.suspend(uow, person, order))


def test_only_the_owner_disputes_and_nothing_is_suspended_by_it(shop: Shop) -> None:
    order = handed(shop)
    for number in ("E2", "C1", "M1", "B1"):
        with pytest.raises(StepNotYours):
            disputed(shop, order, number)
    told = disputed(shop, order)
    assert (deciders(shop, told), told.clerk_name, told.store.name) == (["M1"], "周敏", SQUARE)
    assert not frozen(shop, "C1")


@pytest.mark.parametrize("number", ["C1", "X1", "E1", "E2", "B1"])
def test_r_rol_01_only_the_store_manager_suspends(shop: Shop, number: str) -> None:
    """Not the clerk, not another store's, not the owner, and the admin only where the store has nobody to decide."""
    order = handed(shop)
    disputed(shop, order)
    with pytest.raises(StepNotYours):
        suspend(shop, number, order)
    assert not frozen(shop, "C1")
    assert suspend(shop, "M1", order) is True
    assert suspend(shop, "M1", order) is False
    assert frozen(shop, "C1")


def test_without_a_dispute_nobody_is_suspended(shop: Shop) -> None:
    order = handed(shop)
    with pytest.raises(StepNotYours):
        suspend(shop, "M1", order)
    assert not frozen(shop, "C1")


def test_r_rol_02_whom_it_is_about_does_not_decide(shop: Shop) -> None:
    """Neither the manager who handed over nor the one whose order it is: then the admins do."""
    by_manager = handed(shop, by="M1")
    assert deciders(shop, disputed(shop, by_manager)) == ["B1"]
    of_manager = handed(shop, owner="M1")
    assert deciders(shop, disputed(shop, of_manager, "M1")) == ["B1"]
    with pytest.raises(StepNotYours):
        suspend(shop, "M1", of_manager)
    assert suspend(shop, "B1", of_manager)


def test_what_was_found_is_not_disputed_again_and_a_right_can_be_given_back(shop: Shop) -> None:
    order, manager = handed(shop), shop.person("M1")
    disputed(shop, order)
    suspend(shop, "M1", order)
    shop.do(lambda uow: counter_dispute.uphold(uow, manager, order, shop.terms))
    assert shop.order(order).state is OrderState.FULFILLED
    assert shop.do(lambda uow: counter_dispute.restore(uow, manager, order)) is True
    assert not frozen(shop, "C1")
    with pytest.raises(StepIllegal):
        disputed(shop, order)


def test_the_points_go_back_when_it_was_not_them(shop: Shop) -> None:
    order, manager = handed(shop), shop.person("M1")
    disputed(shop, order)
    shop.do(lambda uow: counter_dispute.give_back(uow, manager, order))
    assert (shop.order(order).state, shop.wallet("E1")) == (OrderState.REFUNDED, 500)


def test_an_overdue_dispute_is_passed_on_once_and_the_admin_decides_as_well(shop: Shop) -> None:
    """R-ROL-01: not before the store manager's three workdays are over; only ever by our own clock."""
    order = handed(shop)
    disputed(shop, order)
    admin = shop.person("B1")
    shop.later(days=2, hours=23)
    assert shop.do(lambda uow: counter_dispute.pass_on(uow, order, shop.terms)) is None
    with pytest.raises(StepNotYours):
        shop.do(lambda uow: counter_dispute.give_back(uow, admin, order))
    with pytest.raises(StepNotYours):
        suspend(shop, "B1", order)
    shop.later(hours=2)
    told = shop.do(lambda uow: counter_dispute.pass_on(uow, order, shop.terms))
    assert told is not None
    assert (deciders(shop, told), told.is_overdue) == (["M1", "B1"], True)
    shop.later(days=9)
    assert shop.do(lambda uow: counter_dispute.pass_on(uow, order, shop.terms)) is None
    assert suspend(shop, "B1", order) is True
    with pytest.raises(StepNotYours):
        suspend(shop, "E2", order)
    assert shop.do(lambda uow: counter_dispute.give_back(uow, admin, order)).order.state is OrderState.REFUNDED
    assert shop.do(lambda uow: counter_dispute.restore(uow, admin, order)) is True


def test_disputed_twice_by_its_owner_is_disputed_once(shop: Shop) -> None:
    order = handed(shop)
    disputed(shop, order)
    version = shop.order(order).version
    disputed(shop, order)
    assert shop.order(order).version == version
    assert shop.do(lambda uow: counter_dispute.was_passed_on(uow, order)) is False
