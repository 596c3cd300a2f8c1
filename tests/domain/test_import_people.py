"""`people.csv` into the database: once, again, changed, and wrong in every way (R-ID-01, R-ID-02 a, R-ORG-01/02)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel

import domain.goals.model
from bot.database import open_engine
from domain.columns import table_of
from domain.csvfile import ImportReport
from domain.people import directory, service
from domain.people.importing import HEADER, import_people
from domain.people.messages import PersonLeft
from domain.people.model import Department, Identity, Person, Store, Workspace
from domain.unit_of_work import Prepared, UnitOfWork

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
TENANTS = {"wecom": "corp", "dingtalk": "ding", "feishu": "fei"}
PERSON, IDENTITY = table_of(Person), table_of(Identity)
BOSS = "E1,陈志远,chen@example.com,13800000001,总经办,,exec_sponsor;manager,,zh-CN,,chenzhiyuan,user_chen,ou_chen"
ZHANG = "E2,张伟,,+86 138-0000-0002,运营,E1,manager|hrbp,,,Asia/Shanghai,zhangwei,,ou_zhang"
CLERK = "E3,李娜,,,门店,E2,clerk,人民广场店,,,lina,,"
assert domain.goals.model  # its tables refer to people


class Company:
    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder}/people.db")
        SQLModel.metadata.create_all(self.engine)
        self.id = self.found("acme")

    def found(self, key: str) -> str:
        self.id = Workspace(key=key, name=key).workspace_id
        with self.unit() as uow:
            uow.add(Workspace(workspace_id=self.id, key=key, name=key))
            uow.commit()
        return self.id

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        with (
            self.engine.connect() as connection,
            connection.begin(),
            UnitOfWork(connection, now=NOW, workspace_id=self.id, prepared=Prepared(), savepoint=True) as uow,
        ):
            yield uow

    def take(self, *lines: str, tenants: dict[str, str] | None = None, partial: bool = False) -> ImportReport:
        with self.unit() as uow:
            report = import_people(
                uow, csv_of(*lines), tenants=TENANTS if tenants is None else tenants,
                fold={"wecom": str.casefold}, partial=partial,
            )  # fmt: skip
            uow.commit()
        return report

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        with self.unit() as uow:
            table = table_of(model)
            return [dict(row._asdict()) for row in uow.all(select(table).order_by(table.c.id))]

    def person(self, number: str) -> dict[str, Any]:
        return next(row for row in self.rows(Person) if row["employee_no"] == number)

    def accounts(self, number: str, *, active: bool = True) -> set[tuple[str, str, str]]:
        mine = [row for row in self.rows(Identity) if row["person_id"] == self.person(number)["id"]]
        return {(row["platform"], row["tenant"], row["user_id"]) for row in mine if row["active"] is active}


def csv_of(*lines: str) -> str:
    return "\n".join((",".join(HEADER), *lines)) + "\n"


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


def wrong(report: ImportReport) -> dict[int, str]:
    return {problem.line: problem.reason for problem in report.problems}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = Company(tmp_path)
    yield made
    made.engine.dispose()


def test_first_import_makes_people_places_and_accounts(company: Company) -> None:
    assert counts(company.take(CLERK, ZHANG, BOSS)) == (3, 0, 0)  # people may stand before their managers
    zhang = company.person("E2")
    assert (zhang["name"], zhang["roles"], zhang["timezone"], zhang["locale"]) == (
        "张伟", "manager,hrbp", "Asia/Shanghai", "",
    )  # fmt: skip
    assert zhang["manager_id"] == company.person("E1")["id"]
    assert company.person("E1")["manager_id"] is None
    assert {row["name"] for row in company.rows(Department)} == {"总经办", "运营", "门店"}
    assert [row["name"] for row in company.rows(Store)] == ["人民广场店"]
    assert company.accounts("E2") == {("wecom", "corp", "zhangwei"), ("feishu", "fei", "ou_zhang")}


def test_the_same_file_again_changes_nothing(company: Company) -> None:
    company.take(BOSS, ZHANG, CLERK)
    before = [company.rows(model) for model in (Person, Identity, Department, Store)]
    assert counts(company.take(BOSS, ZHANG, CLERK)) == (0, 0, 3)
    assert [company.rows(model) for model in (Person, Identity, Department, Store)] == before


def test_a_changed_line_updates_only_that_person(company: Company) -> None:
    company.take(BOSS, ZHANG, CLERK)
    before = company.person("E2")["id"]
    assert counts(company.take(BOSS, ZHANG.replace("张伟", "张大伟").replace(",运营,", ",市场,"), CLERK)) == (0, 1, 2)
    assert (company.person("E2")["name"], company.person("E2")["id"]) == ("张大伟", before)
    assert len(company.rows(Person)) == 3


def test_blanks_as_excel_writes_them_are_part_of_a_name(company: Company) -> None:
    company.take("E1,张　伟,,,,,,,,,,,", "E2,Emma\u00a0Wilson,,,,,,,,,,,")
    assert [row["name"] for row in company.rows(Person)] == ["张　伟", "Emma\u00a0Wilson"]


def test_a_known_manager_need_not_be_in_the_file(company: Company) -> None:
    company.take(BOSS, ZHANG)
    assert counts(company.take(CLERK)) == (1, 0, 0)
    assert company.person("E3")["manager_id"] == company.person("E2")["id"]


def test_a_file_may_tell_when_people_joined(company: Company) -> None:
    """R-ALW-03: an optional last column; a file without it leaves what is known, an empty cell clears it."""

    def take(*lines: str, column: str = ",joined_on") -> ImportReport:
        source = "\n".join([",".join(HEADER) + column, *lines])
        with company.unit() as uow:
            report = import_people(uow, source, tenants=TENANTS, fold={})
            uow.commit()
        return report

    assert counts(take(f"{BOSS},2026-01-19", f"{ZHANG},")) == (2, 0, 0)
    assert company.person("E1")["joined_on"] == date(2026, 1, 19)
    assert company.person("E2")["joined_on"] is None
    assert counts(take(BOSS, column="")) == (0, 0, 1)
    assert company.person("E1")["joined_on"] == date(2026, 1, 19)
    assert counts(take(f"{BOSS},")) == (0, 1, 0)
    assert company.person("E1")["joined_on"] is None
    for cell in ("2026-02-30", "19.1.2026", "20260119"):
        assert wrong(take(f"{BOSS},{cell}")) == {2: "joined_on must be a date such as 2026-01-19, or empty"}


def test_a_language_chosen_in_the_chat_survives_an_empty_column(company: Company) -> None:
    company.take(BOSS, ZHANG)
    with company.unit() as uow:
        person = service.identify(uow, "wecom", "corp", "zhangwei")
        assert person is not None
        service.choose_locale(uow, person, "en")
        uow.commit()
    assert counts(company.take(BOSS, ZHANG)) == (0, 0, 2)
    assert company.person("E2")["locale"] == "en"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",张伟,,,,,,,,,,,", "employee_no is missing"),
        ("E9,,,,,,,,,,,,", "name is missing"),
        ("E9,张伟,nobody,,,,,,,,,,", "email is not"),
        ("E9,张伟,,1.38E+10,,,,,,,,,", "mobile is not"),
        ("E9,张伟,,,,E9,,,,,,,", "an employee cannot be their own manager"),
        ("E9,张伟,,,,E77,,,,,,,", "manager_no E77 is neither"),
        ("E9,张伟,,,,,boss,,,,,,", "roles must be some of"),
        ("E9,张伟,,,,,,,fr,,,,", "locale must be"),
        ("E9,张伟,,,,,,,,Peking,,,", "timezone is not"),
        ("E9,张伟,,,,,,,,../etc/passwd,,,", "timezone is not"),
        ("E9,张伟,,,,,,,,,zhang wei,,", "wecom must not contain blanks"),
        ("E9,张伟,,,,,,,,,ZHANGWEI,,", "the wecom id is already used on line 2"),  # folded
        ("E2,张伟,,,,,,,,,,,", "employee_no E2 is already on line 2"),
        ('E9,"张\n伟",,,,,,,,,,,', "name contains a line break"),
        ("E9\u200b,张伟,,,,,,,,,,,", "employee_no contains a blank or another character that cannot be seen"),
        ("E9,\u202e伟张,,,,,,,,,,,", "name contains a line break or another control character"),
        (f"E9,{'张' * 201},,,,,,,,,,,", "name is 201 characters long, at most 200"),
        ("E9,张伟", "2 columns instead of 13"),
        ('E9,"张"伟,,,,,,,,,,,', "quotation marks"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(company: Company, line: str, reason: str) -> None:
    good = ZHANG.replace(",E1,", ",,")
    report = company.take(good, line)
    assert list(wrong(report)) == [3]
    assert reason in wrong(report)[3]
    assert counts(report) == (0, 0, 0)
    assert company.rows(Person) == []
    assert counts(company.take(good, line, partial=True)) == (1, 0, 0)


def test_all_bad_lines_are_reported_at_once_with_every_reason(company: Company) -> None:
    report = company.take("E1,,x,,,,,,,,,,", BOSS.replace("E1", "E5"), "E2,李娜,,,,E8,,,,,,,")
    assert [(problem.line, problem.reason.split()[0]) for problem in report.problems] == [
        (2, "email"), (2, "name"), (4, "manager_no"),
    ]  # fmt: skip


def test_reasons_name_nobody(company: Company) -> None:
    company.take(BOSS)
    report = company.take("E2,张伟,a b@example.com,1x,,E2,,,,,chenzhiyuan,,", "E3,李娜,,,,,,,,,chenzhiyuan,,")
    said = " ".join(problem.reason for problem in report.problems)
    assert report.problems
    assert not any(word in said for word in ("张伟", "李娜", "example.com", "chenzhiyuan", "1x"))


def test_a_loop_of_managers_is_printed_with_its_path(company: Company) -> None:
    """R-ORG-02."""
    report = company.take("A,a,,,,B,,,,,,,", "B,b,,,,C,,,,,,,", "C,c,,,,A,,,,,,,", "D,d,,,,A,,,,,,,")
    assert wrong(report) == {
        2: "the managers form a loop: A → B → C → A",
        3: "the managers form a loop: B → C → A → B",
        4: "the managers form a loop: C → A → B → C",
    }


def test_a_loop_through_people_outside_the_file_is_found(company: Company) -> None:
    company.take("A,a,,,,,,,,,,,", "B,b,,,,A,,,,,,,", "C,c,,,,B,,,,,,,")
    assert wrong(company.take("A,a,,,,C,,,,,,,")) == {2: "the managers form a loop: A → C → B → A"}


def test_partial_leaves_out_whoever_needs_a_bad_line(company: Company) -> None:
    report = company.take("A,,,,,,,,,,,,", "B,b,,,,A,,,,,,,", "C,c,,,,B,,,,,,,", "D,d,,,,,,,,,,,", partial=True)
    assert wrong(report) == {
        2: "name is missing", 3: "manager A on line 2 is not imported", 4: "manager B on line 3 is not imported",
    }  # fmt: skip
    assert [row["employee_no"] for row in company.rows(Person)] == ["D"]


def test_partial_never_writes_a_loop_that_a_bad_line_would_have_opened(company: Company) -> None:
    company.take("A,a,,,,B,,,,,,,", "B,b,,,,,,,,,,,")
    report = company.take("A,a,no-mail,,,,,,,,,,", "B,b,,,,A,,,,,,,", partial=True)
    assert wrong(report)[3] == "the managers form a loop: B → A → B"
    assert company.person("B")["manager_id"] is None


def test_a_guest_becomes_the_imported_person(company: Company) -> None:
    """R-ID-03: somebody who wrote before the import keeps their account, now with rights."""
    with company.unit() as uow:
        service.provisional(uow, "wecom", "corp", "zhangwei", "")
        uow.commit()
    assert counts(company.take(BOSS, ZHANG)) == (2, 0, 0)
    with company.unit() as uow:
        found = service.identify(uow, "wecom", "corp", "zhangwei")
    assert found is not None
    assert (found.employee_no, found.provisional) == ("E2", False)
    assert counts(company.take(BOSS, ZHANG)) == (0, 0, 2)


def test_an_account_of_somebody_else_is_refused(company: Company) -> None:
    company.take(BOSS)
    assert wrong(company.take("E7,王芳,,,,,,,,,chenzhiyuan,,")) == {2: "the wecom id belongs to employee E1"}


def test_a_new_account_retires_the_former_one_and_an_empty_column_does_not(company: Company) -> None:
    """R-ID-01: at most one active identity per messenger and corp."""
    company.take(BOSS, ZHANG)
    assert counts(company.take(ZHANG.replace("zhangwei", "zw2"))) == (0, 1, 0)
    assert company.accounts("E2") == {("wecom", "corp", "zw2"), ("feishu", "fei", "ou_zhang")}
    assert company.accounts("E2", active=False) == {("wecom", "corp", "zhangwei")}
    assert counts(company.take(ZHANG.replace("zhangwei", ""))) == (0, 0, 1)
    assert ("wecom", "corp", "zw2") in company.accounts("E2")
    company.take(ZHANG)  # and back
    assert ("wecom", "corp", "zhangwei") in company.accounts("E2")
    assert len(company.rows(Identity)) == 6


def test_an_account_gone_from_the_directory_does_not_come_back_with_an_old_file(company: Company) -> None:
    """R-ID-07: inactive at once; the next hire who is given the same user id may have it."""
    company.take(BOSS, ZHANG)
    with company.unit() as uow:
        assert directory.leave(uow, PersonLeft(platform="wecom", tenant="corp", user_id="zhangwei"))
        uow.commit()
    assert counts(company.take(BOSS, ZHANG)) == (0, 0, 2)
    assert company.accounts("E2", active=False) == {("wecom", "corp", "zhangwei")}
    assert counts(company.take("E8,张伟,,,,,,,,,zhangwei,,")) == (1, 0, 0)
    assert company.accounts("E8") == {("wecom", "corp", "zhangwei")}


def test_accounts_imported_before_the_connection_are_adopted(company: Company) -> None:
    company.take(BOSS, tenants={})
    assert ("wecom", "", "chenzhiyuan") in company.accounts("E1")
    assert counts(company.take(BOSS, tenants={"wecom": "corp"})) == (0, 1, 0)
    assert ("wecom", "corp", "chenzhiyuan") in company.accounts("E1")
    assert counts(company.take(BOSS, tenants={})) == (0, 0, 1)  # and do not come a second time
    assert len(company.rows(Identity)) == 3


def test_import_brings_nobody_back(company: Company) -> None:
    company.take(BOSS)
    with company.unit() as uow:
        uow.change(update(PERSON).values(active=False))
        uow.commit()
    assert counts(company.take(BOSS)) == (0, 0, 1)
    assert company.person("E1")["active"] is False


def test_two_companies_with_equal_numbers_and_ids_never_meet(company: Company) -> None:
    company.take(BOSS, ZHANG)
    company.found("other")
    assert counts(company.take(BOSS, ZHANG.replace("张伟", "李四"))) == (2, 0, 0)
    assert company.person("E2")["name"] == "李四"


def test_progress_is_told_to_the_end(company: Company) -> None:
    told: list[tuple[int, int]] = []
    with company.unit() as uow:
        import_people(uow, csv_of(BOSS, ZHANG), tenants=TENANTS, fold={}, on_progress=lambda *step: told.append(step))
    assert told[-1] == (2, 2)
    assert company.rows(Person) == []  # the caller commits
