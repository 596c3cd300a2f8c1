"""The answer on the same exchange: nothing for events, a toast and a changed card for clicks (feishu.md §1.9)."""

import orjson

from adapters.base import AckStyle, Answer, Commands, Handshake, Ignored, Json, Parsed, Response
from adapters.feishu.click import STYLE_CARD

JSON_TYPE = "application/json"
_TONES = ("info", "success", "warning", "error")


def ack(answer: Answer | None, parsed: Parsed) -> Response:
    """200 with plain JSON; what the exchange cannot carry is left to the outbox."""
    match parsed:
        case Handshake():
            return parsed.response
        case Commands() | Ignored():
            body = _click_answer(answer) if answer and _is_click(parsed.style) else {}
            return Response(body=orjson.dumps(body), content_type=JSON_TYPE)


def _is_click(style: AckStyle) -> bool:
    return style == STYLE_CARD


def _click_answer(answer: Answer) -> Json:
    """A text cannot replace a card: it degrades to a toast unless there is one already."""
    body: Json = {}
    if answer.toast:
        tone = answer.toast.tone if answer.toast.tone in _TONES else "info"
        body["toast"] = {"type": tone, "content": answer.toast.text}
    if answer.card and answer.card.get("msg_type") == "interactive":
        body["card"] = {"type": "raw", "data": answer.card["card"]}
    elif answer.card and "toast" not in body:
        body["toast"] = {"type": "info", "content": answer.card["text"]}
    return body
