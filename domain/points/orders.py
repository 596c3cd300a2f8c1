"""What a redemption does to points (R-LED-17 to 19, R-LED-21): held at the request, consumed at the hand-over, released
when nothing comes of it, refunded when it comes back."""

from dataclasses import replace

from sqlalchemy import bindparam, select

from domain.errors import InsufficientPoints, NotHeld
from domain.points import lots
from domain.points.accounts import Books, holder, lock, open_accounts, open_hold
from domain.points.chart import Kind, checked, hold_of, spent_of, wallet_of
from domain.points.journal import ENTRY, POSTING, Draft, Move, known, write_one
from domain.points.messages import Cause, Entry
from domain.unit_of_work import UnitOfWork

_CONSUMPTION = (
    select(ENTRY.c.id, POSTING.c.to_account)
    .select_from(ENTRY.join(POSTING, POSTING.c.entry_id == ENTRY.c.id))
    .where(ENTRY.c.idem == bindparam("key"))
)


def hold(uow: UnitOfWork, order_id: str, person_id: str, amount: int, cause: Cause) -> Entry:
    """Reserve points for an order, those that expire first (R-LED-17, R-LOT-03). Raises `InsufficientPoints`."""
    wallet, reserved = wallet_of(person_id), hold_of(order_id)
    draft = Draft(
        Kind.HELD, f"hold:{order_id}", person_id, {"person": person_id, "amount": amount},
        (Move(wallet, reserved, checked(amount)),),
    )  # fmt: skip
    fresh = open_hold(uow, reserved, person_id)
    books = lock(uow, (wallet, reserved))
    if not fresh and (before := known(uow, draft)) is not None:
        return before
    available = lots.spendable(uow, person_id)
    left = lots.total(available)
    if left < amount:
        raise InsufficientPoints(left=str(left), need=str(amount))
    entry = write_one(uow, books, draft, cause)
    lots.take(uow, lots.first_of(available, amount), entry.id, order_id=order_id)
    return entry


def release(uow: UnitOfWork, order_id: str, cause: Cause) -> Entry:
    """Give back all an order still holds, to the same lots; one that expired meanwhile can be used for seven more days
    (R-LED-18, A27, A28). Raises `NotHeld` when there is nothing."""
    person_id, books = _locked(uow, order_id)
    draft = Draft(Kind.RELEASED, f"release:{order_id}", person_id, {"order": order_id})
    if (before := known(uow, draft)) is not None:
        return before
    parts = lots.held(uow, order_id)
    amount = lots.total(parts)
    if not amount:
        raise NotHeld(left="0", need="1")
    move = Move(hold_of(order_id), wallet_of(person_id), amount)
    entry = write_one(uow, books, replace(draft, moves=(move,)), cause)
    lots.give_back(uow, parts, at_least=lots.AFTER_RELEASE, if_expired=True)
    return entry


def consume(uow: UnitOfWork, order_id: str, n: int, amount: int, store_id: str | None, cause: Cause) -> Entry:
    """Spend the points of an order's n-th hand-over; `store_id` None is head office (R-LED-19, R-RED-05).
    Raises `NotHeld`."""
    person_id = _holder(uow, order_id)
    reserved, spent = hold_of(order_id), spent_of(store_id)
    draft = Draft(
        Kind.CONSUMED, f"consume:{order_id}:{n}", person_id, {"amount": amount, "store": store_id or ""},
        (Move(reserved, spent, checked(amount)),),
    )  # fmt: skip
    books = lock(uow, (reserved,))
    if (before := known(uow, draft)) is not None:
        return before
    _there(books[reserved], amount)
    parts = lots.first_of(lots.held(uow, order_id), amount)
    if store_id:
        open_accounts(uow, (spent,))
    entry = write_one(uow, books, draft, cause)
    lots.use_up(uow, parts, entry.id, order_id)
    return entry


def refund(uow: UnitOfWork, order_id: str, n: int, amount: int, cause: Cause) -> Entry:
    """Give back points of the n-th hand-over, all or some, once (R-LED-21): to the lots they came from, usable for at
    least thirty days. Raises `NotHeld` when that hand-over took less."""
    person_id, books = _locked(uow, order_id)
    draft = Draft(Kind.REFUNDED, f"refund:{order_id}:{n}", person_id, {"amount": checked(amount)})
    if (before := known(uow, draft)) is not None:
        return before
    taken = uow.one(_CONSUMPTION, key=f"consume:{order_id}:{n}")
    parts = [] if taken is None else lots.consumed(uow, taken.id)
    _there(lots.total(parts), amount)
    assert taken is not None
    move = Move(taken.to_account, wallet_of(person_id), amount)
    entry = write_one(uow, books, replace(draft, moves=(move,)), cause)
    lots.give_back(uow, lots.first_of(parts, amount), at_least=lots.AFTER_REFUND, if_expired=False)
    return entry


def _holder(uow: UnitOfWork, order_id: str) -> str:
    person_id = holder(uow, hold_of(order_id))
    if not person_id:
        raise NotHeld(left="0", need="1")
    return person_id


def _locked(uow: UnitOfWork, order_id: str) -> tuple[str, Books]:
    """Whose order it is, with its hold and their wallet locked; again if a merge came in between (R-ID-04)."""
    while True:
        person_id = _holder(uow, order_id)
        books = lock(uow, (hold_of(order_id), wallet_of(person_id)))
        if books.holders[hold_of(order_id)] == person_id:
            return person_id, books


def _there(left: int, need: int) -> None:
    if left < need:
        raise NotHeld(left=str(left), need=str(need))
