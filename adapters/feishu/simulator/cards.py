"""The platform's own look at a card before it is shown: what card JSON 2.0 takes and what it refuses (feishu.md §3).

Stricter than the platform in one point: a nameless component inside a form is refused when the card is sent (the
platform shows 200530 at click time), so that nobody finds out by clicking.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from adapters.feishu.simulator import attributes as a
from adapters.feishu.simulator.components import COMPONENTS, REMOVED, Component
from adapters.feishu.simulator.refusal import BadCard, TooLong
from adapters.simulation import Json

MAX_BYTES = 30 * 1024
MAX_ELEMENTS = 200
MAX_LEVELS = 5
MAX_TABLES = 5

BROKEN = 200621
BAD_TAG = 200861
ELEMENT_LIMIT = 11310
BAD_TABLE = 200914
BAD_TABLE_COLUMN = 200915
BAD_PERSON = 100290
BAD_IMAGE = 200570
BAD_CHART = 200550
NAMELESS = 200530

_ROOT = {"schema", "config", "card_link", "header", "body"}
_STYLE = a.shape({}, {"text_size": a.mapping, "color": a.mapping})
_CONFIG = a.shape(
    {},
    {
        "update_multi": a.boolean, "enable_forward": a.boolean, "enable_forward_interaction": a.boolean,
        "width_mode": a.one_of("default", "compact", "fill"), "streaming_mode": a.boolean,
        "streaming_config": a.mapping, "use_custom_translation": a.boolean, "style": _STYLE,
        "summary": a.shape({}, {"content": a.string}), "locales": a.each(a.one_of(*a.LOCALES)),
    },
)  # fmt: skip
_LINK = a.shape({}, {"url": a.url, "pc_url": a.url, "ios_url": a.url, "android_url": a.url})
_TEXT_TAG = a.shape(
    {"tag": a.one_of("text_tag"), "text": a.plain}, {"element_id": a.element_id, "color": a.in_set(a.TAG_COLOURS)}
)
_TAGS = a.each(_TEXT_TAG, most=3)
_HEADER = a.shape(
    {"title": a.rich},
    {
        "subtitle": a.rich, "text_tag_list": _TAGS, "i18n_text_tag_list": a.mapping, "icon": a.icon,
        "template": a.in_set(a.HEADER_COLOURS), "padding": a.edges(0, 99),
    },
)  # fmt: skip
_BODY = a.shape(
    {},
    {
        "direction": a.one_of("vertical", "horizontal"), "padding": a.edges(0, 99), "elements": a.each(a.mapping),
        "horizontal_spacing": a.anything, "vertical_spacing": a.anything,
        "horizontal_align": a.one_of("left", "center", "right"),
        "vertical_align": a.one_of("top", "center", "bottom"),
    },
)  # fmt: skip
_PRESETS = {"initial_option", "selected_values"}
_DATES = {
    "initial_date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "initial_time": re.compile(r"\d{2}:\d{2}"),
    "initial_datetime": re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"),
}
_AT = re.compile(r"<at\s+(?:id|user_id|ids)=[\"']?([^\s\"'>]*)[\"']?\s*>", re.IGNORECASE)
_MARKUP_COLOUR = re.compile(r"<(?:font|text_tag)\s+color=[\"']?([^\s\"'>]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the linter is: element path, container levels above, and the form it is in."""

    path: str
    levels: int = 0
    form: bool = False
    root: bool = True


