"""The simulated company's members and departments (wecom.md §3.9)."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

from adapters.simulation import Json, Resident

ROOT = 1


@dataclass(slots=True)
class Directory:
    """Who works here. User ids are compared without case."""

    company_name: str
    residents: dict[str, Resident] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    failed_lookups: Counter[date] = field(default_factory=Counter)

    def add(self, resident: Resident) -> None:
        self.residents[resident.user_id.lower()] = resident
        self.department_id(resident.department)

    def find(self, user_id: str) -> Resident | None:
        return self.residents.get(user_id.lower())

    def require(self, user_id: str) -> Resident:
        """The member, for acts of a person. Raises `ValueError` when there is none."""
        resident = self.find(user_id)
        if resident is None:
            raise ValueError(f"nobody here has the user id {user_id!r}")
        return resident

    def change(self, user_id: str, *, name: str | None, department: str | None, new_user_id: str | None) -> Resident:
        """Change one member. Raises `ValueError` when there is none."""
        old = self.require(user_id)
        new = replace(
            old,
            user_id=new_user_id or old.user_id,
            name=old.name if name is None else name,
            department=old.department if department is None else department,
        )
        self.remove(user_id)
        self.add(new)
        return new

    def remove(self, user_id: str) -> None:
        self.residents.pop(user_id.lower(), None)

    def department_id(self, name: str) -> int:
        """The id of a department, made on first mention; no name is the root."""
        if not name:
            return ROOT
        return self.departments.setdefault(name, len(self.departments) + ROOT + 1)

    def members_of(self, department_id: int) -> list[Resident]:
        """Direct members only: recursion is no longer offered."""
        return [one for one in self.residents.values() if self.department_id(one.department) == department_id]

    def department_rows(self) -> list[Json]:
        rows: list[Json] = [_department(ROOT, self.company_name, 0)]
        return rows + [_department(number, name, ROOT) for name, number in self.departments.items()]

    def describe(self, resident: Resident, *, hide_sensitive: bool) -> Json:
        """What `user/get` tells an app."""
        number = self.department_id(resident.department)
        attributes: list[Json] = []
        if resident.employee_no:
            attributes.append({"name": "工号", "type": 0, "text": {"value": resident.employee_no}})
        shown: Json = {
            "userid": resident.user_id,
            "name": resident.name,
            "department": [number],
            "order": [0],
            "position": "",
            "is_leader_in_dept": [0],
            "direct_leader": [],
            "telephone": "",
            "alias": "",
            "open_userid": "",
            "main_department": number,
            "status": 1,
            "extattr": {"attrs": attributes},
        }
        if not hide_sensitive:
            shown |= {"mobile": resident.mobile, "email": resident.email, "biz_mail": resident.email, "gender": "0"}
        return shown


def _department(number: int, name: str, parent: int) -> Json:
    return {"id": number, "name": name, "name_en": "", "department_leader": [], "parentid": parent, "order": number}
