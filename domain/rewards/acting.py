"""What somebody is to an order: the rights behind every step, looked up at the moment of the step (R-ROL-01)."""

from typing import Any

from sqlalchemy import Row

from domain.people.service import profile
from domain.people.stores import stores_of
from domain.rewards.approvers import ADMIN, HRBP, holds_office
from domain.rewards.kinds import KINDS
from domain.rewards.messages import Fulfilment, ItemKind
from domain.rewards.transitions import Role
from domain.unit_of_work import UnitOfWork

STORE_MANAGER = "store_manager"


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
    found = {Role.APPROVER} if person_id == order.approver_id else set()
    if ADMIN in person.roles:
        found.add(Role.ADMIN)
    if fulfilment is Fulfilment.COUNTER:
        found |= _at_the_counter(uow, order, person_id)
    elif fulfilment is Fulfilment.HR and holds_office(uow, order.person_id, HRBP, person_id):
        found.add(Role.STAFF)
    return frozenset(found)


def _at_the_counter(uow: UnitOfWork, order: Row[Any], person_id: str) -> set[Role]:
    """Rights in the order's store. Who approved an order does not hand it over (R-PIC-03)."""
    found: set[Role] = set()
    if any(one.id == order.store_id for one in stores_of(uow, person_id, STORE_MANAGER)):
        found.add(Role.STORE_MANAGER)
    approved = person_id in (order.approver_id, order.first_approver_id)
    if not approved and any(one.id == order.store_id for one in stores_of(uow, person_id)):
        found.add(Role.STAFF)
    return found
