"""The colour of a goal: what the numbers say, what its owner says, and where the two part (R-PRG-05 to R-PRG-09)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Final

from domain.goals.formulas.exact import EXACT, ONE
from domain.goals.formulas.measure import KEEPING, Measure, progress, raw_progress


class Status(StrEnum):
    """How a goal is doing. Owners choose green, amber or red; done and grey follow from the values."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    DONE = "done"
    GREY = "grey"


_GREEN_UP_TO: Final = Decimal("0.15")
_AMBER_UP_TO: Final = Decimal("0.30")
_HEAVY = 10
_STALE_AFTER = 2
_WORST_FIRST: Final = (Status.RED, Status.AMBER, Status.GREEN, Status.DONE)


def automatic_status(measure: Measure, expected: Decimal) -> Status:
    """What the numbers say: by the gap between expected and reached progress, or by the last two kept periods.

    Keep types are never done while they run: a bound has to be kept until the end (R-PRG-05).
    """
    if measure.type in KEEPING:
        return _kept_status(measure.periods)
    if raw_progress(measure) is None:
        return Status.GREY
    reached = progress(measure)
    if reached == ONE:
        return Status.DONE
    gap = EXACT.subtract(expected, reached)
    if gap <= _GREEN_UP_TO:
        return Status.GREEN
    return Status.AMBER if gap <= _AMBER_UP_TO else Status.RED


def _kept_status(periods: Sequence[bool | None]) -> Status:
    last_two = list(islice((kept for kept in reversed(periods) if kept is not None), 2))
    if not last_two:
        return Status.GREY
    if last_two[0]:
        return Status.GREEN
    return Status.RED if last_two == [False, False] else Status.AMBER


def objective_status(key_results: Iterable[tuple[int, Status]]) -> Status:
    """The worst status among (weight, status) of key results that weigh at least 10; grey only when all are (R-PRG-08).

    Grey too when none weighs that much.
    """
    found = {status for weight, status in key_results if weight >= _HEAVY}
    return next((status for status in _WORST_FIRST if status in found), Status.GREY)


def confidence_of(status: Status) -> int | None:
    """The confidence, 0 to 10, a chosen colour stands for; None for colours nobody chooses (R-PRG-07)."""
    return {Status.GREEN: 8, Status.AMBER: 5, Status.RED: 2}.get(status)


def status_of_confidence(confidence: int) -> Status:
    """The colour a confidence of 0 to 10 stands for (R-PRG-07). Raises ValueError outside."""
    if not 0 <= confidence <= 10:
        raise ValueError("confidence is 0 to 10")
    if confidence >= 7:
        return Status.GREEN
    return Status.AMBER if confidence >= 4 else Status.RED


def has_confidence_gap(owner: Status, automatic: Status) -> bool:
    """Whether the owner is two steps more hopeful than the numbers: green against red (R-PRG-06)."""
    return automatic is Status.RED and owner in (Status.GREEN, Status.DONE)


def is_stale(answered: Sequence[bool | None]) -> bool:
    """Whether nothing was heard for more than 2 periods (R-PRG-09).

    `answered` are the elapsed cadence periods, oldest first: True for a value or "no change", False for silence, None
    excused.
    """
    silent = 0
    for heard in reversed(answered):
        if heard:
            return False
        silent += heard is False
        if silent > _STALE_AFTER:
            return True
    return False
