"""Samples of first contact: the notice and the starter kit."""

from collections.abc import Mapping

from cards.gallery.keys import KEY
from cards.model import Card
from cards.notice import notice_card, privacy_card


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    return {
        "notice": notice_card(KEY + "1", ("安然", "韩梅梅"), locale),
        "privacy": privacy_card(KEY + "2", (), 1, locale),
    }
