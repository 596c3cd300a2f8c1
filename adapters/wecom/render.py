"""A fitted card in WeCom's words: which template_card type, and what goes where in it (wecom.md §4)."""

import re
from typing import Any

import orjson

from adapters.base import Rendered, RenderedKind
from adapters.pictures import picture_url
from adapters.text import cut_bytes
from adapters.wecom import limits, wording
from adapters.wecom.events import MANY_MARK
from adapters.wecom.limits import Unfit
from cards.capability import Surface
from cards.model import Button, Card, Choice, Link, Picture, Style

Json = dict[str, Any]

FALLBACK_URL = "https://work.weixin.qq.com"
TEXT_BYTES = 2048
ASPECT = 1.6
"""Width by height of our catalogue pictures; the platform takes 1.3 to 2.25 (§4.3)."""
_STYLES = {Style.PRIMARY: 1, Style.DEFAULT: 2, Style.DANGER: 4}
_ANCHOR = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPED = re.compile(rb"\\[ubf]")
"""How JSON writes control characters, which next to no card has: looking for it is cheaper than walking every card."""


def render(card: Card, surface: Surface, public_url: str) -> Rendered:
    """The message body of a fitted card. `public_url`: where our pictures are, and where a card leads that has no link
    of its own.

    Raises `Unfit` for a card that breaks a limit, and for any card on a group: `appchat/send` takes none (§3.5).
    """
    if surface is not Surface.DIRECT:
        raise Unfit("a group takes no cards")
    shown = _template(card, public_url)
    if _ESCAPED.search(orjson.dumps(shown)) is not None:
        shown = _printable(shown)
    limits.check(shown)
    return _rendered({"msgtype": "template_card", "template_card": shown}, RenderedKind.CARD)


def render_text(text: str) -> Rendered:
    """A text message; `<a href>` in it is defused, since WeCom would make it a link (§3.2)."""
    content = cut_bytes(_ANCHOR.sub("＜", _CONTROLS.sub("", text)).strip() or "…", TEXT_BYTES)
    return _rendered({"msgtype": "text", "text": {"content": content}}, RenderedKind.TEXT)


def _template(card: Card, public_url: str) -> Json:
    buttons = [action for action in card.actions if isinstance(action, Button)]
    choices = [asked for asked in card.inputs if isinstance(asked, Choice)]
    if len(choices) != len(card.inputs):
        raise Unfit("only choices can be shown")
    if not choices:
        return _buttons(card, buttons) if buttons else _notice(card, public_url)
    if not any(button.submits for button in buttons):
        raise Unfit("a form needs a submit button")
    if len(choices) == 1 and (choices[0].many or len(choices[0].options) > limits.OPTIONS):
        return _form(card, "vote_interaction", buttons) | {"checkbox": _checkbox(choices[0])}
    if any(choice.many for choice in choices):
        raise Unfit("a many-choice must be alone")
    if len(choices) == 1 and _needs_room(card, buttons):
        return _buttons(card, buttons) | {"button_selection": _select(choices[0])}
    return _form(card, "multiple_interaction", buttons) | {"select_list": [_select(choice) for choice in choices]}


def _needs_room(card: Card, buttons: list[Button]) -> bool:
    """Whether a form with one question shows more than a select card can: other actions, or many words."""
    desc = wording.condensed(card)["main_title"].get("desc", "")
    return len(buttons) > 1 or len(buttons) < len(card.actions) or len(desc) > limits.DESC


def _notice(card: Card, public_url: str) -> Json:
    """A card with nothing to press: a news notice where it has a picture, else a text notice."""
    action = {"card_action": {"type": 1, "url": public_url or FALLBACK_URL}}
    picture = next((block for block in card.blocks if isinstance(block, Picture)), None)
    if picture is None:
        return {"card_type": "text_notice"} | action | wording.spread(card, jumps=True)
    image = {"url": picture_url(public_url, picture.name), "aspect_ratio": ASPECT}
    words = wording.beside_picture(wording.spread(card, jumps=True))
    return {"card_type": "news_notice"} | action | words | {"card_image": image}


def _buttons(card: Card, buttons: list[Button]) -> Json:
    words = wording.spread(card, jumps=False)
    return {"card_type": "button_interaction"} | words | {"button_list": [_button(button) for button in buttons]}


def _form(card: Card, card_type: str, buttons: list[Button]) -> Json:
    if len(buttons) != 1 or any(isinstance(action, Link) for action in card.actions):
        raise Unfit("a select card has only its submit button")
    mark = MANY_MARK if any(isinstance(asked, Choice) and asked.many for asked in card.inputs) else ""
    submit = {"text": wording.one_line(buttons[0].label), "key": buttons[0].ref.encode() + mark}
    return {"card_type": card_type} | wording.condensed(card) | {"submit_button": submit}


def _button(button: Button) -> Json:
    text = wording.one_line(button.label)
    return {"text": text, "style": _STYLES[button.style], "key": button.ref.encode()}


def _select(choice: Choice) -> Json:
    options = [{"id": option.value, "text": wording.one_line(option.label)} for option in choice.options]
    select: Json = {"question_key": choice.name, "title": wording.one_line(choice.label), "option_list": options}
    chosen = [value for value in choice.initial if value in {option.value for option in choice.options}]
    return select | ({"selected_id": chosen[0]} if chosen else {})


def _checkbox(choice: Choice) -> Json:
    options = [
        {"id": option.value, "text": wording.one_line(option.label), "is_checked": option.value in choice.initial}
        for option in choice.options
    ]
    return {"question_key": choice.name, "mode": int(choice.many), "option_list": options}


def _rendered(payload: Json, kind: RenderedKind) -> Rendered:
    return Rendered(payload=payload, bytes=len(orjson.dumps(payload)), kind=kind)


def _printable(part: Any) -> Any:
    """The payload without control characters: JSON writes them as `\\u` escapes, which WeCom refuses (§3, 40033)."""
    if isinstance(part, dict):
        return {name: _printable(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_printable(inner) for inner in part]
    return _CONTROLS.sub("", part) if isinstance(part, str) else part
