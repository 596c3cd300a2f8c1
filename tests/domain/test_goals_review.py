"""Who sees hidden goals, cycles still to come, and corrections that must not undo anything (R-OBJ-06, R-CYC-02,
R-CHK-04, R-CHK-08, R-KR-05)."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from domain.columns import table_of
from domain.errors import WrongMoment
from domain.goals.messages import CheckedIn, ReasonNeeded, TooLate
from domain.goals.model import Objective
from domain.goals.overview import goal_tree
from domain.people.model import Person
from tests.company import GOALS, PEOPLE
from tests.domain.goals_company import House

OBJECTIVE, PERSON = table_of(Objective), table_of(Person)
ON_TIME = "交付准时率"

COMPANY = PEOPLE + (
    "E5,Chief,,,总部,,,,,,,,\n"
    "E6,HR,,,人事部,,hrbp,,,,,,\n"
    "E7,Auditor,,,审计部,,auditor,,,,,,\n"
    "E8,Clerk,,,财务部,,clerk,,,,,,\n"
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def led_by(house: House, number: str, manager: str) -> None:
    boss = house.person(manager).id
    with house.unit() as uow:
        uow.change(update(PERSON).where(PERSON.c.employee_no == number).values(manager_id=boss))
        uow.commit()


def sees(house: House, number: str, title: str = "Grow abroad") -> bool:
    with house.unit() as uow:
        tree = goal_tree(uow, house.person(number), house.moment(), offset=0, most=50)
    return title in [view.title for _, view in tree.rows]


@pytest.mark.parametrize("visibility", ["private", "department"])
def test_r_obj_06_all_managers_above_hrbp_and_auditor_see_it_and_nobody_else(tmp_path: Path, visibility: str) -> None:
    """Cai owns it; Ann leads Cai, the chief leads Ann."""
    house = House(tmp_path, people=COMPANY)
    led_by(house, "E1", "E5")
    with house.unit() as uow:
        uow.change(update(OBJECTIVE).where(OBJECTIVE.c.key == "G1").values(visibility=visibility))
        uow.commit()
    seen = {number: sees(house, number) for number in ("E3", "E1", "E5", "E6", "E7", "E8", "E2")}
    assert seen == {
        "E3": True, "E1": True, "E5": True, "E6": True, "E7": True, "E8": False, "E2": visibility == "department",
    }  # fmt: skip


def test_r_obj_06_a_ring_of_managers_comes_to_an_end(tmp_path: Path) -> None:
    house = House(tmp_path, people=COMPANY)
    led_by(house, "E1", "E3")
    with house.unit() as uow:
        uow.change(update(OBJECTIVE).values(visibility="private"))
        uow.commit()
    assert sees(house, "E1")
    assert not sees(house, "E8")


def test_r_cyc_02_a_cycle_that_is_only_planned_takes_no_values(tmp_path: Path) -> None:
    """Due at the end of the second quarter: not listed in February, listed once it is being drafted."""
    house = House(tmp_path, goals=GOALS.replace("按时交付,E2,C1,2026-03-31", "按时交付,E2,,2026-06-30"))
    assert house.lines_of("E2") == ()
    with pytest.raises(WrongMoment):
        house.say(ON_TIME, "95", "E2")
    house.later(days=33)  # 2026-03-18: fourteen days before it starts
    assert [line.title for line in house.lines_of("E2")] == [ON_TIME]
    house.done(ON_TIME, "95", "E2")


def test_r_chk_08_correcting_from_an_old_card_never_undoes_a_newer_check_in(house: House) -> None:
    house.done(ON_TIME, "96", "E2")
    first = house.check_ins()[0].thread_id
    house.later(minutes=1)
    house.done(ON_TIME, "97", "E2")
    assert isinstance(house.say(ON_TIME, "95", "E2", corrects=first), TooLate)
    assert house.line(ON_TIME).measure.current == Decimal(97)
    house.done(ON_TIME, "96.5", "E2", corrects=house.check_ins()[1].thread_id)


def test_r_chk_04_a_correction_to_the_third_no_change_wants_a_reason(house: House) -> None:
    house.done(ON_TIME, None, "E2")
    house.done(ON_TIME, None, "E2")
    house.done(ON_TIME, "95", "E2")
    thread = house.check_ins()[-1].thread_id
    assert isinstance(house.say(ON_TIME, None, "E2", corrects=thread), ReasonNeeded)
    house.done(ON_TIME, None, "E2", corrects=thread, note="等客户回复")


def test_r_chk_04_the_corrected_check_in_itself_does_not_count(house: House) -> None:
    house.done(ON_TIME, None, "E2")
    house.done(ON_TIME, None, "E2")
    thread = house.check_ins()[-1].thread_id
    assert isinstance(house.say(ON_TIME, None, "E2", corrects=thread), CheckedIn)


def test_r_chk_04_however_often_the_last_one_was_corrected(house: House) -> None:
    """Two are counted, each once, also behind many versions of one."""
    house.done(ON_TIME, None, "E2")
    house.done(ON_TIME, "95", "E2")
    thread = house.check_ins()[-1].thread_id
    for _ in range(14):
        house.later(minutes=1)
        house.done(ON_TIME, "96", "E2", corrects=thread)
    house.done(ON_TIME, None, "E2", corrects=thread)
    house.later(minutes=1)
    assert isinstance(house.say(ON_TIME, None, "E2"), ReasonNeeded)


def test_r_kr_05_a_refused_date_is_worded(house: House) -> None:
    """The refusal names a text of the catalogues."""
    with pytest.raises(WrongMoment) as refused:
        house.say(ON_TIME, "95", "E2", value_at=house.now + timedelta(days=1))
    assert refused.value.code == "ci.wrong_moment"
