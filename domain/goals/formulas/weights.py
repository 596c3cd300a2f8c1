"""How key results weigh together into an objective (R-KR-06, R-PRG-01 to R-PRG-03)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.goals.formulas.exact import EXACT, ONE, ZERO, four_decimals, weighted_mean


def equal_weights(count: int) -> tuple[int, ...]:
    """100 split over key results as evenly as integers go, the remainder to the first: 3 → 34, 33, 33 (R-KR-06)."""
    if count <= 0:
        return ()
    share, rest = divmod(100, count)
    return (share + 1,) * rest + (share,) * (count - rest)


def effective_weights(weights: Sequence[int | None]) -> tuple[int, ...]:
    """The weights to calculate with: equal when all are blank, else blank counts as 0 (R-KR-06)."""
    if all(weight is None for weight in weights):
        return equal_weights(len(weights))
    return tuple(weight or 0 for weight in weights)


def weights_gap(weights: Sequence[int | None]) -> int:
    """How many percent are missing to 100 before publishing; negative when too many, 0 when fine (R-KR-06)."""
    return 100 - sum(effective_weights(weights)) if weights else 0


def objective_progress(key_results: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """Objective progress P from (weight, p) of its active key results, four decimals (R-PRG-01).

    Weight 0 is informational. None when nothing weighs.
    """
    mean = weighted_mean(key_results)
    return None if mean is None else four_decimals(mean)


def mixed_progress(key_results: Decimal, aligned: Decimal, share: Decimal = Decimal("0.5")) -> Decimal:
    """Objective progress of the driver `mixed`: `share` of its own key results, the rest of its children (R-PRG-02)."""
    if not ZERO <= share <= ONE:
        raise ValueError("share must lie within 0 and 1")
    children = EXACT.multiply(EXACT.subtract(ONE, share), aligned)
    return four_decimals(EXACT.fma(share, key_results, children))


def contribution(weight: int, total_weight: int, change: Decimal) -> Decimal:
    """By how much a child's change of p moves its parent: 24 of 100 and +0.05 → +0.0120 (R-PRG-03)."""
    if weight <= 0 or total_weight <= 0:
        return four_decimals(ZERO)
    return four_decimals(EXACT.divide(EXACT.multiply(Decimal(weight), change), Decimal(total_weight)))
