"""What goes back on the exchange itself (dingtalk.md §1.1, §1.2, §3.6)."""

import orjson

from adapters.base import Answer, Handshake, Json, Parsed, Response
from adapters.dingtalk.crypto import EventCrypto
from adapters.dingtalk.events_in import answer as event_answer

BY_KEY = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
"""Without both flags the variables that are not in the call would be blanked (§3.3)."""


def ack(events: EventCrypto | None, answer: Answer | None, parsed: Parsed) -> Response:
    """A robot message is answered `empty` (its answer is sent by the outbox), an event with the encrypted `success`,
    a card callback with the changed card and a note for the person who clicked."""
    if isinstance(parsed, Handshake):
        return parsed.response
    style = parsed.style
    if style.get("as") == "event" and events is not None:
        return event_answer(events, style)
    if style.get("as") == "card":
        return _json(_changes(answer))
    return _json({"msgtype": "empty"})


def _changes(answer: Answer | None) -> Json:
    """The card's new variables for everybody (repainted here for the clicker, for others by the update that
    follows), and the note as a private variable, which the template shows to the clicker only."""
    if answer is None or (answer.card is None and answer.toast is None):
        return {}
    changes: Json = {"cardUpdateOptions": BY_KEY}
    variables = answer.card.get("cardParamMap") if answer.card is not None else None
    if isinstance(variables, dict):
        changes["cardData"] = {"cardParamMap": variables}
    notice = answer.toast.text if answer.toast is not None else ""
    return changes | {"userPrivateData": {"cardParamMap": {"notice": notice}}}


def _json(value: Json) -> Response:
    return Response(body=orjson.dumps(value), content_type="application/json")
