"""The journal as finance gets it: every posting once, in order, from one instant up to another (design (e))."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import MultipleResultsFound

from domain.columns import table_of
from domain.people.model import Person
from domain.points import export as exporting
from domain.points.export import export
from tests.domain.rewards_company import Shop


def test_every_posting_is_exported_once_and_in_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in pages of two, it is the same journal: one funding, one reward for everybody."""
    with shop.unit() as uow:
        whole = list(export(uow, shop.now - timedelta(days=1), shop.now + timedelta(days=1)))
        monkeypatch.setattr(exporting, "PAGE", 2)
        paged = list(export(uow, shop.now - timedelta(days=1), shop.now + timedelta(days=1)))
    assert paged == whole
    assert [line.seq for line in whole] == list(range(1, len(whole) + 1))
    assert (whole[0].from_account, whole[0].to_account, whole[0].amount) == ("MINT", "BUDGET:manual", 10**8)
    assert {line.from_account for line in whole[1:]} == {"BUDGET:manual"}


def test_what_lies_outside_the_span_is_not_exported(shop: Shop) -> None:
    with shop.unit() as uow:
        assert list(export(uow, shop.now + timedelta(days=1), shop.now + timedelta(days=2))) == []
        assert list(export(uow, shop.now - timedelta(days=2), shop.now - timedelta(days=1))) == []


def test_one_row_means_one(shop: Shop) -> None:
    """A unit of work refuses to pick one of several rows, and to be entered or committed twice."""
    with shop.unit() as uow:
        with pytest.raises(MultipleResultsFound):
            uow.one(select(table_of(Person).c.id))
        with pytest.raises(RuntimeError):
            uow.__enter__()
        uow.commit()
        with pytest.raises(RuntimeError):
            uow.commit()
