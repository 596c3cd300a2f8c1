"""Corrections of wallets that wait for a second person."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCOPED = ("adjust_request",)
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"
"""As in 0001."""


def upgrade() -> None:
    op.create_table(
        "adjust_request",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("idem", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("amount <> 0", name="adjust_request_amount"),
        sa.CheckConstraint("state IN ('open', 'done', 'refused', 'expired')", name="adjust_request_state"),
        sa.CheckConstraint(
            "first_id <> person_id AND (second_id IS NULL OR second_id NOT IN (first_id, person_id))",
            name="adjust_request_four_eyes",
        ),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "first_id"], ["person.workspace_id", "person.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "second_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "idem"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE adjust_request ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE adjust_request FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_workspace ON adjust_request USING ({POLICY}) WITH CHECK ({POLICY})")
