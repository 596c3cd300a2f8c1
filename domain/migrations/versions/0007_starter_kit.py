"""The starter kit, who holds a role, and which lots run out next."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCOPED = ("starter_kit", "starter_step")
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"
"""As in 0001."""


def upgrade() -> None:
    op.add_column("person", sa.Column("kit_open", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_person_roles", "person", ["workspace_id"], unique=False,
        postgresql_where=sa.text("roles <> ''"), sqlite_where=sa.text("roles <> ''"),
    )  # fmt: skip
    op.create_index(
        "ix_lot_expiring", "lot", ["workspace_id", "expires_at"], unique=False,
        postgresql_where=sa.text("remaining > 0"), sqlite_where=sa.text("remaining > 0"),
    )  # fmt: skip
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_workspace ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")


def _create_tables() -> None:
    op.create_table(
        "starter_kit",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "person_id"),
    )
    op.create_table(
        "starter_step",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.CheckConstraint("step IN ('goal', 'checkin', 'thanks')", name="starter_step_step"),
        sa.CheckConstraint("amount > 0", name="starter_step_amount"),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "person_id", "step"),
    )
    op.create_index(
        "ix_starter_step_owed", "starter_step", ["workspace_id", "done_at"], unique=False,
        postgresql_where=sa.text("paid_at IS NULL"), sqlite_where=sa.text("paid_at IS NULL"),
    )  # fmt: skip
