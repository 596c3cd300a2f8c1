"""Every posting of §9.4: which accounts it moves, what it refuses, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import (
    BadPoints,
    BudgetShort,
    DomainError,
    FourEyesNeeded,
    InsufficientAllowance,
    InsufficientPoints,
    NotAllowed,
    NotHeld,
    NotPending,
    UnknownProgramme,
)
from domain.points import service
from domain.points.messages import MOST, PROGRAMMES, Balances, Cause
from domain.points.reading import budget_left
from tests.domain.ledger_book import BY_SYSTEM, Book


@pytest.fixture(autouse=True)
def sound(book: Book) -> Any:
    """Whatever a test does, the ledger proves itself afterwards and adds up to zero (R-LED-01)."""
    yield
    assert sum(book.accounts().values()) == 0
    verdict = book.verify()
    assert (verdict.ok, verdict.reason) == (True, "")
    assert verdict.entries == book.entries()


def refused(book: Book, error: type[DomainError], command: Callable[..., Any], *args: Any, **more: Any) -> DomainError:
    """The command raises, and accounts and journal are as before."""
    before = book.accounts(), book.entries()
    with pytest.raises(error) as caught:
        book.do(command, *args, **more)
    assert (book.accounts(), book.entries()) == before
    return caught.value


def given(book: Book, kudos_id: str = "k1", **gifts: int) -> None:
    """Ann has 100 to give and gives."""
    book.fund()
    book.allow({"ann": 100})
    book.do(service.give, kudos_id, "ann", gifts, BY_SYSTEM)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_funding_mints(book: Book, programme: str) -> None:
    """R-LED-10: MINT → BUDGET, the one account below zero."""
    entry = book.do(service.fund, programme, 500, request_id="r", cause=Cause("admin", "r"))
    assert (entry.kind, entry.amount, entry.replayed, entry.at) == ("funded", 500, False, book.now)
    assert book.accounts() == {"MINT": -500, f"BUDGET:{programme}": 500}
    assert book.do(budget_left, programme) == 500


def test_no_other_programme(book: Book) -> None:
    refused(book, UnknownProgramme, service.fund, "party", 5, request_id="r", cause=BY_SYSTEM)
    refused(book, UnknownProgramme, service.reward, "starter:x", "party", "ann", 5, BY_SYSTEM)
    refused(book, UnknownProgramme, budget_left, "party")


@pytest.mark.parametrize("amount", [0, -1, MOST + 1, True, 1.5, "5"])
def test_points_are_whole_numbers_from_one(book: Book, amount: Any) -> None:
    """R-GEN-04, R-LED-32: nothing, less than nothing and absurd amounts are refused everywhere."""
    given(book, bob=10)
    book.earn("bob", 50)
    book.do(service.hold, "o1", "bob", 10, BY_SYSTEM)
    for command, args, more in (
        (service.fund, ("starter", amount), {"request_id": "x", "cause": BY_SYSTEM}),
        (service.grant_allowance, ({"cai": 10, "ann": amount}, "2026-02", BY_SYSTEM), {}),
        (service.boost, ("b", "ann", amount, "manual", BY_SYSTEM), {}),
        (service.give, ("k2", "ann", {"bob": amount}, BY_SYSTEM), {}),
        (service.give, ("k2", "ann", {"bob": 1, "cai": amount}, BY_SYSTEM), {}),
        (service.clear, ("k1", "bob", amount, BY_SYSTEM), {}),
        (service.undo, ("k1", "ann", {"bob": amount}), {"period_open": True, "cause": BY_SYSTEM}),
        (service.return_parked, ("k1", "bob", "ann", amount), {"period_open": True, "cause": BY_SYSTEM}),
        (service.reward, ("rule:1", "starter", "bob", amount, BY_SYSTEM), {}),
        (service.hold, ("o2", "bob", amount, BY_SYSTEM), {}),
        (service.consume, ("o1", 1, amount, None, BY_SYSTEM), {}),
        (service.refund, ("o1", 1, amount, BY_SYSTEM), {}),
        (service.reverse, ("k1", "bob", amount, BY_SYSTEM), {}),
    ):
        refused(book, BadPoints, command, *args, **more)  # type: ignore[arg-type]
    refused(book, BadPoints, service.give, "k2", "ann", {}, BY_SYSTEM)


def test_the_allowance_is_granted_to_everybody_or_nobody(book: Book) -> None:
    """R-LED-11: no pro rata; a short budget pays nobody and says what is missing."""
    book.fund(amount=150)
    error = refused(
        book, BudgetShort, service.grant_allowance, {"ann": 100, "bob": 51}, "2026-01", BY_SYSTEM
    )  # fmt: skip
    assert error.params == {"programme": "allowance", "left": "150", "need": "151"}
    entries = book.do(service.grant_allowance, {"bob": 50, "ann": 100}, "2026-01", BY_SYSTEM)
    assert [(entry.kind, entry.amount) for entry in entries] == [("allowed", 50), ("allowed", 100)]
    assert book.accounts() == {"MINT": -150, "GIVE:ann": 100, "GIVE:bob": 50}
    assert book.do(service.granted, "2026-01") == {"ann", "bob"}
    assert book.do(service.granted, "2026-02") == frozenset()


def test_a_grant_that_is_half_known_pays_only_the_others(book: Book) -> None:
    """R-ALW-01, R-ALW-03: a joiner is granted later in the month; who had it keeps it."""
    book.fund(amount=150)
    book.allow({"ann": 100})
    entries = book.do(service.grant_allowance, {"ann": 100, "joiner": 48}, "2026-01", BY_SYSTEM)
    assert [entry.replayed for entry in entries] == [True, False]
    assert book.accounts() == {"MINT": -150, "BUDGET:allowance": 2, "GIVE:ann": 100, "GIVE:joiner": 48}


def test_a_boost_comes_from_its_programme(book: Book) -> None:
    """R-ALW-04: BUDGET:{programme} → GIVE."""
    book.fund("manual", 30)
    refused(book, BudgetShort, service.boost, "b1", "ann", 31, "manual", BY_SYSTEM)
    assert book.do(service.boost, "b1", "ann", 30, "manual", BY_SYSTEM).kind == "boosted"
    assert book.accounts() == {"MINT": -30, "GIVE:ann": 30}


def test_what_was_not_given_is_retired_with_its_period(book: Book) -> None:
    """R-LED-12, R-ALW-02: GIVE → RETIRED; who has nothing left has no entry; run again, it moves nothing."""
    given(book, bob=60)
    book.allow({"bob": 20})
    everybody = ["ann", "bob", "cai"]
    first = book.do(service.expire_allowance, everybody, "2026-01", BY_SYSTEM)
    assert [(entry.amount, entry.replayed) for entry in first] == [(40, False), (20, False)]
    assert book.accounts()["RETIRED"] == 60
    again = book.do(service.expire_allowance, everybody, "2026-01", BY_SYSTEM)
    assert [(entry.id, entry.replayed) for entry in again] == [(entry.id, True) for entry in first]


def test_a_period_that_ended_does_not_take_the_next_ones_allowance(book: Book) -> None:
    """R-LED-12: the expiry comes before the new grant; late, it must not eat it."""
    book.fund()
    book.allow({"ann": 100}, "2026-02")
    assert book.do(service.expire_allowance, ["ann"], "2026-01", BY_SYSTEM) == []
    assert book.balances("ann").giving == 100


def test_a_late_expiry_takes_nothing_that_came_after_the_period(book: Book) -> None:
    """R-LED-12: a boost of February is not January's, even if January is closed late, or closed twice."""
    given(book, bob=60)
    ended = book.now + timedelta(days=12)
    book.later(days=13)
    book.do(service.boost, "b1", "ann", 7, "allowance", BY_SYSTEM)
    book.do(service.boost, "b2", "bob", 5, "allowance", BY_SYSTEM)
    for _ in range(2):
        entries = book.do(service.expire_allowance, ["ann", "bob"], "2026-01", BY_SYSTEM, ended_at=ended)
        assert [entry.amount for entry in entries] == [40]
    assert (book.balances("ann").giving, book.balances("bob").giving) == (7, 5)


