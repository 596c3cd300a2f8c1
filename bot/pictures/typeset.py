"""Breaking text into lines as Chinese is set: anywhere between characters, words whole, no mark alone at an edge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.pictures.fonts import Font, sans, width_of

_NOT_FIRST = frozenset("，。、；：？！）】》〉」』”’…—·,.;:?!)]}%％～")
_NOT_LAST = frozenset("（【《〈「『“‘([{#￥$@")
_WORD = re.compile(r"[^\W\d_⺀-鿿豈-﫿＀-￯぀-ヿ]+|\d[\d.,:/%-]*|.", re.UNICODE)
_CUT = "…"
LONGEST = 2000
"""Characters that are looked at: far more than any box of ours holds."""
LEADING = 1.55
"""Distance from line to line, in type sizes."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that fit, in the size they fit in. `cut`: the text was too long and ends in an ellipsis."""

    lines: tuple[str, ...]
    size: int
    cut: bool = False

    @property
    def height(self) -> int:
        return round(len(self.lines) * self.size * LEADING)


def fitted(text: str, width: int, height: int, sizes: tuple[int, ...]) -> Paragraph:
    """The text in the largest of `sizes` (falling) in which it fits the box; else cut short in the smallest."""
    text = text[:LONGEST]
    for size in sizes:
        lines = tuple(wrapped(text, sans(size), width))
        if round(len(lines) * size * LEADING) <= height:
            return Paragraph(lines, size)
    size = sizes[-1]
    room = max(1, int(height / (size * LEADING)))
    lines = tuple(wrapped(text, sans(size), width))[:room]
    return Paragraph((*lines[:-1], shortened(lines[-1] + _CUT, sans(size), width)), size, cut=True)


def shortened(line: str, font: Font, width: int) -> str:
    """One line, ending in an ellipsis where it is too long."""
    if width_of(line, font) <= width:
        return line
    room = width - width_of(_CUT, font)
    kept = 0
    for letter in line.rstrip(_CUT):
        room -= width_of(letter, font)
        if room < 0:
            break
        kept += 1
    return line[:kept].rstrip() + _CUT


def wrapped(text: str, font: Font, width: int) -> Iterator[str]:
    """The text's lines, each at most `width` wide."""
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, font, width):
            if width_of((line + piece).rstrip(), font) <= width or not line:
                line += piece
                continue
            line, carried = _broken(line, piece)
            yield line.rstrip()
            line = carried.lstrip()
        if line.strip():
            yield line.rstrip()


def _broken(line: str, piece: str) -> tuple[str, str]:
    """Where the line really ends: marks that may not stand alone take their neighbour along."""
    carried = piece
    for _ in range(3):
        if len(line) < 2 or not (carried[0] in _NOT_FIRST or line.rstrip()[-1:] in _NOT_LAST):
            break
        words = list(_WORD.finditer(line))
        start = words[-1].start() if words and words[-1].start() > 0 else len(line) - 1
        line, carried = line[:start], line[start:] + carried
    return line, carried


def _pieces(text: str, font: Font, width: int) -> Iterator[str]:
    """Words, single characters, and words too long for a line letter by letter."""
    for found in _WORD.findall(text):
        if len(found) > 1 and width_of(found, font) > width:
            yield from found
        else:
            yield found
