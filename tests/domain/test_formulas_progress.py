"""Progress of key results and objectives, weights and expectation (R-KR, R-PRG-01 to R-PRG-04; A01 to A07, A10)."""

from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkCalendar, bundled_table
from domain.goals.formulas import (
    BACK,
    FRONT,
    LINEAR,
    BadMeasure,
    KrType,
    Measure,
    Profile,
    contribution,
    effective_weights,
    equal_weights,
    expected_progress,
    mixed_progress,
    objective_progress,
    progress,
    raw_progress,
    satisfies,
    weights_gap,
)
from domain.goals.formulas.expected import Shape
from domain.numbers import percent

CALENDAR = WorkCalendar(bundled_table())
Q1 = (date(2026, 1, 1), date(2026, 3, 31))


def number(start: str, target: str, current: str | None) -> Measure:
    return Measure(
        type=KrType.NUMBER,
        start=Decimal(start),
        target=Decimal(target),
        current=None if current is None else Decimal(current),
    )


def test_A01_increase() -> None:
    measure = number("7.2", "8.3", "7.6")
    assert progress(measure) == raw_progress(measure) == Decimal("0.3636")
    assert percent(progress(measure)) == "36%"


def test_A02_decrease() -> None:
    assert progress(number("6", "2", "3")) == Decimal("0.75")


def test_A03_objective() -> None:
    parts = [(60, progress(number("7.2", "8.3", "7.6"))), (40, progress(number("6", "2", "3")))]
    whole = objective_progress(parts)
    assert whole == Decimal("0.5182")
    assert percent(whole) == "52%"


def test_A04_over_achieved() -> None:
    measure = number("0", "100", "132")
    raw = raw_progress(measure)
    assert raw == Decimal("1.32")
    assert percent(raw) == "132%"
    assert progress(measure) == 1


def test_A05_behind_the_start() -> None:
    measure = number("100", "200", "80")
    assert raw_progress(measure) == Decimal("-0.2")
    assert progress(measure) == 0
    assert percent(progress(measure)) == "0%"


@pytest.mark.parametrize(
    ("count", "weights"),
    [(0, ()), (1, (100,)), (3, (34, 33, 33)), (6, (17, 17, 17, 17, 16, 16)), (7, (15, 15, *[14] * 5))],
)
def test_A06_equal_weights(count: int, weights: tuple[int, ...]) -> None:
    assert equal_weights(count) == weights
    assert effective_weights([None] * count) == weights


def test_A07_gap_to_one_hundred() -> None:
    assert weights_gap([50, 40]) == 10
    assert weights_gap([50, 40, None]) == 10
    assert weights_gap([70, 40]) == -10
    assert weights_gap([None, None, None]) == weights_gap([60, 40]) == weights_gap([]) == 0


def test_A10_expected_progress_of_the_quarter() -> None:
    assert expected_progress(*Q1, date(2026, 2, 13), CALENDAR) == Decimal("0.5254")


def test_R_PRG_04_profiles() -> None:
    day = date(2026, 2, 13)  # 31 of 59 workdays
    assert expected_progress(*Q1, day, CALENDAR, BACK) == Decimal("0.2761")
    assert expected_progress(*Q1, day, CALENDAR, FRONT) == Decimal("0.7249")
    custom = Profile(Shape.CUSTOM, ((Decimal("0.5"), Decimal("0.2")),))
    assert expected_progress(*Q1, day, CALENDAR, custom) == Decimal("0.2407")
    assert custom.at(Decimal("0.25")) == Decimal("0.1")
    assert custom.at(Decimal("0.5")) == Decimal("0.2")
    ends = Profile(Shape.CUSTOM, ((Decimal(0), Decimal("0.1")), (Decimal(1), Decimal("0.9"))))
    assert ends.at(Decimal(0)) == Decimal("0.1")
    assert ends.at(Decimal(1)) == Decimal("0.9")


