"""The starter kit's rules (R-ADO-04): 20/20/10, once per person for ever, paid when the budget allows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from domain.columns import table_of
from domain.goals.model import Cycle, KeyResult, Objective
from domain.ids import new_id
from domain.people.model import Person
from domain.points import verification
from domain.points.messages import Verdict
from domain.starter import service
from domain.starter.board import board
from domain.starter.messages import Kit, Step
from domain.unit_of_work import UnitOfWork
from tests.domain.ledger_book import Book

PERSON = table_of(Person)
NOBODY_ELSE = 100


def hire(book: Book, name: str = "白博") -> str:
    person = new_id()
    book.do(lambda uow: uow.add(Person(workspace_id="", id=person, name=name, created_at=uow.now)))
    return person


def own_goal(book: Book, person: str, *, state: str = "published", level: str = "individual") -> None:
    """An objective of theirs."""

    def act(uow: UnitOfWork) -> None:
        cycle = Cycle(
            workspace_id="", key=new_id(), name="Q1", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
        )  # fmt: skip
        uow.add(cycle)
        uow.add(
            Objective(
                workspace_id="", cycle_id=cycle.id, key=new_id(), level=level, title="按时交付", owner_id=person,
                due_on=date(2026, 3, 31), state=state, created_at=uow.now,
            )
        )  # fmt: skip

    book.do(act)


def own_result(book: Book, person: str, owner: str) -> None:
    """A key result of theirs under somebody else's objective."""
    own_goal(book, owner)

    def act(uow: UnitOfWork) -> None:
        (row,) = uow.all(table_of(Objective).select().where(table_of(Objective).c.owner_id == owner))
        uow.add(
            KeyResult(
                workspace_id="", objective_id=row.id, owner_id=person, position=1, title="交付准时率", type="number",
                weight=100, created_at=uow.now,
            )
        )  # fmt: skip

    book.do(act)


def kit_of(book: Book, person: str) -> Kit:
    kit = book.do(service.kit, person)
    assert kit is not None
    return kit


def test_every_step_is_paid_once_for_ever(book: Book) -> None:
    """20 for the goal, 20 for the first check-in, 10 for the first thanks, whatever the order and however often."""
    bob = hire(book)
    own_goal(book, bob)
    book.fund("starter", 1000)
    assert book.do(service.open_kit, bob)
    assert not book.do(service.open_kit, bob)
    assert [one.step for one in book.do(service.achieve, bob, Step.THANKS)] == [Step.GOAL, Step.THANKS]
    assert book.balances(bob).wallet == 30
    assert [one.step for one in book.do(service.achieve, bob, Step.CHECKIN)] == [Step.CHECKIN]
    for step in Step:
        assert book.do(service.achieve, bob, step) == []
    assert book.balances(bob).wallet == 50
    kit = kit_of(book, bob)
    assert (kit.paid, kit.owed, kit.next) == (50, 0, None)
    keys = {row[0] for row in book.rows("SELECT idem FROM journal_entry WHERE workspace_id = :ws AND idem LIKE 'st%'")}
    assert keys == {f"starter:{bob}:{step}" for step in Step}


def test_only_a_published_goal_of_their_own_counts(book: Book) -> None:
    bob, cai = hire(book), hire(book, "Cai")
    book.fund("starter", 1000)
    book.do(service.open_kit, bob)
    own_goal(book, bob, state="draft")
    book.do(service.begin, bob)
    assert kit_of(book, bob).done == frozenset()
    own_result(book, bob, cai)
    book.do(service.note_goal, bob)
    assert kit_of(book, bob).done == {Step.GOAL}


