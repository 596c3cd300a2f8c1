"""What a surface's numbers forbid: the one place that knows when a card is showable as it is."""

from collections.abc import Iterator, Sequence

from cards.action import ActionRef
from cards.capability import Capabilities
from cards.fit.pictures import room_for_pictures, shown_pictures
from cards.model import (
    Action,
    Block,
    Button,
    Card,
    Choice,
    DateInput,
    Divider,
    Fields,
    Group,
    Input,
    Note,
    NumberInput,
    People,
    PersonRef,
    Picture,
    Progress,
    Text,
    TextInput,
    WebLink,
)
from cards.plain import block_text


def within(card: Card, caps: Capabilities) -> bool:
    """Whether the surface can show this card exactly as it is."""
    return next(faults(card, caps), None) is None


def faults(card: Card, caps: Capabilities) -> Iterator[str]:
    """Everything that keeps the surface from showing the card, by name; empty when there is nothing to change."""
    if not caps.card:
        yield "card"
    if caps.title and len(card.header.title) > caps.title:
        yield "title"
    yield from _block_faults(card.blocks, caps)
    pictures = [block for block in card.blocks if type(block) is Picture]
    if pictures and len(pictures) > len(shown_pictures(pictures, room_for_pictures(card.inputs, card.actions, caps))):
        yield "pictures"
    if card.inputs:
        yield from _form_faults(card, caps)
    elif len(card.actions) > caps.max_buttons:
        yield "actions"
    for action in card.actions:
        if len(action.label) > caps.button_label:
            yield f"label:{action.label}"
        if isinstance(action, Button) and not ref_fits(action.ref, caps.action_bytes):
            yield f"action:{action.ref.name}"
    limit = room_for_text(card.inputs, len(card.actions), card.groups, caps)
    if limit and text_length(text_parts(card)) > limit:
        yield "text"


def can_show(asked: Input, caps: Capabilities) -> bool:
    """Whether the surface has an input of this kind at all."""
    if not caps.max_inputs or not caps.form_buttons:
        return False
    match asked:
        case Choice():
            able = caps.choice_many if asked.many else caps.choice
            return able and bool(caps.max_choices and caps.max_options) and bool(asked.options or asked.source)
        case TextInput():
            return caps.text_input
        case NumberInput():
            return caps.number_input
        case DateInput():
            return caps.date_input


def counts_fit(inputs: list[Input] | tuple[Input, ...], caps: Capabilities) -> bool:
    """Whether so many inputs may stand on one card."""
    if len(inputs) > caps.max_inputs:
        return False
    choices = [asked for asked in inputs if type(asked) is Choice]
    if len(choices) > caps.max_choices:
        return False
    return caps.many_beside or len(inputs) == 1 or not any(asked.many for asked in choices)


def option_limit(inputs: int, caps: Capabilities) -> int:
    """Options one choice may have on a card with so many inputs."""
    return caps.sole_options if inputs == 1 and caps.sole_options is not None else caps.max_options


def is_sole(inputs: Sequence[Input], actions: int, groups: Sequence[Group], caps: Capabilities) -> bool:
    """Whether a form is one question among several buttons, where the surface can show that as a card of buttons."""
    if not caps.sole_buttons or actions < 2 or groups or len(inputs) != 1:
        return False
    asked = inputs[0]
    return type(asked) is Choice and not asked.many and len(asked.options) <= caps.max_options


def button_limit(inputs: Sequence[Input], actions: int, groups: Sequence[Group], caps: Capabilities) -> int:
    """Buttons a card with these inputs may have, when it wants so many."""
    if not inputs:
        return caps.max_buttons
    return caps.sole_buttons if is_sole(inputs, actions, groups, caps) else caps.form_buttons


def submits_of(actions: Sequence[Action]) -> int:
    """How many buttons want to send the answers along."""
    return sum(1 for action in actions if isinstance(action, Button) and action.submits)


def room_for_text(inputs: Sequence[Input], actions: int, groups: Sequence[Group], caps: Capabilities) -> int:
    """Characters of running text; 0 = no limit worth knowing."""
    return caps.form_text if inputs and not is_sole(inputs, actions, groups, caps) else caps.text


def ref_fits(ref: ActionRef, limit: int) -> bool:
    """Whether the encoded reference is short enough; the exact length is only computed when it could matter."""
    bound = 2 + len(ref.name)
    for key, value in ref.params.items():
        bound += len(key) + 2 + len(value) * (3 if value.isascii() else 12)
    return bound <= limit or len(ref.encode()) <= limit


def text_parts(card: Card) -> list[str]:
    """The running text that has to share the room: blocks, and on a form the subtitle and the groups' headings."""
    parts = [block_text(block, card.locale) for block in card.blocks]
    if card.inputs:
        parts.append(card.header.subtitle)
        parts += heading_parts(asked_groups(card.groups, card.inputs))
    return parts


def heading_parts(groups: list[Group]) -> list[str]:
    """What the groups' headings add to the running text."""
    return [part for group in groups for part in (group.title, group.caption)]


def asked_groups(groups: tuple[Group, ...], inputs: tuple[Input, ...]) -> list[Group]:
    """The groups that really have an input: only their headings are shown."""
    keys = {asked.group for asked in inputs}
    return [group for group in groups if group.key in keys]


def text_length(parts: list[str]) -> int:
    """Characters of the parts, one per line."""
    shown = [len(part) for part in parts if part]
    return sum(shown) + max(0, len(shown) - 1)


def _block_faults(blocks: tuple[Block, ...], caps: Capabilities) -> Iterator[str]:
    pairs = 0
    for block in blocks:
        match block:
            case Text(spans):
                for span in spans:
                    if (type(span) is PersonRef and not caps.mention_person) or (
                        type(span) is WebLink and not caps.markdown
                    ):
                        yield f"span:{span.type}"
            case Fields():
                pairs += len(block.pairs)
            case Progress():
                yield "progress"
            case People():
                if not caps.mention_person:
                    yield "people"
            case Note() | Divider() | Picture():
                pass
    if caps.max_fields and pairs > caps.max_fields:
        yield "fields"


def _form_faults(card: Card, caps: Capabilities) -> Iterator[str]:
    if not counts_fit(card.inputs, caps):
        yield "inputs"
    if not any(type(action) is Button and action.submits for action in card.actions):
        yield "submit"
    if submits_of(card.actions) > caps.submits:
        yield "submits"
    if len(card.actions) > button_limit(card.inputs, len(card.actions), card.groups, caps):
        yield "actions"
    limit = option_limit(len(card.inputs), caps)
    for asked in card.inputs:
        if not can_show(asked, caps):
            yield f"input:{asked.name}"
        if len(asked.label) > caps.input_label:
            yield f"label:{asked.name}"
        if type(asked) is Choice:
            yield from _option_faults(asked, limit, caps)


def _option_faults(asked: Choice, limit: int, caps: Capabilities) -> Iterator[str]:
    if len(asked.options) > limit:
        yield f"options:{asked.name}"
    label, size = caps.option_label, caps.option_bytes
    for option in asked.options:
        if len(option.label) > label:
            yield f"option label:{asked.name}"
        if len(option.value) * 4 > size and len(option.value.encode()) > size:
            yield f"option value:{asked.name}"