def test_a_gift_is_one_entry_and_waits(book: Book) -> None:
    """R-LED-13, A26: GIVE → PEND for each receiver; it cannot be spent yet."""
    given(book, bob=10, cai=10)
    assert book.entries() == 3
    assert book.balances("ann") == Balances(wallet=0, pending=0, held=0, giving=80)
    assert book.balances("bob") == Balances(wallet=0, pending=10, held=0, giving=0)
    error = refused(book, InsufficientPoints, service.hold, "o1", "bob", 1, BY_SYSTEM)
    assert error.params == {"left": "0", "need": "1"}


def test_a22_a_gift_that_is_too_big_posts_nothing(book: Book) -> None:
    """A22: budget 25, 10 × 3 people: refused, nothing posted."""
    book.fund()
    book.allow({"ann": 25})
    gifts = {"bob": 10, "cai": 10, "dan": 10}
    error = refused(book, InsufficientAllowance, service.give, "k1", "ann", gifts, BY_SYSTEM)
    assert error.params == {"left": "25", "need": "30"}


def test_nobody_gives_to_themselves(book: Book) -> None:
    """R-KUD-03, R-ID-05."""
    book.fund()
    book.allow({"ann": 25})
    refused(book, NotAllowed, service.give, "k1", "ann", {"bob": 1, "ann": 1}, BY_SYSTEM)


