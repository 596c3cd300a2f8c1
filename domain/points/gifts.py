"""A thank-you's points: given, waiting, cleared, undone, returned, and reversed (R-LED-13 to 15, R-LED-20)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from domain.errors import IdempotencyConflict, InsufficientAllowance, NotAllowed, NotPending
from domain.points import debts, lots, waiting
from domain.points.accounts import lock
from domain.points.allowances import covered
from domain.points.chart import RETIRED, Kind, budget_of, checked, give_of, pend_of, wallet_of
from domain.points.debts import Netting
from domain.points.journal import Draft, Move, known, write_one
from domain.points.messages import Cause, Entry, Reversed
from domain.unit_of_work import UnitOfWork


def give(uow: UnitOfWork, kudos_id: str, giver_id: str, gifts: Mapping[str, int], cause: Cause) -> Entry:
    """Give points to one or several people: one entry, all or nothing (R-KUD-02, R-LED-13).

    Raises `InsufficientAllowance`, `BadPoints`, and `NotAllowed` when the giver is among the receivers (R-KUD-03).
    """
    if giver_id in gifts:
        raise NotAllowed
    moves = tuple(Move(give_of(giver_id), pend_of(person), checked(gifts[person])) for person in sorted(gifts))
    need = checked(sum(move.amount for move in moves))
    draft = Draft(Kind.GIVEN, f"kudos:{kudos_id}", giver_id, {"giver": giver_id, "gifts": dict(gifts)}, moves)
    books = lock(uow, draft.checked_accounts)
    if (before := known(uow, draft)) is not None:
        return before
    left = books[give_of(giver_id)]
    if left < need:
        raise InsufficientAllowance(left=str(left), need=str(need))
    entry = write_one(uow, books, draft, cause)
    waiting.await_(uow, kudos_id, moves, entry.id)
    return entry


def clear(
    uow: UnitOfWork, kudos_id: str, recipient_id: str, amount: int, cause: Cause, *, months: int | None = lots.LIFE
) -> Entry:
    """Let a receiver spend what they were given (R-LED-14): a lot that expires after `months`. What a reversal still
    owes is netted first (R-LED-20).

    Raises `NotPending` when it was undone, returned, retired (the receiver left) or never given.
    """
    return settle(uow, f"kudos_clear:{kudos_id}", kudos_id, recipient_id, amount, cause, months=months)


def settle(
    uow: UnitOfWork, key: str, source: str, recipient_id: str, amount: int, cause: Cause, *, months: int | None
) -> Entry:
    """Clear a waiting credit of any source, under the key `{key}:{receiver}`."""
    checked(amount)
    books, found, person_id = waiting.locked(
        uow, source, recipient_id, lambda whose: (pend_of(whose), wallet_of(whose))
    )
    receiver = recipient_id if found is None else found.recipient_id
    inputs = {"source": source, "amount": amount}
    draft = Draft(Kind.CLEARED, f"{key}:{receiver}", person_id, inputs)
    if (before := known(uow, draft)) is not None:
        return before
    credit = waiting.waiting(found, amount)
    netted = debts.netting(uow, person_id, amount)
    moves = credited(pend_of(person_id), person_id, amount, netted)
    entry = write_one(uow, books, replace(draft, moves=moves), cause)
    waiting.settle(uow, [credit], Kind.CLEARED, entry.id)
    debts.net(uow, netted)
    lots.earn(uow, person_id, amount - netted.amount, entry.id, months)
    return entry


def credited(source: str, person_id: str, amount: int, netted: Netting) -> tuple[Move, ...]:
    """The movements of a credit: to the wallet, less what is netted."""
    moves = (Move(source, wallet_of(person_id), amount - netted.amount), Move(source, RETIRED, netted.amount))
    return tuple(move for move in moves if move.amount)


def undo(
    uow: UnitOfWork, kudos_id: str, giver_id: str, gifts: Mapping[str, int], *, period_open: bool, cause: Cause
) -> Entry:
    """Take a whole gift back (R-LED-15): to the giver, or, when the giver's period has ended, to RETIRED (A25).

    What was returned before stays so. Raises `NotPending` unless all the rest still waits exactly as it was given.
    """
    inputs = {"giver": giver_id, "gifts": {person: checked(amount) for person, amount in gifts.items()}}
    draft = Draft(Kind.UNDONE, f"undo:{kudos_id}", giver_id, inputs)
    books = lock(uow, {give_of(giver_id), *(pend_of(row.person_id) for row in waiting.credits_of(uow, kudos_id))})
    if (before := known(uow, draft)) is not None:
        return before
    credits = [row for row in waiting.credits_of(uow, kudos_id) if row.settled_as != Kind.RETURNED.value]
    if not credits or {row.recipient_id: row.amount for row in credits} != dict(gifts):
        raise NotPending
    for row in credits:
        waiting.waiting(row if row.origin == give_of(giver_id) else None, row.amount)
    entry = write_one(uow, books, replace(draft, moves=_back(credits, period_open=period_open)), cause)
    waiting.settle(uow, credits, Kind.UNDONE, entry.id)
    return entry


def return_parked(
    uow: UnitOfWork, kudos_id: str, recipient_id: str, giver_id: str, amount: int, *, period_open: bool, cause: Cause
) -> Entry:
    """Return one receiver's part, because they never became known (R-ID-03, A59) or a reviewer made it 0 points
    (R-INT-06). Raises `NotPending`."""
    inputs = {"giver": giver_id, "amount": checked(amount)}
    draft = Draft(Kind.RETURNED, f"kudos_return:{kudos_id}:{recipient_id}", giver_id, inputs)
    books, found, _ = waiting.locked(uow, kudos_id, recipient_id, lambda whose: (give_of(giver_id), pend_of(whose)))
    if (before := known(uow, draft)) is not None:
        return before
    credit = waiting.waiting(found, amount)
    if credit.origin != give_of(giver_id):
        raise NotPending
    entry = write_one(uow, books, replace(draft, moves=_back([credit], period_open=period_open)), cause)
    waiting.settle(uow, [credit], Kind.RETURNED, entry.id)
    return entry


def reverse(
    uow: UnitOfWork, kudos_id: str, recipient_id: str, amount: int, cause: Cause, *, regrant_to: str | None = None
) -> Reversed:
    """Take cleared points back as far as the wallet has them; the rest is owed by later credits (R-LED-20, A57).

    `regrant_to` gives the whole amount to a giver again, from the allowance budget (`BudgetShort`). Raises `NotPending`
    unless at least that much was cleared for this receiver.
    """
    inputs = {"amount": checked(amount), "regrant": regrant_to or ""}
    budget = {budget_of("allowance"), give_of(regrant_to)} if regrant_to else set()
    books, credit, person_id = waiting.locked(uow, kudos_id, recipient_id, lambda whose: {wallet_of(whose), *budget})
    draft = Draft(Kind.REVERSED, f"reverse:{kudos_id}:{recipient_id}", person_id, inputs)
    if (before := _reversed_before(uow, draft, amount)) is not None:
        return before
    if credit is None or credit.settled_as != Kind.CLEARED.value or credit.amount < amount:
        raise NotPending
    if regrant_to:
        covered(books, "allowance", amount)
    available = lots.spendable(uow, person_id)
    retired = min(amount, lots.total(available))
    moves = [Move(wallet_of(person_id), RETIRED, retired)] if retired else []
    if regrant_to:
        moves.append(Move(budget_of("allowance"), give_of(regrant_to), amount))
    if moves:
        entry = write_one(uow, books, replace(draft, moves=tuple(moves)), cause)
        if retired:
            lots.take(uow, lots.first_of(available, retired), entry.id)
    if retired < amount:
        debts.owe(uow, draft.idem, draft.input_hash, person_id, retired=retired, due=amount - retired)
    return Reversed(retired, amount - retired)


def _reversed_before(uow: UnitOfWork, draft: Draft, amount: int) -> Reversed | None:
    entry, debt = known(uow, draft), debts.owed(uow, draft.idem)
    if debt is not None and debt.input_hash != draft.input_hash:
        raise IdempotencyConflict
    if debt is not None:
        return Reversed(int(debt.retired), int(debt.due))
    return None if entry is None else Reversed(amount, 0)


def _back(credits: Sequence[Row[Any]], *, period_open: bool) -> tuple[Move, ...]:
    return tuple(
        Move(pend_of(row.person_id), row.origin if period_open else RETIRED, int(row.amount)) for row in credits
    )
