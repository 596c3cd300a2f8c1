"""What can happen to an order: one function makes every step, by the table in `transitions` (R-RED-01).

Locks are taken in one order by everybody: the order, its stock, the ledger. So two steps may wait for each other but
never block each other.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from domain.columns import table_of
from domain.errors import Conflict
from domain.ids import new_id
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.rewards import pickup, stock
from domain.rewards.acting import roles_of
from domain.rewards.messages import Moved, OrderFulfilled, OrderState
from domain.rewards.model import Order, OrderEvent
from domain.rewards.reading import find
from domain.rewards.refusals import NoOrder, StepIllegal, StepNotYours, StepTooLate
from domain.rewards.terms import REFUND_DAYS, Terms
from domain.rewards.transitions import TRANSITIONS, Goods, Points, Rule
from domain.unit_of_work import UnitOfWork

__all__ = ["Step", "dispute", "find", "fulfil", "lock", "note_refusal", "refund", "transition"]

ORDER, EVENT = table_of(Order), table_of(OrderEvent)

log = logging.getLogger("bida.orders")

_LOCKED = select(ORDER).where(ORDER.c.id == bindparam("order_")).with_for_update()
_CHANGES = (
    "state", "steps", "approver_id", "first_approver_id", "reason", "detail", "due_at", "ends_at", "ready_at",
    "fulfilled", "fulfilled_at", "fulfilled_by",
)  # fmt: skip
_MOVE = (
    update(ORDER)
    .where(ORDER.c.id == bindparam("order_"), ORDER.c.version == bindparam("seen"))
    .values(version=ORDER.c.version + 1, **{name: bindparam(f"to_{name}") for name in _CHANGES})
)
_MADE = select(EVENT.c.after).where(
    EVENT.c.order_id == bindparam("order_"), EVENT.c.version == bindparam("of_version"), ~EVENT.c.refused
)
_HANDED = (
    select(EVENT.c.quantity)
    .where(EVENT.c.order_id == bindparam("order_"), EVENT.c.quantity > 0, ~EVENT.c.refused)
    .order_by(EVENT.c.version)
)
_HANDOVERS = select(func.count().label("n")).where(
    EVENT.c.order_id == bindparam("order_"), EVENT.c.quantity > 0, ~EVENT.c.refused
).select_from(EVENT)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step brings along. `quantity` of it is handed over (0: all that is left); `at` when that was, if it is
    entered later (R-PIC-07). `is_missing`: the goods are not on the shelf; `restock`: refunded goods go back there."""

    note: str = ""
    detail: str = ""
    quantity: int = 0
    at: datetime | None = None
    steps: tuple[str, ...] | None = None
    approver_id: str | None = None
    is_missing: bool = False
    restock: bool = False


def transition(
    uow: UnitOfWork, order_id: str, target: OrderState, by_id: str | None, *, terms: Terms | None = None,
    version: int | None = None, step: Step = Step(),
) -> Moved:  # fmt: skip
    """Make one step, with its points and goods. `by_id` None is the system; `version` the order's the person saw.

    The same step of the same version again changes nothing (R-RED-01). Raises `NoOrder`, `StepIllegal`,
    `StepNotYours`, and `Conflict` when something else has happened since.
    """
    row = uow.one(_LOCKED, order_=order_id)
    if row is None:
        raise NoOrder
    before = OrderState(row.state)
    if version is not None and version != row.version:
        made = uow.one(_MADE, order_=order_id, of_version=version + 1)
        if made is None or made.after != target:
            raise Conflict
        return Moved(order=find(uow, order_id), before=before, fresh=False)
    if before is target and not _may_repeat(target, by_id, step):
        return Moved(order=find(uow, order_id), before=before, fresh=False)
    rule = TRANSITIONS.get((before, target))
    if rule is None:
        raise StepIllegal(order_id, before, target)
    if not roles_of(uow, row, by_id) & rule.who:
        raise StepNotYours(order_id, before, target)
    restocked = _effects(uow, row, rule, by_id, step)
    if before is OrderState.READY and target is not OrderState.READY:
        pickup.revoke(uow, order_id)
    _move(uow, row, target, by_id, terms, step, gives=rule.points is Points.CONSUME)
    return Moved(order=find(uow, order_id), before=before, restocked=restocked)


