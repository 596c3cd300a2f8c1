"""How the universal card template draws its variables (dingtalk.md §3.12): text, inputs and buttons."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.dingtalk.simulator.chats import plain
from adapters.dingtalk.simulator.forms import BadForm, Values, draw, read_form
from adapters.simulation import Field, Press

Json = dict[str, Any]
Params = Mapping[str, str]

FORM = "form"
VARIABLES = frozenset({
    "title", "body", "footer", "state", "has_form", "form", "form_status", "form_btn_text", "btns", "notice",
    "lastMessage", "error",
})  # fmt: skip
ALLOWED = {"has_form": ("true", "false", ""), "form_status": ("normal", "disabled", "")}


@dataclass(frozen=True, slots=True)
class Template:
    """A template in the console. `variables` None means: not ours, its variables are not checked and not drawn.

    `echo_form`: the Form's request also sends the form variable back as `current_form`, as in the official example
    (§3.7, §3.10).
    """

    template_id: str
    published: bool = True
    variables: frozenset[str] | None = VARIABLES
    echo_form: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as one person sees it. `actions` maps a button's key to its event."""

    text: str
    fields: tuple[Field, ...]
    buttons: tuple[Press, ...]
    form: list[Json]
    actions: dict[str, Json]


def problem(params: Params) -> str:
    """What is wrong with a card's variables, or "" — stricter than the client, which would leave a blank."""
    for name, allowed in ALLOWED.items():
        if params.get(name, "") not in allowed:
            return f"{name} must be one of {allowed}"
    try:
        if params.get("form"):
            read_form(params["form"])
        elif params.get("has_form") == "true":
            return "has_form without form"
        _read_buttons(params.get("btns", ""))
    except (BadForm, _BadButtons) as error:
        return str(error)
    return ""


def drawn(params: Params, draft: Values) -> Drawn:
    """Draw the merged variables for one person, with what they have typed so far."""
    has_form = params.get("has_form") == "true"
    form = read_form(params["form"]) if has_form and params.get("form") else []
    fields = draw(form, draft)
    buttons, actions = _buttons(_read_buttons(params.get("btns", "")))
    if form:
        caption = params.get("form_btn_text") or "提交"
        enabled = params.get("form_status") != "disabled"
        buttons = (Press(key=FORM, label=caption, submits=True, enabled=enabled), *buttons)
    spoken = [params.get(name, "") for name in ("title", "body", "notice", "error")]
    spoken += [_field_text(item, form) for item in fields] + [params.get("footer", "")]
    return Drawn("\n".join(plain(part) for part in spoken if part), fields, buttons, form, actions)


def _field_text(drawn_field: Field, form: list[Json]) -> str:
    """What a field says by itself: its label, and its text when that is only there to be read."""
    read_only = any(item["name"] == drawn_field.name and item.get("readOnly") for item in form)
    shown = drawn_field.value if read_only and isinstance(drawn_field.value, str) else ""
    return f"{drawn_field.label}\n{shown}".strip()


class _BadButtons(ValueError):
    pass


def _read_buttons(text: str) -> list[Json]:
    if not text:
        return []
    try:
        buttons = json.loads(text)
    except ValueError:
        raise _BadButtons("btns is not JSON") from None
    if not isinstance(buttons, list):
        raise _BadButtons("btns must be a list")
    for item in buttons:
        _check_button(item)
    return buttons


def _check_button(item: Any) -> None:
    """Raises `_BadButtons` for a button the dynamic event could not run (§3.8)."""
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or not item["text"]:
        raise _BadButtons("a button needs a text")
    if item.get("color", "blue") not in ("blue", "gray", "red"):
        raise _BadButtons("unknown colour")
    if item.get("status", "normal") not in ("normal", "disabled"):
        raise _BadButtons("unknown status")
    event = item.get("event")
    params = event.get("params") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(params, dict):
        raise _BadButtons("a button needs an event with params")
    if event.get("type") == "sendCardRequest":
        if not isinstance(params.get("actionId"), str) or not params["actionId"]:
            raise _BadButtons("sendCardRequest needs an actionId")
        if not isinstance(params.get("params", {}), dict):
            raise _BadButtons("the button's params must be an object")
    elif event.get("type") == "openLink":
        if not isinstance(params.get("url"), str | dict) or not params["url"]:
            raise _BadButtons("openLink needs a url")
    else:
        raise _BadButtons("unknown event type")


def _buttons(items: list[Json]) -> tuple[tuple[Press, ...], dict[str, Json]]:
    """The buttons and their events. A key is the actionId, with `#n` where several buttons share one."""
    presses: list[Press] = []
    actions: dict[str, Json] = {}
    seen: Counter[str] = Counter()
    for item in items:
        event = item["event"]
        name = event["params"].get("actionId") or "link"
        seen[name] += 1
        taken = seen[name] > 1 or name == FORM
        key = f"{name}#{seen[name]}" if taken else name
        actions[key] = event
        presses.append(Press(key=key, label=item["text"], enabled=item.get("status") != "disabled", url=_url(event)))
    return tuple(presses), actions


def _url(event: Json) -> str:
    if event["type"] != "openLink":
        return ""
    url = event["params"]["url"]
    return url if isinstance(url, str) else str(url.get("pc") or next(iter(url.values()), ""))
