"""Codes, guests, directory news and leaving (R-ID-01, 02, 03, 06, 07; R-ORG-03)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from domain.columns import table_of
from domain.errors import AlreadyBound, NotBound, TooManyTries, WrongCode
from domain.people import binding, directory
from domain.people.messages import PersonChanged, PersonLeft, Profile
from domain.people.model import Identity, Person
from domain.people.service import about, choose_locale, identify, identities, prefer, profile, provisional
from tests.domain.goals_company import House

KEY = b"k" * 32
PERSON = table_of(Person)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def guest(house: House, user: str = "dan") -> Profile:
    with house.unit() as uow:
        made = provisional(uow, "wecom", "corp", user, "Dan")
        uow.commit()
    return made


def code_for(house: House, number: str = "E2") -> str:
    person = house.person(number)
    with house.unit() as uow:
        issued = binding.issue(uow, person, KEY)
        uow.commit()
    assert issued.minutes == 10
    return issued.code


def bind(house: House, who: Profile, code: str, user: str = "dan", key: bytes = KEY) -> Profile:
    with house.unit() as uow:
        bound = binding.bind(uow, who, code, key, platform="wecom", tenant="corp", user_id=user)
        uow.commit()
    return bound.person


def who(house: House, user: str, platform: str = "wecom", tenant: str = "corp") -> Profile | None:
    with house.unit() as uow:
        return identify(uow, platform, tenant, user)


def test_r_id_02_a_code_moves_the_account_and_retires_the_former_one(house: House) -> None:
    assert bind(house, guest(house), code_for(house)).name == "白博"
    found = who(house, "dan")
    assert found is not None
    assert (found.employee_no, found.provisional, found.active) == ("E2", False, True)
    former = who(house, "bob")
    assert former is not None
    assert not former.active  # R-ID-01: one active account per messenger and corp


def test_r_id_02_a_code_is_single_use_expires_and_belongs_to_one_key(house: House) -> None:
    dan = guest(house)
    code = code_for(house)
    with pytest.raises(WrongCode):
        bind(house, dan, code, key=b"x" * 32)
    house.later(minutes=10)
    with pytest.raises(WrongCode):
        bind(house, dan, code)
    code = code_for(house)
    bind(house, dan, code)
    with pytest.raises(WrongCode):
        bind(house, guest(house, "eve"), code, "eve")


def test_r_id_02_five_tries_then_a_lock_of_ten_minutes(house: House) -> None:
    dan, account = guest(house), binding.account_of("wecom", "corp", "dan")
    lefts = []
    for _ in range(5):
        with house.unit() as uow:
            lefts.append(binding.note_failure(uow, account))
            uow.commit()
    assert lefts == [4, 3, 2, 1, 0]
    code = code_for(house)
    with pytest.raises(TooManyTries):
        bind(house, dan, code)
    house.now += timedelta(minutes=10, seconds=1)
    bind(house, dan, code_for(house))


def test_only_guests_bind_and_only_the_known_get_codes(house: House) -> None:
    with pytest.raises(AlreadyBound):
        bind(house, house.person("E1"), code_for(house), "ann")
    dan = guest(house)
    with house.unit() as uow, pytest.raises(NotBound):
        binding.issue(uow, dan, KEY)


def test_a_code_of_somebody_who_left_is_wrong(house: House) -> None:
    dan, code = guest(house), code_for(house)
    with house.unit() as uow:
        uow.change(update(PERSON).where(PERSON.c.employee_no == "E2").values(active=False))
        uow.commit()
    with pytest.raises(WrongCode):
        bind(house, dan, code)


def test_r_id_03_a_guest_is_provisional(house: House) -> None:
    made = guest(house)
    assert made.provisional
    with house.unit() as uow:
        nameless = provisional(uow, "feishu", "app", "ou_x", "")
    assert nameless.name == "ou_x"


def test_r_id_07_the_account_goes_the_person_stays(house: House) -> None:
    gone = PersonLeft(platform="wecom", tenant="corp", user_id="bob")
    with house.unit() as uow:
        assert directory.leave(uow, gone)
        assert not directory.leave(uow, gone)
        assert not directory.leave(uow, replace(gone, user_id="nobody"))
        uow.commit()
    found = who(house, "bob")
    assert found is not None
    assert not found.active
    there = who(house, "user_bob", "dingtalk", "ding")
    assert there is not None
    assert there.active
    with house.unit() as uow:
        assert {one.platform for one in identities(uow, there.id)} == {"dingtalk", "feishu"}
        assert not directory.apply(uow, PersonChanged(platform="wecom", tenant="corp", user_id="bob", name="白博"))
        uow.commit()
    still = who(house, "bob")
    assert still is not None
    assert not still.active


def test_the_directory_renames_moves_and_changes_ids(house: House) -> None:
    told = PersonChanged(
        platform="wecom", tenant="corp", user_id="bob", name="白大博", department="新部门", new_user_id="b2"
    )
    taken = guest(house, "b2")  # wrote to us before the event came
    with house.unit() as uow:
        assert directory.apply(uow, told)
        assert not directory.apply(uow, replace(told, user_id="nobody", new_user_id=None))
        uow.commit()
    found = who(house, "b2")
    assert found is not None
    assert found.id != taken.id
    with house.unit() as uow:
        me = about(uow, found)
    assert (me.person.name, me.department, me.manager) == ("白大博", "新部门", "安然")
    with house.unit() as uow:
        assert directory.apply(uow, PersonChanged(platform="wecom", tenant="corp", user_id="b2", department="运营部"))
        assert directory.apply(uow, PersonChanged(platform="wecom", tenant="corp", user_id="b2"))
        uow.commit()
    assert len(house.rows(Identity)) == 10


@pytest.mark.parametrize(("hours", "active"), [(13.8, True), (14.1, False)])
def test_r_org_03_the_last_day_ends_at_midnight_of_their_own_zone(house: House, hours: float, active: bool) -> None:
    with house.unit() as uow:
        uow.change(update(PERSON).where(PERSON.c.employee_no == "E2").values(leaves_on=date(2026, 2, 13)))
        uow.commit()
    house.later(hours=hours)
    found = who(house, "bob")
    assert found is not None
    assert found.active is active


def test_r_id_06_the_messenger_used_last_is_preferred_and_languages_stick(house: House) -> None:
    bob = house.person("E2")
    with house.unit() as uow:
        prefer(uow, bob, "feishu")
        choose_locale(uow, bob, "en")
        uow.commit()
    row = next(one for one in house.rows(Person) if one.id == bob.id)
    assert (row.primary_platform, row.locale) == ("feishu", "en")
    with house.unit() as uow:
        assert profile(uow, "nobody") is None
        lonely = about(uow, replace(bob, department_id=None, manager_id=None))
    assert (lonely.department, lonely.manager) == ("", "")