def test_clearing_makes_it_spendable_once(book: Book) -> None:
    """R-LED-14: PEND → WALLET, a lot; never twice, never another amount, never after an undo."""
    given(book, bob=10, cai=5)
    refused(book, NotPending, service.clear, "k1", "bob", 9, BY_SYSTEM)
    refused(book, NotPending, service.clear, "k1", "dan", 10, BY_SYSTEM)
    refused(book, NotPending, service.clear, "k2", "bob", 10, BY_SYSTEM)
    assert book.do(service.clear, "k1", "bob", 10, BY_SYSTEM).kind == "cleared"
    assert book.balances("bob") == Balances(wallet=10, pending=0, held=0, giving=0)
    assert book.lots("bob") == [(10, 10)]
    assert book.do(service.clear, "k1", "bob", 10, BY_SYSTEM).replayed
    gifts = {"bob": 10, "cai": 5}
    refused(book, NotPending, service.undo, "k1", "ann", gifts, period_open=True, cause=BY_SYSTEM)


@pytest.mark.parametrize(("period_open", "left", "retired"), [(True, 100, 0), (False, 85, 15)])
def test_an_undo_takes_the_whole_gift_back(book: Book, period_open: bool, left: int, retired: int) -> None:
    """R-LED-15, A25: PEND → GIVE; once the giver's period has ended, PEND → RETIRED."""
    given(book, bob=10, cai=5)
    gifts = {"bob": 10, "cai": 5}
    for wrong in ({"bob": 10}, {"bob": 10, "cai": 6}, {**gifts, "dan": 1}):
        refused(book, NotPending, service.undo, "k1", "ann", wrong, period_open=period_open, cause=BY_SYSTEM)
    refused(book, NotPending, service.undo, "k1", "dan", gifts, period_open=period_open, cause=BY_SYSTEM)
    entry = book.do(service.undo, "k1", "ann", gifts, period_open=period_open, cause=BY_SYSTEM)
    assert (entry.kind, entry.amount) == ("undone", 15)
    assert book.balances("ann").giving == left
    assert book.accounts().get("RETIRED", 0) == retired
    refused(book, NotPending, service.clear, "k1", "bob", 10, BY_SYSTEM)
    assert book.do(service.undo, "k1", "ann", gifts, period_open=not period_open, cause=BY_SYSTEM).replayed


