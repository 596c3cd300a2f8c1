"""What a check-in stores and answers (R-CHK-04, 08, 10, 11, 12; R-KR-05; R-PRG-06, 07; R-GEN-08; case A54)."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import CycleClosed, NotAllowed, TooLong, WrongMoment
from domain.goals.entry import read_value
from domain.goals.formulas import KrType, Status
from domain.goals.messages import CheckedIn, ConfirmationNeeded, ReasonNeeded, TooLate
from domain.goals.model import Contributor, KeyResult
from domain.goals.spoken import understand
from domain.ids import new_id
from tests.domain.goals_company import House

ON_TIME, NPS, REPLY = "交付准时率", "NPS", "响应时间"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def current(house: House, title: str) -> Decimal | None:
    return house.line(title).measure.current


def last_stored(house: House) -> object:
    return house.check_ins()[-1]


def test_a_value_is_stored_with_everything_said_and_becomes_the_current_one(house: House) -> None:
    """R-CHK-04: value, status, note, blocker; before and after; what it did to the objective."""
    done = house.done(ON_TIME, "96", "E2", status=Status.AMBER, blocker="others", note="等仓库")
    assert (done.before, done.after, done.version, done.streak) == (Decimal(94), Decimal(96), 1, 1)
    assert (done.objective_before, done.objective_after) == (Decimal("0.5"), Decimal("0.75"))
    (row,) = house.check_ins()
    assert (row.value, row.before, row.status, row.blocker, row.note) == (96, 94, "amber", "others", "等仓库")
    assert (row.period, row.person_id, row.by_id) == ("2026-W07", row.by_id, house.person("E2").id)
    assert current(house, ON_TIME) == 96


def test_no_change_keeps_the_value_and_counts(house: House) -> None:
    """R-CHK-04: "no change" is a check-in."""
    done = house.done(ON_TIME, None, "E2")
    assert (done.before, done.after, done.streak) == (Decimal(94), Decimal(94), 1)
    assert house.check_ins()[0].value is None
    assert current(house, ON_TIME) == 94


def test_a54_the_typed_line_is_value_status_and_note(house: House) -> None:
    """A54: `９２％ g 已签` → 92, green, note kept."""
    spoken = understand("９２％ g 已签")
    value = read_value(spoken.value, house.line(ON_TIME))
    done = house.done(ON_TIME, str(value), "E2", status=spoken.status, note=spoken.note)
    assert done.after == 92
    recent = house.line(ON_TIME).recent
    assert recent is not None
    assert (recent.value, recent.status, recent.note) == (Decimal(92), Status.GREEN, "已签")


def test_the_owners_word_and_the_automatic_status_are_both_stored(house: House) -> None:
    """R-PRG-06: 91 of 90→98 is 12 % against 53 % expected: red by the numbers, green by its owner."""
    house.done(ON_TIME, "91", "E2", status=Status.GREEN)
    row = house.check_ins()[0]
    assert (row.status, row.automatic_status) == ("green", "red")
    line = house.line(ON_TIME)
    assert (line.status, line.automatic) == (Status.GREEN, Status.RED)


@pytest.mark.parametrize(("value", "said"), [("91", "red"), ("93", "amber"), ("96", "green"), ("98", "green")])
def test_silence_about_the_status_means_what_the_numbers_say(house: House, value: str, said: str) -> None:
    """R-PRG-06: no word from the owner; done and grey are no words an owner chooses."""
    house.done(ON_TIME, value, "E2")
    assert house.check_ins()[0].status == said


@pytest.mark.parametrize(
    ("confidence", "status"), [(10, "green"), (7, "green"), (6, "amber"), (4, "amber"), (3, "red")]
)
def test_a_number_of_confidence_sets_the_colour(house: House, confidence: int, status: str) -> None:
    """R-PRG-07, also against a chosen status."""
    house.done(ON_TIME, "96", "E2", confidence=confidence, status=Status.RED)
    row = house.check_ins()[0]
    assert (row.status, row.confidence) == (status, confidence)


@pytest.mark.parametrize(("status", "confidence"), [(Status.GREEN, 8), (Status.AMBER, 5), (Status.RED, 2)])
def test_a_status_stands_for_a_confidence(house: House, status: Status, confidence: int) -> None:
    """R-PRG-07, the other way round."""
    house.done(ON_TIME, "96", "E2", status=status)
    assert house.check_ins()[0].confidence == confidence


# --- the third "no change" ----------------------------------------------------------------------------------------


def test_the_third_no_change_in_a_row_wants_a_reason_of_five_characters(house: House) -> None:
    """R-CHK-04: nothing is stored until there is one; a value in between starts the count anew."""
    house.done(ON_TIME, None, "E2")
    house.later(days=7)
    house.done(ON_TIME, None, "E2")
    house.later(days=7)
    assert isinstance(house.say(ON_TIME, None, "E2"), ReasonNeeded)
    assert isinstance(house.say(ON_TIME, None, "E2", note="等客户 "), ReasonNeeded)
    assert len(house.check_ins()) == 2
    house.done(ON_TIME, None, "E2", note="等客户回复")
    house.done(ON_TIME, "95", "E2")
    house.done(ON_TIME, None, "E2")


def test_a_corrected_no_change_is_not_counted_as_one(house: House) -> None:
    """R-CHK-04 looks at the latest version of each check-in."""
    first = house.done(ON_TIME, None, "E2")
    house.done(ON_TIME, None, "E2")
    thread = house.check_ins()[1].thread_id
    assert first.version == 1
    house.done(ON_TIME, "95", "E2", corrects=thread)
    house.done(ON_TIME, None, "E2")


# --- plausibility -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["118.01", "69.99", "9600"])
def test_a_far_value_is_asked_back_and_stores_nothing(house: House, value: str) -> None:
    """R-CHK-10: more than three spans (90→98: 24) from the last value, 94."""
    outcome = house.say(ON_TIME, value, "E2")
    assert isinstance(outcome, ConfirmationNeeded)
    assert outcome.value == Decimal(value)
    assert house.check_ins() == []
    assert house.done(ON_TIME, value, "E2", confirmed=True).after == Decimal(value)


@pytest.mark.parametrize("value", ["118", "94", "98", "96"])
def test_a_value_within_three_spans_is_taken(house: House, value: str) -> None:
    """R-CHK-10: exactly three spans is still fine."""
    house.done(ON_TIME, value, "E2")


def test_a_value_of_a_closed_cycle_is_refused(house: House) -> None:
    """R-CHK-10: ten workdays after the end; until then it is being graded and values may still come."""
    house.now = datetime.fromisoformat("2026-04-10T02:00:00+00:00")
    house.done(ON_TIME, "97", "E2")
    house.now = datetime.fromisoformat("2026-04-30T02:00:00+00:00")
    with pytest.raises(CycleClosed):
        house.say(ON_TIME, "98", "E2")
    assert current(house, ON_TIME) == 97


@pytest.mark.parametrize(
    ("note", "fits"), [("字" * 200, True), ("字" * 201, False), ("a" * 500, True), ("a" * 501, False)]
)
def test_a_note_is_refused_with_the_count_and_never_cut(house: House, note: str, fits: bool) -> None:
    """R-GEN-08: 200 Chinese characters or 500 letters."""
    if fits:
        house.done(ON_TIME, "96", "E2", note=note)
        assert house.check_ins()[0].note == note
        return
    with pytest.raises(TooLong) as refused:
        house.say(ON_TIME, "96", "E2", note=note)
    assert refused.value.params["count"] == str(len(note))
    assert house.check_ins() == []


# --- values in time -----------------------------------------------------------------------------------------------


def test_r_kr_05_a_back_dated_value_never_overwrites_a_newer_one(house: House) -> None:
    """R-KR-05: stored, but the newer value stays current, for the reader and in the roll-up."""
    house.done(ON_TIME, "96", "E2")
    house.later(minutes=5)
    done = house.done(ON_TIME, "91", "E2", value_at=house.now - timedelta(days=3))
    assert len(house.check_ins()) == 2
    assert current(house, ON_TIME) == 96
    assert done.objective_after == Decimal("0.75")
    assert done.line.measure.current == 96


@pytest.mark.parametrize("days", [1, -80])
def test_r_kr_05_a_value_is_neither_of_the_future_nor_from_long_before_the_cycle(house: House, days: int) -> None:
    with pytest.raises(WrongMoment):
        house.say(ON_TIME, "95", "E2", value_at=house.now + timedelta(days=days))
    assert house.check_ins() == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(90, 98)), min_size=1, max_size=6))
def test_r_kr_05_the_current_value_is_the_one_with_the_latest_value_at(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, int]]
) -> None:
    """In whatever order values are told: greatest value_at, then greatest created_at."""
    house = House(tmp_path_factory.mktemp("house"))
    told = [(house.now, house.now, 94)]  # the value it was imported with
    for days_ago, value in said:
        house.later(minutes=1)
        at = house.now - timedelta(days=days_ago)
        house.done(ON_TIME, str(value), "E2", value_at=at)
        told.append((at, house.now, value))
    assert current(house, ON_TIME) == max(told)[2]


# --- corrections --------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_and_the_first_one_stays(house: House) -> None:
    """R-CHK-08, R-GEN-07: two rows of one thread; the step still starts at the value before the first."""
    first = house.done(ON_TIME, "96", "E2", note="初稿")
    house.later(hours=1)
    thread = house.check_ins()[0].thread_id
    second = house.done(ON_TIME, "97", "E2", corrects=thread)
    assert (second.version, second.before, second.after) == (2, Decimal(94), Decimal(97))
    rows = house.check_ins()
    assert [(row.version, row.value, row.note) for row in rows] == [(1, 96, "初稿"), (2, 97, "")]
    assert rows[0].value_at == rows[1].value_at
    assert rows[0].created_at == rows[1].created_at - timedelta(hours=1)
    assert first.check_in_id != second.check_in_id
    assert current(house, ON_TIME) == 97


def test_a_correction_to_no_change_takes_the_value_back(house: House) -> None:
    """R-CHK-08: what was wrong with the check-in was that there was nothing to say."""
    house.done(ON_TIME, "97", "E2")
    house.done(ON_TIME, None, "E2", corrects=house.check_ins()[0].thread_id)
    assert current(house, ON_TIME) == 94


@pytest.mark.parametrize(("hours", "allowed"), [(23.99, True), (24.01, False)])
def test_a_correction_is_possible_for_24_hours(house: House, hours: float, allowed: bool) -> None:
    """R-CHK-08; the window starts at the first version."""
    house.done(ON_TIME, "96", "E2")
    thread = house.check_ins()[0].thread_id
    house.later(hours=1)
    house.done(ON_TIME, "96.5", "E2", corrects=thread)
    house.later(hours=hours - 1)
    outcome = house.say(ON_TIME, "97", "E2", corrects=thread)
    assert isinstance(outcome, CheckedIn if allowed else TooLate)
    assert len(house.check_ins()) == (3 if allowed else 2)


def test_only_its_author_corrects_a_check_in(house: House) -> None:
    """R-CHK-08: not even the manager."""
    house.done(ON_TIME, "96", "E2")
    outcome = house.say(ON_TIME, "97", "E1", corrects=house.check_ins()[0].thread_id)
    assert isinstance(outcome, TooLate)


# --- two people ---------------------------------------------------------------------------------------------------


def test_r_chk_11_two_people_at_once_are_both_stored_and_the_later_is_current(house: House) -> None:
    house.done(ON_TIME, "95", "E2")
    house.later(seconds=1)
    house.done(ON_TIME, "96", "E1")
    assert [row.value for row in house.check_ins()] == [95, 96]
    recent = house.line(ON_TIME).recent
    assert recent is not None
    assert (recent.value, recent.by_name) == (Decimal(96), "安然")


def test_r_chk_12_the_manager_may_and_it_is_marked_and_adds_no_streak(house: House) -> None:
    done = house.done(ON_TIME, "96", "E1")
    assert (done.for_other, done.streak) == (True, 0)
    row = house.check_ins()[0]
    assert (row.person_id, row.by_id) == (house.person("E2").id, house.person("E1").id)
    assert house.streak("E2") == 0
    assert house.line(ON_TIME).recent is not None  # the duty is met


def test_r_chk_12_a_contributor_may_and_a_colleague_may_not(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.say(ON_TIME, "96", "E3")
    helped, helper = house.objective("B1").id, house.person("E3").id
    with house.unit() as uow:
        uow.add(Contributor(workspace_id="", id=new_id(), objective_id=helped, person_id=helper))
        uow.commit()
    assert house.done(ON_TIME, "96", "E3").for_other
    with pytest.raises(NotAllowed):
        house.say(REPLY, "2.5", "E3")


def test_r_chk_12_an_employee_may_not_act_for_the_manager(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.say(NPS, "8", "E2")


# --- every type ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "value", "progress"),
    [
        ("New clients", "20", "0.5"), ("Revenue", "250000", "0.5"), ("Launched", "1", "1"), (REPLY, "4", "0.5"),
    ],
)  # fmt: skip
def test_moving_and_boolean_types_move_with_their_value(house: House, title: str, value: str, progress: str) -> None:
    """R-KR-02."""
    by = "E1" if title == REPLY else "E3"
    assert house.done(title, value, by).line.progress == Decimal(progress)


def test_a_keep_type_counts_its_weeks_and_this_check_in_at_once(house: House) -> None:
    """R-KR-02, R-PRG-05: kept in the last week → green, one miss → amber, stored with the check-in itself."""
    before = house.line("Defects")
    assert before.automatic is Status.GREY  # nothing was ever heard, and this week is still running
    assert house.done("Defects", "2", "E3").line.automatic is Status.GREEN
    house.later(days=14)  # week 9; week 8 had no duty
    done = house.done("Defects", "3", "E3")
    assert house.line("Defects").automatic is Status.GREEN
    assert done.line.automatic is Status.GREEN
    assert done.line.measure.periods[-1] is True
    assert done.line.measure.periods == (True, True)
    assert house.check_ins()[0].automatic_status == "green"
    house.later(hours=1)
    worse = house.done("Defects", "5", "E3")
    assert worse.line.measure.periods == house.line("Defects").measure.periods == (True, False)
    assert (worse.line.automatic, house.check_ins()[-1].automatic_status) == (Status.AMBER, "amber")


def test_a_milestone_counts_what_was_accepted(tmp_path: Path) -> None:
    """R-KR-02: 3 of 4."""
    goals = (
        "objective_key,level,title,owner_no,parent_key,due,kr_title,kr_type,start,target,current,unit,weight\n"
        "M1,individual,开新店,E2,,2026-03-31,里程碑,milestone,,4,1,,100\n"
    )
    house = House(tmp_path, goals=goals)
    (line,) = house.lines_of("E2")
    assert (line.type, line.measure.total) == (KrType.MILESTONE, Decimal(4))
    done = house.done("里程碑", "3", "E2")
    assert done.line.progress == Decimal("0.75")
    assert house.line("里程碑").progress == Decimal("0.75")
    assert cast("KeyResult", house.rows(KeyResult)[0]).current == 3
