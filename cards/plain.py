"""Any card as text people can read and answer: for messengers without cards, and for the day the card API is down."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cards.action import MARK, ActionRef
from cards.model import (
    Block,
    Button,
    Card,
    Choice,
    DateInput,
    Fields,
    Group,
    Input,
    Link,
    Note,
    NumberInput,
    People,
    PersonRef,
    Picture,
    Progress,
    Span,
    Text,
    TextInput,
    WebLink,
)
from cards.text import say

BAR = 10
"""Characters in a progress bar."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An action that is chosen by answering with its number."""

    label: str
    ref: ActionRef


def plain(card: Card) -> str:
    """The whole card as text, never empty: every block, question, action and link, in the card's language."""
    lines = [card.header.title, card.header.subtitle]
    lines += [block_text(block, card.locale) for block in card.blocks]
    lines += _questions(card)
    lines += _actions(card)
    text = "\n".join(line for line in lines if line.strip())
    return text or card.summary.strip() or say(card.locale, "plain.empty")


def numbered(card: Card) -> tuple[Numbered, ...]:
    """The actions `plain` numbers, in that order: options that are actions, doors to answer by message, and buttons
    that have no words of their own to type."""
    doors = (
        Numbered(say(card.locale, "fit.answer_for", title=group.title).strip(), group.by_message)
        for group in card.groups
        if group.by_message is not None
    )
    pressed = [action for action in card.actions if isinstance(action, Button)]
    found = (*_option_actions(card), *doors, *(Numbered(one.label, one.ref) for one in pressed if not one.hint))
    if not found:
        return ()
    hinted = {one.ref.encode() for one in pressed if one.hint}
    unique = {item.ref.encode(): item for item in reversed(found)}
    return tuple(item for encoded, item in reversed(unique.items()) if encoded not in hinted)


def block_text(block: Block, locale: str) -> str:
    """One block as text; several lines where it has several parts, "" for a divider or mere decoration."""
    match block:
        case Text(spans):
            return "".join(span_text(span) for span in spans)
        case Fields(pairs):
            return "\n".join(say(locale, "plain.pair", label=pair.label, value=pair.value) for pair in pairs)
        case Progress():
            return progress_text(block)
        case People(people):
            return say(locale, "plain.names").join(person.name for person in people)
        case Note(text):
            return text
        case Picture():
            return block.alt
        case _:
            return ""


def span_text(span: Span) -> str:
    """A span as text; a link with its address, because text is often not clickable."""
    if isinstance(span, WebLink):
        return f"{span.text} {span.url}" if span.text and span.text != span.url else span.url
    return span.name if isinstance(span, PersonRef) else span.text


def progress_text(progress: Progress) -> str:
    """A bar of ten characters with its words. Full only at 1 and empty only at 0, as the percentage is (R-GEN-05)."""
    ratio = min(max(progress.ratio, Decimal(0)), Decimal(1))
    full = int((ratio * BAR).to_integral_value(ROUND_HALF_UP))
    if 0 < ratio < 1:
        full = min(max(full, 1), BAR - 1)
    bar = "▓" * full + "░" * (BAR - full)
    return " ".join(part for part in (progress.label, bar, progress.caption) if part)


def _questions(card: Card) -> Iterator[str]:
    groups = {group.key: group for group in card.groups}
    shown: set[str] = set()
    for asked in card.inputs:
        group = groups.get(asked.group)
        if group is not None and group.key not in shown:
            shown.add(group.key)
            yield from _heading(group)
        yield _question(asked, card.locale)
    for group in card.groups:
        if group.key not in shown:
            yield from _heading(group)


def _heading(group: Group) -> tuple[str, str]:
    return group.title, group.caption


def _question(asked: Input, locale: str) -> str:
    label = say(locale, "plain.required", label=asked.label) if asked.required else asked.label
    return "- " + say(locale, "plain.pair", label=label, value=_how_to_answer(asked, locale))


def _how_to_answer(asked: Input, locale: str) -> str:
    separator = say(locale, "plain.choices")
    match asked:
        case Choice():
            labels = separator.join(option.label for option in asked.options if not option.value.startswith(MARK))
            return labels or asked.placeholder or say(locale, "plain.text")
        case NumberInput():
            hint = asked.placeholder or say(locale, "plain.figure") + asked.unit
        case DateInput():
            hint = asked.placeholder or say(locale, "plain.date")
        case TextInput():
            hint = asked.placeholder or say(locale, "plain.text")
    return separator.join([hint, say(locale, "plain.current", value=asked.initial)]) if asked.initial else hint


def _option_actions(card: Card) -> Iterator[Numbered]:
    for asked in card.inputs:
        if isinstance(asked, Choice):
            for option in asked.options:
                if option.value.startswith(MARK):
                    yield Numbered(option.label, ActionRef.decode(option.value))


def _actions(card: Card) -> Iterator[str]:
    for number, item in enumerate(numbered(card), start=1):
        yield say(card.locale, "plain.number", n=number, label=item.label)
    for action in card.actions:
        if isinstance(action, Link):
            yield say(card.locale, "plain.pair", label=action.label, value=action.url)
        elif action.hint:
            yield say(card.locale, "plain.hint", hint=action.hint, label=action.label)
