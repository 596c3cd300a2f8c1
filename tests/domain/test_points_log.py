"""What operators read about points: every entry once, when it is final; ids and amounts, never words (R-LED-08)."""

import logging

import pytest

from domain.errors import DomainError
from domain.points.messages import Cause
from domain.points.service import fund
from domain.rewards.messages import OrderState
from tests.domain.rewards_company import SQUARE, Shop


def posted(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    return [
        (one.kind, one.amount, one.actor, one.object, len(one.entry))  # type: ignore[attr-defined]
        for one in caplog.records
        if one.getMessage() == "points_posted"
    ]


def test_every_entry_is_logged_with_who_what_why(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Who, what, why and the entry's id; the order's step beside it; nothing of what anybody wrote."""
    item = shop.item("mug", 100, stock={SQUARE: 3})
    caplog.set_level(logging.INFO, "bida")
    caplog.clear()
    order = shop.request("E2", item, SQUARE).order
    assert posted(caplog) == [("held", 100, shop.person_id("E2"), order.id, 32)]
    caplog.clear()
    shop.step(order.id, OrderState.CANCELLED, "E2")
    assert posted(caplog) == [("released", 100, shop.person_id("E2"), order.id, 32)]
    (moved,) = [one.__dict__ for one in caplog.records if one.getMessage() == "order_moved"]
    assert (moved["order"], moved["before"], moved["after"]) == (order.id, "approved", "cancelled")
    assert "mug" not in "".join(str(one.__dict__) for one in caplog.records)


def test_what_is_rolled_back_is_not_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bida")
    with shop.unit() as uow:
        fund(uow, "honour", 10, request_id="lost", cause=Cause("", "lost"))
    with pytest.raises(DomainError):
        shop.request("E2", "0" * 32)
    assert posted(caplog) == []
