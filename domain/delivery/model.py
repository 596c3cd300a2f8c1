"""Rows of delivery: inbox, outbox, cards, pending answers, leases, job runs."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from domain.columns import Instant, Scoped


class InboxRow(Scoped, table=True):
    """A command we have promised to handle. RECEIVED → DONE | FAILED; unique per app, tenant and platform key.

    `command` is JSON (reply handles sealed), redacted a day after DONE, at once where it is a secret; `answer` is what
    the clicker was shown.
    """

    __tablename__: ClassVar[str] = "inbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "app_id", "tenant", "key"),
        CheckConstraint("state IN ('RECEIVED', 'DONE', 'FAILED')", name="inbox_state"),
        Index(
            "ix_inbox_open", "lease_until",
            postgresql_where=text("state = 'RECEIVED'"), sqlite_where=text("state = 'RECEIVED'"),
        ),
        Index("ix_inbox_received", "received_at"),
    )  # fmt: skip

    connection: str = Field(max_length=64)
    app_id: str = Field(max_length=128)
    tenant: str = Field(max_length=64)
    key: str = Field(max_length=200)
    command: str
    state: str = Field(default="RECEIVED", max_length=8)
    answer: str | None = None
    attempts: int = 0
    lease_until: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    redacted: bool = False


class OutboxRow(Scoped, table=True):
    """A message we have promised to deliver. PENDING → SENT | DEAD. `lane` keeps order per card instance.

    `payload` is exactly what is sent; `plain` what is sent if the platform refuses it. `card_version` is the version of
    the card an UPDATE shows. Until `not_before` the sender leaves a message to the acknowledgement that may carry it.
    `secret`: nothing of what it says is kept once it is SENT or DEAD (R-PRV-06).
    """

    __tablename__: ClassVar[str] = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "dedupe"),
        CheckConstraint("state IN ('PENDING', 'SENT', 'DEAD')", name="outbox_state"),
        Index(
            "ix_outbox_due", "connection", "not_before",
            postgresql_where=text("state = 'PENDING'"), sqlite_where=text("state = 'PENDING'"),
        ),
        Index(
            "ix_outbox_lane", "workspace_id", "lane", "id",
            postgresql_where=text("state = 'PENDING'"), sqlite_where=text("state = 'PENDING'"),
        ),
        Index("ix_outbox_created", "created_at"),
    )  # fmt: skip

    connection: str = Field(max_length=64)
    dedupe: str = Field(max_length=120)
    lane: str = Field(max_length=64)
    kind: str = Field(max_length=8)
    conversation: str = Field(max_length=400)
    card_kind: str = Field(default="", max_length=40)
    card_key: str | None = Field(default=None, max_length=32)
    card_version: int | None = None
    payload: str
    plain: str
    reply_handle: str | None = None
    target: str | None = Field(default=None, max_length=200)
    state: str = Field(default="PENDING", max_length=8)
    attempts: int = 0
    not_before: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    last_error: str = Field(default="", max_length=200)
    message_id: str = Field(default="", max_length=200)
    command_id: str = Field(max_length=32)
    secret: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)


class CardRow(Scoped, table=True):
    """A card that is out there: whose it is, what it is about, which version is current, how to reach it again.

    `id` is the card's key. `subject` is the card kind's own JSON: what it takes to draw the card afresh. `verb` is the
    action that made the current version, so that its repetition is told apart from a stale card (E03, E04). `about` is
    the object (an order, a kudos) whose every card is redrawn when it changes; None when the card stands alone.
    """

    __tablename__: ClassVar[str] = "card"
    __table_args__ = (
        Index("ix_card_person", "workspace_id", "person_id", "kind"),
        Index("ix_card_about", "workspace_id", "about"),
        Index("ix_card_created", "created_at"),
    )

    kind: str = Field(max_length=40)
    connection: str = Field(max_length=64)
    conversation: str = Field(max_length=400)
    person_id: str | None = Field(default=None, max_length=32)
    subject: str
    about: str | None = Field(default=None, max_length=40)
    version: int = 1
    verb: str = Field(default="", max_length=40)
    message_id: str = Field(default="", max_length=200)
    handle: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class PendingAnswer(Scoped, table=True):
    """A question whose answer is the person's next message in that chat (design (c), TextInput (2)); one at a time."""

    __tablename__: ClassVar[str] = "pending_answer"
    __table_args__ = (UniqueConstraint("workspace_id", "account"),)

    account: str = Field(max_length=220)
    action: str = Field(max_length=40)
    params: str
    expires_at: datetime = Field(sa_type=Instant)


class Lease(SQLModel, table=True):
    """Who may do a thing only one process may do at a time; renewed every 10 s, free when it has run out."""

    __tablename__: ClassVar[str] = "lease"

    name: str = Field(primary_key=True, max_length=120)
    holder: str = Field(max_length=64)
    until: datetime = Field(sa_type=Instant)


class JobRun(SQLModel, table=True):
    """That a scheduled job has run for a period; inserted in the same transaction as the job's own rows."""

    __tablename__: ClassVar[str] = "job_run"

    workspace_id: str = Field(primary_key=True, max_length=32)
    job: str = Field(primary_key=True, max_length=64)
    period: str = Field(primary_key=True, max_length=32)
    ran_at: datetime = Field(sa_type=Instant)