@pytest.mark.parametrize(("period_open", "left"), [(True, 95), (False, 85)])
def test_a_parked_gift_goes_back_for_one_receiver(book: Book, period_open: bool, left: int) -> None:
    """R-ID-03, A59: returned to the giver's budget, or retired; the other receiver keeps theirs."""
    given(book, bob=10, cai=5)
    returning = {"period_open": period_open, "cause": BY_SYSTEM}
    refused(book, NotPending, service.return_parked, "k1", "bob", "cai", 10, **returning)
    assert book.do(service.return_parked, "k1", "bob", "ann", 10, **returning).kind == "returned"
    assert book.balances("ann").giving == left
    assert book.do(service.return_parked, "k1", "bob", "ann", 10, **returning).replayed
    refused(book, NotPending, service.clear, "k1", "bob", 10, BY_SYSTEM)
    book.do(service.clear, "k1", "cai", 5, BY_SYSTEM)


def test_a_reward_is_paid_from_its_programme(book: Book) -> None:
    """R-LED-16: BUDGET → WALLET; a short budget pays nothing."""
    book.fund("starter", 20)
    error = refused(book, BudgetShort, service.reward, "starter:ann:1", "starter", "ann", 21, BY_SYSTEM)
    assert error.params == {"programme": "starter", "left": "20", "need": "21"}
    assert book.do(service.reward, "starter:ann:1", "starter", "ann", 20, BY_SYSTEM).kind == "rewarded"
    assert book.balances("ann").wallet == 20
    assert book.lots("ann") == [(20, 20)]


def test_a_pending_reward_is_settled_or_cancelled_once(book: Book) -> None:
    """R-LED-16, R-RUL-07, A40: BUDGET → PEND, then WALLET, or back to the budget."""
    book.fund("auto_reward", 60)
    for key in ("rule:1:ann", "rule:2:ann"):
        book.do(service.reward, key, "auto_reward", "ann", 30, BY_SYSTEM, pending=True)
    assert book.balances("ann") == Balances(wallet=0, pending=60, held=0, giving=0)
    assert book.do(service.settle_reward, "rule:1:ann", "ann", 30, BY_SYSTEM).kind == "cleared"
    refused(book, NotPending, service.cancel_reward, "rule:1:ann", "ann", 30, BY_SYSTEM)
    assert book.do(service.cancel_reward, "rule:2:ann", "ann", 30, BY_SYSTEM).kind == "cancelled"
    assert book.do(service.cancel_reward, "rule:2:ann", "ann", 30, BY_SYSTEM).replayed
    refused(book, NotPending, service.settle_reward, "rule:2:ann", "ann", 30, BY_SYSTEM)
    assert book.accounts() == {"MINT": -60, "BUDGET:auto_reward": 30, "WALLET:ann": 30}


def test_a_kudos_is_not_cancelled_like_a_reward(book: Book) -> None:
    given(book, bob=10)
    refused(book, NotPending, service.cancel_reward, "k1", "bob", 10, BY_SYSTEM)


@pytest.mark.parametrize("key", ["hold:o1", "kudos:k1", "adj:1", "x" * 121])
def test_a_rewards_key_is_its_own(book: Book, key: str) -> None:
    """§9.3: a reward cannot take the key of another posting."""
    with pytest.raises(ValueError, match="own word"):
        book.do(service.reward, key, "starter", "ann", 1, BY_SYSTEM)


def test_an_order_is_held_then_consumed_in_parts_and_the_rest_released(book: Book) -> None:
    """R-LED-17 to 19, R-RED-05: WALLET → HOLD → SPENT per hand-over; the rest goes back."""
    book.earn("ann", 100)
    book.do(service.hold, "o1", "ann", 90, BY_SYSTEM)
    assert book.balances("ann") == Balances(wallet=10, pending=0, held=90, giving=0)
    book.do(service.consume, "o1", 1, 30, "store1", BY_SYSTEM)
    book.do(service.consume, "o1", 2, 30, None, BY_SYSTEM)
    error = refused(book, NotHeld, service.consume, "o1", 3, 31, None, BY_SYSTEM)
    assert error.params == {"left": "30", "need": "31"}
    assert book.do(service.release, "o1", BY_SYSTEM).amount == 30
    assert book.accounts() == {"MINT": -100, "WALLET:ann": 40, "SPENT:store1": 30, "SPENT:HQ": 30}
    refused(book, NotHeld, service.consume, "o1", 3, 1, None, BY_SYSTEM)
    assert book.do(service.release, "o1", BY_SYSTEM).replayed


