"""The inputs of a form, JSON 2.0 (feishu.md §3.5, §3.6). Every one has a name, or the click fails with 200530."""

import re

from adapters.base import Json
from adapters.feishu.elements import paragraph, plain
from cards.model import Choice, DateInput, Input, NumberInput, TextInput

LABEL, PLACEHOLDER, TEXT_LENGTH, NUMBER_LENGTH = 100, 100, 1000, 40
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def field(asked: Input) -> list[Json]:
    """The elements of one input, its label included."""
    match asked:
        case TextInput():
            return [_text(asked)]
        case NumberInput():
            return [_number(asked)]
        case Choice():
            return [_label(asked), _select(asked) if asked.options else _person(asked)]
        case DateInput():
            return [_label(asked), _date(asked)]


def _text(asked: TextInput) -> Json:
    length = min(max(asked.max_length, 1), TEXT_LENGTH)
    made = _typed(asked, asked.label, length)
    if asked.multiline:
        made |= {"input_type": "multiline_text", "rows": 3}
    return made


def _number(asked: NumberInput) -> Json:
    unit = f" ({asked.unit})" if asked.unit else ""
    return _typed(asked, asked.label[: LABEL - len(unit)] + unit, NUMBER_LENGTH)


def _typed(asked: TextInput | NumberInput, label: str, length: int) -> Json:
    made: Json = {
        "tag": "input",
        "name": asked.name,
        "required": asked.required,
        "label": plain(label[:LABEL]),
        "label_position": "top",
        "width": "fill",
        "max_length": length,
    }
    if asked.initial:
        made["default_value"] = asked.initial[:length]
    return made | _placeholder(asked)


def _select(asked: Choice) -> Json:
    """A select. Values must be unique and not empty, and what is preset must be among them."""
    offered = {option.value: option.label for option in asked.options if option.value}
    initial = [value for value in asked.initial if value in offered]
    made: Json = {
        "tag": "multi_select_static" if asked.many else "select_static",
        "name": asked.name,
        "required": asked.required,
        "width": "fill",
        "options": [{"text": plain(label or value), "value": value} for value, label in offered.items()],
    }
    if initial:
        made |= {"selected_values": initial} if asked.many else {"initial_option": initial[0]}
    return made | _placeholder(asked)


def _person(asked: Choice) -> Json:
    """A picker of people. Without options it offers everybody in the chat; it answers with open_ids (§3.6)."""
    tag = "multi_select_person" if asked.many else "select_person"
    made: Json = {"tag": tag, "name": asked.name, "required": asked.required, "width": "fill", "options": []}
    return made | _placeholder(asked)


def _date(asked: DateInput) -> Json:
    made: Json = {"tag": "date_picker", "name": asked.name, "required": asked.required, "width": "fill"}
    if _DATE.fullmatch(asked.initial):
        made["initial_date"] = asked.initial
    return made | _placeholder(asked)


def _label(asked: Choice | DateInput) -> Json:
    """Selects and date pickers have no label of their own."""
    return paragraph(asked.label + (" *" if asked.required else ""))


def _placeholder(asked: Input) -> Json:
    return {"placeholder": plain(asked.placeholder[:PLACEHOLDER])} if asked.placeholder else {}
