"""What admins type about somebody's points: `@白博 +50 加班支持`: one person, an amount with its sign, words."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from bot.context import Ctx
from domain.errors import DomainError
from domain.recognition.errors import PersonUnclear
from domain.recognition.finding import candidates, find

_AMOUNT = re.compile(r"(?P<sign>[+\-−])?\s*(?P<number>\d{1,6})\s*(?:分|pts?\b)?(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class AdminLine:
    """`amount` is 0 where none was typed; `words` are what follows it, or follows the names."""

    people: tuple[str, ...]
    amount: int
    words: str


def read(ctx: Ctx, unclear: type[DomainError], people: int = 1) -> AdminLine:
    """Read the command's line. Raises `PersonUnclear` with whom a name may mean, `unclear` unless exactly so many
    people are named."""
    command = ctx.command
    found = find(ctx.uow, command.args, command.mentions, platform=command.platform, tenant=command.actor.tenant)
    if found.unsure:
        name, ids = found.unsure[0]
        offered = [" · ".join(part for part in (one.name, one.department, one.employee_no) if part)
                   for one in candidates(ctx.uow, ids[:5])]  # fmt: skip
        raise PersonUnclear(name=name[:40], people="；".join(offered) or "—")
    if len(found.people) != people:
        raise unclear
    rest = unicodedata.normalize("NFKC", found.rest).strip()
    said = _AMOUNT.match(rest)
    if said is None:
        return AdminLine(found.people, 0, rest)
    amount = int(said["number"]) * (-1 if said["sign"] in ("-", "−") else 1)
    return AdminLine(found.people, amount, rest[said.end() :].strip())


def key_of(ctx: Ctx) -> str:
    """What makes the same command twice the same request."""
    return hashlib.sha256(f"{ctx.command.platform}|{ctx.command.app_id}|{ctx.command.key}".encode()).hexdigest()[:40]
