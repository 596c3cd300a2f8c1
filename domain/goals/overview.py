"""Looking at goals: mine, the tree from the company down, and where everything stands (R-OBJ-06, R-PRG)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Row, and_, bindparam, or_, select

from domain.columns import table_of
from domain.goals.formulas import Status, objective_progress, objective_status
from domain.goals.messages import GoalStatus, GoalTree, KeyResultLine, ObjectiveView
from domain.goals.model import Cycle, KeyResult, Objective
from domain.goals.sheet import Moment, Sheet, sheet_of, worst_first
from domain.people.messages import Profile
from domain.people.model import Person
from domain.unit_of_work import UnitOfWork

OBJECTIVE = table_of(Objective)
KR = table_of(KeyResult)
CYCLE = table_of(Cycle)
PERSON = table_of(Person)

LEVELS = ("company", "department", "individual")

READS_ALL = frozenset({"hrbp", "auditor"})
"""Roles that see every goal (R-OBJ-06); which departments an HRBP cares for is not told, so it is all of them."""

_DIRECT = select(PERSON.c.id).where(PERSON.c.workspace_id == bindparam("ws_"), PERSON.c.manager_id == bindparam("me"))
_LED = _DIRECT.cte("led", recursive=True)
_LED = _LED.union(  # not union all: a ring of managers must come to an end
    select(PERSON.c.id).join(_LED, PERSON.c.manager_id == _LED.c.id).where(PERSON.c.workspace_id == bindparam("ws_"))
)

_JOINED = (
    OBJECTIVE.join(PERSON, and_(PERSON.c.workspace_id == OBJECTIVE.c.workspace_id, PERSON.c.id == OBJECTIVE.c.owner_id))
    .join(CYCLE, and_(CYCLE.c.workspace_id == OBJECTIVE.c.workspace_id, CYCLE.c.id == OBJECTIVE.c.cycle_id))
)  # fmt: skip
_OBJECTIVES = (
    select(
        OBJECTIVE.c.id, OBJECTIVE.c.key, OBJECTIVE.c.level, OBJECTIVE.c.title, OBJECTIVE.c.owner_id,
        OBJECTIVE.c.parent_id, OBJECTIVE.c.due_on, PERSON.c.name.label("owner_name"), CYCLE.c.key.label("cycle_key"),
    )
    .select_from(_JOINED)
    .where(
        OBJECTIVE.c.state == "published",
        CYCLE.c.starts_on <= bindparam("today"),
        CYCLE.c.ends_on >= bindparam("since"),
        # who may see it: everybody, the owner's department, or the owner, all managers above and who reads all
        or_(
            OBJECTIVE.c.visibility == "public",
            OBJECTIVE.c.owner_id == bindparam("me"),
            bindparam("reads_all", type_=Integer) == 1,
            OBJECTIVE.c.owner_id.in_(select(_LED.c.id)),
            and_(OBJECTIVE.c.visibility == "department", PERSON.c.department_id == bindparam("department")),
        ),
    )
    .order_by(OBJECTIVE.c.key)
)  # fmt: skip
_KEY_RESULTS = (
    select(KR.c.id)
    .where(KR.c.objective_id.in_(bindparam("objectives", expanding=True)), KR.c.state == "active")
    .order_by(KR.c.objective_id, KR.c.position)
)


def my_objectives(uow: UnitOfWork, sheet: Sheet, person: Profile, moment: Moment) -> tuple[ObjectiveView, ...]:
    """The objectives a person owns or has a key result in, with their own #n beside each line."""
    wanted = {line.objective_id for line in sheet.lines}
    rows = [row for row in _visible(uow, person, moment) if row.owner_id == person.id or row.id in wanted]
    numbers = {line.id: line.number for line in sheet.lines}
    return _views(uow, rows, numbers, moment)


def goal_tree(uow: UnitOfWork, person: Profile, moment: Moment, *, offset: int, most: int) -> GoalTree:
    """What the person may see, from the company down; children follow their parent, a page at a time."""
    rows = _visible(uow, person, moment)
    ordered = list(_depth_first(rows))
    page = ordered[offset : offset + most]
    views = {view.id: view for view in _views(uow, [row for _, row in page], {}, moment)}
    return GoalTree(
        rows=tuple((depth, views[row.id]) for depth, row in page),
        offset=offset,
        more=max(0, len(ordered) - offset - len(page)),
    )


def goal_status(lines: Sequence[KeyResultLine]) -> GoalStatus:
    """How many of these key results stand where, and the worst three."""
    counts = {status: sum(line.status is status for line in lines) for status in Status}
    behind = [line for line in worst_first(lines) if line.status in (Status.RED, Status.AMBER)]
    return GoalStatus(
        counts=tuple((status, count) for status, count in counts.items() if count),
        checked_in=sum(line.recent is not None for line in lines),
        total=len(lines),
        worst=tuple(behind[:3]),
    )


def _visible(uow: UnitOfWork, person: Profile, moment: Moment) -> Sequence[Row[Any]]:
    return uow.all(
        _OBJECTIVES, today=moment.today, since=moment.today, me=person.id, department=person.department_id or "",
        reads_all=int(bool(person.roles & READS_ALL)),
    )  # fmt: skip


def _views(
    uow: UnitOfWork, rows: Iterable[Row[Any]], numbers: dict[str, int], moment: Moment
) -> tuple[ObjectiveView, ...]:
    rows = list(rows)
    if not rows:
        return ()
    ids = [row.id for row in uow.all(_KEY_RESULTS, objectives=[row.id for row in rows])]
    lines = sheet_of(uow, ids, numbers, moment).lines if ids else ()
    return tuple(_view(row, tuple(line for line in lines if line.objective_id == row.id)) for row in rows)


def _view(row: Row[Any], lines: tuple[KeyResultLine, ...]) -> ObjectiveView:
    weighed = sum(line.weight for line in lines) or 1
    expected = sum((line.expected * line.weight for line in lines), Decimal(0)) / weighed
    return ObjectiveView(
        id=row.id,
        key=row.key,
        level=row.level,
        title=row.title,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        parent_id=row.parent_id,
        due_on=row.due_on,
        cycle_key=row.cycle_key,
        progress=objective_progress((line.weight, line.progress) for line in lines),
        expected=expected,
        status=objective_status((line.weight, line.status) for line in lines),
        lines=lines,
    )


def _depth_first(rows: Sequence[Row[Any]]) -> Iterable[tuple[int, Row[Any]]]:
    """Parents before children; a child whose parent is not visible stands at the top. Levels in order, then keys."""
    known = {row.id for row in rows}
    children: dict[str | None, list[Row[Any]]] = {}
    for row in sorted(rows, key=lambda row: (LEVELS.index(row.level), row.key)):
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    stack = [(0, row) for row in reversed(children.get(None, []))]
    while stack:
        depth, row = stack.pop()
        yield depth, row
        stack.extend((depth + 1, child) for child in reversed(children.get(row.id, [])))
