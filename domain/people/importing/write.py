"""Writing the good lines of `people.csv`: new people in one go, changed ones one by one, the rest not at all."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, update

from domain.csvfile import ImportReport, Progress
from domain.ids import new_id
from domain.lineage import elders_first
from domain.people.importing.accounts import AccountChanges
from domain.people.importing.assignments import AssignmentChanges
from domain.people.importing.known import FIELDS, PERSON, Known
from domain.people.importing.references import Tenants, managers
from domain.people.importing.rows import PersonLine
from domain.people.model import Department, Person, Store
from domain.unit_of_work import UnitOfWork

_CHANGE = (
    update(PERSON).where(PERSON.c.id == bindparam("person")).values({name: bindparam(f"to_{name}") for name in FIELDS})
)
_CHUNK = 1000


def write(
    uow: UnitOfWork, lines: Mapping[str, PersonLine], known: Known, tenants: Tenants, on_progress: Progress
) -> ImportReport:
    """Store the lines, managers before their people, and count what that did."""
    _add_places(uow, lines.values(), known)
    ids = {number: known.people[number].id if number in known.people else new_id() for number in lines}
    id_of = {number: row.id for number, row in known.people.items()} | ids
    accounts, assignments = AccountChanges(), AssignmentChanges()
    created: list[Person] = []
    changed: list[tuple[str, dict[str, Any]]] = []
    unchanged = 0
    for number in elders_first(managers(lines, known), lines):
        line, row = lines[number], known.people.get(number)
        linked = [
            accounts.plan(known, platform, tenants.get(platform, ""), user_id, ids[number], uow.now)
            for platform, user_id in line.accounts.items()
        ]
        linked.append(assignments.plan(known, line, ids[number], uow.now))
        wanted = _wanted(line, known, id_of)
        if row is None:
            created.append(
                Person(workspace_id="", id=ids[number], employee_no=number, created_at=uow.now, **wanted)
            )  # fmt: skip
            continue
        # Empty leaves the language a person chose in the chat.
        wanted["locale"] = wanted["locale"] or row.locale
        wanted["joined_on"] = line.joined_on if line.tells_joining else row.joined_on
        if differs := any(getattr(row, name) != wanted[name] for name in FIELDS):
            changed.append((row.id, wanted))
        unchanged += not differs and not any(linked)
    _store(uow, created, changed, len(lines), on_progress)
    accounts.write(uow)
    assignments.write(uow)
    on_progress(len(lines), len(lines))
    return ImportReport(
        created=len(created), updated=len(lines) - len(created) - unchanged, unchanged=unchanged
    )  # fmt: skip


def _store(
    uow: UnitOfWork, created: list[Person], changed: list[tuple[str, dict[str, Any]]], total: int, tell: Progress
) -> None:
    for start in range(0, len(created), _CHUNK):
        uow.add_all(created[start : start + _CHUNK])
        tell(start, total)
    for done, (person, wanted) in enumerate(changed, len(created)):
        uow.change(_CHANGE, person=person, **{f"to_{name}": value for name, value in wanted.items()})
        if done % _CHUNK == 0:
            tell(done, total)


def _add_places(uow: UnitOfWork, lines: Iterable[PersonLine], known: Known) -> None:
    """Departments and stores nobody has heard of yet; `known` learns them."""
    lines = list(lines)
    departments = [
        Department(workspace_id="", name=name)
        for name in dict.fromkeys(line.department for line in lines)
        if name and name not in known.departments
    ]
    stores = [
        Store(workspace_id="", name=name)
        for name in dict.fromkeys(name for line in lines for name in line.stores)
        if name not in known.stores
    ]
    uow.add_all(departments)
    uow.add_all(stores)
    known.departments.update({one.name: one.id for one in departments})
    known.stores.update({one.name: one.id for one in stores})


def _wanted(line: PersonLine, known: Known, id_of: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": line.name,
        "email": line.email,
        "mobile": line.mobile,
        "department_id": known.departments[line.department] if line.department else None,
        "manager_id": id_of[line.manager_no] if line.manager_no else None,
        "store_id": known.stores[line.stores[0]] if line.stores else None,
        "roles": line.roles,
        "locale": line.locale,
        "timezone": line.timezone,
        "joined_on": line.joined_on,
    }
