"""The answer to a click on the exchange itself: a changed card, encrypted (wecom.md §1.4, §4.6).

WeCom knows no toast and no passive card for messages: there the answer is empty and the outbox delivers.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from adapters.base import AckStyle, Answer, Commands, Handshake, Parsed, Response
from adapters.wecom.crypto import Crypto

EMPTY = Response()
_XML = "application/xml"
_NAMES = {"keyname": "KeyName", "appid": "AppId", "pagepath": "PagePath", "userid": "UserId", "checkbox": "CheckBox"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ack(answer: Answer | None, parsed: Parsed, crypto: Crypto, corp_id: str, *, with_task: bool) -> Response:
    """The response for a parsed request; `with_task` repeats the card's task id in the changed card."""
    if isinstance(parsed, Handshake):
        return parsed.response
    card = (answer.card or {}).get("template_card") if answer is not None else None
    if card is None or not isinstance(parsed, Commands) or not parsed.style.get("card"):
        return EMPTY
    style = parsed.style
    shown = dict(card) | ({"task_id": style["task"]} if with_task and style["task"] else {})
    sealed = crypto.seal(_reply(shown, style, corp_id), style["time"])
    envelope = (
        f"<xml><Encrypt>{cdata(sealed.encrypt)}</Encrypt><MsgSignature>{cdata(sealed.signature)}</MsgSignature>"
        f"<TimeStamp>{sealed.timestamp}</TimeStamp><Nonce>{cdata(sealed.nonce)}</Nonce></xml>"
    )
    return Response(body=envelope.encode(), content_type=_XML)


def cdata(text: str) -> str:
    """Text as character data that nothing in it can end; characters XML forbids are dropped."""
    if not text.isprintable():
        text = _ILLEGAL.sub("", text)
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _reply(card: Mapping[str, Any], style: AckStyle, corp_id: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(style['user'])}</ToUserName><FromUserName>{cdata(corp_id)}</FromUserName>"
        f"<CreateTime>{style['time']}</CreateTime><MsgType>{cdata('update_template_card')}</MsgType>"
        f"{_element('template_card', card)}</xml>"
    )


def _element(name: str, value: Any) -> str:
    """JSON as WeCom's XML: CamelCase names, a list as repeated siblings without a wrapper."""
    if isinstance(value, list):
        return "".join([_element(name, item) for item in value])
    tag = _camel(name)
    return f"<{tag}>{_content(value)}</{tag}>"


def _content(value: Any) -> str:
    if isinstance(value, str):
        return cdata(value)
    if isinstance(value, dict):
        return "".join([_element(name, inner) for name, inner in value.items()])
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else cdata(str(value))


@lru_cache(maxsize=256)
def _camel(name: str) -> str:
    return _NAMES.get(name) or "".join(part.capitalize() for part in name.split("_"))
