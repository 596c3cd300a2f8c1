"""Rows of the ledger. Entries and postings are never changed (R-LED-03, triggers); accounts, lots, allocations,
pending credits and debts are what follows from them, kept for speed and proven by `verification`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.columns import Instant, Scoped

_LEFT = text("remaining > 0")


class Account(Scoped, table=True):
    """Who holds how many points (§9.1). The id is the account's key, such as "WALLET:<person>". `holder_id` is the
    person behind GIVE, PEND, WALLET and HOLD. The balance is a cache of the postings."""

    __tablename__: ClassVar[str] = "point_account"
    __table_args__ = (
        Index("ix_point_account_holder", "workspace_id", "holder_id"),
        CheckConstraint(
            "kind IN ('MINT', 'BUDGET', 'GIVE', 'PEND', 'WALLET', 'HOLD', 'SPENT', 'EXPIRED', 'RETIRED')",
            name="point_account_kind",
        ),
        CheckConstraint("balance >= 0 OR kind = 'MINT'", name="point_account_balance"),
    )

    id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=8)
    holder_id: str = Field(default="", max_length=32)
    balance: int = Field(default=0, sa_type=BigInteger)


class JournalEntry(Scoped, table=True):
    """One thing that happened to points (R-LED-08), in a gap-free chain per workspace: `hash` covers this entry, its
    postings and `prev_hash`. `period` is the allowance's period, empty for everything else."""

    __tablename__: ClassVar[str] = "journal_entry"
    __table_args__ = (
        UniqueConstraint("workspace_id", "seq"),
        UniqueConstraint("workspace_id", "idem"),
        Index("ix_journal_entry_subject", "workspace_id", "subject_id", "kind"),
        CheckConstraint("amount > 0", name="journal_entry_amount"),
        CheckConstraint("seq > 0", name="journal_entry_seq"),
    )

    seq: int = Field(sa_type=BigInteger)
    idem: str = Field(max_length=200)
    input_hash: str = Field(max_length=64)
    kind: str = Field(max_length=20)
    actor_id: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    cause: str = Field(max_length=200)
    config_version: int
    event_id: str = Field(max_length=200)
    period: str = Field(max_length=16)
    amount: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Posting(Scoped, table=True):
    """Points from one account to another. It cannot be unbalanced (R-LED-01)."""

    __tablename__: ClassVar[str] = "posting"
    __table_args__ = (
        UniqueConstraint("workspace_id", "entry_id", "position"),
        Index("ix_posting_from", "workspace_id", "from_account"),
        Index("ix_posting_to", "workspace_id", "to_account"),
        ForeignKeyConstraint(["workspace_id", "entry_id"], ["journal_entry.workspace_id", "journal_entry.id"]),
        ForeignKeyConstraint(["workspace_id", "from_account"], ["point_account.workspace_id", "point_account.id"]),
        ForeignKeyConstraint(["workspace_id", "to_account"], ["point_account.workspace_id", "point_account.id"]),
        CheckConstraint("amount > 0", name="posting_amount"),
        CheckConstraint("from_account <> to_account", name="posting_ends"),
    )

    entry_id: str = Field(max_length=32)
    position: int
    from_account: str = Field(max_length=64)
    to_account: str = Field(max_length=64)
    amount: int = Field(sa_type=BigInteger)


class LedgerHead(Scoped, table=True):
    """The end of a workspace's chain; its row is where writers queue, and it says when postings are stopped
    (R-LED-06)."""

    __tablename__: ClassVar[str] = "ledger_head"
    __table_args__ = (CheckConstraint("seq >= 0", name="ledger_head_seq"),)

    seq: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default="", max_length=64)
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    stopped_reason: str = Field(default="", max_length=400)


class Lot(Scoped, table=True):
    """Points of a wallet that were earned together and expire together (R-LOT-01). `renewed` counts how often a
    release or refund gave it a new date."""

    __tablename__: ClassVar[str] = "lot"
    __table_args__ = (
        Index("ix_lot_person", "workspace_id", "person_id", "expires_at"),
        Index("ix_lot_entry", "workspace_id", "entry_id"),
        Index("ix_lot_expiring", "workspace_id", "expires_at", postgresql_where=_LEFT, sqlite_where=_LEFT),
        ForeignKeyConstraint(["workspace_id", "entry_id"], ["journal_entry.workspace_id", "journal_entry.id"]),
        CheckConstraint("amount > 0", name="lot_amount"),
        CheckConstraint("remaining BETWEEN 0 AND amount", name="lot_remaining"),
    )

    person_id: str = Field(max_length=32)
    amount: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    earned_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    renewed: int = 0
    entry_id: str = Field(max_length=32)


