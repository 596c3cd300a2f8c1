"""What goes in and out of the starter kit; the only part of it that cards may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Step(StrEnum):
    """The steps in their order."""

    GOAL = "goal"
    CHECKIN = "checkin"
    THANKS = "thanks"


REWARDS: Mapping[Step, int] = {Step.GOAL: 20, Step.CHECKIN: 20, Step.THANKS: 10}
"""Points for each step (R-ADO-04)."""
TOTAL = sum(REWARDS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """How far somebody is. `begun`: they have pressed "start". `owed` points are earned but the budget was short.
    `goals_published`: the company's own goals are out; `publisher` is who will publish them, "" when nobody is named.
    """

    done: frozenset[Step]
    paid: int
    owed: int = 0
    begun: bool = False
    goals_published: bool = True
    publisher: str = ""

    @property
    def next(self) -> Step | None:
        """The first step not done yet."""
        return next((step for step in Step if step not in self.done), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """A step was done for the first time; `is_owed`: the budget was short, it will be paid later."""

    step: Step
    is_owed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Somebody who has not moved on for more than two workdays (R-ADO-05)."""

    person_id: str
    name: str
    step: Step
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All kits: how many people have done none, one, two, all of the steps; who is stuck, longest first."""

    counts: tuple[int, int, int, int]
    stuck: tuple[Stuck, ...]
    owed: int
    goals_published: bool = True
