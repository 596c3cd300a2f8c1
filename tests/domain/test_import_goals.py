"""`goals.csv` into the database: every type, once, again, changed, and wrong in every way (R-OBJ, R-KR, R-ALN-02)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel

from bot.database import open_engine
from domain.columns import table_of
from domain.csvfile import ImportReport
from domain.goals.importing import HEADER, import_goals
from domain.goals.importing.known import quarter
from domain.goals.model import CheckIn, Cycle, KeyResult, Objective
from domain.people.importing import HEADER as PEOPLE
from domain.people.importing import import_people
from domain.people.model import Person, Workspace
from domain.unit_of_work import Prepared, UnitOfWork

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
OBJECTIVE, KR, PERSON = table_of(Objective), table_of(KeyResult), table_of(Person)
STAFF = (
    "E1,陈志远,,,总经办,,,,,,,,",
    "E2,张伟,,,运营,E1,,,,,,,",
    "E3,李娜,,,运营,E2,,,,,,,",
    "E4,王芳,,,市场,E1,,,,,,,",
)
C1 = "C1,company,让顾客更快收到货,E1,,2026-03-31,交付准时率,percentage,94,98%,95.5,,"
D1 = "D1,department,仓配提速,E2,C1,2026-03-31,出库时长,number,8,4,6,小时,60"
D1B = "D1,department,仓配提速,E2,C1,2026-03-31,上线新系统,boolean,no,yes,no,,40"
I1 = "I1,individual,管好华东仓,E3,D1,2026-03-31,盘点准确率,keep_min,,99.5,99.6,%,"


class Company:
    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder}/goals.db")
        SQLModel.metadata.create_all(self.engine)
        self.id = Workspace(key="acme", name="acme").workspace_id
        with self.unit() as uow:
            uow.add(Workspace(workspace_id=self.id, key="acme", name="acme"))
            import_people(uow, "\n".join((",".join(PEOPLE), *STAFF)), tenants={}, fold={})
            uow.commit()

    @contextmanager
    def unit(self, now: datetime = NOW) -> Iterator[UnitOfWork]:
        with (
            self.engine.connect() as connection,
            connection.begin(),
            UnitOfWork(connection, now=now, workspace_id=self.id, prepared=Prepared(), savepoint=True) as uow,
        ):
            yield uow

    def take(self, *lines: str, partial: bool = False, now: datetime = NOW) -> ImportReport:
        with self.unit(now) as uow:
            report = import_goals(uow, "\n".join((",".join(HEADER), *lines)), partial=partial)
            uow.commit()
        return report

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        with self.unit() as uow:
            table = table_of(model)
            return [dict(row._asdict()) for row in uow.all(select(table).order_by(table.c.id))]

    def objective(self, key: str) -> dict[str, Any]:
        return next(row for row in self.rows(Objective) if row["key"] == key)

    def key_result(self, title: str) -> dict[str, Any]:
        return next(row for row in self.rows(KeyResult) if row["title"] == title)

    def change(self, statement: Any) -> None:
        with self.unit() as uow:
            uow.change(statement)
            uow.commit()

    def check_in(self, title: str, value: str) -> None:
        kr = self.key_result(title)
        self.change(update(KR).where(KR.c.id == kr["id"]).values(current=Decimal(value), value_at=NOW))
        with self.unit() as uow:
            uow.add(
                CheckIn(
                    workspace_id="", thread_id=kr["id"], key_result_id=kr["id"], person_id=kr["owner_id"],
                    by_id=kr["owner_id"], period="2026-W07", value=Decimal(value), value_at=NOW, status="green",
                    automatic_status="green", command_id="c", created_at=NOW,
                )
            )  # fmt: skip
            uow.commit()


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


def wrong(report: ImportReport) -> dict[int, str]:
    return {problem.line: problem.reason for problem in report.problems}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = Company(tmp_path)
    yield made
    made.engine.dispose()


def test_first_import_makes_cycle_objectives_and_key_results(company: Company) -> None:
    assert counts(company.take(I1, D1, D1B, C1)) == (4, 0, 0)  # a child may stand before its parent
    assert [(row["key"], row["starts_on"], row["ends_on"]) for row in company.rows(Cycle)] == [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31))
    ]
    assert company.objective("I1")["parent_id"] == company.objective("D1")["id"]
    assert [company.objective(key)["visibility"] for key in ("C1", "D1", "I1")] == [
        "public", "public", "department",
    ]  # fmt: skip
    kr = company.key_result("交付准时率")
    assert (kr["start"], kr["target"], kr["current"], kr["unit"]) == (94, 98, Decimal("95.5"), "%")
    assert (kr["value_at"], kr["weight"], kr["owner_id"]) == (NOW, 100, company.objective("C1")["owner_id"])
    assert [row["position"] for row in company.rows(KeyResult) if row["title"] in ("出库时长", "上线新系统")] == [1, 2]


def test_the_same_file_again_changes_nothing(company: Company) -> None:
    company.take(C1, D1, D1B, I1)
    before = [company.rows(model) for model in (Cycle, Objective, KeyResult)]
    assert counts(company.take(C1, D1, D1B, I1, now=LATER)) == (0, 0, 4)
    assert [company.rows(model) for model in (Cycle, Objective, KeyResult)] == before


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        ("number,10,0,7,单", ("10", "0", None, None, "7")),
        ("number,0,\"52,000.5\",,", ("0", "52000.5", None, None, None)),
        ("currency,0,300万,¥120万,元", ("0", "3000000", None, None, "1200000")),
        ("boolean,,,yes,", ("0", "1", None, None, "1")),
        ("boolean,no,yes,no,", ("0", "1", None, None, "0")),
        ("milestone,,5,2,", ("0", "5", None, None, "2")),
        ("keep_max,,2%,1.8%,%", (None, "2", None, None, "1.8")),
        ("keep_range,,-2..4,3,天", (None, None, "-2", "4", "3")),
    ],
)  # fmt: skip
def test_every_type_is_stored_as_its_numbers(company: Company, cells: str, stored: tuple[str | None, ...]) -> None:
    """R-KR-02; the direction follows from start and target."""
    assert counts(company.take(f"O,company,目标,E1,,2026-03-31,结果,{cells},")) == (1, 0, 0)
    kr = company.key_result("结果")
    expected = tuple(None if one is None else Decimal(one) for one in stored)
    assert tuple(kr[name] for name in ("start", "target", "low", "high", "current")) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("O,team,目标,E1,,2026-03-31,结果,number,0,1,,,", "level must be one of"),
        ("O,company,目标,E1,,2026/3/31,结果,number,0,1,,,", "due must be a date written YYYY-MM-DD"),
        ("O,company,目标,E1,,2026-02-30,结果,number,0,1,,,", "due is not a day"),
        ("O,company,目标,E1,,2026-03-31,结果,sum,0,1,,,", "kr_type must be one of"),
        ("O,company,目标,E1,,2026-03-31,结果,number,5,5,,,", "start and target must differ"),  # R-KR-03
        ("O,company,目标,E1,,2026-03-31,结果,number,,5,,,", "start and target must differ"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,many,,,", "target is not a number"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,1e6,,,", "target is not a number"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,50%,,,", "target is a percentage"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,¥50,,,", "target is an amount of money"),
        ("O,company,目标,E1,,2026-03-31,结果,boolean,,maybe,,,", "target of a boolean key result must be yes, no"),
        ("O,company,目标,E1,,2026-03-31,结果,boolean,yes,no,,,", "goes from no to yes"),
        ("O,company,目标,E1,,2026-03-31,结果,milestone,,0,,,", "count from 1 to"),
        ("O,company,目标,E1,,2026-03-31,结果,milestone,,3,4,,", "more milestones than target"),
        ("O,company,目标,E1,,2026-03-31,结果,milestone,,3,1.5,,", "must be a whole number"),
        ("O,company,目标,E1,,2026-03-31,结果,keep_range,,5,,,", "low..high"),
        ("O,company,目标,E1,,2026-03-31,结果,keep_range,,4..2,,,", "low below high"),
        ("O,company,目标,E1,,2026-03-31,结果,keep_min,,,,,", "bound is missing"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,1,,,101", "weight must be a whole number"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,1,,,12.5", "weight must be a whole number"),
        ("O,company,目标,E1,,2026-03-31,结果,number,0,1,,,90", "add up to 90 instead of 100"),
        (f"O,company,{'目' * 61},E1,,2026-03-31,结果,number,0,1,,,", "title takes 122 letters, at most 120"),
        (f"O,company,目标,E1,,2026-03-31,{'r' * 161},number,0,1,,,", "kr_title takes 161 letters, at most 160"),
        ('O,company,"目\n标",E1,,2026-03-31,结果,number,0,1,,,', "title contains a line break"),
        ("O,company,目标,E9,,2026-03-31,结果,number,0,1,,,", "owner_no E9 is not known"),
        ("O,company,目标,E1,X9,2026-03-31,结果,number,0,1,,,", "parent_key X9 is neither"),
        ("O,company,目标,E1,O,2026-03-31,结果,number,0,1,,,", "its own parent"),
        ("O,company,目标,E4,D1,2026-03-31,结果,number,0,1,,,", "the parent D1 is of a lower level"),
        ("O,individual,目标,E3,I1,2026-03-31,结果,number,0,1,,,", "the same owner at the same level"),
        ("O,individual,目标,E4,I1,2026-03-31,结果,number,0,1,,,", "not visible to owner E4"),
        ("O,department,目标,E4,C1,2026-06-30,结果,number,0,1,,,", "belongs to another cycle"),
        ("O,company,目标,E1", "4 columns instead of 13"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(company: Company, line: str, reason: str) -> None:
    report = company.take(C1, D1, D1B, I1, line)
    assert list(wrong(report)) == [6]
    assert reason in wrong(report)[6]
    assert counts(report) == (0, 0, 0)
    assert company.rows(Objective) == []
    assert counts(company.take(C1, D1, D1B, I1, line, partial=True)) == (4, 0, 0)


def test_lines_of_one_objective_must_agree(company: Company) -> None:
    report = company.take(C1, D1, D1B.replace("仓配提速", "仓配").replace("E2", "E4"))
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (4, "owner_no differs from line 3 of the same objective"),
        (4, "title differs from line 3 of the same objective"),
    ]


def test_a_key_result_is_listed_once(company: Company) -> None:
    assert "already has this kr_title on line 2" in wrong(company.take(D1.replace("C1", ""), D1.replace("C1", "")))[3]


def test_weights_are_split_equally_when_all_are_blank(company: Company) -> None:
    """R-KR-06: 3 → 34, 33, 33."""
    company.take(*(f"O,company,目标,E1,,2026-03-31,结果{n},number,0,1,,," for n in range(3)))
    assert [row["weight"] for row in company.rows(KeyResult)] == [34, 33, 33]


def test_a_loop_of_parents_is_printed_with_its_path(company: Company) -> None:
    """R-ALN-02."""
    a = "A,company,甲,E1,B,2026-03-31,结果,number,0,1,,,"
    b = "B,company,乙,E2,A,2026-03-31,结果,number,0,1,,,"
    assert wrong(company.take(a, b)) == {
        2: "the parents form a loop: A → B → A", 3: "the parents form a loop: B → A → B",
    }  # fmt: skip


def test_a_parent_cannot_sink_below_its_stored_children(company: Company) -> None:
    company.take(C1, D1, D1B)
    report = company.take(C1.replace("company", "individual"))
    assert wrong(report) == {2: "the objective D1 below it would be of a higher level (department)"}
    assert counts(company.take(C1.replace("company", "individual"), D1.replace("C1", ""), D1B.replace("C1", ""))) == (
        0, 2, 1,
    )  # fmt: skip


def test_an_owner_must_be_active(company: Company) -> None:
    company.change(update(PERSON).where(PERSON.c.employee_no == "E2").values(leaves_on=date(2026, 2, 11)))
    assert wrong(company.take(C1, D1, D1B)) == {3: "owner E2 is no longer active"}


def test_partial_leaves_out_whatever_hangs_below_a_bad_objective(company: Company) -> None:
    report = company.take(C1, D1, D1B.replace("40", "30"), I1, partial=True)
    assert wrong(report) == {
        3: "the weights of the objective add up to 90 instead of 100",
        4: "another line of this objective is not imported",
        5: "the parent D1 on line 3 is not imported",
    }
    assert [row["key"] for row in company.rows(Objective)] == ["C1"]


def test_partial_never_imports_half_an_objective(company: Company) -> None:
    company.take(C1, D1, D1B)
    report = company.take(C1, D1.replace(",60", ","), "D1,department,仓配提速", partial=True)
    assert counts(report) == (0, 0, 1)
    assert [row["state"] for row in company.rows(KeyResult)] == ["active"] * 3
    assert counts(company.take(C1, D1.replace(",60", ","), 'D1,"', partial=True)) == (0, 0, 0)


def test_a_changed_line_updates_its_key_result_and_objective(company: Company) -> None:
    company.take(C1, D1, D1B, I1)
    ids = [row["id"] for row in company.rows(KeyResult)]
    changed = [line.replace("仓配提速", "仓配大提速") for line in (D1, D1B)]
    assert counts(company.take(C1, *changed, I1.replace("99.5,", "99.8,"))) == (0, 2, 2)
    assert company.objective("D1")["title"] == "仓配大提速"
    assert company.key_result("盘点准确率")["target"] == Decimal("99.8")
    assert [row["id"] for row in company.rows(KeyResult)] == ids


def test_values_follow_the_file_until_somebody_checks_in(company: Company) -> None:
    """R-KR-05."""
    company.take(C1, D1, D1B)
    assert counts(company.take(C1.replace("95.5", "96"), D1, D1B, now=LATER)) == (0, 1, 2)
    assert (company.key_result("交付准时率")["current"], company.key_result("交付准时率")["value_at"]) == (96, LATER)
    company.check_in("交付准时率", "97")
    assert counts(company.take(C1.replace("95.5", "90"), D1, D1B)) == (0, 0, 3)
    assert company.key_result("交付准时率")["current"] == 97


def test_a_renamed_key_result_keeps_its_history(company: Company) -> None:
    company.take(C1, D1, D1B)
    before = company.key_result("出库时长")["id"]
    assert counts(company.take(C1, D1.replace("出库时长", "平均出库时长"), D1B)) == (0, 1, 2)
    assert company.key_result("平均出库时长")["id"] == before


def test_another_type_at_the_same_place_is_another_key_result(company: Company) -> None:
    company.take(C1)
    old = company.key_result("交付准时率")["id"]
    assert counts(company.take(C1.replace("交付准时率,percentage,94,98%", "门店数,number,94,98"))) == (1, 0, 0)
    assert company.key_result("门店数")["id"] != old
    assert company.key_result("交付准时率")["state"] == "cancelled"


def test_a_key_result_taken_out_of_the_file_is_cancelled_and_may_return(company: Company) -> None:
    company.take(C1, D1, D1B)
    assert counts(company.take(C1, D1.replace(",60", ","))) == (0, 1, 1)
    assert company.key_result("上线新系统")["state"] == "cancelled"
    assert counts(company.take(C1, D1, D1B)) == (0, 2, 1)
    assert company.key_result("上线新系统")["state"] == "active"
    assert len(company.rows(KeyResult)) == 3


def test_the_order_of_lines_may_change(company: Company) -> None:
    company.take(C1, D1, D1B)
    assert counts(company.take(D1B, D1, C1)) == (0, 0, 3)


def test_a_type_cannot_change_under_its_check_ins(company: Company) -> None:
    company.take(C1)
    company.check_in("交付准时率", "97")
    assert "kr_type cannot change" in wrong(company.take(C1.replace("percentage,94,98%", "number,94,98")))[2]


def test_a_closed_objective_may_be_listed_but_not_changed(company: Company) -> None:
    company.take(C1)
    company.change(update(OBJECTIVE).values(state="closed"))
    assert counts(company.take(C1)) == (0, 0, 1)
    assert wrong(company.take(C1.replace("更快", "更早"))) == {2: "the objective is closed and cannot be changed"}
    assert wrong(company.take(D1, D1B))[2] == "the parent C1 is closed"


def test_hard_limits(company: Company) -> None:
    """R-OBJ-05: 10 key results per objective, 12 objectives per owner and cycle."""
    many = [f"O,company,目标,E1,,2026-03-31,结果{n},number,0,1,,," for n in range(11)]
    assert "at most 10" in wrong(company.take(*many))[2]
    goals = [f"O{n},company,目标,E1,,2026-03-31,结果,number,0,1,,," for n in range(13)]
    assert wrong(company.take(*goals)) == {14: "owner E1 has more than 12 objectives"}
    assert counts(company.take(*goals[:12])) == (12, 0, 0)
    assert wrong(company.take(goals[12])) == {2: "owner E1 has more than 12 objectives"}


def test_a_new_due_date_moves_the_objective_to_its_quarter(company: Company) -> None:
    company.take(C1)
    assert counts(company.take(C1.replace("03-31", "12-31"))) == (0, 1, 0)
    assert [(row["key"], row["ends_on"]) for row in company.rows(Cycle)][1] == ("2026-Q4", date(2026, 12, 31))
    assert company.objective("C1")["cycle_id"] == company.rows(Cycle)[1]["id"]


@pytest.mark.parametrize("month", range(1, 13))
def test_quarters_touch_without_gap(month: int) -> None:
    starts, ends = quarter(date(2024, month, 29))
    assert starts <= date(2024, month, 29) <= ends
    assert quarter(date.fromordinal(ends.toordinal() + 1))[0].toordinal() == ends.toordinal() + 1
