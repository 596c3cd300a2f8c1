"""What goes in and out of the ledger; the only part of it that cards may see. Points are positive whole numbers."""

from dataclasses import dataclass
from datetime import datetime

PROGRAMMES = ("allowance", "auto_reward", "starter", "honour", "manual")
"""What points are approved for (§9.1): each has a budget of its own."""

MOST = 10**9
"""No single movement is larger."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who and what made an entry (R-LED-08). `actor_id` is a person, or "" for the system; `object_id` what it is
    about: a kudos, an order, a grant; `event_id` the messenger's event, if one caused it."""

    actor_id: str
    object_id: str
    config_version: int = 1
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Balances:
    """What a person has. `wallet` can be spent now (expired lots are not in it), `pending` not yet (R-KUD-06),
    `held` is reserved for open orders, `giving` is for others only."""

    wallet: int
    pending: int
    held: int
    giving: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry. `amount` is the sum of its movements; `replayed`: nothing moved now, this is the stored
    result of the same key (R-LED-04)."""

    id: str
    kind: str
    at: datetime
    amount: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of a person's wallet: `amount` above zero came in, below zero went out. `counterpart_id` is the
    person on the other side, if there is one; `expires_at` is told for what came in and can expire."""

    at: datetime
    kind: str
    amount: int
    balance_after: int | None
    object_id: str
    counterpart_id: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of wallet movements, newest first. `more`: there are older ones."""

    lines: tuple[StatementLine, ...]
    offset: int
    more: bool


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """Points that can be spent until an instant (R-LOT-06)."""

    amount: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found. `broken_seq` is the first journal entry that is wrong; None when the journal is
    sound but a stored balance, lot or hold is not what it says (R-LED-06)."""

    ok: bool
    entries: int
    broken_seq: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Reversed:
    """What a reversal took at once, and what future credits still owe (R-LED-20)."""

    retired: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentView:
    """A correction by hand (R-LED-23). `state`: open, done, refused (with `note`) or expired."""

    id: str
    person_id: str
    person_name: str
    amount: int
    reason: str
    evidence: str
    first_id: str
    first_name: str
    second_name: str
    state: str
    note: str
    due_at: datetime
