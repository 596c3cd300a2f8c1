"""Which day a reminder of expiring points comes, whom it reaches, and that it is begun once (R-LOT-06)."""

from datetime import UTC, date, datetime

import pytest

from domain.calendar import WorkCalendar, bundled_table
from domain.wallet.reminders import losing, reminder_day, stages_due
from tests.domain.ledger_book import Book

CALENDAR = WorkCalendar(national=bundled_table())
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("last", "days", "expected"),
    [
        (date(2026, 2, 28), 30, date(2026, 1, 29)),
        (date(2026, 2, 28), 7, date(2026, 2, 14)),  # the 21st lies in the Spring Festival; the 14th is a make-up day
        (date(2026, 2, 28), 1, date(2026, 2, 27)),
        (date(2026, 10, 31), 30, date(2026, 9, 30)),  # the 1st is the National Day
        (date(2026, 5, 31), 7, date(2026, 5, 22)),  # the 24th is a Sunday
        (date(2026, 5, 31), 1, date(2026, 5, 29)),  # the 30th is a Saturday
        (date(2027, 1, 31), 7, date(2027, 1, 22)),  # A56
    ],
)
def test_the_day_before_when_nobody_works(last: date, days: int, expected: date) -> None:
    assert reminder_day(last, days, CALENDAR) == expected


def test_each_stage_is_begun_once_and_only_the_latest_one_reached(book: Book) -> None:
    """Points earned on 2026-01-19 (A56), and others that run out a month later; the bot was away in between."""
    book.earn("bob", 120)
    book.now = datetime(2026, 2, 10, 4, tzinfo=UTC)
    book.earn("bob", 60)

    def due(*at: int) -> list[tuple[date, int]]:
        book.now = datetime(*at, 2, tzinfo=UTC)  # type: ignore[arg-type]  # year, month, day
        return book.do(stages_due, CALENDAR, ZONE)

    january, february = date(2027, 1, 31), date(2027, 2, 28)
    assert due(2026, 12, 31) == []
    assert due(2027, 1, 1) == [(january, 30)]
    assert due(2027, 1, 4) == []
    assert due(2027, 1, 29) == [(january, 1), (february, 30)], "the seven days were slept through"
    assert due(2027, 1, 30) == []
    assert due(2027, 2, 2) == []


def test_everybody_who_loses_points_that_day_and_nobody_twice(book: Book) -> None:
    """Pages, in the order of ids; several lots of one day are one amount."""
    for person in ("ann", "bob", "cai", "dan", "eve"):
        book.earn(person, 10)
        book.earn(person, 5)
    book.earn("never", 99, months=None)
    book.earn("sooner", 99, months=11)
    last, found, after = date(2027, 1, 31), [], ""
    book.now = datetime(2027, 1, 1, 2, tzinfo=UTC)
    while page := book.do(losing, last, ZONE, after=after, most=2):
        assert len(page) <= 2
        found += page
        after = page[-1][0]
    assert found == [(person, 15) for person in ("ann", "bob", "cai", "dan", "eve")]
