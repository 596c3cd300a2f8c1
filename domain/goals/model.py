"""Rows of goals: cycles, objectives, key results and check-ins."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from domain.columns import Exact, Instant, Scoped


class Cycle(Scoped, table=True):
    """A span with one set of goals (R-CYC-01). Its state follows from the dates; `archived` is said by hand."""

    __tablename__: ClassVar[str] = "cycle"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        CheckConstraint("starts_on <= ends_on", name="cycle_dates"),
    )

    key: str = Field(max_length=32)
    name: str = Field(max_length=100)
    starts_on: date
    ends_on: date
    archived: bool = False


class Objective(Scoped, table=True):
    """What somebody wants to reach in a cycle (R-OBJ). `key` is the import's stable name for it."""

    __tablename__: ClassVar[str] = "objective"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_objective_owner", "workspace_id", "owner_id"),
        Index("ix_objective_parent", "workspace_id", "parent_id"),
        ForeignKeyConstraint(["workspace_id", "cycle_id"], ["cycle.workspace_id", "cycle.id"]),
        ForeignKeyConstraint(["workspace_id", "owner_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "parent_id"], ["objective.workspace_id", "objective.id"]),
        CheckConstraint("level IN ('company', 'department', 'individual')", name="objective_level"),
        CheckConstraint("state IN ('draft', 'published', 'closed', 'cancelled')", name="objective_state"),
        CheckConstraint("visibility IN ('public', 'department', 'private')", name="objective_visibility"),
    )

    cycle_id: str = Field(max_length=32)
    key: str = Field(max_length=64)
    level: str = Field(max_length=16)
    title: str = Field(max_length=240)
    owner_id: str = Field(max_length=32)
    parent_id: str | None = Field(default=None, max_length=32)
    due_on: date
    state: str = Field(default="published", max_length=16)
    visibility: str = Field(default="public", max_length=16)
    created_at: datetime = Field(sa_type=Instant)


class Contributor(Scoped, table=True):
    """Somebody who helps an objective and may check in for its owner (R-OBJ-03, R-CHK-12)."""

    __tablename__: ClassVar[str] = "contributor"
    __table_args__ = (
        UniqueConstraint("workspace_id", "objective_id", "person_id"),
        ForeignKeyConstraint(["workspace_id", "objective_id"], ["objective.workspace_id", "objective.id"]),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
    )

    objective_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)


class KeyResult(Scoped, table=True):
    """How reaching an objective is measured (R-KR). `current` and `value_at` are a cache of the latest check-in."""

    __tablename__: ClassVar[str] = "key_result"
    __table_args__ = (
        UniqueConstraint("workspace_id", "objective_id", "position"),
        Index("ix_key_result_owner", "workspace_id", "owner_id"),
        ForeignKeyConstraint(["workspace_id", "objective_id"], ["objective.workspace_id", "objective.id"]),
        ForeignKeyConstraint(["workspace_id", "owner_id"], ["person.workspace_id", "person.id"]),
        CheckConstraint("weight BETWEEN 0 AND 100", name="key_result_weight"),
        CheckConstraint("state IN ('active', 'cancelled')", name="key_result_state"),
    )

    objective_id: str = Field(max_length=32)
    owner_id: str = Field(max_length=32)
    position: int
    title: str = Field(max_length=320)
    type: str = Field(max_length=16)
    start: Decimal | None = Field(default=None, sa_type=Exact)
    target: Decimal | None = Field(default=None, sa_type=Exact)
    low: Decimal | None = Field(default=None, sa_type=Exact)
    high: Decimal | None = Field(default=None, sa_type=Exact)
    unit: str = Field(default="", max_length=16)
    weight: int = 0
    state: str = Field(default="active", max_length=16)
    current: Decimal | None = Field(default=None, sa_type=Exact)
    value_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class CheckIn(Scoped, table=True):
    """One check-in, or one later version of it (R-CHK-04, R-CHK-08). Rows are never edited (R-GEN-07): a correction is
    a row with the same `thread_id` and the next `version`; `value` is None for "no change".
    """

    __tablename__: ClassVar[str] = "check_in"
    __table_args__ = (
        UniqueConstraint("workspace_id", "thread_id", "version"),
        Index("ix_check_in_key_result", "workspace_id", "key_result_id", "period"),
        Index("ix_check_in_person", "workspace_id", "person_id", "period"),
        ForeignKeyConstraint(["workspace_id", "key_result_id"], ["key_result.workspace_id", "key_result.id"]),
        CheckConstraint("confidence IS NULL OR confidence BETWEEN 0 AND 10", name="check_in_confidence"),
        CheckConstraint("status IN ('green', 'amber', 'red')", name="check_in_status"),
    )

    thread_id: str = Field(max_length=32)
    version: int = 1
    key_result_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    by_id: str = Field(max_length=32)
    period: str = Field(max_length=16)
    value: Decimal | None = Field(default=None, sa_type=Exact)
    value_at: datetime = Field(sa_type=Instant)
    status: str = Field(max_length=8)
    automatic_status: str = Field(max_length=8)
    confidence: int | None = None
    blocker: str = Field(default="", max_length=16)
    note: str = Field(default="", max_length=500)
    before: Decimal | None = Field(default=None, sa_type=Exact)
    command_id: str = Field(max_length=32)
    created_at: datetime = Field(sa_type=Instant)
