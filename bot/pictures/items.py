"""Catalogue pictures: one plain icon per kind of reward on a coloured card, 640 × 400 (wide enough for every card)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

from bot.pictures.pen import Colour, Pen
from cards.picture import Item

WIDTH, HEIGHT = 640, 400
WHITE, INK, SHADE = "#ffffff", "#33415c", "#0000001c"


@dataclass(frozen=True, slots=True)
class _Scene:
    """The card's colours from top left to bottom right, the disc behind the icon, and the icon itself."""

    light: Colour
    deep: Colour
    disc: Colour
    icon: Callable[[Pen], None]


def draw_item(item: Item) -> Image.Image:
    """The picture of a kind of reward."""
    scene = _SCENES[item]
    between = _between(scene.light, scene.deep)
    pen = Pen(WIDTH, HEIGHT, (scene.light, between, between, scene.deep))
    pen.disc(320, 200, 168, scene.disc)
    pen.oval((216, 322, 424, 346), SHADE)
    scene.icon(pen)
    return pen.finished()


def _coffee(pen: Pen) -> None:
    pen.shape(((258, 138), (382, 138), (366, 334), (274, 334)), WHITE)
    pen.shape(((264.5, 202), (375.5, 202), (369, 286), (271, 286)), "#8a5a3b")
    pen.panel((246, 112, 394, 142), 10, "#6f4630")
    pen.panel((262, 88, 378, 116), 10, "#8a5a3b")
    pen.oval((302, 222, 338, 268), "#f3d9bd")
    pen.arc((308, 214, 344, 262), 118, 200, 5, "#8a5a3b")
    for x in (292, 320, 348):
        pen.line([(x + 6 * math.sin(step), 74 - step * 7) for step in range(7)], 6, "#ffffffb0")


def _cinema(pen: Pen) -> None:
    pen.shape(((230, 172), (410, 172), (388, 334), (252, 334)), WHITE)
    for step in range(4):
        top, foot = 248 + step * 42, 264 + step * 34
        pen.shape(((top - 2, 172), (top + 19, 172), (foot + 15, 334), (foot - 2, 334)), "#e2574c")
    for x, y, r in ((252, 160, 30), (296, 142, 34), (344, 140, 34), (388, 160, 30), (320, 112, 30), (276, 124, 22),
                    (366, 122, 22)):  # fmt: skip
        pen.disc(x, y, r, "#fff1c9")
        pen.disc(x + 6, y + 6, r * 0.42, "#ffdf94")
    pen.panel((226, 168, 414, 190), 8, "#c9443a")


def _umbrella(pen: Pen) -> None:
    pen.line(((320, 76), (320, 300)), 10, INK)
    pen.arc((262, 264, 325, 334), 0, 180, 10, INK)
    pen.slice((186, 90, 454, 358), 180, 360, "#2f7fd6")
    pen.slice((254, 90, 386, 358), 180, 360, "#66aef2")
    for x in (219.5, 286.5, 353.5, 420.5):
        pen.slice((x - 33.5, 208, x + 33.5, 240), 180, 360, "#bfe0ff")
    for x, y in ((196, 268), (236, 300), (404, 300), (446, 268)):
        pen.line(((x, y), (x - 5, y + 20)), 7, "#ffffffc0")


def _mug(pen: Pen) -> None:
    pen.ring(394, 220, 54, 20, "#f2a33a")
    pen.panel((228, 126, 388, 332), 26, "#ffb84d")
    pen.panel((228, 126, 388, 166), 16, "#ffcf85")
    pen.oval((238, 128, 378, 160), "#7b4b2a")
    pen.heart(308, 244, 36, WHITE)
    for x in (280, 308, 336):
        pen.line([(x + 6 * math.sin(step), 110 - step * 7) for step in range(7)], 6, "#ffffffb0")


