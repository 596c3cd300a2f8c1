"""Reading key results for a check-in: the lines of one person, or of some ids together with their siblings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.goals.formulas import (
    CycleState,
    KrType,
    Measure,
    Status,
    automatic_status,
    cycle_state,
    expected_progress,
    objective_progress,
    satisfies,
)
from domain.goals.formulas.measure import KEEPING
from domain.goals.messages import KeyResultLine, Recent
from domain.goals.model import CheckIn, Cycle, KeyResult, Objective
from domain.people.model import Person
from domain.periods import iso_week, local_date, next_week
from domain.unit_of_work import UnitOfWork

KR = table_of(KeyResult)
OBJECTIVE = table_of(Objective)
CYCLE = table_of(Cycle)
CHECK_IN = table_of(CheckIn)
PERSON = table_of(Person)

_JOINED = KR.join(
    OBJECTIVE, and_(OBJECTIVE.c.workspace_id == KR.c.workspace_id, OBJECTIVE.c.id == KR.c.objective_id)
).join(CYCLE, and_(CYCLE.c.workspace_id == OBJECTIVE.c.workspace_id, CYCLE.c.id == OBJECTIVE.c.cycle_id))
_COLUMNS = (
    KR.c.id, KR.c.title, KR.c.objective_id, KR.c.owner_id, KR.c.type, KR.c.start, KR.c.target, KR.c.low, KR.c.high,
    KR.c.current, KR.c.unit, KR.c.weight, KR.c.value_at, KR.c.created_at, OBJECTIVE.c.title.label("objective_title"),
    OBJECTIVE.c.due_on, OBJECTIVE.c.visibility, CYCLE.c.key.label("cycle_key"), CYCLE.c.starts_on, CYCLE.c.ends_on,
    CYCLE.c.archived,
)  # fmt: skip
_LIVE = and_(KR.c.state == "active", OBJECTIVE.c.state == "published")
_MINE = (
    select(*_COLUMNS)
    .select_from(_JOINED)
    .where(KR.c.owner_id == bindparam("owner"), _LIVE, CYCLE.c.ends_on >= bindparam("since"))
    .order_by(CYCLE.c.starts_on, OBJECTIVE.c.key, KR.c.position)
)
_WANTED = KR.alias("wanted")
_SIBLINGS = (
    select(*_COLUMNS)
    .select_from(_JOINED)
    .where(
        _LIVE,
        KR.c.objective_id.in_(
            select(_WANTED.c.objective_id).where(
                _WANTED.c.workspace_id == bindparam("ws_"), _WANTED.c.id.in_(bindparam("ids", expanding=True))
            )
        ),
    )
    .order_by(OBJECTIVE.c.key, KR.c.position)
)
_RECENT = (
    select(CHECK_IN, PERSON.c.name.label("by_name"))
    .select_from(
        CHECK_IN.join(PERSON, and_(PERSON.c.workspace_id == CHECK_IN.c.workspace_id, PERSON.c.id == CHECK_IN.c.by_id))
    )
    .where(CHECK_IN.c.key_result_id.in_(bindparam("ids", expanding=True)), CHECK_IN.c.period == bindparam("in_period"))
    .order_by(CHECK_IN.c.created_at, CHECK_IN.c.id)
)
_HISTORY = (
    select(CHECK_IN.c.key_result_id, CHECK_IN.c.period, CHECK_IN.c.value, CHECK_IN.c.before)
    .where(CHECK_IN.c.key_result_id.in_(bindparam("ids", expanding=True)))
    .order_by(CHECK_IN.c.value_at, CHECK_IN.c.created_at, CHECK_IN.c.id)
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as it matters to one person: the instant, their day, and the period their check-in counts for (R-GEN-02)."""

    now: datetime
    zone: str
    today: date
    period: str
    calendar: WorkCalendar

    @staticmethod
    def of(now: datetime, zone: str, calendar: WorkCalendar) -> "Moment":
        today = local_date(now, zone)
        return Moment(now, zone, today, iso_week(today), calendar)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some key results, and all that belong to the same objectives."""

    lines: tuple[KeyResultLine, ...]
    siblings: tuple[KeyResultLine, ...] = ()

    def find(self, key_result_id: str) -> KeyResultLine | None:
        return next((line for line in self.lines if line.id == key_result_id), None)

    def objective_progress(self, line: KeyResultLine) -> Decimal:
        """Where the line's objective stands (R-PRG-01); 0 when nothing weighs."""
        family = [one for one in self.siblings or self.lines if one.objective_id == line.objective_id]
        return objective_progress((one.weight, one.progress) for one in family) or Decimal(0)

    def replaced(self, line: KeyResultLine) -> "Sheet":
        """The same sheet with one line brought up to date."""
        return Sheet(
            tuple(line if one.id == line.id else one for one in self.lines),
            tuple(line if one.id == line.id else one for one in self.siblings),
        )


def my_sheet(uow: UnitOfWork, person_id: str, moment: Moment) -> Sheet:
    """Every live key result of a person, numbered #1… in a stable order; cycles that are closed, or not yet being
    drafted, are left out (R-CYC-02)."""
    rows = uow.all(_MINE, owner=person_id, since=_grading_since(moment.today))
    lines = [line for line in _lines(uow, rows, moment) if not line.is_closed and not line.is_planned]
    return Sheet(tuple(replace(line, number=number) for number, line in enumerate(lines, 1)))


