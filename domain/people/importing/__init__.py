"""Importing `people.csv`: who works here, for whom, and who they are on the messengers (R-ID-02 a, R-ORG-01).

What the file says holds: a line's empty column clears the field, except `locale` (people choose it in the chat) and
the messengers' ids (binding by code). People the file does not list are left alone; nobody is deactivated or brought
back by an import.
"""

from collections.abc import Iterable

from domain.csvfile import ImportReport, Line, Problem, Progress, read
from domain.people.importing.known import Known
from domain.people.importing.references import (
    Tenants,
    drop,
    foreign_accounts,
    manager_loops,
    repeated_accounts,
    unknown_managers,
    without_dependents,
)
from domain.people.importing.rows import HEADER, OPTIONAL, Fold, PersonLine, parse
from domain.people.importing.write import write
from domain.unit_of_work import UnitOfWork

__all__ = ["HEADER", "import_people"]


def _quiet(_done: int, _total: int) -> None:
    return None


def import_people(
    uow: UnitOfWork,
    source: str | bytes,
    *,
    tenants: Tenants,
    fold: Fold,
    partial: bool = False,
    on_progress: Progress = _quiet,
) -> ImportReport:
    """Make people, departments, stores and accounts what the file says; the caller commits.

    `tenants`: messenger → corp or app tenant, missing or "" while it is not connected yet. `fold`: messenger → how it
    writes ids it does not tell apart by case. With any problem nothing is written, unless `partial`: then the good
    lines are, without those that need a bad one. Running the same file again changes nothing.
    """
    file = read(source, HEADER, OPTIONAL)
    listed, lines, problems = _parse(file.lines, fold)
    problems += file.problems
    known = Known(uow)
    problems += repeated_accounts(lines.values())
    problems += foreign_accounts(lines.values(), known, tenants)
    problems += unknown_managers(lines.values(), listed, known)
    problems += manager_loops(lines, known)
    if problems and partial:
        drop(lines, problems)
        problems += without_dependents(lines, listed, known)
    elif problems:
        return ImportReport(problems=_sorted(problems))
    report = write(uow, lines, known, tenants, on_progress)
    return ImportReport(
        created=report.created, updated=report.updated, unchanged=report.unchanged, problems=_sorted(problems)
    )


def _parse(rows: Iterable[Line], fold: Fold) -> tuple[dict[str, int], dict[str, PersonLine], list[Problem]]:
    """Employee number → line of everybody listed, the readable ones as people, and what is wrong."""
    listed: dict[str, int] = {}
    lines: dict[str, PersonLine] = {}
    problems: list[Problem] = []
    for row in rows:
        person, wrong = parse(row, fold)
        problems += wrong
        number = row.cells["employee_no"]
        first = listed.setdefault(number, row.number) if number else row.number
        if first != row.number:
            named = person.employee_no if person is not None else "of this line"
            problems.append(Problem(row.number, f"employee_no {named} is already on line {first}"))
        elif person is not None:
            lines[number] = person
    return listed, lines, problems


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
