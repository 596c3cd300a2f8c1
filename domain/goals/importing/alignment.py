"""Whether an imported objective may have its owner, its parent and its cycle (R-OBJ-05, R-ALN-02)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from domain.csvfile import Problem
from domain.goals.importing.drafts import Draft, Drafts
from domain.goals.importing.known import Known, cycle_key
from domain.goals.importing.rows import LEVELS
from domain.lineage import loops, path_from

MOST_OBJECTIVES = 12
"""Per owner and cycle (R-OBJ-05)."""
_PUBLIC_LEVELS = ("company", "department")


@dataclass(frozen=True, slots=True)
class _Parent:
    """What matters of a parent, be it in the file or stored."""

    level: str
    owner: Row[Any] | None
    span: tuple[date, date]
    visibility: str
    state: str


def owner_problems(drafts: Iterable[Draft], known: Known) -> list[Problem]:
    """Owners nobody knows or who have left, archived cycles, and more objectives than one person can have."""
    problems: list[Problem] = []
    drafts = list(drafts)
    listed = {draft.head.key for draft in drafts}
    had = Counter(
        (row.owner_id, row.cycle_id)
        for key, row in known.objectives.items()
        if key not in listed and row.state in ("draft", "published")
    )
    for draft in drafts:
        head, owner = draft.head, known.owners.get(draft.head.owner_no)
        if owner is None:
            problems.append(Problem(head.line, f"owner_no {head.owner_no} is not known: import people first"))
            continue
        if not known.is_active(owner):
            problems.append(Problem(head.line, f"owner {head.owner_no} is no longer active"))
        cycle = known.cycles.get(cycle_key(head.due))
        if cycle is not None and cycle.archived:
            problems.append(Problem(head.line, f"the cycle {cycle.key} is archived"))
        slot = (owner.id, cycle.id if cycle is not None else cycle_key(head.due))
        had[slot] += 1
        if had[slot] > MOST_OBJECTIVES:
            problems.append(Problem(head.line, f"owner {head.owner_no} has more than {MOST_OBJECTIVES} objectives"))
    return problems


def parents(drafts: Mapping[str, Draft], known: Known) -> dict[str, str | None]:
    """Which objective hangs below which once these drafts are written, by key."""
    stored: dict[str, str | None] = {key: known.parent_of(key) for key in known.objectives}
    return stored | {key: draft.head.parent_key or None for key, draft in drafts.items()}


def parent_problems(drafts: Mapping[str, Draft], file: Drafts, known: Known, *, settled: bool) -> list[Problem]:
    """Parents these drafts cannot have.

    `settled`: what is not among `drafts` will not be imported, so its stored state counts. Otherwise a parent whose
    own lines are bad is not judged: they are reported already.
    """
    problems = [
        Problem(drafts[key].head.line, f"the parents form a loop: {path_from(loop, key)}")
        for loop in loops(parents(drafts, known), drafts)
        for key in loop
        if key in drafts
    ]
    problems += [
        Problem(drafts[above].head.line, f"the objective {key} below it would be of a higher level ({row.level})")
        for key, row in known.objectives.items()
        if key not in file.listed and (above := known.parent_of(key)) is not None and above in drafts
        if LEVELS.index(drafts[above].head.level) > LEVELS.index(row.level)
    ]
    for draft in drafts.values():
        key = draft.head.parent_key
        if not key or (not settled and key in file.listed and key not in drafts):
            continue
        parent = _parent(key, drafts, known)
        if parent is not None:
            problems += [Problem(draft.head.line, reason) for reason in _refusals(draft, key, parent, known)]
        elif key in file.listed:
            line = file.listed[key][0]
            problems.append(Problem(draft.head.line, f"the parent {key} on line {line} is not imported"))
        else:
            problems.append(Problem(draft.head.line, f"parent_key {key} is neither in this file nor known"))
    return problems


def _parent(key: str, drafts: Mapping[str, Draft], known: Known) -> _Parent | None:
    row, draft = known.objectives.get(key), drafts.get(key)
    if draft is not None:
        head = draft.head
        return _Parent(
            head.level,
            known.owners.get(head.owner_no),
            known.span(head.due),
            row.visibility if row is not None else default_visibility(head.level),
            row.state if row is not None else "published",
        )
    if row is None:
        return None
    return _Parent(row.level, known.people.get(row.owner_id), (row.starts_on, row.ends_on), row.visibility, row.state)


def default_visibility(level: str) -> str:
    """R-OBJ-06: goals of the company and of departments are for all, a person's own for their department."""
    return "public" if level in _PUBLIC_LEVELS else "department"


def _refusals(draft: Draft, key: str, parent: _Parent, known: Known) -> list[str]:
    head, owner = draft.head, known.owners.get(draft.head.owner_no)
    reasons: list[str] = []
    if LEVELS.index(parent.level) > LEVELS.index(head.level):
        reasons.append(f"the parent {key} is of a lower level ({parent.level})")
    if parent.state in ("closed", "cancelled"):
        reasons.append(f"the parent {key} is {parent.state}")
    starts, ends = known.span(head.due)
    if parent.span[0] > ends or parent.span[1] < starts:
        reasons.append(f"the parent {key} belongs to another cycle")
    if owner is None or parent.owner is None:
        return reasons
    if parent.level == head.level and parent.owner.id == owner.id:
        reasons.append(f"the parent {key} has the same owner at the same level")
    if not _may_see(owner, parent, known):
        reasons.append(f"the parent {key} is not visible to owner {head.owner_no}")
    return reasons


def _may_see(person: Row[Any], goal: _Parent, known: Known) -> bool:
    owner = goal.owner
    if goal.visibility == "public" or owner is None or owner.id == person.id:
        return True
    if goal.visibility == "department" and owner.department_id and owner.department_id == person.department_id:
        return True
    seen: set[str] = set()
    above = owner.manager_id
    while above is not None and above not in seen:
        if above == person.id:
            return True
        seen.add(above)
        row = known.people.get(above)
        above = row.manager_id if row is not None else None
    return False
