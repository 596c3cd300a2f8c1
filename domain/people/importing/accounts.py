"""Giving imported people their accounts on the messengers (R-ID-01, R-ID-02 a)."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, update

from domain.people.importing.known import IDENTITY, Known
from domain.people.model import Identity
from domain.unit_of_work import UnitOfWork

_RETIRE = update(IDENTITY).where(IDENTITY.c.id == bindparam("account")).values(active=False)
_GIVE = (
    update(IDENTITY)
    .where(IDENTITY.c.id == bindparam("account"))
    .values(person_id=bindparam("person"), tenant=bindparam("within"), active=bindparam("on"))
)


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What is to be written about accounts: rows to make, to hand over, and to retire."""

    made: list[Identity] = field(default_factory=list)
    given: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """(identity, person, tenant, active)"""
    retired: list[str] = field(default_factory=list)

    def plan(self, known: Known, platform: str, tenant: str, user_id: str, person_id: str, now: datetime) -> bool:
        """Let a person have an account; whether that changes anything.

        A row imported before the tenant was known is adopted; a guest's is taken over (R-ID-03); the person's former
        account on the same messenger and corp is retired. A person's own account that has gone from the directory stays
        gone until the directory brings it back (R-ID-07): the file may be older.
        """
        holding = known.holding(platform, tenant, user_id)
        kept = holding[0] if holding else None
        former = [one.id for one in known.accounts_of(platform, tenant, person_id) if kept is None or one.id != kept.id]
        self.retired.extend(former)
        if kept is None:
            self.made.append(
                Identity(
                    workspace_id="", person_id=person_id, platform=platform, tenant=tenant, user_id=user_id,
                    created_at=now,
                )
            )  # fmt: skip
            return True
        is_active = kept.active or bool(former) or kept.person_id != person_id
        wanted = (kept.id, person_id, tenant or kept.tenant, is_active)
        if wanted == (kept.id, kept.person_id, kept.tenant, kept.active):
            return bool(former)
        self.given.append(wanted)
        return True

    def write(self, uow: UnitOfWork) -> None:
        """Retired first, so that nobody has two active accounts at any time."""
        for account in self.retired:
            uow.change(_RETIRE, account=account)
        for account, person, tenant, is_active in self.given:
            uow.change(_GIVE, account=account, person=person, within=tenant, on=is_active)
        uow.add_all(self.made)
