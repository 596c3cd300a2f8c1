"""Checking in: one function that turns a `CheckIn` into rows and an outcome (R-CHK)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, exists, or_, select, update

from domain.columns import table_of
from domain.errors import CycleClosed, NotAllowed, TooLong, WrongMoment
from domain.goals.formulas import (
    KrType,
    Measure,
    Status,
    automatic_status,
    confidence_of,
    is_admissible_value_at,
    needs_confirmation,
    satisfies,
    status_of_confidence,
)
from domain.goals.formulas.measure import KEEPING
from domain.goals.messages import (
    NOTE_LIMIT,
    NOTE_LIMIT_LETTERS,
    CheckedIn,
    CheckIn,
    CheckInOutcome,
    ConfirmationNeeded,
    KeyResultLine,
    ReasonNeeded,
    Recent,
    TooLate,
)
from domain.goals.model import CheckIn as CheckInRow
from domain.goals.model import Contributor, KeyResult
from domain.goals.sheet import CHECK_IN, Moment, Sheet
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.periods import instant_at, iso_week, local_date, next_week, previous_week
from domain.unit_of_work import UnitOfWork

KR = table_of(KeyResult)
PERSON = table_of(Person)
CONTRIBUTOR = table_of(Contributor)

EDIT_WINDOW = timedelta(hours=24)
DUE_AT = time(18, 0)
MIN_REASON = 5

_SET_VALUE = (
    update(KR)
    .where(KR.c.id == bindparam("kr"), or_(KR.c.value_at.is_(None), KR.c.value_at <= bindparam("at")))
    .values(current=bindparam("to"), value_at=bindparam("at"))
)
_LATER = CHECK_IN.alias("later")
_LAST_TWO = (
    select(CHECK_IN.c.value)
    .where(
        CHECK_IN.c.key_result_id == bindparam("kr"),
        CHECK_IN.c.thread_id != bindparam("but"),
        ~exists().where(
            _LATER.c.workspace_id == CHECK_IN.c.workspace_id,
            _LATER.c.thread_id == CHECK_IN.c.thread_id,
            _LATER.c.version > CHECK_IN.c.version,
        ),
    )
    .order_by(CHECK_IN.c.thread_id.desc())  # a thread bears the id of its first version, and ids sort by time
    .limit(2)
)
_WEEKS = (
    select(CHECK_IN.c.period)
    .distinct()
    .where(CHECK_IN.c.person_id == bindparam("person"), CHECK_IN.c.by_id == bindparam("person"))
    .order_by(CHECK_IN.c.period.desc())
    .limit(60)
)
_MANAGER = select(PERSON.c.manager_id).where(PERSON.c.id == bindparam("person"))
_CONTRIBUTES = select(CONTRIBUTOR.c.id).where(
    CONTRIBUTOR.c.objective_id == bindparam("objective"), CONTRIBUTOR.c.person_id == bindparam("person")
)


def check_in(
    uow: UnitOfWork, sheet: Sheet, line: KeyResultLine, command: CheckIn, by: Profile, moment: Moment
) -> CheckInOutcome:
    """Store how a key result stands and say what that changed.

    Raises `CycleClosed` (R-CHK-10), `NotAllowed` for somebody who is neither owner, manager nor contributor
    (R-CHK-12), `TooLong` (R-GEN-08), `WrongMoment` for a `value_at` that cannot be (R-KR-05) or a cycle that is only
    planned (R-CYC-02). Outcomes that need the person first store nothing.
    """
    if line.is_closed:
        raise CycleClosed
    if line.is_planned:
        raise WrongMoment
    check_note(command.note)
    for_other = line.owner_id != by.id
    if for_other and not _may_act_for(uow, line, by):
        raise NotAllowed
    if command.corrects is not None and not (_is_newest(line, command.corrects) and is_editable(line, by, moment)):
        return TooLate(line=line)
    if command.value is not None and not command.confirmed:
        last = _base(line, command)
        if command.value != last and needs_confirmation(line.measure, command.value, last):
            return ConfirmationNeeded(line=line, value=command.value)
    unexplained = command.value is None and len(command.note.strip()) < MIN_REASON
    if unexplained and _was_unchanged_twice(uow, line, command.corrects):
        return ReasonNeeded(line=line)
    return _store(uow, sheet, line, command, by, moment, for_other=for_other)


def check_note(note: str) -> None:
    """Refuse a note beyond its limit, with the count: 200 Chinese characters or 500 letters (R-GEN-08)."""
    limit = NOTE_LIMIT_LETTERS if note.isascii() else NOTE_LIMIT
    if len(note) > limit:
        raise TooLong(limit=str(limit), count=str(len(note)))


def is_editable(line: KeyResultLine, by: Profile, moment: Moment) -> bool:
    """Whether the author may still correct it: within 24 h, and before the next period is due (R-CHK-08)."""
    recent = line.recent
    if recent is None or recent.by_id != by.id or moment.now > recent.first_at + EDIT_WINDOW:
        return False
    next_due = moment.calendar.weekly_due_day(next_week(moment.period))
    return next_due is None or moment.now < instant_at(next_due, DUE_AT, moment.zone)


def streak(uow: UnitOfWork, person_id: str, moment: Moment) -> int:
    """Consecutive weeks with a check-in, back from this one; weeks without a duty neither add nor break (R-CHK-09)."""
    weeks = {row.period for row in uow.all(_WEEKS, person=person_id)}
    week, count = moment.period, 0
    if week not in weeks:
        week = previous_week(week)
    while week in weeks or moment.calendar.weekly_due_day(week) is None:
        count += week in weeks
        week = previous_week(week)
        if count >= len(weeks):
            break
    return count


def _store(
    uow: UnitOfWork,
    sheet: Sheet,
    line: KeyResultLine,
    command: CheckIn,
    by: Profile,
    moment: Moment,
    *,
    for_other: bool,
) -> CheckedIn:
    recent = line.recent if command.corrects is not None else None
    value_at = command.value_at or (recent.value_at if recent is not None else uow.now)
    cycle_start = instant_at(line.cycle_starts, time(0), moment.zone)
    if not is_admissible_value_at(value_at, uow.now, cycle_start):
        raise WrongMoment
    before = _base(line, command)
    after = command.value if command.value is not None else before
    updated = _updated(line, command, by, after, value_at, moment)
    said = updated.recent
    assert said is not None
    uow.insert(
        CheckInRow,
        {
            "id": said.id, "thread_id": said.thread_id, "version": said.version, "key_result_id": line.id,
            "person_id": line.owner_id, "by_id": by.id, "period": moment.period, "value": command.value,
            "value_at": value_at, "status": said.status, "automatic_status": updated.automatic,
            "confidence": said.confidence, "blocker": command.blocker, "note": command.note, "before": before,
            "command_id": uow.command_id, "created_at": uow.now,
        },
    )  # fmt: skip
    if not _is_older(line, value_at) and (after != line.measure.current or command.value is not None):
        uow.change(_SET_VALUE, kr=line.id, to=after, at=value_at)
    return CheckedIn(
        check_in_id=said.id,
        line=updated,
        before=before,
        after=after,
        objective_before=sheet.objective_progress(line),
        objective_after=sheet.replaced(updated).objective_progress(updated),
        streak=0 if for_other else streak(uow, by.id, moment),
        version=said.version,
        for_other=for_other,
    )


def _updated(
    line: KeyResultLine, command: CheckIn, by: Profile, after: Decimal | None, value_at: datetime, moment: Moment
) -> KeyResultLine:
    """The line as it stands with this check-in."""
    measure = line.measure if _is_older(line, value_at) else _with_value(line, after, moment)
    automatic = automatic_status(measure, line.expected)
    corrected = line.recent if command.corrects is not None else None
    check_in_id = new_id()
    status = _said_status(command, automatic)
    return replace(
        line,
        measure=measure,
        automatic=automatic,
        value_at=line.value_at if _is_older(line, value_at) else value_at,
        recent=Recent(
            id=check_in_id,
            thread_id=corrected.thread_id if corrected is not None else check_in_id,
            version=corrected.version + 1 if corrected is not None else 1,
            by_id=by.id,
            by_name=by.name,
            value=command.value,
            before=_base(line, command),
            status=status,
            blocker=command.blocker,
            note=command.note,
            confidence=command.confidence if command.confidence is not None else confidence_of(status),
            value_at=value_at,
            first_at=corrected.first_at if corrected is not None else moment.now,
        ),
    )


def _is_older(line: KeyResultLine, value_at: datetime) -> bool:
    """Whether a newer value is known: then this one is stored, and changes nothing (R-KR-05)."""
    return line.value_at is not None and value_at < line.value_at


def _with_value(line: KeyResultLine, after: Decimal | None, moment: Moment) -> Measure:
    """The measure with this value as the current one; for keep types as the running week's."""
    measure = replace(line.measure, current=after)
    if line.type is KrType.MILESTONE:
        return replace(measure, accepted=min(after or Decimal(0), measure.total))
    if line.type not in KEEPING:
        return measure
    told = line.value_at is not None and iso_week(local_date(line.value_at, moment.zone)) == moment.period
    elapsed = measure.periods[:-1] if told or line.recent is not None else measure.periods
    return replace(measure, periods=(*elapsed, satisfies(measure, after)))