def test_what_is_not_held_is_neither_released_nor_consumed(book: Book) -> None:
    book.earn("ann", 10)
    refused(book, NotHeld, service.release, "o1", BY_SYSTEM)
    refused(book, NotHeld, service.consume, "o1", 1, 1, None, BY_SYSTEM)
    refused(book, NotHeld, service.refund, "o1", 1, 1, BY_SYSTEM)
    book.do(service.hold, "o1", "ann", 10, BY_SYSTEM)
    refused(book, NotHeld, service.refund, "o1", 1, 1, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 10, None, BY_SYSTEM)
    refused(book, NotHeld, service.release, "o1", BY_SYSTEM)


def test_a_refund_comes_from_the_store_that_took_it(book: Book) -> None:
    """R-LED-21: SPENT → WALLET, at most what that hand-over took, once."""
    book.earn("ann", 100)
    book.do(service.hold, "o1", "ann", 100, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 40, "store1", BY_SYSTEM)
    book.do(service.consume, "o1", 2, 60, "store2", BY_SYSTEM)
    refused(book, NotHeld, service.refund, "o1", 1, 41, BY_SYSTEM)
    assert book.do(service.refund, "o1", 1, 15, BY_SYSTEM).kind == "refunded"
    assert book.accounts() == {"MINT": -100, "WALLET:ann": 15, "SPENT:store1": 25, "SPENT:store2": 60}
    assert book.do(service.refund, "o1", 1, 15, BY_SYSTEM).replayed


def test_an_adjustment_needs_four_eyes_a_reason_and_evidence(book: Book) -> None:
    """R-LED-23: two people, neither of them the one it is about."""
    book.fund("manual", 50)
    for first, second in (("eve", "eve"), ("eve", ""), ("", "eve"), ("ann", "eve"), ("eve", "ann")):
        refused(book, FourEyesNeeded, service.adjust, "a1", "ann", 5, "missed", "ticket 7", first, second)
    for reason, evidence in ((" ", "ticket 7"), ("missed", "")):
        refused(book, FourEyesNeeded, service.adjust, "a1", "ann", 5, reason, evidence, "eve", "fay")
    refused(book, BadPoints, service.adjust, "a1", "ann", 0, "missed", "ticket 7", "eve", "fay")


def test_an_adjustment_goes_up_from_the_budget_and_down_to_retired(book: Book) -> None:
    """R-LED-23: the words are kept beside the journal."""
    words = ("missed", "ticket 7", "eve", "fay")
    book.fund("manual", 50)
    refused(book, BudgetShort, service.adjust, "a1", "ann", 51, *words)
    book.do(service.adjust, "a1", "ann", 50, *words)
    error = refused(book, InsufficientPoints, service.adjust, "a2", "ann", -51, *words)
    assert error.params == {"left": "50", "need": "51"}
    book.do(service.adjust, "a2", "ann", -20, *words)
    assert book.accounts() == {"MINT": -50, "WALLET:ann": 30, "RETIRED": 20}
    kept = book.rows("SELECT reason, evidence, first_id, second_id FROM point_adjustment WHERE workspace_id = :ws")
    assert [tuple(row) for row in kept] == [words, words]