def test_R_PRG_04_ends_of_the_window() -> None:
    assert expected_progress(*Q1, date(2025, 12, 31), CALENDAR) == 0
    assert expected_progress(*Q1, date(2026, 1, 3), CALENDAR) == 0
    assert expected_progress(*Q1, date(2026, 1, 4), CALENDAR) == Decimal("0.0169")
    assert expected_progress(*Q1, date(2026, 3, 31), CALENDAR) == 1
    assert expected_progress(*Q1, date(2026, 7, 1), CALENDAR) == 1
    holiday = (date(2026, 2, 16), date(2026, 2, 20))
    assert expected_progress(*holiday, date(2026, 2, 18), CALENDAR) == 0
    assert expected_progress(*holiday, date(2026, 2, 20), CALENDAR) == 1


@pytest.mark.parametrize(
    "points",
    [
        (),
        ((Decimal(2), Decimal(1)),),
        ((Decimal("NaN"), Decimal(1)),),
        ((Decimal("0.5"), Decimal("0.5")), (Decimal("0.5"), Decimal("0.6"))),
        ((Decimal("0.4"), Decimal("0.5")), (Decimal("0.5"), Decimal("0.4"))),
    ],
)
def test_profiles_that_do_not_rise_are_refused(points: tuple[tuple[Decimal, Decimal], ...]) -> None:
    with pytest.raises(ValueError, match="points"):
        Profile(Shape.CUSTOM, points)


def test_R_KR_02_boolean_and_milestone() -> None:
    assert raw_progress(Measure(type=KrType.BOOLEAN)) is None
    assert raw_progress(Measure(type=KrType.BOOLEAN, current=Decimal(0))) == 0
    assert raw_progress(Measure(type=KrType.BOOLEAN, current=Decimal(1))) == 1
    assert raw_progress(Measure(type=KrType.MILESTONE)) is None
    milestone = Measure(type=KrType.MILESTONE, accepted=Decimal(2), total=Decimal(3))
    assert raw_progress(milestone) == Decimal("0.6667")


def test_R_KR_02_keep_counts_missed_periods_and_leaves_out_excused_ones() -> None:
    def kept(*periods: bool | None) -> Decimal | None:
        return raw_progress(Measure(type=KrType.KEEP_MIN, target=Decimal(95), periods=periods))

    assert kept() is None
    assert kept(None) is None
    assert kept(True, False, None, True) == Decimal("0.6667")


@pytest.mark.parametrize(
    ("measure", "inside", "outside"),
    [
        (Measure(type=KrType.KEEP_MIN, target=Decimal(95)), ["95", "200"], ["94.9"]),
        (Measure(type=KrType.KEEP_MAX, target=Decimal(2)), ["2", "-5"], ["2.01"]),
        (Measure(type=KrType.KEEP_RANGE, low=Decimal(1), high=Decimal(3)), ["1", "2", "3"], ["0.9", "3.1"]),
    ],
)
def test_R_KR_02_bounds_are_inclusive(measure: Measure, inside: list[str], outside: list[str]) -> None:
    assert all(satisfies(measure, Decimal(value)) for value in inside)
    assert not any(satisfies(measure, Decimal(value)) for value in outside)
    assert not satisfies(measure, None)


def test_only_keep_types_have_a_bound() -> None:
    with pytest.raises(ValueError, match="keep"):
        satisfies(number("0", "1", None), Decimal(1))


def test_R_KR_03_what_cannot_measure_is_refused() -> None:
    with pytest.raises(BadMeasure):
        number("5", "5.0", "5")
    for bad in (
        {"type": KrType.CURRENCY, "start": Decimal(1)},
        {"type": KrType.PERCENTAGE, "target": Decimal(1)},
        {"type": KrType.KEEP_MAX},
        {"type": KrType.KEEP_RANGE, "low": Decimal(3), "high": Decimal(3)},
        {"type": KrType.KEEP_RANGE, "low": Decimal(3)},
        {"type": KrType.MILESTONE, "accepted": Decimal(3), "total": Decimal(2)},
        {"type": KrType.NUMBER, "start": Decimal(0), "target": Decimal("Infinity")},
        {"type": KrType.BOOLEAN, "current": Decimal("NaN")},
    ):
        with pytest.raises(BadMeasure):
            Measure(**bad)


def test_no_value_yet_is_none_and_weighs_as_zero() -> None:
    measure = number("0", "10", None)
    assert raw_progress(measure) is None
    assert progress(measure) == 0


def test_rounding_never_finishes_a_goal() -> None:
    assert progress(number("0", "1000000", "999960")) == Decimal("0.9999")
    assert progress(number("1000000", "0", "1")) == Decimal("0.9999")
    assert progress(number("0", "1000000", "1000000")) == 1