def _half_day(pen: Pen) -> None:
    pen.disc(400, 128, 56, "#ffd166")
    for step in range(12):
        turn = step * math.pi / 6
        across, down = math.cos(turn), math.sin(turn)
        pen.line(((400 + 68 * across, 128 + 68 * down), (400 + 82 * across, 128 + 82 * down)), 7, "#ffd166")
    pen.panel((214, 132, 384, 334), 18, WHITE)
    pen.panel((214, 132, 384, 186), 18, "#ef6f6c")
    pen.panel((214, 166, 384, 186), 0, "#ef6f6c")
    for x in (254, 344):
        pen.panel((x - 7, 112, x + 7, 154), 7, INK)
    for row in range(3):
        for column in range(4):
            half = row == 1 and column == 1
            box = (234 + column * 35, 204 + row * 40, 258 + column * 35, 228 + row * 40)
            pen.panel(box, 6, "#ef6f6c" if half else "#dfe6f2")
            if half:
                pen.shape(((box[0] + 2, box[3]), (box[2], box[1] + 2), (box[2], box[3])), "#f7c9c8")


def _training(pen: Pen) -> None:
    pen.panel((200, 92, 440, 262), 14, INK)
    pen.panel((212, 104, 428, 250), 8, "#f7fbff")
    pen.line(((236, 218), (280, 184), (318, 202), (396, 134)), 9, "#2fa37c")
    pen.shape(((404, 124), (398, 158), (372, 134)), "#2fa37c")
    for y in (126, 146):
        pen.panel((236, y, 304, y + 9), 4, "#c9d6e8")
    pen.line(((320, 262), (320, 286)), 9, INK)
    for x, fill in ((252, "#f2a33a"), (320, "#ef6f6c"), (388, "#5b8def")):
        pen.disc(x, 292, 19, fill)
        pen.slice((x - 32, 310, x + 32, 374), 180, 360, fill)


def _book(pen: Pen) -> None:
    pen.panel((226, 92, 408, 332), 16, "#4757b8")
    pen.panel((246, 286, 400, 322), 8, "#fdf6e3")
    for y in (296, 306):
        pen.line(((250, y), (396, y)), 2, "#d8ccb0")
    pen.panel((226, 92, 408, 296), 16, "#5c6fd6")
    pen.panel((226, 92, 256, 332), 14, "#3b4aa0")
    pen.panel((280, 128, 384, 206), 10, "#fdf6e3")
    pen.star(332, 168, 28, "#f2b93b")
    pen.shape(((350, 286), (384, 286), (384, 352), (367, 338), (350, 352)), "#ef6f6c")


def _gym(pen: Pen) -> None:
    pen.panel((206, 208, 434, 232), 10, "#8d99ae")
    for side in (-1, 1):
        for offset, height, fill in ((64, 84, "#2b3a55"), (96, 64, "#3d5075"), (124, 36, "#5a6f99")):
            x = 320 + side * offset
            pen.panel((x - 15, 220 - height, x + 15, 220 + height), 11, fill)
    pen.panel((270, 204, 370, 236), 12, "#aab6c9")
    for x in range(282, 366, 14):
        pen.line(((x, 210), (x, 230)), 3, "#8d99ae")


def _dinner(pen: Pen) -> None:
    pen.oval((200, 236, 440, 340), "#d9e2ec")
    pen.oval((200, 224, 440, 328), WHITE)
    pen.oval((232, 240, 408, 312), "#eef3f8")
    pen.slice((228, 156, 412, 390), 180, 360, "#c7d0da")
    pen.slice((228, 156, 412, 390), 180, 306, "#e4eaf0")
    pen.oval((228, 254, 412, 292), "#e4eaf0")
    pen.slice((228, 256, 412, 290), 300, 360, "#d3dbe4")
    pen.disc(320, 148, 15, "#f2b93b")
    pen.arc((250, 176, 360, 340), 190, 250, 8, WHITE)
    for x, y, r in ((196, 128, 20), (446, 132, 24), (424, 88, 13)):
        pen.heart(x, y, r, "#ff8f80")


