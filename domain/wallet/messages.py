"""What the wallet shows; the only part of it that cards may see. Points are whole numbers."""

from dataclasses import dataclass
from datetime import date

from domain.points.messages import Balances


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLine:
    """One movement: `amount` above zero came in. `who` is the colleague on the other side, `order_no` and `item` (in
    Chinese and English) the order it was for, each "" where there is none. `cause` is what the ledger names."""

    on: date
    kind: str
    amount: int
    cause: str
    who: str = ""
    order_no: str = ""
    item: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that can be spent until the end of a day (R-LOT-06)."""

    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class RefillLine:
    """What somebody was given to give away, and why (R-ALW-04)."""

    on: date
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A page of the wallet; pages count from 1. `expiring` is what runs out within a month, `refills` of the allowance
    are told on the first page."""

    balances: Balances
    refills: tuple[RefillLine, ...] = ()
    expiring: tuple[Expiring, ...] = ()
    lines: tuple[WalletLine, ...] = ()
    page: int = 1
    more: bool = False


@dataclass(frozen=True, slots=True)
class Affordable:
    """Something the wallet's points would buy now."""

    names: tuple[str, str]
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryNotice:
    """What a reminder tells (R-LOT-06): amount, last day, how many days are left, and what it could become."""

    amount: int
    on: date
    days: int
    offers: tuple[Affordable, ...] = ()
