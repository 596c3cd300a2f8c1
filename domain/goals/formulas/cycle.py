"""Where a cycle stands, by its dates alone (R-CYC-02)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.goals.formulas.expected import CountsWorkdays

_DRAFTING: Final = timedelta(days=15)
_GRADING_WORKDAYS = 10


class CycleState(StrEnum):
    """The states a cycle passes through; archiving is done by hand and never follows from the dates."""

    PLANNED = "planned"
    DRAFTING = "drafting"
    RUNNING = "running"
    GRADING = "grading"
    CLOSED = "closed"
    ARCHIVED = "archived"


def cycle_state(starts: date, ends: date, today: date, calendar: CountsWorkdays) -> CycleState:
    """The state of a cycle from `starts` to `ends`, both included, on a business date (R-CYC-02).

    Drafting opens 15 calendar days before the start. Grading lasts ten full workdays after the end, then the cycle is
    closed.
    """
    if today < starts - _DRAFTING:
        return CycleState.PLANNED
    if today < starts:
        return CycleState.DRAFTING
    if today <= ends:
        return CycleState.RUNNING
    day = timedelta(days=1)
    graded = calendar.workdays_between(ends + day, today - day)
    return CycleState.GRADING if graded < _GRADING_WORKDAYS else CycleState.CLOSED
