"""One line of `people.csv`, read and checked on its own: nothing here knows the other lines or the database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.csvfile import Line, Problem, Refused, identifier, single_line
from domain.periods import zone_info

PLATFORMS: Final = ("wecom", "dingtalk", "feishu")
HEADER: Final = (
    "employee_no", "name", "email", "mobile", "department", "manager_no", "roles", "store", "locale", "timezone",
    *PLATFORMS,
)  # fmt: skip
OPTIONAL: Final = ("joined_on",)
"""Columns a file may leave out: then what is known stays."""
ROLES: Final = (
    "employee", "manager", "hrbp", "clerk", "store_manager", "exec_sponsor", "admin", "finance_admin", "auditor",
    "contractor",
)  # fmt: skip
LOCALES: Final = ("", "zh-CN", "en")

_TEXTS: Final = {"name": 200, "email": 254, "mobile": 32, "department": 200, "timezone": 64}
_STORE_LIMIT: Final = 200
_IDENTIFIERS: Final = {"employee_no": 64, "manager_no": 64, "wecom": 128, "dingtalk": 128, "feishu": 128}
_CHECKS: Final = tuple(
    (name, limit, check)
    for limits, check in ((_TEXTS, single_line), (_IDENTIFIERS, identifier))
    for name, limit in limits.items()
)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_MOBILE: Final = re.compile(r"\+?[0-9][0-9 ()-]{3,30}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BETWEEN_ROLES: Final = re.compile(r"[;|\s]+")
_BETWEEN_STORES: Final = re.compile(r"\s*[;|；｜]\s*")

Fold = Mapping[str, Callable[[str], str]]
"""Per messenger, how it writes a user id that it does not tell apart by case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person as the file says. `accounts`: messenger → user id, only where the column is filled. `stores`: by name,
    the home store first (R-ORG-05)."""

    line: int
    employee_no: str
    name: str
    email: str
    mobile: str
    department: str
    manager_no: str
    roles: str
    stores: tuple[str, ...]
    locale: str
    timezone: str
    accounts: Mapping[str, str]
    joined_on: date | None = None
    tells_joining: bool = False


def parse(line: Line, fold: Fold) -> tuple[PersonLine | None, list[Problem]]:
    """The line as a person, or everything that is wrong with it."""
    cells, wrong = line.cells, _wrong_cells(line.cells)
    accounts = {
        platform: fold[platform](cells[platform]) if platform in fold else cells[platform]
        for platform in PLATFORMS
        if cells[platform]
    }
    if wrong:
        return None, [Problem(line.number, reason) for reason in wrong]
    return PersonLine(
        line=line.number,
        accounts=accounts,
        **{name: cells[name] for name in HEADER if name not in (*PLATFORMS, "roles", "store")},
        roles=_stored_roles(cells["roles"]),
        stores=_stores(cells["store"]),
        joined_on=_day(cells.get("joined_on", "")),
        tells_joining="joined_on" in cells,
    ), []


def _wrong_cells(cells: Mapping[str, str]) -> list[str]:
    wrong = [f"{name} is missing" for name in ("employee_no", "name") if not cells[name]]
    for name, limit, check in _CHECKS:
        try:
            check(cells[name], limit)
        except Refused as error:
            wrong.append(f"{name} {error}")
    for store in _stores(cells["store"]):
        try:
            single_line(store, _STORE_LIMIT)
        except Refused as error:
            wrong.append(f"store {error}")
    if cells["email"] and not _EMAIL.fullmatch(cells["email"]):
        wrong.append("email is not an e-mail address")
    if cells["mobile"] and not _MOBILE.fullmatch(cells["mobile"]):
        wrong.append("mobile is not a telephone number")
    if cells["manager_no"] and cells["manager_no"] == cells["employee_no"]:
        wrong.append("an employee cannot be their own manager")
    if any(role not in ROLES for role in _roles(cells["roles"])):
        wrong.append(f"roles must be some of {', '.join(ROLES)}, separated by “;”")
    if cells["locale"] not in LOCALES:
        wrong.append("locale must be zh-CN, en or empty")
    if cells["timezone"] and not _is_zone(cells["timezone"]):
        wrong.append("timezone is not an IANA name such as Asia/Shanghai")
    if cells.get("joined_on") and _day(cells["joined_on"]) is None:
        wrong.append("joined_on must be a date such as 2026-01-19, or empty")
    wrong += [f"{name} must not contain blanks" for name in PLATFORMS if len(cells[name].split()) > 1]
    return wrong


def _roles(cell: str) -> list[str]:
    return [role for role in _BETWEEN_ROLES.split(cell) if role]


def _stored_roles(cell: str) -> str:
    """A comma list in a fixed order; "employee" is everybody and not stored."""
    said = set(_roles(cell))
    return ",".join(role for role in ROLES if role in said and role != "employee")


def _stores(cell: str) -> tuple[str, ...]:
    """Names between “|” or “;”, each once; blanks may be part of a name."""
    return tuple(dict.fromkeys(name for name in _BETWEEN_STORES.split(cell) if name))


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if _DAY.fullmatch(cell) else None
    except ValueError:
        return None


def _is_zone(name: str) -> bool:
    try:
        zone_info(name)
    except ValueError:
        return False
    return True
