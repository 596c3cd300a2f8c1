"""After the undo window only an admin takes a thank-you's points back (R-KUD-06, R-LED-20)."""

from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from domain.columns import table_of
from domain.errors import NotAllowed, NotFound, TooLong
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.model import Person
from domain.people.service import profile
from domain.points import service as ledger
from domain.points.journal import ENTRY
from domain.points.messages import Cause
from domain.recognition.errors import OwnReversal, RefillInactive
from domain.recognition.messages import GiftView, ReversalView
from domain.recognition.model import Kudos, KudosRecipient, KudosReversal
from domain.recognition.policy import DEFAULTS, Policy
from domain.unit_of_work import UnitOfWork

KUDOS, RECIPIENT = table_of(Kudos), table_of(KudosRecipient)
PERSON, REVERSAL = table_of(Person), table_of(KudosReversal)
MOST = 5
"""So many of the latest between two people can be chosen from."""

_WHO = func.coalesce(RECIPIENT.c.got_by, RECIPIENT.c.person_id)
_GIVER = PERSON.alias("giver")
_GIFT = (
    select(
        RECIPIENT.c.id, RECIPIENT.c.kudos_id, RECIPIENT.c.person_id, RECIPIENT.c.points, _WHO.label("who_id"),
        KUDOS.c.giver_id, KUDOS.c.reason, KUDOS.c.created_at, _GIVER.c.name.label("giver_name"),
        PERSON.c.name.label("who_name"),
    )
    .select_from(
        RECIPIENT.join(KUDOS, (KUDOS.c.workspace_id == RECIPIENT.c.workspace_id) & (KUDOS.c.id == RECIPIENT.c.kudos_id))
        .join(_GIVER, (_GIVER.c.workspace_id == KUDOS.c.workspace_id) & (_GIVER.c.id == KUDOS.c.giver_id))
        .join(PERSON, (PERSON.c.workspace_id == RECIPIENT.c.workspace_id) & (PERSON.c.id == _WHO))
    )
    .where(RECIPIENT.c.state == "cleared", RECIPIENT.c.points > 0)
)  # fmt: skip
_ONE = _GIFT.where(RECIPIENT.c.id == bindparam("gift"))
_BETWEEN = (
    _GIFT.where(
        KUDOS.c.giver_id == bindparam("giver"), bindparam("recipient") == _WHO, RECIPIENT.c.reversed_at.is_(None)
    )
    .order_by(KUDOS.c.created_at.desc(), KUDOS.c.id.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_OF_KUDOS = (
    _GIFT.where(RECIPIENT.c.kudos_id == bindparam("kudos"), RECIPIENT.c.reversed_at.is_(None))
    .order_by(RECIPIENT.c.id)
    .limit(bindparam("most"))
)
_MARK = (
    update(RECIPIENT)
    .where(RECIPIENT.c.id == bindparam("gift"), RECIPIENT.c.reversed_at.is_(None))
    .values(reversed_at=bindparam("at"))
)
_DONE = select(REVERSAL).where(REVERSAL.c.gift_id == bindparam("gift"))
_ENTRY = select(ENTRY.c.id).where(ENTRY.c.idem == bindparam("key"))


def gifts_between(uow: UnitOfWork, by: Profile, giver_id: str, recipient_id: str) -> tuple[GiftView, ...]:
    """The latest gifts with points that could be taken back, newest first. Raises `NotAllowed`, `OwnReversal`."""
    _allow(by, giver_id, recipient_id)
    return tuple(_view(row) for row in uow.all(_BETWEEN, giver=giver_id, recipient=recipient_id, most=MOST))


def gifts_of(uow: UnitOfWork, by: Profile, kudos_id: str) -> tuple[GiftView, ...]:
    """What of one kudos could be taken back. Raises as `gifts_between`."""
    found = tuple(_view(row) for row in uow.all(_OF_KUDOS, kudos=kudos_id, most=MOST))
    _allow(by, *(person for one in found for person in (one.giver_id, one.recipient_id)))
    return found


def gift_of(uow: UnitOfWork, gift_id: str) -> GiftView | None:
    """One gift that was cleared, taken back or not; None when there is none of that id here."""
    row = uow.one(_ONE, gift=gift_id)
    return None if row is None else _view(row)


def reversal_of(uow: UnitOfWork, gift_id: str) -> ReversalView | None:
    """What was taken back of a gift; None when it was not."""
    row = uow.one(_DONE, gift=gift_id)
    if row is None:
        return None
    return ReversalView(
        retired=row.retired, due=row.due, regranted=row.regranted, reason=row.reason, entry_id=row.entry_id
    )


def reverse(
    uow: UnitOfWork, by: Profile, gift_id: str, *, regrant: bool = False, reason: str = "", policy: Policy = DEFAULTS
) -> tuple[ReversalView, bool]:
    """Take a gift's points back, as far as the wallet has them; what is missing is owed by later credits (A57).
    `regrant` lets the giver give them again. The second value is False when it was taken back before.

    Raises `NotAllowed` for anybody but admins (R-ROL-01), `OwnReversal` (R-ROL-02), `NotFound`, `RefillInactive` for a
    giver who has left, `TooLong`, `BudgetShort`.
    """
    gift = gift_of(uow, gift_id)
    _allow(by, *(() if gift is None else (gift.giver_id, gift.recipient_id)))
    if gift is None:
        raise NotFound
    if len(reason) > policy.refill_reason_most:
        raise TooLong(limit=str(policy.refill_reason_most), count=str(len(reason)))
    giver = profile(uow, gift.giver_id)
    if regrant and (giver is None or not giver.active):
        raise RefillInactive
    if uow.change(_MARK, gift=gift_id, at=uow.now) != 1:
        before = reversal_of(uow, gift_id)
        assert before is not None
        return before, False
    to = gift.giver_id if regrant else None
    taken = ledger.reverse(
        uow, gift.kudos_id, gift.named_id, gift.points, Cause(by.id, gift.kudos_id), regrant_to=to
    )  # fmt: skip
    entry = uow.one(_ENTRY, key=f"reverse:{gift.kudos_id}:{gift.named_id}")
    uow.add(
        KudosReversal(
            workspace_id="", id=new_id(), gift_id=gift_id, by_id=by.id, retired=taken.retired, due=taken.due,
            regranted=regrant, reason=reason, entry_id="" if entry is None else entry.id, created_at=uow.now,
        )
    )  # fmt: skip
    done = reversal_of(uow, gift_id)
    assert done is not None
    return done, True


def _allow(by: Profile, *people: str) -> None:
    if "admin" not in by.roles or not by.active or by.provisional:
        raise NotAllowed
    if by.id in people:
        raise OwnReversal


def _view(row: Row[Any]) -> GiftView:
    return GiftView(
        id=row.id, kudos_id=row.kudos_id, named_id=row.person_id, giver_id=row.giver_id, giver_name=row.giver_name,
        recipient_id=row.who_id, recipient_name=row.who_name, points=row.points, reason=row.reason,
        at=row.created_at,
    )  # fmt: skip
