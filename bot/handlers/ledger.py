"""What the ledger needs by the clock: points expire monthly, those of people who are gone are retired (R-LED-24), and
every night it has to prove itself (R-LOT-05, R-LED-06)."""

import logging

from bot.context import Ctx
from bot.observe import LEDGER_SOUND
from bot.reply import NOTHING, Post, Reply
from bot.router import Chore, Feature
from bot.telling import tell_text
from bot.timers import later
from domain.delivery.leases import first_run
from domain.people.roles import holders
from domain.people.service import company
from domain.periods import PeriodKind, period_key_at
from domain.points import verification
from domain.points.messages import Cause
from domain.points.service import expire_lots
from domain.wallet.leavers import retire_leavers

log = logging.getLogger("bida.ledger")

LEAVERS = "clock.points.leavers"
AT_ONCE = 200
"""People in one unit of work."""


def expire(ctx: Ctx) -> Reply:
    """Once a month, from the 1st on: what is past its date leaves the wallets. A month whose first day was missed is
    made up for on the next."""
    month = period_key_at(PeriodKind.MONTH, ctx.now, ctx.person.timezone)
    if first_run(ctx.uow, "points.expire", month):
        entries = expire_lots(ctx.uow, ctx.now, Cause("", f"expiry:{month}"))
        log.info("points_expired", extra={"period": month, "entries": len(entries)})
    return NOTHING


def retire(ctx: Ctx) -> Reply:
    """Every night, some people at a time: the points of those who are gone are retired (R-LED-24)."""
    day, after = ctx.command.params["day"], ctx.command.params.get("after", "")
    done = retire_leavers(ctx.uow, after, AT_ONCE)
    ctx.uow.state(log, "leavers_retired", people=done.people, entries=done.entries)
    if done.after:
        later(ctx, LEAVERS, ctx.now, key=f"{day}:{done.after}", day=day, after=done.after)
    return NOTHING


def verify(ctx: Ctx) -> Reply:
    """Every night: replay the journal. A difference stops all postings, is told to every admin, and is an alarm."""
    verdict = verification.verify(ctx.uow)
    key = company(ctx.uow).key
    LEDGER_SOUND.labels(key).set(int(verdict.ok))
    told = {"company": key, "entries": verdict.entries}
    if verdict.ok:
        log.info("ledger_sound", extra=told)
        return NOTHING
    log.error("ledger_broken", extra={**told, "seq": verdict.broken_seq, "reason": verdict.reason})
    verification.stop(ctx.uow, verdict)
    where = str(verdict.broken_seq) if verdict.broken_seq is not None else "—"
    posts: list[Post] = []
    for person_id, _ in holders(ctx.uow, "admin"):
        posts += tell_text(ctx, person_id, "points.alarm", seq=where, reason=verdict.reason)
    return Reply(posts=tuple(posts))


FEATURE = Feature(
    name="ledger",
    events={"clock.points.expire": expire, LEAVERS: retire, "clock.points.verify": verify},
    daily=(
        Chore(name="clock.points.expire", hour=3, minute=10),
        Chore(name=LEAVERS, hour=3, minute=50),
        Chore(name="clock.points.verify", hour=4, minute=20),
    ),
)
