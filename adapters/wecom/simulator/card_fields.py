"""Which fields a template_card has and of which type: the documentation's field tables as data (wecom.md §4.2–4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.simulation import Json
from adapters.wecom.simulator.refusal import Refused, need

Shape = Mapping[str, "type | tuple[type, ...] | Nested"]


@dataclass(frozen=True, slots=True)
class Nested:
    """An object, or a list of such objects when `many`."""

    shape: Shape
    many: bool = False


TEXT: Shape = {"title": str, "desc": str}
OPTION: Shape = {"id": str, "text": str}
LINK: Shape = {"type": int, "url": str, "appid": str, "pagepath": str}
COMMON: Shape = {
    "card_type": str,
    "task_id": str,
    "source": Nested({"icon_url": str, "desc": str, "desc_color": int}),
    "main_title": Nested(TEXT),
}
MENU: Shape = {"action_menu": Nested({"desc": str, "action_list": Nested({"text": str, "key": str}, many=True)})}
QUOTE: Shape = {"quote_area": Nested({**LINK, "title": str, "quote_text": str})}
ROWS: Shape = {
    "horizontal_content_list": Nested(
        {"type": int, "keyname": str, "value": str, "url": str, "media_id": str, "userid": str}, many=True
    )
}
JUMPS: Shape = {"jump_list": Nested({**LINK, "title": str}, many=True), "card_action": Nested(LINK)}
SUBMIT: Shape = {"submit_button": Nested({"text": str, "key": str})}

SHAPES: Mapping[str, Shape] = {
    "text_notice": {
        **COMMON, **MENU, **QUOTE, **ROWS, **JUMPS, "emphasis_content": Nested(TEXT), "sub_title_text": str,
    },
    "news_notice": {
        **COMMON, **MENU, **QUOTE, **ROWS, **JUMPS,
        "card_image": Nested({"url": str, "aspect_ratio": (int, float)}),
        "image_text_area": Nested({**LINK, **TEXT, "image_url": str}),
        "vertical_content_list": Nested(TEXT, many=True),
    },
    "button_interaction": {
        **COMMON, **MENU, **QUOTE, **ROWS, "sub_title_text": str, "card_action": Nested(LINK),
        "button_selection": Nested(
            {"question_key": str, "title": str, "option_list": Nested(OPTION, many=True), "selected_id": str}
        ),
        "button_list": Nested({"type": int, "text": str, "style": int, "key": str, "url": str}, many=True),
    },
    "vote_interaction": {
        **COMMON, **SUBMIT,
        "checkbox": Nested(
            {"question_key": str, "mode": int, "option_list": Nested({**OPTION, "is_checked": bool}, many=True)}
        ),
    },
    "multiple_interaction": {
        **COMMON, **SUBMIT,
        "select_list": Nested(
            {"question_key": str, "title": str, "selected_id": str, "option_list": Nested(OPTION, many=True)},
            many=True,
        ),
    },
}  # fmt: skip
"""Card type → its fields. A block that is not listed for a type does not belong there."""

SELECTORS = ("checkbox", "button_selection", "select_list")


def check_fields(card: Json, *, update: bool, refuse_unknown: bool) -> None:
    """Refuse wrong types and, if asked, unknown names. `update` allows `replace_text` and `disable` (§4.6).

    Raises `Refused` 42031 for an unknown card type, 40058 for the rest.
    """
    kind = card.get("card_type")
    need(isinstance(kind, str) and kind in SHAPES, 42031, "invalid card_type")
    shape = dict(SHAPES[str(kind)])
    if update:
        shape["replace_text"] = str
        for name in SELECTORS:
            block = shape.get(name)
            if isinstance(block, Nested):
                shape[name] = Nested({**block.shape, "disable": bool}, many=block.many)
    _walk(card, shape, refuse_unknown, "template_card")


def _walk(value: Json, shape: Shape, refuse_unknown: bool, path: str) -> None:
    for name, found in value.items():
        wanted = shape.get(name)
        here = f"{path}.{name}"
        if wanted is None:
            need(not refuse_unknown, 40058, f"unknown field {here}")
        elif isinstance(wanted, Nested):
            _walk_nested(found, wanted, refuse_unknown, here)
        elif not isinstance(found, wanted) or (isinstance(found, bool) and wanted is not bool):
            raise Refused(40058, f"wrong type of {here}")


def _walk_nested(found: object, wanted: Nested, refuse_unknown: bool, here: str) -> None:
    items = found if wanted.many and isinstance(found, list) else [found]
    need(not wanted.many or isinstance(found, list), 40058, f"{here} is a list")
    for item in items:
        if not isinstance(item, dict):
            raise Refused(40058, f"wrong type of {here}")
        _walk(item, wanted.shape, refuse_unknown, here)
