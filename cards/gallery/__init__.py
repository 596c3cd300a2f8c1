"""One sample of every card: what goldens, contract tests and `bida gallery` show. One module per feature."""

from collections.abc import Mapping

from cards.gallery import counter, extremes, goals, people, points, recognition, rewards, starter
from cards.model import Card

_FEATURES = (goals, people, recognition, points, rewards, counter, starter, extremes)


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card, for a reader of `locale`; the same on every call. The names are file names of goldens."""
    return {name: card for feature in _FEATURES for name, card in feature.samples(locale).items()}
