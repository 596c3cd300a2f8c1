"""What lines of `people.csv` say about one another: the same number or account twice, managers, loops of managers."""

from collections.abc import Iterable, Mapping

from domain.csvfile import Problem
from domain.lineage import loops, path_from
from domain.people.importing.known import Account, Known
from domain.people.importing.rows import PersonLine

Tenants = Mapping[str, str]


def repeated_accounts(lines: Iterable[PersonLine]) -> list[Problem]:
    """The same user id of one messenger on two lines (R-ID-01): the later line is wrong."""
    problems: list[Problem] = []
    first: dict[tuple[str, str], int] = {}
    for line in lines:
        for account in line.accounts.items():
            before = first.setdefault(account, line.line)
            if before != line.line:
                problems.append(Problem(line.line, f"the {account[0]} id is already used on line {before}"))
    return problems


def foreign_accounts(lines: Iterable[PersonLine], known: Known, tenants: Tenants) -> list[Problem]:
    """Accounts another employee uses now. A guest's and a former one may be taken over."""
    return [
        Problem(line.line, f"the {platform} id belongs to {_named(holder, known)}")
        for line in lines
        for platform, user_id in line.accounts.items()
        for holder in known.holding(platform, tenants.get(platform, ""), user_id)
        if holder.active and not holder.provisional and known.number_of.get(holder.person_id) != line.employee_no
    ]


def _named(holder: Account, known: Known) -> str:
    number = known.number_of.get(holder.person_id)
    return f"employee {number}" if number else "somebody without an employee number"


def unknown_managers(lines: Iterable[PersonLine], listed: Mapping[str, int], known: Known) -> list[Problem]:
    """Managers that neither the file (`listed`: employee number → line) nor the database has."""
    return [
        Problem(line.line, f"manager_no {line.manager_no} is neither in this file nor known")
        for line in lines
        if line.manager_no and line.manager_no not in listed and line.manager_no not in known.people
    ]


def manager_loops(lines: Mapping[str, PersonLine], known: Known) -> list[Problem]:
    """Loops through at least one of these lines, with the path (R-ORG-02). Everybody else reports as stored."""
    found = loops(managers(lines, known), lines)
    return [
        Problem(lines[name].line, f"the managers form a loop: {path_from(loop, name)}")
        for loop in found
        for name in loop
        if name in lines
    ]


def managers(lines: Mapping[str, PersonLine], known: Known) -> dict[str, str | None]:
    """Who reports to whom once these lines are written, by employee number."""
    stored: dict[str, str | None] = {number: known.manager_of(number) for number in known.people}
    return stored | {number: line.manager_no or None for number, line in lines.items()}


def without_dependents(lines: dict[str, PersonLine], listed: Mapping[str, int], known: Known) -> list[Problem]:
    """Drop lines whose manager is dropped, or who would stand in a loop without the dropped lines; for `partial`.

    A manager who is already known stays usable although their own line is bad.
    """
    problems: list[Problem] = []
    while True:
        fresh = manager_loops(lines, known) + [
            Problem(line.line, f"manager {line.manager_no} on line {listed[line.manager_no]} is not imported")
            for line in lines.values()
            if line.manager_no in listed and line.manager_no not in lines and line.manager_no not in known.people
        ]
        if not fresh:
            return problems
        problems += fresh
        drop(lines, fresh)


def drop(lines: dict[str, PersonLine], problems: Iterable[Problem]) -> None:
    """Take out every line that has a problem."""
    bad = {problem.line for problem in problems}
    for number in [number for number, line in lines.items() if line.line in bad]:
        del lines[number]
