"""Importing `goals.csv`: objectives on three levels with their key results, one line per key result.

The file holds for the objectives it lists, and lists each with all its key results; other objectives are left alone.
An objective belongs to the quarter its due date lies in, which is opened if nobody has. Values that people checked in
are never overwritten.
"""

from collections.abc import Iterable

from domain.csvfile import ImportReport, Problem, Progress, read
from domain.goals.importing.alignment import owner_problems, parent_problems
from domain.goals.importing.drafts import Draft, Drafts, gather
from domain.goals.importing.known import Known
from domain.goals.importing.plan import history_problems
from domain.goals.importing.rows import HEADER
from domain.goals.importing.write import write
from domain.unit_of_work import UnitOfWork

__all__ = ["HEADER", "import_goals"]


def _quiet(_done: int, _total: int) -> None:
    return None


def import_goals(
    uow: UnitOfWork, source: str | bytes, *, partial: bool = False, on_progress: Progress = _quiet
) -> ImportReport:
    """Make cycles, objectives and key results what the file says; the caller commits.

    With any problem nothing is written, unless `partial`: then the objectives whose lines are all good are, without
    those below a parent that is not. Running the same file again changes nothing.
    """
    file = read(source, HEADER)
    gathered = gather(file.lines, file.misshapen)
    drafts = gathered.drafts
    known = Known(uow)
    problems = [*file.problems, *gathered.problems, *owner_problems(drafts.values(), known)]
    problems += [problem for draft in drafts.values() for problem in history_problems(draft, known, uow.now)]
    problems += parent_problems(drafts, gathered, known, settled=False)
    if problems and partial and file.is_readable:
        problems += _settle(drafts, gathered, known, problems)
    elif problems:
        return ImportReport(problems=_sorted(problems))
    report = write(uow, drafts, known, on_progress)
    return ImportReport(
        created=report.created, updated=report.updated, unchanged=report.unchanged, problems=_sorted(problems)
    )


def _settle(drafts: dict[str, Draft], file: Drafts, known: Known, found: list[Problem]) -> list[Problem]:
    """Drop objectives with a problem, then those that need them; the further problems that makes."""
    problems: list[Problem] = []
    fresh = found
    while fresh:
        bad = {problem.line for problem in fresh}
        for key in [key for key, draft in drafts.items() if any(line.line in bad for line in draft.lines)]:
            del drafts[key]
        fresh = parent_problems(drafts, file, known, settled=True)
        problems += fresh
    reported = {problem.line for problem in (*found, *problems)}
    return problems + [
        Problem(line, "another line of this objective is not imported")
        for key, numbers in file.listed.items()
        if key not in drafts
        for line in numbers
        if line not in reported
    ]


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
