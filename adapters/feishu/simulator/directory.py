"""The simulated company: its people, departments and the ids the platform knows them by."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.simulation import Json, Resident

ROOT = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A resident with the platform's other ids. The resident's `user_id` is the open_id, the id an app sees."""

    resident: Resident
    user_id: str
    departments: tuple[str, ...]
    left: bool = False
    reachable: bool = True
    stopped: bool = False

    @property
    def open_id(self) -> str:
        return self.resident.user_id

    @property
    def union_id(self) -> str:
        return f"on_{_digest(self.open_id)}"


@dataclass(slots=True)
class Directory:
    """Who works here. `shows_user_id`: the app holds `contact:user.employee_id:readonly` (off by default)."""

    shows_user_id: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)

    def add(self, resident: Resident) -> Member:
        """Let somebody join; the tenant's own user_id is derived unless an employee number gives one."""
        departments = (self.department(resident.department),) if resident.department else (ROOT,)
        user_id = resident.employee_no or _digest(resident.user_id)[:8]
        member = self.members[resident.user_id] = Member(resident=resident, user_id=user_id, departments=departments)
        return member

    def department(self, name: str) -> str:
        """The `od-…` id of the department with this name, created below the root when new."""
        made = f"od-{_digest(name)}"
        self.departments.setdefault(made, name)
        return made

    def person(self, open_id: str) -> Member:
        """The member. Raises `ValueError` for a stranger (a mistake in the test, not on the wire)."""
        if open_id not in self.members:
            raise ValueError(f"nobody here is called {open_id!r}")
        return self.members[open_id]

    def present(self, open_id: str) -> Member:
        """A member who can act. Raises `ValueError` for strangers and for those who have left."""
        member = self.person(open_id)
        if member.left:
            raise ValueError("this person has left")
        return member

    def change(self, open_id: str, **changes: Any) -> Member:
        """Replace fields of a member."""
        member = self.members[open_id] = replace(self.person(open_id), **changes)
        return member

    def move(
        self, open_id: str, name: str | None, department: str | None, user_id: str | None, *, left: bool
    ) -> Member:
        """Rename, move, renumber or dismiss somebody; None leaves a thing as it is."""
        member = self.person(open_id)
        shown = {"name": name, "department": department}
        resident = replace(member.resident, **{key: value for key, value in shown.items() if value is not None})
        return self.change(
            open_id,
            resident=resident,
            departments=member.departments if department is None else (self.department(department),),
            user_id=member.user_id if user_id is None else user_id,
            left=left,
        )

    def find(self, id_type: str, value: str) -> Member | None:
        """Somebody by open_id, union_id, user_id or email."""
        if id_type == "open_id":
            return self.members.get(value)
        if not value:
            return None
        for member in self.members.values():
            known = {"union_id": member.union_id, "user_id": member.user_id, "email": member.resident.email}
            if known.get(id_type) == value:
                return member
        return None

    def is_known(self, any_id: str) -> bool:
        """Whether a card may name this id (open_id, union_id or user_id)."""
        return any(self.find(kind, any_id) is not None for kind in ("open_id", "union_id", "user_id"))

    def name(self, any_id: str) -> str:
        for kind in ("open_id", "union_id", "user_id"):
            if found := self.find(kind, any_id):
                return found.resident.name
        return any_id

    def ids(self, member: Member) -> Json:
        """The id object of events; `user_id` only with the scope (§1.13)."""
        ids = {"union_id": member.union_id, "open_id": member.open_id}
        return {**ids, "user_id": member.user_id} if self.shows_user_id else ids

    def profile(self, member: Member) -> Json:
        """The contact object of events and of the contact API (§1.8)."""
        who = member.resident
        left = member.left
        return {
            **self.ids(member), "name": who.name, "en_name": "", "nickname": "", "email": who.email,
            "enterprise_email": "", "job_title": "", "mobile": who.mobile, "gender": 0,
            "avatar": {"avatar_72": "", "avatar_240": "", "avatar_640": "", "avatar_origin": ""},
            "status": {"is_frozen": False, "is_resigned": left, "is_activated": not left, "is_exited": left,
                       "is_unjoin": False},
            "department_ids": list(member.departments), "leader_user_id": "", "city": "", "country": "",
            "work_station": "", "join_time": 0, "employee_no": who.employee_no, "employee_type": 1, "orders": [],
            "custom_attrs": [], "job_level_id": "", "job_family_id": "", "dotted_line_leader_user_ids": [],
        }  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
