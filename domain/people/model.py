"""Rows of people and organisation. State only; the rules are in `service`, `binding` and `directory`."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from domain.columns import Instant, Scoped
from domain.ids import new_id


class Workspace(SQLModel, table=True):
    """One company. `calendar_version` rises with every change of its working days, so that caches notice."""

    __tablename__: ClassVar[str] = "workspace"

    workspace_id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    locale: str = Field(default="zh-CN", max_length=10)
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    calendar_version: int = 0


class Department(Scoped, table=True):
    """A node of the department tree (R-ORG-01)."""

    __tablename__: ClassVar[str] = "department"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        ForeignKeyConstraint(["workspace_id", "parent_id"], ["department.workspace_id", "department.id"]),
    )

    name: str = Field(max_length=200)
    parent_id: str | None = Field(default=None, max_length=32)
    head_id: str | None = Field(default=None, max_length=32)
    timezone: str | None = Field(default=None, max_length=64)


class Store(Scoped, table=True):
    """A shop with its own zone and calendar (R-ORG-05)."""

    __tablename__: ClassVar[str] = "store"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str = Field(max_length=200)
    timezone: str | None = Field(default=None, max_length=64)


class Person(Scoped, table=True):
    """The human employee (R-ID-01). `provisional`: wrote to us before anybody told us who they are (R-ID-03).

    `roles` is a comma list of R-ROL names besides "employee"; `locale` and `timezone` empty means "as the company".
    `notice_version` is the privacy notice they were last shown (R-PRV-07); 0 = none yet. `kit_open`: a starter kit is
    waiting for their next step (R-ADO-04).
    """

    __tablename__: ClassVar[str] = "person"
    __table_args__ = (
        UniqueConstraint("workspace_id", "employee_no"),
        Index("ix_person_manager", "workspace_id", "manager_id"),
        Index("ix_person_name", "workspace_id", "name"),
        Index(
            "ix_person_roles",
            "workspace_id",
            postgresql_where=text("roles <> ''"),
            sqlite_where=text("roles <> ''"),
        ),
        ForeignKeyConstraint(["workspace_id", "department_id"], ["department.workspace_id", "department.id"]),
        ForeignKeyConstraint(["workspace_id", "manager_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
    )

    employee_no: str | None = Field(default=None, max_length=64)
    name: str = Field(max_length=200)
    email: str = Field(default="", max_length=254)
    mobile: str = Field(default="", max_length=32)
    department_id: str | None = Field(default=None, max_length=32)
    manager_id: str | None = Field(default=None, max_length=32)
    store_id: str | None = Field(default=None, max_length=32)
    roles: str = Field(default="", max_length=200)
    locale: str = Field(default="", max_length=10)
    timezone: str = Field(default="", max_length=64)
    active: bool = True
    provisional: bool = False
    joined_on: date | None = None
    leaves_on: date | None = None
    primary_platform: str | None = Field(default=None, max_length=16)
    notice_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    kit_open: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(sa_type=Instant)


class StoreAssignment(Scoped, table=True):
    """That a person serves a store as `role` from one instant until another, None while it lasts (R-ORG-05).

    `frozen_at`: since when the store manager has suspended this right for this store (R-PIC-06), and who did.
    """

    __tablename__: ClassVar[str] = "store_assignment"
    __table_args__ = (
        CheckConstraint("role IN ('clerk', 'store_manager')", name="store_assignment_role"),
        CheckConstraint("until_at IS NULL OR until_at >= from_at", name="store_assignment_span"),
        ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        Index(
            "uq_store_assignment_active", "workspace_id", "store_id", "person_id", "role", unique=True,
            postgresql_where=text("until_at IS NULL"), sqlite_where=text("until_at IS NULL"),
        ),
        Index("ix_store_assignment_person", "workspace_id", "person_id"),
    )  # fmt: skip

    store_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    role: str = Field(max_length=16)
    from_at: datetime = Field(sa_type=Instant)
    until_at: datetime | None = Field(default=None, sa_type=Instant)
    frozen_at: datetime | None = Field(default=None, sa_type=Instant)
    frozen_by_id: str | None = Field(default=None, max_length=32)


class Identity(Scoped, table=True):
    """Who a person is on one messenger. Unique; belongs to exactly one person (R-ID-01). `unreachable_at`: since when
    the messenger refuses to deliver to them; personal messages take another way until they write again (R-ID-06)."""

    __tablename__: ClassVar[str] = "identity"
    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "tenant", "user_id"),
        Index("ix_identity_person", "workspace_id", "person_id"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
    )

    person_id: str = Field(max_length=32)
    platform: str = Field(max_length=16)
    tenant: str = Field(max_length=64)
    user_id: str = Field(max_length=128)
    active: bool = True
    unreachable_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class BindCode(Scoped, table=True):
    """A 6-digit code shown in one messenger to be typed in another: 10 minutes, single use (R-ID-02 c).

    Only a keyed hash is kept.
    """

    __tablename__: ClassVar[str] = "bind_code"
    __table_args__ = (Index("ix_bind_code_hash", "workspace_id", "code_hash"),)

    person_id: str = Field(max_length=32)
    code_hash: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class BindTry(Scoped, table=True):
    """A wrong code typed by one account; five within ten minutes lock it (R-ID-02 c)."""

    __tablename__: ClassVar[str] = "bind_try"
    __table_args__ = (Index("ix_bind_try_account", "workspace_id", "account", "at"),)

    account: str = Field(max_length=220)
    at: datetime = Field(sa_type=Instant)


class CalendarDay(Scoped, table=True):
    """A day that differs from the national table: for the company (scope ""), a department or a store (R-CAL-01)."""

    __tablename__: ClassVar[str] = "calendar_day"
    __table_args__ = (UniqueConstraint("workspace_id", "scope", "day"),)

    scope: str = Field(default="", max_length=32)
    day: date
    off: bool


class Leave(Scoped, table=True):
    """A span in which a person does not work (R-CAL-01 first match, R-CAL-07)."""

    __tablename__: ClassVar[str] = "leave"
    __table_args__ = (Index("ix_leave_person", "workspace_id", "person_id", "first_day"),)

    person_id: str = Field(max_length=32)
    first_day: date
    last_day: date
