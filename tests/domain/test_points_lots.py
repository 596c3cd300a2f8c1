"""Lots: what a wallet is made of, in which order it is spent, and when it ends (R-LOT-01 to 07; A27, A28, A56)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.errors import InsufficientPoints
from domain.points import service
from domain.points.lots import expiry
from domain.points.messages import ExpiringLot
from domain.points.reading import expiring
from tests.domain.ledger_book import BY_SYSTEM, JAN_19, Book

END_OF_JANUARY = datetime(2027, 1, 31, 15, 59, 59, tzinfo=UTC)
"""2027-01-31 23:59:59 in Shanghai."""


@pytest.fixture(autouse=True)
def sound(book: Book) -> Any:
    yield
    assert book.verify().reason == ""


def dates(book: Book, person_id: str) -> list[datetime]:
    """When what a person has left expires, soonest first."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    return [lot.expires_at for lot in book.do(expiring, person_id, far)]


def march_and_june(book: Book) -> None:
    """A27: 40 points until the end of March, 100 until the end of June."""
    book.earn("ann", 100, months=5)
    book.earn("ann", 40, months=2)


def test_a56_points_last_to_the_end_of_the_twelfth_month_in_the_companys_zone(book: Book) -> None:
    """A56, R-LOT-02: earned 2026-01-19 → 2027-01-31 23:59:59 +08:00."""
    assert expiry(JAN_19, "Asia/Shanghai") == END_OF_JANUARY
    book.earn("ann", 10)
    assert dates(book, "ann") == [END_OF_JANUARY]


@pytest.mark.parametrize(
    ("earned", "zone", "months", "until"),
    [
        ("2026-01-31T15:59:59", "Asia/Shanghai", 12, "2027-01-31T15:59:59"),
        ("2026-01-31T16:00:00", "Asia/Shanghai", 12, "2027-02-28T15:59:59"),
        ("2026-12-31T15:00:00", "Asia/Shanghai", 12, "2027-12-31T15:59:59"),
        ("2027-02-03T00:00:00", "Asia/Shanghai", 12, "2028-02-29T15:59:59"),
        ("2026-01-01T03:00:00", "America/New_York", 12, "2027-01-01T04:59:59"),
        ("2026-11-30T12:00:00", "UTC", 1, "2026-12-31T23:59:59"),
    ],
)
def test_the_month_of_earning_is_the_companys(earned: str, zone: str, months: int, until: str) -> None:
    """R-LOT-02, R-GEN-01: also at the turn of the month, of the year, and in a leap year."""
    moment = datetime.fromisoformat(earned).replace(tzinfo=UTC)
    assert expiry(moment, zone, months) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_never_is_allowed(book: Book) -> None:
    """R-LOT-02: a lot without a date is spent last and never expires."""
    book.earn("ann", 5, months=None)
    book.earn("ann", 10)
    book.do(service.hold, "o1", "ann", 12, BY_SYSTEM)
    assert book.lots("ann") == [(5, 3), (10, 0)]
    book.later(days=4000)
    assert book.do(service.expire_lots, book.now, BY_SYSTEM) == []
    assert book.balances("ann").wallet == 3


def test_a_company_elsewhere_has_other_midnights(migrated_engine: Engine) -> None:
    book = Book(migrated_engine, zone="America/New_York")
    book.earn("ann", 10)
    assert dates(book, "ann") == [datetime(2027, 2, 1, 4, 59, 59, tzinfo=UTC)]


def test_a27_a_hold_takes_what_expires_first_and_a_release_restores_both(book: Book) -> None:
    """A27, R-LOT-03, R-LOT-04, R-LED-18."""
    march_and_june(book)
    book.do(service.hold, "o1", "ann", 120, BY_SYSTEM)
    assert book.lots("ann") == [(100, 20), (40, 0)]
    taken = book.rows("SELECT amount FROM allocation WHERE workspace_id = :ws AND order_id = 'o1' ORDER BY id")
    assert [row.amount for row in taken] == [40, 80]
    before = dates(book, "ann")
    book.do(service.release, "o1", BY_SYSTEM)
    assert book.lots("ann") == [(100, 100), (40, 40)]
    assert dates(book, "ann") == sorted({*before, datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)})