def _may_repeat(target: OrderState, by_id: str | None, step: Step) -> bool:
    """Whether a state may follow itself: the next approver's turn, a part that is handed over, or our own clock passing
    a dispute on. Made ready twice is ready once, and nothing is handed over by it; disputed twice is disputed once."""
    match target:
        case OrderState.PENDING_APPROVAL:
            return True
        case OrderState.READY:
            return step.quantity > 0
        case OrderState.DISPUTED:
            return by_id is None
    return False


def lock(uow: UnitOfWork, order_ids: Iterable[str]) -> None:
    """Take several orders before any of them is touched: their steps would otherwise take the ledger in between."""
    for order_id in sorted(order_ids):
        uow.one(_LOCKED, order_=order_id)


def fulfil(
    uow: UnitOfWork, order_id: str, by_id: str | None, store_id: str | None, quantity: int = 0,
    at: datetime | None = None, note: str = "",
) -> OrderFulfilled:  # fmt: skip
    """Hand over so many units of a ready order (0: all that are left), its points are spent (R-LED-19, R-RED-05).
    `store_id` is where; it must be the order's own."""
    row = uow.one(_LOCKED, order_=order_id)
    if row is None:
        raise NoOrder
    before = OrderState(row.state)
    left = row.quantity - row.fulfilled
    number = quantity or left
    target = OrderState.FULFILLED if number == left else OrderState.READY
    if before is OrderState.FULFILLED or number > left or number < 1 or row.store_id != store_id:
        raise StepIllegal(order_id, before, target)
    moved = transition(uow, order_id, target, by_id, step=Step(quantity=number, at=at, note=note))
    return OrderFulfilled(order=moved.order, quantity=number, left=left - number)


def dispute(uow: UnitOfWork, order_id: str, by_id: str, terms: Terms) -> Moved:
    """The owner says it was not them; within three workdays."""
    order = find(uow, order_id)
    done = order.fulfilled_at
    if order.state is OrderState.FULFILLED and done is not None and uow.now > terms.disputable_until(done):
        raise StepTooLate(order_id, order.state, OrderState.DISPUTED)
    return transition(uow, order_id, OrderState.DISPUTED, by_id, terms=terms)


def refund(uow: UnitOfWork, order_id: str, by_id: str, *, restock: bool = False, note: str = "") -> Moved:
    """Give the points of everything handed over back (R-LED-21), within thirty days."""
    order = find(uow, order_id)
    done = order.fulfilled_at
    if done is not None and uow.now > done + timedelta(days=REFUND_DAYS):
        raise StepTooLate(order_id, order.state, OrderState.REFUNDED)
    return transition(uow, order_id, OrderState.REFUNDED, by_id, step=Step(restock=restock, note=note))


def note_refusal(uow: UnitOfWork, order_id: str, before: OrderState, target: OrderState, by_id: str | None) -> None:
    """Keep in the order's history that somebody tried a step that was refused (R-RED-01, R-AUD-01)."""
    _note(uow, order_id, 0, before, target, by_id, refused=True)


