"""Decimal arithmetic the same everywhere, whatever the running thread's own context says (R-GEN-04)."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

EXACT: Final = Context(prec=28, rounding=ROUND_HALF_UP)
"""28 digits, half-up. Only its flags ever change, and nobody reads them."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

# Padding a huge over-achievement with four decimals may need more digits than we calculate with.
_ROUNDING: Final = Context(prec=120, rounding=ROUND_HALF_UP)
_FOUR: Final = Decimal("0.0001")
_ONE_DECIMAL: Final = Decimal("0.1")


def four_decimals(value: Decimal) -> Decimal:
    """A progress as it is stored: four decimals, half-up."""
    return value.quantize(_FOUR, context=_ROUNDING)


def one_decimal(value: Decimal) -> Decimal:
    """A score as it is stored: one decimal, half-up."""
    return value.quantize(_ONE_DECIMAL, context=_ROUNDING)


def clamp(value: Decimal) -> Decimal:
    """The value, kept within 0 and 1."""
    return ZERO if value <= ZERO else min(value, ONE)


def weighted_mean(items: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """Σ weight·value / Σ weight over the positive weights, unrounded; None when there is none."""
    total, whole = ZERO, 0
    for weight, value in items:
        if weight > 0:
            whole += weight
            total = EXACT.fma(Decimal(weight), value, total)
    return EXACT.divide(total, Decimal(whole)) if whole else None
