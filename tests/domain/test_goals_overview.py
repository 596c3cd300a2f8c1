"""Who sees which goals, in which order, and whom one may check in for (R-OBJ-06, R-CHK-12)."""

from pathlib import Path

import pytest
from sqlalchemy import update

from domain.columns import table_of
from domain.goals.acting import addressed, lines_for
from domain.goals.formulas import Status
from domain.goals.model import Contributor, Objective
from domain.goals.overview import goal_status, goal_tree, my_objectives
from domain.goals.sheet import Sheet, worst_first
from domain.ids import new_id
from domain.people.model import Person
from tests.company import PEOPLE
from tests.domain.goals_company import House

OBJECTIVE, PERSON = table_of(Objective), table_of(Person)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def titles(house: House, number: str, *, offset: int = 0, most: int = 50) -> list[tuple[int, str]]:
    with house.unit() as uow:
        tree = goal_tree(uow, house.person(number), house.moment(), offset=offset, most=most)
    return [(depth, view.title) for depth, view in tree.rows]


def show_to(house: House, key: str, visibility: str) -> None:
    with house.unit() as uow:
        uow.change(update(OBJECTIVE).where(OBJECTIVE.c.key == key).values(visibility=visibility))
        uow.commit()


def test_the_tree_puts_children_below_their_parent(house: House) -> None:
    assert titles(house, "E2") == [(0, "客户满意度第一"), (1, "带好团队"), (1, "按时交付"), (1, "Grow abroad")]


def test_the_tree_comes_in_pages(house: House) -> None:
    with house.unit() as uow:
        page = goal_tree(uow, house.person("E2"), house.moment(), offset=1, most=2)
    assert [view.title for _, view in page.rows] == ["带好团队", "按时交付"]
    assert (page.offset, page.more) == (1, 1)
    assert titles(house, "E2", offset=9) == []


@pytest.mark.parametrize(
    ("visibility", "owner", "manager", "colleague", "stranger"),
    [
        ("public", True, True, True, True),
        ("department", True, True, True, False),
        ("private", True, True, False, False),
    ],
)
def test_r_obj_06_visibility(
    tmp_path: Path, visibility: str, owner: bool, manager: bool, colleague: bool, stranger: bool
) -> None:
    """Cai owns it, Ann leads Cai, Bob is in Cai's department, Dora in another."""
    house = House(tmp_path, people=PEOPLE + "E4,Dora,,,财务部,,,,,,,,\n")
    show_to(house, "G1", visibility)
    seen = {
        number: "Grow abroad" in [title for _, title in titles(house, number)] for number in ("E3", "E1", "E2", "E4")
    }
    assert seen == {"E3": owner, "E1": manager, "E2": colleague, "E4": stranger}


def test_a_child_of_a_hidden_parent_stands_at_the_top(tmp_path: Path) -> None:
    house = House(tmp_path)
    show_to(house, "C1", "private")
    with house.unit() as uow:
        uow.change(update(PERSON).values(manager_id=None))
        uow.commit()
    assert (0, "按时交付") in titles(house, "E2")


def test_my_objectives_carry_my_numbers_and_progress(house: House) -> None:
    with house.unit() as uow:
        sheet = Sheet(house.lines_of("E3"))
        (view,) = my_objectives(uow, sheet, house.person("E3"), house.moment())
    assert [line.number for line in view.lines] == [1, 2, 3, 4]
    assert view.status is Status.RED
    assert str(view.expected).startswith("0.5254")


def test_the_worst_come_first_and_what_was_said_last(house: House) -> None:
    first, *_ = worst_first(house.lines_of("E3"))
    assert first.title == "Launched"
    house.done("Launched", "0", "E3")
    *_, last = worst_first(house.lines_of("E3"))
    assert last.title == "Launched"


def test_the_status_counts_and_names_three(house: House) -> None:
    found = goal_status(house.lines_of("E3"))
    assert (found.checked_in, found.total) == (0, 4)
    assert sum(count for _, count in found.counts) == 4
    assert {line.status for line in found.worst} <= {Status.RED, Status.AMBER}


@pytest.mark.parametrize(
    ("by", "text", "found", "rest"),
    [
        ("E1", "白博 #1 95", ["白博"], "#1 95"),
        ("E1", "e3 95", ["Cai Green"], "95"),
        ("E1", "cai GREEN #2 5", ["Cai Green"], "#2 5"),
        ("E1", "Cai #2 5", [], "Cai #2 5"),
        ("E1", "安然 5", [], "安然 5"),  # not for oneself
        ("E2", "安然 5", [], "安然 5"),  # nor for the manager
        ("E1", "", [], ""),
    ],
)
def test_r_chk_12_whom_a_line_means(house: House, by: str, text: str, found: list[str], rest: str) -> None:
    with house.unit() as uow:
        meant = addressed(uow, house.person(by), text)
    assert [one.name for one in meant.people] == found
    assert meant.rest == rest


def test_two_of_one_name_are_both_found(tmp_path: Path) -> None:
    house = House(tmp_path, people=PEOPLE + "E4,白博,,,运营部,E1,,,,,,,\n")
    with house.unit() as uow:
        assert len(addressed(uow, house.person("E1"), "白博 95").people) == 2
        assert [one.employee_no for one in addressed(uow, house.person("E1"), "E4 95").people] == ["E4"]


def test_r_chk_12_a_contributor_helps_with_that_objective_only(house: House) -> None:
    helped, helper = house.objective("A1").id, house.person("E3")
    with house.unit() as uow:
        uow.add(Contributor(workspace_id="", id=new_id(), objective_id=helped, person_id=helper.id))
        uow.commit()
    lines = house.lines_of("E1")
    with house.unit() as uow:
        assert [one.name for one in addressed(uow, helper, "安然 2.5").people] == ["安然"]
        assert [line.title for line in lines_for(uow, lines, helper, None)] == ["响应时间"]
        assert len(lines_for(uow, lines, helper, helper.id)) == 2
