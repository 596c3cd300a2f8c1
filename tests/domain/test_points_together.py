"""Several commands at one moment on PostgreSQL: nothing is spent twice, nobody waits for ever (R-LED-30; A29)."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from domain.errors import DomainError, IdempotencyConflict, InsufficientAllowance, InsufficientPoints
from domain.points import service
from tests.databases import fresh_database, postgres_server
from tests.domain.ledger_book import BY_SYSTEM, Book, migrated

pytestmark = pytest.mark.postgres

REPEATABLE = {"40001", "40P01"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    folder: Path = tmp_path_factory.mktemp("together")
    with fresh_database("postgres", folder, migrated=True) as url:
        made = migrated(url)
        yield made
        made.dispose()


@pytest.fixture
def book(engine: Engine) -> Book:
    return Book(engine)


def at_once(book: Book, *calls: Callable[[], Any]) -> list[Any]:
    """Run calls on threads of their own, begun together; each one's result, or the `DomainError` it ended with. As in
    the bot, a deadlock repeats the whole command."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait(timeout=10)
        for _ in range(3):
            try:
                return call()
            except DomainError as error:
                return error
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in REPEATABLE:
                    raise
        raise AssertionError("three deadlocks in a row")

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls, timeout=60))


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def proven(book: Book) -> None:
    assert sum(book.accounts().values()) == 0
    assert book.verify().reason == ""


def test_a29_of_two_redemptions_at_once_exactly_one_succeeds(book: Book) -> None:
    """A29: balance 200, twice 120."""
    for round_ in range(10):
        book.earn("ann", 200)
        before = book.balances("ann").wallet
        done = at_once(
            book,
            lambda n=round_: book.do(service.hold, f"a{n}", "ann", 120, BY_SYSTEM),
            lambda n=round_: book.do(service.hold, f"b{n}", "ann", 120, BY_SYSTEM),
        )
        assert kinds(done) == ["Entry", "InsufficientPoints"]
        (refused,) = [one for one in done if isinstance(one, InsufficientPoints)]
        assert refused.params == {"left": "80", "need": "120"}
        assert book.balances("ann").wallet == before - 120
        book.do(service.hold, f"rest{round_}", "ann", 80, BY_SYSTEM)
    proven(book)


def test_the_second_one_waits_for_the_first_and_checks_after_it(book: Book) -> None:
    """R-LED-30: while the first has not committed, the second has read nothing it will decide by."""
    book.earn("ann", 200)
    with book.unit() as first:
        service.hold(first, "a", "ann", 120, BY_SYSTEM)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(book.do, service.hold, "b", "ann", 120, BY_SYSTEM)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            first.commit()
            with pytest.raises(InsufficientPoints):
                second.result(timeout=10)
    proven(book)


def test_a_rolled_back_first_leaves_everything_to_the_second(book: Book) -> None:
    book.earn("ann", 200)
    with book.unit() as first:
        service.hold(first, "a", "ann", 120, BY_SYSTEM)
    assert book.do(service.hold, "b", "ann", 120, BY_SYSTEM).amount == 120
    proven(book)


def test_one_allowance_is_not_given_twice(book: Book) -> None:
    """R-LED-02, R-LED-30: 30 to give, eight times 10 at once."""
    book.fund()
    book.allow({"ann": 30})
    calls = [lambda n=n: book.do(service.give, f"k{n}", "ann", {f"p{n}": 10}, BY_SYSTEM) for n in range(8)]
    done = at_once(book, *calls)
    assert kinds(done) == ["Entry"] * 3 + ["InsufficientAllowance"] * 5
    assert {type(one) for one in done if isinstance(one, DomainError)} == {InsufficientAllowance}
    proven(book)


def test_the_same_command_at_once_counts_once(book: Book) -> None:
    """R-LED-04, A20: redelivered at the very same moment."""
    book.fund()
    book.allow({"ann": 100})
    calls = [lambda: book.do(service.give, "k1", "ann", {"bob": 10}, BY_SYSTEM)] * 6
    done = at_once(book, *calls)
    assert len({entry.id for entry in done}) == 1
    assert sorted(entry.replayed for entry in done) == [False] + [True] * 5
    assert book.balances("bob").pending == 10
    proven(book)