def _said_status(command: CheckIn, automatic: Status) -> Status:
    """The owner's word; a number of confidence sets the colour; silence means what the numbers say (R-PRG-06, 07)."""
    if command.confidence is not None:
        return status_of_confidence(command.confidence)
    if command.status is not None:
        return command.status
    return automatic if automatic in (Status.AMBER, Status.RED) else Status.GREEN


def _base(line: KeyResultLine, command: CheckIn) -> Decimal | None:
    """The value this check-in starts from: of a correction, the one before the corrected check-in."""
    if command.corrects is not None and line.recent is not None:
        return line.recent.before
    return line.measure.current


def _is_newest(line: KeyResultLine, thread_id: str) -> bool:
    """Whether no other check-in of the period came after this one: correcting it must not undo a newer one."""
    return line.recent is not None and line.recent.thread_id == thread_id


def _was_unchanged_twice(uow: UnitOfWork, line: KeyResultLine, corrects: str | None) -> bool:
    """Whether the last two check-ins besides the corrected one, each in its latest version, said "no change"."""
    return [row.value for row in uow.all(_LAST_TWO, kr=line.id, but=corrects or "")] == [None, None]


def _may_act_for(uow: UnitOfWork, line: KeyResultLine, by: Profile) -> bool:
    """The owner's manager, or a contributor of the objective (R-CHK-12)."""
    row = uow.one(_MANAGER, person=line.owner_id)
    if row is not None and row.manager_id == by.id:
        return True
    return uow.one(_CONTRIBUTES, objective=line.objective_id, person=by.id) is not None
