"""Rows of the catalogue and of orders. State only; the rules are in `catalogue`, `requests`, `orders` and `kinds`."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.columns import Instant, Scoped

_NO_STORE = text("store_id IS NULL")
_DONE = text("NOT refused")


class Item(Scoped, table=True):
    """One thing points buy (R-CAT-01). `key` is the operator's own name for it, by which a file changes it.

    `price` is points for one; of a team pool the goal to be reached together by `pool_until`. `approval` is a comma
    list of steps, "none", or "" for the kind's default. `departments` is a comma list of department ids, "" = all.
    `cost_cents` is what one costs the company, for the liability report. `forfeits`: points of an order nobody
    collects are not returned (perishable goods; shown before the order is made).
    """

    __tablename__: ClassVar[str] = "item"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        CheckConstraint(
            "kind IN ('physical', 'voucher', 'time_off', 'training', 'privilege', 'team_pool')", name="item_kind"
        ),
        CheckConstraint("stock_mode IN ('unlimited', 'counted', 'codes')", name="item_stock_mode"),
        CheckConstraint(
            "limit_period IN ('', 'week', 'month', 'quarter', 'half', 'year', 'ever')", name="item_limit_period"
        ),
        CheckConstraint("(limit_period = '') = (limit_count = 0)", name="item_limit"),
        CheckConstraint("price > 0", name="item_price"),
        CheckConstraint("max_quantity > 0 AND fulfil_days > 0 AND pickup_days > 0", name="item_numbers"),
        CheckConstraint("(kind = 'team_pool') = (pool_until IS NOT NULL)", name="item_pool"),
    )

    key: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    name_zh: str = Field(max_length=80)
    name_en: str = Field(max_length=160)
    image: str = Field(default="", max_length=500)
    price: int
    stock_mode: str = Field(max_length=12)
    departments: str = Field(default="", max_length=2000)
    limit_count: int = 0
    limit_period: str = Field(default="", max_length=8)
    sale_from: date | None = None
    sale_until: date | None = None
    approval: str = Field(default="", max_length=64)
    max_quantity: int = 1
    fulfil_days: int = 5
    pickup_days: int = 14
    forfeits: bool = False
    pool_until: date | None = None
    cost_cents: int | None = None
    currency: str = Field(default="CNY", max_length=3)
    active: bool = True
    created_at: datetime = Field(sa_type=Instant)


class Stock(Scoped, table=True):
    """That an item is to be had in a store, and how many: available = on_hand - reserved, never negative (R-RED-03).

    Items that are not counted have a row per store with zeros. `store_id` None: of the whole company, as code pools and
    seats are.
    """

    __tablename__: ClassVar[str] = "stock"
    __table_args__ = (
        UniqueConstraint("workspace_id", "item_id", "store_id"),
        Index(
            "ux_stock_company", "workspace_id", "item_id", unique=True,
            postgresql_where=_NO_STORE, sqlite_where=_NO_STORE,
        ),
        Index("ix_stock_store", "workspace_id", "store_id"),
        ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        CheckConstraint("reserved >= 0 AND on_hand >= reserved", name="stock_available"),
    )  # fmt: skip

    item_id: str = Field(max_length=32)
    store_id: str | None = Field(default=None, max_length=32)
    on_hand: int = 0
    reserved: int = 0


class StockChange(Scoped, table=True):
    """A person put goods in, took them out or counted them; `delta` is what that did to `on_hand` (R-PIC-08)."""

    __tablename__: ClassVar[str] = "stock_change"
    __table_args__ = (
        Index("ix_stock_change_stock", "workspace_id", "stock_id", "at"),
        ForeignKeyConstraint(["workspace_id", "stock_id"], ["stock.workspace_id", "stock.id"]),
        CheckConstraint("kind IN ('added', 'counted', 'missing')", name="stock_change_kind"),
    )

    stock_id: str = Field(max_length=32)
    kind: str = Field(max_length=8)
    delta: int
    on_hand: int
    reason: str = Field(default="", max_length=200)
    by_id: str = Field(max_length=32)
    at: datetime = Field(sa_type=Instant)


class VoucherCode(Scoped, table=True):
    """A code of an item's pool, encrypted at rest (R-PRV-06); free until an order reveals it.

    `fingerprint` is a keyed hash, so that a file imported twice adds nothing.
    """

    __tablename__: ClassVar[str] = "voucher_code"
    __table_args__ = (
        UniqueConstraint("workspace_id", "item_id", "fingerprint"),
        Index("ix_voucher_code_order", "workspace_id", "order_id"),
        ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        CheckConstraint("(order_id IS NULL) = (revealed_at IS NULL)", name="voucher_code_revealed"),
    )

    item_id: str = Field(max_length=32)
    sealed: str = Field(max_length=800)
    fingerprint: str = Field(max_length=64)
    order_id: str | None = Field(default=None, max_length=32)
    revealed_at: datetime | None = Field(default=None, sa_type=Instant)


class Order(Scoped, table=True):
    """One request for one item (§10.2). What it was agreed on is copied from the item: later changes of the catalogue
    do not touch it (R-CAT-04). `price` is points for one.

    `number` is what people call it by: R-2031. `steps` are the approvals still to come, the current one first;
    `approver_id` whose turn it is. `first_approver_id` is who gave the first of two. `due_at` is when the state it is
    in runs out: an approver's time, the time to make it ready, to collect it, or to settle a dispute. `ends_at` is when
    an undecided approval is refused. `detail` is what HR or a trainer confirmed.
    """

    __tablename__: ClassVar[str] = "reward_order"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("ix_reward_order_person", "workspace_id", "person_id", "requested_at"),
        Index("ix_reward_order_item", "workspace_id", "item_id", "state"),
        Index("ix_reward_order_store", "workspace_id", "store_id", "state"),
        Index("ix_reward_order_due", "workspace_id", "state", "due_at"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
        ForeignKeyConstraint(["workspace_id", "store_id"], ["store.workspace_id", "store.id"]),
        ForeignKeyConstraint(["workspace_id", "stock_id"], ["stock.workspace_id", "stock.id"]),
        CheckConstraint(
            "state IN ('requested', 'pending_approval', 'approved', 'rejected', 'ready', 'fulfilled', 'cancelled',"
            " 'expired', 'disputed', 'refunded')",
            name="reward_order_state",
        ),
        CheckConstraint("quantity > 0 AND fulfilled BETWEEN 0 AND quantity", name="reward_order_quantity"),
        CheckConstraint("price > 0", name="reward_order_price"),
    )

    number: int
    person_id: str = Field(max_length=32)
    item_id: str = Field(max_length=32)
    kind: str = Field(max_length=16)
    name_zh: str = Field(max_length=80)
    name_en: str = Field(max_length=160)
    quantity: int = 1
    fulfilled: int = 0
    price: int
    store_id: str | None = Field(default=None, max_length=32)
    stock_id: str | None = Field(default=None, max_length=32)
    fulfil_days: int
    pickup_days: int
    forfeits: bool
    state: str = Field(max_length=16)
    version: int = 1
    steps: str = Field(default="", max_length=64)
    approver_id: str | None = Field(default=None, max_length=32)
    first_approver_id: str | None = Field(default=None, max_length=32)
    reason: str = Field(default="", max_length=500)
    detail: str = Field(default="", max_length=200)
    requested_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    ready_at: datetime | None = Field(default=None, sa_type=Instant)
    fulfilled_at: datetime | None = Field(default=None, sa_type=Instant)
    fulfilled_by: str | None = Field(default=None, max_length=32)


class OrderEvent(Scoped, table=True):
    """What happened to an order, for good: every transition made, and every one refused (R-RED-01, R-AUD-01).

    `version` is the order's after it. `by_id` None: the system. `quantity` is how many were handed over.
    """

    __tablename__: ClassVar[str] = "order_event"
    __table_args__ = (
        Index(
            "ux_order_event_version", "workspace_id", "order_id", "version", unique=True,
            postgresql_where=_DONE, sqlite_where=_DONE,
        ),
        Index("ix_order_event_order", "workspace_id", "order_id", "at"),
        Index("ix_order_event_by", "workspace_id", "by_id", "at"),
        ForeignKeyConstraint(["workspace_id", "order_id"], ["reward_order.workspace_id", "reward_order.id"]),
    )  # fmt: skip

    order_id: str = Field(max_length=32)
    version: int
    before: str = Field(max_length=16)
    after: str = Field(max_length=16)
    refused: bool = False
    by_id: str | None = Field(default=None, max_length=32)
    quantity: int = 0
    note: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=Instant)


class OrderNumber(Scoped, table=True):
    """The number given to the newest order of a company; its row is where new orders queue."""

    __tablename__: ClassVar[str] = "order_number"

    last: int


class Subscription(Scoped, table=True):
    """A person wants to be told when an item is there again; of a training it is a place on the waiting list.
    One per person, item and store while it waits."""

    __tablename__: ClassVar[str] = "restock_subscription"
    __table_args__ = (
        Index("ix_restock_subscription_item", "workspace_id", "item_id", "told_at"),
        UniqueConstraint("workspace_id", "person_id", "item_id", "store_key"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["person.workspace_id", "person.id"]),
        ForeignKeyConstraint(["workspace_id", "item_id"], ["item.workspace_id", "item.id"]),
    )

    person_id: str = Field(max_length=32)
    item_id: str = Field(max_length=32)
    store_key: str = Field(default="", max_length=32)
    created_at: datetime = Field(sa_type=Instant)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
