"""What goes in and out of the people service; the only part of it that cards may see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as the rest of the house knows them. `locale` and `timezone` are already resolved (R-GEN-02).

    `unreachable_here`: the messenger they just wrote from had refused to deliver to them.
    """

    id: str
    name: str
    locale: str
    timezone: str
    roles: frozenset[str] = frozenset()
    active: bool = True
    provisional: bool = False
    employee_no: str | None = None
    department_id: str | None = None
    manager_id: str | None = None
    store_id: str | None = None
    calendar_version: int = 0
    primary_platform: str | None = None
    unreachable_here: bool = False
    notice_version: int = 0
    kit_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRef:
    """A store as the rest of the house knows it. `timezone` is already resolved (R-GEN-02)."""

    id: str
    name: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One messenger a person is linked to."""

    platform: str
    tenant: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutMe:
    """What `/me` tells."""

    person: Profile
    department: str
    manager: str
    identities: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BindCodeIssued:
    """A 6-digit code to be typed in another messenger within ten minutes (R-ID-02 c)."""

    code: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityBound:
    """This account now belongs to the person."""

    person: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged:
    """The directory says something new of a user: what is None is not told."""

    platform: str
    tenant: str
    user_id: str
    name: str | None = None
    department: str | None = None
    employee_no: str | None = None
    new_user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft:
    """The user is gone from the messenger's directory (R-ID-07)."""

    platform: str
    tenant: str
    user_id: str
