"""What the client does when somebody presses something: it checks the fields and builds the `action` (feishu.md §1.9).

Raises `ValueError` wherever the real client would not let the person go on.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.feishu.simulator.components import COMPONENTS
from adapters.feishu.simulator.view import Part, View, calls_back, carried, parts
from adapters.simulation import Field, Json

Values = Mapping[str, str | Sequence[str]]
_FORMATS = {"date_picker": "%Y-%m-%d", "picker_time": "%H:%M", "picker_datetime": "%Y-%m-%d %H:%M"}


def action_of(view: View, key: str, values: Values, *, timezone: str, now: datetime, empty_fields: bool) -> Json | None:
    """The `action` object of the callback, or None when the press stays in the client (a pure link, a reset).

    `empty_fields`: send optional fields that were left empty as "" / [] instead of leaving them out (§1.9: both occur).
    """
    if "/" in key and view.find(key.partition("/")[0]).tag == "overflow":
        return _overflow(view, key, values)
    part = view.find(key)
    if part.element.get("disabled"):
        raise ValueError(f"{key!r} is disabled")
    if part.tag not in COMPONENTS or not COMPONENTS[part.tag].active:
        raise ValueError(f"{key!r} cannot be pressed")
    if COMPONENTS[part.tag].answers:
        return _lone_field(view, part, values, timezone, now)
    action: Json = {"tag": part.tag}
    if part.element.get("name"):
        action["name"] = part.element["name"]
    if (value := carried(part.element)) is not None:
        action["value"] = value
    if part.form is not None and part.element.get("form_action_type") == "submit":
        form_value, timed = _form_value(view, part.form, values, timezone, now, empty_fields)
        action["form_value"] = form_value
        return {**action, "timezone": timezone} if timed else action
    if values:
        raise ValueError("only a submit button sends fields along")
    if part.element.get("form_action_type") == "reset" or not calls_back(part.element):
        return None
    return action


def _overflow(view: View, key: str, values: Values) -> Json | None:
    name, _, option = key.partition("/")
    part = view.find(name)
    offered = {entry.get("value", ""): entry for entry in part.element["options"]}
    if values or option not in offered or part.element.get("disabled"):
        raise ValueError(f"{option!r} is not offered")
    if offered[option].get("multi_url"):
        return None
    return {"tag": "overflow", "option": option, "value": carried(part.element) or {}}


def _lone_field(view: View, part: Part, values: Values, timezone: str, now: datetime) -> Json | None:
    """A component outside a form calls back at once, with the attribute its kind uses (§3.6)."""
    if part.form is not None:
        raise ValueError("fields of a form are sent by its submit button")
    field = view.field(part)
    if set(values) != {part.key}:
        raise ValueError(f"give exactly the new value of {part.key!r}")
    if part.tag == "checker" and not calls_back(part.element):
        return None
    answer = _answer(part, field, values[part.key], timezone, now)
    under = {"input": "input_value", "checker": "checked"}.get(part.tag, "option")
    action: Json = {"tag": part.tag, under: answer}
    if part.element.get("name"):
        action["name"] = part.element["name"]
    if (value := carried(part.element)) is not None:
        action["value"] = value
    return {**action, "timezone": timezone} if part.tag in _FORMATS else action


def _form_value(
    view: View, form: Json, values: Values, timezone: str, now: datetime, empty_fields: bool
) -> tuple[Json, bool]:
    inputs = [part for part in parts(view.card) if part.form is form and COMPONENTS[part.tag].answers]
    if strangers := set(values) - {part.key for part in inputs}:
        raise ValueError(f"no such field: {', '.join(sorted(strangers))}")
    filled: Json = {}
    timed = False
    for part in inputs:
        field = view.field(part)
        if part.element.get("disabled") and part.key in values:
            raise ValueError(f"{part.key!r} is disabled")
        given = values.get(part.key, field.value)
        if not given:
            if field.required:
                raise ValueError(f"{part.key!r} is required")
            if empty_fields:
                filled[part.key] = [] if field.kind == "choices" else ""
            continue
        filled[part.key] = _answer(part, field, given, timezone, now)
        timed = timed or part.tag in _FORMATS
    return filled, timed


def _answer(part: Part, field: Field, given: str | Sequence[str], timezone: str, now: datetime) -> object:
    """One field's value as the callback carries it."""
    if field.kind == "choices":
        chosen = [given] if isinstance(given, str) else list(given)
        if strangers := set(chosen) - {option.value for option in field.options}:
            raise ValueError(f"not offered: {', '.join(sorted(strangers))}")
        return chosen
    if not isinstance(given, str):
        raise ValueError(f"{field.name!r} takes one value")
    if part.tag in _FORMATS:
        return _moment(part.tag, given, timezone, now)
    if field.kind == "choice":
        if given not in {option.value for option in field.options}:
            raise ValueError(f"not offered: {given}")
        return given == "true" if part.tag == "checker" else given
    if len(given) > part.element.get("max_length", 1000):
        raise ValueError(f"{field.name!r} is too long")
    if part.element.get("input_type") != "multiline_text" and re.search(r"[\r\n]", given):
        raise ValueError(f"{field.name!r} has one line")
    return given


def _moment(tag: str, given: str, timezone: str, now: datetime) -> str:
    """A picked date or time with the client's zone, e.g. `2025-04-01 +0800`."""
    zone = ZoneInfo(timezone)
    picked = datetime.strptime(given, _FORMATS[tag])  # noqa: DTZ007 the zone is added below
    local = now.astimezone(zone) if tag == "picker_time" else picked.replace(tzinfo=zone)
    return f"{picked.strftime(_FORMATS[tag])} {local.strftime('%z')}"
