"""Our spans in the messenger's markup, with everything a user wrote made harmless (feishu.md §3.4)."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from adapters.base import People
from cards.model import Bold, PersonRef, Plain, Span, WebLink

_MARKUP = re.compile(r"[&<>*_~\[\]()#\\`|]")
_LINE_START = re.compile(r"(?m)^[ \t]*(?:[-+=>]|\d+\.)|^[ \t]+")
_OPEN_ID = re.compile(r"ou_[A-Za-z0-9_-]{1,64}")
_URL_SAFE = "%/:=&?~#+!$,;@-._"
_TEXT_TAG = re.compile(r"<(?=\s*[/A-Za-z!])")


def escape(text: str) -> str:
    """Text that shows itself: every character that could be markup becomes a numeric entity."""
    return _LINE_START.sub(_open_line, _MARKUP.sub(_entity, text))


def spans(parts: Sequence[Span], people: People) -> str:
    """A paragraph in markdown."""
    return "".join(_span(part, people) for part in parts)


def unmarked(parts: Sequence[Span]) -> str | None:
    """The paragraph's text when it needs no markup at all, so that it can go as plain text."""
    texts = [part.text for part in parts if isinstance(part, Plain)]
    return "".join(texts) if len(texts) == len(parts) else None


def bold(text: str) -> str:
    """Text set in bold. Emphasis ends at a line break and wants a blank beside punctuation."""
    line = " ".join(text.split())
    if not line:
        return ""
    before, after = ("" if line[edge].isalnum() else " " for edge in (0, -1))
    return f"{before}**{escape(line)}**{after}"


def quiet(text: str) -> str:
    """Text in grey, on one line."""
    line = " ".join(text.split())
    return f"<font color='grey'>{escape(line)}</font>" if line else ""


def web_url(url: str) -> str | None:
    """The URL if it leads to the web and nowhere else, safe inside markup; None otherwise."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return quote(url, safe=_URL_SAFE, errors="replace")


def open_id(person_id: str, people: People) -> str | None:
    """The person's open_id where we know one that cannot be anything else (`all`, markup)."""
    shown = people.get(person_id)
    known = shown.user_id if shown else None
    return known if known and _OPEN_ID.fullmatch(known) else None


def name_of(ref: PersonRef, people: People) -> str:
    """The name to show for a person without identity here."""
    shown = people.get(ref.person_id)
    return (shown.name if shown else "") or ref.name


def for_text_message(text: str) -> str:
    """Text for a text message, whose only escape is not to look like markup: no `<at …>`, no `[label](url)`."""
    return _TEXT_TAG.sub("＜", text).replace("](", "]\u200b(")


def _span(part: Span, people: People) -> str:
    match part:
        case Plain():
            return escape(part.text)
        case Bold():
            return bold(part.text)
        case WebLink():
            url, label = web_url(part.url), escape(" ".join(part.text.split()))
            return f"[{label}]({url})" if url and label else label
        case PersonRef():
            known = open_id(part.person_id, people)
            return f"<at id={known}></at>" if known else escape(name_of(part, people))


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _open_line(match: re.Match[str]) -> str:
    """The start of a line that would become a list, a rule, a quote or code: its marks and blanks as entities."""
    return "".join(letter if letter.isdigit() else f"&#{ord(letter)};" for letter in match[0])
