"""How much one may give, and get, in a day and a month (R-KUD-04, R-KUD-05)."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import bindparam, func, select

from domain.columns import table_of
from domain.people.messages import Profile
from domain.periods import instant_at, local_date
from domain.recognition.errors import GiftsUsedUp, PairCap, ThanksUsedUp
from domain.recognition.model import Kudos, KudosRecipient
from domain.recognition.policy import Policy
from domain.unit_of_work import UnitOfWork

KUDOS = table_of(Kudos)
RECIPIENT = table_of(KudosRecipient)

_TODAY = select(KUDOS.c.points).where(
    KUDOS.c.giver_id == bindparam("giver"), KUDOS.c.created_at >= bindparam("since"), KUDOS.c.state != "undone"
)
_BOTH = RECIPIENT.join(KUDOS, (KUDOS.c.workspace_id == RECIPIENT.c.workspace_id) & (KUDOS.c.id == RECIPIENT.c.kudos_id))
_STANDS = (KUDOS.c.state != "undone", RECIPIENT.c.state != "returned")
_PAIR = (
    select(func.coalesce(func.sum(RECIPIENT.c.points), 0).label("given"))
    .select_from(_BOTH)
    .where(
        KUDOS.c.giver_id == bindparam("giver"), KUDOS.c.period == bindparam("in_"),
        func.coalesce(RECIPIENT.c.got_by, RECIPIENT.c.person_id) == bindparam("person"), *_STANDS,
    )
)  # fmt: skip
_RECEIVED = (
    select(func.coalesce(func.sum(RECIPIENT.c.points), 0).label("got"))
    .select_from(_BOTH)
    .where(
        func.coalesce(RECIPIENT.c.got_by, RECIPIENT.c.person_id) == bindparam("person"),
        RECIPIENT.c.created_at >= bindparam("since"),
        KUDOS.c.giver_id != bindparam("lead"), *_STANDS,
    )
)  # fmt: skip


def check_day(uow: UnitOfWork, giver: Profile, points: int, policy: Policy) -> None:
    """Raises `GiftsUsedUp` or `ThanksUsedUp`; the day is the giver's (R-GEN-02)."""
    said = [row.points for row in uow.all(_TODAY, giver=giver.id, since=_morning(uow.now, giver.timezone))]
    if points and sum(1 for one in said if one) >= policy.gifts_a_day:
        raise GiftsUsedUp(limit=str(policy.gifts_a_day))
    if not points and sum(1 for one in said if not one) >= policy.thanks_a_day:
        raise ThanksUsedUp(limit=str(policy.thanks_a_day))


def check_pairs(
    uow: UnitOfWork, giver: Profile, people: Sequence[Profile], points: int, period: str, allowance: int, policy: Policy
) -> None:
    """Raises `PairCap` naming the first who would get too much of this giver's month."""
    cap = allowance * policy.pair_share // 100
    for person in people:
        row = uow.one(_PAIR, giver=giver.id, in_=period, person=person.id)
        given = int(row.given) if row is not None else 0
        if given + points > cap:
            raise PairCap(name=person.name, x=str(given), cap=str(cap), who=person.id)


def over_full(
    uow: UnitOfWork, giver: Profile, people: Sequence[Profile], points: int, policy: Policy
) -> tuple[Profile, ...]:
    """Who has had so much from peers today that this would be too much. What comes from one's own manager is no peer's;
    the day is the receiver's."""
    return tuple(
        person
        for person in people
        if giver.id != person.manager_id and _received(uow, person) + points > policy.received_a_day
    )


def _received(uow: UnitOfWork, person: Profile) -> int:
    row = uow.one(
        _RECEIVED, person=person.id, lead=person.manager_id or "", since=_morning(uow.now, person.timezone)
    )  # fmt: skip
    return int(row.got) if row is not None else 0


def _morning(now: datetime, zone: str) -> datetime:
    return instant_at(local_date(now, zone), time(0), zone)