def test_a_huge_over_achievement_is_still_a_number() -> None:
    raw = raw_progress(number("0", "0.0000000001", "999999999999999999"))
    assert raw == Decimal("9999999999999999990000000000")


def test_R_PRG_01_weight_zero_informs_only() -> None:
    assert objective_progress([(50, Decimal("0.5")), (0, Decimal(1))]) == Decimal("0.5")
    assert objective_progress([(0, Decimal(1))]) is None
    assert objective_progress([]) is None


def test_R_PRG_02_and_03_mix_and_contribution() -> None:
    assert mixed_progress(Decimal("0.4"), Decimal("0.8")) == Decimal("0.6")
    assert mixed_progress(Decimal("0.4"), Decimal("0.8"), Decimal(1)) == Decimal("0.4")
    with pytest.raises(ValueError, match="share"):
        mixed_progress(Decimal("0.4"), Decimal("0.8"), Decimal(2))
    assert contribution(24, 100, Decimal("0.05")) == Decimal("0.012")
    assert contribution(30, 60, Decimal("-0.1")) == Decimal("-0.05")
    assert contribution(0, 100, Decimal("0.05")) == 0


NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=3)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_progress_is_clamped_and_never_falls_towards_the_target(
    start: Decimal, target: Decimal, one: Decimal, other: Decimal
) -> None:
    if start == target:
        with pytest.raises(BadMeasure):
            number(str(start), str(target), None)
        return
    behind, ahead = sorted((one, other), reverse=target < start)
    measures = [number(str(start), str(target), str(current)) for current in (behind, ahead)]
    raws = [raw_progress(measure) for measure in measures]
    assert raws[0] is not None
    assert raws[1] is not None
    assert raws[0] <= raws[1]
    assert 0 <= progress(measures[0]) <= progress(measures[1]) <= 1
    reached = ahead >= target if target > start else ahead <= target
    assert (progress(measures[1]) == 1) is reached


@given(NUMBERS, NUMBERS, st.integers(-30000, 30000))
def test_raw_progress_inverts(start: Decimal, span: Decimal, share: int) -> None:
    if span == 0:
        return
    raw = Decimal(share) / 10000
    assert raw_progress(number(str(start), str(start + span), str(start + span * raw))) == raw


@given(st.lists(st.tuples(st.integers(0, 100), st.decimals(min_value=0, max_value=1, places=4)), max_size=10))
def test_objective_progress_lies_between_its_parts(parts: list[tuple[int, Decimal]]) -> None:
    whole = objective_progress(parts)
    weighing = [value for weight, value in parts if weight]
    assert (whole is None) is (not weighing)
    if whole is not None:
        assert min(weighing) <= whole <= max(weighing)


@given(st.integers(1, 100))
def test_equal_weights_sum_to_one_hundred_and_differ_by_one(count: int) -> None:
    weights = equal_weights(count)
    assert sum(weights) == 100
    assert max(weights) - min(weights) <= 1
    assert list(weights) == sorted(weights, reverse=True)


@given(
    st.dates(date(2025, 1, 1), date(2027, 6, 1)),
    st.integers(0, 400),
    st.integers(-10, 410),
    st.integers(0, 30),
    st.sampled_from([LINEAR, BACK, FRONT, Profile(Shape.CUSTOM, ((Decimal("0.3"), Decimal("0.6")),))]),
)
def test_expected_progress_is_clamped_and_never_falls(
    start: date, length: int, passed: int, more: int, profile: Profile
) -> None:
    due = start + timedelta(days=length)
    days = (start + timedelta(days=passed), start + timedelta(days=passed + more))
    earlier, later = (expected_progress(start, due, day, CALENDAR, profile) for day in days)
    assert 0 <= earlier <= later <= 1


def test_the_threads_own_context_changes_nothing() -> None:
    with localcontext(prec=2):
        assert raw_progress(number("7.2", "8.3", "7.6")) == Decimal("0.3636")
        assert expected_progress(*Q1, date(2026, 2, 13), CALENDAR, FRONT) == Decimal("0.7249")
        assert objective_progress([(60, Decimal("0.3636")), (40, Decimal("0.75"))]) == Decimal("0.5182")
