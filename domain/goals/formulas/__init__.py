"""The arithmetic of goals, pure and exact: progress, expectation, status, confidence and score (R-KR, R-PRG, R-SCR)."""

from domain.goals.formulas.cycle import CycleState, cycle_state
from domain.goals.formulas.expected import BACK, FRONT, LINEAR, Profile, expected_progress
from domain.goals.formulas.measure import BadMeasure, KrType, Measure, progress, raw_progress, satisfies
from domain.goals.formulas.score import cycle_score, suggested_objective_score, suggested_score
from domain.goals.formulas.status import (
    Status,
    automatic_status,
    confidence_of,
    has_confidence_gap,
    is_stale,
    objective_status,
    status_of_confidence,
)
from domain.goals.formulas.values import is_admissible_value_at, needs_confirmation
from domain.goals.formulas.weights import (
    contribution,
    effective_weights,
    equal_weights,
    mixed_progress,
    objective_progress,
    weights_gap,
)

__all__ = [
    "BACK",
    "FRONT",
    "LINEAR",
    "BadMeasure",
    "CycleState",
    "KrType",
    "Measure",
    "Profile",
    "Status",
    "automatic_status",
    "confidence_of",
    "contribution",
    "cycle_score",
    "cycle_state",
    "effective_weights",
    "equal_weights",
    "expected_progress",
    "has_confidence_gap",
    "is_admissible_value_at",
    "is_stale",
    "mixed_progress",
    "needs_confirmation",
    "objective_progress",
    "objective_status",
    "progress",
    "raw_progress",
    "satisfies",
    "status_of_confidence",
    "suggested_objective_score",
    "suggested_score",
    "weights_gap",
]
