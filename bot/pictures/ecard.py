"""An e-card: title, recipient, reason, giver and tags on the left, the template's ornament on the right (R-BDG-03)."""

from PIL import Image, ImageDraw

from bot.pictures.fonts import Font, drawable, sans, serif, width_of
from bot.pictures.looks import LOOKS, Look
from bot.pictures.pen import Pen
from bot.pictures.typeset import LEADING, fitted, shortened
from cards.picture import ECard, title
from cards.text import say

WIDTH, HEIGHT = 1080, 720
LEFT, COLUMN = 84, 590
RIGHT = WIDTH - LEFT
TITLE, NAME, FROM, CHIP = 96, 46, 36, 28
REASON_SIZES = (38, 34, 30, 27, 24)
REASON_TOP, REASON_HEIGHT = 316, 262
FOOT = 632


def draw_ecard(card: ECard) -> Image.Image:
    """The picture, 1080 × 720."""
    look = LOOKS[card.template]
    pen = Pen(WIDTH, HEIGHT, look.ground)
    look.ornament(pen)
    pen.panel((LEFT, 212, LEFT + 76, 219), 3, look.accent)
    chips = _chips(card, _foot_start(card))
    for _, box in chips:
        pen.panel(box, (box[3] - box[1]) / 2, look.chip)
    image = pen.finished()
    _set_words(ImageDraw.Draw(image), card, look)
    for words, box in chips:
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        ImageDraw.Draw(image).text(middle, words, font=sans(CHIP), fill=look.chip_ink, anchor="mm")
    return image


def _set_words(draw: ImageDraw.ImageDraw, card: ECard, look: Look) -> None:
    heading = title(card)
    draw.text(
        (LEFT - 4, 180), heading, font=_within(heading, COLUMN + 20), fill=look.accent, anchor="ls", stroke_width=1
    )
    recipient = say(card.locale, "ecard.to", name=_line(card.recipient))
    draw.text((LEFT, 288), shortened(recipient, serif(NAME), COLUMN), font=serif(NAME), fill=look.ink, anchor="ls")
    reason = fitted(drawable(card.reason), COLUMN, REASON_HEIGHT, REASON_SIZES)
    for number, line in enumerate(reason.lines):
        top = REASON_TOP + round((number + 0.75) * reason.size * LEADING)
        draw.text((LEFT, top), line, font=sans(reason.size), fill=look.ink, anchor="ls")
    draw.text((LEFT, FOOT), _signature(card), font=serif(FROM), fill=look.accent, anchor="lm")


def _signature(card: ECard) -> str:
    giver = _line(card.giver)
    return shortened(say(card.locale, "ecard.from", name=giver), serif(FROM), COLUMN // 2) if giver else ""


def _foot_start(card: ECard) -> int:
    """Where the tags may begin: right of the giver's name."""
    signed = _signature(card)
    return LEFT + (round(width_of(signed, serif(FROM))) + 32 if signed else 0)


def _chips(card: ECard, start: int) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Tag and badge with their boxes, as far as the line goes."""
    made: list[tuple[str, tuple[float, float, float, float]]] = []
    for words in (f"# {_line(card.tag)}" if _line(card.tag) else "", _line(card.badge)):
        room = RIGHT - start - 2 * CHIP
        if not words or room < 4 * CHIP:
            continue
        said = shortened(words, sans(CHIP), min(room, COLUMN // 2))
        width = round(width_of(said, sans(CHIP))) + 2 * CHIP - 12
        made.append((said, (start, FOOT - 26, start + width, FOOT + 26)))
        start += width + 16
    return made


def _line(text: str) -> str:
    return " ".join(drawable(text).split())


def _within(words: str, width: int) -> Font:
    """The largest title face in which the words fit one line."""
    return next((serif(size) for size in range(TITLE, 40, -4) if width_of(words, serif(size)) <= width), serif(40))
