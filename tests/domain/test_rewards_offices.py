"""Who holds an office today: those who have left do not, whoever stands in does; nobody agrees twice (R-ORG-03)."""

from datetime import date

import pytest

from domain.people.roles import holders
from domain.rewards import pools
from domain.rewards.approvals import confirm
from domain.rewards.approvers import admins, holds_office
from domain.rewards.messages import ItemKind, OrderState
from domain.rewards.model import OrderEvent
from domain.rewards.refusals import StepNotYours
from tests.domain.rewards_company import SQUARE, Shop
from tests.domain.test_rewards_approvals import leave, line


def gone(shop: Shop, number: str) -> None:
    """Their last day was the day before the story's Monday; nothing else says so (R-ORG-03)."""
    shop.sql(f"UPDATE person SET leaves_on = '2026-01-18' WHERE id = '{shop.person_id(number)}'")


def test_r_org_03_who_has_left_holds_no_office(shop: Shop) -> None:
    """Neither is anybody asked or told who has left, nor do they keep an admin from standing in."""
    shop.take("B2,毕安,,,总部,,admin,,,,,,")
    gone(shop, "B1")
    gone(shop, "H1")
    who, admin, partner = (shop.person_id(number) for number in ("E2", "B2", "H1"))
    with shop.unit() as uow:
        assert admins(uow) == (admin,)
        assert [name for _, name in holders(uow, "admin")] == ["毕安"]
        assert holds_office(uow, who, "hrbp", admin)
        assert not holds_office(uow, who, "hrbp", partner)


def test_an_admin_confirms_leave_while_hr_is_away(shop: Shop) -> None:
    """R-ORG-04: whoever is asked to confirm can; the order is never left halfway."""
    item = shop.item("half day", 50, ItemKind.TIME_OFF)
    order = shop.request("E2", item).order
    shop.approve(order.id, "E1")
    leave(shop, "H1", date(2026, 1, 19), date(2026, 1, 23))
    assert line(shop, "E2", "hrbp")[0] == "B1"
    admin = shop.person_id("B1")
    shop.do(lambda uow: confirm(uow, order.id, admin, "Friday", shop.terms))
    assert (shop.order(order.id).state, shop.held("E2")) == (OrderState.FULFILLED, 0)


def test_nobody_gives_both_approvals(shop: Shop) -> None:
    """R-CAT-02: two agree. An admin who stood in for the first cannot be the second too."""
    item = shop.item("chance", 100, ItemKind.PRIVILEGE)
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('M1')}' WHERE name = '运营'")
    order = shop.request("E2", item).order
    assert shop.approve(order.id, "B1").approver_name == "马丽"
    with pytest.raises(StepNotYours):
        shop.approve(order.id, "B1")
    assert shop.approve(order.id, "M1").state is OrderState.FULFILLED


def test_r_pic_03_whoever_approved_does_not_hand_over(shop: Shop) -> None:
    """Not even the first of three."""
    shop.sql(f"UPDATE person SET manager_id = '{shop.person_id('C1')}' WHERE id = '{shop.person_id('E2')}'")
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('M1')}' WHERE name = '运营'")
    item = shop.item("bike", 400, stock={SQUARE: 1}, approval="manager,head,admin")
    order = shop.request("E2", item, SQUARE).order
    for number in ("C1", "M1", "B1"):
        shop.approve(order.id, number)
    for number in ("C1", "M1"):
        with pytest.raises(StepNotYours):
            shop.step(order.id, OrderState.READY, number)


def test_a_pool_somebody_withdrew_from_is_not_spent(shop: Shop) -> None:
    """R-CAT-02: what is short of the goal again is not settled."""
    item = shop.item("picnic", 100, ItemKind.TEAM_POOL)
    first = shop.request("E1", item, quantity=60).order
    shop.request("E2", item, quantity=40)
    shop.step(first.id, OrderState.CANCELLED, "E1")
    admin = shop.person_id("B1")
    assert shop.do(lambda uow: pools.settle(uow, item, admin, shop.terms)) == []
    assert shop.held("E2") == 40


def test_a_declined_pool_says_who_declined(shop: Shop) -> None:
    """R-AUD-01: every step names its actor."""
    item = shop.item("picnic", 100, ItemKind.TEAM_POOL)
    shop.request("E2", item, quantity=100)
    admin = shop.person_id("B1")
    shop.do(lambda uow: pools.give_back(uow, item, "no", admin))
    assert shop.held("E2") == 0
    assert [one.by_id for one in shop.rows(OrderEvent) if one.after == "cancelled"] == [admin]
