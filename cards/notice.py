"""What we keep about a person, for what, for how long, and who sees it (R-PRV-07)."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import Bold, Button, Card, Field, Fields, Header, Note, Plain, Style, Text, Tone
from cards.text import say

_SHORT = ("purpose", "data", "keep", "seen")
_LONG = ("purpose", "data", "keep", "seen", "rights")


def notice_card(key: str, contacts: Sequence[str], locale: str) -> Card:
    """First contact: the notice in short, with the way to all of it."""
    pairs = [Field(say(locale, f"pv.{part}"), say(locale, f"pv.{part}.short")) for part in _SHORT]
    pairs.append(Field(say(locale, "pv.contact"), contact_words(contacts, locale)))
    return Card(
        kind="notice", key=key, header=Header(say(locale, "pv.title"), tone=Tone.INFO), updates=False,
        blocks=(Text((Plain(say(locale, "pv.notice")),)), Fields(tuple(pairs))),
        actions=(
            Button(
                label=say(locale, "pv.view"), ref=ActionRef("go.privacy"), style=Style.PRIMARY, hint="/privacy"
            ),
        ),
        summary=say(locale, "pv.title"), locale=locale,
    )  # fmt: skip


def privacy_card(key: str, contacts: Sequence[str], version: int, locale: str) -> Card:
    """`/privacy`: the whole notice."""
    blocks = [
        Text((Bold(say(locale, f"pv.{part}")), Plain(f"\n{say(locale, f'pv.{part}.long')}"))) for part in _LONG
    ]  # fmt: skip
    blocks.append(Text((Bold(say(locale, "pv.contact")), Plain(f"\n{contact_words(contacts, locale)}"))))
    return Card(
        kind="privacy", key=key, header=Header(say(locale, "pv.details"), tone=Tone.INFO), updates=False,
        blocks=(*blocks, Note(say(locale, "pv.version", n=version))), summary=say(locale, "pv.details"),
        locale=locale,
    )  # fmt: skip


def contact_words(contacts: Sequence[str], locale: str) -> str:
    """Whom to ask, by name where the company has named somebody."""
    return say(locale, "plain.names").join(contacts) or say(locale, "pv.contact.unnamed")
