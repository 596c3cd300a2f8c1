"""Making a card showable: everything a messenger cannot do is answered here, so that renderers have no fallback.

`fit` is pure and total: a card comes out that stays within the surface's numbers, or `CannotFit` is raised because a
meaning would be lost. Fitting a fitted card changes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

from cards.action import MARK, ActionRef, NotAReference
from cards.capability import Capabilities
from cards.fit.actions import fit_action_labels, fit_actions
from cards.fit.draft import Draft
from cards.fit.inputs import fit_inputs
from cards.fit.labels import shorten, shorten_all
from cards.fit.limits import can_show, faults, within
from cards.fit.options import settle
from cards.fit.outcome import CannotFit, Change, Fitted
from cards.fit.texts import fit_blocks, fit_text, fit_title
from cards.model import Card, Choice, Input, Option
from cards.plain import plain
from domain.command import Value

__all__ = ["CannotFit", "Change", "Fitted", "fit", "unfold", "within"]


def fit(card: Card, caps: Capabilities) -> Fitted:
    """The card as this surface can show it, with what changed and what must be said after it.

    Raises `CannotFit` rather than lose a meaning: a button, a required question or a text.
    """
    if not caps.card:
        return Fitted(None, plain(card), (Change("card", "text"),))
    card = _without_understudies(card, caps)
    if within(card, caps):
        return Fitted(card, "", ())
    draft = Draft.of(card, caps)
    fit_blocks(draft)
    fit_inputs(draft)
    fit_actions(draft)
    fit_action_labels(draft)
    inputs = tuple(_settled(draft))
    fit_text(draft)
    fit_title(draft)
    fitted = replace(
        card,
        header=draft.header,
        blocks=tuple(draft.blocks),
        groups=tuple(draft.groups),
        inputs=inputs,
        actions=tuple(draft.actions),
    )
    remaining = next(faults(fitted, caps), None)
    if remaining is not None:
        raise CannotFit(remaining)
    return Fitted(fitted, "\n".join(draft.rest), tuple(draft.changes))


def _without_understudies(card: Card, caps: Capabilities) -> Card:
    """Leave out inputs that only stand in for one this surface can show."""
    shown = {one.name for one in card.inputs if can_show(one, caps)}
    kept = tuple(one for one in card.inputs if not (isinstance(one, Choice) and one.stands_in_for in shown))
    return card if len(kept) == len(card.inputs) else replace(card, inputs=kept)


def unfold(values: Mapping[str, Value]) -> tuple[ActionRef, ...]:
    """The actions a person chose as options of a submitted form, in input order; the first genuine one is to be done
    instead of the submit. They are claims: text a person typed may look like one, and then it is just text."""
    found: list[ActionRef] = []
    for value in values.values():
        for text in (value,) if isinstance(value, str) else value:
            if text.startswith(MARK):
                try:
                    found.append(ActionRef.decode(text))
                except NotAReference:
                    continue
    return tuple(found)


def _settled(draft: Draft) -> list[Input]:
    caps = draft.caps
    inputs: list[Input] = []
    for item in draft.asked:
        asked = item.input
        if isinstance(asked, Choice):
            asked = settle(draft, item, asked)
            labels = [(option.label, option.value) for option in asked.options]
            short = shorten_all(labels, caps.option_label)
            options = tuple(Option(one.value, label) for one, label in zip(asked.options, short, strict=True))
            asked = replace(asked, options=options)
        inputs.append(replace(asked, label=shorten(asked.label, caps.input_label)))
    return inputs
