"""Rows of the starter kit. They outlive an employment: whoever comes back has had it (R-ADO-04)."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.columns import Instant, Scoped

_OWED = text("paid_at IS NULL")


class StarterKit(Scoped, table=True):
    """That somebody was offered the kit; `begun_at`: pressed "start"; `closed_at`: all steps are done."""

    __tablename__: ClassVar[str] = "starter_kit"
    __table_args__ = (
        UniqueConstraint("workspace_id", "person_id"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
    )

    person_id: str = Field(max_length=32)
    opened_at: datetime = Field(sa_type=Instant)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class StarterStep(Scoped, table=True):
    """That somebody has done a step, once for ever; `paid_at` is empty while the budget is short."""

    __tablename__: ClassVar[str] = "starter_step"
    __table_args__ = (
        UniqueConstraint("workspace_id", "person_id", "step"),
        Index("ix_starter_step_owed", "workspace_id", "done_at", postgresql_where=_OWED, sqlite_where=_OWED),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        CheckConstraint("step IN ('goal', 'checkin', 'thanks')", name="starter_step_step"),
        CheckConstraint("amount > 0", name="starter_step_amount"),
    )

    person_id: str = Field(max_length=32)
    step: str = Field(max_length=8)
    amount: int
    done_at: datetime = Field(sa_type=Instant)
    paid_at: datetime | None = Field(default=None, sa_type=Instant)
