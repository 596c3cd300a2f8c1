"""The chart of accounts (§9.1) and which movements each kind of entry may make (§9.4)."""

from enum import StrEnum

from domain.errors import BadPoints, UnknownProgramme
from domain.points.messages import MOST, PROGRAMMES

MINT = "MINT"
EXPIRED = "EXPIRED"
RETIRED = "RETIRED"
HEAD_OFFICE = "HQ"


class Kind(StrEnum):
    """What happened to points: past participles, one per rule of §9.4."""

    FUNDED = "funded"
    ALLOWED = "allowed"
    BOOSTED = "boosted"
    LAPSED = "lapsed"
    GIVEN = "given"
    CLEARED = "cleared"
    UNDONE = "undone"
    RETURNED = "returned"
    REWARDED = "rewarded"
    CANCELLED = "cancelled"
    HELD = "held"
    RELEASED = "released"
    CONSUMED = "consumed"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    LEFT = "left"
    MERGED = "merged"


MOVES: dict[Kind, frozenset[tuple[str, str]]] = {
    Kind.FUNDED: frozenset({("MINT", "BUDGET")}),
    Kind.ALLOWED: frozenset({("BUDGET", "GIVE")}),
    Kind.BOOSTED: frozenset({("BUDGET", "GIVE")}),
    Kind.LAPSED: frozenset({("GIVE", "RETIRED")}),
    Kind.GIVEN: frozenset({("GIVE", "PEND")}),
    Kind.CLEARED: frozenset({("PEND", "WALLET"), ("PEND", "RETIRED")}),
    Kind.UNDONE: frozenset({("PEND", "GIVE"), ("PEND", "RETIRED")}),
    Kind.RETURNED: frozenset({("PEND", "GIVE"), ("PEND", "RETIRED")}),
    Kind.REWARDED: frozenset({("BUDGET", "WALLET"), ("BUDGET", "PEND"), ("BUDGET", "RETIRED")}),
    Kind.CANCELLED: frozenset({("PEND", "BUDGET")}),
    Kind.HELD: frozenset({("WALLET", "HOLD")}),
    Kind.RELEASED: frozenset({("HOLD", "WALLET")}),
    Kind.CONSUMED: frozenset({("HOLD", "SPENT")}),
    Kind.REFUNDED: frozenset({("SPENT", "WALLET")}),
    Kind.REVERSED: frozenset({("WALLET", "RETIRED"), ("BUDGET", "GIVE")}),
    Kind.EXPIRED: frozenset({("WALLET", "EXPIRED")}),
    Kind.ADJUSTED: frozenset({("BUDGET", "WALLET"), ("BUDGET", "RETIRED"), ("WALLET", "RETIRED")}),
    Kind.LEFT: frozenset({("GIVE", "RETIRED"), ("PEND", "RETIRED"), ("WALLET", "RETIRED")}),
    Kind.MERGED: frozenset({("GIVE", "GIVE"), ("PEND", "PEND"), ("WALLET", "WALLET")}),
}
"""From which kind of account to which. WALLET to WALLET only when two records of one person become one (R-LED-32).
PEND or BUDGET to RETIRED in a credit is a clawback being netted (R-LED-20)."""


def give_of(person_id: str) -> str:
    return f"GIVE:{person_id}"


def pend_of(person_id: str) -> str:
    return f"PEND:{person_id}"


def wallet_of(person_id: str) -> str:
    return f"WALLET:{person_id}"


def hold_of(order_id: str) -> str:
    return f"HOLD:{order_id}"


def spent_of(store_id: str | None) -> str:
    """Where redeemed points end: the store's account, or head office's."""
    return f"SPENT:{store_id or HEAD_OFFICE}"


def budget_of(programme: str) -> str:
    """A programme's budget account. Raises `UnknownProgramme`."""
    if programme not in PROGRAMMES:
        raise UnknownProgramme(programme=programme)
    return f"BUDGET:{programme}"


def kind_of(account: str) -> str:
    """ "WALLET" of "WALLET:<person>"."""
    return account.partition(":")[0]


def checked(amount: int) -> int:
    """The amount, if it is one (R-GEN-04). Raises `BadPoints`."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MOST:
        raise BadPoints
    return amount
