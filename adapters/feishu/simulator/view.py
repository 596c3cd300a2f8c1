"""What a person sees of a card, and what they can do with it: text, fields and buttons out of card JSON."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from adapters.feishu.simulator.components import COMPONENTS
from adapters.simulation import Choosable, Field, Json, Press

Names = Callable[[str], str]

_AT = re.compile(r"<at\s+(?:id|user_id|ids)=[\"']?([^\s\"'>]*)[\"']?\s*>.*?</at>", re.IGNORECASE | re.DOTALL)
_PERSON = re.compile(r"<person\s+id\s*=\s*[\"']?([^\s\"'>]*)[\"']?[^>]*>.*?</person>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|<hr\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:font|text_tag|number_tag|a|link|raw|local_datetime)\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|~~|(?<!\w)__|\*|`)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An element in its place: `key` is its name or its path, `form` the form it belongs to."""

    key: str
    element: Json
    form: Json | None = None

    @property
    def tag(self) -> str:
        return str(self.element["tag"])


def parts(card: Json) -> Iterator[Part]:
    """Every element of a card (both schemas), in reading order."""
    if card.get("schema") == "2.0":
        yield from _parts(card.get("body", {}).get("elements", []), "body.elements", None)
    else:
        yield from _parts(card.get("elements", []), "elements", None)


def _parts(elements: list[Json], path: str, form: Json | None) -> Iterator[Part]:
    for at, element in enumerate(elements):
        here = f"{path}[{at}]"
        yield Part(key=element.get("name") or here, element=element, form=form)
        inner = element if element.get("tag") == "form" else form
        for holds in ("columns", "elements", "actions"):
            if isinstance(element.get(holds), list) and element.get("tag") != "table":
                yield from _parts(element[holds], f"{here}.{holds}", inner)
        if buttons := element.get("button_area", {}).get("buttons"):
            yield from _parts(buttons, f"{here}.button_area", inner)


class View:
    """One card through one person's client: `names` turns ids into names, `locale` picks translations."""

    def __init__(self, card: Json, *, names: Names, locale: str, members: tuple[str, ...]) -> None:
        self.card = card
        self._names = names
        self._locale = locale
        self._members = members

    # --- text ------------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """All visible text, one line per paragraph; what stands in inputs is shown as `label: value`."""
        lines = list(self._header())
        for part in parts(self.card):
            lines += self._lines(part)
        return "\n".join(line for line in lines if line)

    def _header(self) -> Iterator[str]:
        header = self.card.get("header") or {}
        for name in ("title", "subtitle"):
            yield self.said(header.get(name))
        for tag in header.get("text_tag_list", []):
            yield self.said(tag.get("text"))

    def _lines(self, part: Part) -> list[str]:
        element, tag = part.element, part.tag
        if tag in ("markdown", "lark_md", "plain_text"):
            return [self.said(element)]
        if tag in ("div", "button", "checker"):
            fields = [self.said(inner.get("text")) for inner in element.get("fields", [])]
            return [self.said(element.get("text")), *fields]
        if tag == "collapsible_panel":
            return [self.said(element["header"].get("title"))]
        if tag == "person":
            return [f"@{self._names(element['user_id'])}"]
        if tag == "person_list":
            return [" ".join(f"@{self._names(person['id'])}" for person in element["persons"])]
        if tag == "img":
            return [self.said(element.get("alt"))]
        if tag == "table":
            return self._table(element)
        if tag == "note":
            return [self.said(inner) for inner in element.get("elements", []) if "content" in inner]
        if tag == "overflow":
            return [self.said(option["text"]) for option in element["options"]]
        if COMPONENTS.get(tag) and COMPONENTS[tag].answers:
            field = self.field(part)
            return [f"{field.label}: {_shown(field)}" if field.label else _shown(field)]
        return []

    def said(self, text: Json | None) -> str:
        """A text object as read: translated, markup and entities resolved for markdown only."""
        if not text:
            return ""
        content = str(text.get("i18n_content", {}).get(self._locale, text.get("content", "")))
        return content if text.get("tag") == "plain_text" else visible(content, self._names)

    def _table(self, element: Json) -> list[str]:
        columns = element["columns"]
        lines = [" | ".join(str(column.get("display_name", "")) for column in columns)]
        for row in element["rows"]:
            lines.append(" | ".join(self._cell(column["data_type"], row.get(column["name"], "")) for column in columns))
        return lines

    def _cell(self, kind: str, value: Any) -> str:
        if kind == "persons":
            return " ".join(self._names(person) for person in (value if isinstance(value, list) else [value]))
        if kind == "options" and isinstance(value, list):
            return " ".join(str(option.get("text", "")) for option in value)
        return visible(str(value), self._names) if kind in ("lark_md", "markdown") else str(value)

    # --- fields and buttons ----------------------------------------------------------------------------------------

    def fields(self) -> tuple[Field, ...]:
        """The inputs; one without a label of its own goes by the text right above it."""
        found: list[Field] = []
        above = ""
        for part in parts(self.card):
            if part.tag in COMPONENTS and COMPONENTS[part.tag].answers:
                field = self.field(part)
                found.append(field if field.label else replace(field, label=above))
            above = self.said(part.element) if part.tag == "markdown" else self.said(part.element.get("text"))
        return tuple(found)

    def field(self, part: Part) -> Field:
        """An input element as the person sees it."""
        element, tag = part.element, part.tag
        label = self.said(element.get("label") or element.get("text") or element.get("placeholder"))
        options = tuple(self._options(part))
        if tag == "checker":
            value: str | tuple[str, ...] = "true" if element.get("checked") else "false"
            options = (Choosable("true", label), Choosable("false", ""))
        elif tag.startswith("multi_"):
            value = tuple(element.get("selected_values", ()))
        elif tag == "input":
            value = str(element.get("i18n_default_value", {}).get(self._locale, element.get("default_value", "")))
        else:
            value = _initial(element, options)
        return Field(
            name=part.key, label=label, kind=_kind(tag), value=value,
            required=bool(element.get("required")), options=options,
        )  # fmt: skip

    def _options(self, part: Part) -> Iterator[Choosable]:
        if part.tag.endswith("select_static"):
            for option in part.element["options"]:
                yield Choosable(option["value"], self.said(option["text"]))
        elif part.tag.endswith("select_person"):
            listed = [option["value"] for option in part.element.get("options", [])]
            usable = [person for person in listed if self._names(person) != person]
            for person in usable or self._members:
                yield Choosable(person, self._names(person))

    def buttons(self) -> tuple[Press, ...]:
        """Everything that can be pressed: buttons, clickable containers, entries of overflow menus."""
        return tuple(press for part in parts(self.card) for press in self._presses(part))

    def _presses(self, part: Part) -> Iterator[Press]:
        element = part.element
        if part.tag == "overflow":
            for option in element["options"]:
                link = _first_url(option.get("multi_url", {}))
                key = f"{part.key}/{option.get('value', '')}"
                yield Press(key=key, label=self.said(option["text"]), url=link)
        elif part.tag in ("button", "interactive_container"):
            inner = element.get("elements", [])
            label = self.said(element.get("text")) or " ".join(
                line for child in _parts(inner, "", None) for line in self._lines(child)
            )
            yield Press(
                key=part.key, label=label, submits=element.get("form_action_type") == "submit",
                enabled=not element.get("disabled"), url="" if calls_back(element) else opens(element),
            )  # fmt: skip

    def find(self, key: str) -> Part:
        """The element with this key. Raises `ValueError`."""
        for part in parts(self.card):
            if part.key == key:
                return part
        raise ValueError(f"there is nothing called {key!r} on this card")