def _effects(uow: UnitOfWork, row: Row[Any], rule: Rule, by_id: str | None, step: Step) -> bool:
    """Move goods, then points. Returns whether goods became free for others."""
    left = row.quantity - row.fulfilled
    number = step.quantity or left
    restocked = False
    if row.stock_id is not None:
        if rule.goods is Goods.TAKE:
            stock.take(uow, row.stock_id, number)
        elif rule.goods is Goods.RETURN and step.is_missing:
            stock.missing(uow, row.stock_id, left, by_id)
        elif rule.goods is Goods.RETURN:
            stock.free(uow, row.stock_id, left)
            restocked = True
        elif rule.points is Points.REFUND and step.restock:
            stock.put(uow, row.stock_id, row.fulfilled, by_id, reason="refund")
            restocked = True
    cause = Cause(actor_id=by_id or "", object_id=row.id)
    if rule.points is Points.RELEASE and row.forfeits and row.state == OrderState.READY and by_id is None:
        _consume(uow, row, left, cause)
    elif rule.points is Points.RELEASE:
        ledger.release(uow, row.id, cause)
    elif rule.points is Points.CONSUME:
        _consume(uow, row, number, cause)
    elif rule.points is Points.REFUND:
        for n, handed in enumerate(uow.all(_HANDED, order_=row.id), 1):
            ledger.refund(uow, row.id, n, handed.quantity * row.price, cause)
    return restocked


def _consume(uow: UnitOfWork, row: Row[Any], number: int, cause: Cause) -> None:
    counted = uow.one(_HANDOVERS, order_=row.id)
    assert counted is not None
    ledger.consume(uow, row.id, counted.n + 1, number * row.price, row.store_id, cause)


def _move(
    uow: UnitOfWork, row: Row[Any], target: OrderState, by_id: str | None, terms: Terms | None, step: Step, *,
    gives: bool,
) -> None:  # fmt: skip
    number = (step.quantity or row.quantity - row.fulfilled) if gives else 0
    changed = {name: getattr(row, name) for name in _CHANGES} | {"state": target}
    if terms is not None:
        due = terms.due(target, uow.now, fulfil_days=row.fulfil_days, pickup_days=row.pickup_days)
        changed["due_at"] = due
    elif target is not OrderState(row.state):
        changed["due_at"] = None
    changed.update(_decided(uow, row, target, by_id, terms, step))
    if target is OrderState.READY and not gives:
        changed["ready_at"] = uow.now
    if gives:
        changed["fulfilled"] = row.fulfilled + number
        changed |= {"fulfilled_at": step.at or uow.now, "fulfilled_by": by_id}
    if step.detail:
        changed["detail"] = step.detail
    if target in (OrderState.REJECTED, OrderState.CANCELLED):
        changed["reason"] = step.note
    if uow.change(_MOVE, order_=row.id, seen=row.version, **{f"to_{name}": changed[name] for name in changed}) != 1:
        raise Conflict
    _note(uow, row.id, row.version + 1, OrderState(row.state), target, by_id, quantity=number, note=step.note)


def _decided(
    uow: UnitOfWork, row: Row[Any], target: OrderState, by_id: str | None, terms: Terms | None, step: Step
) -> dict[str, object]:
    """Whose turn the approval is afterwards, and who has given it."""
    if target is OrderState.PENDING_APPROVAL:
        steps = ",".join(step.steps) if step.steps is not None else row.steps
        changed: dict[str, object] = {"steps": steps, "approver_id": step.approver_id}
        if row.state == OrderState.PENDING_APPROVAL and by_id is not None:
            changed["first_approver_id"] = by_id
        if terms is not None and row.ends_at is None:
            changed["ends_at"] = terms.decided_by(uow.now)
        return changed
    if row.state == OrderState.PENDING_APPROVAL and target is OrderState.APPROVED:
        return {"steps": "", "approver_id": by_id, "ends_at": None}
    return {"ends_at": None}


def _note(
    uow: UnitOfWork, order_id: str, version: int, before: OrderState, after: OrderState, by_id: str | None, *,
    quantity: int = 0, note: str = "", refused: bool = False,
) -> None:  # fmt: skip
    uow.insert(
        OrderEvent,
        {
            "id": new_id(), "order_id": order_id, "version": version, "before": before, "after": after,
            "refused": refused, "by_id": by_id, "quantity": quantity, "note": note, "at": uow.now,
        },
    )  # fmt: skip
    uow.state(
        log, "order_refused" if refused else "order_moved", order=order_id, before=str(before), after=str(after),
        actor=by_id or "", quantity=quantity,
    )  # fmt: skip
