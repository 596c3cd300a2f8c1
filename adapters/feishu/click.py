"""`card.action.trigger`: a person pressed something on a card of ours."""

import hashlib
import re
from datetime import timedelta
from typing import Any

from adapters.base import Commands, Json, Parsed
from adapters.errors import Malformed
from adapters.feishu import envelope as env
from adapters.feishu import shape
from adapters.feishu.envelope import Envelope
from cards.action import MARK, ActionRef, NotAReference
from domain.command import Kind, ReplyHandle, Secret, Value

STYLE_CARD = {"kind": "card"}
"""The ack style of a click: the only exchange whose answer may carry a toast and a card."""

REF, DIRECT = "a", "d"
"""Keys of a button's value: the encoded action, and the mark that the card was rendered for a private chat."""

TOKEN_KIND = "feishu.card_token"  # noqa: S105 (the name of a kind of handle, not a secret)
TOKEN_LIFE = timedelta(minutes=30)
TOKEN_USES = 2

_ZONED_DATE = re.compile(r"(\d{4}-\d\d-\d\d) [+-]\d{4}")


def pressed(envelope: Envelope) -> Parsed:
    """A click as ACTION, keyed by the digest of the click's token: the token itself is a right to change the card, and
    keys are stored and shown (feishu.md §1.9). Raises `Malformed`."""
    event = envelope.event
    action, operator = shape.child(event, "action"), shape.child(event, "operator")
    context = shape.child(event, "context") or shape.child(envelope.outer, "context")
    open_id, token = shape.need(operator, "open_id"), shape.need(event, "token")
    value = shape.child(action, "value")
    ref = _ref(value, action)
    chat = shape.words(context, "open_chat_id")
    private = value.get(DIRECT) == "1" or not chat
    made = env.command(
        envelope,
        Kind.ACTION,
        ref.name,
        env.actor(envelope, open_id, shape.words(operator, "tenant_key")),
        env.direct(envelope, open_id) if private else env.group(envelope, chat),
        key="card:" + hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest(),
        values=_values(action),
        params=ref.params,
        reply=ReplyHandle(
            kind=TOKEN_KIND, value=Secret(token), expires_at=envelope.created_at + TOKEN_LIFE, uses_left=TOKEN_USES
        ),
        card_ref=shape.words(context, "open_message_id") or None,
    )
    return Commands((made,), STYLE_CARD)


def _ref(value: Json, action: Json) -> ActionRef:
    """What was meant: the button's value, else a chosen option that is an action itself."""
    encoded = shape.words(value, REF)
    option = shape.words(action, "option")
    if not encoded and option.startswith(MARK):
        encoded = option
    try:
        return ActionRef.decode(encoded)
    except (NotAReference, UnicodeDecodeError) as error:
        raise Malformed("action") from error


def _values(action: Json) -> dict[str, Value]:
    """Answered fields under their names; what was left empty is absent. Outside a form the one element's value."""
    fields: dict[str, Any] = dict(shape.child(action, "form_value"))
    name = shape.words(action, "name")
    for source in ("input_value", "option", "options", "checked"):
        if name and action.get(source) is not None:
            fields.setdefault(name, action[source])
    read = {field: _value(raw) for field, raw in fields.items() if field}
    return {field: answer for field, answer in read.items() if answer}


def _value(raw: Any) -> Value:
    match raw:
        case None:
            return ""
        case bool():
            return "true" if raw else "false"
        case str():
            dated = _ZONED_DATE.fullmatch(raw)
            return dated[1] if dated else raw
        case int() | float():
            return str(raw)
        case list() if all(isinstance(one, str) for one in raw):
            return tuple(one for one in raw if one)
        case _:
            raise Malformed("form value")
