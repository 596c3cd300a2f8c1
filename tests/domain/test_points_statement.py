"""What a person reads about their wallet (product flow "my points")."""

import pytest

from domain.points import service
from domain.points.lots import expiry
from domain.points.messages import Balances, Cause, StatementLine
from tests.domain.ledger_book import BY_SYSTEM, JAN_19, Book


@pytest.fixture
def story(book: Book) -> Book:
    """Bob is thanked by Ann, earns, redeems, cancels."""
    book.fund()
    book.allow({"ann": 100})
    book.do(service.give, "k1", "ann", {"bob": 40}, Cause("ann", "k1"))
    book.later(minutes=10)
    book.do(service.clear, "k1", "bob", 40, Cause("", "k1"))
    book.do(service.reward, "starter:bob:1", "allowance", "bob", 10, Cause("", "step 1"), months=None)
    book.do(service.hold, "o1", "bob", 45, Cause("bob", "o1"))
    book.do(service.release, "o1", Cause("bob", "o1"))
    return book


def test_lines_are_signed_newest_first_with_the_balance_after_each(story: Book) -> None:
    at, until = story.now, expiry(JAN_19, "Asia/Shanghai")
    page = story.statement("bob")
    assert page.lines == (
        StatementLine(at, "released", 45, 50, "o1", None, None),
        StatementLine(at, "held", -45, 5, "o1", None, None),
        StatementLine(at, "rewarded", 10, 50, "step 1", None, None),
        StatementLine(at, "cleared", 40, 40, "k1", "ann", until),
    )
    assert (page.offset, page.more) == (0, False)


def test_pages_overlap_nowhere_and_say_whether_there_is_more(story: Book) -> None:
    whole = story.statement("bob").lines
    pages = [story.statement("bob", offset=offset, most=1) for offset in range(5)]
    assert tuple(line for page in pages for line in page.lines) == whole
    assert [page.more for page in pages] == [True, True, True, False, False]
    assert story.statement("bob", offset=1, most=2).lines == whole[1:3]


def test_what_never_touched_the_wallet_is_not_on_it(story: Book) -> None:
    """Giving and waiting points have their own cards."""
    assert story.statement("ann").lines == ()
    assert story.balances("ann") == Balances(wallet=0, pending=0, held=0, giving=60)


def test_a_merge_names_the_other_record(story: Book) -> None:
    story.do(service.merge, "bob", "bo", BY_SYSTEM)
    (line,) = story.statement("bo").lines
    assert (line.kind, line.amount, line.balance_after, line.counterpart_id) == ("merged", 50, 50, "bob")


def test_nobody_has_nothing(book: Book) -> None:
    assert book.balances("nobody") == Balances(wallet=0, pending=0, held=0, giving=0)
    assert book.statement("nobody").lines == ()