def _promotion(pen: Pen) -> None:
    for step, fill in enumerate(("#7fc8a9", "#57b38c", "#349a72")):
        pen.panel((206 + step * 64, 284 - step * 46, 262 + step * 64, 334), 9, fill)
    pen.line(((216, 236), (288, 184), (330, 198), (408, 108)), 13, WHITE)
    pen.shape(((426, 84), (416, 140), (374, 104)), WHITE)
    pen.shape(((396, 236), (424, 236), (424, 336), (410, 320), (396, 336)), "#e2574c")
    pen.star(410, 238, 44, "#f2b93b", inner=0.82, points=12)
    pen.star(410, 238, 25, WHITE)


def _plant(pen: Pen) -> None:
    pen.line(((320, 262), (320, 140)), 9, "#2d7a4f")
    for side in (-1, 1):
        for y, reach, fill in ((244, 84, "#4fae74"), (204, 92, "#3f9c66"), (164, 72, "#62c388")):
            tip = (320 + side * reach, y - 58)
            bow = (320 + side * reach * 0.22, y - 64)
            belly = (320 + side * reach * 0.82, y - 4)
            pen.shape(_curve((320, y), bow, tip) + _curve(tip, belly, (320, y)), fill)
    pen.shape(_curve((320, 150), (286, 112), (320, 72)) + _curve((320, 72), (354, 112), (320, 150)), "#7ed6a0")
    pen.shape(((262, 262), (378, 262), (362, 336), (278, 336)), "#d9774f")
    pen.panel((250, 244, 390, 274), 9, "#e98e64")


def _headphones(pen: Pen) -> None:
    pen.arc((212, 84, 428, 332), 184, 356, 22, INK)
    pen.arc((222, 94, 418, 322), 204, 336, 5, "#5a6b8c")
    for side in (-1, 1):
        x = 320 + side * 98
        pen.panel((x - 30, 196, x + 30, 318), 28, "#8e6bd6")
        pen.panel((x + side * 4 - 18, 210, x + side * 4 + 18, 304), 18, "#b79af0")
    for x, height in ((268, 14), (294, 34), (320, 54), (346, 34), (372, 14)):
        pen.panel((x - 5, 258 - height, x + 5, 258 + height), 5, "#ffffffd8")


def _between(one: Colour, other: Colour) -> Colour:
    """The colour half-way."""
    parts = ((int(one[at : at + 2], 16) + int(other[at : at + 2], 16)) // 2 for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _curve(
    start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Points of a curve drawn towards `bend` (a quadratic Bézier)."""
    made = []
    for step in range(17):
        t = step / 16
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        made.append((a * start[0] + b * bend[0] + c * end[0], a * start[1] + b * bend[1] + c * end[1]))
    return made


_SCENES: Mapping[Item, _Scene] = {
    Item.COFFEE: _Scene("#f6e3d0", "#dfb892", "#c89468", _coffee),
    Item.CINEMA: _Scene("#46518f", "#2b2f63", "#5a66ab", _cinema),
    Item.UMBRELLA: _Scene("#a9d3f7", "#6fa8e0", "#8cbfef", _umbrella),
    Item.MUG: _Scene("#7fc9c2", "#46a39b", "#5fb8b0", _mug),
    Item.HALF_DAY: _Scene("#9fd8f5", "#63b0de", "#7cc3ea", _half_day),
    Item.TRAINING: _Scene("#cfe6f5", "#9cc6e6", "#b7d8ef", _training),
    Item.BOOK: _Scene("#fde7b8", "#f5c871", "#fad591", _book),
    Item.GYM: _Scene("#ffd0c2", "#f79f86", "#fbb9a4", _gym),
    Item.DINNER: _Scene("#ffc9a8", "#ef8f5f", "#f6a97e", _dinner),
    Item.PROMOTION: _Scene("#5b7fd1", "#35519e", "#6b8ddb", _promotion),
    Item.PLANT: _Scene("#e3f4df", "#b5dfb4", "#cbeac7", _plant),
    Item.HEADPHONES: _Scene("#e2d8fb", "#bda6ef", "#d0c0f6", _headphones),
}
