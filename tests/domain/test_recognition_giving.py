"""Giving, undoing and endorsing through the service: what no card may get past (R-KUD, R-ROL-01)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.calendar import WorkCalendar, bundled_table
from domain.columns import table_of
from domain.errors import DomainError, NotAllowed
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import provisional
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.points.model import Account
from domain.points.reading import balances
from domain.recognition import content
from domain.recognition.errors import (
    Endorsed,
    LinkNotAllowed,
    NobodyNamed,
    OwnKudos,
    ReasonNotFit,
    SelfGiving,
    TagNeeded,
    TooManyPeople,
    TooManyPoints,
    UndoTooLate,
)
from domain.recognition.messages import ExcessFound, GiveKudos, KudosGiven, KudosView, Visibility
from domain.recognition.model import Kudos
from domain.recognition.service import clear, endorse, give, make_private, undo
from domain.recognition.tags import values_of
from tests.domain.goals_company import House

CALENDAR = WorkCalendar(national=bundled_table())
REASON = "周末陪我修好了工单系统"
ACCOUNT = table_of(Account)


class Thanks:
    """The small company with a funded budget, giving through the service."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        with self.house.unit() as uow:
            ledger.fund(uow, "allowance", 100_000, request_id="test", cause=Cause("", "test"))
            self.tags = tuple(tag.id for tag in values_of(uow))
            uow.commit()
        self.ann, self.bob, self.cai = (self.house.person(number) for number in ("E1", "E2", "E3"))

    def give(self, by: Profile, *to: Profile | str, points: int = 10, **more: object) -> KudosGiven | ExcessFound:
        fields: dict[str, object] = {"tags": self.tags[:1], "reason": REASON, "key": new_id(), **more}
        ids = tuple(one if isinstance(one, str) else one.id for one in to)
        with self.house.unit() as uow:
            outcome = give(uow, by, GiveKudos(recipients=ids, points=points, **fields), CALENDAR)  # type: ignore[arg-type]
            uow.commit()
        return outcome

    def given(self, by: Profile, *to: Profile | str, points: int = 10, **more: object) -> KudosView:
        outcome = self.give(by, *to, points=points, **more)
        assert isinstance(outcome, KudosGiven)
        return outcome.kudos

    def refused(self, error: type[DomainError], attempt: Callable[[], object]) -> None:
        """The attempt fails, and not a point moved nor a kudos is there."""
        before = self.state()
        with pytest.raises(error):
            attempt()
        assert self.state() == before

    def state(self) -> tuple[int, list[tuple[str, int]]]:
        with self.house.unit() as uow:
            accounts = [(row.id, row.balance) for row in uow.all(select(ACCOUNT.c.id, ACCOUNT.c.balance))]
        return len(self.house.rows(Kudos)), sorted(accounts)

    def people(self, count: int, manager: Profile | None = None) -> list[str]:
        ids = [new_id() for _ in range(count)]
        with self.house.unit() as uow:
            for number, one in enumerate(ids):
                lead = manager.id if manager else None
                uow.add(Person(workspace_id="", id=one, name=f"同事{number}", manager_id=lead, created_at=uow.now))
            uow.commit()
        return ids


@pytest.fixture
def thanks(tmp_path: Path) -> Thanks:
    return Thanks(tmp_path)


def test_the_same_key_gives_once(thanks: Thanks) -> None:
    """A21, also without a card: the second answer is the first kudos, and says so."""
    first = thanks.give(thanks.bob, thanks.ann, key="k")
    again = thanks.give(thanks.bob, thanks.ann, key="k", points=20)
    assert isinstance(first, KudosGiven)
    assert isinstance(again, KudosGiven)
    assert (first.again, again.again) == (False, True)
    assert again.kudos == first.kudos
    with thanks.house.unit() as uow:
        assert balances(uow, thanks.bob.id).giving == 90


def test_who_and_how_much_is_checked_here(thanks: Thanks) -> None:
    """R-KUD-01, R-KUD-03, R-ROL-01: whatever a card or a forged form says."""
    bob, ann, cai = thanks.bob, thanks.ann, thanks.cai
    thanks.given(bob, ann, ann, points=1)  # duplicates count once
    thanks.refused(NobodyNamed, lambda: thanks.give(bob))
    thanks.refused(NobodyNamed, lambda: thanks.give(bob, ann, "0" * 32))
    thanks.refused(SelfGiving, lambda: thanks.give(bob, ann, bob))
    thanks.refused(TooManyPoints, lambda: thanks.give(bob, ann, points=51))
    thanks.refused(TooManyPoints, lambda: thanks.give(bob, ann, points=-1))
    thanks.refused(TagNeeded, lambda: thanks.give(bob, ann, tags=()))
    thanks.refused(TagNeeded, lambda: thanks.give(bob, ann, tags=("x",)))
    thanks.refused(TagNeeded, lambda: thanks.give(bob, ann, tags=thanks.tags[:4]))
    with thanks.house.unit() as uow:
        guest = provisional(uow, "feishu", "fei", "ou_guest", "Guest")
        uow.commit()
    thanks.refused(NotAllowed, lambda: thanks.give(guest, cai))


