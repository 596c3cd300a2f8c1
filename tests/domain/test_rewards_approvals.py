"""Who decides, in which order, and what happens when nobody does (R-ORG-02, R-ORG-04, R-ROL-02, §10.2)."""

from datetime import date, datetime, timedelta

import pytest

from domain.rewards.approvals import Overdue, overdue, reject
from domain.rewards.approvers import away_this_week, line_for
from domain.rewards.messages import ItemKind, OrderState
from domain.rewards.model import OrderEvent
from domain.rewards.orders import dispute, note_refusal, refund
from domain.rewards.reading import waiting_for, why
from domain.rewards.refusals import NoApprover, NotEligible, StepIllegal, StepNotYours, StepTooLate
from domain.rewards.requests import request
from tests.domain.rewards_company import SQUARE, Shop


def line(shop: Shop, number: str, step: str) -> list[str]:
    who = shop.person_id(number)
    with shop.unit() as uow:
        found = line_for(uow, who, step, shop.terms)
    return [shop.number_of(one) for one in found]


def lapse(shop: Shop, order_id: str) -> Overdue:
    return shop.do(lambda uow: overdue(uow, order_id, shop.terms, "nobody"))


def leave(shop: Shop, number: str, first: date, last: date) -> None:
    shop.sql(
        "INSERT INTO leave (workspace_id, id, person_id, first_day, last_day) VALUES"
        f" ('{shop.workspace_id}', 'l{number}', '{shop.person_id(number)}', '{first}', '{last}')"
    )


def test_r_org_02_the_line_of_deciders(shop: Shop) -> None:
    """Personal manager, department head, the head above, HRBP, admin; never the person themselves."""
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('M1')}' WHERE name = '运营'")
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('X1')}' WHERE name = '总部'")
    shop.sql("UPDATE department SET parent_id = (SELECT id FROM department WHERE name = '总部') WHERE name = '运营'")
    assert line(shop, "E2", "manager") == ["E1", "M1", "X1", "H1", "B1"]
    assert line(shop, "E2", "head") == ["M1", "X1", "H1", "B1"]
    assert line(shop, "E2", "hrbp") == ["H1", "B1"]
    assert line(shop, "H1", "hrbp") == ["B1"]
    assert line(shop, "M1", "head") == ["H1", "B1"]
    assert line(shop, "B1", "admin") == []


def test_the_hrbp_of_the_own_department_comes_first(shop: Shop) -> None:
    shop.take("H2,何运营,,,运营,B1,hrbp,,,,,,")
    assert line(shop, "E2", "hrbp") == ["H2", "H1", "B1"]


def test_r_org_04_who_is_away_for_long_comes_last(shop: Shop) -> None:
    """Monday 19 January: Ann is away one workday, Li Lei three."""
    leave(shop, "B1", date(2026, 1, 19), date(2026, 1, 19))
    assert line(shop, "E1", "manager") == ["B1", "H1"]
    leave(shop, "E1", date(2026, 1, 18), date(2026, 1, 21))
    assert line(shop, "E2", "manager") == ["H1", "B1", "E1"]


def test_left_people_do_not_decide(shop: Shop) -> None:
    shop.sql(f"UPDATE person SET active = false WHERE id = '{shop.person_id('E1')}'")
    assert line(shop, "E2", "manager") == ["H1", "B1"]


def test_colleagues_on_leave_are_a_hint(shop: Shop) -> None:
    leave(shop, "E1", date(2026, 1, 23), date(2026, 1, 30))
    leave(shop, "E2", date(2026, 1, 26), date(2026, 1, 30))
    who = shop.person_id("X1")
    with shop.unit() as uow:
        assert away_this_week(uow, who, shop.terms) == ["李雷"]


@pytest.mark.parametrize(
    ("kind", "price", "approver"),
    [
        (ItemKind.PHYSICAL, 200, None), (ItemKind.PHYSICAL, 201, "E1"), (ItemKind.TIME_OFF, 1, "E1"),
        (ItemKind.TRAINING, 1, "H1"), (ItemKind.PRIVILEGE, 1, "H1"),
    ],
)  # fmt: skip
def test_r_cat_02_what_each_kind_needs(shop: Shop, kind: ItemKind, price: int, approver: str | None) -> None:
    stock = {SQUARE: 1} if kind is ItemKind.PHYSICAL else None
    item = shop.item("thing", price, kind, stock=stock)
    order = shop.request("E2", item, SQUARE if stock else None).order
    assert (shop.number_of(order.approver_id) if order.approver_id else None) == approver


def test_only_the_approver_or_an_admin_decides_and_never_the_requester(shop: Shop) -> None:
    item = shop.item("mug", 300, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    for number in ("E2", "H1", "C1"):
        with pytest.raises(StepNotYours):
            shop.approve(order.id, number)
    with shop.unit() as uow:
        assert [one.no for one in waiting_for(uow, str(order.approver_id))] == ["R-2001"]
    assert shop.approve(order.id, "B1").state is OrderState.APPROVED
    mine = shop.request("B1", item, SQUARE).order
    with pytest.raises(StepNotYours):
        shop.approve(mine.id, "B1")


def test_nobody_to_decide_means_no_order(shop: Shop) -> None:
    shop.sql(f"UPDATE person SET active = false WHERE id = '{shop.person_id('H1')}'")
    item = shop.item("mug", 300, stock={SQUARE: 3})
    with pytest.raises(NoApprover):
        shop.request("B1", item, SQUARE)
    assert (shop.held("B1"), shop.stock(item)) == (0, [(3, 0)])


def test_two_agree_to_a_privilege_and_one_who_is_both_agrees_once(shop: Shop) -> None:
    item = shop.item("chance", 100, ItemKind.PRIVILEGE)
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('M1')}' WHERE name = '运营'")
    order = shop.request("E2", item).order
    half = shop.approve(order.id, "H1")
    assert (half.state, half.approver_name, half.steps) == (OrderState.PENDING_APPROVAL, "马丽", ("head",))
    with pytest.raises(StepNotYours):
        shop.approve(order.id, "H1")
    done = shop.approve(order.id, "M1")
    assert (done.state, shop.held("E2")) == (OrderState.FULFILLED, 0)
    shop.sql(f"UPDATE department SET head_id = '{shop.person_id('H1')}' WHERE name = '运营'")
    assert shop.approve(shop.request("E1", item).order.id, "H1").state is OrderState.FULFILLED


