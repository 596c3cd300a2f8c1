"""Correcting a wallet by hand takes two people: one asks, another agrees (R-LED-23, R-ROL-02)."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from domain.columns import table_of
from domain.errors import FourEyesNeeded, NotAllowed, NotFound, TooLong
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.roles import holders
from domain.people.service import profile
from domain.points.messages import AdjustmentView
from domain.points.model import AdjustRequest
from domain.points.rewards import adjust
from domain.unit_of_work import UnitOfWork

REQUEST = table_of(AdjustRequest)
FIRST, SECOND = "admin", frozenset({"admin", "finance_admin"})
WORDS = 200

_ONE = select(REQUEST).where(REQUEST.c.id == bindparam("request"))
_BY_KEY = select(REQUEST.c.id).where(REQUEST.c.idem == bindparam("key"))
_DECIDE = (
    update(REQUEST)
    .where(REQUEST.c.id == bindparam("request"), REQUEST.c.state == "open")
    .values(state=bindparam("as_"), second_id=bindparam("by"), note=bindparam("words"), decided_at=bindparam("at"))
)


def ask(
    uow: UnitOfWork, by: Profile, person_id: str, amount: int, reason: str, evidence: str, *, due_at: datetime, key: str
) -> tuple[AdjustmentView, bool]:
    """Ask for a correction, `amount` up or down; nothing moves yet. The second value is False for a key that came
    before. Raises `NotAllowed` for anybody but admins, `FourEyesNeeded` about oneself, without words, about nobody we
    know or when there is no second person, `TooLong`."""
    if FIRST not in by.roles or not by.active or by.provisional:
        raise NotAllowed
    before = uow.one(_BY_KEY, key=key)
    if before is not None:
        return request_of(uow, before.id), False
    person = profile(uow, person_id)
    words = [reason.strip(), evidence.strip()]
    if person is None or person.provisional or by.id == person_id or not amount or not all(words):
        raise FourEyesNeeded
    longest = max(len(one) for one in words)
    if longest > WORDS:
        raise TooLong(limit=str(WORDS), count=str(longest))
    if not seconds(uow, by.id, person_id):
        raise FourEyesNeeded
    made = new_id()
    uow.add(
        AdjustRequest(
            workspace_id="", id=made, person_id=person_id, amount=amount, reason=words[0], evidence=words[1],
            first_id=by.id, state="open", due_at=due_at, idem=key, created_at=uow.now,
        )
    )  # fmt: skip
    return request_of(uow, made), True


def seconds(uow: UnitOfWork, first_id: str, person_id: str) -> tuple[str, ...]:
    """Who may agree: admins and finance, but neither who asks nor whom it is about."""
    found = {one: None for role in sorted(SECOND) for one, _ in holders(uow, role)}
    return tuple(one for one in found if one not in (first_id, person_id))


def may_decide(by: Profile, request: AdjustmentView) -> bool:
    """Whether this person is the other pair of eyes."""
    return bool(by.roles & SECOND) and by.active and by.id not in (request.first_id, request.person_id)


def agree(uow: UnitOfWork, by: Profile, request_id: str) -> tuple[AdjustmentView, bool]:
    """The second person says yes: the points move. False: it was decided before, or its time is over.

    Raises `NotFound`, `NotAllowed`, and of the ledger `BudgetShort`, `InsufficientPoints`: then it stays open.
    """
    request = _to_decide(uow, by, request_id)
    if uow.now > request.due_at or not _decided(uow, request_id, "done", by.id):
        return request_of(uow, request_id), False
    adjust(
        uow, request_id, request.person_id, request.amount, request.reason, request.evidence, request.first_id, by.id
    )  # fmt: skip
    return request_of(uow, request_id), True


def refuse(uow: UnitOfWork, by: Profile, request_id: str, note: str) -> tuple[AdjustmentView, bool]:
    """The second person says no, and why. False: it was decided before. Raises `NotFound`, `NotAllowed`, `TooLong`."""
    _to_decide(uow, by, request_id)
    if len(note) > WORDS:
        raise TooLong(limit=str(WORDS), count=str(len(note)))
    fresh = _decided(uow, request_id, "refused", by.id, note.strip())
    return request_of(uow, request_id), fresh


def expire(uow: UnitOfWork, request_id: str) -> bool:
    """Nobody decided in time; whether it ended now."""
    return uow.now >= request_of(uow, request_id).due_at and _decided(uow, request_id, "expired", None)


def request_of(uow: UnitOfWork, request_id: str) -> AdjustmentView:
    """A request as it stands. Raises `NotFound`."""
    row = uow.one(_ONE, request=request_id)
    if row is None:
        raise NotFound
    names = [profile(uow, one) if one else None for one in (row.person_id, row.first_id, row.second_id)]
    person, first, second = ("" if one is None else one.name for one in names)
    return AdjustmentView(
        id=row.id, person_id=row.person_id, person_name=person, amount=row.amount, reason=row.reason,
        evidence=row.evidence, first_id=row.first_id, first_name=first, second_name=second, state=row.state,
        note=row.note, due_at=row.due_at,
    )  # fmt: skip


def _to_decide(uow: UnitOfWork, by: Profile, request_id: str) -> AdjustmentView:
    request = request_of(uow, request_id)
    if not may_decide(by, request):
        raise NotAllowed
    return request


def _decided(uow: UnitOfWork, request_id: str, state: str, by_id: str | None, note: str = "") -> bool:
    return uow.change(_DECIDE, request=request_id, as_=state, by=by_id, words=note, at=uow.now) == 1
