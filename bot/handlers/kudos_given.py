"""A kudos has just been given: the one place where everything that follows from it begins."""

import hashlib

import orjson

from bot.context import Ctx
from bot.envelopes import conversation_of
from bot.reply import NOTHING, Post, Reply
from bot.telling import tell, tell_group, tell_picture
from bot.timers import later
from cards.picture import ECard, Template
from cards.text import say
from domain.delivery import cards as card_rows
from domain.people.service import company, prefer, profile
from domain.periods import local_date
from domain.recognition.messages import KudosView, RecipientView, Visibility
from domain.recognition.policy import DEFAULTS
from domain.recognition.reading import posted_lately


def given(ctx: Ctx, kudos: KudosView) -> Reply:
    """What others now see of a kudos, and the end of its undo window. The giver's own card is the caller's."""
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    later(ctx, "clock.kudos.clear", kudos.undo_until, key=kudos.id, kudos=kudos.id)
    in_group = _to_group(ctx, kudos)
    posts = list(in_group.posts)
    for mine in kudos.recipients:
        if mine.state != "parked":
            posts += tell_recipient(ctx, kudos, mine)
    return Reply(posts=tuple(posts), refresh=in_group.refresh)


def tell_recipient(ctx: Ctx, kudos: KudosView, mine: RecipientView) -> tuple[Post, ...]:
    """The recipient's card, and the picture if the giver chose one (R-BDG-03)."""
    card = tell(ctx, mine.person_id, "kudos_got", {"kudos": kudos.id}, about=kudos.id)
    picture = _picture(ctx, kudos, mine)
    return (*card, *(tell_picture(ctx, mine.person_id, picture) if picture is not None else ()))


def shown_in(ctx: Ctx, kudos: KudosView) -> tuple[str, ...]:
    """Everything cards may be about that show this kudos: itself, and the digests of its group that day."""
    return (kudos.id, _digest_of(ctx, kudos)) if kudos.group else (kudos.id,)


def _to_group(ctx: Ctx, kudos: KudosView) -> Reply:
    """The group where it was said; what is said in a direct chat stays between giver and recipients. From the sixth
    within half an hour on, one digest takes them all (R-KUD-08)."""
    if not kudos.group or kudos.visibility is not Visibility.PUBLIC:
        return NOTHING
    to = conversation_of(kudos.group)
    if posted_lately(ctx.uow, kudos.group) <= DEFAULTS.post_batch:
        return Reply(posts=tell_group(ctx, to, "kudos_group", {"kudos": kudos.id}, about=kudos.id))
    about = _digest_of(ctx, kudos)
    while True:
        begun = [row for row in card_rows.about(ctx.uow, about) if row.created_at > ctx.now - DEFAULTS.post_window]
        if not begun:
            return Reply(posts=tell_group(ctx, to, "kudos_digest", {"several": [kudos.id]}, about=about))
        row = begun[-1]
        subject = orjson.dumps({"several": [*orjson.loads(row.subject)["several"], kudos.id]}).decode()
        if card_rows.advance(ctx.uow, row.id, seen=row.version, verb="", subject=subject):
            return Reply(refresh=(about,))


def _digest_of(ctx: Ctx, kudos: KudosView) -> str:
    day = local_date(kudos.given_at, company(ctx.uow).timezone).isoformat()
    return hashlib.sha256(f"{kudos.group}|{day}".encode()).hexdigest()[:32]


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
