"""First contact: everybody is told once what we keep about them and why, before anything is answered (R-PRV-07)."""

from bot.context import Ctx
from bot.handlers.starter import welcome
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, FirstContact, SlashCommand
from cards.notice import notice_card, privacy_card
from domain.ids import new_id
from domain.people.roles import holders
from domain.people.service import note_noticed

VERSION = 1
"""Raise it when the wording changes in substance: everybody is then shown the notice again."""
NAMED = 3


def first_contact(ctx: Ctx) -> Reply:
    """The notice, in their direct chat, noted as seen; then the starter kit."""
    note_noticed(ctx.uow, ctx.person, VERSION)
    card = notice_card(new_id(), contacts(ctx), ctx.person.locale)
    return Reply(posts=(Post(card=card, to=ctx.direct), *welcome(ctx)))


def privacy(ctx: Ctx) -> Reply:
    """`/privacy`: all of it, whenever somebody asks."""
    card = privacy_card(new_id(), contacts(ctx), VERSION, ctx.person.locale)
    return ctx.privately(Reply(posts=(Post(card=card),)))


def contacts(ctx: Ctx) -> list[str]:
    """The first administrators by name."""
    return [name for _, name in holders(ctx.uow, "admin")][:NAMED]


FEATURE = Feature(
    name="notice",
    commands=(
        SlashCommand(name="privacy", handler=privacy, bare=("隐私", "privacy"), help="help.privacy", guest=True),
    ),
    actions=(CardAction(name="go.privacy", handler=privacy, on_card=False, guest=True),),
    first_contact=FirstContact(version=VERSION, handler=first_contact),
)