def visible(markup: str, names: Names) -> str:
    """Card markdown as it is read. Entities are resolved last, so that escaped markup stays text."""
    text = _AT.sub(lambda found: "@" + _named(found[1], names), markup)
    text = _PERSON.sub(lambda found: _named(found[1], names), text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _LINK.sub(r"\1", _HEADING.sub("", text))
    previous = ""
    while previous != text:
        previous, text = text, _EMPHASIS.sub(r"\2", text)
    return html.unescape(text)


def calls_back(element: Json) -> bool:
    """Whether pressing it reaches the server: a callback behaviour, or a form submit (§3.5, §3.6)."""
    behaviours = element.get("behaviors", [])
    if any(behaviour["type"] == "callback" for behaviour in behaviours) or "value" in element:
        return True
    return element.get("form_action_type") == "submit"


def opens(element: Json) -> str:
    """The address a press opens, "" for none."""
    for behaviour in element.get("behaviors", []):
        if behaviour["type"] == "open_url":
            return _first_url(behaviour)
    return str(element.get("url", ""))


def carried(element: Json) -> Any:
    """`action.value`: what the component carries back."""
    for behaviour in element.get("behaviors", []):
        if behaviour["type"] == "callback":
            return json.loads(json.dumps(behaviour["value"]))
    return element.get("value")


def _first_url(places: Json) -> str:
    return next((str(places[name]) for name in ("default_url", "url", "pc_url", "ios_url", "android_url")
                 if places.get(name)), "")  # fmt: skip


def _named(ids: str, names: Names) -> str:
    return "、".join("所有人" if one == "all" else names(one) for one in ids.split(","))


def _initial(element: Json, options: tuple[Choosable, ...]) -> str:
    for name in ("initial_option", "initial_date", "initial_time", "initial_datetime"):
        if element.get(name):
            return str(element[name])
    index = element.get("initial_index")
    return options[index - 1].value if index and index <= len(options) else ""


def _kind(tag: str) -> str:
    kinds = {"input": "text", "date_picker": "date", "picker_datetime": "date", "picker_time": "text"}
    return kinds.get(tag, "choices" if tag.startswith("multi_") else "choice")


def _shown(field: Field) -> str:
    chosen = field.value if isinstance(field.value, tuple) else (field.value,)
    labels = {option.value: option.label for option in field.options}
    return ", ".join(labels.get(value, value) for value in chosen)
