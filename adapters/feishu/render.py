"""A fitted card as Feishu card JSON 2.0 (feishu.md §3), and plain text as a text message."""

from collections.abc import Iterator, Mapping

import orjson

from adapters.base import Json, People, Rendered, RenderedKind
from adapters.feishu import elements, markdown
from adapters.feishu.fields import field
from cards.capability import Surface
from cards.model import Button, Card, Header, Link, Tone

_TEMPLATE: Mapping[Tone, str] = {
    Tone.NEUTRAL: "grey",
    Tone.INFO: "blue",
    Tone.SUCCESS: "green",
    Tone.WARNING: "orange",
    Tone.DANGER: "red",
}


def render(card: Card, surface: Surface, people: People) -> Rendered:
    """The message for a card that `fit` has made showable. Pure.

    `bytes` is the size of the card as it travels: JSON text within JSON, every quote escaped (§4.2).
    """
    body = [made for shown in card.blocks for made in elements.block(shown, people)]
    body += _form_and_buttons(card, surface)
    data = {
        "schema": "2.0",
        "config": {
            "update_multi": True,
            "enable_forward": False,
            "summary": {"content": card.summary or card.header.title},
        },
        "header": _header(card.header),
        "body": {"direction": "vertical", "vertical_spacing": "8px", "elements": body},
    }
    payload: Json = {"msg_type": "interactive", "card": data}
    return Rendered(payload=payload, bytes=_travelling(data), kind=RenderedKind.CARD)


def render_text(text: str) -> Rendered:
    """Plain text as a message of its own; it mentions nobody, whatever it says."""
    said = markdown.for_text_message(text) if text.strip() else "…"
    payload: Json = {"msg_type": "text", "text": said}
    return Rendered(payload=payload, bytes=_travelling({"text": said}), kind=RenderedKind.TEXT)


def content(payload: Json) -> str:
    """What goes into the `content` of a message call: always JSON text (§4.2)."""
    match payload["msg_type"]:
        case "interactive":
            inner = payload["card"]
        case "image":
            inner = {"image_key": payload["image_key"]}
        case _:
            inner = {"text": payload["text"]}
    return orjson.dumps(inner).decode()


def _header(header: Header) -> Json:
    made: Json = {"title": elements.plain(header.title), "template": _TEMPLATE[header.tone]}
    return made | ({"subtitle": elements.plain(header.subtitle)} if header.subtitle else {})


def _form_and_buttons(card: Card, surface: Surface) -> list[Json]:
    """Inputs and their submit buttons in a form at the root; every other button below it, where it asks for nothing."""
    names = _free_names({asked.name for asked in card.inputs})
    inside: list[Json] = []
    outside: list[Json] = []
    for action in card.actions:
        match action:
            case Link():
                outside.append(elements.link(action, name=next(names)))
            case Button() if action.submits and card.inputs:
                inside.append(elements.button(action, surface, name=next(names), in_form=True))
            case Button():
                outside.append(elements.button(action, surface, name=next(names), in_form=False))
    made = elements.row(outside)
    if not card.inputs:
        return made
    form = {"tag": "form", "name": next(names), "elements": _inputs(card) + elements.row(inside)}
    return [form, *made]


def _inputs(card: Card) -> list[Json]:
    """The inputs in order, each group's heading before its first one."""
    untold = {group.key: group for group in card.groups}
    made: list[Json] = []
    for asked in card.inputs:
        if group := untold.pop(asked.group, None):
            made += elements.heading(group)
        made += field(asked)
    return made


def _free_names(taken: set[str]) -> Iterator[str]:
    """Names for buttons and the form that no input has (200530 and its kin)."""
    number = 0
    while True:
        number += 1
        if (name := f"x{number}") not in taken:
            yield name


def _travelling(data: Json) -> int:
    return len(orjson.dumps(orjson.dumps(data).decode()))
