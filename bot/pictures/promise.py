"""A picture's outbox row: it says what is to be drawn; drawing waits until it is sent."""

import hashlib

from bot.envelopes import address
from bot.reply import Post
from cards import picture
from domain.command import Command, Conversation
from domain.delivery import outbox
from domain.unit_of_work import UnitOfWork

PICTURE = "PICTURE"


def promise_picture(
    uow: UnitOfWork, post: Post, *, through: str, to: Conversation, command: Command, number: int
) -> None:
    """Promise the picture of a post over one connection. It has a lane of its own: no text ever waits for a picture."""
    assert post.picture is not None
    dedupe = post.dedupe or f"{command.id}:{number}"
    outbox.enqueue(
        uow,
        connection=through,
        conversation=address(to),
        dedupe=dedupe,
        lane=f"picture:{hashlib.sha256(dedupe.encode()).hexdigest()[:32]}",
        kind=PICTURE,
        payload=picture.dump(post.picture).decode(),
        plain=post.alt or picture.alt(post.picture),
        target=command.message_id,
        not_before=post.not_before,
        expires_at=post.expires_at,
    )
