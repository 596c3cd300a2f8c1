"""Writing the good objectives of `goals.csv`: new rows in bulk, changed ones one by one, the rest not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlmodel import SQLModel

from domain.csvfile import ImportReport, Progress
from domain.goals.importing.alignment import default_visibility, parents
from domain.goals.importing.drafts import Draft
from domain.goals.importing.known import KR, OBJECTIVE, Known, cycle_key, quarter
from domain.goals.importing.plan import (
    KR_FIELDS,
    OBJECTIVE_FIELDS,
    differs,
    key_result_values,
    match,
    objective_values,
)
from domain.goals.model import Cycle, KeyResult, Objective
from domain.ids import new_id
from domain.lineage import elders_first
from domain.unit_of_work import UnitOfWork

_CHANGE_OBJECTIVE = (
    update(OBJECTIVE)
    .where(OBJECTIVE.c.id == bindparam("which"))
    .values({name: bindparam(f"to_{name}") for name in OBJECTIVE_FIELDS})
)
_CHANGE_KEY_RESULT = (
    update(KR).where(KR.c.id == bindparam("which")).values({name: bindparam(f"to_{name}") for name in KR_FIELDS})
)
_CANCEL = update(KR).where(KR.c.id == bindparam("which")).values(state="cancelled")
_CHUNK = 1000


@dataclass(slots=True)
class _Work:
    """Everything to be written, in the order it can be."""

    objectives: list[Objective] = field(default_factory=list)
    key_results: list[KeyResult] = field(default_factory=list)
    changes: list[tuple[Update, str, dict[str, Any]]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0


def write(uow: UnitOfWork, drafts: Mapping[str, Draft], known: Known, on_progress: Progress) -> ImportReport:
    """Store the drafts, parents first, and count what became of their lines."""
    cycles = _cycles(uow, drafts.values(), known)
    ids = {key: row.id for key, row in known.objectives.items()}
    ids.update((key, new_id()) for key in drafts if key not in ids)
    work = _Work()
    for key in elders_first(parents(drafts, known), drafts):
        _plan(drafts[key], known, ids, cycles, uow, work)
    total = work.created + work.updated + work.unchanged
    _add(uow, work.objectives)
    _add(uow, work.key_results, lambda done: on_progress(done, total))
    for done, (statement, which, values) in enumerate(work.changes, len(work.key_results)):
        uow.change(statement, which=which, **{f"to_{name}": value for name, value in values.items()})
        if done % _CHUNK == 0:
            on_progress(min(done, total), total)
    for which in work.cancelled:
        uow.change(_CANCEL, which=which)
    on_progress(total, total)
    return ImportReport(created=work.created, updated=work.updated, unchanged=work.unchanged)


def _plan(
    draft: Draft, known: Known, ids: Mapping[str, str], cycles: Mapping[str, str], uow: UnitOfWork, work: _Work
) -> None:
    """Add one objective and its key results to the work. A change of the objective itself counts for its first line."""
    key = draft.head.key
    stored = known.objectives.get(key)
    values = objective_values(draft, known, ids, cycles)
    matched = match(draft, known)
    head_changed = bool(matched.dropped) or (stored is not None and differs(stored, values))
    if stored is None:
        visibility = default_visibility(draft.head.level)
        work.objectives.append(
            Objective(workspace_id="", id=ids[key], key=key, visibility=visibility, created_at=uow.now, **values)
        )
    elif differs(stored, values):
        work.changes.append((_CHANGE_OBJECTIVE, stored.id, values))
    work.cancelled += [row.id for row in matched.dropped]
    used = known.key_results.get(ids[key], [])
    place = max((row.position for row in used), default=0)
    for number, ((line, row), weight) in enumerate(zip(matched.pairs, draft.weights(), strict=True)):
        wanted = key_result_values(line, weight, values["owner_id"], row, known, uow.now)
        if row is None:
            place += 1
            work.key_results.append(
                KeyResult(workspace_id="", objective_id=ids[key], position=place, created_at=uow.now, **wanted)
            )
            work.created += 1
            continue
        changed = differs(row, wanted)
        if changed:
            work.changes.append((_CHANGE_KEY_RESULT, row.id, wanted))
        is_updated = changed or (number == 0 and head_changed)
        work.updated += is_updated
        work.unchanged += not is_updated


def _cycles(uow: UnitOfWork, drafts: Iterable[Draft], known: Known) -> dict[str, str]:
    """The id of every cycle needed; quarters nobody has opened yet are."""
    ids = {key: row.id for key, row in known.cycles.items()}
    for due in sorted({draft.head.due for draft in drafts}):
        key = cycle_key(due)
        if key not in ids:
            starts, ends = quarter(due)
            cycle = Cycle(workspace_id="", key=key, name=key, starts_on=starts, ends_on=ends)
            uow.add(cycle)
            ids[key] = cycle.id
    return ids


def _add(uow: UnitOfWork, rows: Sequence[SQLModel], tell: Any = None) -> None:
    for start in range(0, len(rows), _CHUNK):
        uow.add_all(rows[start : start + _CHUNK])
        if tell is not None:
            tell(start)
