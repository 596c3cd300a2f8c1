"""When what people had is retired who are gone, and what of it stays (R-LED-24, R-RED-31, R-ORG-03)."""

from datetime import date, time

import pytest

from domain.periods import instant_at
from domain.points import verification
from domain.points.messages import Balances, Cause
from domain.points.reading import balances
from domain.points.service import boost, fund, give
from domain.rewards.messages import OrderState
from domain.unit_of_work import UnitOfWork
from domain.wallet.leavers import LeaversRetired, retire_leavers
from tests.domain.rewards_company import SQUARE, Shop

EVERYTHING = Balances(wallet=500, pending=10, held=0, giving=20)
WALLET = Balances(wallet=500, pending=0, held=0, giving=0)
NOTHING = Balances(wallet=0, pending=0, held=0, giving=0)


@pytest.fixture
def gone(shop: Shop) -> Shop:
    """E1 and E2 have 20 to give and 10 that wait, beside their wallets."""
    by, people = shop.person_id("B1"), [shop.person_id(one) for one in ("E1", "E2")]

    def fill(uow: UnitOfWork) -> None:
        fund(uow, "allowance", 10**4, request_id="a", cause=Cause("", "t"))
        for one in people:
            boost(uow, f"to-{one}", one, 20, "allowance", Cause("", "t"))
            boost(uow, f"for-{one}", by, 10, "allowance", Cause("", "t"))
            give(uow, f"k-{one}", by, {one: 10}, Cause(by, "t"))

    shop.do(fill)
    return shop


def has(shop: Shop, number: str) -> Balances:
    who = shop.person_id(number)
    return shop.do(lambda uow: balances(uow, who))


def put(shop: Shop, number: str, change: str) -> None:
    shop.sql(f"UPDATE person SET {change} WHERE employee_no = '{number}'")


def night(shop: Shop, month: int, day: int) -> LeaversRetired:
    """3:50 in Shanghai on a day of 2026. Run twice: the second time there is nothing left to do."""
    shop.now = instant_at(date(2026, month, day), time(3, 50), "Asia/Shanghai")
    done = shop.do(retire_leavers)
    assert shop.do(retire_leavers).entries == 0
    return done


def test_from_the_day_after_the_last_one_and_the_wallet_thirty_days_later(gone: Shop) -> None:
    put(gone, "E1", "leaves_on = '2026-01-20'")
    assert night(gone, 1, 20) == LeaversRetired(0, 0)
    assert has(gone, "E1") == EVERYTHING
    assert night(gone, 1, 21) == LeaversRetired(1, 1)
    assert has(gone, "E1") == WALLET
    assert night(gone, 2, 19).entries == 0
    assert has(gone, "E1") == WALLET
    assert night(gone, 2, 20).entries == 1
    assert has(gone, "E1") == NOTHING
    assert has(gone, "E2") == EVERYTHING
    assert night(gone, 2, 21) == LeaversRetired(0, 0)
    assert gone.do(verification.verify).ok


def test_the_last_day_ends_in_the_persons_own_zone(gone: Shop) -> None:
    put(gone, "E1", "leaves_on = '2026-01-20'")
    put(gone, "E2", "leaves_on = '2026-01-20', timezone = 'America/New_York'")
    night(gone, 1, 21)
    assert (has(gone, "E1"), has(gone, "E2")) == (WALLET, EVERYTHING)
    night(gone, 1, 22)
    assert has(gone, "E2") == WALLET


def test_a_leaving_date_that_was_moved_ahead_again_takes_nothing_more(gone: Shop) -> None:
    put(gone, "E1", "leaves_on = '2026-01-20'")
    night(gone, 1, 21)
    put(gone, "E1", "leaves_on = '2026-12-31'")
    gone.give("E1", 30)
    assert night(gone, 2, 20) == LeaversRetired(0, 0)
    assert has(gone, "E1") == Balances(wallet=530, pending=0, held=0, giving=0)


def test_without_a_date_the_days_count_from_when_we_first_saw_it(gone: Shop) -> None:
    put(gone, "E1", "active = FALSE")
    assert night(gone, 2, 1).entries == 1
    assert has(gone, "E1") == WALLET
    night(gone, 3, 2)
    assert has(gone, "E1") == WALLET
    night(gone, 3, 3)
    assert has(gone, "E1") == NOTHING


def test_who_came_back_and_goes_again_has_thirty_days_again(gone: Shop) -> None:
    put(gone, "E1", "active = FALSE")
    night(gone, 2, 1)
    put(gone, "E1", "active = TRUE")
    night(gone, 2, 2)
    put(gone, "E1", "active = FALSE")
    night(gone, 3, 1)
    night(gone, 3, 30)
    assert has(gone, "E1") == WALLET
    night(gone, 3, 31)
    assert has(gone, "E1") == NOTHING


def test_a_stand_in_nobody_is_behind_is_no_leaver(gone: Shop) -> None:
    """R-ID-03: what waits for them goes back after seven days, by its own rule."""
    put(gone, "E1", "active = FALSE, provisional = TRUE")
    assert night(gone, 2, 1) == LeaversRetired(0, 0)
    assert has(gone, "E1") == EVERYTHING


def test_an_order_that_is_ready_stays_collectable(gone: Shop) -> None:
    """R-RED-31: what it holds is neither retired nor lost; what another one gives back goes the wallet's way."""
    item = gone.item("mug", 50, stock={SQUARE: 3})
    ready, other = (gone.request("E1", item, SQUARE).order for _ in range(2))
    for order in (ready, other):
        gone.step(order.id, OrderState.READY, "C1")
    put(gone, "E1", "leaves_on = '2026-01-19'")
    night(gone, 2, 19)
    assert has(gone, "E1") == Balances(wallet=0, pending=0, held=100, giving=0)
    assert gone.fulfil(ready.id, "C1").state is OrderState.FULFILLED
    gone.step(other.id, OrderState.EXPIRED, None)
    assert has(gone, "E1").wallet == 50
    night(gone, 2, 20)
    assert has(gone, "E1") == NOTHING
    assert gone.do(verification.verify).ok


def test_pages_meet_everybody_once(gone: Shop) -> None:
    people = ("C1", "E1", "E2", "H1", "X1")
    for one in people:
        put(gone, one, "leaves_on = '2025-12-01'")
    pages, after = [], ""
    while not pages or after:
        page = gone.do(lambda uow, after=after: retire_leavers(uow, after, 2))  # type: ignore[misc]
        pages.append((page.people, page.entries))
        after = page.after
    assert pages == [(2, 2), (2, 2), (1, 1)]
    assert {has(gone, one).wallet for one in people} == {0}
