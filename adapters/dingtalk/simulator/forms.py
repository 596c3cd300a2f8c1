"""The Form component: reading its schema, drawing it, and what a submission carries (dingtalk.md §3.7)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.simulation import Choosable, Field

Json = dict[str, Any]
Values = Mapping[str, str | Sequence[str]]

KINDS = {
    "TEXT": "text",
    "TEXT_AREA": "text",
    "TEXT_ARRAY": "text",
    "NUMBER": "number",
    "SELECT": "choice",
    "MULTI_SELECT": "choices",
    "CHECKBOX": "choice",
    "SWITCH": "choice",
    "CHECKBOX_GROUP": "choice",
    "MULTI_CHECKBOX_GROUP": "choices",
    "DATE": "date",
    "TIME": "text",
    "DATETIME": "date",
}
ON_OFF = (Choosable("true", "✓"), Choosable("false", "✗"))
WITH_OPTIONS = {"SELECT", "MULTI_SELECT", "CHECKBOX_GROUP", "MULTI_CHECKBOX_GROUP"}
KEYS = {"name", "label", "type", "hidden", "required", "requiredMsg", "readOnly", "placeholder", "format",
        "defaultValue", "options", "minRows", "maxRows", "addText"}  # fmt: skip
FORMATS = {"DATE": "yyyy-MM-dd", "DATETIME": "yyyy-MM-dd HH:mm", "TIME": "HH:mm"}


class BadForm(ValueError):
    """The form variable is not what the component can draw."""


def read_form(text: str) -> list[Json]:
    """The checked fields of a `form` variable. Raises `BadForm`; stricter than reality, which draws a blank instead."""
    try:
        fields = json.loads(text)["fields"]
    except (ValueError, KeyError, TypeError):
        raise BadForm('form must be JSON {"fields": […]}') from None
    if not isinstance(fields, list) or not fields:
        raise BadForm("fields must be a list with something in it")
    for item in fields:
        _check_field(item)
    names = [item["name"] for item in fields]
    if len(set(names)) != len(names):
        raise BadForm("two fields share a name")
    return fields


def _check_field(item: Any) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
        raise BadForm("a field needs a name")
    if item.get("type") not in KINDS:
        raise BadForm(f"{item['name']}: unknown type")
    if unknown := set(item) - KEYS:
        raise BadForm(f"{item['name']}: unknown keys {sorted(unknown)}")
    if not item.get("hidden") and not isinstance(item.get("label"), str):
        raise BadForm(f"{item['name']}: a visible field needs a label")
    options = item.get("options")
    if item["type"] in WITH_OPTIONS and not item.get("hidden"):
        shaped = isinstance(options, list) and options
        if not shaped or not all(_is_option(option) for option in options or []):
            raise BadForm(f"{item['name']}: options must be a list of value and text")


def _is_option(option: Any) -> bool:
    return isinstance(option, dict) and isinstance(option.get("value"), str) and isinstance(option.get("text"), str)


def draw(fields: list[Json], draft: Values) -> tuple[Field, ...]:
    """The visible fields with what they now hold: the person's draft, else the default."""
    return tuple(
        Field(
            name=item["name"],
            label=item["label"],
            kind=KINDS[item["type"]],
            value=_shown(item, draft),
            required=bool(item.get("required")),
            options=_options(item),
        )
        for item in fields
        if not item.get("hidden")
    )


def _options(item: Json) -> tuple[Choosable, ...]:
    if item["type"] in ("CHECKBOX", "SWITCH"):
        return ON_OFF
    return tuple(Choosable(option["value"], option["text"]) for option in item.get("options") or [])


