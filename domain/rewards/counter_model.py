"""Rows of the clerk's counter: pick-up codes and wrong tries. State only; the rules are in `pickup` and `counter`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.columns import Instant, Scoped

_ACTIVE = text("state = 'active'")


class PickupCode(Scoped, table=True):
    """The code that stands for an order at the counter, as a keyed hash only (R-PIC-01). One is active per order.

    active → ended (the order has come to its end: the code is still answered) | void (replaced or withdrawn: nobody
    finds it any more).
    """

    __tablename__: ClassVar[str] = "pickup_code"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code_hash"),
        Index(
            "uq_pickup_code_active", "workspace_id", "order_id", unique=True,
            postgresql_where=_ACTIVE, sqlite_where=_ACTIVE,
        ),
        ForeignKeyConstraint(["workspace_id", "order_id"], ["reward_order.workspace_id", "reward_order.id"]),
        CheckConstraint("state IN ('active', 'ended', 'void')", name="pickup_code_state"),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="pickup_code_ended"),
    )  # fmt: skip

    order_id: str = Field(max_length=32)
    code_hash: str = Field(max_length=64)
    state: str = Field(default="active", max_length=8)
    issued_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class PickupTry(Scoped, table=True):
    """A wrong code typed by one person; `store_id` is the one it counts for. `locks`: the fifth within ten minutes,
    after which nothing is looked up for ten more (R-PIC-04)."""

    __tablename__: ClassVar[str] = "pickup_try"
    __table_args__ = (
        Index("ix_pickup_try_person", "workspace_id", "person_id", "at"),
        Index("ix_pickup_try_store", "workspace_id", "store_id", "at"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
    )

    person_id: str = Field(max_length=32)
    store_id: str | None = Field(default=None, max_length=32)
    locks: bool = False
    at: datetime = Field(sa_type=Instant)
