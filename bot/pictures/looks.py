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
    pen.disc(872, 352, 182, "#ffd9c2")
    pen.disc(872, 352, 146, "#ffcbae")
    for x, y, r, fill in ((984, 160, 30, "#f7a58c"), (742, 188, 20, "#f7a58c"), (1010, 520, 22, "#ee7d6a")):
        pen.heart(x, y, r, fill)
    pen.heart(878, 362, 118, "#c93f3f22")
    pen.heart(872, 352, 116, "#e8584f")
    pen.heart(834, 318, 24, "#ff8f80")
    pen.heart(760, 480, 46, "#f08a5d")
    pen.heart(966, 286, 34, "#d9433f")


def _rings(pen: Pen) -> None:
    """Three people in three rings that hold one another."""
    for step in range(6):
        pen.ring(868, 352, 222 + step * 62, 2, "#ffffff14")
    for x, y, fill in ((796, 296, "#4fd1c5d8"), (940, 296, "#f6c453d8"), (868, 420, "#7aa8ffd8")):
        pen.ring(x, y, 110, 28, fill)
    for x, y, fill in ((796, 286, "#4fd1c5"), (940, 286, "#f6c453"), (868, 430, "#7aa8ff")):
        pen.disc(x, y - 18, 19, fill)
        pen.slice((x - 34, y + 6, x + 34, y + 74), 180, 360, fill)


def _medal(pen: Pen) -> None:
    """A star medal on ribbons between laurels."""
    pen.disc(868, 372, 186, "#dff2e8")
    pen.shape(((798, 84), (860, 84), (902, 270), (840, 290)), "#2f9e6d")
    pen.shape(((938, 84), (876, 84), (834, 270), (896, 290)), "#3fb87f")
    pen.disc(870, 388, 116, "#c98f1d")
    pen.disc(868, 382, 114, "#f2b93b")
    pen.disc(868, 382, 94, "#ffd467")
    pen.star(868, 388, 68, "#c98f1d")
    pen.star(868, 384, 66, "#fff6d9")
    for side in (-1, 1):
        for step in range(6):
            turn = math.radians(90 + side * (18 + step * 20))
            x, y = 868 + 152 * math.cos(turn), 390 + 152 * math.sin(turn)
            _leaf(pen, x, y, turn + side * 2.1, 25, "#5cb98b")


def _leaf(pen: Pen, x: float, y: float, turn: float, length: float, fill: Colour) -> None:
    across, down = math.cos(turn), math.sin(turn)
    edge = [
        (length * math.cos(step * math.pi / 12), 0.4 * length * math.sin(step * math.pi / 12)) for step in range(24)
    ]
    pen.shape([(x + a * across - b * down, y + a * down + b * across) for a, b in edge], fill)


_CONFETTI = ("#ffd166", "#ff8fab", "#8ce99a", "#74c0fc", "#ffffff")


def _cake(pen: Pen) -> None:
    """A cake with candles in a rain of confetti."""
    for step in range(46):
        x, y = 40 + (step * 397) % 1010, 24 + (step * 233) % 660
        if x > 700 or y < 64 or y > 668:
            turn, fill = step * 0.9, _CONFETTI[step % len(_CONFETTI)]
            across, down = 11 * math.cos(turn), 11 * math.sin(turn)
            pen.line(((x - across, y - down), (x + across, y + down)), 7, fill + "c8")
    pen.oval((708, 536, 1028, 594), "#00000028")
    pen.oval((708, 520, 1028, 578), "#fff3e6")
    _tier(pen, (738, 410, 998, 556), "#ff9eb5", drops=5)
    _tier(pen, (778, 308, 958, 424), "#b892ff", drops=4)
    for x, fill in ((818, "#ffd166"), (868, "#74c0fc"), (918, "#8ce99a")):
        pen.panel((x - 8, 240, x + 8, 318), 6, fill)
        pen.shape(((x, 176), (x + 14, 210), (x + 9, 228), (x, 234), (x - 9, 228), (x - 14, 210)), "#ffb347")
        pen.oval((x - 6, 208, x + 6, 232), "#fff3b0")


def _tier(pen: Pen, box: tuple[float, float, float, float], fill: Colour, *, drops: int) -> None:
    """One storey of the cake, with icing that runs down its side."""
    left, top, right, _ = box
    pen.panel(box, 18, fill)
    pen.panel((left, top, right, top + 46), 18, "#fff7f0")
    width = (right - left) / drops
    for step in range(drops):
        start = left + step * width
        pen.panel((start, top + 14, start + width, top + 68 + (step % 2) * 16), width / 2 - 1, "#fff7f0")


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
