"""Which components card 2.0 knows and which attributes each may have: the tables of feishu.md §3.4-3.6.

An attribute that is not listed makes the platform refuse the card, as does an unknown tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.feishu.simulator import attributes as a
from adapters.feishu.simulator.attributes import Check

_SPACE = a.pixels(0, 99, "small", "medium", "large", "extra_large")
_WIDTH = a.pixels(16, 9999, "default", "fill", "auto")
_ALIGN = a.one_of("left", "center", "right")
_VALIGN = a.one_of("top", "center", "bottom")

_SPACING: Mapping[str, Check] = {
    "direction": a.one_of("vertical", "horizontal"), "padding": a.edges(0, 99), "horizontal_spacing": _SPACE,
    "vertical_spacing": _SPACE, "horizontal_align": _ALIGN, "vertical_align": _VALIGN,
}  # fmt: skip

_CALLBACK = a.shape({"type": a.one_of("callback"), "value": a.mapping}, {})
_OPEN_URL = a.shape(
    {"type": a.one_of("open_url")},
    {"default_url": a.url, "pc_url": a.url, "ios_url": a.url, "android_url": a.url},
)


def _behaviour(value: object) -> str:
    if isinstance(value, dict) and value.get("type") == "open_url":
        places = ("default_url", "pc_url", "ios_url", "android_url")
        return _OPEN_URL(value) or ("" if any(value.get(place) for place in places) else "needs a URL")
    return _CALLBACK(value)


_BEHAVIOURS = a.each(_behaviour, least=1, most=2)
_CONFIRM = a.shape({"title": a.plain, "text": a.plain}, {})
_EVERY: Mapping[str, Check] = {"tag": a.string, "element_id": a.element_id, "margin": a.edges(-99, 99)}
_ACTIVE: Mapping[str, Check] = {
    "name": a.at_most(100), "required": a.boolean, "behaviors": _BEHAVIOURS, "confirm": _CONFIRM,
    "disabled": a.boolean, "disabled_tips": a.plain, "hover_tips": a.plain,
}  # fmt: skip

_OPTION = a.shape({"text": a.plain, "value": a.filled}, {"icon": a.icon})
_PERSON_OPTION = a.shape({"value": a.filled}, {"icon": a.icon})
_SELECT: Mapping[str, Check] = {
    **_ACTIVE, "type": a.one_of("default", "text"), "placeholder": a.text("plain_text", limit=100), "width": _WIDTH,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """One tag: its attributes, those it cannot do without, and what it is to forms and nesting.

    `holds`: attribute with child elements. `active`: a person can act on it. `answers`: it fills a form field.
    """

    optional: Mapping[str, Check]
    required: Mapping[str, Check]
    holds: str = ""
    level: bool = False
    active: bool = False
    answers: bool = False


def _show(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Component:
    return Component({**_EVERY, **optional}, required)


def _box(required: Mapping[str, Check], optional: Mapping[str, Check], *, active: bool = False) -> Component:
    return Component({**_EVERY, **_SPACING, **optional}, required, holds="elements", level=True, active=active)


def _field(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Component:
    return Component({**_EVERY, **optional}, required, active=True, answers=True)


_ELEMENTS: Check = a.each(a.mapping)
_DIV_FIELD = a.shape({"text": a.rich}, {"is_short": a.boolean})
_HEADER_TITLE = a.text("markdown", "plain_text", "lark_md")

COMPONENTS: Mapping[str, Component] = {
    "markdown": _show(
        {"content": a.string},
        {"i18n_content": a.by_locale, "text_size": a.string, "text_align": _ALIGN, "icon": a.icon},
    ),
    "div": _show(
        {},
        {
            "text": a.rich, "fields": a.each(_DIV_FIELD), "icon": a.icon,
            "width": a.pixels(16, 999, "fill", "auto"),
        },
    ),
    "hr": _show({}, {}),
    "img": _show(
        {"img_key": a.filled, "alt": a.plain},
        {
            "scale_type": a.one_of("crop_center", "fit_horizontal", "crop_top"), "size": a.string,
            "corner_radius": a.string, "preview": a.boolean, "transparent": a.boolean, "title": a.plain,
            "i18n_img_key": a.by_locale,
        },
    ),
    "img_combination": _show(
        {
            "combination_mode": a.one_of("double", "triple", "bisect", "trisect"),
            "img_list": a.each(a.shape({"img_key": a.filled}, {}), least=1),
        },
        {"corner_radius": a.string, "combination_transparent": a.boolean},
    ),
    "person": _show(
        {"user_id": a.filled},
        {
            "size": a.one_of("extra_small", "small", "medium", "large"), "show_avatar": a.boolean,
            "show_name": a.boolean, "style": a.one_of("normal", "capsule"),
        },
    ),
    "person_list": _show(
        {"persons": a.each(a.shape({"id": a.filled}, {}), least=1)},
        {
            "size": a.one_of("extra_small", "small", "medium", "large"), "show_avatar": a.boolean,
            "show_name": a.boolean, "lines": a.whole(1, 100), "drop_invalid_user_id": a.boolean, "icon": a.icon,
        },
    ),
    "chart": _show(
        {"chart_spec": a.mapping},
        {
            "aspect_ratio": a.one_of("1:1", "2:1", "4:3", "16:9"), "preview": a.boolean,
            "color_theme": a.one_of("brand", "rainbow", "complementary", "converse", "primary"),
            "height": a.pixels(1, 999, "auto"),
        },
    ),
    "table": _show(
        {"columns": a.each(a.mapping, least=1, most=50), "rows": a.each(a.mapping)},
        {
            "page_size": a.whole(1, 10), "row_height": a.pixels(32, 124, "low", "middle", "high", "auto"),
            "freeze_first_column": a.boolean, "header_style": a.mapping, "row_max_height": a.string,
        },
    ),
    "column_set": Component(
        {
            **_EVERY, "flex_mode": a.one_of("none", "stretch", "flow", "bisect", "trisect"),
            "background_style": a.colour, "horizontal_spacing": _SPACE, "horizontal_align": _ALIGN,
            "action": a.shape({"multi_url": a.mapping}, {}),
        },
        {"columns": _ELEMENTS}, holds="columns", level=True,
    ),
    "column": Component(
        {
            **_EVERY, **_SPACING, "width": a.pixels(16, 600, "auto", "weighted"), "weight": a.whole(1, 5),
            "background_style": a.colour, "action": a.shape({"multi_url": a.mapping}, {}),
        },
        {"elements": _ELEMENTS}, holds="elements",
    ),
    "form": _box({"name": a.filled, "elements": _ELEMENTS}, {}),
    "collapsible_panel": _box(
        {
            "elements": _ELEMENTS,
            "header": a.shape(
                {"title": _HEADER_TITLE},
                {
                    "width": a.pixels(0, 999, "fill", "auto", "auto_when_fold"), "vertical_align": _VALIGN,
                    "padding": a.edges(0, 99), "position": a.one_of("top", "bottom"), "icon": a.icon,
                    "icon_position": a.one_of("left", "right", "follow_text"), "background_color": a.colour,
                    "icon_expanded_angle": a.whole(-180, 180),
                },
            ),
        },
        {
            "expanded": a.boolean, "background_color": a.colour,
            "border": a.shape({}, {"color": a.colour, "corner_radius": a.string}),
        },
    ),
    "interactive_container": _box(
        {"elements": _ELEMENTS, "behaviors": _BEHAVIOURS},
        {
            **_ACTIVE, "width": a.pixels(16, 999, "fill", "auto"), "height": a.pixels(10, 999, "auto"),
            "background_style": a.colour, "has_border": a.boolean, "border_color": a.colour,
            "corner_radius": a.string,
        },
        active=True,
    ),
    "button": Component(
        {
            **_EVERY, **_ACTIVE, "icon": a.icon, "width": _WIDTH,
            "size": a.one_of("tiny", "small", "medium", "large"), "form_action_type": a.one_of("submit", "reset"),
            "type": a.one_of(
                "default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled",
                "danger_filled", "laser",
            ),
        },
        {"text": a.rich}, active=True,
    ),
    "input": _field(
        {},
        {
            **_ACTIVE, "input_type": a.one_of("text", "multiline_text", "password"), "rows": a.whole(1, 100),
            "auto_resize": a.boolean, "max_rows": a.whole(1, 100), "max_length": a.whole(1, 1000),
            "label": a.text("plain_text", limit=100), "label_position": a.one_of("top", "left"),
            "placeholder": a.text("plain_text", limit=100), "default_value": a.at_most(1000),
            "i18n_default_value": a.by_locale, "show_icon": a.boolean, "width": _WIDTH, "value": a.mapping,
        },
    ),
    "select_static": _field(
        {"options": a.each(_OPTION, least=1)},
        {**_SELECT, "initial_option": a.string, "initial_index": a.whole(1, 1000)},
    ),
    "multi_select_static": _field(
        {"options": a.each(_OPTION, least=1)}, {**_SELECT, "selected_values": a.strings}
    ),
    "select_person": _field({}, {**_SELECT, "options": a.each(_PERSON_OPTION), "initial_option": a.string}),
    "multi_select_person": _field({}, {**_SELECT, "options": a.each(_PERSON_OPTION), "selected_values": a.strings}),
    "date_picker": _field({}, {**_SELECT, "initial_date": a.string, "value": a.mapping}),
    "picker_time": _field({}, {**_SELECT, "initial_time": a.string, "value": a.mapping}),
    "picker_datetime": _field({}, {**_SELECT, "initial_datetime": a.string, "value": a.mapping}),
    "overflow": Component(
        {**_EVERY, **_ACTIVE, "width": _WIDTH, "value": a.mapping},
        {"options": a.each(a.shape({"text": a.plain}, {"value": a.string, "multi_url": a.mapping}), least=1)},
        active=True,
    ),
    "checker": _field(
        {"text": a.rich},
        {
            **_ACTIVE, "checked": a.boolean, "overall_checkable": a.boolean, "padding": a.edges(0, 99),
            "button_area": a.shape(
                {"buttons": a.each(a.mapping, most=3)}, {"pc_display_rule": a.one_of("always", "on_hover")}
            ),
            "checked_style": a.shape({}, {"show_strikethrough": a.boolean, "opacity": a.anything}),
        },
    ),
}  # fmt: skip
"""`select_img` is left out: its option shape is not in the specification."""

REMOVED = frozenset({"action", "note"})
"""Tags of card 1.0 that 2.0 no longer takes (§3.1)."""
