"""The same key again: the stored result; with something else in it: refused (R-LED-04, §9.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import IdempotencyConflict
from domain.points import service
from domain.points.messages import Cause
from tests.domain.ledger_book import BY_SYSTEM, Book

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

OPEN = {"period_open": True, "cause": BY_SYSTEM}
WORDS = ("missed", "ticket 7", "eve", "fay")
# what happened, its key, and the same key with something else in it
STEPS: list[tuple[Call, str, Call]] = [
    (
        (service.fund, ("manual", 900), {"request_id": "1", "cause": BY_SYSTEM}), "fund:1",
        (service.fund, ("honour", 900), {"request_id": "1", "cause": BY_SYSTEM}),
    ),
    (
        (service.fund, ("allowance", 900), {"request_id": "2", "cause": BY_SYSTEM}), "fund:2",
        (service.fund, ("allowance", 901), {"request_id": "2", "cause": BY_SYSTEM}),
    ),
    (
        (service.grant_allowance, ({"ann": 100}, "2026-01", BY_SYSTEM), {}), "allow:ann:2026-01",
        (service.grant_allowance, ({"ann": 99}, "2026-01", BY_SYSTEM), {}),
    ),
    (
        (service.boost, ("g1", "ann", 50, "manual", BY_SYSTEM), {}), "boost:g1",
        (service.boost, ("g1", "bob", 50, "manual", BY_SYSTEM), {}),
    ),
    (
        (service.give, ("k1", "ann", {"bob": 40, "cai": 5}, BY_SYSTEM), {}), "kudos:k1",
        (service.give, ("k1", "ann", {"bob": 40, "dan": 5}, BY_SYSTEM), {}),
    ),
    (
        (service.give, ("k2", "ann", {"bob": 1}, BY_SYSTEM), {}), "kudos:k2",
        (service.give, ("k2", "cai", {"bob": 1}, BY_SYSTEM), {}),
    ),
    (
        (service.clear, ("k1", "bob", 40, BY_SYSTEM), {}), "kudos_clear:k1:bob",
        (service.clear, ("k1", "bob", 41, BY_SYSTEM), {}),
    ),
    (
        (service.undo, ("k2", "ann", {"bob": 1}), OPEN), "undo:k2",
        (service.undo, ("k2", "ann", {"bob": 2}), OPEN),
    ),
    (
        (service.return_parked, ("k1", "cai", "ann", 5), OPEN), "kudos_return:k1:cai",
        (service.return_parked, ("k1", "cai", "ann", 6), OPEN),
    ),
    (
        (service.reward, ("starter:bob:1", "manual", "bob", 60, BY_SYSTEM), {}), "starter:bob:1",
        (service.reward, ("starter:bob:1", "manual", "bob", 60, BY_SYSTEM), {"pending": True}),
    ),
    (
        (service.hold, ("o1", "bob", 90, BY_SYSTEM), {}), "hold:o1",
        (service.hold, ("o1", "bob", 91, BY_SYSTEM), {}),
    ),
    (
        (service.consume, ("o1", 1, 30, "s1", BY_SYSTEM), {}), "consume:o1:1",
        (service.consume, ("o1", 1, 30, "s2", BY_SYSTEM), {}),
    ),
    (
        (service.refund, ("o1", 1, 20, BY_SYSTEM), {}), "refund:o1:1",
        (service.refund, ("o1", 1, 21, BY_SYSTEM), {}),
    ),
    (
        (service.adjust, ("a1", "bob", 5, *WORDS), {}), "adj:a1",
        (service.adjust, ("a1", "bob", -5, *WORDS), {}),
    ),
]  # fmt: skip


def run(book: Book, call: Call) -> Any:
    command, args, more = call
    done = book.do(command, *args, **more)
    return done[0] if isinstance(done, list) else done


def test_every_key_counts_once(book: Book) -> None:
    """A20, A21: each posting in turn, then again, then with another input; and all of them once more at the end."""
    done = []
    for call, key, other in STEPS:
        first = run(book, call)
        assert not first.replayed, key
        after = book.accounts(), book.entries()
        again = run(book, call)
        assert (again.id, again.kind, again.amount, again.replayed) == (first.id, first.kind, first.amount, True), key
        with pytest.raises(IdempotencyConflict):
            run(book, other)
        assert (book.accounts(), book.entries()) == after, key
        done.append((call, first.id))
    assert [run(book, call).id for call, _ in done] == [entry_id for _, entry_id in done]
    rows = book.rows("SELECT idem FROM journal_entry WHERE workspace_id = :ws ORDER BY seq")
    assert [row.idem for row in rows] == [key for _, key, _ in STEPS]
    assert book.verify().ok


def test_the_cause_is_not_the_input(book: Book) -> None:
    """R-LED-04: a redelivered event with another id, or another actor's retry, is the same request."""
    book.fund()
    book.allow({"ann": 100})
    first = book.do(service.give, "k1", "ann", {"bob": 1}, Cause("ann", "k1", event_id="evt_1"))
    again = book.do(service.give, "k1", "ann", {"bob": 1}, Cause("ann", "k1", event_id="evt_2"))
    assert (again.id, again.replayed) == (first.id, True)


def test_a_replay_is_answered_even_when_it_could_not_be_done_any_more(book: Book) -> None:
    """R-LED-04: the result is looked up before anything is checked."""
    book.earn("ann", 10)
    first = book.do(service.hold, "o1", "ann", 10, BY_SYSTEM)
    assert book.balances("ann").wallet == 0
    assert book.do(service.hold, "o1", "ann", 10, BY_SYSTEM).id == first.id


def test_companies_have_their_own_keys(book: Book) -> None:
    other = Book(book.engine)
    book.earn("ann", 10)
    other.earn("ann", 20)
    assert (book.balances("ann").wallet, other.balances("ann").wallet) == (10, 20)
    assert book.verify().ok
    assert other.verify().ok
