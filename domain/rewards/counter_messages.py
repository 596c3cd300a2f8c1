"""What goes in and out of the clerk's counter; the only part of it that cards may see (R-PIC-01 to 09)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.people.messages import StoreRef
from domain.rewards.messages import OrderView, StockLine


class Refusal(StrEnum):
    """Why nothing is handed over. The first that holds is told, and of another store's order only whose it is."""

    NOT_CLERK = "not_clerk"
    """Serves no store."""
    SUSPENDED = "suspended"
    """The store manager has suspended the right (R-PIC-06)."""
    OWN = "own"
    """It is the clerk's own order (R-PIC-03)."""
    OTHER_STORE = "other"
    APPROVED = "approved"
    """The clerk approved the order (R-PIC-03)."""
    USED = "used"
    EXPIRED = "expired"
    FORFEITED = "forfeited"
    """Expired, and its points are not returned."""
    CLOSED = "closed"
    """Cancelled, or otherwise at its end."""
    NOT_THEN = "not_then"
    """A late entry dated more than 24 hours back, in the future, or before the order was ready (R-PIC-07)."""
    NO_NOTE = "no_note"
    """A late entry that does not say why."""
    CHANGED = "changed"
    """Something has happened to the order since the card was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing changed. `at` and `by_name` tell of the hand-over before (A34), in the store's `zone`."""

    reason: Refusal
    store_name: str = ""
    zone: str = ""
    at: datetime | None = None
    by_name: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """An order this clerk may hand over now. `at`: when it was, for an entry after an outage."""

    order: OrderView
    store: StoreRef
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """No such code; the try is counted. `left` 0: looking up is locked until `until`. `alarm`: the store has seen so
    many within an hour that an admin is to know (R-PIC-04)."""

    left: int
    until: datetime | None = None
    alarm: bool = False
    store: StoreRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Too many wrong codes: nothing is looked up until then."""

    until: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """So many units have changed hands; `left` are still to come. `today` counts the clerk's hand-overs in this store
    today, this one included."""

    order: OrderView
    store: StoreRef
    quantity: int
    left: int
    at: datetime
    clerk_id: str
    clerk_name: str
    today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One hand-over on record. `entered_at` differs from `at` for an entry after an outage."""

    order: OrderView
    quantity: int
    at: datetime
    entered_at: datetime
    clerk_id: str
    clerk_name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A code that was shown to others is void; the order has a new one, for its owner's eyes only (R-PIC-09)."""

    order: OrderView
    code: str

    def __repr__(self) -> str:
        return f"Withdrawn(order={self.order.id}, code=***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The owner says it was not them: who is to know, and who decides about the clerk's right (R-PIC-06)."""

    order: OrderView
    store: StoreRef
    clerk_id: str
    clerk_name: str
    deciders: tuple[str, ...]
    admins: tuple[str, ...]
    is_overdue: bool = False
    """The store manager's three workdays are over; the admins decide as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What counting, or a missing piece, changed about an item's stock today."""

    stock_id: str
    delta: int
    reason: str
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was found replaces what we thought; `delta` is the difference (R-PIC-08)."""

    line: StockLine
    found: int
    delta: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A store's day: what was handed over, what still waits to be collected, what the shelves should hold."""

    store: StoreRef
    day: date
    handed: tuple[Handover, ...]
    ready: tuple[OrderView, ...]
    stock: tuple[StockLine, ...]
    differences: tuple[Difference, ...]
