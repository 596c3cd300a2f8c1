"""People writing to the bot: their message is put into the chat and made into the event that tells of it."""

from collections.abc import Sequence
from uuid import uuid4

from adapters.feishu.simulator import events
from adapters.feishu.simulator.messages import Chat
from adapters.feishu.simulator.tenant import Tenant
from adapters.simulation import Json


def text(tenant: Tenant, person: str, place: Chat, said: str, message_id: str | None) -> Json:
    """A text message's envelope. A `message_id` that is already there makes it a second telling of that message."""
    written, mentions = events.typed(tenant, place, said)
    return _written(tenant, person, place, "text", {"text": written}, {"text": said}, mentions, message_id or "")


def post(tenant: Tenant, person: str, place: Chat, lines: Sequence[str], title: str) -> Json:
    """A rich-text message's envelope; the first line carries the mentions."""
    first, mentions = events.typed(tenant, place, lines[0])
    content = [_runs(first, mentions), *(_runs(line, []) for line in lines[1:])]
    sent = {"title": title, "content": content}
    plain = {"title": title, "content": [[{"tag": "text", "text": line}] for line in lines]}
    return _written(tenant, person, place, "post", sent, plain, mentions)


def image(tenant: Tenant, person: str, place: Chat) -> Json:
    """A picture's envelope."""
    content = {"image_key": f"img_{uuid4()}"}
    return _written(tenant, person, place, "image", content, content, [])


def _written(
    tenant: Tenant, person: str, place: Chat, kind: str, sent: Json, shown: Json, mentions: list[Json], again: str = ""
) -> Json:
    message = tenant.chats.messages.get(again)
    if message is None:
        now = tenant.clock.now()
        message = tenant.chats.post(place, person, kind, shown, now, message_id=again, mentions=mentions)
    return events.envelope(tenant, events.RECEIVED, events.received(tenant, message, kind, sent, mentions))


def _runs(line: str, mentions: list[Json]) -> list[Json]:
    """A line of a post: its mentions as `at` runs, the rest as text."""
    runs: list[Json] = []
    for mention in mentions:
        before, _, line = line.partition(mention["key"])
        if before:
            runs.append({"tag": "text", "text": before, "style": []})
        runs.append({"tag": "at", "user_id": mention["key"], "user_name": mention["name"], "style": []})
    return [*runs, {"tag": "text", "text": line, "style": []}]
