"""Pick-up codes: made when an order is ready, typed by a clerk, kept only as a keyed hash (R-PIC-01).

Eight digits: seven at random and the Luhn check digit, so that a slip of the finger is no look-up. Whoever is given a
code here shows it to the order's owner and to nobody else, and keeps it nowhere.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.ids import new_id
from domain.rewards.counter_model import PickupCode
from domain.unit_of_work import UnitOfWork

CODE = table_of(PickupCode)

LENGTH = 8
_SHAPE = re.compile(r"[0-9]{4}[ -]?[0-9]{4}")

_FIND = select(CODE.c.order_id).where(CODE.c.code_hash == bindparam("hashed"), CODE.c.state != "void")
_RETIRE = (
    update(CODE)
    .where(CODE.c.order_id == bindparam("of_order"), CODE.c.state == "active")
    .values(state=bindparam("to"), ended_at=bindparam("at"))
)
_ADD: dict[bool, Insert] = {
    False: sqlite.insert(CODE).on_conflict_do_nothing(),
    True: postgresql.insert(CODE).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: a code that is taken, or an order that was given another meanwhile, is tried again."""


def issue(uow: UnitOfWork, order_id: str, key: bytes) -> str:
    """A fresh code for an order; an older one of it is found no more. `key` is the company's own."""
    while True:
        code = with_check_digit(f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}d}")
        uow.change(_RETIRE, of_order=order_id, to="void", at=uow.now)
        added = uow.change(
            _ADD[uow.is_postgres], id=new_id(), order_id=order_id, code_hash=_hash(code, key), state="active",
            issued_at=uow.now, ended_at=None,
        )  # fmt: skip
        if added:
            return code


def revoke(uow: UnitOfWork, order_id: str) -> bool:
    """The order has come to its end: its code opens nothing, but is still answered with what became of the order.
    False when it had no active code."""
    return uow.change(_RETIRE, of_order=order_id, to="ended", at=uow.now) > 0


def find_by_code(uow: UnitOfWork, code: str, key: bytes) -> str | None:
    """The order a code stands for, whatever has become of it; None for one that was never given or was replaced."""
    if not has_check_digit(code):
        return None
    row = uow.one(_FIND, hashed=_hash(code, key))
    return None if row is None else str(row.order_id)


def read_code(text: str) -> str | None:
    """What somebody typed as a code: `48217731`, `4821 7731`, full-width digits too; None when it looks like none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain.replace(" ", "").replace("-", "") if _SHAPE.fullmatch(plain) else None


def with_check_digit(digits: str) -> str:
    """The digits and the one that makes their Luhn sum a multiple of ten."""
    return f"{digits}{-_luhn(digits + '0') % 10}"


def has_check_digit(code: str) -> bool:
    """Whether a code can be one of ours."""
    return len(code) == LENGTH and code.isascii() and code.isdecimal() and _luhn(code) % 10 == 0


def _luhn(digits: str) -> int:
    """The sum of Luhn's rule: every second digit from the right doubled, and the digits of what that gives added."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return doubled + sum(int(digit) for digit in digits[-1::-2])


def _hash(code: str, key: bytes) -> str:
    return hmac.digest(key, b"pickup:" + code.encode(), hashlib.sha256).hex()
