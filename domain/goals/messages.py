"""What goes in and out of the goals service; the only part of it that cards may see."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.goals.formulas import CycleState, KrType, Measure, Status, progress, raw_progress

BLOCKERS = ("none", "resources", "others", "external", "manager")
"""What holds somebody up (product flow 5.1)."""

NOTE_LIMIT = 200
NOTE_LIMIT_LETTERS = 500
"""R-GEN-08: 200 Chinese characters or 500 letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The check-in that stands for a key result in this period."""

    id: str
    thread_id: str
    version: int
    by_id: str
    by_name: str
    value: Decimal | None
    before: Decimal | None
    status: Status
    blocker: str
    note: str
    confidence: int | None
    value_at: datetime
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultLine:
    """One key result as its owner sees it when checking in. `number` is the #n of one-line check-ins.

    Progress and expectation are shares of one (R-KR-04, R-PRG-04); `automatic` is what the numbers say (R-PRG-05).
    """

    id: str
    number: int
    title: str
    objective_id: str
    objective_title: str
    owner_id: str
    unit: str
    weight: int
    measure: Measure
    expected: Decimal
    automatic: Status
    cycle_key: str
    cycle_state: CycleState
    cycle_starts: date
    due_on: date
    value_at: datetime | None = None
    recent: Recent | None = None
    visibility: str = "public"

    @property
    def type(self) -> KrType:
        return self.measure.type

    @property
    def progress(self) -> Decimal:
        return progress(self.measure)

    @property
    def raw(self) -> Decimal | None:
        return raw_progress(self.measure)

    @property
    def is_closed(self) -> bool:
        return self.cycle_state in (CycleState.CLOSED, CycleState.ARCHIVED)

    @property
    def is_planned(self) -> bool:
        return self.cycle_state is CycleState.PLANNED

    @property
    def status(self) -> Status:
        """The owner's word for this period, else what the numbers say (R-PRG-06)."""
        return self.recent.status if self.recent is not None else self.automatic


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Say how a key result stands (R-CHK-04). `value` None is "no change"; `corrects` is the thread of an earlier
    check-in to make a new version of (R-CHK-08); `confirmed` says the person insists on an implausible value."""

    value: Decimal | None
    status: Status | None = None
    confidence: int | None = None
    blocker: str = ""
    note: str = ""
    confirmed: bool = False
    corrects: str | None = None
    value_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """Done: values before and after, what it did to the objective, and the streak in weeks (0 for somebody else's)."""

    check_in_id: str
    line: KeyResultLine
    before: Decimal | None
    after: Decimal | None
    objective_before: Decimal
    objective_after: Decimal
    streak: int
    version: int
    for_other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationNeeded:
    """The value looks mistyped; nothing is stored until it is confirmed (R-CHK-10)."""

    line: KeyResultLine
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonNeeded:
    """The third "no change" in a row wants a reason of at least five characters (R-CHK-04)."""

    line: KeyResultLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLate:
    """The check-in can no longer be corrected (R-CHK-08), or a newer one has come after it (R-KR-05); a later value can
    be entered instead."""

    line: KeyResultLine


CheckInOutcome = CheckedIn | ConfirmationNeeded | ReasonNeeded | TooLate


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveView:
    """One objective with its key results, for `/okr`."""

    id: str
    key: str
    level: str
    title: str
    owner_id: str
    owner_name: str
    parent_id: str | None
    due_on: date
    cycle_key: str
    progress: Decimal | None
    expected: Decimal
    status: Status
    lines: tuple[KeyResultLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalTree:
    """Objectives from the company's down, each with its depth; `more` says how many did not fit."""

    rows: tuple[tuple[int, ObjectiveView], ...]
    offset: int = 0
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStatus:
    """How many key results of a set stand where."""

    counts: tuple[tuple[Status, int], ...]
    checked_in: int
    total: int
    worst: tuple[KeyResultLine, ...] = ()
