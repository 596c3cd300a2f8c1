"""Scores suggested at the end of a cycle; the owner has the last word (R-SCR)."""

from collections.abc import Iterable
from decimal import Decimal

from domain.goals.formulas.exact import clamp, one_decimal, weighted_mean


def suggested_score(progress: Decimal) -> Decimal:
    """The score a key result's p suggests: one decimal, half-up, 0.75 → 0.8, 0.05 → 0.1 (R-SCR-01)."""
    return one_decimal(clamp(progress))


def suggested_objective_score(key_results: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """The score (weight, score) of its key results suggest for an objective; None when nothing weighs (R-SCR-02)."""
    mean = weighted_mean(key_results)
    return None if mean is None else one_decimal(mean)


def cycle_score(objectives: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """The mean of (weight, score) of a person's objectives, one decimal; give equal weights by default (R-SCR-02)."""
    return suggested_objective_score(objectives)
