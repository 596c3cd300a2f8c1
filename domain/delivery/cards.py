"""Cards that are out there: added when sent, advanced by whoever acts on the current version first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from domain.columns import table_of
from domain.delivery.model import CardRow
from domain.unit_of_work import UnitOfWork

CARD = table_of(CardRow)

_FIND = select(CARD).where(CARD.c.id == bindparam("card"))
_ABOUT = select(CARD).where(CARD.c.about == bindparam("object_")).order_by(CARD.c.id)
_ADVANCE = (
    update(CARD)
    .where(CARD.c.id == bindparam("card"), CARD.c.version == bindparam("seen"))
    .values(version=CARD.c.version + 1, verb=bindparam("by"), subject=bindparam("body"), changed_at=bindparam("at"))
)
_DELIVERED = (
    update(CARD)
    .where(CARD.c.workspace_id == bindparam("ws_"), CARD.c.id == bindparam("card"))
    .values(message_id=bindparam("message"), handle=bindparam("right"))
)


def add(
    uow: UnitOfWork,
    key: str,
    *,
    kind: str,
    connection: str,
    conversation: str,
    person_id: str | None,
    subject: str,
    about: str | None = None,
) -> None:
    """Note a card that is about to be sent. `person_id` None: it stands in a group, for everybody."""
    uow.insert(
        CardRow,
        {
            "id": key, "kind": kind, "connection": connection, "conversation": conversation, "person_id": person_id,
            "subject": subject, "about": about, "version": 1, "verb": "", "message_id": "", "handle": None,
            "created_at": uow.now, "changed_at": uow.now,
        },
    )  # fmt: skip


def find(uow: UnitOfWork, key: str) -> Row[Any] | None:
    """The card by its key, or None: forged, foreign, or older than we keep."""
    return uow.one(_FIND, card=key)


def about(uow: UnitOfWork, object_id: str) -> Sequence[Row[Any]]:
    """Every card that shows an object, oldest first."""
    return uow.all(_ABOUT, object_=object_id)


def advance(uow: UnitOfWork, key: str, *, seen: int, verb: str, subject: str) -> bool:
    """Make the next version, if `seen` is still the current one. False: somebody was faster."""
    return uow.change(_ADVANCE, card=key, seen=seen, by=verb, body=subject, at=uow.now) == 1


def delivered(connection: Connection, workspace_id: str, key: str, message_id: str, handle: str | None) -> None:
    """Remember the platform's id of the message, and the right to change it (sealed)."""
    connection.execute(_DELIVERED, {"ws_": workspace_id, "card": key, "message": message_id, "right": handle})
