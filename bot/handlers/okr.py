"""Looking at goals: `/okr`, `/okr tree`, `/okr status`."""

from bot.context import Ctx
from bot.handlers.checkin_card import moment_of
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from cards.okr import goal_status_card, goal_tree_card, my_goals_card
from domain.goals.overview import goal_status, goal_tree, my_objectives
from domain.goals.sheet import my_sheet
from domain.ids import new_id

PAGE = 8
_TREE = frozenset({"tree", "树", "全部", "all"})
_STATUS = frozenset({"status", "状态", "进度"})


def okr(ctx: Ctx) -> Reply:
    """`/okr [tree [offset] | status]`."""
    word, _, rest = ctx.command.args.casefold().partition(" ")
    if word in _TREE:
        return _tree(ctx, int(rest) if rest.isdecimal() and len(rest) < 6 else 0)
    if word in _STATUS:
        return status(ctx)
    return mine(ctx)


def mine(ctx: Ctx) -> Reply:
    """My objectives and key results."""
    moment = moment_of(ctx)
    sheet = my_sheet(ctx.uow, ctx.person.id, moment)
    objectives = my_objectives(ctx.uow, sheet, ctx.person, moment)
    return ctx.privately(Reply(posts=(Post(card=my_goals_card(new_id(), objectives, ctx.person.locale)),)))


def tree(ctx: Ctx) -> Reply:
    """The next page of the tree, from a button."""
    offset = ctx.command.params.get("o", "0")
    return _tree(ctx, int(offset) if offset.isdecimal() and len(offset) < 6 else 0)


def status(ctx: Ctx) -> Reply:
    """Where my key results stand."""
    sheet = my_sheet(ctx.uow, ctx.person.id, moment_of(ctx))
    card = goal_status_card(new_id(), goal_status(sheet.lines), ctx.person.locale)
    return ctx.privately(Reply(posts=(Post(card=card),)))


def _tree(ctx: Ctx, offset: int) -> Reply:
    found = goal_tree(ctx.uow, ctx.person, moment_of(ctx), offset=offset, most=PAGE)
    return ctx.privately(Reply(posts=(Post(card=goal_tree_card(new_id(), found, ctx.person.locale)),)))


FEATURE = Feature(
    name="okr",
    commands=(SlashCommand(name="okr", handler=okr, aliases=("goals",), bare=("目标", "okr"), help="help.okr"),),
    actions=(
        CardAction(name="go.okr", handler=mine, on_card=False),
        CardAction(name="okr.tree", handler=tree, on_card=False),
        CardAction(name="okr.status", handler=status, on_card=False),
    ),
)