def test_a_privilege_is_not_for_who_would_approve_it(shop: Shop) -> None:
    item = shop.item("chance", 100, ItemKind.PRIVILEGE)
    with pytest.raises(NotEligible):
        shop.request("H1", item)


def test_three_workdays_then_the_next_in_line_seven_then_refused(shop: Shop) -> None:
    """From Monday 19 January: Thursday 22, Tuesday 27, and on Wednesday 28 it is refused."""
    item = shop.item("mug", 300, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    assert order.due_at == shop.now + timedelta(days=3)
    assert order.ends_at == shop.now + timedelta(days=9)
    shop.later(days=2)
    assert not lapse(shop, order.id).passed_on
    approvers = ["李雷"]
    for _ in range(2):
        shop.later(days=1)
        while not (found := lapse(shop, order.id)).passed_on:
            shop.later(days=1)
        approvers.append(found.order.approver_name)
    assert approvers == ["李雷", "何人事", "安然"]
    assert shop.now.date() == date(2026, 1, 27)
    shop.later(days=1)
    refused = lapse(shop, order.id)
    assert not refused.refused
    shop.later(days=2)
    refused = lapse(shop, order.id)
    assert (refused.refused, refused.order.state, refused.order.reason) == (True, OrderState.REJECTED, "nobody")
    assert (shop.wallet("E2"), shop.stock(item)) == (500, [(3, 0)])


def test_a_refusal_gives_back(shop: Shop) -> None:
    item = shop.item("mug", 300, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    who = shop.person_id("E1")
    done = shop.do(lambda uow: reject(uow, order.id, who, "later")).order
    assert (done.reason, shop.wallet("E2"), shop.stock(item)) == ("later", 500, [(3, 0)])
    with pytest.raises(StepIllegal):
        shop.approve(order.id, "E1")


def test_the_word_to_the_approver_is_kept(shop: Shop) -> None:
    item = shop.item("mug", 300, stock={SQUARE: 3})
    person, store = shop.person("E2"), shop.store(SQUARE).id
    made = shop.do(lambda uow: request(uow, person, item, shop.terms, store_id=store, why="直播要用"))
    with shop.unit() as uow:
        assert why(uow, made.order.id) == "直播要用"


def test_r_red_01_a_refused_step_is_kept_in_the_history(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    who = shop.person_id("C1")
    for _ in range(2):
        shop.do(lambda uow: note_refusal(uow, order.id, order.state, OrderState.REFUNDED, who))
    tried = [row for row in shop.rows(OrderEvent) if row.refused]
    assert [(row.after, row.by_id) for row in tried] == [("refunded", who)] * 2


def _fulfilled(shop: Shop) -> str:
    item = shop.item("mug", 100, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    shop.step(order.id, OrderState.READY, "C1")
    shop.fulfil(order.id, "C1")
    return order.id


def test_three_workdays_to_say_it_was_not_me(shop: Shop) -> None:
    order, who = _fulfilled(shop), shop.person_id("E2")

    def attempt() -> object:
        return shop.do(lambda uow: dispute(uow, order, who, shop.terms))

    begun: datetime = shop.now
    shop.now = begun + timedelta(days=4)
    with pytest.raises(StepTooLate):
        attempt()
    shop.now = begun + timedelta(days=2)
    attempt()
    disputed = shop.order(order)
    assert (disputed.state, disputed.due_at) == (OrderState.DISPUTED, begun + timedelta(days=7))
    assert shop.step(order, OrderState.FULFILLED, "M1").state is OrderState.FULFILLED


def test_thirty_days_to_refund(shop: Shop) -> None:
    order, clerk, manager = _fulfilled(shop), shop.person_id("C1"), shop.person_id("M1")
    with pytest.raises(StepNotYours):
        shop.do(lambda uow: refund(uow, order, clerk))
    shop.later(days=31)
    with pytest.raises(StepTooLate):
        shop.do(lambda uow: refund(uow, order, manager))
    shop.later(days=-2)
    shop.do(lambda uow: refund(uow, order, manager, restock=True))
    assert shop.wallet("E2") == 500


def test_r_red_31_what_is_ready_stays_collectable_for_who_has_left(shop: Shop) -> None:
    item = shop.item("mug", 100, stock={SQUARE: 3})
    order = shop.request("E2", item, SQUARE).order
    shop.step(order.id, OrderState.READY, "C1")
    shop.sql(f"UPDATE person SET active = false WHERE id = '{shop.person_id('E2')}'")
    assert shop.fulfil(order.id, "C1").state is OrderState.FULFILLED
