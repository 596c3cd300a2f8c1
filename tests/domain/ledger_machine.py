"""All postings in any order, beside a model that keeps books in the simplest way there is.

The model knows amounts and nothing of lots, hashes or SQL. What only the database can tell (whether a lot has expired)
is asked of it, and the two have to agree about everything else after every step.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, Engine

from domain.errors import (
    BadPoints,
    BudgetShort,
    DomainError,
    IdempotencyConflict,
    InsufficientAllowance,
    InsufficientPoints,
    NotHeld,
    NotPending,
)
from domain.points import service
from domain.points.messages import Cause
from tests.domain.ledger_book import Book

CAUSE = Cause("someone", "something")
PEOPLE = ("ann", "bob", "cai", "dan", "eve")
PROGRAMMES = ("allowance", "starter", "manual")

people = st.sampled_from(PEOPLE)
shares = st.integers(1, 11)
"""Tenths of what there is; 11 is one more than that."""
picks = st.integers(0, 10**6)


@dataclass
class Waiting:
    """A credit in PEND. `state` is "open" or how it ended."""

    source: str
    receiver: str
    origin: str
    amount: int
    state: str = "open"


@dataclass
class Order:
    """What an order holds, what each hand-over took and where that went."""

    person: str
    held: int
    released: bool = False
    taken: dict[int, int] = field(default_factory=dict)
    spent: dict[int, str] = field(default_factory=dict)
    refunded: set[int] = field(default_factory=set)


@dataclass
class Debt:
    person: str
    left: int
    opened: datetime


@dataclass(frozen=True)
class Call:
    """Something that succeeded: again it must answer the same; as `other` it must be refused."""

    command: Callable[..., Any]
    args: tuple[Any, ...]
    more: Mapping[str, Any]
    other: tuple[Any, ...] | None
    answer: Any


class LedgerMachine(RuleBasedStateMachine):
    """One company per example, on a connection that is never committed."""

    engine: ClassVar[Engine]
    steps: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.connection: Connection = self.engine.connect()
        if self.engine.dialect.name == "sqlite":
            self.connection.begin()
        self.book = Book(self.engine, connection=self.connection)
        self.points: dict[str, int] = defaultdict(int)
        self.waiting: list[Waiting] = []
        self.orders: dict[str, Order] = {}
        self.debts: list[Debt] = []
        self.calls: list[Call] = []
        self.alias: dict[str, str] = {}
        self.leavings: Counter[str] = Counter()
        self.month = 0
        self.number = 0

    def teardown(self) -> None:
        try:
            verdict = self.book.verify()
            assert verdict.reason == ""
            assert verdict.entries == self.book.entries()
        finally:
            self.connection.rollback()
            self.connection.close()

    # --- doing -----------------------------------------------------------------------------------------------------

    def new(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.number}"

    def now_is(self, person: str) -> str:
        """The record a person's points are in today."""
        while person in self.alias:
            person = self.alias[person]
        return person

    def run(self, command: Callable[..., Any], *args: Any, other: tuple[Any, ...] | None = None, **more: Any) -> Any:
        """Run a command that has to succeed."""
        answer = self.book.do(command, *args, **more)
        self.calls.append(Call(command, args, more, other, answer))
        self.count(command.__name__)
        return answer

    def refuse(self, error: type[DomainError], command: Callable[..., Any], *args: Any, **more: Any) -> None:
        """Run a command that has to be refused; the invariants see to it that nothing changed, although it commits."""
        with self.book.unit() as uow:
            with pytest.raises(error):
                command(uow, *args, **more)
            uow.commit()
        self.count(f"{command.__name__} refused")

    def count(self, what: str) -> None:
        self.steps[what] += 1

    def move(self, source: str, target: str, amount: int) -> None:
        self.points[source] -= amount
        self.points[target] += amount

    def credit(self, source: str, person: str, amount: int) -> None:
        """A credit to a wallet, less what is owed: at most half, the oldest first."""
        room = amount // 2
        for debt in self.debts:
            young = self.book.now < debt.opened.replace(year=debt.opened.year + 1)
            if debt.person == person and young:
                part = min(room, debt.left)
                debt.left -= part
                room -= part
                self.move(source, "RETIRED", part)
                amount -= part
        self.move(source, f"WALLET:{person}", amount)

    def part(self, have: int, share: int, most: int = 60) -> int:
        """Some of what there is, at least 1; or one more than there is."""
        return have + 1 if share > 10 else max(1, min(most, have * share // 10))

    def spendable(self, person: str) -> int:
        return self.book.balances(person).wallet

    # --- budgets and allowances ------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        for programme in PROGRAMMES:
            self.fund(programme, 600)
        self.new_month(set(PEOPLE), 5)
        for giver, receivers in (("ann", ("bob", "cai")), ("bob", ("ann",)), ("cai", ("dan", "eve", "ann"))):
            self.give(giver, dict.fromkeys(receivers, 3))
        self.clear(1, 0)
        self.hold("bob", 5)

    @rule(programme=st.sampled_from(PROGRAMMES), amount=st.integers(1, 400))
    def fund(self, programme: str, amount: int) -> None:
        request = self.new("f")
        self.run(service.fund, programme, amount, request_id=request, cause=CAUSE, other=(programme, amount + 1))
        self.move("MINT", f"BUDGET:{programme}", amount)

    @rule(who=st.sets(people, min_size=1), share=shares)
    def new_month(self, who: set[str], share: int) -> None:
        """The old allowance lapses, then the new one is granted (R-LED-12)."""
        last, self.month = f"2026-{self.month:03d}", self.month + 1
        self.book.do(service.expire_allowance, PEOPLE, last, CAUSE)
        self.count("expire_allowance")
        for person in PEOPLE:
            self.move(f"GIVE:{person}", "RETIRED", self.points[f"GIVE:{person}"])
        period = f"2026-{self.month:03d}"
        amount = self.part(self.points["BUDGET:allowance"] // len(who), share, 40)
        grants = dict.fromkeys(sorted(who), amount)
        if amount * len(grants) > self.points["BUDGET:allowance"]:
            self.refuse(BudgetShort, service.grant_allowance, grants, period, CAUSE)
            return
        more = dict.fromkeys(grants, amount + 1)
        self.run(service.grant_allowance, grants, period, CAUSE, other=(more, period, CAUSE))
        for person in grants:
            self.move("BUDGET:allowance", f"GIVE:{person}", amount)

    @rule(person=people, share=shares, programme=st.sampled_from(PROGRAMMES))
    def boost(self, person: str, share: int, programme: str) -> None:
        key, amount = self.new("b"), self.part(self.points[f"BUDGET:{programme}"], share)
        if amount > self.points[f"BUDGET:{programme}"]:
            self.refuse(BudgetShort, service.boost, key, person, amount, programme, CAUSE)
            return
        other = (key, person, amount + 1, programme, CAUSE)
        self.run(service.boost, key, person, amount, programme, CAUSE, other=other)
        self.move(f"BUDGET:{programme}", f"GIVE:{person}", amount)

    # --- thanks ----------------------------------------------------------------------------------------------------

    @rule(giver=people, wanted=st.dictionaries(people, shares, min_size=1, max_size=3))
    def give(self, giver: str, wanted: dict[str, int]) -> None:
        have = self.points[f"GIVE:{giver}"] // len(wanted)
        gifts = {person: self.part(have, share) for person, share in wanted.items() if person != giver}
        if not gifts:
            return
        key = self.new("k")
        if sum(gifts.values()) > self.points[f"GIVE:{giver}"]:
            self.refuse(InsufficientAllowance, service.give, key, giver, gifts, CAUSE)
            return
        self.run(service.give, key, giver, gifts, CAUSE, other=(key, giver, {**gifts, "zoe": 1}, CAUSE))
        for person, amount in gifts.items():
            self.move(f"GIVE:{giver}", f"PEND:{person}", amount)
            self.waiting.append(Waiting(key, person, f"GIVE:{giver}", amount))

    def some(self, origin: str) -> bool:
        return any(one.origin.startswith(origin) for one in self.waiting)

    @precondition(lambda self: self.some("GIVE"))
    @rule(pick=picks, wrong=st.sampled_from((0, 0, 0, 0, 1)))
    def clear(self, pick: int, wrong: int) -> None:
        credit = self._pick(pick, "GIVE")
        args = (credit.source, credit.receiver, credit.amount + wrong, CAUSE)
        if credit.state in ("cleared", "reversed"):
            if wrong:
                self.refuse(IdempotencyConflict, service.clear, *args)
            else:
                assert self.book.do(service.clear, *args).replayed
            return
        if wrong or credit.state != "open":
            self.refuse(NotPending, service.clear, *args)
            return
        other = (credit.source, credit.receiver, credit.amount + 1, CAUSE)
        self.run(service.clear, *args, other=other)
        self._credited(credit)

    def _pick(self, pick: int, origin: str) -> Waiting:
        """A credit of one kind, mostly one that still waits."""
        found = [one for one in self.waiting if one.origin.startswith(origin)]
        still = [one for one in found if one.state == "open"]
        chosen = still if still and pick % 4 else found
        return chosen[pick % len(chosen)]

    def _credited(self, credit: Waiting) -> None:
        person = self.now_is(credit.receiver)
        credit.state = "cleared"
        self.credit(f"PEND:{person}", person, credit.amount)

    @precondition(lambda self: self.some("GIVE"))
    @rule(pick=picks, period_open=st.booleans())
    def undo(self, pick: int, period_open: bool) -> None:
        one = self._pick(pick, "GIVE")
        gift = [credit for credit in self.waiting if credit.source == one.source]
        gifts = {credit.receiver: credit.amount for credit in gift}
        giver = one.origin.partition(":")[2]
        more = {"period_open": period_open, "cause": CAUSE}
        states = {credit.state for credit in gift}
        if states == {"undone"}:
            assert self.book.do(service.undo, one.source, giver, gifts, **more).replayed
        elif states != {"open"}:
            self.refuse(NotPending, service.undo, one.source, giver, gifts, **more)
        else:
            other = (one.source, giver, {**gifts, "zoe": 1})
            self.run(service.undo, one.source, giver, gifts, other=other, **more)
            for credit in gift:
                self._back(credit, "undone", period_open=period_open)

    @precondition(lambda self: self.some("GIVE"))
    @rule(pick=picks, period_open=st.booleans())
    def return_parked(self, pick: int, period_open: bool) -> None:
        credit = self._pick(pick, "GIVE")
        giver = credit.origin.partition(":")[2]
        args = (credit.source, credit.receiver, giver, credit.amount)
        more = {"period_open": period_open, "cause": CAUSE}
        if credit.state == "returned":
            return
        if credit.state != "open":
            self.refuse(NotPending, service.return_parked, *args, **more)
            return
        self.run(service.return_parked, *args, other=(*args[:3], credit.amount + 1), **more)
        self._back(credit, "returned", period_open=period_open)

    def _back(self, credit: Waiting, state: str, *, period_open: bool) -> None:
        source = f"PEND:{self.now_is(credit.receiver)}"
        self.move(source, credit.origin if period_open else "RETIRED", credit.amount)
        credit.state = state

    @precondition(lambda self: self.some("GIVE"))
    @rule(pick=picks, part=st.integers(1, 30), regrant=st.sampled_from((None, *PEOPLE)))
    def reverse(self, pick: int, part: int, regrant: str | None) -> None:
        cleared = [one for one in self.waiting if one.origin.startswith("GIVE") and one.state == "cleared"]
        credit = cleared[pick % len(cleared)] if cleared else self._pick(pick, "GIVE")
        amount = min(part, credit.amount)
        args = (credit.source, credit.receiver, amount, CAUSE)
        if credit.state != "cleared":
            if credit.state != "reversed":
                self.refuse(NotPending, service.reverse, *args)
            return
        if regrant and amount > self.points["BUDGET:allowance"]:
            self.refuse(BudgetShort, service.reverse, *args, regrant_to=regrant)
            return
        person = self.now_is(credit.receiver)
        retired = min(amount, self.spendable(person))
        done = self.run(service.reverse, *args, other=(*args[:2], amount + 1, CAUSE), regrant_to=regrant)
        assert (done.retired, done.due) == (retired, amount - retired)
        self.move(f"WALLET:{person}", "RETIRED", retired)
        if regrant:
            self.move("BUDGET:allowance", f"GIVE:{regrant}", amount)
        if done.due:
            self.debts.append(Debt(person, done.due, self.book.now))
        credit.state = "reversed"

    # --- rewards and corrections -----------------------------------------------------------------------------------

    @rule(person=people, share=shares, pending=st.booleans(), months=st.sampled_from((1, 12, None)))
    def reward(self, person: str, share: int, pending: bool, months: int | None) -> None:
        key, amount = self.new("rule:"), self.part(self.points["BUDGET:starter"], share)
        if amount > self.points["BUDGET:starter"]:
            self.refuse(BudgetShort, service.reward, key, "starter", person, amount, CAUSE, pending=pending)
            return
        other = (key, "starter", person, amount + 1, CAUSE)
        self.run(service.reward, key, "starter", person, amount, CAUSE, pending=pending, months=months, other=other)
        if pending:
            self.move("BUDGET:starter", f"PEND:{person}", amount)
            self.waiting.append(Waiting(key, person, "BUDGET:starter", amount))
        else:
            self.credit("BUDGET:starter", person, amount)

    @precondition(lambda self: self.some("BUDGET"))
    @rule(pick=picks, pay=st.booleans())
    def settle_or_cancel(self, pick: int, pay: bool) -> None:
        credit = self._pick(pick, "BUDGET")
        command = service.settle_reward if pay else service.cancel_reward
        args = (credit.source, credit.receiver, credit.amount, CAUSE)
        if credit.state != "open":
            if credit.state != ("cleared" if pay else "cancelled"):
                self.refuse(NotPending, command, *args)
            return
        self.run(command, *args, other=(*args[:2], credit.amount + 1, CAUSE))
        if pay:
            self._credited(credit)
        else:
            self.move(f"PEND:{self.now_is(credit.receiver)}", credit.origin, credit.amount)
            credit.state = "cancelled"

    @rule(person=people, share=shares, up=st.booleans())
    def adjust(self, person: str, share: int, up: bool) -> None:
        amount = self.part(self.points["BUDGET:manual"], share) if up else -self.part(self.spendable(person), share)
        args = (self.new("a"), person, amount, "why", "what", "first", "second")
        if amount > self.points["BUDGET:manual"]:
            self.refuse(BudgetShort, service.adjust, *args)
        elif amount < 0 and -amount > self.spendable(person):
            self.refuse(InsufficientPoints, service.adjust, *args)
        else:
            self.run(service.adjust, *args, other=(args[0], person, amount, "else", *args[4:]))
            if amount > 0:
                self.credit("BUDGET:manual", person, amount)
            else:
                self.move(f"WALLET:{person}", "RETIRED", -amount)

    # --- orders ----------------------------------------------------------------------------------------------------

    @rule(person=people, share=shares)
    def hold(self, person: str, share: int) -> None:
        key, amount = self.new("o"), self.part(self.spendable(person), share)
        if amount > self.spendable(person):
            self.refuse(InsufficientPoints, service.hold, key, person, amount, CAUSE)
            return
        self.run(service.hold, key, person, amount, CAUSE, other=(key, person, amount + 1, CAUSE))
        self.orders[key] = Order(person, amount)
        self.move(f"WALLET:{person}", f"HOLD:{key}", amount)

    @precondition(lambda self: self.orders)
    @rule(pick=picks)
    def release(self, pick: int) -> None:
        key, order = self._order(pick)
        if order.released:
            return
        if not order.held:
            self.refuse(NotHeld, service.release, key, CAUSE)
            return
        self.run(service.release, key, CAUSE)
        self.move(f"HOLD:{key}", f"WALLET:{self.now_is(order.person)}", order.held)
        order.held, order.released = 0, True

    @precondition(lambda self: self.orders)
    @rule(pick=picks, share=shares, store=st.sampled_from((None, "s1", "s2")))
    def consume(self, pick: int, share: int, store: str | None) -> None:
        key, order = self._order(pick)
        n, amount = len(order.taken) + 1, self.part(order.held, share)
        if amount > order.held:
            self.refuse(NotHeld, service.consume, key, n, amount, store, CAUSE)
            return
        self.run(service.consume, key, n, amount, store, CAUSE, other=(key, n, amount + 1, store, CAUSE))
        self.move(f"HOLD:{key}", f"SPENT:{store or 'HQ'}", amount)
        order.held -= amount
        order.taken[n] = amount
        order.spent[n] = f"SPENT:{store or 'HQ'}"

    @precondition(lambda self: any(order.taken for order in self.orders.values()))
    @rule(pick=picks, share=shares)
    def refund(self, pick: int, share: int) -> None:
        taken = [(key, n) for key, order in self.orders.items() for n in order.taken if n not in order.refunded]
        if not taken:
            return
        key, n = taken[pick % len(taken)]
        order = self.orders[key]
        amount = self.part(order.taken[n], share)
        if amount > order.taken[n]:
            self.refuse(NotHeld, service.refund, key, n, amount, CAUSE)
            return
        self.run(service.refund, key, n, amount, CAUSE, other=(key, n, amount + 1, CAUSE))
        self.move(order.spent[n], f"WALLET:{self.now_is(order.person)}", amount)
        order.refunded.add(n)

    def _order(self, pick: int) -> tuple[str, Order]:
        """An order, mostly one that still holds something."""
        holding = [key for key, order in self.orders.items() if order.held]
        chosen = holding if holding and pick % 4 else list(self.orders)
        key = chosen[pick % len(chosen)]
        return key, self.orders[key]

    # --- time and people -------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.book.later(days=days)
        self.count("time_passes")

    @rule()
    def expire_lots(self) -> None:
        over = {person: self.points[f"WALLET:{person}"] - self.spendable(person) for person in PEOPLE}
        entries = self.book.do(service.expire_lots, self.book.now, CAUSE)
        assert sum(entry.amount for entry in entries) == sum(over.values())
        assert self.book.do(service.expire_lots, self.book.now, CAUSE) == []
        for person, amount in over.items():
            self.move(f"WALLET:{person}", "EXPIRED", amount)
        self.count("expire_lots")

    @rule(person=people, wallet=st.booleans(), sure=st.integers(0, 3))
    def leave(self, person: str, wallet: bool, sure: int) -> None:
        if sure:
            return  # leavers are rare, and take what the others need
        kinds = ("GIVE", "PEND", "WALLET") if wallet else ("GIVE", "PEND")
        total = sum(self.points[f"{kind}:{person}"] for kind in kinds)
        entries = self.book.do(service.leave, person, wallet=wallet, cause=CAUSE)
        self.count("leave")
        if not total:
            assert [entry.replayed for entry in entries] == [True] * self.leavings[person]
            return
        assert [(entry.amount, entry.replayed) for entry in entries] == [(total, False)]
        self.leavings[person] += 1
        for kind in kinds:
            self.move(f"{kind}:{person}", "RETIRED", self.points[f"{kind}:{person}"])
        for credit in self.waiting:
            if credit.state == "open" and self.now_is(credit.receiver) == person:
                credit.state = "left"

    @rule(person=people)
    def merge(self, person: str) -> None:
        """A second record of a person turns up, with everything a person can have, and becomes one with the first."""
        record = self.new("new")
        self.fund("starter", 40)
        self.boost(record, 3, "manual")
        self.reward(record, 2, pending=True, months=12)
        self.reward(record, 1, pending=False, months=1)
        self.hold(record, 5)
        self.run(service.merge, record, person, CAUSE)
        for kind in ("GIVE", "PEND", "WALLET"):
            self.move(f"{kind}:{record}", f"{kind}:{person}", self.points[f"{kind}:{record}"])
        for debt in self.debts:
            debt.person = person if debt.person == record else debt.person
        self.alias[record] = person

    # --- keys ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.calls)
    @rule(pick=picks)
    def again(self, pick: int) -> None:
        """R-LED-04: the same key, the same answer, whatever happened since."""
        call = self.calls[pick % len(self.calls)]
        answer = self.book.do(call.command, *call.args, **call.more)
        if isinstance(answer, list):
            assert [entry.id for entry in answer] == [entry.id for entry in call.answer]
        elif hasattr(answer, "replayed"):
            assert answer.id == call.answer.id
            assert answer.replayed or not answer.id
        else:
            assert answer == call.answer
        self.count("again")

    @precondition(lambda self: any(call.other for call in self.calls))
    @rule(pick=picks)
    def something_else(self, pick: int) -> None:
        """R-LED-04: the same key with something else in it."""
        calls = [call for call in self.calls if call.other]
        call = calls[pick % len(calls)]
        assert call.other is not None
        self.refuse(IdempotencyConflict, call.command, *call.other, **call.more)

    @rule(person=people, amount=st.sampled_from((0, -1, 10**9 + 1)))
    def not_points(self, person: str, amount: int) -> None:
        self.refuse(BadPoints, service.hold, self.new("o"), person, amount, CAUSE)
        self.refuse(BadPoints, service.give, self.new("k"), person, {"zoe": amount}, CAUSE)

    # --- what always holds -----------------------------------------------------------------------------------------

    @invariant()
    def accounts_are_the_models(self) -> None:
        """R-LED-01, R-LED-02: Σ = 0, none below zero but MINT, each as the model says."""
        accounts = self.book.accounts()
        assert accounts == {key: points for key, points in self.points.items() if points}
        assert sum(accounts.values()) == 0
        assert [key for key, points in accounts.items() if points < 0 and key != "MINT"] == []

    @invariant()
    def lots_are_wallets_and_allocations_are_holds(self) -> None:
        """R-LED-05."""
        lots = self.book.rows(
            "SELECT 'WALLET:' || person_id, sum(remaining) FROM lot WHERE workspace_id = :ws GROUP BY person_id"
        )
        holds = self.book.rows(
            "SELECT 'HOLD:' || order_id, sum(amount - settled) FROM allocation"
            " WHERE workspace_id = :ws AND kind = 'held' GROUP BY order_id"
        )
        kept = {key: int(points) for key, points in (*lots, *holds) if points}
        assert kept == {key: points for key, points in self.points.items() if points and key[0] in "WH"}