class Allocation(Scoped, table=True):
    """What an entry took from a lot (R-LOT-04). `settled` is how much of it has moved on since: released or consumed
    from a hold, refunded from a consumption. The rest of a hold's is what the order still holds (R-LED-05)."""

    __tablename__: ClassVar[str] = "allocation"
    __table_args__ = (
        UniqueConstraint("workspace_id", "entry_id", "lot_id"),
        Index("ix_allocation_order", "workspace_id", "order_id"),
        ForeignKeyConstraint(["workspace_id", "entry_id"], ["journal_entry.workspace_id", "journal_entry.id"]),
        ForeignKeyConstraint(["workspace_id", "lot_id"], ["lot.workspace_id", "lot.id"]),
        CheckConstraint("amount > 0", name="allocation_amount"),
        CheckConstraint("settled BETWEEN 0 AND amount", name="allocation_settled"),
        CheckConstraint("kind IN ('held', 'consumed', 'gone')", name="allocation_kind"),
        CheckConstraint("(kind = 'gone') = (order_id = '')", name="allocation_order"),
    )

    entry_id: str = Field(max_length=32)
    lot_id: str = Field(max_length=32)
    order_id: str = Field(default="", max_length=59)
    kind: str = Field(max_length=8)
    amount: int = Field(sa_type=BigInteger)
    settled: int = Field(default=0, sa_type=BigInteger)


class PendingCredit(Scoped, table=True):
    """A credit that cannot be spent yet (R-KUD-06). `source` is the kudos or the reward's key, `origin` the account it
    came from, `person_id` who has it now (a merge moves it), `settled_by` the entry that ended the waiting."""

    __tablename__: ClassVar[str] = "pending_credit"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "recipient_id"),
        Index("ix_pending_credit_person", "workspace_id", "person_id"),
        Index("ix_pending_credit_settled", "workspace_id", "settled_by"),
        ForeignKeyConstraint(["workspace_id", "entry_id"], ["journal_entry.workspace_id", "journal_entry.id"]),
        ForeignKeyConstraint(["workspace_id", "settled_by"], ["journal_entry.workspace_id", "journal_entry.id"]),
        CheckConstraint("amount > 0", name="pending_credit_amount"),
        CheckConstraint("(settled_by IS NULL) = (settled_as = '')", name="pending_credit_settled"),
    )

    source: str = Field(max_length=200)
    recipient_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    origin: str = Field(max_length=64)
    amount: int = Field(sa_type=BigInteger)
    entry_id: str = Field(max_length=32)
    settled_by: str | None = Field(default=None, max_length=32)
    settled_as: str = Field(default="", max_length=20)


class ClawbackDue(Scoped, table=True):
    """What a reversal could not take at once (R-LED-20): netted from the person's future credits until `closes_at`.
    `retired` is what it did take."""

    __tablename__: ClassVar[str] = "clawback_due"
    __table_args__ = (
        UniqueConstraint("workspace_id", "idem"),
        Index("ix_clawback_due_person", "workspace_id", "person_id"),
        CheckConstraint("due > 0 AND retired >= 0", name="clawback_due_amounts"),
        CheckConstraint("netted BETWEEN 0 AND due", name="clawback_due_netted"),
    )

    idem: str = Field(max_length=200)
    input_hash: str = Field(max_length=64)
    person_id: str = Field(max_length=32)
    retired: int = Field(sa_type=BigInteger)
    due: int = Field(sa_type=BigInteger)
    netted: int = Field(default=0, sa_type=BigInteger)
    opened_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant)


class Adjustment(Scoped, table=True):
    """Why an admin corrected a wallet by hand, and who agreed (R-LED-23). Kept beside the journal, which holds no free
    text: this can be erased, the entry cannot."""

    __tablename__: ClassVar[str] = "point_adjustment"
    __table_args__ = (
        UniqueConstraint("workspace_id", "entry_id"),
        ForeignKeyConstraint(["workspace_id", "entry_id"], ["journal_entry.workspace_id", "journal_entry.id"]),
        CheckConstraint("first_id <> second_id", name="point_adjustment_four_eyes"),
    )

    entry_id: str = Field(max_length=32)
    reason: str = Field(max_length=500)
    evidence: str = Field(max_length=500)
    first_id: str = Field(max_length=32)
    second_id: str = Field(max_length=32)


class AdjustRequest(Scoped, table=True):
    """A correction by hand that one person asks for and another decides about (R-LED-23, R-ROL-02). `amount` may be
    below zero; `note` is why it was refused; `idem` the key of the command that asked."""

    __tablename__: ClassVar[str] = "adjust_request"
    __table_args__ = (
        UniqueConstraint("workspace_id", "idem"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "first_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "second_id"], ["person.workspace_id", "person.id"]),
        CheckConstraint("amount <> 0", name="adjust_request_amount"),
        CheckConstraint("state IN ('open', 'done', 'refused', 'expired')", name="adjust_request_state"),
        CheckConstraint(
            "first_id <> person_id AND (second_id IS NULL OR second_id NOT IN (first_id, person_id))",
            name="adjust_request_four_eyes",
        ),
    )

    person_id: str = Field(max_length=32)
    amount: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=200)
    evidence: str = Field(max_length=200)
    first_id: str = Field(max_length=32)
    second_id: str | None = Field(default=None, max_length=32)
    state: str = Field(max_length=8)
    note: str = Field(default="", max_length=200)
    due_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    idem: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=Instant)
