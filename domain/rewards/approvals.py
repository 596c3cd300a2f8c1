"""Deciding about an order, and what it does by itself once nobody is in its way."""

from dataclasses import dataclass

from domain.rewards.approvers import line_for
from domain.rewards.messages import Fulfilment, Moved, OrderState, OrderView
from domain.rewards.orders import Step, find, transition
from domain.rewards.refusals import StepIllegal
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork

__all__ = ["approve", "begin", "confirm", "nobody_decides", "overdue", "reject"]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What became of an approval nobody gave in time: handed to the next in line, refused, or still waiting."""

    order: OrderView
    passed_on: bool = False
    refused: bool = False


def nobody_decides(uow: UnitOfWork, person_id: str, steps: tuple[str, ...], terms: Terms) -> bool:
    """Whether a step of this person's order has nobody to take it."""
    return any(not line_for(uow, person_id, step, terms) for step in steps)


def begin(uow: UnitOfWork, order_id: str, terms: Terms) -> OrderView:
    """A new order on its way: to its approver, to whoever makes it ready, or into its pool."""
    order = find(uow, order_id)
    if order.fulfilment is Fulfilment.POOL:
        return order
    if not order.steps:
        transition(uow, order_id, OrderState.APPROVED, None, terms=terms)
        return proceed(uow, order_id, terms)
    first = line_for(uow, order.person_id, order.steps[0], terms)[0]
    step = Step(steps=order.steps, approver_id=first)
    return transition(uow, order_id, OrderState.PENDING_APPROVAL, None, terms=terms, step=step).order


def approve(uow: UnitOfWork, order_id: str, by_id: str, terms: Terms, *, version: int | None = None) -> Moved:
    """Say yes: to the next approver where there is one and it is somebody else, else the order goes on.

    Raises as `transition` does."""
    order = find(uow, order_id)
    if order.state is not OrderState.PENDING_APPROVAL:
        return transition(uow, order_id, OrderState.APPROVED, by_id, terms=terms, version=version)
    steps = order.steps[1:]
    while steps and line_for(uow, order.person_id, steps[0], terms)[0] == by_id:
        steps = steps[1:]
    if steps:
        after = Step(steps=steps, approver_id=line_for(uow, order.person_id, steps[0], terms)[0])
        return transition(
            uow, order_id, OrderState.PENDING_APPROVAL, by_id, terms=terms, version=version, step=after
        )  # fmt: skip
    moved = transition(uow, order_id, OrderState.APPROVED, by_id, terms=terms, version=version)
    order = proceed(uow, order_id, terms)
    return Moved(order=order, before=moved.before, fresh=moved.fresh)


def reject(uow: UnitOfWork, order_id: str, by_id: str | None, reason: str, *, version: int | None = None) -> Moved:
    """Say no, with a reason; points and goods go back. `by_id` None: nobody decided in time."""
    return transition(uow, order_id, OrderState.REJECTED, by_id, version=version, step=Step(note=reason))


def overdue(uow: UnitOfWork, order_id: str, terms: Terms, reason: str) -> Overdue:
    """An approver's three workdays are over: the next in line decides; after seven it is refused, with `reason`."""
    order = find(uow, order_id)
    if order.state is not OrderState.PENDING_APPROVAL or order.due_at is None or order.due_at > uow.now:
        return Overdue(order)
    if order.ends_at is not None and order.ends_at <= uow.now:
        return Overdue(reject(uow, order_id, None, reason).order, refused=True)
    line = line_for(uow, order.person_id, order.steps[0], terms)
    at = line.index(order.approver_id) + 1 if order.approver_id in line else 0
    successor = next((one for one in line[at:] if one != order.first_approver_id), order.approver_id)
    step = Step(steps=order.steps, approver_id=successor)
    moved = transition(uow, order_id, OrderState.PENDING_APPROVAL, None, terms=terms, step=step)
    return Overdue(moved.order, passed_on=successor != order.approver_id)


def confirm(uow: UnitOfWork, order_id: str, by_id: str, detail: str, terms: Terms) -> Moved:
    """HR has entered the leave, or the seat has its date: the order is fulfilled at once."""
    order = find(uow, order_id)
    if order.fulfilment is not Fulfilment.HR:
        raise StepIllegal(order_id, order.state, OrderState.FULFILLED)
    if order.state is OrderState.APPROVED:
        transition(uow, order_id, OrderState.READY, by_id, terms=terms)
    moved = transition(uow, order_id, OrderState.FULFILLED, by_id, step=Step(detail=detail))
    return Moved(order=moved.order, before=order.state, fresh=moved.fresh)


def proceed(uow: UnitOfWork, order_id: str, terms: Terms) -> OrderView:
    """What follows an approval without anybody's help: a code waits to be revealed, a privilege is recorded."""
    order = find(uow, order_id)
    if order.state is OrderState.APPROVED and order.fulfilment in (
        Fulfilment.REVEAL, Fulfilment.RECORD, Fulfilment.POOL,
    ):  # fmt: skip
        transition(uow, order_id, OrderState.READY, None, terms=terms)
        if order.fulfilment is not Fulfilment.REVEAL:
            transition(uow, order_id, OrderState.FULFILLED, None)
    return find(uow, order_id)
