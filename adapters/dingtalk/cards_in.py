"""Card callbacks: somebody pressed a button or sent the form of a card of ours (dingtalk.md §1.3, §3.5, §3.7)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from adapters.base import Commands, Ignored, Json, Parsed, Raw
from adapters.dingtalk.door import Door
from adapters.dingtalk.reading import instant, needed, nested, object_of, objects, text
from adapters.errors import Malformed
from cards.action import ActionRef, NotAReference
from domain.command import Conversation, ConversationKind, Kind, Value

STYLE: Mapping[str, str] = {"as": "card"}

REF, SURFACE, FORM, ECHO = "a", "s", "form", "current_form"
"""Names of button and form params: the encoded action, the surface it was rendered for, the submitted form, and the
form's definition as the template sends it back."""
HIDDEN_REF, HIDDEN_SURFACE = "__a", "__s"
"""The same two as hidden fields of a form. Names that start with `__` are ours and never reach a handler."""
OURS = "__"


def read(door: Door, raw: Raw) -> Parsed:
    """Turn a verified card callback into one command. Raises `Malformed`, also for an action that is not ours."""
    body = object_of(raw.body)
    if text(body, "type") not in {"", "actionCallback"}:
        return Ignored("card.other", STYLE)
    if text(body, "corpId") not in {"", door.corp_id}:
        return Ignored("foreign.corp", STYLE)
    if str(body.get("userIdType", 1)) != "1":
        return Ignored("card.user_id_type", STYLE)
    card, user_id = needed(body, "outTrackId"), needed(body, "userId")
    params = _params(body)
    form = nested(params, FORM)
    ours = {**_echoed(params), **form}
    ref = _action(params, ours)
    values = _values(form)
    sent_at = instant(raw.headers.get("x-ddpaas-signature-timestamp"), raw.at)
    command = door.command(
        key=_key(card, user_id, ref, values, sent_at), kind=Kind.ACTION, name=ref.name, actor=door.actor(user_id),
        conversation=_conversation(door, body, params, ours, user_id), sent_at=sent_at,
        received_at=raw.at, values=values, params=ref.params, card_ref=card,
    )  # fmt: skip
    return Commands((command,), STYLE)


def _params(body: Json) -> Json:
    """The button's params, wherever this client put them (§3.5, "Parsing rules")."""
    content = nested(body, "content") or nested(body, "value")
    inner = nested(content, "actionData")
    for holder in (nested(content, "cardPrivateData"), content, nested(inner, "cardPrivateData")):
        params = nested(holder, "params")
        if params:
            return params
    return {}


def _echoed(params: Json) -> Json:
    """Our hidden fields as the form's definition carried them, for clients that do not submit hidden fields."""
    if ECHO not in params:
        return {}
    fields = objects(nested(params, ECHO), "fields")
    return {text(field, "name"): field.get("defaultValue") for field in fields if text(field, "name").startswith(OURS)}


def _action(params: Json, ours: Json) -> ActionRef:
    """The action of a form, else of a button. Raises `Malformed` for one that we cannot have made."""
    encoded = text(ours, HIDDEN_REF) or text(params, REF)
    try:
        return ActionRef.decode(encoded)
    except (NotAReference, UnicodeDecodeError):
        raise Malformed("action") from None


def _values(form: Json) -> dict[str, Value]:
    """The answered fields under their own names; unanswered ones are absent."""
    answered = {name.replace("\0", ""): _value(value) for name, value in form.items() if not name.startswith(OURS)}
    return {name: value for name, value in answered.items() if value not in {"", ()}}


def _value(value: Any) -> Value:
    """One submitted value as text or texts: selects carry `{"index", "value"}`, switches booleans (§3.7)."""
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, list):
        return tuple(item for item in map(_scalar, value) if item)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int | str):
        return str(value).replace("\0", "")
    raise Malformed("form value")


def _key(card: str, user_id: str, ref: ActionRef, values: Mapping[str, Value], sent_at: datetime) -> str:
    """No event id exists (§3.5): the same person doing the same to the same card within one minute is the same click.

    The answered fields are part of it, so that a corrected form is heard when the first one was refused; the minute
    is, so that a button of a card that stays (help, my goals) works again later. Card callbacks have no documented
    retry (§1.5), and what must happen only once is guarded by its own key in the service.
    """
    minute = int(sent_at.timestamp()) // 60
    claim = [card, user_id, ref.encode(), sorted(values.items()), minute]
    return "card:" + hashlib.sha256(orjson.dumps(claim)).hexdigest()


def _conversation(door: Door, body: Json, params: Json, ours: Json, user_id: str) -> Conversation:
    """Where the card hangs. `spaceType` may just say "im", so the surface it was rendered for travels with it."""
    space, kind = text(body, "spaceId"), text(body, "spaceType").upper()
    surface = text(ours, HIDDEN_SURFACE) or text(params, SURFACE)
    if space and (kind == "IM_GROUP" or (kind != "IM_ROBOT" and surface == ConversationKind.GROUP)):
        return door.conversation(ConversationKind.GROUP, space)
    return door.conversation(ConversationKind.DIRECT, user_id)
