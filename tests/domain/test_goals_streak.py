"""The streak of weeks (R-CHK-09): weeks without a duty neither add nor break it."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.domain.goals_company import House


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T02:00:00+00:00")


@pytest.mark.parametrize(
    ("days", "asked", "streak"),
    [
        ([], "2026-02-13", 0),
        (["2026-02-13"], "2026-02-13", 1),
        (["2026-02-13", "2026-02-12"], "2026-02-13", 1),  # twice in one week is one week
        (["2026-02-06", "2026-02-13"], "2026-02-13", 2),
        (["2026-02-06"], "2026-02-13", 1),  # this week is still open
        (["2026-01-30", "2026-02-13"], "2026-02-13", 1),  # a week was missed
        (["2026-01-30"], "2026-02-13", 0),
        (["2026-02-13", "2026-02-27"], "2026-02-27", 2),  # 2026-W08 has no duty (A15)
        (["2026-02-13"], "2026-02-27", 1),
        (["2026-01-02", "2025-12-31"], "2026-01-02", 1),  # the turn of the year lies within 2026-W01
    ],
)
def test_consecutive_weeks_back_from_this_one(tmp_path: Path, days: list[str], asked: str, streak: int) -> None:
    house = House(tmp_path)
    for when in sorted(days):
        house.now = day(when)
        house.done("交付准时率", "95" if house.check_ins() else "96", "E2", value_at=house.now)
    house.now = day(asked)
    assert house.streak("E2") == streak


def test_somebody_elses_check_in_adds_nothing(tmp_path: Path) -> None:
    """R-CHK-12."""
    house = House(tmp_path)
    house.done("交付准时率", "95", "E1")
    assert (house.streak("E1"), house.streak("E2")) == (0, 0)