def test_one_key_for_two_things_at_once(book: Book) -> None:
    """R-LED-04: also when the two share no account."""
    for round_ in range(10):
        book.fund("starter", 10)
        book.fund("honour", 10)
        done = at_once(
            book,
            lambda n=round_: book.do(service.reward, f"rule:{n}", "starter", "ann", 10, BY_SYSTEM),
            lambda n=round_: book.do(service.reward, f"rule:{n}", "honour", "bob", 10, BY_SYSTEM),
        )
        assert kinds(done) == ["Entry", "IdempotencyConflict"]
        assert any(isinstance(one, IdempotencyConflict) for one in done)
    proven(book)


def test_many_people_at_once_in_opposite_directions(book: Book) -> None:
    """R-LED-30: accounts are locked in one order, so two gifts across each other do not block each other for good; the
    chain has no gap and no fork (R-LED-08)."""
    people = [f"p{n}" for n in range(6)]
    book.fund()
    book.allow(dict.fromkeys(people, 100))

    def give_round(me: int) -> None:
        for n in range(10):
            others = {people[(me + step) % 6]: 1 for step in (1, 3, 5)}
            book.do(service.give, f"k{me}:{n}", people[me], others, BY_SYSTEM)
            for other in sorted(others, reverse=True):
                book.do(service.clear, f"k{me}:{n}", other, 1, BY_SYSTEM)

    assert at_once(book, *[lambda me=me: give_round(me) for me in range(6)]) == [None] * 6
    assert [book.balances(person).wallet for person in people] == [30] * 6
    assert book.entries() == 1 + 6 + 60 + 180
    proven(book)


def test_a_verification_among_writers_raises_no_false_alarm(book: Book) -> None:
    """R-LED-06: it sees one moment of the ledger, whoever writes."""
    book.fund("starter", 1000)

    def pay(me: int) -> None:
        for n in range(25):
            book.do(service.reward, f"rule:{me}:{n}", "starter", f"p{me}", 1, BY_SYSTEM)
            book.do(service.hold, f"o{me}:{n}", f"p{me}", 1, BY_SYSTEM)

    def check() -> list[str]:
        return [book.verify().reason for _ in range(15)]

    *paid, reasons = at_once(book, *[lambda me=me: pay(me) for me in range(3)], check)
    assert (paid, set(reasons)) == ([None] * 3, {""})


def test_expiry_beside_a_hold(book: Book) -> None:
    """R-LOT-05: a lot is either held or expired."""
    for round_ in range(5):
        book.earn("ann", 50, months=1)
        book.later(days=70)
        book.earn("ann", 50)
        at_once(
            book,
            lambda: book.do(service.expire_lots, book.now, BY_SYSTEM),
            lambda n=round_: book.do(service.hold, f"o{n}", "ann", 50, BY_SYSTEM),
        )
        assert book.balances("ann").wallet == 0
    assert book.accounts()["EXPIRED"] == 250
    proven(book)


def test_a_merge_beside_everything(book: Book) -> None:
    """R-ID-04: whatever comes first, the person's points arrive in one wallet."""
    for n in range(8):
        loser, winner = f"l{n}", f"w{n}"
        book.fund()
        book.allow({"ann": 10}, f"2026-{n + 1:02d}")
        book.do(service.give, f"k{n}", "ann", {loser: 10}, BY_SYSTEM)
        book.earn(loser, 30)
        book.do(service.hold, f"o{n}", loser, 20, BY_SYSTEM)
        at_once(
            book,
            lambda who=loser, to=winner: book.do(service.merge, who, to, BY_SYSTEM),
            lambda n=n, who=loser: book.do(service.clear, f"k{n}", who, 10, BY_SYSTEM),
            lambda n=n: book.do(service.release, f"o{n}", BY_SYSTEM),
        )
        assert book.balances(winner).wallet == 40
    proven(book)
