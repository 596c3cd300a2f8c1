"""A kudos has just been given: the one place where everything that follows from it begins."""

from bot.context import Ctx
from bot.envelopes import conversation_of
from bot.reply import Post
from bot.telling import tell, tell_group, tell_picture
from bot.timers import later
from cards.picture import ECard, Template
from cards.text import say
from domain.people.service import prefer, profile
from domain.recognition.messages import KudosView, RecipientView, Visibility


def given(ctx: Ctx, kudos: KudosView) -> tuple[Post, ...]:
    """What others now see of a kudos, and the end of its undo window. The giver's own card is the caller's."""
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    later(ctx, "clock.kudos.clear", kudos.undo_until, key=kudos.id, kudos=kudos.id)
    posts = list(_to_group(ctx, kudos))
    for mine in kudos.recipients:
        if mine.state != "parked":
            posts += tell_recipient(ctx, kudos, mine)
    return tuple(posts)


def tell_recipient(ctx: Ctx, kudos: KudosView, mine: RecipientView) -> tuple[Post, ...]:
    """The recipient's card, and the picture if the giver chose one (R-BDG-03)."""
    card = tell(ctx, mine.person_id, "kudos_got", {"kudos": kudos.id}, about=kudos.id)
    picture = _picture(ctx, kudos, mine)
    return (*card, *(tell_picture(ctx, mine.person_id, picture) if picture is not None else ()))


def _to_group(ctx: Ctx, kudos: KudosView) -> tuple[Post, ...]:
    """The group where it was said; what is said in a direct chat stays between giver and recipients."""
    if not kudos.group or kudos.visibility is not Visibility.PUBLIC:
        return ()
    return tell_group(ctx, conversation_of(kudos.group), "kudos_group", {"kudos": kudos.id}, about=kudos.id)


def _picture(ctx: Ctx, kudos: KudosView, mine: RecipientView) -> ECard | None:
    if kudos.ecard not in set(Template):
        return None
    reader = profile(ctx.uow, mine.person_id)
    locale = reader.locale if reader is not None else ctx.person.locale
    tag = kudos.tags[0].named(locale) if kudos.tags else ""
    badge = say(locale, "ku.badge_line", name=tag) if kudos.badge and tag else ""
    return ECard(
        template=Template(kudos.ecard), recipient=mine.name, giver=kudos.giver_name, reason=kudos.reason, tag=tag,
        badge=badge, locale=locale,
    )  # fmt: skip
