"""How each e-card template looks: its colours, and the ornament that fills its right side."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.pictures.pen import Colour, Pen
from cards.picture import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`ground`: the four corners' colours. `ink` is for text, `accent` for title and rule, `chip` lies under tags."""

    ground: tuple[Colour, Colour, Colour, Colour]
    ink: Colour
    accent: Colour
    chip: Colour
    chip_ink: Colour
    ornament: Callable[[Pen], None]


def _hearts(pen: Pen) -> None:
    """A bouquet of hearts on a warm disc."""
    pen.disc(900, 330, 250, "#ffd9c2")
    pen.disc(900, 330, 196, "#ffc9ab")
    for x, y, r, fill in ((980, 150, 34, "#f7a58c"), (738, 210, 24, "#f7a58c"), (1014, 470, 26, "#ee7d6a")):
        pen.heart(x, y, r, fill)
    pen.heart(906, 330, 142, "#c93f3f22")
    pen.heart(900, 320, 138, "#e8584f")
    pen.heart(862, 286, 30, "#ff8f80")
    pen.heart(778, 446, 52, "#f08a5d")
    pen.heart(1000, 268, 40, "#d9433f")


def _rings(pen: Pen) -> None:
    """Three rings that hold one another, over a far horizon."""
    for step in range(5):
        pen.ring(900, 330, 250 + step * 62, 2, "#ffffff16")
    for x, y, fill in ((822, 270, "#4fd1c5d8"), (978, 270, "#f6c453d8"), (900, 404, "#7aa8ffd8")):
        pen.ring(x, y, 124, 34, fill)
    # the first ring passes over the third again: they hang together
    pen.arc((698, 146, 946, 394), 20, 75, 34, "#4fd1c5")
    for x, y, fill in ((822, 270, "#4fd1c5"), (978, 270, "#f6c453"), (900, 404, "#7aa8ff")):
        pen.disc(x, y - 8, 20, fill)
        pen.slice((x - 36, y + 16, x + 36, y + 88), 180, 360, fill)


def _medal(pen: Pen) -> None:
    """A star medal on ribbons, with laurels."""
    pen.disc(896, 344, 232, "#e2f3ea")
    pen.shape(((826, 84), (888, 84), (930, 250), (868, 268)), "#2f9e6d")
    pen.shape(((966, 84), (904, 84), (862, 250), (924, 268)), "#3fb87f")
    pen.disc(898, 366, 138, "#c98f1d")
    pen.disc(896, 360, 136, "#f2b93b")
    pen.disc(896, 360, 112, "#ffd467")
    pen.star(896, 364, 82, "#c98f1d")
    pen.star(896, 360, 80, "#fff6d9")
    for side in (-1, 1):
        for step in range(7):
            turn = math.radians(100 - side * 90 + side * (118 - step * 22))
            x, y = 896 + 196 * math.cos(turn), 372 + 196 * math.sin(turn)
            _leaf(pen, x, y, turn + math.pi / 2 * side + 0.5 * side, 34, "#5cb98b")


def _leaf(pen: Pen, x: float, y: float, turn: float, length: float, fill: Colour) -> None:
    across, along = turn + math.pi / 2, turn
    tip = (x + length * math.cos(along), y + length * math.sin(along))
    end = (x - length * math.cos(along), y - length * math.sin(along))
    bends = [(0.72 * length * f, 0.36 * length * w) for f, w in ((-0.9, 0.55), (-0.2, 1.0), (0.5, 0.8))]
    left = [_beside(x, y, along, across, f, w) for f, w in bends]
    right = [_beside(x, y, along, across, f, -w) for f, w in reversed(bends)]
    pen.shape([end, *left, tip, *right], fill)


def _beside(x: float, y: float, along: float, across: float, f: float, w: float) -> tuple[float, float]:
    return x + f * math.cos(along) + w * math.cos(across), y + f * math.sin(along) + w * math.sin(across)


_CONFETTI = ("#ffd166", "#ff8fab", "#8ce99a", "#74c0fc", "#ffffff")


def _cake(pen: Pen) -> None:
    """A cake with candles in a rain of confetti."""
    for step in range(46):
        x, y = 40 + (step * 397) % 1010, 24 + (step * 233) % 660
        if x > 690 or y < 64 or y > 652:
            turn, fill = step * 0.9, _CONFETTI[step % len(_CONFETTI)]
            dx, dy = 11 * math.cos(turn), 11 * math.sin(turn)
            pen.line(((x - dx, y - dy), (x + dx, y + dy)), 7, fill + "c8")
    pen.oval((712, 536, 1052, 596), "#00000028")
    pen.oval((712, 520, 1052, 580), "#fff3e6")
    pen.panel((752, 420, 1012, 556), 18, "#ff9eb5")
    pen.panel((752, 420, 1012, 470), 18, "#fff7f0")
    for step in range(5):
        pen.panel((752 + step * 52, 440, 804 + step * 52, 492 + (step % 2) * 16), 24, "#fff7f0")
    pen.panel((792, 318, 972, 436), 16, "#b892ff")
    pen.panel((792, 318, 972, 358), 16, "#fff7f0")
    for step in range(4):
        pen.panel((792 + step * 45, 334, 837 + step * 45, 376 + (step % 2) * 14), 21, "#fff7f0")
    for x, fill in ((832, "#ffd166"), (882, "#74c0fc"), (932, "#8ce99a")):
        pen.disc(x, 216, 34, "#fff3b020")
        pen.panel((x - 9, 244, x + 9, 326), 6, fill)
        pen.shape(((x, 184), (x + 15, 216), (x, 240), (x - 15, 216)), "#ffb347")
        pen.disc(x, 224, 14, "#ffb347")
        pen.disc(x, 226, 7, "#fff3b0")


LOOKS: Mapping[Template, Look] = {
    Template.THANKS: Look(
        ground=("#fffaf2", "#ffefe0", "#fff4e6", "#ffe3d0"),
        ink="#4a3230", accent="#d9433f", chip="#ffd9c2", chip_ink="#a8322f", ornament=_hearts,
    ),
    Template.TEAMWORK: Look(
        ground=("#14284f", "#1f4a86", "#101d3d", "#1b3a6e"),
        ink="#eaf1ff", accent="#f6c453", chip="#2f5c9c", chip_ink="#d9e7ff", ornament=_rings,
    ),
    Template.CUSTOMER: Look(
        ground=("#f6fcf8", "#eaf7f0", "#f0faf4", "#d8f0e3"),
        ink="#1f4033", accent="#1f8a5b", chip="#cdebdb", chip_ink="#17694a", ornament=_medal,
    ),
    Template.BIRTHDAY: Look(
        ground=("#6a3fb5", "#9b4dca", "#5a37a8", "#c2529f"),
        ink="#fff4fb", accent="#ffd166", chip="#8a5cc9", chip_ink="#fff0d6", ornament=_cake,
    ),
}  # fmt: skip
