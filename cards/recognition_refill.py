"""The card of a refill, for whoever may give more now (R-ALW-04)."""

from cards.action import ActionRef
from cards.model import Button, Card, Header, Note, Plain, Style, Text, Tone
from cards.text import say
from domain.recognition.messages import BoostKind, BoostView


def refilled_card(key: str, boost: BoostView, locale: str) -> Card:
    """How much, from whom, what for, and how long it lasts."""
    title = say(locale, "al.title", p=boost.amount)
    lasts = "al.monthly" if boost.kind is BoostKind.PERSISTENT else "al.one_time"
    blocks = (
        Text((Plain(say(locale, "al.reason", by=boost.by_name, reason=boost.reason)),)),
        Note(say(locale, lasts, p=boost.amount, until=boost.usable_until)),
    )
    give = Button(label=say(locale, "go.kudos"), ref=ActionRef("go.kudos"), style=Style.PRIMARY, hint="/kudos")
    return Card(
        kind="allowance_refilled", key=key, header=Header(title, tone=Tone.SUCCESS), blocks=blocks, actions=(give,),
        summary=title, updates=False, locale=locale,
    )  # fmt: skip
