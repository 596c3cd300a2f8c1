"""Refills of allowances."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCOPED = ("allowance_boost",)
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"
"""As in 0001."""


def upgrade() -> None:
    op.create_table(
        "allowance_boost",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("usable_until", sa.String(length=16), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("idem", sa.String(length=200), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("amount > 0", name="allowance_boost_amount"),
        sa.CheckConstraint("remaining BETWEEN 0 AND amount", name="allowance_boost_remaining"),
        sa.CheckConstraint("kind IN ('persistent', 'one_time')", name="allowance_boost_kind"),
        sa.CheckConstraint("person_id <> by_id", name="allowance_boost_not_own"),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "by_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "idem"),
    )
    op.create_index(
        "ix_allowance_boost_person", "allowance_boost", ["workspace_id", "person_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_allowance_boost_rolling", "allowance_boost", ["workspace_id"], unique=False,
        postgresql_where=sa.text("remaining > 0"), sqlite_where=sa.text("remaining > 0"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE allowance_boost ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE allowance_boost FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_workspace ON allowance_boost USING ({POLICY}) WITH CHECK ({POLICY})")
