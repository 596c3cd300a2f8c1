"""One-line kudos: `@同事甲 @同事乙 +10 #客户第一 周末陪我修好了工单系统` (flow 5.2)."""

import re
from dataclasses import dataclass

_POINTS = re.compile(r"[+＋]\s?([0-9０-９]{1,6})(?:\s?(?:分|pts?\b))?(?=[\s#＃,，]|$)")
_LAST_POINTS = re.compile(r"(?<=\s)[+＋]([0-9０-９]{1,6})(?:分|pts?)?$")
_TAG = re.compile(r"(?<!\S)[#＃]([^\s#＃@＠+＋]+)")
_PRIVATE = re.compile(r"(?:私密|private)(?=\s|$)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a line says besides whom it thanks. `tags` are words, not yet values; no amount is a thank-you without
    points."""

    points: int
    tags: tuple[str, ...]
    is_private: bool
    reason: str


def understand(text: str) -> Spoken:
    """Read a line from which the people have been taken out: amount, values and "private" first, in any order, or the
    amount at the very end; values may stand anywhere. What is left is the reason."""
    amount = ""
    is_private = False
    tags: dict[str, None] = {}
    rest = text.strip()
    while True:
        if not amount and (found := _POINTS.match(rest)):
            amount = found[1]
        elif found := _TAG.match(rest):
            tags[found[1]] = None
        elif not is_private and (found := _PRIVATE.match(rest)):
            is_private = True
        else:
            break
        rest = rest[found.end() :].lstrip(" \t\n,，")
    if not amount and (found := _LAST_POINTS.search(rest)):
        amount, rest = found[1], rest[: found.start()]
    tags.update(dict.fromkeys(_TAG.findall(rest)))
    return Spoken(int(amount or "0"), tuple(tags), is_private, _BLANKS.sub(" ", _TAG.sub(" ", rest)).strip())
