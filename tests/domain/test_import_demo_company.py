"""The playground's company is itself a pair of files to import: complete, believable, and free of problems."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, and_, select
from sqlmodel import SQLModel

from bot.database import open_engine
from bot.playground.company import GOALS, PEOPLE
from domain.calendar import WorkCalendar, bundled_table
from domain.columns import table_of
from domain.goals.formulas import KrType, Status, automatic_status, expected_progress
from domain.goals.formulas.measure import KEEPING
from domain.goals.importing import import_goals
from domain.goals.model import KeyResult, Objective
from domain.goals.sheet import measure_of
from domain.people import service
from domain.people.importing import import_people
from domain.people.model import Workspace
from domain.unit_of_work import Prepared, UnitOfWork
from tests.databases import fresh_database, postgres_server

KR, OBJECTIVE = table_of(KeyResult), table_of(Objective)
TODAY = date(2026, 2, 12)
TENANTS = {"wecom": "corp", "dingtalk": "corp", "feishu": "corp"}
_ALL = select(KR, OBJECTIVE.c.level).select_from(
    KR.join(OBJECTIVE, and_(OBJECTIVE.c.workspace_id == KR.c.workspace_id, OBJECTIVE.c.id == KR.c.objective_id))
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path, migrated=True) as url:
        opened = open_engine(url)
        SQLModel.metadata.create_all(opened)
        yield opened
        opened.dispose()


@pytest.fixture
def uow(engine: Engine) -> Iterator[UnitOfWork]:
    workspace = Workspace(key="demo", name="demo")
    with (
        engine.connect() as connection,
        UnitOfWork(
            connection,
            now=datetime(2026, 2, 12, 2, tzinfo=UTC),
            workspace_id=workspace.workspace_id,
            prepared=Prepared(),
        ) as unit,
    ):
        unit.add(workspace)
        yield unit


def test_both_files_import_without_a_problem_and_only_once(uow: UnitOfWork) -> None:
    people, goals = PEOPLE.read_bytes(), GOALS.read_bytes()
    first = import_people(uow, people, tenants=TENANTS, fold={"wecom": str.casefold})
    assert (first.created, first.problems) == (60, ())
    assert import_people(uow, people, tenants=TENANTS, fold={"wecom": str.casefold}).unchanged == 60
    lines = import_goals(uow, goals)
    assert (lines.problems, lines.updated, lines.unchanged) == ((), 0, 0)
    assert import_goals(uow, goals).unchanged == lines.created


def test_changed_files_change_what_they_name_and_keep_the_order_of_managers(uow: UnitOfWork) -> None:
    """Somebody new becomes the manager of somebody old; a new goal the parent of an old one."""
    import_people(uow, PEOPLE.read_bytes(), tenants=TENANTS, fold={})
    import_goals(uow, GOALS.read_bytes())
    people = PEOPLE.read_text(encoding="utf-8").replace(",运营,R1002,", ",运营,R1999,")
    people += "R1999,马跃,,,运营,R1002,manager,,,,mayue,,\n"
    report = import_people(uow, people, tenants=TENANTS, fold={})
    assert (report.created, report.updated, report.unchanged, report.problems) == (1, 5, 55, ())
    goals = GOALS.read_text(encoding="utf-8").replace(",R1003,2026Q1-OPS,", ",R1003,2026Q1-NEW,")
    goals += "2026Q1-NEW,department,华东,R1999,2026Q1-C1,2026-03-31,覆盖站点,number,0,9.50,2,个,\n"
    lines = import_goals(uow, goals)
    assert (lines.created, lines.updated, lines.unchanged, lines.problems) == (1, 1, 128, ())
    assert import_goals(uow, goals).unchanged == 130


@pytest.mark.parametrize(
    ("login", "locale"), [("zhangwei", "zh-CN"), ("lina", "zh-CN"), ("wangfang", "zh-CN"), ("emma", "en")]
)
def test_main_characters_are_on_every_messenger(uow: UnitOfWork, login: str, locale: str) -> None:
    import_people(uow, PEOPLE.read_bytes(), tenants=TENANTS, fold={})
    accounts = {"wecom": login, "dingtalk": f"user_{login}", "feishu": f"ou_{login}"}
    found = [service.identify(uow, platform, "corp", user_id) for platform, user_id in accounts.items()]
    assert len({person.id for person in found if person is not None}) == 1
    assert {person.locale for person in found if person is not None} == {locale}


def test_everybody_has_an_account_everywhere_and_key_results_to_check() -> None:
    with PEOPLE.open(encoding="utf-8", newline="") as people, GOALS.open(encoding="utf-8", newline="") as goals:
        staff, lines = list(csv.DictReader(people)), list(csv.DictReader(goals))
    assert all(person[platform] for person in staff for platform in ("wecom", "dingtalk", "feishu"))
    assert all(person["email"].endswith("@example.com") for person in staff)
    owned = Counter(line["owner_no"] for line in lines)
    assert set(owned) == {person["employee_no"] for person in staff}
    assert sum(count > 4 for count in owned.values()) == 1
    assert max(owned.values()) >= 5


def test_goals_use_every_type_and_stand_in_every_colour(uow: UnitOfWork) -> None:
    """R-KR-02, R-PRG-05: some ahead, some at risk, some red in the middle of February."""
    import_people(uow, PEOPLE.read_bytes(), tenants=TENANTS, fold={})
    import_goals(uow, GOALS.read_bytes())
    rows = uow.all(_ALL)
    types = Counter(row.type for row in rows)
    assert set(types) == {kind.value for kind in KrType}
    assert min(types.values()) >= 2
    assert {row.level for row in rows} == {"company", "department", "individual"}
    expected = expected_progress(date(2026, 1, 1), date(2026, 3, 31), TODAY, WorkCalendar(bundled_table()))
    statuses = Counter(automatic_status(measure_of(row), expected) for row in rows if KrType(row.type) not in KEEPING)
    assert all(statuses[status] >= 5 for status in (Status.GREEN, Status.AMBER, Status.RED)), statuses
    assert statuses[Status.GREEN] > statuses[Status.RED]
