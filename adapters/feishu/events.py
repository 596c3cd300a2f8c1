"""What the platform tells us unasked: menu, opened chat, joined group, changed directory."""

from adapters.base import Commands, Ignored, Json, Parsed
from adapters.feishu import envelope as env
from adapters.feishu import shape
from adapters.feishu.envelope import Envelope
from domain.command import Kind, Value

_MENU_MARKS = ("cmd:", "cmd_")
_LEFT = ("is_frozen", "is_resigned", "is_exited")


def menu(envelope: Envelope) -> Parsed:
    """`application.bot.menu_v6`: a menu item `cmd:<name>` or `cmd_<name>` is the slash command of that name."""
    event_key = shape.need(envelope.event, "event_key").strip().casefold()
    word = next((event_key[len(mark) :] for mark in _MENU_MARKS if event_key.startswith(mark)), "")
    if not word:
        return Ignored("menu")
    operator = shape.child(envelope.event, "operator")
    open_id = shape.need(shape.child(operator, "operator_id"), "open_id")
    return _one(envelope, Kind.SLASH, word, open_id)


def chat_entered(envelope: Envelope) -> Parsed:
    """`im.chat.access_event.bot_p2p_chat_entered_v1`: fires on every opening; whom to greet is decided elsewhere."""
    open_id = shape.need(shape.child(envelope.event, "operator_id"), "open_id")
    return _one(envelope, Kind.EVENT, "chat.entered", open_id)


def bot_added(envelope: Envelope) -> Parsed:
    """`im.chat.member.bot.added_v1`. The operator has no id when it was another app or a stranger."""
    event = envelope.event
    open_id = shape.words(shape.child(event, "operator_id"), "open_id")
    made = env.command(
        envelope,
        Kind.EVENT,
        "bot.added",
        env.actor(envelope, open_id, shape.words(event, "operator_tenant_key")),
        env.group(envelope, shape.need(event, "chat_id")),
        key=env.event_key(envelope),
    )
    return Commands((made,))


def contact_changed(envelope: Envelope) -> Parsed:
    """`contact.user.created_v3` and `.updated_v3`. Departments come as ids only, so none is passed on (§1.8)."""
    person = shape.child(envelope.event, "object")
    if _has_left(person):
        return contact_left(envelope)
    values: dict[str, Value] = {"user_id": shape.need(person, "open_id")}
    for ours in ("name", "employee_no"):
        if told := shape.words(person, ours):
            values[ours] = told
    return _directory(envelope, "directory.changed", values)


def contact_left(envelope: Envelope) -> Parsed:
    """`contact.user.deleted_v3`, or an update that says frozen, resigned or exited."""
    open_id = shape.need(shape.child(envelope.event, "object"), "open_id")
    return _directory(envelope, "directory.left", {"user_id": open_id})


def _has_left(person: Json) -> bool:
    status = shape.child(person, "status")
    return any(status.get(mark) is True for mark in _LEFT)


def _directory(envelope: Envelope, name: str, values: dict[str, Value]) -> Parsed:
    open_id = str(values["user_id"])
    return _one(envelope, Kind.EVENT, name, open_id, values)


def _one(envelope: Envelope, kind: Kind, name: str, open_id: str, values: dict[str, Value] | None = None) -> Parsed:
    who, where = env.actor(envelope, open_id), env.direct(envelope, open_id)
    return Commands((env.command(envelope, kind, name, who, where, key=env.event_key(envelope), values=values),))