def test_a_short_budget_owes_and_pays_in_the_order_things_were_done(book: Book) -> None:
    """Flow 5.8: the steps go on; after a top-up the oldest is paid first."""
    bob, cai = hire(book), hire(book, "Cai")
    for person in (bob, cai):
        own_goal(book, person)
        book.do(service.open_kit, person)
        assert all(one.is_owed for one in book.do(service.achieve, person, Step.CHECKIN))
        book.later(minutes=1)
    assert kit_of(book, bob).owed == 40
    assert book.do(service.pay_owed, NOBODY_ELSE) == ([], True)
    book.fund("starter", 59)
    assert book.do(service.pay_owed, NOBODY_ELSE) == ([(bob, 20), (bob, 20)], True)
    book.fund("starter", 100)
    assert book.do(service.pay_owed, 1) == ([(cai, 20)], True)
    assert book.do(service.pay_owed, NOBODY_ELSE) == ([(cai, 20)], False)
    assert book.do(service.pay_owed, NOBODY_ELSE) == ([], False)
    assert not book.do(service.is_owing)
    assert [book.balances(person).wallet for person in (bob, cai)] == [40, 40]
    assert book.verify().ok


def test_stopped_postings_do_not_stop_people(book: Book) -> None:
    """R-LED-06: the step counts, the points come when the ledger moves again."""
    bob = hire(book)
    own_goal(book, bob)
    book.fund("starter", 1000)
    book.do(service.open_kit, bob)
    book.do(verification.stop, Verdict(ok=False, entries=1, broken_seq=None, reason="a drill"))
    assert [one.is_owed for one in book.do(service.achieve, bob, Step.CHECKIN)] == [True, True]
    assert book.balances(bob).wallet == 0
    book.do(verification.resume)
    assert book.do(service.pay_owed, NOBODY_ELSE)[0] == [(bob, 20), (bob, 20)]


def test_who_has_left_is_paid_when_they_come_back(book: Book) -> None:
    """R-ORG-03: from the day after the last one nothing is received."""
    bob = hire(book)
    own_goal(book, bob)
    book.do(service.open_kit, bob)
    book.do(service.achieve, bob, Step.CHECKIN)
    book.fund("starter", 1000)
    leave = update(PERSON).where(PERSON.c.id == bob).values(leaves_on=book.now.date() - timedelta(days=1))
    book.do(lambda uow: uow.change(leave))
    assert book.do(service.pay_owed, NOBODY_ELSE) == ([], False)
    back = update(PERSON).where(PERSON.c.id == bob).values(leaves_on=None)
    book.do(lambda uow: uow.change(back))
    assert len(book.do(service.pay_owed, NOBODY_ELSE)[0]) == 2


def test_many_at_once_are_paid_once(book: Book) -> None:
    """Two messengers, two replicas: the row decides."""
    bob = hire(book)
    own_goal(book, bob)
    book.fund("starter", 1000)

    def once(_: int) -> int:
        for _ in range(50):
            try:
                book.do(service.open_kit, bob)
                return len(book.do(service.achieve, bob, Step.CHECKIN))
            except OperationalError:
                continue  # a deadlock or a busy file: the whole job again, as the bot does
        raise AssertionError("never got through")

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(once, range(8))) == 2
    assert book.balances(bob).wallet == 40
    assert book.verify().ok


def test_the_board_counts_and_finds_who_is_stuck(book: Book) -> None:
    """R-ADO-05: more than two workdays at a step, longest first; the company's goals are a blocker of their own."""
    from domain.calendar import WorkCalendar, bundled_table

    calendar = WorkCalendar(national=bundled_table())
    people = [hire(book, name) for name in ("安", "白", "蔡")]
    for person in people:
        book.do(service.open_kit, person)
        book.later(minutes=1)
    own_goal(book, people[1])
    book.do(service.achieve, people[1], Step.CHECKIN)
    seen = book.do(board, calendar, "Asia/Shanghai")
    assert (seen.counts, seen.stuck, seen.owed, seen.goals_published) == ((2, 0, 1, 0), (), 40, False)
    book.later(days=2)
    book.do(service.achieve, people[0], Step.THANKS)
    own_goal(book, people[0], level="company")
    book.later(days=1)
    seen = book.do(board, calendar, "Asia/Shanghai")
    assert seen.goals_published
    assert [(one.name, one.step) for one in seen.stuck] == [("蔡", Step.GOAL), ("白", Step.THANKS)]