@dataclass(slots=True)
class Lint:
    """One look at one card."""

    is_person: Callable[[str], bool]
    is_image: Callable[[str], bool]
    names: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    tables: int = 0
    submits: int = 0

    def element(self, element: Json, place: Place) -> None:
        """Check one component and everything in it."""
        tag = element.get("tag")
        if not isinstance(tag, str) or tag in REMOVED or tag not in COMPONENTS:
            raise BadCard(BAD_TAG, place.path, f"not support tag: {tag}")
        component = COMPONENTS[tag]
        self._attributes(element, component, place)
        self._identity(element, component, place)
        self._placement(tag, element, place)
        self._content(tag, element, place)
        for at, child in enumerate(element.get(component.holds, []) if component.holds else []):
            if (tag == "column_set") != (child.get("tag") == "column"):
                raise BadCard(BROKEN, f"{place.path}.{component.holds}[{at}]", "columns and only columns")
            inner = Place(
                f"{place.path}.{component.holds}[{at}]", place.levels + component.level,
                place.form or tag == "form", root=False,
            )  # fmt: skip
            self.element(child, inner)
        for at, child in enumerate(element.get("button_area", {}).get("buttons", []) if tag == "checker" else []):
            self.element(child, Place(f"{place.path}.button_area[{at}]", place.levels, place.form, root=False))

    def _attributes(self, element: Json, component: Component, place: Place) -> None:
        for name, value in element.items():
            check = component.required.get(name) or component.optional.get(name)
            if check is None:
                raise BadCard(BROKEN, place.path, f"unknown property {name} of {element['tag']}")
            if why := check(value):
                raise BadCard(BROKEN, f"{place.path}.{name}", why)
        if missing := set(component.required) - set(element):
            raise BadCard(BROKEN, place.path, f"missing {', '.join(sorted(missing))}")

    def _identity(self, element: Json, component: Component, place: Place) -> None:
        if element_id := element.get("element_id"):
            if element_id in self.ids:
                raise BadCard(BROKEN, place.path, f"element_id {element_id} is not unique")
            self.ids.add(element_id)
        name = element.get("name", "")
        if (place.form and component.active) and not name:
            raise BadCard(NAMELESS, place.path, "a component in a form needs a name")
        if name and name in self.names:
            raise BadCard(BROKEN, place.path, f"name {name} is not unique")
        self.names.add(name)

    def _placement(self, tag: str, element: Json, place: Place) -> None:
        if COMPONENTS[tag].level and place.levels + 1 > MAX_LEVELS:
            raise BadCard(BROKEN, place.path, f"more than {MAX_LEVELS} levels of containers")
        if tag == "form":
            if not place.root:
                raise BadCard(BROKEN, place.path, "a form may only stand at the root of body")
            if not any(inner.get("form_action_type") == "submit" for inner in walk(element)):
                raise BadCard(BROKEN, place.path, "a form needs a submit button")
        elif tag == "table":
            self.tables += 1
            if not place.root or self.tables > MAX_TABLES:
                raise BadCard(BAD_TABLE, place.path, f"tables: root of body only, at most {MAX_TABLES}")
        elif tag == "column" and place.root:
            raise BadCard(BROKEN, place.path, "a column stands in a column_set")
        elif tag.startswith("multi_select") and not place.form:
            raise BadCard(BROKEN, place.path, f"{tag} may only stand in a form")
        elif tag == "chart" and place.form:
            raise BadCard(BAD_CHART, place.path, "no chart in a form")
        if not place.form and ("form_action_type" in element or element.get("required")):
            raise BadCard(BROKEN, place.path, "form_action_type and required belong into a form")

    def _content(self, tag: str, element: Json, place: Place) -> None:
        if tag == "markdown":
            for text in (element["content"], *element.get("i18n_content", {}).values()):
                self._markup(text, place)
        for rich in (element.get("text"), *(inner["text"] for inner in element.get("fields", []))):
            if isinstance(rich, dict) and rich.get("tag") == "lark_md":
                self._markup(rich["content"], place)
        if "options" in element:
            self._options(tag, element, place)
        for name, pattern in _DATES.items():
            if element.get(name) and not pattern.fullmatch(element[name]):
                raise BadCard(BROKEN, f"{place.path}.{name}", "wrong format")
        if tag == "input" and len(element.get("default_value", "")) > element.get("max_length", 1000):
            raise BadCard(BROKEN, place.path, "default_value is longer than max_length")
        if tag in ("img", "img_combination"):
            self._images(element, place)
        if tag == "person" and not self.is_person(element["user_id"]):
            raise BadCard(BAD_PERSON, place.path, "invalid user id")
        if tag == "person_list" and not element.get("drop_invalid_user_id"):
            for person in element["persons"]:
                if not self.is_person(person["id"]):
                    raise BadCard(BAD_PERSON, place.path, "invalid user id")
        if tag == "table":
            self._table(element, place)

    def _markup(self, text: str, place: Place) -> None:
        for person in (one for ids in _AT.findall(text) for one in ids.split(",")):
            if person != "all" and not self.is_person(person):
                raise BadCard(BAD_PERSON, place.path, "invalid user id in at")
        for colour in _MARKUP_COLOUR.findall(text):
            if a.colour(colour):
                raise BadCard(BROKEN, place.path, "bad colour in markup")

    def _options(self, tag: str, element: Json, place: Place) -> None:
        values = [option.get("value", "") for option in element["options"]]
        if len(set(values)) != len(values):
            raise BadCard(BROKEN, f"{place.path}.options", "option values must be unique")
        for preset in _PRESETS & set(element):
            chosen = element[preset] if isinstance(element[preset], list) else [element[preset]]
            if not set(chosen) <= set(values):
                raise BadCard(BROKEN, f"{place.path}.{preset}", "preset value is not among the options")
        if element.get("initial_index", 0) > len(values):
            raise BadCard(BROKEN, f"{place.path}.initial_index", "no such option")

    def _images(self, element: Json, place: Place) -> None:
        for inner in (element, *element.get("img_list", [])):
            if "img_key" in inner and not self.is_image(inner["img_key"]):
                raise BadCard(BAD_IMAGE, place.path, "invalid image key")

    def _table(self, element: Json, place: Place) -> None:
        kinds = {"text", "lark_md", "markdown", "options", "number", "persons", "date"}
        known = {"name", "display_name", "data_type", "width", "format", "date_format", "horizontal_align",
                 "vertical_align"}  # fmt: skip
        names = [column.get("name") for column in element["columns"]]
        for column in element["columns"]:
            if not column.get("name") or column.get("data_type") not in kinds or set(column) - known:
                raise BadCard(BAD_TABLE_COLUMN, place.path, "bad column")
        if any(set(row) - set(names) for row in element["rows"]):
            raise BadCard(BAD_TABLE_COLUMN, place.path, "a row has a cell without column")