def _shown(item: Json, draft: Values) -> str | tuple[str, ...]:
    if item["name"] in draft:
        given = draft[item["name"]]
        return given if isinstance(given, str) else tuple(given)
    value = _well_shaped_default(item)
    if isinstance(value, dict):
        value = value["value"]
    if isinstance(value, list):
        return tuple(str(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    many = KINDS[item["type"]] == "choices" or item["type"] == "TEXT_ARRAY"
    return (() if many else "") if value is None else str(value)


def _well_shaped_default(item: Json) -> Any:
    """The default, if it has the shape a submission has (§3.7); a wrongly shaped one is not preselected."""
    value = item.get("defaultValue")
    values = [option.value for option in _options(item)]
    match item["type"]:
        case "SELECT":
            fine = isinstance(value, dict) and value.get("value") in values
        case "MULTI_SELECT":
            chosen = value.get("value") if isinstance(value, dict) else None
            fine = isinstance(chosen, list) and all(one in values for one in chosen)
        case "CHECKBOX" | "SWITCH":
            fine = isinstance(value, bool)
        case "CHECKBOX_GROUP":
            fine = value in values
        case "MULTI_CHECKBOX_GROUP":
            fine = isinstance(value, list) and all(one in values for one in value)
        case "TEXT_ARRAY":
            fine = isinstance(value, list)
        case "NUMBER":
            fine = isinstance(value, str | int | float) and not isinstance(value, bool)
        case _:
            fine = isinstance(value, str)
    return value if fine else None


def submission(fields: list[Json], values: Values) -> Json:
    """`params.form` of a submission. Raises `ValueError` for what the client would not let through.

    Hidden fields are echoed with their default, untouched optional ones without a default are absent (§3.7).
    """
    visible = {item["name"]: item for item in fields if not item.get("hidden")}
    if unknown := set(values) - set(visible):
        raise ValueError(f"no such field: {sorted(unknown)}")
    form: Json = {}
    for item in fields:
        name = item["name"]
        if item.get("hidden"):
            form[name] = item.get("defaultValue", "")
            continue
        given = values.get(name)
        if given is not None and item.get("readOnly"):
            raise ValueError(f"read only: {name}")
        value = _well_shaped_default(item) if given is None else _submitted(item, given)
        if item.get("required") and _is_empty(value):
            raise ValueError(f"required: {name}: {item.get('requiredMsg', '')}")
        if value is not None and not (given is not None and _is_empty(value)):
            form[name] = value
    return form


def _is_empty(value: Any) -> bool:
    return value in (None, "", []) or (isinstance(value, dict) and value.get("value") in (None, "", []))


def _submitted(item: Json, given: str | Sequence[str]) -> Any:
    many = [given] if isinstance(given, str) and given else list(given)
    match item["type"]:
        case "MULTI_SELECT":
            return {"index": [_index(item, one) for one in many], "value": many}
        case "MULTI_CHECKBOX_GROUP":
            return [one for one in many if _index(item, one) >= 0]
        case "TEXT_ARRAY":
            return many
    if not isinstance(given, str):
        raise ValueError(f"one value only: {item['name']}")
    if not given:
        return None
    match item["type"]:
        case "SELECT":
            return {"index": _index(item, given), "value": given}
        case "CHECKBOX_GROUP":
            return _options(item)[_index(item, given)].value
        case "CHECKBOX" | "SWITCH":
            return _index(item, given) == 0
        case "NUMBER":
            return _number(item, given)
        case "DATE" | "DATETIME" | "TIME":
            return _moment(item, given)
    if item["type"] == "TEXT" and "\n" in given:
        raise ValueError(f"one line only: {item['name']}")
    return given


def _index(item: Json, value: str) -> int:
    for at, option in enumerate(_options(item)):
        if option.value == value:
            return at
    raise ValueError(f"not offered: {item['name']}")


def _number(item: Json, given: str) -> str:
    try:
        float(given)
    except ValueError:
        raise ValueError(f"not a number: {item['name']}") from None
    return given


def _moment(item: Json, given: str) -> str:
    pattern = item.get("format") or FORMATS[item["type"]]
    for word, code in (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")):
        pattern = pattern.replace(word, code)
    try:
        datetime.strptime(given, pattern)  # noqa: DTZ007 — a date field carries no zone
    except ValueError:
        raise ValueError(f"not a date of the picker's format: {item['name']}") from None
    return given
