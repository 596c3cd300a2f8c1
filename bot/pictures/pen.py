"""A canvas for smooth shapes: drawn three times as large and shrunk, since the library draws hard edges."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

Point = tuple[float, float]
Colour = str
SCALE = 3


class Pen:
    """Shapes in the picture's own units. Colours are `#rrggbb` or, to shine through, `#rrggbbaa`."""

    def __init__(self, width: int, height: int, corners: Sequence[Colour]) -> None:
        """`corners`: the ground's colours at top left, top right, bottom left, bottom right."""
        self.size = (width, height)
        seed = Image.new("RGB", (2, 2))
        for number, colour in enumerate(corners):
            seed.paste(colour, (number % 2, number // 2, number % 2 + 1, number // 2 + 1))
        self._image = seed.resize((width * SCALE, height * SCALE), Image.Resampling.BICUBIC)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def disc(self, x: float, y: float, r: float, fill: Colour) -> None:
        self._draw.ellipse(_scaled((x - r, y - r, x + r, y + r)), fill=fill)

    def oval(self, box: Sequence[float], fill: Colour) -> None:
        self._draw.ellipse(_scaled(box), fill=fill)

    def ring(self, x: float, y: float, r: float, width: float, fill: Colour) -> None:
        self._draw.ellipse(_scaled((x - r, y - r, x + r, y + r)), outline=fill, width=round(width * SCALE))

    def panel(self, box: Sequence[float], r: float, fill: Colour) -> None:
        """A box with round corners."""
        self._draw.rounded_rectangle(_scaled(box), radius=r * SCALE, fill=fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def slice(self, box: Sequence[float], start: float, end: float, fill: Colour) -> None:
        """A part of an oval, in degrees clockwise from three o'clock."""
        self._draw.pieslice(_scaled(box), start, end, fill=fill)

    def arc(self, box: Sequence[float], start: float, end: float, width: float, fill: Colour) -> None:
        self._draw.arc(_scaled(box), start, end, fill=fill, width=round(width * SCALE))

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """A line with round ends and bends."""
        self._draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=round(width * SCALE), joint="curve"
        )
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def heart(self, x: float, y: float, r: float, fill: Colour) -> None:
        """A heart around (x, y), about 2 r wide."""
        turns = [2 * math.pi * step / 72 for step in range(72)]
        across = [16 * math.sin(turn) ** 3 for turn in turns]
        down = [13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t) for t in turns]
        self.shape([(x + a * r / 16, y - d * r / 16) for a, d in zip(across, down, strict=True)], fill)

    def star(self, x: float, y: float, r: float, fill: Colour, *, inner: float = 0.46, points: int = 5) -> None:
        edges = range(points * 2)
        radii = [r if edge % 2 == 0 else r * inner for edge in edges]
        angles = [math.pi * edge / points - math.pi / 2 for edge in edges]
        self.shape([(x + s * math.cos(a), y + s * math.sin(a)) for s, a in zip(radii, angles, strict=True)], fill)

    def finished(self) -> Image.Image:
        """The picture at its own size, for text to be set on."""
        return self._image.resize(self.size, Image.Resampling.BOX)


def png(image: Image.Image) -> bytes:
    """The picture as a PNG without date or other marks: equal pictures are equal bytes."""
    made = io.BytesIO()
    image.save(made, "PNG", compress_level=6)
    return made.getvalue()


def _scaled(box: Sequence[float]) -> list[float]:
    return [edge * SCALE for edge in box]