def test_equal_dates_are_first_in_first_out(book: Book) -> None:
    """R-LOT-03: then by the moment of earning, then by id."""
    for amount in (10, 20, 30):
        book.earn("ann", amount)
        book.later(hours=1)
    book.do(service.hold, "o1", "ann", 15, BY_SYSTEM)
    assert book.lots("ann") == [(10, 0), (20, 15), (30, 30)]


def test_a28_a_lot_that_expired_while_held_can_be_used_seven_more_days(book: Book) -> None:
    """A28, R-LOT-05, R-LED-18: held points do not expire; released ones get now + 7 days, then expire for good."""
    march_and_june(book)
    book.do(service.hold, "o1", "ann", 30, BY_SYSTEM)
    book.now = datetime(2026, 4, 1, 3, 10, tzinfo=UTC)
    (gone,) = book.do(service.expire_lots, book.now, BY_SYSTEM)
    assert gone.amount == 10, "the part of the lot nobody held"
    book.later(days=2)
    book.do(service.release, "o1", BY_SYSTEM)
    assert dates(book, "ann")[0] == book.now + timedelta(days=7)
    assert book.balances("ann").wallet == 130
    book.later(days=7)
    assert book.balances("ann").wallet == 130
    book.later(seconds=1)
    assert book.balances("ann").wallet == 100
    (again,) = book.do(service.expire_lots, book.now, BY_SYSTEM)
    assert again.amount == 30
    assert book.accounts()["EXPIRED"] == 40


def test_expired_points_cannot_be_spent_before_the_monthly_job(book: Book) -> None:
    """R-LOT-02, R-LOT-05: the date decides, not when the job comes by."""
    march_and_june(book)
    book.now = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)
    assert book.balances("ann").wallet == 140
    book.later(seconds=1)
    assert book.balances("ann").wallet == 100
    with pytest.raises(InsufficientPoints) as caught:
        book.do(service.hold, "o1", "ann", 101, BY_SYSTEM)
    assert caught.value.params == {"left": "100", "need": "101"}


def test_the_expiry_job_is_safe_to_run_again(book: Book) -> None:
    """R-LOT-05, R-LED-22: one entry for each lot; lots with nothing left are passed over."""
    march_and_june(book)
    book.earn("bob", 7, months=2)
    book.earn("cai", 9, months=2)
    book.do(service.hold, "o1", "cai", 9, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 9, None, BY_SYSTEM)
    book.now = datetime(2026, 4, 1, tzinfo=UTC)
    entries = book.do(service.expire_lots, book.now, BY_SYSTEM)
    assert sorted(entry.amount for entry in entries) == [7, 40]
    assert book.do(service.expire_lots, book.now, BY_SYSTEM) == []
    assert book.accounts()["EXPIRED"] == 47


def test_a_refund_can_be_used_for_thirty_days_at_least(book: Book) -> None:
    """R-LED-21: lots restored with max(original expiry, now + 30 days)."""
    march_and_june(book)
    book.do(service.hold, "o1", "ann", 120, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 120, None, BY_SYSTEM)
    book.now = datetime(2026, 4, 10, tzinfo=UTC)
    book.do(service.refund, "o1", 1, 100, BY_SYSTEM)
    assert book.lots("ann") == [(100, 100), (40, 20)], "what was taken last comes back first"
    assert dates(book, "ann") == [book.now + timedelta(days=30), datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)]


def test_what_expires_soon_is_told_by_date(book: Book) -> None:
    """R-LOT-06."""
    march_and_june(book)
    book.earn("ann", 2, months=2)
    march, june = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
    assert book.do(expiring, "ann", june) == [ExpiringLot(42, march), ExpiringLot(100, june)]
    assert book.do(expiring, "ann", june - timedelta(seconds=1)) == [ExpiringLot(42, march)]
    assert book.do(expiring, "bob", june) == []


def test_a_shorter_life_is_for_later_lots_only(book: Book) -> None:
    """R-LOT-07."""
    book.earn("ann", 1, months=12)
    book.earn("ann", 1, months=3)
    assert dates(book, "ann") == [datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), END_OF_JANUARY]
