"""Taking points back after they were cleared (R-LED-20, A57)."""

from typing import Any

import pytest

from domain.errors import BudgetShort, IdempotencyConflict, NotPending
from domain.points import service
from domain.points.messages import Reversed
from tests.domain.ledger_book import BY_SYSTEM, Book


@pytest.fixture(autouse=True)
def sound(book: Book) -> Any:
    yield
    assert book.verify().reason == ""


def thanked(book: Book, kudos_id: str, amount: int, person_id: str = "bob") -> None:
    """Somebody thanks a person, and the points are cleared."""
    book.fund()
    book.do(service.boost, kudos_id, "ann", amount, "allowance", BY_SYSTEM)
    book.do(service.give, kudos_id, "ann", {person_id: amount}, BY_SYSTEM)
    book.do(service.clear, kudos_id, person_id, amount, BY_SYSTEM)


def owing(book: Book) -> None:
    """A57: 100 to take back, 30 in the wallet: 70 are owed."""
    thanked(book, "k1", 100)
    book.do(service.hold, "o1", "bob", 70, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 70, None, BY_SYSTEM)
    assert book.do(service.reverse, "k1", "bob", 100, BY_SYSTEM) == Reversed(retired=30, due=70)


def wallet(book: Book) -> int:
    return book.balances("bob").wallet


def test_a57_the_shortfall_is_netted_from_later_credits(book: Book) -> None:
    """A57: 30 retired, 70 due; the next credit of 40 brings 20 to the wallet and retires 20."""
    owing(book)
    assert (wallet(book), book.accounts()["RETIRED"]) == (0, 30)
    thanked(book, "k2", 40)
    assert (wallet(book), book.accounts()["RETIRED"]) == (20, 50)


def test_never_more_than_half_of_a_credit_and_never_more_than_is_due(book: Book) -> None:
    """R-LED-20: cap 50 % per credit, rounded for the person; when it is paid it is over."""
    owing(book)
    book.earn("bob", 1)
    assert wallet(book) == 1
    book.earn("bob", 101)
    assert wallet(book) == 1 + 51
    book.fund("manual", 60)
    book.do(service.adjust, "a1", "bob", 60, "missed", "ticket 7", "eve", "fay")
    assert wallet(book) == 52 + 60 - 20, "70 - 50 were still due"
    book.earn("bob", 10)
    assert wallet(book) == 102


def test_releases_and_refunds_are_not_credits(book: Book) -> None:
    """R-LED-20: netted from future credits only."""
    thanked(book, "k1", 50)
    book.do(service.hold, "o1", "bob", 50, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 20, None, BY_SYSTEM)
    assert book.do(service.reverse, "k1", "bob", 50, BY_SYSTEM) == Reversed(retired=0, due=50)
    book.do(service.release, "o1", BY_SYSTEM)
    book.do(service.refund, "o1", 1, 20, BY_SYSTEM)
    assert wallet(book) == 50


def test_a_debt_closes_after_twelve_months(book: Book) -> None:
    owing(book)
    book.later(days=365)
    book.earn("bob", 40)
    assert wallet(book) == 40


def test_a_debt_lasts_for_twelve_months(book: Book) -> None:
    owing(book)
    book.later(days=364)
    book.earn("bob", 40)
    assert wallet(book) == 20


def test_two_debts_share_one_half(book: Book) -> None:
    owing(book)
    thanked(book, "k2", 2, "bob")
    book.do(service.hold, "o2", "bob", 1, BY_SYSTEM)
    assert book.do(service.reverse, "k2", "bob", 2, BY_SYSTEM) == Reversed(retired=0, due=2)
    book.earn("bob", 200)
    assert wallet(book) == 200 - 69 - 2, "1 of the 70 came from the credit of 2"


def test_a_debt_goes_with_the_person(book: Book) -> None:
    """R-ID-04."""
    owing(book)
    book.do(service.merge, "bob", "bo", BY_SYSTEM)
    book.earn("bo", 40)
    assert book.balances("bo").wallet == 20


def test_a_reversal_is_done_once(book: Book) -> None:
    """R-LED-04: also when nothing could be taken and there is no entry."""
    owing(book)
    assert book.do(service.reverse, "k1", "bob", 100, BY_SYSTEM) == Reversed(retired=30, due=70)
    with pytest.raises(IdempotencyConflict):
        book.do(service.reverse, "k1", "bob", 99, BY_SYSTEM)
    thanked(book, "k2", 5)
    book.do(service.hold, "o2", "bob", wallet(book), BY_SYSTEM)
    for _ in range(2):
        assert book.do(service.reverse, "k2", "bob", 5, BY_SYSTEM) == Reversed(retired=0, due=5)
    with pytest.raises(IdempotencyConflict):
        book.do(service.reverse, "k2", "bob", 4, BY_SYSTEM)


def test_only_what_was_cleared_can_be_reversed(book: Book) -> None:
    thanked(book, "k1", 10)
    book.do(service.boost, "b", "ann", 10, "allowance", BY_SYSTEM)
    book.do(service.give, "k2", "ann", {"bob": 10}, BY_SYSTEM)
    for kudos_id, amount in (("k1", 11), ("k2", 10), ("k3", 1)):
        with pytest.raises(NotPending):
            book.do(service.reverse, kudos_id, "bob", amount, BY_SYSTEM)
    assert book.do(service.reverse, "k1", "bob", 4, BY_SYSTEM) == Reversed(retired=4, due=0)


def test_the_giver_can_be_given_it_again(book: Book) -> None:
    """R-LED-20: BUDGET → GIVE, the whole amount, in the same entry; a short budget reverses nothing."""
    thanked(book, "k1", 60)
    before = book.balances("ann").giving
    book.do(service.reverse, "k1", "bob", 60, BY_SYSTEM, regrant_to="ann")
    assert (book.balances("ann").giving, wallet(book)) == (before + 60, 0)
    thanked(book, "k2", 60)
    left = book.accounts()["BUDGET:allowance"]
    book.do(service.boost, "all", "cai", left, "allowance", BY_SYSTEM)
    with pytest.raises(BudgetShort):
        book.do(service.reverse, "k2", "bob", 60, BY_SYSTEM, regrant_to="ann")
    assert wallet(book) == 60