def test_a_leaver_loses_in_two_steps_and_open_orders_stay(book: Book) -> None:
    """R-LED-24, R-RED-31: giving and waiting points at once, the wallet after the policy days; holds stay."""
    given(book, bob=10)
    book.allow({"bob": 20})
    book.earn("bob", 100)
    book.do(service.hold, "o1", "bob", 30, BY_SYSTEM)
    (first,) = book.do(service.leave, "bob", wallet=False, cause=BY_SYSTEM)
    assert (first.kind, first.amount) == ("left", 30)
    assert book.balances("bob") == Balances(wallet=70, pending=0, held=30, giving=0)
    refused(book, NotPending, service.clear, "k1", "bob", 10, BY_SYSTEM)
    (again,) = book.do(service.leave, "bob", wallet=False, cause=BY_SYSTEM)
    assert (again.id, again.replayed) == (first.id, True)
    (second,) = book.do(service.leave, "bob", wallet=True, cause=BY_SYSTEM)
    assert second.amount == 70
    assert book.balances("bob") == Balances(wallet=0, pending=0, held=30, giving=0)
    book.do(service.release, "o1", BY_SYSTEM)
    (third,) = book.do(service.leave, "bob", wallet=True, cause=BY_SYSTEM)
    assert (third.amount, third.replayed) == (30, False)


def test_nobody_leaves_with_nothing(book: Book) -> None:
    assert book.do(service.leave, "ann", wallet=True, cause=BY_SYSTEM) == []


def test_two_records_of_one_person_become_one(book: Book) -> None:
    """R-ID-04: balances by an entry, lots with their dates, waiting gifts and open orders with them."""
    given(book, bob=10)
    book.allow({"bob": 20, "bo": 7})
    book.earn("bob", 100)
    book.earn("bob", 5, months=None)
    dates = book.rows("SELECT expires_at FROM lot WHERE workspace_id = :ws ORDER BY id")
    book.do(service.hold, "o1", "bob", 30, BY_SYSTEM)
    refused(book, NotAllowed, service.merge, "bob", "bob", BY_SYSTEM)
    entry = book.do(service.merge, "bob", "bo", BY_SYSTEM)
    assert (entry.kind, entry.amount) == ("merged", 20 + 10 + 75)
    assert book.balances("bob") == Balances(wallet=0, pending=0, held=0, giving=0)
    assert book.balances("bo") == Balances(wallet=75, pending=10, held=30, giving=27)
    assert book.rows("SELECT expires_at FROM lot WHERE workspace_id = :ws ORDER BY id") == dates
    book.do(service.clear, "k1", "bob", 10, BY_SYSTEM)
    book.do(service.release, "o1", BY_SYSTEM)
    assert book.balances("bo") == Balances(wallet=115, pending=0, held=0, giving=27)
    assert book.do(service.merge, "bob", "bo", BY_SYSTEM).replayed


def test_a_bound_newcomer_gets_the_parked_gift(book: Book) -> None:
    """R-ID-03, A59: the provisional record is merged, then the gift is delivered under either name, once."""
    given(book, newcomer=10)
    book.do(service.merge, "newcomer", "bob", BY_SYSTEM)
    first = book.do(service.clear, "k1", "bob", 10, BY_SYSTEM)
    again = book.do(service.clear, "k1", "newcomer", 10, BY_SYSTEM)
    assert (again.id, again.replayed) == (first.id, True)
    assert book.balances("bob").wallet == 10


def test_a_merge_of_nothing_writes_nothing(book: Book) -> None:
    entry = book.do(service.merge, "ann", "bob", BY_SYSTEM)
    assert (entry.id, entry.amount, book.entries()) == ("", 0, 0)


def test_an_entry_names_its_cause(book: Book) -> None:
    """R-LED-08: kind, actor, subject, cause, config version, platform event and time."""
    cause = Cause("eve", "request 1", config_version=7, event_id="evt_1")
    book.do(service.fund, "manual", 5, request_id="1", cause=cause)
    columns = "seq, idem, kind, actor_id, subject_id, cause, config_version, event_id, amount"
    (row,) = book.rows(f"SELECT {columns} FROM journal_entry WHERE workspace_id = :ws")
    assert tuple(row) == (1, "fund:1", "funded", "eve", "manual", "request 1", 7, "evt_1", 5)
