"""Gifts for people who are not linked yet: kept for a week, then delivered or returned (R-ID-03, A59)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from domain.columns import table_of
from domain.people.binding import account_of
from domain.people.messages import Profile
from domain.people.model import Identity
from domain.people.service import profile
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.recognition.model import Kudos, KudosRecipient
from domain.recognition.service import is_open
from domain.unit_of_work import UnitOfWork

KUDOS = table_of(Kudos)
RECIPIENT = table_of(KudosRecipient)
IDENTITY = table_of(Identity)

_COLUMNS = (
    RECIPIENT.c.id, RECIPIENT.c.kudos_id, RECIPIENT.c.person_id, RECIPIENT.c.points, RECIPIENT.c.account,
    RECIPIENT.c.parked_until, KUDOS.c.giver_id, KUDOS.c.state.label("kudos_state"),
)  # fmt: skip
_PARKED = (
    select(*_COLUMNS)
    .select_from(
        RECIPIENT.join(KUDOS, (KUDOS.c.workspace_id == RECIPIENT.c.workspace_id) & (KUDOS.c.id == RECIPIENT.c.kudos_id))
    )
    .where(RECIPIENT.c.state == "parked")
    .order_by(RECIPIENT.c.id)
)
_PARKED_FOR = _PARKED.where(RECIPIENT.c.account == bindparam("account"))
_OWNER = (
    select(IDENTITY.c.person_id)
    .where(
        IDENTITY.c.platform == bindparam("on"),
        or_(IDENTITY.c.tenant == bindparam("within"), IDENTITY.c.tenant == ""),
        IDENTITY.c.user_id == bindparam("user"),
        IDENTITY.c.active,
    )
    .order_by(IDENTITY.c.tenant.desc())
    .limit(1)
)
_OTHERS = select(RECIPIENT.c.person_id, RECIPIENT.c.got_by).where(
    RECIPIENT.c.kudos_id == bindparam("kudos"), RECIPIENT.c.id != bindparam("but")
)
_DELIVERED = (
    update(RECIPIENT)
    .where(RECIPIENT.c.id == bindparam("part"), RECIPIENT.c.state == "parked")
    .values(state=bindparam("as_"), got_by=bindparam("who"), parked_until=None)
)
_RETURNED = (
    update(RECIPIENT)
    .where(RECIPIENT.c.id == bindparam("part"), RECIPIENT.c.state == "parked")
    .values(state="returned", parked_until=None)
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of parked gifts: (kudos, who has got it now), and (kudos, giver) of those returned."""

    delivered: tuple[tuple[str, str], ...] = ()
    returned: tuple[tuple[str, str], ...] = ()


def settle_for(uow: UnitOfWork, platform: str, tenant: str, user_id: str) -> Settled:
    """Somebody has just been linked to this account: what waits for it."""
    return _settle(uow, uow.all(_PARKED_FOR, account=account_of(platform, tenant, user_id)))


def settle_all(uow: UnitOfWork) -> Settled:
    """Daily: deliver to those who were linked since, by whatever way; return what waited too long."""
    return _settle(uow, uow.all(_PARKED))


def _settle(uow: UnitOfWork, parts: Any) -> Settled:
    delivered: list[tuple[str, str]] = []
    returned: list[tuple[str, str]] = []
    for part in parts:
        late = part.parked_until is not None and uow.now > part.parked_until
        person = _linked(uow, part)
        if late or (person is not None and not _may_get(uow, part, person)):
            _return(uow, part)
            returned.append((part.kudos_id, part.giver_id))
        elif person is not None:
            _deliver(uow, part, person)
            delivered.append((part.kudos_id, person.id))
    return Settled(tuple(delivered), tuple(returned))


def _linked(uow: UnitOfWork, part: Row[Any]) -> Profile | None:
    if part.account is None:
        return None  # a stand-in whose account had become somebody's when the gift went out: it goes back in time
    platform, tenant, user_id = part.account.split("|", 2)
    row = uow.one(_OWNER, on=platform, within=tenant, user=user_id)
    person = profile(uow, row.person_id) if row is not None else None
    return person if person is not None and not person.provisional and person.active else None


def _may_get(uow: UnitOfWork, part: Row[Any], person: Profile) -> bool:
    """Not the giver, who it turns out thanked themselves (R-ID-05), nor somebody who has this kudos already."""
    others = uow.all(_OTHERS, kudos=part.kudos_id, but=part.id)
    return person.id != part.giver_id and all(person.id not in (one.person_id, one.got_by) for one in others)


def _deliver(uow: UnitOfWork, part: Row[Any], person: Profile) -> None:
    over = part.kudos_state == "cleared"
    if uow.change(_DELIVERED, part=part.id, as_="cleared" if over else "pending", who=person.id) != 1:
        return
    if part.points:
        cause = Cause("", part.kudos_id)
        ledger.merge(uow, part.person_id, person.id, cause)
        if over:
            ledger.clear(uow, part.kudos_id, part.person_id, part.points, cause)


def _return(uow: UnitOfWork, part: Row[Any]) -> None:
    if uow.change(_RETURNED, part=part.id) == 1 and part.points:
        ledger.return_parked(
            uow, part.kudos_id, part.person_id, part.giver_id, part.points, period_open=is_open(uow, part.kudos_id),
            cause=Cause("", part.kudos_id),
        )  # fmt: skip
