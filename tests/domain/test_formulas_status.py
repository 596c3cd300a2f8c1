"""Status, confidence, staleness, scores, plausibility and cycle states (R-PRG-05 to 09, R-SCR, R-CHK-10; A09, A10)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkCalendar, bundled_table
from domain.goals.formulas import (
    CycleState,
    KrType,
    Measure,
    Status,
    automatic_status,
    confidence_of,
    cycle_score,
    cycle_state,
    expected_progress,
    has_confidence_gap,
    is_admissible_value_at,
    is_stale,
    needs_confirmation,
    objective_status,
    status_of_confidence,
    suggested_objective_score,
    suggested_score,
)

CALENDAR = WorkCalendar(bundled_table())
NOON = datetime(2026, 1, 19, 12, tzinfo=UTC)


def number(current: str | None, start: str = "0", target: str = "100") -> Measure:
    return Measure(
        type=KrType.NUMBER,
        start=Decimal(start),
        target=Decimal(target),
        current=None if current is None else Decimal(current),
    )


@pytest.mark.parametrize(("progress", "score"), [("0.75", "0.8"), ("0.05", "0.1"), ("0.04", "0.0"), ("1.2", "1.0")])
def test_A09_suggested_score(progress: str, score: str) -> None:
    assert str(suggested_score(Decimal(progress))) == score


def test_R_SCR_02_objective_and_cycle_score() -> None:
    assert suggested_objective_score([(60, Decimal("0.4")), (40, Decimal("0.8"))]) == Decimal("0.6")
    assert suggested_objective_score([(1, Decimal("0.7")), (1, Decimal("0.8"))]) == Decimal("0.8")
    assert cycle_score([(1, Decimal("0.2")), (1, Decimal("0.4"))]) == Decimal("0.3")
    assert cycle_score([]) is None


def test_A10_status_of_the_gap() -> None:
    expected = expected_progress(date(2026, 1, 1), date(2026, 3, 31), date(2026, 2, 13), CALENDAR)
    assert expected - Decimal("0.36") == Decimal("0.1654")
    assert automatic_status(number("36"), expected) is Status.AMBER


@pytest.mark.parametrize(
    ("current", "status"),
    [
        (None, Status.GREY),
        ("60", Status.GREEN),
        ("35", Status.GREEN),
        ("34.99", Status.AMBER),
        ("20", Status.AMBER),
        ("19.99", Status.RED),
        ("-50", Status.RED),
        ("99.999", Status.GREEN),
        ("100", Status.DONE),
        ("150", Status.DONE),
    ],
)
def test_R_PRG_05_thresholds(current: str | None, status: Status) -> None:
    assert automatic_status(number(current), Decimal("0.5")) is status


@pytest.mark.parametrize(
    ("periods", "status"),
    [
        ((), Status.GREY),
        ((None,), Status.GREY),
        ((True,), Status.GREEN),
        ((False, False, True), Status.GREEN),
        ((False,), Status.AMBER),
        ((True, False), Status.AMBER),
        ((True, None, False, None), Status.AMBER),
        ((True, False, None, False), Status.RED),
    ],
)
def test_R_PRG_05_keep_types(periods: tuple[bool | None, ...], status: Status) -> None:
    measure = Measure(type=KrType.KEEP_MAX, target=Decimal(2), periods=periods)
    assert automatic_status(measure, Decimal("0.9")) is status


@given(st.integers(-50, 150), st.integers(0, 50), st.decimals(min_value=0, max_value=1, places=4))
def test_more_progress_is_never_a_worse_colour(current: int, more: int, expected: Decimal) -> None:
    order = [Status.RED, Status.AMBER, Status.GREEN, Status.DONE]
    before, after = (automatic_status(number(str(value)), expected) for value in (current, current + more))
    assert order.index(before) <= order.index(after)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([(50, Status.GREEN), (50, Status.AMBER)], Status.AMBER),
        ([(91, Status.GREEN), (9, Status.RED)], Status.GREEN),
        ([(90, Status.GREEN), (10, Status.RED)], Status.RED),
        ([(50, Status.GREY), (50, Status.DONE)], Status.DONE),
        ([(50, Status.GREEN), (50, Status.DONE)], Status.GREEN),
        ([(50, Status.GREY), (50, Status.GREY)], Status.GREY),
        ([], Status.GREY),
    ],
)
def test_R_PRG_08_objective_status(parts: list[tuple[int, Status]], status: Status) -> None:
    assert objective_status(parts) is status


def test_R_PRG_07_confidence_both_ways() -> None:
    chosen = (Status.GREEN, Status.AMBER, Status.RED)
    assert [confidence_of(status) for status in chosen] == [8, 5, 2]
    assert confidence_of(Status.DONE) is confidence_of(Status.GREY) is None
    found = [status_of_confidence(confidence).value for confidence in range(11)]
    assert found == ["red"] * 4 + ["amber"] * 3 + ["green"] * 4
    assert [status_of_confidence(confidence_of(status) or 0) for status in chosen] == list(chosen)
    for outside in (-1, 11):
        with pytest.raises(ValueError, match="confidence"):
            status_of_confidence(outside)


def test_R_PRG_06_confidence_gap() -> None:
    gaps = {(o, a) for o in Status for a in Status if has_confidence_gap(o, a)}
    assert gaps == {(Status.GREEN, Status.RED), (Status.DONE, Status.RED)}


@pytest.mark.parametrize(
    ("answered", "stale"),
    [
        ([], False),
        ([True, False, False], False),
        ([True, False, False, False], True),
        ([False, False, False], True),
        ([True, False, None, False, None], False),
        ([True, False, None, False, None, False], True),
        ([False, False, False, True], False),
    ],
)
def test_R_PRG_09_stale(answered: list[bool | None], stale: bool) -> None:
    assert is_stale(answered) is stale


@pytest.mark.parametrize(
    ("start", "target", "last", "value", "asked"),
    [
        ("0", "100", "50", "350", False),
        ("0", "100", "50", "350.1", True),
        ("0", "100", None, "301", True),
        ("0", "100", "60", "5", False),  # falls back, but no sign turns
        ("0", "100", "60", "-60", True),  # a slipped minus
        ("0", "100", "20", "-20", False),  # turns, but by less than half the span
        ("7.2", "8.3", "7.6", "7.0", True),  # back behind the start by more than half the span
        ("7.2", "8.3", "7.6", "7.1", False),
        ("6", "2", "3", "7", True),  # decreasing: behind the start
        ("6", "2", "3", "6", False),
        ("6", "2", "3", "-9.1", True),
        ("-100", "100", "50", "-60", True),  # the value's own sign turns
    ],
)
def test_R_CHK_10_plausibility(start: str, target: str, last: str | None, value: str, asked: bool) -> None:
    previous = None if last is None else Decimal(last)
    assert needs_confirmation(number(None, start, target), Decimal(value), previous) is asked


def test_R_CHK_10_types_without_direction() -> None:
    kept = Measure(type=KrType.KEEP_RANGE, low=Decimal(1), high=Decimal(3))
    assert needs_confirmation(kept, Decimal(9), Decimal(2))
    assert not needs_confirmation(kept, Decimal(8), Decimal(2))
    assert not needs_confirmation(kept, Decimal(9), None)
    assert not needs_confirmation(Measure(type=KrType.BOOLEAN), Decimal(1), Decimal(0))


@given(st.integers(-400, 400), st.integers(-400, 400))
def test_R_CHK_10_is_the_same_for_a_mirrored_goal(value: int, last: int) -> None:
    asked = needs_confirmation(number(None, "10", "90"), Decimal(value), Decimal(last))
    mirrored = needs_confirmation(number(None, "-10", "-90"), Decimal(-value), Decimal(-last))
    assert asked is mirrored


def test_R_KR_05_dates_a_value_may_have() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert is_admissible_value_at(NOON, NOON, start)
    assert not is_admissible_value_at(NOON + timedelta(milliseconds=1), NOON, start)
    assert is_admissible_value_at(start - timedelta(days=31), NOON, start)
    assert not is_admissible_value_at(start - timedelta(days=31, milliseconds=1), NOON, start)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 12, 16), CycleState.PLANNED),
        (date(2025, 12, 17), CycleState.DRAFTING),
        (date(2025, 12, 31), CycleState.DRAFTING),
        (date(2026, 1, 1), CycleState.RUNNING),
        (date(2026, 3, 31), CycleState.RUNNING),
        (date(2026, 4, 1), CycleState.GRADING),
        (date(2026, 4, 15), CycleState.GRADING),  # the tenth workday: Qingming takes Monday 6 April
        (date(2026, 4, 16), CycleState.CLOSED),
    ],
)
def test_R_CYC_02_states_by_date(today: date, state: CycleState) -> None:
    assert cycle_state(date(2026, 1, 1), date(2026, 3, 31), today, CALENDAR) is state
