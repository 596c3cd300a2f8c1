"""Questions whose answer is the person's next message in a chat. One per account and chat, ten minutes."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select

from domain.columns import table_of
from domain.delivery.model import PendingAnswer
from domain.ids import new_id
from domain.unit_of_work import UnitOfWork

PENDING = table_of(PendingAnswer)

PATIENCE = timedelta(minutes=10)

_FIND = select(PENDING).where(PENDING.c.account == bindparam("who"), PENDING.c.expires_at > bindparam("at"))
_FORGET = delete(PENDING).where(PENDING.c.account == bindparam("who"))


def ask(uow: UnitOfWork, account: str, action: str, params: str) -> None:
    """Take this account's next message as the answer to `action` with `params`; replaces an older question."""
    forget(uow, account)
    uow.insert(
        PendingAnswer,
        {"id": new_id(), "account": account, "action": action, "params": params, "expires_at": uow.now + PATIENCE},
    )


def find(uow: UnitOfWork, account: str) -> Row[Any] | None:
    """The open question of an account, if it has not run out."""
    return uow.one(_FIND, who=account, at=uow.now)


def forget(uow: UnitOfWork, account: str) -> int:
    """Drop the question: answered, cancelled, or another command came."""
    return uow.change(_FORGET, who=account)
