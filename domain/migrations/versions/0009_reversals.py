"""Thanks whose points an admin took back."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCOPED = ("kudos_reversal",)
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"
"""As in 0001."""


def upgrade() -> None:
    op.add_column("kudos_recipient", sa.Column("reversed_at", Instant(), nullable=True))
    op.create_table(
        "kudos_reversal",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("gift_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("retired", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("regranted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("retired >= 0 AND due >= 0 AND retired + due > 0", name="kudos_reversal_points"),
        sa.ForeignKeyConstraint(["workspace_id", "gift_id"], ["kudos_recipient.workspace_id", "kudos_recipient.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "by_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "gift_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE kudos_reversal ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE kudos_reversal FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_workspace ON kudos_reversal USING ({POLICY}) WITH CHECK ({POLICY})")
