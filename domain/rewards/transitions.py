"""The states of an order as one table: which step leads where, who may make it, what it does to points and stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.rewards.messages import OrderState as S


class Role(StrEnum):
    """What somebody is to one order. Nobody is more than its owner to their own (R-ROL-02)."""

    OWNER = "owner"
    APPROVER = "approver"
    STAFF = "staff"
    """Who fulfils it: clerks and manager of its store, HR for leave and seats, the owner of a code to be revealed."""
    STORE_MANAGER = "store_manager"
    ADMIN = "admin"
    SYSTEM = "system"


class Points(StrEnum):
    """What a step does to the held points."""

    RELEASE = "release"
    CONSUME = "consume"
    REFUND = "refund"


class Goods(StrEnum):
    """What a step does to the reserved goods."""

    RETURN = "return"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Rule:
    """One arrow of §10.2."""

    who: frozenset[Role]
    points: Points | None = None
    goods: Goods | None = None


def _by(*who: Role) -> frozenset[Role]:
    return frozenset(who)


_BACK: Final = (Points.RELEASE, Goods.RETURN)
_OUT: Final = (Points.CONSUME, Goods.TAKE)
_GIVER: Final = _by(Role.STAFF, Role.SYSTEM)

TRANSITIONS: Final[Mapping[tuple[S, S], Rule]] = {
    (S.REQUESTED, S.APPROVED): Rule(_by(Role.SYSTEM, Role.ADMIN)),
    (S.REQUESTED, S.PENDING_APPROVAL): Rule(_by(Role.SYSTEM)),
    (S.PENDING_APPROVAL, S.PENDING_APPROVAL): Rule(_by(Role.APPROVER, Role.ADMIN, Role.SYSTEM)),
    (S.PENDING_APPROVAL, S.APPROVED): Rule(_by(Role.APPROVER, Role.ADMIN)),
    (S.PENDING_APPROVAL, S.REJECTED): Rule(_by(Role.APPROVER, Role.ADMIN, Role.SYSTEM), *_BACK),
    (S.APPROVED, S.READY): Rule(_GIVER | {Role.ADMIN}),
    (S.READY, S.READY): Rule(_GIVER, *_OUT),
    (S.READY, S.FULFILLED): Rule(_GIVER, *_OUT),
    (S.REQUESTED, S.CANCELLED): Rule(_by(Role.OWNER, Role.ADMIN, Role.SYSTEM), *_BACK),
    (S.PENDING_APPROVAL, S.CANCELLED): Rule(_by(Role.OWNER, Role.ADMIN), *_BACK),
    (S.APPROVED, S.CANCELLED): Rule(_by(Role.OWNER, Role.ADMIN, Role.STAFF), *_BACK),
    (S.READY, S.CANCELLED): Rule(_by(Role.ADMIN), *_BACK),
    (S.READY, S.EXPIRED): Rule(_by(Role.SYSTEM), *_BACK),
    (S.FULFILLED, S.DISPUTED): Rule(_by(Role.OWNER)),
    (S.DISPUTED, S.DISPUTED): Rule(_by(Role.SYSTEM)),
    (S.DISPUTED, S.FULFILLED): Rule(_by(Role.STORE_MANAGER, Role.ADMIN)),
    (S.DISPUTED, S.REFUNDED): Rule(_by(Role.STORE_MANAGER, Role.ADMIN), Points.REFUND),
    (S.FULFILLED, S.REFUNDED): Rule(_by(Role.STORE_MANAGER, Role.ADMIN), Points.REFUND),
}
"""`PENDING_APPROVAL → PENDING_APPROVAL` is the next of two approvers, or the next one in line after three workdays;
`READY → READY` a part of a larger quantity (R-RED-05);
`DISPUTED → DISPUTED` a dispute that is passed on to the admins. Staff cancel what turns out not to be there."""

COUNTED: Final = (S.REQUESTED, S.PENDING_APPROVAL, S.APPROVED, S.READY, S.FULFILLED, S.DISPUTED)
"""The states that use up a person's limit (R-RED-04)."""
OPEN: Final = (S.REQUESTED, S.PENDING_APPROVAL, S.APPROVED, S.READY)
"""The states in which an order still holds points."""
