"""What programmes pay and what admins correct (R-LED-16, R-LED-23)."""

from dataclasses import replace

from domain.errors import FourEyesNeeded, InsufficientPoints, NotPending
from domain.points import debts, lots, waiting
from domain.points.accounts import lock
from domain.points.allowances import covered
from domain.points.chart import RETIRED, Kind, budget_of, checked, pend_of, wallet_of
from domain.points.gifts import credited, settle
from domain.points.journal import Draft, Move, known, write_one
from domain.points.messages import Cause, Entry
from domain.points.model import Adjustment
from domain.unit_of_work import UnitOfWork

LONGEST_KEY = 120
OURS = ("fund", "allow", "allow_exp", "boost", "kudos", "kudos_clear", "kudos_return", "undo", "reverse", "hold",
        "release", "consume", "refund", "expire", "adj", "merge", "leaver", "settle", "cancel")  # fmt: skip
"""Keys that other entries use; a reward's starts with its own word, such as `starter:` or `rule:` (§9.3)."""


def reward(
    uow: UnitOfWork, idem: str, programme: str, person_id: str, amount: int, cause: Cause,
    *, pending: bool = False, months: int | None = lots.LIFE,
) -> Entry:  # fmt: skip
    """Pay a person from a programme (R-LED-16), at once or, `pending`, until `settle_reward`. Raises `BudgetShort`."""
    if idem.partition(":")[0] in OURS or len(idem) > LONGEST_KEY:
        raise ValueError("a reward's key starts with its own word and is short")
    budget, target = budget_of(programme), pend_of(person_id) if pending else wallet_of(person_id)
    inputs = {"from": programme, "person": person_id, "amount": checked(amount), "pending": pending}
    draft = Draft(Kind.REWARDED, idem, person_id, inputs, (Move(budget, target, amount),))
    books = lock(uow, draft.checked_accounts)
    if (before := known(uow, draft)) is not None:
        return before
    covered(books, programme, amount)
    if pending:
        entry = write_one(uow, books, draft, cause)
        waiting.await_(uow, idem, draft.moves, entry.id)
        return entry
    netted = debts.netting(uow, person_id, amount)
    draft = replace(draft, moves=credited(budget, person_id, amount, netted))
    entry = write_one(uow, books, draft, cause)
    debts.net(uow, netted)
    lots.earn(uow, person_id, amount - netted.amount, entry.id, months)
    return entry


def settle_reward(
    uow: UnitOfWork, idem: str, person_id: str, amount: int, cause: Cause, *, months: int | None = lots.LIFE
) -> Entry:
    """Let a person spend a pending reward (R-RUL-07). Raises `NotPending`."""
    return settle(uow, f"settle:{idem}", idem, person_id, amount, cause, months=months)


def cancel_reward(uow: UnitOfWork, idem: str, person_id: str, amount: int, cause: Cause) -> Entry:
    """Return a pending reward to the budget it came from (R-RUL-07, A40). Raises `NotPending`."""
    inputs = {"amount": checked(amount)}
    draft = Draft(Kind.CANCELLED, f"cancel:{idem}:{person_id}", person_id, inputs)
    origin = waiting.origin(uow, idem, person_id)
    if not origin.startswith("BUDGET:"):
        raise NotPending
    books, found, _ = waiting.locked(uow, idem, person_id, lambda whose: (origin, pend_of(whose)))
    if (before := known(uow, draft)) is not None:
        return before
    credit = waiting.waiting(found, amount)
    move = Move(pend_of(credit.person_id), credit.origin, amount)
    entry = write_one(uow, books, replace(draft, moves=(move,)), cause)
    waiting.settle(uow, [credit], Kind.CANCELLED, entry.id)
    return entry


def adjust(
    uow: UnitOfWork, request_id: str, person_id: str, amount: int, reason: str, evidence: str, first_id: str,
    second_id: str, *, months: int | None = lots.LIFE,
) -> Entry:  # fmt: skip
    """Correct a wallet by hand, up from the manual budget or down (R-LED-23). `first_id` asked, `second_id` agreed.

    Raises `FourEyesNeeded`, `BudgetShort`, `InsufficientPoints`. The words are kept beside the journal, which only
    knows their hash.
    """
    if not (reason.strip() and evidence.strip() and first_id and second_id) or first_id == second_id:
        raise FourEyesNeeded
    if person_id in (first_id, second_id):
        raise FourEyesNeeded
    size, budget, wallet = checked(abs(amount)), budget_of("manual"), wallet_of(person_id)
    inputs = {"person": person_id, "amount": amount, "words": [reason, evidence], "by": [first_id, second_id]}
    draft = Draft(Kind.ADJUSTED, f"adj:{request_id}", person_id, inputs)
    books = lock(uow, (budget, wallet) if amount > 0 else (wallet,))
    if (before := known(uow, draft)) is not None:
        return before
    netted = debts.netting(uow, person_id, size) if amount > 0 else debts.Netting()
    available = lots.spendable(uow, person_id) if amount < 0 else []
    if amount > 0:
        covered(books, "manual", size)
        moves = credited(budget, person_id, size, netted)
    else:
        _enough(lots.total(available), size)
        moves = (Move(wallet, RETIRED, size),)
    entry = write_one(uow, books, replace(draft, moves=moves), Cause(first_id, request_id))
    if amount > 0:
        debts.net(uow, netted)
        lots.earn(uow, person_id, size - netted.amount, entry.id, months)
    else:
        lots.take(uow, lots.first_of(available, size), entry.id)
    uow.add(
        Adjustment(
            workspace_id="", entry_id=entry.id, reason=reason, evidence=evidence, first_id=first_id,
            second_id=second_id,
        )
    )  # fmt: skip
    return entry


def _enough(left: int, need: int) -> None:
    if left < need:
        raise InsufficientPoints(left=str(left), need=str(need))
