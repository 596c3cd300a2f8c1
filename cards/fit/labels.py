"""Labels that are too long: short ones that still tell one thing from another."""

from collections.abc import Iterator, Sequence

from cards.fit.outcome import CannotFit

ELLIPSIS = "…"


def shorten(text: str, limit: int) -> str:
    """The start of the text within `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)] + ELLIPSIS[:limit]


def shorten_all(labels: Sequence[tuple[str, str]], limit: int) -> list[str]:
    """Every label (given with the value it stands for) within `limit`, all that were different still different.

    The start is kept, and the value where the label mentions it. Raises `CannotFit` if no room tells them apart.
    """
    taken = {label for label, _ in labels if len(label) <= limit}
    result = []
    for place, (label, value) in enumerate(labels, start=1):
        if len(label) > limit:
            short = next((text for text in _candidates(label, value, limit, place) if text not in taken), None)
            if short is None:
                raise CannotFit(f"label:{label}")
            taken.add(short)
            result.append(short)
        else:
            result.append(label)
    return result


def _candidates(label: str, value: str, limit: int, place: int) -> Iterator[str]:
    start = shorten(label, limit)
    if value and value in label and value not in start and len(value) + 2 <= limit:
        yield label[: limit - 1 - len(value)] + ELLIPSIS + value
    yield start
    tail = (limit - 1) // 2
    if tail > 0:
        yield label[: limit - 1 - tail] + ELLIPSIS + label[-tail:]
    mark = f"{ELLIPSIS}{place}"
    if len(mark) <= limit:
        yield label[: limit - len(mark)] + mark
