"""What a posting costs the database, and that every refusal can be put into words."""

from collections.abc import Callable
from typing import Any

import pytest

from cards.text import catalogue, locales
from domain import errors
from domain.points import reading, service
from domain.unit_of_work import UnitOfWork
from tests.domain.ledger_book import BY_SYSTEM, Book


def statements(book: Book, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any], *args: Any) -> int:
    """How many statements a command sends."""
    count = 0
    for name in ("run", "run_many"):
        original = getattr(type(book.prepared), name)

        def counted(*inner: Any, _original: Callable[..., Any] = original, **more: Any) -> Any:
            nonlocal count
            count += 1
            return _original(*inner, **more)

        monkeypatch.setattr(type(book.prepared), name, counted)
    with book.unit() as uow:
        assert isinstance(uow, UnitOfWork)
        command(uow, *args)
        uow.commit()
    monkeypatch.undo()
    return count


def test_everyday_postings_take_few_statements(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gift to somebody known and a redemption: ten at most; looking at a wallet: two."""
    book.fund()
    book.allow({"ann": 100})
    for kudos_id in ("k1", "k2"):
        book.do(service.give, kudos_id, "ann", {"bob": 10}, BY_SYSTEM)
        book.do(service.clear, kudos_id, "bob", 10, BY_SYSTEM)
    assert statements(book, monkeypatch, service.give, "k3", "ann", {"bob": 10}, BY_SYSTEM) <= 10
    assert statements(book, monkeypatch, service.give, "k3", "ann", {"bob": 10}, BY_SYSTEM) <= 2, "a replay"
    assert statements(book, monkeypatch, service.hold, "o1", "bob", 15, BY_SYSTEM) <= 10
    assert statements(book, monkeypatch, reading.balances, "bob") <= 2


def test_many_grants_cost_as_much_as_one(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.fund()
    book.allow({f"p{n}": 1 for n in range(50)})
    many = {f"p{n}": 1 for n in range(50)}
    assert statements(book, monkeypatch, service.grant_allowance, many, "2026-02", BY_SYSTEM) <= 10


OURS = [
    errors.BadPoints, errors.BudgetShort, errors.FourEyesNeeded, errors.IdempotencyConflict,
    errors.InsufficientAllowance, errors.InsufficientPoints, errors.NotHeld, errors.NotPending,
    errors.PostingsStopped, errors.UnknownProgramme,
]  # fmt: skip


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("error", OURS, ids=lambda error: error.__name__)
def test_every_refusal_has_words(error: type[errors.DomainError], locale: str) -> None:
    said = catalogue(locale)[error.code].format(left="1", need="2", programme="starter")
    assert "{" not in said
