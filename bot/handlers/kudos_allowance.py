"""The month's allowance as the bot sees to it: at the first need, by the daily chore, and when the budget is short."""

from bot.context import Ctx
from bot.reply import Post, Reply
from bot.telling import tell_text
from domain.delivery import leases
from domain.people.roles import holders
from domain.people.service import company
from domain.periods import local_date
from domain.recognition.allowance import ensure, grant_all
from domain.recognition.errors import AllowanceUnfunded


def begin_month(ctx: Ctx) -> tuple[Post, ...]:
    """Grant this person's allowance if it was not yet; what admins are told when the budget is short."""
    try:
        ensure(ctx.uow, ctx.person, ctx.calendar())
    except AllowanceUnfunded:
        return (Post(text=ctx.say("ku.unfunded"), to=ctx.direct), *tell_admins(ctx))
    return ()


def grant(ctx: Ctx) -> Reply:
    """Every day at midnight: what lapses, lapses; who has no allowance of this month yet is granted it."""
    try:
        grant_all(ctx.uow, ctx.calendar())
    except AllowanceUnfunded:
        return Reply(posts=tell_admins(ctx))
    return Reply()


def tell_admins(ctx: Ctx) -> tuple[Post, ...]:
    """The allowance budget is short: every admin hears of it once a day (R-LED-11)."""
    day = local_date(ctx.now, company(ctx.uow).timezone).isoformat()
    if not leases.first_run(ctx.uow, "allowance.short", day):
        return ()
    return tuple(
        post for admin, _ in holders(ctx.uow, "admin") for post in tell_text(ctx, admin, "ku.unfunded_admin")
    )  # fmt: skip
