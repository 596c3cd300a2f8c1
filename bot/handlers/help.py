"""What can I do here: `/help`, the welcome, and the nearest commands to a mistyped one."""

from bot.context import Ctx
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from cards.people import HelpLine, help_card, suggestions_card, welcome_card
from domain.command import Kind
from domain.ids import new_id

DAILY = ("checkin", "okr", "me")
_GUEST = ("bind", "lang")


def help_(ctx: Ctx) -> Reply:
    """Every command that concerns the reader, with its words."""
    shown = [one for one in ctx.router.commands.values() if one.help and _concerns(ctx, one)]
    lines = [_line(ctx, command) for command in shown]
    return Reply(posts=(Post(card=help_card(new_id(), lines, ctx.person.locale)),))


def suggest(ctx: Ctx) -> Reply:
    """Up to three near commands as buttons (R-EVT-07); never an essay."""
    word = ctx.command.name or ctx.command.args.partition(" ")[0]
    slash = ctx.command.kind is Kind.SLASH
    near = [_line(ctx, command, button=True) for command in ctx.router.nearest(word.casefold())]
    return Reply(posts=(Post(card=suggestions_card(new_id(), word[:20], near, ctx.person.locale, is_command=slash)),))


def entered(ctx: Ctx) -> Reply:
    """The chat was opened: greet once a day at most, whatever the platform sends (wecom.md §7)."""
    wanted = _GUEST if ctx.person.provisional else DAILY
    lines = [_line(ctx, ctx.router.commands[name], button=True) for name in wanted]
    card = welcome_card(new_id(), ctx.person.name, lines, ctx.person.locale, is_known=not ctx.person.provisional)
    if not ctx.first_today("welcome"):
        return NOTHING
    return Reply(posts=(Post(card=card, to=ctx.direct),))


def joined(ctx: Ctx) -> Reply:
    """The bot came into a group."""
    return ctx.text("group.hello")


def unsupported(ctx: Ctx) -> Reply:
    """A picture, a voice message, a file."""
    return ctx.text("help.only_text")


def _concerns(ctx: Ctx, command: SlashCommand) -> bool:
    return not command.of_roles or bool(command.of_roles & ctx.person.roles)


def _line(ctx: Ctx, command: SlashCommand, *, button: bool | None = None) -> HelpLine:
    chinese = ctx.person.locale.startswith("zh")
    others = command.bare[:1] if chinese else tuple(f"/{word}" for word in command.aliases if word.isascii())[:1]
    words = "　".join([f"/{command.name}", *others])
    return HelpLine(command.name, words, ctx.say(command.help), command.name in DAILY if button is None else button)


FEATURE = Feature(
    name="help",
    commands=(
        SlashCommand(
            name="help", handler=help_, aliases=("?",), bare=("帮助", "help", "?", "？"), help="help.help", guest=True
        ),
    ),
    actions=(CardAction(name="go.help", handler=help_, on_card=False, guest=True),),
    events={
        "chat.entered": entered, "bot.added": joined, "help.suggest": suggest, "message.unsupported": unsupported,
    },
)  # fmt: skip
