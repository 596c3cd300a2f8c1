"""The numbers recognition goes by: every default of §8 in one place."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A company's rules. Points are whole; shares are percent."""

    base: int = 100
    """Points to give away per month (R-ALW-01)."""
    per_report: int = 20
    most_allowance: int = 500
    """A manager's: base + so many per direct report, at most that."""
    joiner_least: int = 20
    """Whoever joins within the month gets their share of the base, but no less (R-ALW-03)."""
    points: int = 50
    """Most points per recipient (R-KUD-01)."""
    recipients: int = 10
    own_team: int = 50
    """Most recipients, and for a manager whose recipients are all their own reports."""
    tags: int = 3
    gifts_a_day: int = 10
    thanks_a_day: int = 20
    """Gifts with points (R-KUD-04), and thanks without (R-KUD-05)."""
    pair_share: int = 40
    """How much of a period's allowance may go to one person."""
    received_a_day: int = 200
    """Points one person may get from peers in a day; more become 0-point thanks."""
    reason_han: int = 8
    reason_letters: int = 15
    reason_most: int = 500
    refill_reason_most: int = 200
    rolls_over: int = 2
    """So many periods a one-time refill outlives the one it was given in (R-ALW-02)."""
    undo: timedelta = timedelta(minutes=10)
    parked: timedelta = timedelta(days=7)
    """How long a gift waits for somebody who is not linked yet (R-ID-03)."""
    post_batch: int = 5
    post_window: timedelta = timedelta(minutes=30)
    """More public kudos to one group within this become one digest (R-KUD-08)."""


DEFAULTS = Policy()
