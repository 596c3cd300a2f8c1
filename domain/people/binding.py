"""Linking an account to a person by a 6-digit code shown in one messenger and typed in another (R-ID-02 c)."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, func, select, update

from domain.columns import table_of
from domain.errors import AlreadyBound, NotBound, TooManyTries, WrongCode
from domain.ids import new_id
from domain.people.messages import BindCodeIssued, IdentityBound, Profile
from domain.people.model import BindCode, BindTry, Identity
from domain.people.service import identities, profile
from domain.unit_of_work import UnitOfWork

CODE = table_of(BindCode)
TRY = table_of(BindTry)
IDENTITY = table_of(Identity)

LIFE = timedelta(minutes=10)
TRIES = 5
WINDOW = timedelta(minutes=10)

_OPEN = select(CODE.c.id, CODE.c.person_id).where(
    CODE.c.code_hash == bindparam("hashed"), CODE.c.used_at.is_(None), CODE.c.expires_at > bindparam("at")
)
_USE = (
    update(CODE)
    .where(CODE.c.id == bindparam("code"), CODE.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)  # fmt: skip
_RETIRE = (
    update(CODE)
    .where(CODE.c.person_id == bindparam("person"), CODE.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_TRIES = select(func.count()).select_from(TRY).where(TRY.c.account == bindparam("who"), TRY.c.at > bindparam("since"))
_MOVE = (
    update(IDENTITY)
    .where(
        IDENTITY.c.platform == bindparam("on"),
        IDENTITY.c.tenant.in_([bindparam("within"), ""]),  # "" = imported before the connection was configured
        IDENTITY.c.user_id == bindparam("user"),
    )
    .values(person_id=bindparam("person"), active=True)
)
_RELEASE = (
    update(IDENTITY)
    .where(
        IDENTITY.c.person_id == bindparam("person"),
        IDENTITY.c.platform == bindparam("on"),
        IDENTITY.c.tenant.in_([bindparam("within"), ""]),
        IDENTITY.c.user_id != bindparam("user"),
    )
    .values(active=False)
)


def issue(uow: UnitOfWork, person: Profile, key: bytes) -> BindCodeIssued:
    """A fresh code for a known person; an older open one of theirs stops working. Raises `NotBound`."""
    if person.provisional:
        raise NotBound
    uow.change(_RETIRE, person=person.id, at=uow.now)
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        hashed = _hash(code, key)
        if not uow.all(_OPEN, hashed=hashed, at=uow.now):
            break
    uow.insert(
        BindCode,
        {"id": new_id(), "person_id": person.id, "code_hash": hashed, "expires_at": uow.now + LIFE, "used_at": None},
    )
    return BindCodeIssued(code=code, minutes=int(LIFE.total_seconds() // 60))


def is_locked(uow: UnitOfWork, account: str) -> bool:
    """Whether this account has used up its tries."""
    row = uow.one(_TRIES, who=account, since=uow.now - WINDOW)
    return row is not None and row[0] >= TRIES


def note_failure(uow: UnitOfWork, account: str) -> int:
    """Count a wrong code; returns how many tries are left. Must be committed although the binding is refused."""
    uow.insert(BindTry, {"id": new_id(), "account": account, "at": uow.now})
    row = uow.one(_TRIES, who=account, since=uow.now - WINDOW)
    return max(0, TRIES - (row[0] if row else 0))


def bind(
    uow: UnitOfWork, guest: Profile, code: str, key: bytes, *, platform: str, tenant: str, user_id: str
) -> IdentityBound:
    """Give the account of a provisional guest to the person who was shown the code.

    Raises `AlreadyBound`, `TooManyTries`, `WrongCode` (the caller counts it with `note_failure`). The person's former
    account on the same messenger and corp becomes inactive: at most one is active (R-ID-01).
    """
    account = account_of(platform, tenant, user_id)
    if not guest.provisional:
        raise AlreadyBound
    if is_locked(uow, account):
        raise TooManyTries
    found = uow.all(_OPEN, hashed=_hash(code, key), at=uow.now)
    if len(found) != 1 or uow.change(_USE, code=found[0].id, at=uow.now) != 1:
        raise WrongCode
    person = profile(uow, found[0].person_id)
    if person is None or not person.active:
        raise WrongCode
    uow.change(_RELEASE, person=person.id, on=platform, within=tenant, user=user_id)
    uow.change(_MOVE, person=person.id, on=platform, within=tenant, user=user_id)
    assert identities(uow, person.id)
    return IdentityBound(person=person)


def account_of(platform: str, tenant: str, user_id: str) -> str:
    """One text for one account, to count tries and keep open questions by."""
    return f"{platform}|{tenant}|{user_id}"


def _hash(code: str, key: bytes) -> str:
    return hmac.digest(key, b"bind:" + code.encode(), hashlib.sha256).hex()
