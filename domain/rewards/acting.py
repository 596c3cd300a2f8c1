"""What somebody is to an order: the rights behind every step, looked up at the moment of the step (R-ROL-01)."""

from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from domain.columns import table_of
from domain.people.service import profile
from domain.people.stores import stores_of
from domain.rewards.approvers import ADMIN, HRBP, holds_office
from domain.rewards.kinds import KINDS
from domain.rewards.messages import Fulfilment, ItemKind, OrderState
from domain.rewards.model import OrderEvent
from domain.rewards.transitions import Role
from domain.unit_of_work import UnitOfWork

STORE_MANAGER = "store_manager"
EVENT = table_of(OrderEvent)

_AGREED = (
    select(EVENT.c.id)
    .where(EVENT.c.order_id == bindparam("order_"), EVENT.c.by_id == bindparam("person"), ~EVENT.c.refused)
    .where(EVENT.c.before == str(OrderState.PENDING_APPROVAL))
    .where(or_(EVENT.c.after == str(OrderState.PENDING_APPROVAL), EVENT.c.after == str(OrderState.APPROVED)))
)


def roles_of(uow: UnitOfWork, order: Row[Any], person_id: str | None) -> frozenset[Role]:
    """The roles of a person in an order; None is the system. To their own order nobody is more than its owner, except
    that they see their own code (R-ROL-02, R-PIC-03)."""
    if person_id is None:
        return frozenset({Role.SYSTEM})
    fulfilment = KINDS[ItemKind(order.kind)].fulfilment
    if person_id == order.person_id:
        reveals = fulfilment is Fulfilment.REVEAL
        return frozenset({Role.OWNER, Role.STAFF} if reveals else {Role.OWNER})
    person = profile(uow, person_id)
    if person is None or not person.active:
        return frozenset()
    if order.state == OrderState.PENDING_APPROVAL and has_agreed(uow, order.id, person_id):
        return frozenset()  # two agree, not one twice
    found = {Role.APPROVER} if person_id == order.approver_id else set()
    if ADMIN in person.roles:
        found.add(Role.ADMIN)
    if fulfilment is Fulfilment.COUNTER:
        found |= _at_the_counter(uow, order, person_id)
    elif fulfilment is Fulfilment.HR and (Role.ADMIN in found or holds_office(uow, order.person_id, HRBP, person_id)):
        found.add(Role.STAFF)
    return frozenset(found)


def has_agreed(uow: UnitOfWork, order_id: str, person_id: str) -> bool:
    """Whether somebody has given one of an order's approvals."""
    return bool(uow.all(_AGREED, order_=order_id, person=person_id))


def _at_the_counter(uow: UnitOfWork, order: Row[Any], person_id: str) -> set[Role]:
    """Rights in the order's store. Who approved an order does not hand it over (R-PIC-03)."""
    found: set[Role] = set()
    if any(one.id == order.store_id for one in stores_of(uow, person_id, STORE_MANAGER)):
        found.add(Role.STORE_MANAGER)
    serves = any(one.id == order.store_id for one in stores_of(uow, person_id))
    if serves and not has_agreed(uow, order.id, person_id):
        found.add(Role.STAFF)
    return found
