"""Comparing drafts with what is stored: which rows are new, changed, dropped or the same.

A key result is recognised by its title within the objective. A line with a new title takes the place of the stored key
result of the same type at the same place that the file no longer names: it was renamed. What then is left over was
taken out of the file and is cancelled, with its history (R-KR-07).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from domain.csvfile import Problem
from domain.goals.importing.drafts import Draft
from domain.goals.importing.known import Known, cycle_key
from domain.goals.importing.rows import GoalLine

OBJECTIVE_FIELDS: Final = ("cycle_id", "level", "title", "owner_id", "parent_id", "due_on")
KR_FIELDS: Final = (
    "owner_id", "title", "type", "start", "target", "low", "high", "unit", "weight", "state", "current", "value_at",
)  # fmt: skip
_NEW = "new"


@dataclass(frozen=True, slots=True)
class Matched:
    """Lines with the stored key result each stands for, and the stored ones the file no longer has."""

    pairs: tuple[tuple[GoalLine, Row[Any] | None], ...]
    dropped: tuple[Row[Any], ...]


def match(draft: Draft, known: Known) -> Matched:
    """Recognise the key results of a draft; see the module's rules."""
    stored = known.objectives.get(draft.head.key)
    rows = known.key_results.get(stored.id, []) if stored is not None else []
    by_title = {row.title: row for row in sorted(rows, key=lambda row: row.state == "active")}
    active = [row for row in rows if row.state == "active"]
    named = {line.kr_title for line in draft.lines}
    pairs: list[tuple[GoalLine, Row[Any] | None]] = []
    taken: set[str] = set()
    for place, line in enumerate(draft.lines):
        row = by_title.get(line.kr_title)
        if row is None and place < len(active):
            there = active[place]
            row = there if there.title not in named and there.type == line.kr_type else None
        pairs.append((line, row))
        if row is not None:
            taken.add(row.id)
    return Matched(tuple(pairs), tuple(row for row in active if row.id not in taken))


def objective_values(draft: Draft, known: Known, ids: Mapping[str, str], cycles: Mapping[str, str]) -> dict[str, Any]:
    """The columns of an objective as the file wants them. Parents and cycles that are still to be made count as new."""
    head = draft.head
    owner = known.owners.get(head.owner_no)
    return {
        "cycle_id": cycles.get(cycle_key(head.due), _NEW),
        "level": head.level,
        "title": head.title,
        "owner_id": owner.id if owner is not None else _NEW,
        "parent_id": ids.get(head.parent_key, _NEW) if head.parent_key else None,
        "due_on": head.due,
    }


def key_result_values(
    line: GoalLine, weight: int, owner_id: str, row: Row[Any] | None, known: Known, now: datetime
) -> dict[str, Any]:
    """The columns of a key result as the file wants them.

    Once there are check-ins, they say how it stands: `current` of the file is not taken (R-KR-05).
    """
    figures = line.figures
    current = figures.current
    value_at = now if current is not None else None
    if row is not None and (row.id in known.checked or row.current == current):
        current, value_at = row.current, row.value_at
    return {
        "owner_id": owner_id,
        "title": line.kr_title,
        "type": line.kr_type.value,
        "start": figures.start,
        "target": figures.target,
        "low": figures.low,
        "high": figures.high,
        "unit": line.unit,
        "weight": weight,
        "state": "active",
        "current": current,
        "value_at": value_at,
    }


def differs(row: Row[Any], values: Mapping[str, Any]) -> bool:
    """Whether a stored row is not as the file wants it."""
    return any(getattr(row, name) != value for name, value in values.items())


def history_problems(draft: Draft, known: Known, now: datetime) -> list[Problem]:
    """Changes that what already happened does not allow: to a finished objective, or to a type that has check-ins."""
    stored = known.objectives.get(draft.head.key)
    if stored is None:
        return []
    matched = match(draft, known)
    problems = [
        Problem(line.line, f"kr_type cannot change from {row.type}: the key result has check-ins")
        for line, row in matched.pairs
        if row is not None and row.type != line.kr_type and row.id in known.checked
    ]
    if stored.state in ("closed", "cancelled") and _changes(draft, matched, stored, known, now):
        problems.append(Problem(draft.head.line, f"the objective is {stored.state} and cannot be changed"))
    return problems


def _changes(draft: Draft, matched: Matched, stored: Row[Any], known: Known, now: datetime) -> bool:
    ids = {key: row.id for key, row in known.objectives.items()} if draft.head.parent_key else {}
    cycles = {key: row.id for key, row in known.cycles.items()}
    values = objective_values(draft, known, ids, cycles)
    return (
        differs(stored, values)
        or bool(matched.dropped)
        or any(
            row is None or differs(row, key_result_values(line, weight, values["owner_id"], row, known, now))
            for (line, row), weight in zip(matched.pairs, draft.weights(), strict=True)
        )
    )
