"""Simplified Chinese: the first language, complete by definition."""

from collections.abc import Mapping

from cards.text.zh_cn import counter, general, goals, people, pictures, points, recognition, rewards, starter

CATALOGUE: Mapping[str, str] = {
    **general.TEXTS,
    **goals.TEXTS,
    **people.TEXTS,
    **recognition.TEXTS,
    **points.TEXTS,
    **rewards.TEXTS,
    **counter.TEXTS,
    **starter.TEXTS,
    **pictures.TEXTS,
}
