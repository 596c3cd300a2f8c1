"""The catalogue of rewards, stock, code pools and orders."""

import sqlalchemy as sa
from alembic import op

from domain.columns import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCOPED = (
    "item",
    "order_number",
    "stock",
    "voucher_code",
    "restock_subscription",
    "reward_order",
    "stock_change",
    "order_event",
)
POLICY = "current_setting('bida.workspace', true) IN ('*', workspace_id)"


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("image", sa.String(length=500), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("stock_mode", sa.String(length=12), nullable=False),
        sa.Column("departments", sa.String(length=2000), nullable=False),
        sa.Column("limit_count", sa.Integer(), nullable=False),
        sa.Column("limit_period", sa.String(length=8), nullable=False),
        sa.Column("sale_from", sa.Date(), nullable=True),
        sa.Column("sale_until", sa.Date(), nullable=True),
        sa.Column("approval", sa.String(length=64), nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=False),
        sa.Column("fulfil_days", sa.Integer(), nullable=False),
        sa.Column("pickup_days", sa.Integer(), nullable=False),
        sa.Column("forfeits", sa.Boolean(), nullable=False),
        sa.Column("pool_until", sa.Date(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("(kind = 'team_pool') = (pool_until IS NOT NULL)", name="item_pool"),
        sa.CheckConstraint("(limit_period = '') = (limit_count = 0)", name="item_limit"),
        sa.CheckConstraint(
            "kind IN ('physical', 'voucher', 'time_off', 'training', 'privilege', 'team_pool')", name="item_kind"
        ),
        sa.CheckConstraint(
            "limit_period IN ('', 'week', 'month', 'quarter', 'half', 'year', 'ever')", name="item_limit_period"
        ),
        sa.CheckConstraint("stock_mode IN ('unlimited', 'counted', 'codes')", name="item_stock_mode"),
        sa.CheckConstraint("max_quantity > 0 AND fulfil_days > 0 AND pickup_days > 0", name="item_numbers"),
        sa.CheckConstraint("price > 0", name="item_price"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    op.create_table(
        "order_number",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_table(
        "stock",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint("reserved >= 0 AND on_hand >= reserved", name="stock_available"),
        sa.ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "item_id", "store_id"),
    )
    op.create_index("ix_stock_store", "stock", ["workspace_id", "store_id"], unique=False)
    op.create_index(
        "ux_stock_company",
        "stock",
        ["workspace_id", "item_id"],
        unique=True,
        postgresql_where=sa.text("store_id IS NULL"),
        sqlite_where=sa.text("store_id IS NULL"),
    )
    op.create_table(
        "voucher_code",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.String(length=800), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=True),
        sa.Column("revealed_at", Instant(), nullable=True),
        sa.CheckConstraint("(order_id IS NULL) = (revealed_at IS NULL)", name="voucher_code_revealed"),
        sa.ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "item_id", "fingerprint"),
    )
    op.create_index("ix_voucher_code_order", "voucher_code", ["workspace_id", "order_id"], unique=False)
    op.create_table(
        "restock_subscription",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("store_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "person_id", "item_id", "store_key"),
    )
    op.create_index(
        "ix_restock_subscription_item", "restock_subscription", ["workspace_id", "item_id", "told_at"], unique=False
    )
    op.create_table(
        "reward_order",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("fulfilled", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=True),
        sa.Column("stock_id", sa.String(length=32), nullable=True),
        sa.Column("fulfil_days", sa.Integer(), nullable=False),
        sa.Column("pickup_days", sa.Integer(), nullable=False),
        sa.Column("forfeits", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("steps", sa.String(length=64), nullable=False),
        sa.Column("approver_id", sa.String(length=32), nullable=True),
        sa.Column("first_approver_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("ready_at", Instant(), nullable=True),
        sa.Column("fulfilled_at", Instant(), nullable=True),
        sa.Column("fulfilled_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'pending_approval', 'approved', 'rejected', 'ready', 'fulfilled',"
            " 'cancelled', 'expired', 'disputed', 'refunded')",
            name="reward_order_state",
        ),
        sa.CheckConstraint("price > 0", name="reward_order_price"),
        sa.CheckConstraint("quantity > 0 AND fulfilled BETWEEN 0 AND quantity", name="reward_order_quantity"),
        sa.ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "stock_id"], ["stock.workspace_id", "stock.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "number"),
    )
    op.create_index("ix_reward_order_due", "reward_order", ["workspace_id", "state", "due_at"], unique=False)
    op.create_index("ix_reward_order_item", "reward_order", ["workspace_id", "item_id", "state"], unique=False)
    op.create_index(
        "ix_reward_order_person", "reward_order", ["workspace_id", "person_id", "requested_at"], unique=False
    )
    op.create_index("ix_reward_order_store", "reward_order", ["workspace_id", "store_id", "state"], unique=False)
    op.create_table(
        "stock_change",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("stock_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('added', 'counted', 'missing')", name="stock_change_kind"),
        sa.ForeignKeyConstraint(["workspace_id", "stock_id"], ["stock.workspace_id", "stock.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("ix_stock_change_stock", "stock_change", ["workspace_id", "stock_id", "at"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id", "order_id"], ["reward_order.workspace_id", "reward_order.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("ix_order_event_by", "order_event", ["workspace_id", "by_id", "at"], unique=False)
    op.create_index("ix_order_event_order", "order_event", ["workspace_id", "order_id", "at"], unique=False)
    op.create_index(
        "ux_order_event_version",
        "order_event",
        ["workspace_id", "order_id", "version"],
        unique=True,
        postgresql_where=sa.text("NOT refused"),
        sqlite_where=sa.text("NOT refused"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_workspace ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")
