"""Pictures as data: what is to be drawn, never pixels. Drawing is the bot's work, delivering an adapter's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from cards.text import say


class Template(StrEnum):
    """The looks of an e-card (R-BDG-03); the value is its id in rows and forms."""

    THANKS = "thanks"
    TEAMWORK = "teamwork"
    CUSTOMER = "customer"
    BIRTHDAY = "birthday"


class Item(StrEnum):
    """Catalogue pictures: the value is the name a reward or a card's `Picture` block calls it by."""

    COFFEE = "coffee"
    CINEMA = "cinema"
    UMBRELLA = "umbrella"
    MUG = "mug"
    HALF_DAY = "half_day"
    TRAINING = "training"
    BOOK = "book"
    GYM = "gym"
    DINNER = "dinner"
    PROMOTION = "promotion"
    PLANT = "plant"
    HEADPHONES = "headphones"


ITEMS = frozenset(Item)


@dataclass(frozen=True, slots=True)
class ECard:
    """A greeting that is drawn: template id, recipient and reason; the rest where there is any (R-BDG-03).

    `tag` is the value the recognition names, `badge` a badge that came with it; names are already what readers see.
    """

    template: Template
    recipient: str
    giver: str
    reason: str
    tag: str = ""
    badge: str = ""
    locale: str = "zh-CN"


class NotAPicture(ValueError):
    """The text is not a picture `dump` made."""


def title(card: ECard) -> str:
    """The words in large type."""
    return say(card.locale, _TITLES[card.template])


def alt(card: ECard) -> str:
    """What the picture says, for whoever cannot see it."""
    giver = say(card.locale, "ecard.from", name=card.giver) if card.giver else ""
    return say(
        card.locale, "ecard.alt", title=title(card), name=card.recipient, reason=card.reason.strip(), giver=giver
    ).strip()


def dump(card: ECard) -> bytes:
    """The picture as JSON, equal for equal pictures."""
    return orjson.dumps(card)


def load(data: bytes | str) -> ECard:
    """The inverse of `dump`. Raises `NotAPicture`."""
    try:
        fields = orjson.loads(data)
        if not all(isinstance(value, str) for value in fields.values()):
            raise NotAPicture
        return ECard(**{**fields, "template": Template(fields["template"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAPicture from error


_TITLES: Mapping[Template, str] = {
    Template.THANKS: "ecard.thanks",
    Template.TEAMWORK: "ecard.teamwork",
    Template.CUSTOMER: "ecard.customer",
    Template.BIRTHDAY: "ecard.birthday",
}
