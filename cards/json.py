"""A card on its way into a row and back: `dump` and `load` are exact inverses."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Choice,
    Confirm,
    DateInput,
    Divider,
    Field,
    Fields,
    Group,
    Header,
    Input,
    Link,
    Note,
    NumberInput,
    Option,
    People,
    PersonRef,
    Picture,
    Plain,
    Progress,
    Span,
    Style,
    Text,
    TextInput,
    Tone,
    WebLink,
)

Json = dict[str, Any]


class NotACard(ValueError):
    """The JSON is not a card `dump` made."""


def dump(card: Card) -> bytes:
    """The card as JSON; unions carry their `type`, decimals are strings."""
    return orjson.dumps(card, default=_foreign)


def load(data: bytes | str) -> Card:
    """The card `dump` was given. Raises `NotACard` for anything else."""
    try:
        return _card(orjson.loads(data))
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError) as error:
        raise NotACard from error


def _foreign(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _card(data: Json) -> Card:
    header = data["header"]
    return Card(
        **{
            **data,
            "header": Header(**{**header, "tone": Tone(header["tone"])}),
            "blocks": tuple(_block(item) for item in data["blocks"]),
            "groups": tuple(_group(item) for item in data["groups"]),
            "inputs": tuple(_input(item) for item in data["inputs"]),
            "actions": tuple(_action(item) for item in data["actions"]),
        }
    )


def _span(data: Json) -> Span:
    return _SPANS[data["type"]](**data)


def _block(data: Json) -> Block:
    match data["type"]:
        case "text":
            return Text(tuple(_span(item) for item in data["spans"]))
        case "fields":
            return Fields(tuple(Field(**item) for item in data["pairs"]))
        case "progress":
            return Progress(**{**data, "ratio": Decimal(data["ratio"])})
        case "people":
            return People(tuple(PersonRef(**item) for item in data["people"]))
        case "note":
            return Note(**data)
        case "divider":
            return Divider(**data)
        case "picture":
            return Picture(**data)
        case other:
            raise NotACard(other)


def _group(data: Json) -> Group:
    door = data["by_message"]
    return Group(**{**data, "by_message": None if door is None else ActionRef(**door)})


def _input(data: Json) -> Input:
    match data["type"]:
        case "text_input":
            return TextInput(**data)
        case "number_input":
            bounds = {name: _decimal(data[name]) for name in ("min", "max", "step")}
            return NumberInput(**{**data, **bounds, "suggestions": _options(data["suggestions"])})
        case "choice":
            return Choice(**{**data, "options": _options(data["options"]), "initial": tuple(data["initial"])})
        case "date_input":
            return DateInput(**{**data, "suggestions": _options(data["suggestions"])})
        case other:
            raise NotACard(other)


def _options(data: list[Json]) -> tuple[Option, ...]:
    return tuple(Option(**item) for item in data)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _action(data: Json) -> Action:
    if data["type"] == "link":
        return Link(**data)
    if data["type"] != "button":
        raise NotACard(data["type"])
    confirm = data["confirm"]
    return Button(
        **{
            **data,
            "ref": ActionRef(**data["ref"]),
            "style": Style(data["style"]),
            "confirm": None if confirm is None else Confirm(**confirm),
        }
    )


_SPANS: Mapping[str, Callable[..., Span]] = {"plain": Plain, "bold": Bold, "web_link": WebLink, "person": PersonRef}