def walk(node: Any) -> Iterator[Json]:
    """Every object with a `tag` below (and including) a node."""
    if isinstance(node, dict):
        if isinstance(node.get("tag"), str):
            yield node
        for key, value in node.items():
            if key not in ("chart_spec", "value", "rows"):
                yield from walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from walk(item)


def schema_of(card: Json) -> str:
    """ "2.0" or "1.0" (what is meant when `schema` is missing, §3.1)."""
    return "2.0" if card.get("schema") == "2.0" else "1.0"


def size_of(card: Json) -> int:
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())


def lint(card: Json, *, is_person: Callable[[str], bool], is_image: Callable[[str], bool]) -> None:
    """Take or refuse a card. Raises `BadCard`, or `TooLong` above 30 KB. Card 1.0 is only measured (its unknown
    attributes are ignored by the platform, §3.1)."""
    if size_of(card) > MAX_BYTES:
        raise TooLong
    if card.get("schema") not in (None, "1.0", "2.0"):
        raise BadCard(BROKEN, "ROOT.schema", "unknown schema")
    if schema_of(card) == "1.0":
        return
    _root(card)
    if sum(1 for _ in walk(card)) > MAX_ELEMENTS:
        raise BadCard(ELEMENT_LIMIT, "ROOT", "element exceeds the limit")
    look = Lint(is_person, is_image)
    for at, element in enumerate(card.get("body", {}).get("elements", [])):
        look.element(element, Place(f"ROOT.body.elements[{at}]"))


def _root(card: Json) -> None:
    if unknown := set(card) - _ROOT:
        raise BadCard(BROKEN, "ROOT", f"unknown property {', '.join(sorted(unknown))}")
    for name, check in (("config", _CONFIG), ("card_link", _LINK), ("header", _HEADER), ("body", _BODY)):
        if name in card and (why := check(card[name])):
            raise BadCard(BROKEN, f"ROOT.{name}", why)
    if card.get("config", {}).get("update_multi") is False:
        raise BadCard(BROKEN, "ROOT.config.update_multi", "a 2.0 card is always shared")
