"""Giving thanks, and what may happen to it afterwards (R-KUD). Every refusal comes before anything is stored."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import bindparam, select, update

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.errors import NotAllowed, NotFound, NotPending
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import identities, profile
from domain.points import service as ledger
from domain.points.messages import Cause
from domain.points.reading import balances
from domain.recognition import allowance, caps, content
from domain.recognition.errors import (
    AllowanceShort,
    Endorsed,
    NobodyNamed,
    NotActive,
    OwnKudos,
    SelfGiving,
    TagNeeded,
    TooManyPeople,
    TooManyPoints,
    UndoTooLate,
)
from domain.recognition.messages import ExcessFound, GiveKudos, GiveOutcome, KudosGiven, KudosView, Visibility
from domain.recognition.model import Endorsement, Kudos, KudosRecipient, KudosTag
from domain.recognition.policy import DEFAULTS, Policy
from domain.recognition.reading import kudos_of
from domain.recognition.tags import values_of
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
KUDOS = table_of(Kudos)
RECIPIENT = table_of(KudosRecipient)
ENDORSEMENT = table_of(Endorsement)

_BEFORE = select(KUDOS.c.id, KUDOS.c.giver_id).where(KUDOS.c.idem == bindparam("key"))
_LOCK = (
    select(PERSON.c.id)
    .where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(PERSON.c.id)
    .with_for_update(key_share=True)
)
_UNDO = (
    update(KUDOS)
    .where(KUDOS.c.id == bindparam("kudos"), KUDOS.c.state == "given")
    .values(state="undone", settled_at=bindparam("at"))
)
_UNDO_PARTS = update(RECIPIENT).where(RECIPIENT.c.kudos_id == bindparam("kudos")).values(state="undone")
_CLEAR = (
    update(KUDOS)
    .where(KUDOS.c.id == bindparam("kudos"), KUDOS.c.state == "given")
    .values(state="cleared", settled_at=bindparam("at"))
)
_PARTS = select(RECIPIENT).where(RECIPIENT.c.kudos_id == bindparam("kudos")).order_by(RECIPIENT.c.id)
_CLEAR_PART = update(RECIPIENT).where(RECIPIENT.c.id == bindparam("part")).values(state="cleared")
_HIDE = (
    update(KUDOS)
    .where(KUDOS.c.id == bindparam("kudos"), KUDOS.c.visibility == Visibility.PUBLIC.value)
    .values(visibility=Visibility.PRIVATE.value, hidden_by=bindparam("by"))
)
_ENDORSED = select(ENDORSEMENT.c.id).where(
    ENDORSEMENT.c.kudos_id == bindparam("kudos"), ENDORSEMENT.c.person_id == bindparam("person")
)


def give(
    uow: UnitOfWork, giver: Profile, command: GiveKudos, calendar: WorkCalendar, policy: Policy = DEFAULTS
) -> GiveOutcome:
    """Thank people, all or nothing (R-KUD-02). The same key again gives the same kudos, once (A21).

    Raises one of `recognition.errors`, or `TooLong`. `ExcessFound` stores nothing: the giver is asked first.
    """
    if giver.provisional or not giver.active:
        raise NotAllowed
    before = uow.one(_BEFORE, key=command.key)
    if before is not None and before.giver_id == giver.id:
        return KudosGiven(kudos=_there(uow, before.id), again=True)
    people = _recipients(uow, giver, command, policy)
    known = {value.id for value in values_of(uow)}
    tags = tuple(dict.fromkeys(tag for tag in command.tags if tag in known))
    if not 1 <= len(tags) <= policy.tags:
        raise TagNeeded(limit=str(policy.tags))
    content.check(uow, command.reason, policy)
    if not 0 <= command.points <= policy.points:
        raise TooManyPoints(limit=str(policy.points))
    caps.check_day(uow, giver, command.points, policy)
    without: frozenset[str] = frozenset()
    if command.points:
        excess = _affordable(uow, giver, people, command, calendar, policy)
        if excess and not command.excess_agreed:
            return ExcessFound(names=tuple(one.name for one in excess), limit=policy.received_a_day)
        without = frozenset(one.id for one in excess)
    kudos_id = new_id()
    gifts = {one.id: command.points for one in people if command.points and one.id not in without}
    if gifts:
        ledger.give(uow, kudos_id, giver.id, gifts, Cause(giver.id, kudos_id))
    _store(uow, kudos_id, giver, command, tags, people, gifts, policy)
    return KudosGiven(kudos=_there(uow, kudos_id))


def undo(uow: UnitOfWork, giver: Profile, kudos_id: str) -> KudosView:
    """Take it back within ten minutes, once, whole (R-KUD-06). After the end of the month the points are retired, not
    returned (A25). Raises `NotFound`, `NotAllowed` for anybody but the giver, `UndoTooLate` (A24)."""
    kudos = _there(uow, kudos_id)
    if kudos.giver_id != giver.id:
        raise NotAllowed
    if uow.now > kudos.undo_until or uow.change(_UNDO, kudos=kudos_id, at=uow.now) != 1:
        raise UndoTooLate
    parts = uow.all(_PARTS, kudos=kudos_id)
    gifts = {part.person_id: part.points for part in parts if part.points and part.state != "returned"}
    if gifts:
        ledger.undo(
            uow, kudos_id, giver.id, gifts, period_open=is_open(uow, kudos_id), cause=Cause(giver.id, kudos_id)
        )  # fmt: skip
    uow.change(_UNDO_PARTS, kudos=kudos_id)
    return _there(uow, kudos_id)


def clear(uow: UnitOfWork, kudos_id: str) -> bool:
    """The undo window is over: recipients may spend their points (R-LED-14); what is parked stays parked. False when
    there is nothing to do: too early, undone, or done before."""
    kudos = kudos_of(uow, kudos_id)
    if kudos is None or uow.now < kudos.undo_until or uow.change(_CLEAR, kudos=kudos_id, at=uow.now) != 1:
        return False
    for part in uow.all(_PARTS, kudos=kudos_id):
        if part.state == "pending":
            if part.points:
                with suppress(NotPending):  # retired, because this receiver left (R-LED-24): the others wait no longer
                    ledger.clear(uow, kudos_id, part.person_id, part.points, Cause("", kudos_id))
            uow.change(_CLEAR_PART, part=part.id)
    return True


def endorse(uow: UnitOfWork, person: Profile, kudos_id: str) -> KudosView:
    """ "+1", worth no points, once per person and kudos, not by giver or recipients (R-KUD-05). Raises `NotFound`,
    `OwnKudos`, `Endorsed`."""
    kudos = _there(uow, kudos_id)
    if kudos.undone or kudos.visibility is not Visibility.PUBLIC:
        raise NotFound
    if person.id == kudos.giver_id or kudos.of(person.id) is not None:
        raise OwnKudos
    if uow.one(_ENDORSED, kudos=kudos_id, person=person.id) is not None:
        raise Endorsed
    uow.insert(
        Endorsement, {"id": new_id(), "kudos_id": kudos_id, "person_id": person.id, "created_at": uow.now}
    )  # fmt: skip
    return _there(uow, kudos_id)


def make_private(uow: UnitOfWork, person: Profile, kudos_id: str) -> KudosView:
    """A recipient wants a public kudos private, at any time (R-KUD-07). Raises `NotFound`, `NotAllowed`."""
    kudos = _there(uow, kudos_id)
    if kudos.of(person.id) is None:
        raise NotAllowed
    uow.change(_HIDE, kudos=kudos_id, by=person.id)
    return _there(uow, kudos_id)


def is_open(uow: UnitOfWork, kudos_id: str) -> bool:
    """Whether the month a kudos was given in is still running (A25, R-ID-03)."""
    row = uow.one(_PERIOD, kudos=kudos_id)
    return row is not None and row.period == allowance.period_of(uow)


_PERIOD = select(KUDOS.c.period).where(KUDOS.c.id == bindparam("kudos"))


def _recipients(uow: UnitOfWork, giver: Profile, command: GiveKudos, policy: Policy) -> tuple[Profile, ...]:
    """The people, each once. Checked on persons, whatever account they were named by (R-KUD-03, A23)."""
    ids = tuple(dict.fromkeys(command.recipients))
    if not ids:
        raise NobodyNamed
    if giver.id in ids:
        raise SelfGiving(who=giver.id)
    people = [profile(uow, one) for one in ids]
    known = [one for one in people if one is not None]
    gone = [one for one in known if not one.active]
    if len(known) < len(ids):
        raise NobodyNamed
    if gone:
        raise NotActive(name="、".join(one.name for one in gone), who=",".join(one.id for one in gone))
    limit = policy.own_team if all(one.manager_id == giver.id for one in known) else policy.recipients
    if len(known) > limit:
        raise TooManyPeople(limit=str(limit), count=str(len(known)))
    return tuple(known)


def _affordable(
    uow: UnitOfWork, giver: Profile, people: Sequence[Profile], command: GiveKudos, calendar: WorkCalendar,
    policy: Policy,
) -> tuple[Profile, ...]:  # fmt: skip
    """Check allowance and caps of a gift with points; returns who would get too much today."""
    # Two givers at once must not pass a receiver's cap together. People are locked before the ledger, as everywhere.
    uow.all(_LOCK, ids=sorted(one.id for one in people))
    granted = allowance.ensure(uow, giver, calendar, policy)
    left = balances(uow, giver.id).giving
    excess = caps.over_full(uow, giver, people, command.points, policy)
    paid = [one for one in people if one not in excess]
    caps.check_pairs(uow, giver, paid, command.points, allowance.period_of(uow), granted, policy)
    need = command.points * len(paid)
    if left < need:
        raise AllowanceShort(left=str(left), need=str(need), each=str(left // len(paid)))
    return excess


def _store(
    uow: UnitOfWork, kudos_id: str, giver: Profile, command: GiveKudos, tags: Sequence[str],
    people: Sequence[Profile], gifts: dict[str, int], policy: Policy,
) -> None:  # fmt: skip
    uow.insert(
        Kudos,
        {
            "id": kudos_id, "giver_id": giver.id, "points": command.points, "reason": command.reason,
            "visibility": command.visibility.value, "state": "given", "period": allowance.period_of(uow),
            "idem": command.key, "group_address": command.group or None, "hidden_by": None, "badge": command.badge,
            "ecard": command.ecard,
            "undo_until": uow.now + policy.undo, "settled_at": None, "command_id": uow.command_id,
            "created_at": uow.now,
        },
    )  # fmt: skip
    for position, tag in enumerate(tags):
        uow.insert(KudosTag, {"id": new_id(), "kudos_id": kudos_id, "tag_id": tag, "position": position})
    for person in people:
        parked = person.provisional
        bound = identities(uow, person.id)[:1] if parked else ()
        uow.insert(
            KudosRecipient,
            {
                "id": new_id(), "kudos_id": kudos_id, "person_id": person.id, "points": gifts.get(person.id, 0),
                "state": "parked" if parked else "pending",
                "account": "|".join((bound[0].platform, bound[0].tenant, bound[0].user_id)) if bound else None,
                "parked_until": uow.now + policy.parked if parked else None, "got_by": None, "created_at": uow.now,
                "reversed_at": None,
            },
        )  # fmt: skip


def _there(uow: UnitOfWork, kudos_id: str) -> KudosView:
    found = kudos_of(uow, kudos_id)
    if found is None:
        raise NotFound
    return found
