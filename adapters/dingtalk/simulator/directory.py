"""The simulated company: people, departments, groups, and the opaque ids DingTalk derives for them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.simulation import Resident

Json = dict[str, Any]
ROOT = 1


@dataclass(slots=True)
class Group:
    """A group chat. `chat` is its openConversationId; the robot only hears and posts while `has_robot`."""

    chat: str
    title: str
    members: list[str]
    has_robot: bool = True


@dataclass(slots=True)
class Company:
    """Who and what exists in the organisation. Department ids are integers, the root is 1 (dingtalk.md §4.10)."""

    corp_id: str
    people: dict[str, Resident] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)

    def add(self, resident: Resident) -> None:
        self.people[resident.user_id] = resident
        self.department_id(resident.department)

    def change(self, user_id: str, **fields: str) -> None:
        self.add(replace(self.people[user_id], **fields))

    def remove(self, user_id: str) -> None:
        del self.people[user_id]
        for group in self.groups.values():
            if user_id in group.members:
                group.members.remove(user_id)

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None:
        missing = [member for member in members if member not in self.people]
        if missing:
            raise ValueError(f"not in the directory: {missing}")
        self.groups[chat] = Group(chat, title, list(members))

    def check_member(self, user_id: str, chat: str | None) -> None:
        """Raises `ValueError` for a stranger, or somebody who is not in the group."""
        if user_id not in self.people:
            raise ValueError(f"not in the directory: {user_id}")
        if chat is not None:
            group = self.groups.get(chat)
            if group is None or user_id not in group.members:
                raise ValueError(f"{user_id} is not in {chat}")

    def department_id(self, name: str) -> int:
        """The id of a department under the root, made on first use; no name means the root itself."""
        if not name:
            return ROOT
        return self.departments.setdefault(name, ROOT + 1 + len(self.departments))

    def department_name(self, dept_id: int) -> str | None:
        if dept_id == ROOT:
            return self.corp_id
        return next((name for name, known in self.departments.items() if known == dept_id), None)

    def in_department(self, dept_id: int) -> list[str]:
        return [p.user_id for p in self.people.values() if self.department_id(p.department) == dept_id]

    def by_union_id(self, union: str) -> str | None:
        return next((user for user in self.people if union_id(user) == union), None)

    def by_mobile(self, mobile: str) -> str | None:
        return next((p.user_id for p in self.people.values() if p.mobile == mobile), None)

    def member_named(self, group: Group, word: str) -> str | None:
        """The member a typed `@word` means: by shown name or by user id."""
        return next((user for user in group.members if word in (user, self.people[user].name)), None)


def change_contact(
    company: Company, person: str, *, name: str | None, department: str | None, left: bool
) -> tuple[str, Json]:
    """Change the directory; returns the event that tells of it and its fields (§1.2).

    A new person is user_add_org; a new name carries `diffInfo`, a new department does not (profile changes only).
    """
    fields: Json = {"userId": [person]}
    if left:
        company.remove(person)
        return "user_leave_org", fields
    if person not in company.people:
        company.add(Resident(user_id=person, name=name or person, department=department or ""))
        return "user_add_org", fields
    before = company.people[person]
    if department is not None:
        company.change(person, department=department)
    if name is not None:
        company.change(person, name=name)
        fields["diffInfo"] = {"prev": {"name": before.name}, "curr": {"name": name}, "userid": person}
    return "user_modify_org", fields


def _digest(kind: str, seed: str) -> str:
    return hashlib.sha256(f"{kind}:{seed}".encode()).hexdigest()


def union_id(user_id: str) -> str:
    return f"z{_digest('union', user_id)[:20]}iE"


def opaque_id(user_id: str) -> str:
    """senderId / dingtalkId: good for equality tests only."""
    return f"$:LWCP_v1:${_digest('opaque', user_id)[:22]}"


def direct_conversation(user_id: str) -> str:
    """The conversationId of the person's chat with the robot."""
    return f"cid{_digest('direct', user_id)[:24]}=="
