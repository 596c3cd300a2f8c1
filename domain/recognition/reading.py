"""Kudos as they stand, for cards."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from domain.columns import table_of
from domain.people.model import Person
from domain.people.service import company
from domain.periods import PeriodKind, period_key_at
from domain.recognition.messages import KudosView, RecipientView, TagView, Visibility
from domain.recognition.model import Endorsement, Kudos, KudosRecipient, KudosTag, ValueTag
from domain.recognition.policy import DEFAULTS, Policy
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
KUDOS = table_of(Kudos)
RECIPIENT = table_of(KudosRecipient)
TAG = table_of(ValueTag)
KUDOS_TAG = table_of(KudosTag)
ENDORSEMENT = table_of(Endorsement)

_GIVER = PERSON.alias("giver")
_GIVEN_BY = KUDOS.join(_GIVER, (_GIVER.c.workspace_id == KUDOS.c.workspace_id) & (_GIVER.c.id == KUDOS.c.giver_id))
_KUDOS = (
    select(KUDOS, _GIVER.c.name.label("giver_name"))
    .select_from(_GIVEN_BY)
    .where(KUDOS.c.id == bindparam("kudos"))
)  # fmt: skip
_WHO = func.coalesce(RECIPIENT.c.got_by, RECIPIENT.c.person_id)
_RECIPIENTS = (
    select(_WHO.label("person_id"), RECIPIENT.c.points, RECIPIENT.c.state, RECIPIENT.c.reversed_at, PERSON.c.name)
    .select_from(RECIPIENT.join(PERSON, (PERSON.c.workspace_id == RECIPIENT.c.workspace_id) & (PERSON.c.id == _WHO)))
    .where(RECIPIENT.c.kudos_id == bindparam("kudos"))
    .order_by(RECIPIENT.c.id)
)
_IN_GROUP = (
    select(KUDOS.c.id)
    .where(
        KUDOS.c.group_address == bindparam("group"), KUDOS.c.created_at > bindparam("since"),
        KUDOS.c.visibility == Visibility.PUBLIC.value, KUDOS.c.state != "undone",
    )
    .order_by(KUDOS.c.id)
)  # fmt: skip
_UNCLEARED = (
    select(KUDOS.c.id).where(KUDOS.c.state == "given", KUDOS.c.undo_until <= bindparam("at")).order_by(KUDOS.c.id)
)
_TAGGED = KUDOS_TAG.join(TAG, (TAG.c.workspace_id == KUDOS_TAG.c.workspace_id) & (TAG.c.id == KUDOS_TAG.c.tag_id))
_TAGS = (
    select(TAG.c.id, TAG.c.name, TAG.c.name_en)
    .select_from(_TAGGED)
    .where(KUDOS_TAG.c.kudos_id == bindparam("kudos"))
    .order_by(KUDOS_TAG.c.position)
)  # fmt: skip
_ENDORSERS = (
    select(PERSON.c.name)
    .select_from(
        ENDORSEMENT.join(
            PERSON, (PERSON.c.workspace_id == ENDORSEMENT.c.workspace_id) & (PERSON.c.id == ENDORSEMENT.c.person_id)
        )
    )
    .where(ENDORSEMENT.c.kudos_id == bindparam("kudos"))
    .order_by(ENDORSEMENT.c.id)
)


def uncleared(uow: UnitOfWork) -> list[str]:
    """Kudos whose undo window is over and which nobody has cleared: their timer found postings stopped, or was lost."""
    return [row.id for row in uow.all(_UNCLEARED, at=uow.now)]


def kudos_of(uow: UnitOfWork, kudos_id: str) -> KudosView | None:
    """A kudos with everything on it; None when there is none of that id here."""
    row = uow.one(_KUDOS, kudos=kudos_id)
    if row is None:
        return None
    return KudosView(
        id=row.id,
        giver_id=row.giver_id,
        giver_name=row.giver_name,
        recipients=tuple(
            RecipientView(
                person_id=one.person_id,
                name=one.name,
                points=one.points,
                state=one.state,
                taken=one.reversed_at is not None,
            )
            for one in uow.all(_RECIPIENTS, kudos=kudos_id)
        ),
        points=row.points,
        tags=tuple(TagView(id=one.id, name=one.name, name_en=one.name_en) for one in uow.all(_TAGS, kudos=kudos_id)),
        reason=row.reason,
        visibility=Visibility(row.visibility),
        hidden=row.hidden_by is not None,
        group=row.group_address or "",
        undone=row.state == "undone",
        given_at=row.created_at,
        undo_until=row.undo_until,
        endorsers=tuple(one.name for one in uow.all(_ENDORSERS, kudos=kudos_id)),
        badge=row.badge,
        ecard=row.ecard,
        period=row.period,
        lapsed=row.state == "undone" and _month(uow, row.settled_at) != row.period,
    )


def posted_lately(uow: UnitOfWork, group: str, policy: Policy = DEFAULTS) -> int:
    """How many public kudos one group has seen within the batching window, the newest included (R-KUD-08)."""
    return len(uow.all(_IN_GROUP, group=group, since=uow.now - policy.post_window))


def _month(uow: UnitOfWork, at: datetime) -> str:
    return period_key_at(PeriodKind.MONTH, at, company(uow).timezone)
