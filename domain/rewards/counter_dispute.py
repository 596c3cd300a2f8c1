"""When the owner says somebody else collected (R-PIC-06): who is told, and who may suspend the clerk's right."""

from sqlalchemy import bindparam, select

from domain.columns import table_of
from domain.people.messages import Profile, StoreRef
from domain.people.service import profile
from domain.people.stores import STORE_MANAGER, freeze, staff_of, store, stores_of, thaw
from domain.rewards import orders
from domain.rewards.approvers import ADMIN, admins
from domain.rewards.counter_messages import Disputed
from domain.rewards.messages import Moved, OrderState, OrderView
from domain.rewards.model import OrderEvent
from domain.rewards.refusals import NoOrder, StepIllegal, StepNotYours
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork

EVENT = table_of(OrderEvent)

_UPHELD = select(EVENT.c.id).where(
    EVENT.c.order_id == bindparam("order_"), EVENT.c.before == str(OrderState.DISPUTED),
    EVENT.c.after == str(OrderState.FULFILLED), ~EVENT.c.refused,
)  # fmt: skip
_PASSED_ON = select(EVENT.c.id).where(
    EVENT.c.order_id == bindparam("order_"), EVENT.c.before == str(OrderState.DISPUTED),
    EVENT.c.after == str(OrderState.DISPUTED), ~EVENT.c.refused,
)  # fmt: skip


def not_me(uow: UnitOfWork, owner: Profile, order_id: str, terms: Terms) -> tuple[Moved, Disputed]:
    """The owner disputes a hand-over, within three workdays. The clerk's right stays as it is: only the store manager
    suspends it, and what was found once is not disputed again. Raises `StepNotYours`, `StepIllegal`, `StepTooLate`,
    `NoOrder`."""
    if was_upheld(uow, order_id):
        raise StepIllegal(order_id, OrderState.FULFILLED, OrderState.DISPUTED)
    moved = orders.dispute(uow, order_id, owner.id, terms)
    return moved, disputed(uow, moved.order)


def was_upheld(uow: UnitOfWork, order_id: str) -> bool:
    """Whether the hand-over was disputed, and found to be right."""
    return bool(uow.all(_UPHELD, order_=order_id))


def was_passed_on(uow: UnitOfWork, order_id: str) -> bool:
    """Whether the store manager let their time pass, so that the admins decide as well."""
    return bool(uow.all(_PASSED_ON, order_=order_id))


def pass_on(uow: UnitOfWork, order_id: str, terms: Terms) -> Disputed | None:
    """Let the admins decide about a dispute the store manager has left lying past its time; None unless it is one, and
    when they were asked before. Raises `NoOrder`."""
    orders.lock(uow, [order_id])
    order = orders.find(uow, order_id)
    is_due = order.state is OrderState.DISPUTED and order.due_at is not None and order.due_at <= uow.now
    if not is_due or was_passed_on(uow, order_id):
        return None
    return disputed(uow, orders.transition(uow, order_id, OrderState.DISPUTED, None, terms=terms).order)


def disputed(uow: UnitOfWork, order: OrderView) -> Disputed:
    """A dispute as those who are told see it. Raises `NoOrder` for one that never crossed a counter."""
    place = store(uow, order.store_id) if order.store_id else None
    if place is None or order.fulfilled_by is None:
        raise NoOrder
    involved, everybody = (order.fulfilled_by, order.person_id), admins(uow)
    able = deciders(uow, place, *involved)
    is_overdue = was_passed_on(uow, order.id)
    if is_overdue:
        able += tuple(one for one in everybody if one not in (*involved, *able))
    return Disputed(
        order=order, store=place, clerk_id=order.fulfilled_by, clerk_name=order.fulfilled_by_name, deciders=able,
        admins=everybody, is_overdue=is_overdue,
    )  # fmt: skip


def deciders(uow: UnitOfWork, place: StoreRef, *involved: str) -> tuple[str, ...]:
    """The store's managers whom it is not about; where that leaves nobody, the admins (R-ROL-02)."""
    managers = [one for one in staff_of(uow, place.id, STORE_MANAGER) if one not in involved]
    return tuple(managers or (one for one in admins(uow) if one not in involved))


def suspend(uow: UnitOfWork, decider: Profile, order_id: str) -> bool:
    """Take the right to hand over from the clerk of a disputed order, for its store only. False when it was suspended
    already. Raises `StepNotYours`."""
    told = _decided(uow, decider, order_id, OrderState.DISPUTED)
    return freeze(uow, told.store.id, told.clerk_id, decider.id)


def restore(uow: UnitOfWork, decider: Profile, order_id: str) -> bool:
    """Give the right back, whatever became of the dispute. Raises `StepNotYours`."""
    told = _decided(uow, decider, order_id)
    return thaw(uow, told.store.id, told.clerk_id)


def uphold(uow: UnitOfWork, decider: Profile, order_id: str, terms: Terms) -> Moved:
    """It was the owner after all: the order is fulfilled as before. Raises `StepNotYours`, `StepIllegal`."""
    _decided(uow, decider, order_id)
    return orders.transition(uow, order_id, OrderState.FULFILLED, decider.id, terms=terms)


def give_back(uow: UnitOfWork, decider: Profile, order_id: str) -> Moved:
    """It was not: the points go back. Raises `StepNotYours`, `StepIllegal`, `StepTooLate`."""
    _decided(uow, decider, order_id)
    return orders.refund(uow, order_id, decider.id)


def _decided(uow: UnitOfWork, decider: Profile, order_id: str, wanted: OrderState | None = None) -> Disputed:
    """The dispute, if this person is one to decide about it, in the state it is wanted in."""
    told = disputed(uow, orders.find(uow, order_id))
    before = told.order.state
    if decider.id not in told.deciders or not _still_in_office(uow, decider, told):
        raise StepNotYours(order_id, before, OrderState.DISPUTED)
    if wanted is not None and before is not wanted:
        raise StepNotYours(order_id, before, wanted)
    return told


def _still_in_office(uow: UnitOfWork, decider: Profile, told: Disputed) -> bool:
    now = profile(uow, decider.id)
    if now is None or not now.active or decider.id == told.order.person_id:
        return False
    serves = any(one.id == told.store.id for one in stores_of(uow, decider.id, STORE_MANAGER))
    return serves or ADMIN in now.roles
