"""The points ledger. Journal entries and postings refuse to be changed or deleted (R-LED-03)."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCOPED = (
    "clawback_due",
    "journal_entry",
    "ledger_head",
    "point_account",
    "lot",
    "pending_credit",
    "point_adjustment",
    "posting",
    "allocation",
)
APPEND_ONLY = ("journal_entry", "posting")
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"
"""As in 0001."""


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_workspace ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")
        _refuse_changes_on_postgres()
    else:
        _refuse_changes_on_sqlite()


def _refuse_changes_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
        )


def _refuse_changes_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )


def _create_tables() -> None:
    op.create_table(
        "clawback_due",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("idem", sa.String(length=200), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("netted", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.CheckConstraint("due > 0 AND retired >= 0", name="clawback_due_amounts"),
        sa.CheckConstraint("netted BETWEEN 0 AND due", name="clawback_due_netted"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "idem"),
    )
    op.create_index("ix_clawback_due_person", "clawback_due", ["workspace_id", "person_id"], unique=False)
    op.create_table(
        "journal_entry",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("idem", sa.String(length=200), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount > 0", name="journal_entry_amount"),
        sa.CheckConstraint("seq > 0", name="journal_entry_seq"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "idem"),
        sa.UniqueConstraint("workspace_id", "seq"),
    )
    op.create_index("ix_journal_entry_subject", "journal_entry", ["workspace_id", "subject_id", "kind"], unique=False)
    op.create_table(
        "ledger_head",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("stopped_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("seq >= 0", name="ledger_head_seq"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_table(
        "point_account",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("holder_id", sa.String(length=32), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance >= 0 OR kind = 'MINT'", name="point_account_balance"),
        sa.CheckConstraint(
            "kind IN ('MINT', 'BUDGET', 'GIVE', 'PEND', 'WALLET', 'HOLD', 'SPENT', 'EXPIRED', 'RETIRED')",
            name="point_account_kind",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("ix_point_account_holder", "point_account", ["workspace_id", "holder_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("earned_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("renewed", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("amount > 0", name="lot_amount"),
        sa.CheckConstraint("remaining BETWEEN 0 AND amount", name="lot_remaining"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("ix_lot_entry", "lot", ["workspace_id", "entry_id"], unique=False)
    op.create_index("ix_lot_person", "lot", ["workspace_id", "person_id", "expires_at"], unique=False)
    op.create_table(
        "pending_credit",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recipient_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_as", sa.String(length=20), nullable=False),
        sa.CheckConstraint("(settled_by IS NULL) = (settled_as = '')", name="pending_credit_settled"),
        sa.CheckConstraint("amount > 0", name="pending_credit_amount"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "settled_by"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "source", "recipient_id"),
    )
    op.create_index("ix_pending_credit_person", "pending_credit", ["workspace_id", "person_id"], unique=False)
    op.create_index("ix_pending_credit_settled", "pending_credit", ["workspace_id", "settled_by"], unique=False)
    op.create_table(
        "point_adjustment",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("first_id <> second_id", name="point_adjustment_four_eyes"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "entry_id"),
    )
    op.create_table(
        "posting",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_account", sa.String(length=64), nullable=False),
        sa.Column("to_account", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="posting_amount"),
        sa.CheckConstraint("from_account <> to_account", name="posting_ends"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "from_account"],
            ["point_account.workspace_id", "point_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "to_account"],
            ["point_account.workspace_id", "point_account.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "entry_id", "position"),
    )
    op.create_index("ix_posting_from", "posting", ["workspace_id", "from_account"], unique=False)
    op.create_index("ix_posting_to", "posting", ["workspace_id", "to_account"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("lot_id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=59), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'gone') = (order_id = '')", name="allocation_order"),
        sa.CheckConstraint("kind IN ('held', 'consumed', 'gone')", name="allocation_kind"),
        sa.CheckConstraint("amount > 0", name="allocation_amount"),
        sa.CheckConstraint("settled BETWEEN 0 AND amount", name="allocation_settled"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lot_id"],
            ["lot.workspace_id", "lot.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "entry_id", "lot_id"),
    )
    op.create_index("ix_allocation_order", "allocation", ["workspace_id", "order_id"], unique=False)
