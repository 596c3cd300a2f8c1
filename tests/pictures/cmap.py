"""Which characters a font file has glyphs for, read from the file itself: a second opinion on what is drawn."""

import struct
from pathlib import Path


def glyphs_of(file: Path) -> set[str]:
    """The characters of the font's full Unicode table (`cmap` format 12)."""
    data = file.read_bytes()
    tables = struct.unpack(">H", data[4:6])[0]
    entries = (struct.unpack(">4sIII", data[12 + 16 * n : 28 + 16 * n]) for n in range(tables))
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    count = struct.unpack(">H", data[start + 2 : start + 4])[0]
    found: set[str] = set()
    for n in range(count):
        at = start + struct.unpack(">I", data[start + 8 + 8 * n : start + 12 + 8 * n])[0]
        if struct.unpack(">H", data[at : at + 2])[0] != 12:
            continue
        groups = struct.unpack(">I", data[at + 12 : at + 16])[0]
        for group in range(groups):
            first, last, _ = struct.unpack(">III", data[at + 16 + 12 * group : at + 28 + 12 * group])
            found |= {chr(point) for point in range(first, last + 1)}
    return found
