"""Card text in DingTalk's two markdown dialects (template cards §3.9, robot messages §4.6).

Neither dialect documents an escape character, so user text is defused: a mark that could start markup is replaced by
its look-alike or parted by a zero-width space. What people read stays the same.
"""

import re
from collections.abc import Iterable

from adapters.base import People
from adapters.pictures import picture_url
from cards.model import (
    Block,
    Bold,
    Divider,
    Fields,
    Note,
    PersonRef,
    Picture,
    Plain,
    Progress,
    Span,
    Text,
    WebLink,
)
from cards.model import People as PeopleBlock

BREAK = "  \n"
"""A line break inside a paragraph (§3.9); paragraphs are parted by an empty line."""

_GAP = "\u200b"
_LOOK_ALIKE = str.maketrans({"*": "∗", "`": "ˋ", "_": "＿", "\\": "＼", "\r": None, "\0": None})
_LINE_START = re.compile(r"^(\s*)(#|>|-|\+|=|\||\d+[.)])", re.MULTILINE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_WWW = re.compile(r"(?<=www)\.", re.IGNORECASE)
_STRIKES = re.compile(r"~(?=~)")
_BLANKS = re.compile(r"[ \t]+")
_USER_ID = re.compile(r"[\w.@$:-]{1,128}")


def literal(text: str) -> str:
    """User text that stays text: no emphasis, heading, list, link, image, tag, mention, variable or strike-through."""
    safe = _STRIKES.sub(f"~{_GAP}", text.translate(_LOOK_ALIKE)).replace("](", f"]{_GAP}(").replace("][", f"]{_GAP}[")
    safe = safe.replace("![", f"!{_GAP}[").replace("${", f"${_GAP}{{").replace("dtmd:", f"dtmd{_GAP}:")
    safe = _WWW.sub(f"{_GAP}.", _TAG.sub(f"<{_GAP}", safe.replace("://", f":{_GAP}//")))
    # One blank at most: four at the start of a line would be a code block, two at its end a break.
    return BREAK.join(_LINE_START.sub(rf"\1{_GAP}\2", _BLANKS.sub(" ", line)) for line in safe.split("\n"))


def link(text: str, url: str) -> str:
    """A link, or just its text when the URL is not plain http(s)."""
    if not re.fullmatch(r"https?://[^\s\"<>\\]+", url):
        return literal(text)
    address = url.replace("(", "%28").replace(")", "%29")
    return f"[{_label(text)}]({address})"


def _label(text: str) -> str:
    return literal(text).replace("[", "［").replace("]", "］")


def spans(parts: Iterable[Span], people: People) -> str:
    """Running text."""
    return "".join(_span(part, people) for part in parts)


def _span(part: Span, people: People) -> str:
    if isinstance(part, Plain):
        return literal(part.text)
    if isinstance(part, Bold):
        words = literal(part.text.strip())
        return f"**{words}**" if words else ""
    if isinstance(part, WebLink):
        return link(part.text, part.url)
    return person(part, people)


def person(ref: PersonRef, people: People) -> str:
    """A mention where we know the person's user id here, else the name."""
    user_id = mentionable(ref, people)
    name = literal(people[ref.person_id].name if ref.person_id in people else ref.name).replace("<", "＜")
    return f"<a atId={user_id}>{name}</a>" if user_id else name


def mentionable(ref: PersonRef, people: People) -> str:
    """The user id by which this person can be mentioned, "" when there is none fit for an attribute."""
    shown = people.get(ref.person_id)
    user_id = (shown.user_id if shown else None) or ""
    return user_id if _USER_ID.fullmatch(user_id) else ""


def block(item: Block, people: People, public_url: str) -> str:
    """One block as one paragraph. `public_url`: where our pictures are."""
    if isinstance(item, Text):
        return spans(item.spans, people)
    if isinstance(item, Fields):
        return BREAK.join(f"**{literal(pair.label.strip())}**：{literal(pair.value)}" for pair in item.pairs)
    if isinstance(item, Progress):
        return f"**{literal(item.label.strip())}**：{literal(item.caption)}"
    if isinstance(item, PeopleBlock):
        return "、".join(person(ref, people) for ref in item.people)
    if isinstance(item, Note):
        return "\n".join(f"> {line}" for line in literal(item.text).split("\n"))
    if isinstance(item, Picture):
        return f"![{_label(' '.join(item.alt.split()))}]({picture_url(public_url, item.name)})"
    assert isinstance(item, Divider)
    return "---"


def paragraphs(parts: Iterable[str]) -> str:
    """Paragraphs as one text; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
