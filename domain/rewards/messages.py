"""What goes in and out of rewards; the only part of it that cards may see. Points are positive whole numbers."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ItemKind(StrEnum):
    """What sort of thing points buy (R-CAT-02)."""

    PHYSICAL = "physical"
    VOUCHER = "voucher"
    TIME_OFF = "time_off"
    TRAINING = "training"
    PRIVILEGE = "privilege"
    TEAM_POOL = "team_pool"


class StockMode(StrEnum):
    """Whether there can be too few of it (R-CAT-01)."""

    UNLIMITED = "unlimited"
    COUNTED = "counted"
    CODES = "codes"


class OrderState(StrEnum):
    """Where an order stands (§10.2)."""

    REQUESTED = "requested"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    READY = "ready"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISPUTED = "disputed"
    REFUNDED = "refunded"


class Fulfilment(StrEnum):
    """How an order gets from approved to fulfilled (R-CAT-02)."""

    COUNTER = "counter"
    """A clerk makes it ready, and hands it over against a code."""
    REVEAL = "reveal"
    """The owner has a code shown in the single chat."""
    HR = "hr"
    """HR writes it back: leave that was entered, a seat with its date."""
    RECORD = "record"
    """The fact is recorded at once."""
    POOL = "pool"
    """When the goal is reached together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as people see it. `no` is what they call it by; `price` is points for one, as agreed (R-CAT-04).

    `due_at` is when its state runs out: ready, the end of collection. `steps` are the approvals still to come.
    """

    id: str
    no: str
    version: int
    state: OrderState
    kind: ItemKind
    fulfilment: Fulfilment
    item_id: str
    names: tuple[str, str]
    person_id: str
    person_name: str
    quantity: int
    fulfilled: int
    price: int
    store_id: str | None = None
    store_name: str = ""
    pickup_days: int
    forfeits: bool
    steps: tuple[str, ...] = ()
    approver_id: str | None = None
    approver_name: str = ""
    first_approver_id: str | None = None
    reason: str = ""
    detail: str = ""
    requested_at: datetime
    due_at: datetime | None = None
    ends_at: datetime | None = None
    ready_at: datetime | None = None
    fulfilled_at: datetime | None = None
    fulfilled_by: str | None = None
    fulfilled_by_name: str = ""

    @property
    def points(self) -> int:
        """What the whole order costs."""
        return self.price * self.quantity

    @property
    def open_points(self) -> int:
        """What it still holds while it is open."""
        return self.price * (self.quantity - self.fulfilled)

    def name(self, locale: str) -> str:
        """The item's name for a reader."""
        return self.names[1] if locale[:2].lower() == "en" else self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFulfilled:
    """Something was handed over, confirmed or shown now; `left` units are still to come (R-RED-05)."""

    order: OrderView
    quantity: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An order after a transition; `before` is the state it left. `fresh` False: it had been made already, and
    nothing happened now (R-RED-01). `restocked`: goods became free again for others."""

    order: OrderView
    before: OrderState
    fresh: bool = True
    restocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStock:
    """Whether an item is to be had in a store; `available` None: it is not counted. `store_id` None: anywhere."""

    stock_id: str
    store_id: str | None
    store_name: str
    available: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One item of the shop for one reader. `to_go` is what they still lack for one (0: affordable); `approvers` are the
    approval steps it takes, the first one first."""

    id: str
    key: str
    kind: ItemKind
    fulfilment: Fulfilment
    names: tuple[str, str]
    image: str
    price: int
    to_go: int
    available: int | None
    stores: tuple[StoreStock, ...]
    max_quantity: int
    pickup_days: int
    forfeits: bool
    approvers: tuple[str, ...]
    limit_count: int = 0
    limit_period: str = ""
    pool_until: date | None = None
    pool_reached: int = 0

    def name(self, locale: str) -> str:
        """The item's name for a reader."""
        return self.names[1] if locale[:2].lower() == "en" else self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """A page of the shop. `expiring` of the `available` points run out within 30 days."""

    offers: tuple[Offer, ...]
    available: int
    expiring: int
    filter: str = "all"
    budget: int | None = None
    offset: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """What a store has of an item."""

    stock_id: str
    store_id: str | None
    store_name: str
    item_id: str
    names: tuple[str, str]
    on_hand: int
    reserved: int
    counted: bool = True

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def name(self, locale: str) -> str:
        """The item's name for a reader."""
        return self.names[1] if locale[:2].lower() == "en" else self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A new order, and what the wallet has left."""

    order: OrderView
    left: int
