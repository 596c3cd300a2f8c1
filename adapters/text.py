"""The shared door-mat: what every messenger's text goes through before anybody reads it."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F)])
_JOINERS = dict.fromkeys([0x200C, 0x200D])
"""They hold emoji and some scripts' words together, so they stay in what people say; a command's name has none."""
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A message split into its command word and the rest.

    `word` is the slash word, lower case, without slash; "" for text that does not begin with a slash. `rest` is the
    text after it (or all of it), with line breaks kept and spaces collapsed; letters and digits stay as typed.
    """

    word: str
    rest: str


def tidy(text: str) -> str:
    """Drop invisible and direction characters, make every kind of blank one space, trim every line."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.translate(_INVISIBLE).splitlines())
    return "\n".join(lines).strip()


def split(text: str) -> Said:
    """Tell a slash command from text. Only the first word is folded (NFKC, case): arguments stay as typed."""
    clean = tidy(text)
    first, _, rest = clean.partition(" ")
    if "\n" in first:
        first, _, rest = clean.partition("\n")
    folded = unicodedata.normalize("NFKC", first.translate(_JOINERS))
    if folded == "/" and rest:
        first, rest = [*rest.split(maxsplit=1), ""][:2]
        folded = "/" + unicodedata.normalize("NFKC", first.translate(_JOINERS))
    if folded.startswith("/") and len(folded) > 1 and not folded.startswith("//"):
        return Said(folded[1:].casefold(), rest.strip())
    return Said("", clean)


def without_mention(text: str, name: str) -> str:
    """The text without `@name` at its start, whatever kind of blank follows it."""
    clean = tidy(text)
    mention = f"@{name}"
    return clean[len(mention) :].lstrip() if name and clean.startswith(mention) else clean


def cut_bytes(text: str, limit: int) -> str:
    """The longest prefix of whole characters within `limit` UTF-8 bytes, with an ellipsis when something was cut."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    return raw[: limit - 3].decode(errors="ignore") + "…"


def chunks(text: str, limit: int) -> list[str]:
    """Split a long text into pieces of at most `limit` UTF-8 bytes, at line breaks where possible; nothing is lost."""
    pieces: list[str] = []
    current = ""
    for line in text.splitlines(keepends=True):
        if len((current + line).encode()) > limit and current:
            pieces.append(current.rstrip("\n"))
            current = ""
        while len(line.encode()) > limit:
            head = line.encode()[:limit].decode(errors="ignore")
            pieces.append(head)
            line = line[len(head) :]
        current += line
    if current.strip() or not pieces:
        pieces.append(current.rstrip("\n"))
    return pieces
