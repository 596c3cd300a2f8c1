"""Budgets and what people may give: funding, allowances, boosts, the end of a period (§8.1, R-LED-10 to 12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from domain.errors import BudgetShort
from domain.points.accounts import CHUNK, Books
from domain.points.chart import MINT, RETIRED, Kind, budget_of, checked, give_of
from domain.points.journal import ENTRY, POSTING, Draft, Move, all_known, known, lock_for, write, write_one
from domain.points.messages import Cause, Entry
from domain.unit_of_work import UnitOfWork

_LATER_GRANTS = (
    select(ENTRY.c.subject_id)
    .where(
        ENTRY.c.subject_id.in_(bindparam("people", expanding=True)), ENTRY.c.kind == Kind.ALLOWED.value,
        ENTRY.c.period > bindparam("after"),
    )
    .distinct()
)  # fmt: skip
_RECEIVED = (
    select(POSTING.c.to_account, func.sum(POSTING.c.amount).label("points"))
    .select_from(POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id))
    .where(POSTING.c.to_account.in_(bindparam("accounts", expanding=True)), ENTRY.c.at >= bindparam("since"))
    .group_by(POSTING.c.to_account)
)
_GRANTED = select(ENTRY.c.subject_id).where(ENTRY.c.kind == Kind.ALLOWED.value, ENTRY.c.period == bindparam("in_"))


def fund(uow: UnitOfWork, programme: str, amount: int, *, request_id: str, cause: Cause) -> Entry:
    """Approve points for a programme (R-LED-10). Raises `UnknownProgramme`, `BadPoints`."""
    draft = Draft(
        Kind.FUNDED, f"fund:{request_id}", programme, {"programme": programme, "amount": amount},
        (Move(MINT, budget_of(programme), checked(amount)),),
    )  # fmt: skip
    books = lock_for(uow, draft)
    return known(uow, draft) or write_one(uow, books, draft, cause)


def granted(uow: UnitOfWork, period: str) -> frozenset[str]:
    """Who has had the allowance of a period already."""
    return frozenset(row.subject_id for row in uow.all(_GRANTED, in_=period))


def grant_allowance(uow: UnitOfWork, grants: Mapping[str, int], period: str, cause: Cause) -> list[Entry]:
    """Give everybody the allowance of a period, once each (R-ALW-01, R-LED-11); the answer is in the order of `grants`.

    Who had it already keeps it; another amount for them raises `IdempotencyConflict`, so leave them out (`granted`).
    Raises `BudgetShort` when the budget does not cover all the others: then nobody gets anything.
    """
    drafts = [
        Draft(
            Kind.ALLOWED, f"allow:{person_id}:{period}", person_id, {"amount": amount},
            (Move(budget_of("allowance"), give_of(person_id), checked(amount)),), period,
        )
        for person_id, amount in grants.items()
    ]  # fmt: skip
    books = lock_for(uow, *drafts)
    entries = all_known(uow, drafts)
    fresh = [draft for draft in drafts if draft.idem not in entries]
    covered(books, "allowance", sum(move.amount for draft in fresh for move in draft.moves))
    entries |= zip((draft.idem for draft in fresh), write(uow, books, fresh, cause), strict=True)
    return [entries[draft.idem] for draft in drafts]


def boost(uow: UnitOfWork, grant_id: str, person_id: str, amount: int, programme: str, cause: Cause) -> Entry:
    """Refill what a person may give from a programme's budget (R-ALW-04). Raises `BudgetShort`."""
    draft = Draft(
        Kind.BOOSTED, f"boost:{grant_id}", person_id, {"person": person_id, "amount": amount, "from": programme},
        (Move(budget_of(programme), give_of(person_id), checked(amount)),),
    )  # fmt: skip
    books = lock_for(uow, draft)
    if (before := known(uow, draft)) is not None:
        return before
    covered(books, programme, amount)
    return write_one(uow, books, draft, cause)


def expire_allowance(
    uow: UnitOfWork, person_ids: Sequence[str], period: str, cause: Cause, *, ended_at: datetime | None = None,
    keep: Mapping[str, int] | None = None,
) -> list[Entry]:  # fmt: skip
    """Retire what people have left of a period, before the next grant (R-ALW-02, R-LED-12); safe to run again.

    Who has nothing left has no entry. A late run takes nothing of what came after: who was granted a later period
    already is left alone (periods of one kind compare as text, R-GEN-03), and with `ended_at`, the instant the period
    ended, so is what anybody was given to give since, such as a boost. `keep` is what of it may stay, at most: boosts
    that roll over (R-ALW-02).
    """
    people = list(dict.fromkeys(person_ids))
    books = lock_for(uow, *(_lapse(person_id, period, 1) for person_id in people))
    later = _granted_later(uow, people, period)
    since, kept = received_since(uow, people, ended_at), keep or {}
    drafts = [_lapse(one, period, books[give_of(one)] - since.get(one, 0) - kept.get(one, 0)) for one in people]
    entries = all_known(uow, drafts)
    fresh = [
        draft
        for draft in drafts
        if draft.idem not in entries and draft.moves[0].amount > 0 and draft.subject_id not in later
    ]
    entries |= zip((draft.idem for draft in fresh), write(uow, books, fresh, cause), strict=True)
    return [entries[draft.idem] for draft in drafts if draft.idem in entries]


def _lapse(person_id: str, period: str, left: int) -> Draft:
    move = Move(give_of(person_id), RETIRED, left)
    return Draft(Kind.LAPSED, f"allow_exp:{person_id}:{period}", person_id, {}, (move,), period)


def _granted_later(uow: UnitOfWork, person_ids: Sequence[str], period: str) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(person_ids), CHUNK):
        people = list(person_ids[start : start + CHUNK])
        found.update(row.subject_id for row in uow.all(_LATER_GRANTS, people=people, after=period))
    return found


def received_since(uow: UnitOfWork, person_ids: Sequence[str], since: datetime | None) -> dict[str, int]:
    """What people got to give since an instant."""
    found: dict[str, int] = {}
    for start in range(0, len(person_ids) if since else 0, CHUNK):
        accounts = {give_of(person_id): person_id for person_id in person_ids[start : start + CHUNK]}
        rows = uow.all(_RECEIVED, accounts=list(accounts), since=since)
        found.update((accounts[row.to_account], int(row.points)) for row in rows)
    return found


def covered(books: Books, programme: str, need: int) -> None:
    """Raises `BudgetShort` unless the programme has that much left."""
    left = books[budget_of(programme)] if need else 0
    if left < need:
        raise BudgetShort(programme=programme, left=str(left), need=str(need))
