"""A fitted card as the variables of the universal template (dingtalk.md §3.3, §3.7, §3.12; templates/README.md)."""

import orjson

from adapters.base import Json, People
from adapters.dingtalk.cards_in import HIDDEN_REF, HIDDEN_SURFACE, OURS, REF, SURFACE
from adapters.dingtalk.markdown import block, literal, mentionable, paragraphs
from cards.capability import Surface
from cards.model import (
    Action,
    Block,
    Button,
    Card,
    Choice,
    DateInput,
    Input,
    Link,
    Note,
    NumberInput,
    PersonRef,
    Style,
    Text,
)
from cards.model import People as PeopleBlock

_COLOURS = {Style.PRIMARY: "blue", Style.DEFAULT: "gray", Style.DANGER: "red"}
_SUBMIT = {"zh": "提交", "en": "Submit"}


def payload(card: Card, surface: Surface, people: People, public_url: str) -> Json:
    """`{"cardParamMap": …}` with every variable of the template, all of them strings; `"at"` maps the user ids that
    the body mentions to names. Variables that a card does not use are sent empty, so that an update clears them."""
    blocks, footer = _parted(card)
    submit = next((action for action in card.actions if isinstance(action, Button) and action.submits), None)
    has_form = bool(card.inputs)
    rest = [action for action in card.actions if not (has_form and action is submit)]
    variables = {
        "title": _line(card.header.title),
        "body": paragraphs([literal(card.header.subtitle), *(block(item, people, public_url) for item in blocks)]),
        "footer": footer,
        "state": "open" if has_form or any(isinstance(action, Button) for action in card.actions) else "done",
        "has_form": "true" if has_form else "false",
        "form": _json({"fields": _fields(card, submit, surface)}) if has_form else "",
        "form_status": "normal",
        "form_btn_text": submit.label if submit else _SUBMIT.get(card.locale[:2], _SUBMIT["zh"]),
        "btns": _json([_button(action, surface) for action in rest]),
        "notice": "",
        "lastMessage": _line(card.summary or card.header.title),
    }
    mentioned = {user_id: name for user_id, name in _mentions(card, people) if user_id}
    return {"cardParamMap": variables, **({"at": mentioned} if mentioned else {})}


def _parted(card: Card) -> tuple[list[Block], str]:
    """Blocks for the body, and the closing remarks for the footer."""
    blocks = list(card.blocks)
    notes: list[str] = []
    while blocks and isinstance(blocks[-1], Note):
        last = blocks.pop()
        assert isinstance(last, Note)
        notes.insert(0, last.text)
    return blocks, _unevaluated("\n".join(notes))


def _line(text: str) -> str:
    return _unevaluated(" ".join(text.split()))


def _unevaluated(text: str) -> str:
    """Text that no template takes for a variable."""
    return text.replace("${", "$ {")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _mentions(card: Card, people: People) -> list[tuple[str, str]]:
    refs: list[PersonRef] = []
    for item in card.blocks:
        if isinstance(item, Text):
            refs += [span for span in item.spans if isinstance(span, PersonRef)]
        elif isinstance(item, PeopleBlock):
            refs += item.people
    return [(mentionable(ref, people), people[ref.person_id].name) for ref in refs if ref.person_id in people]


# --- the form -------------------------------------------------------------------------------------------------------


def _fields(card: Card, submit: Button | None, surface: Surface) -> list[Json]:
    """The form's fields. The submit button's action travels in a hidden field; the
    template also echoes the form's definition as `current_form`, where `cards_in` finds it for clients that keep hidden
    fields to themselves."""
    fields: list[Json] = []
    if submit is not None:
        fields.append({"name": HIDDEN_REF, "type": "TEXT", "hidden": True, "defaultValue": submit.ref.encode()})
    fields.append({"name": HIDDEN_SURFACE, "type": "TEXT", "hidden": True, "defaultValue": surface.value})
    headings = {group.key: group for group in card.groups}
    for item in card.inputs:
        group = headings.pop(item.group, None)
        if group is not None and (group.title or group.caption):
            fields.append(_heading(len(fields), group.title, group.caption))
        fields.append(_field(item))
    return fields


def _heading(position: int, title: str, caption: str) -> Json:
    """A group's heading as a read-only field: forms know no headings. Its name marks it as ours."""
    name = f"{OURS}g{position}"
    return {"name": name, "type": "TEXT", "label": title, "readOnly": True, "defaultValue": caption or "—"}


def _field(item: Input) -> Json:
    field: Json = {"name": item.name, "label": item.label}
    if isinstance(item, NumberInput):
        field |= {"type": "NUMBER", "label": f"{item.label}（{item.unit}）" if item.unit else item.label}
    elif isinstance(item, DateInput):
        field |= {"type": "DATE", "format": "yyyy-MM-dd"}
    elif isinstance(item, Choice):
        field |= {"type": "MULTI_SELECT" if item.many else "SELECT"}
        field["options"] = [{"value": option.value, "text": option.label} for option in item.options]
    elif item.multiline:
        field |= {"type": "TEXT_AREA", "minRows": 2, "maxRows": 6}
    else:
        field["type"] = "TEXT"
    if item.required:
        field |= {"required": True, "requiredMsg": item.placeholder or item.label}
    if item.placeholder:
        field["placeholder"] = item.placeholder
    initial = _initial(item)
    return field | {"defaultValue": initial} if initial is not None else field


def _initial(item: Input) -> object:
    """The default in the shape the field submits (§3.7), None for none."""
    if not isinstance(item, Choice):
        return item.initial or None
    values = [option.value for option in item.options]
    chosen = [value for value in item.initial if value in values]
    if not chosen:
        return None
    if item.many:
        return {"index": [values.index(value) for value in chosen], "value": chosen}
    return {"index": values.index(chosen[0]), "value": chosen[0]}


# --- buttons --------------------------------------------------------------------------------------------------------


def _button(action: Action, surface: Surface) -> Json:
    """One data-driven button (§3.8). The action repeats inside `params`: the shape of `actionId` is unconfirmed."""
    if isinstance(action, Link):
        event: Json = {"type": "openLink", "params": {"url": action.url}}
        return {"text": action.label, "color": "gray", "status": "normal", "event": event}
    params = {REF: action.ref.encode(), SURFACE: surface.value}
    event = {"type": "sendCardRequest", "params": {"actionId": action.ref.name, "params": params}}
    return {"text": action.label, "color": _COLOURS[action.style], "status": "normal", "event": event}
