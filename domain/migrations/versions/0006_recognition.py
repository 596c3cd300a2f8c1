"""Recognition: allowances, kudos, values, badges, and when somebody joined."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCOPED = (
    "content_rule",
    "value_tag",
    "badge",
    "allowance",
    "badge_award",
    "kudos",
    "endorsement",
    "kudos_recipient",
    "kudos_tag",
)
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"


def upgrade() -> None:
    op.add_column("person", sa.Column("joined_on", sa.Date(), nullable=True))
    op.create_table(
        "content_rule",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=253), nullable=False),
        sa.CheckConstraint("kind IN ('word', 'domain')", name="content_rule_kind"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "kind", "text"),
    )
    op.create_table(
        "value_tag",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    op.create_table(
        "badge",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("tag_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("kind IN ('culture', 'achievement', 'event', 'honour')", name="badge_kind"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"],
            ["value_tag.workspace_id", "value_tag.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    op.create_table(
        "allowance",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("lapsed_at", Instant(), nullable=True),
        sa.CheckConstraint("points >= 0", name="allowance_points"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["person.workspace_id", "person.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "person_id", "period"),
    )
    op.create_index("ix_allowance_open", "allowance", ["workspace_id", "period", "lapsed_at"], unique=False)
    op.create_table(
        "badge_award",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("badge_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "badge_id"],
            ["badge.workspace_id", "badge.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["person.workspace_id", "person.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "badge_id", "person_id", "period"),
    )
    op.create_index("ix_badge_award_person", "badge_award", ["workspace_id", "person_id"], unique=False)
    op.create_table(
        "kudos",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("giver_id", sa.String(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("idem", sa.String(length=200), nullable=False),
        sa.Column("group_address", sa.String(length=400), nullable=True),
        sa.Column("hidden_by", sa.String(length=32), nullable=True),
        sa.Column("badge", sa.Boolean(), nullable=False),
        sa.Column("ecard", sa.String(length=32), nullable=False),
        sa.Column("undo_until", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("command_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('given', 'cleared', 'undone')", name="kudos_state"),
        sa.CheckConstraint("visibility IN ('public', 'private')", name="kudos_visibility"),
        sa.CheckConstraint("points BETWEEN 0 AND 50", name="kudos_points"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "giver_id"],
            ["person.workspace_id", "person.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "idem"),
    )
    op.create_index("ix_kudos_giver", "kudos", ["workspace_id", "giver_id", "created_at"], unique=False)
    op.create_index("ix_kudos_group", "kudos", ["workspace_id", "group_address", "created_at"], unique=False)
    op.create_table(
        "endorsement",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kudos_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "kudos_id"],
            ["kudos.workspace_id", "kudos.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["person.workspace_id", "person.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "kudos_id", "person_id"),
    )
    op.create_table(
        "kudos_recipient",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kudos_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("account", sa.String(length=220), nullable=True),
        sa.Column("parked_until", Instant(), nullable=True),
        sa.Column("got_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'cleared', 'undone', 'parked', 'returned')", name="kudos_recipient_state"
        ),
        sa.CheckConstraint("points BETWEEN 0 AND 50", name="kudos_recipient_points"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "got_by"],
            ["person.workspace_id", "person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "kudos_id"],
            ["kudos.workspace_id", "kudos.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["person.workspace_id", "person.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "kudos_id", "person_id"),
    )
    op.create_index(
        "ix_kudos_recipient_parked", "kudos_recipient", ["workspace_id", "state", "parked_until"], unique=False
    )
    op.create_index(
        "ix_kudos_recipient_person", "kudos_recipient", ["workspace_id", "person_id", "created_at"], unique=False
    )
    op.create_table(
        "kudos_tag",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kudos_id", sa.String(length=32), nullable=False),
        sa.Column("tag_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "kudos_id"],
            ["kudos.workspace_id", "kudos.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"],
            ["value_tag.workspace_id", "value_tag.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "kudos_id", "tag_id"),
    )

    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_workspace ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")
