"""Who serves which store: the file's words, from when until when, and what a store manager suspends (R-ORG-05)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from domain.columns import table_of
from domain.people.model import Person, Store, StoreAssignment
from domain.people.stores import CLERK, STORE_MANAGER, freeze, is_frozen, staff_of, store, stores_of, thaw
from tests.databases import fresh_database, postgres_server
from tests.domain.counter_company import PEOPLE, PEOPLES_SQUARE, XUJIAHUI, Company


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path, migrated=True) as url:
        made = Company(url)
        yield made
        made.engine.dispose()


def served(company: Company, number: str, *roles: str) -> list[str]:
    person = company.person(number)
    with company.unit() as uow:
        return [one.name for one in stores_of(uow, person.id, *roles)]


def staff(company: Company, name: str, role: str) -> list[str]:
    place = company.store(name)
    with company.unit() as uow:
        found = staff_of(uow, place.id, role)
    return [company.number_of(one) for one in found]


def test_r_org_05_a_person_may_be_clerk_in_several_stores(company: Company) -> None:
    """The first one named is home; store managers are listed apart."""
    assert served(company, "C1") == [PEOPLES_SQUARE, XUJIAHUI]
    assert served(company, "C1", CLERK) == [PEOPLES_SQUARE, XUJIAHUI]
    assert served(company, "C1", STORE_MANAGER) == []
    assert served(company, "X1", STORE_MANAGER) == [XUJIAHUI]
    assert served(company, "E1") == []
    assert company.person("C1").store_id == company.store(PEOPLES_SQUARE).id
    assert staff(company, PEOPLES_SQUARE, CLERK) == ["C1", "C2"]
    assert staff(company, XUJIAHUI, CLERK) == ["C1", "X1"]
    assert staff(company, XUJIAHUI, STORE_MANAGER) == ["X1"]


def test_the_same_file_again_changes_no_assignment(company: Company) -> None:
    before = company.rows(StoreAssignment)
    company.later(days=1)
    assert company.take(*PEOPLE) == (0, 0, len(PEOPLE))
    assert company.rows(StoreAssignment) == before


def test_an_assignment_that_the_file_no_longer_names_ends_and_stays_on_record(company: Company) -> None:
    """R-ORG-01: effective-dated; what remains keeps its row, a new one begins now."""
    company.later(days=1)
    line = next(one for one in PEOPLE if one.startswith("C1"))
    moved = line.replace(f"{PEOPLES_SQUARE}|{XUJIAHUI}", f"{XUJIAHUI}; 陆家嘴 店")
    assert company.take(moved) == (0, 1, 0)
    company.later(seconds=1)
    assert served(company, "C1") == [XUJIAHUI, "陆家嘴 店"]
    assert staff(company, PEOPLES_SQUARE, CLERK) == ["C2"]
    rows = [one for one in company.rows(StoreAssignment) if one.person_id == company.person("C1").id]
    ended = [one for one in rows if one.until_at is not None]
    assert [one.store_id for one in ended] == [company.store(PEOPLES_SQUARE).id]
    assert (len(rows), ended[0].until_at > ended[0].from_at) == (3, True)
    assert company.person("C1").store_id == company.store(XUJIAHUI).id


@pytest.mark.parametrize("role", ["", "manager"])
def test_without_the_role_nobody_serves_a_store(company: Company, role: str) -> None:
    company.take(next(one for one in PEOPLE if one.startswith("C2")).replace("clerk", role))
    assert served(company, "C2") == []
    assert company.person("C2").store_id == company.store(PEOPLES_SQUARE).id


def test_who_has_left_is_no_staff(company: Company) -> None:
    """R-ORG-03: from the day after the leaving date."""
    table = table_of(Person)
    person = company.person("C2").id
    with company.unit() as uow:
        uow.change(update(table).where(table.c.id == person).values(leaves_on=date(2026, 1, 19)))
        uow.commit()
    assert staff(company, PEOPLES_SQUARE, CLERK) == ["C1", "C2"]
    company.later(hours=10)
    assert staff(company, PEOPLES_SQUARE, CLERK) == ["C1"]


def test_r_pic_06_a_suspended_right_ends_at_this_store_only_and_comes_back(company: Company) -> None:
    clerk, manager, place = company.person("C1"), company.person("M1"), company.store(PEOPLES_SQUARE)
    for first in (True, False):
        with company.unit() as uow:
            assert freeze(uow, place.id, clerk.id, manager.id) is first
            assert is_frozen(uow, place.id, clerk.id)
            uow.commit()
    company.take(*PEOPLE)  # the file does not undo it
    assert served(company, "C1") == [XUJIAHUI]
    assert staff(company, PEOPLES_SQUARE, CLERK) == ["C2"]
    with company.unit() as uow:
        assert thaw(uow, place.id, clerk.id)
        assert not is_frozen(uow, place.id, clerk.id)
        uow.commit()
    assert served(company, "C1") == [PEOPLES_SQUARE, XUJIAHUI]


def test_a_store_has_its_own_zone_or_the_companys(company: Company) -> None:
    """R-GEN-02."""
    place, table = company.store(XUJIAHUI), table_of(Store)
    with company.unit() as uow:
        found = store(uow, place.id)
        assert found is not None
        assert found.timezone == "Asia/Shanghai"
        uow.change(update(table).where(table.c.id == place.id).values(timezone="Asia/Urumqi"))
        found = store(uow, place.id)
        assert found is not None
        assert found.timezone == "Asia/Urumqi"
        assert store(uow, "nowhere") is None
