"""Cards and lines for somebody else than who sent the command: in their language, on the messenger they use."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.connections import Connection
from bot.context import Ctx, reach
from bot.reply import Post
from cards.picture import ECard
from domain.command import Conversation
from domain.people.service import profile, the_company


def reader_of(ctx: Ctx, person_id: str | None, connection: Connection) -> Ctx:
    """The same command and unit of work, seen by somebody else through their connection."""
    person = profile(ctx.uow, person_id) if person_id else None
    return replace(
        ctx, person=person or the_company(ctx.uow), connection=connection, card=None, card_version=None, question=None
    )


def tell(
    ctx: Ctx, person_id: str, kind: str, subject: Mapping[str, Any], *, about: str | None = None,
    dedupe: str | None = None, not_before: datetime | None = None, expires_at: datetime | None = None,
) -> tuple[Post, ...]:  # fmt: skip
    """A card of `kind` for a person, drawn by its view with them as the reader (R-ID-06). () when there is no way to
    reach them. `about` as for `Ctx.new_card`."""
    found = _way_to(ctx, person_id)
    if found is None:
        return ()
    reader, to = found
    card = reader.new_card(kind, subject, to, about)
    return (Post(card=card, to=to, dedupe=dedupe, not_before=not_before, expires_at=expires_at),)


def tell_text(ctx: Ctx, person_id: str, key: str, **values: object) -> tuple[Post, ...]:
    """A line of text for a person, in their language; () when there is no way to reach them."""
    found = _way_to(ctx, person_id)
    if found is None:
        return ()
    reader, to = found
    return (Post(text=reader.say(key, **values), to=to),)


def tell_picture(ctx: Ctx, person_id: str, picture: ECard, *, dedupe: str | None = None) -> tuple[Post, ...]:
    """A picture for a person, beside the card or text that says the same; () when there is no way to reach them."""
    found = _way_to(ctx, person_id)
    return (Post(picture=picture, to=found[1], dedupe=dedupe),) if found is not None else ()


def tell_group(
    ctx: Ctx, to: Conversation, kind: str, subject: Mapping[str, Any], *, about: str | None = None
) -> tuple[Post, ...]:
    """A card for everybody in a group, in the company's language; () when no connection reaches it."""
    connection = ctx.connections.reaching(ctx.uow.workspace_id, to.platform, to.tenant)
    if connection is None:
        return ()
    card = reader_of(ctx, None, connection).new_card(kind, subject, to, about)
    return (Post(card=card, to=to),)


def _way_to(ctx: Ctx, person_id: str) -> tuple[Ctx, Conversation] | None:
    person = profile(ctx.uow, person_id)
    if person is None:
        return None
    way = reach(ctx, person_id, person.primary_platform)
    if way is None:
        return None
    connection, to = way
    return reader_of(ctx, person_id, connection), to
