"""One post as one person now sees it, in the words every simulator shares."""

from adapters.dingtalk.simulator.chats import Post
from adapters.dingtalk.simulator.world import World
from adapters.simulation import Seen


def seen_post(world: World, person: str, post: Post) -> Seen:
    """A robot message as it was sent; a card from its merged variables; a recalled one as an empty place."""
    return _card(world, person, post) if post.card and not post.recalled else _message(post)


def _message(post: Post) -> Seen:
    return Seen(
        message_id=post.message_id,
        chat=post.chat,
        by=post.by,
        kind=post.kind,
        payload=post.payload,
        text="" if post.recalled else post.text,
        buttons=() if post.recalled else post.buttons,
        recalled=post.recalled,
        picture=_upload(post) if post.kind == "image" and not post.recalled else "",
    )


def _upload(post: Post) -> str:
    """The media id of an image message; "" for one that names a web address."""
    named = str(post.payload["msgParam"]["photoURL"])
    return named if named.startswith("@") else ""


def _card(world: World, person: str, post: Post) -> Seen:
    """`toast`: the failure the client showed, else the private notice that came with the last answer or update."""
    instance = world.cards.instances[post.card]
    drawn = instance.drawn(person)
    private = instance.private.get(person, {})
    payload = {
        "template": instance.template.template_id,
        "public": dict(instance.glimpse.get(person, instance.public)),
        "private": dict(private),
        "merged": instance.merged(person),
    }
    return Seen(
        message_id=post.message_id,
        chat=post.chat,
        by=post.by,
        kind="card",
        text=drawn.text,
        payload=payload,
        version=instance.version_for(person),
        fields=drawn.fields,
        buttons=drawn.buttons,
        toast=instance.toasts.get(person) or private.get("notice", ""),
    )
