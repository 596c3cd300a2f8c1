"""Who serves which store, pick-up codes and wrong tries, and messages of which nothing is kept."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant
from domain.ids import new_id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCOPED = ("store_assignment", "pickup_code", "pickup_try")
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("secret", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "store_assignment",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("from_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.Column("frozen_at", Instant(), nullable=True),
        sa.Column("frozen_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("role IN ('clerk', 'store_manager')", name="store_assignment_role"),
        sa.CheckConstraint("until_at IS NULL OR until_at >= from_at", name="store_assignment_span"),
        sa.ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "uq_store_assignment_active",
        "store_assignment",
        ["workspace_id", "store_id", "person_id", "role"],
        unique=True,
        postgresql_where=sa.text("until_at IS NULL"),
        sqlite_where=sa.text("until_at IS NULL"),
    )
    op.create_index("ix_store_assignment_person", "store_assignment", ["workspace_id", "person_id"], unique=False)
    op.create_table(
        "pickup_code",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'ended', 'void')", name="pickup_code_state"),
        sa.CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="pickup_code_ended"),
        sa.ForeignKeyConstraint(["workspace_id", "order_id"], ["reward_order.workspace_id", "reward_order.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "code_hash"),
    )
    op.create_index(
        "uq_pickup_code_active",
        "pickup_code",
        ["workspace_id", "order_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "pickup_try",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=True),
        sa.Column("locks", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("ix_pickup_try_person", "pickup_try", ["workspace_id", "person_id", "at"], unique=False)
    op.create_index("ix_pickup_try_store", "pickup_try", ["workspace_id", "store_id", "at"], unique=False)
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("SELECT set_config('bida.workspace', '*', true)")
    _assign_whom_earlier_imports_named()
    if postgres:
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_workspace ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")


def _assign_whom_earlier_imports_named() -> None:
    """Clerks and store managers imported before there were assignments serve the store they were imported with."""
    person = sa.table(
        "person",
        *(sa.column(name) for name in ("workspace_id", "id", "store_id", "roles")),
        sa.column("created_at", Instant()),
    )
    assignment = sa.table(
        "store_assignment",
        *(sa.column(name) for name in ("workspace_id", "id", "store_id", "person_id", "role")),
        sa.column("from_at", Instant()),
    )
    database = op.get_bind()
    found = database.execute(sa.select(person).where(person.c.store_id.is_not(None), person.c.roles != "")).all()
    rows = [
        {
            "workspace_id": one.workspace_id, "id": new_id(), "store_id": one.store_id, "person_id": one.id,
            "role": role, "from_at": one.created_at,
        }
        for one in found
        for role in ("clerk", "store_manager")
        if role in one.roles.split(",")
    ]  # fmt: skip
    if rows:
        database.execute(sa.insert(assignment), rows)