def test_ten_people_or_fifty_of_ones_own(thanks: Thanks) -> None:
    """R-KUD-01."""
    strangers = thanks.people(11)
    thanks.given(thanks.bob, *strangers[:10], points=1)
    thanks.refused(TooManyPeople, lambda: thanks.give(thanks.bob, *strangers, points=1))
    team = thanks.people(51, thanks.bob)
    thanks.given(thanks.bob, *team[:50], points=1)
    thanks.refused(TooManyPeople, lambda: thanks.give(thanks.bob, *team, points=0))


def test_a_company_adds_words_and_sites(thanks: Thanks) -> None:
    """R-KUD-09."""
    linked = f"{REASON} https://wiki.corp.example/x"
    thanks.refused(LinkNotAllowed, lambda: thanks.give(thanks.bob, thanks.ann, reason=linked))
    with thanks.house.unit() as uow:
        content.allow_domain(uow, "Corp.example")
        content.forbid_word(uow, "加班")
        content.forbid_word(uow, "加班")
        uow.commit()
    assert thanks.given(thanks.bob, thanks.ann, reason=linked).reason == linked
    thanks.refused(ReasonNotFit, lambda: thanks.give(thanks.bob, thanks.ann, reason=f"加 班到深夜{REASON}"))


def test_only_the_giver_undoes_and_only_once(thanks: Thanks) -> None:
    """R-KUD-06; what is cleared stays."""
    kudos = thanks.given(thanks.bob, thanks.ann)

    def try_(by: Profile) -> None:
        with thanks.house.unit() as uow:
            undo(uow, by, kudos.id)
            uow.commit()

    thanks.refused(NotAllowed, lambda: try_(thanks.ann))
    try_(thanks.bob)
    thanks.refused(UndoTooLate, lambda: try_(thanks.bob))
    thanks.house.later(minutes=11)
    with thanks.house.unit() as uow:
        assert not clear(uow, kudos.id)
        assert balances(uow, thanks.bob.id).giving == 100


def test_clearing_waits_for_the_window_and_happens_once(thanks: Thanks) -> None:
    """R-LED-14: the timer may come early, or twice."""
    kudos = thanks.given(thanks.bob, thanks.ann)
    for minutes, cleared in ((9, False), (2, True), (1, False)):
        thanks.house.later(minutes=minutes)
        with thanks.house.unit() as uow:
            assert clear(uow, kudos.id) is cleared
            uow.commit()
    with thanks.house.unit() as uow:
        assert (balances(uow, thanks.ann.id).wallet, balances(uow, thanks.ann.id).pending) == (10, 0)


def test_endorsements_once_each_and_not_ones_own(thanks: Thanks) -> None:
    """R-KUD-05: and none of what is private."""
    kudos = thanks.given(thanks.bob, thanks.ann)
    with thanks.house.unit() as uow:
        for own in (thanks.bob, thanks.ann):
            with pytest.raises(OwnKudos):
                endorse(uow, own, kudos.id)
        assert endorse(uow, thanks.cai, kudos.id).endorsers == ("Cai Green",)
        with pytest.raises(Endorsed):
            endorse(uow, thanks.cai, kudos.id)
        with pytest.raises(NotAllowed):
            make_private(uow, thanks.cai, kudos.id)
        hidden = make_private(uow, thanks.ann, kudos.id)
        assert (hidden.visibility, hidden.hidden) == (Visibility.PRIVATE, True)
        with pytest.raises(DomainError):
            endorse(uow, thanks.cai, kudos.id)


@pytest.mark.parametrize(
    ("after", "undone"), [({"minutes": 9, "seconds": 59}, True), ({"minutes": 10, "seconds": 1}, False)]
)
def test_a24_undo_to_the_second(thanks: Thanks, after: dict[str, int], undone: bool) -> None:
    """A24: 9:59 after giving it is undone, 10:01 after it is refused and nothing moves."""
    kudos = thanks.given(thanks.bob, thanks.ann)
    thanks.house.later(**after)

    def try_() -> None:
        with thanks.house.unit() as uow:
            undo(uow, thanks.bob, kudos.id)
            uow.commit()

    if undone:
        try_()
    else:
        thanks.refused(UndoTooLate, try_)
    with thanks.house.unit() as uow:
        assert balances(uow, thanks.bob.id).giving == (100 if undone else 90)
