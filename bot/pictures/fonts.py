"""The type we draw with: Noto Sans SC and Noto Serif SC (SIL OFL 1.1), which a package brings at installation."""

import re
import unicodedata
from functools import cache

import pylopdf_fonts_zh_cn as fonts
from PIL import ImageFont

Font = ImageFont.FreeTypeFont

STAND_IN = "·"
"""What a letter no glyph exists for is shown as; ornaments and emoji are left out."""

_WIDE_MARK = re.compile("([，。！？；：、》」』”]) ")
_NOWHERE = "\U0010ffff"


@cache
def sans(size: int) -> Font:
    """The face for running text."""
    return ImageFont.truetype(str(fonts.sans_path()), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def serif(size: int) -> Font:
    """The face for titles and names."""
    return ImageFont.truetype(str(fonts.serif_path()), size, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, font: Font) -> float:
    """How wide a line is. Our faces have no pairs that move together, so characters are measured once and added up."""
    return sum(_advance(letter, font) for letter in text)


@cache
def is_drawn(letter: str) -> bool:
    """Whether both faces have a glyph of their own for a letter, and not the box for none."""
    return letter == " " or all(_shape(face, letter) != _shape(face, _NOWHERE) for face in ("sans", "serif"))


def drawable(text: str) -> str:
    """The text as our faces can show it: never a box. Blanks are single; line ends stay."""
    lines = (_plain("".join(map(_shown, unicodedata.normalize("NFC", line)))) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _plain(line: str) -> str:
    """Single blanks, and none where a full-width mark already keeps its distance."""
    return _WIDE_MARK.sub(r"\1", " ".join(line.split()))


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    if is_drawn(letter):
        return letter
    plainer = unicodedata.normalize("NFKC", letter)
    if plainer != letter and all(map(is_drawn, plainer)):
        return plainer
    return STAND_IN if unicodedata.category(letter)[0] in ("L", "N") else ""


@cache
def _advance(letter: str, font: Font) -> float:
    return font.getlength(letter)


@cache
def _shape(face: str, letter: str) -> tuple[tuple[int, int], bytes]:
    font = sans(24) if face == "sans" else serif(24)
    mask = font.getmask(letter)
    return mask.size, bytes(mask)
