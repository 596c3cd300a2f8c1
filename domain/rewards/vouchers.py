"""Pools of voucher codes: encrypted at rest, shown to the order's owner only, and then spent (R-CAT-02, R-PRV-06)."""

import base64
import hashlib
import hmac
import os
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select, update

from domain.columns import table_of
from domain.command import Secret
from domain.ids import new_id
from domain.rewards.messages import Fulfilment, OrderFulfilled, OrderState
from domain.rewards.model import VoucherCode
from domain.rewards.orders import find, fulfil
from domain.rewards.refusals import SoldOut, StepIllegal, StepTooLate
from domain.rewards.terms import REVIEW_DAYS
from domain.unit_of_work import UnitOfWork

CODE = table_of(VoucherCode)

_FREE = (
    select(CODE.c.id, CODE.c.sealed)
    .where(CODE.c.item_id == bindparam("item"), CODE.c.order_id.is_(None))
    .order_by(CODE.c.id)
    .limit(bindparam("most"))
)
_GIVE = (
    update(CODE)
    .where(CODE.c.id == bindparam("code"), CODE.c.order_id.is_(None))
    .values(order_id=bindparam("to_order"), revealed_at=bindparam("at"))
)
_GIVEN = select(CODE.c.sealed).where(CODE.c.order_id == bindparam("of_order")).order_by(CODE.c.id)
_KNOWN = select(CODE.c.fingerprint).where(CODE.c.item_id == bindparam("item"))


def reveal(uow: UnitOfWork, order_id: str, by_id: str, key: bytes) -> tuple[OrderFulfilled, tuple[Secret, ...]]:
    """Take codes out of the pool for a ready order: from now on it is fulfilled, its points are spent.

    Raises `StepIllegal` and `StepNotYours` as any step does."""
    order = find(uow, order_id)
    if order.fulfilment is not Fulfilment.REVEAL:
        raise StepIllegal(order_id, order.state, OrderState.FULFILLED)
    done = fulfil(uow, order_id, by_id, order.store_id)  # locks the pool: codes are picked one order after the other
    rows = uow.all(_FREE, item=order.item_id, most=done.quantity)
    if len(rows) < done.quantity:
        raise SoldOut(order.item_id, None)
    for row in rows:
        uow.change(_GIVE, code=row.id, to_order=order_id, at=uow.now)
    return done, tuple(_open(row.sealed, order.item_id, key) for row in rows)


def review(uow: UnitOfWork, order_id: str, by_id: str, key: bytes) -> tuple[Secret, ...]:
    """The codes again, for their owner and for thirty days. Raises `StepTooLate`, `StepIllegal`."""
    order = find(uow, order_id)
    if order.person_id != by_id or order.fulfilled_at is None:
        raise StepIllegal(order_id, order.state, OrderState.FULFILLED)
    if uow.now > order.fulfilled_at + timedelta(days=REVIEW_DAYS):
        raise StepTooLate(order_id, order.state, OrderState.FULFILLED)
    return tuple(_open(row.sealed, order.item_id, key) for row in uow.all(_GIVEN, of_order=order_id))


def known(uow: UnitOfWork, item_id: str) -> set[str]:
    """The fingerprints of every code an item has had."""
    return {row.fingerprint for row in uow.all(_KNOWN, item=item_id)}


def fingerprint(code: str, key: bytes) -> str:
    """What tells a code again without saying it."""
    return hmac.digest(key, b"voucher:" + code.encode(), hashlib.sha256).hex()


def sealed(item_id: str, code: str, key: bytes) -> VoucherCode:
    """A code as a row of its pool."""
    nonce = os.urandom(12)
    body = AESGCM(key).encrypt(nonce, code.encode(), item_id.encode())
    text = base64.b64encode(nonce + body).decode()
    return VoucherCode(
        workspace_id="", id=new_id(), item_id=item_id, sealed=text, fingerprint=fingerprint(code, key)
    )  # fmt: skip


def _open(text: Any, item_id: str, key: bytes) -> Secret:
    raw = base64.b64decode(text)
    return Secret(AESGCM(key).decrypt(raw[:12], raw[12:], item_id.encode()).decode())
