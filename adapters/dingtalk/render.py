"""From a fitted card to the payload that is stored, sent and put into answers."""

import orjson

from adapters.base import Json, People, Rendered, RenderedKind
from adapters.dingtalk import action_card, template
from cards.capability import Surface
from cards.model import Card


def render(card: Card, surface: Surface, people: People, *, has_template: bool, public_url: str) -> Rendered:
    """A template card where a template is configured, else an ActionCard. `public_url`: where our pictures are."""
    if has_template:
        return _rendered(template.payload(card, surface, people, public_url), RenderedKind.CARD)
    return _rendered(action_card.payload(card, surface, people, public_url), RenderedKind.CARD)


def render_text(text: str) -> Rendered:
    """A text message of its own."""
    return _rendered(action_card.text(text.strip() or "…"), RenderedKind.TEXT)


def _rendered(payload: Json, kind: RenderedKind) -> Rendered:
    return Rendered(payload=payload, bytes=len(orjson.dumps(payload)), kind=kind)