def sheet_of(uow: UnitOfWork, ids: Sequence[str], numbers: dict[str, int], moment: Moment) -> Sheet:
    """The key results with these ids, in this order, with their siblings. Unknown or cancelled ids are left out."""
    rows = uow.all(_SIBLINGS, ids=list(ids))
    family = {line.id: replace(line, number=numbers.get(line.id, 0)) for line in _lines(uow, rows, moment)}
    return Sheet(tuple(family[one] for one in ids if one in family), tuple(family.values()))


def worst_first(lines: Iterable[KeyResultLine]) -> list[KeyResultLine]:
    """Those not yet checked in this period first, then by how far behind expectation they are (flow 5.1)."""
    return sorted(lines, key=lambda line: (line.recent is not None, line.progress - line.expected, line.number))


def _grading_since(today: date) -> date:
    """Cycles that ended before this day are closed for certain: ten workdays never take forty days."""
    return date.fromordinal(today.toordinal() - 40)


def _lines(uow: UnitOfWork, rows: Sequence[Row[Any]], moment: Moment) -> list[KeyResultLine]:
    if not rows:
        return []
    recent = _recent(uow, [row.id for row in rows], moment.period)
    keeping = [row.id for row in rows if row.type in KEEPING]
    history = uow.all(_HISTORY, ids=keeping) if keeping else ()
    return [_line(row, recent.get(row.id), history, moment) for row in rows]


def _recent(uow: UnitOfWork, ids: list[str], period: str) -> dict[str, Recent]:
    """The check-in that counts for each key result in a period: the latest one, in its latest version (R-CHK-11)."""
    found: dict[str, Recent] = {}
    first: dict[str, datetime] = {}
    for row in uow.all(_RECENT, ids=ids, in_period=period):
        first.setdefault(row.thread_id, row.created_at)
        found[row.key_result_id] = Recent(
            id=row.id,
            thread_id=row.thread_id,
            version=row.version,
            by_id=row.by_id,
            by_name=row.by_name,
            value=row.value,
            before=row.before,
            status=Status(row.status),
            blocker=row.blocker,
            note=row.note,
            confidence=row.confidence,
            value_at=row.value_at,
            first_at=first[row.thread_id],
        )
    return found


def _line(row: Row[Any], recent: Recent | None, history: Sequence[Row[Any]], moment: Moment) -> KeyResultLine:
    measure = measure_of(row)
    if measure.type in KEEPING:
        mine = [one for one in history if one.key_result_id == row.id]
        measure = replace(measure, periods=kept_periods(measure, mine, row, moment))
    expected = expected_progress(row.starts_on, row.due_on, moment.today, moment.calendar)
    return KeyResultLine(
        id=row.id,
        number=0,
        title=row.title,
        objective_id=row.objective_id,
        objective_title=row.objective_title,
        owner_id=row.owner_id,
        unit=row.unit,
        weight=row.weight,
        measure=measure,
        expected=expected,
        automatic=automatic_status(measure, expected),
        cycle_key=row.cycle_key,
        cycle_state=CycleState.ARCHIVED
        if row.archived
        else cycle_state(row.starts_on, row.ends_on, moment.today, moment.calendar),
        cycle_starts=row.starts_on,
        due_on=row.due_on,
        value_at=row.value_at,
        recent=recent,
        visibility=row.visibility,
    )


def measure_of(row: Any) -> Measure:
    """A key result's row as the numbers the formulas take. A milestone KR counts its accepted ones in `current`."""
    kind = KrType(row.type)
    is_milestone = kind is KrType.MILESTONE
    total = (row.target or Decimal(1)) if is_milestone else Decimal(0)
    return Measure(
        type=kind,
        start=row.start,
        target=row.target,
        low=row.low,
        high=row.high,
        current=row.current,
        accepted=min(row.current or Decimal(0), total) if is_milestone else Decimal(0),
        total=total,
    )


def kept_periods(measure: Measure, history: Sequence[Row[Any]], row: Any, moment: Moment) -> tuple[bool | None, ...]:
    """For keep types: per elapsed week with a duty, whether its latest value kept the bound (R-KR-02). The running
    week counts once it has a value. "No change" repeats the value before it. Weeks before the key result was entered
    cannot have been missed; the value it was entered with counts for that week."""
    born = max(row.starts_on, local_date(row.created_at, moment.zone))
    first = iso_week(born)
    value: Decimal | None = history[0].before if history else row.current
    latest: dict[str, Decimal | None] = {} if value is None else {first: value}
    for said in history:
        value = said.value if said.value is not None else value
        latest[said.period] = value
    week, periods = first, []
    while week < moment.period:
        if moment.calendar.weekly_due_day(week) is not None:
            periods.append(satisfies(measure, latest.get(week)))
        week = next_week(week)
    if moment.period in latest:
        periods.append(satisfies(measure, latest[moment.period]))
    return tuple(periods)
