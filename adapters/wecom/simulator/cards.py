"""What the platform refuses in a template_card, with its codes (wecom.md §4.2, §4.3, §4.8)."""

import re
from collections.abc import Callable, Sequence

from adapters.simulation import Json
from adapters.wecom.simulator.card_fields import check_fields
from adapters.wecom.simulator.refusal import Refused, need

INTERACTIVE = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})
KEY_BYTES = 1024
ID_BYTES = 128
_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


def can_call_back(card: Json) -> bool:
    """Whether the card can be clicked, and therefore updated (§4.1)."""
    return card.get("card_type") in INTERACTIVE or bool(card.get("action_menu"))


def check_card(
    card: object,
    *,
    update: bool,
    refuse_unknown: bool,
    is_member: Callable[[str], bool],
    is_media: Callable[[str], bool],
) -> None:
    """Refuse a card the platform would not take. An `update` needs no task_id: the card keeps its own.

    Raises `Refused` with the code of the first fault found.
    """
    if not isinstance(card, dict):
        raise Refused(40058, "template_card missing")
    check_fields(card, update=update, refuse_unknown=refuse_unknown)
    if "task_id" in card or (can_call_back(card) and not update):
        need(_TASK_ID.fullmatch(str(card.get("task_id", ""))), 42014, "invalid task_id")
    _check_menu(card)
    _check_rows(card, is_member, is_media)
    _check_links(card)
    {
        "text_notice": _check_text_notice,
        "news_notice": _check_news_notice,
        "button_interaction": _check_buttons,
        "vote_interaction": _check_vote,
        "multiple_interaction": _check_multiple,
    }[card["card_type"]](card)


def _title(card: Json) -> str:
    return str(card.get("main_title", {}).get("title", ""))


def _check_menu(card: Json) -> None:
    if "action_menu" not in card:
        return
    actions = card["action_menu"].get("action_list", [])
    need(1 <= len(actions) <= 3, 40058, "action_list has 1 to 3 items")
    for action in actions:
        need(action.get("text"), 42038, "action_menu text missing")
        need(0 < _size(action.get("key")) <= KEY_BYTES, 42039, "action_menu key")
    need(_distinct([action["key"] for action in actions]), 42051, "duplicate action_menu key")


def _check_rows(card: Json, is_member: Callable[[str], bool], is_media: Callable[[str], bool]) -> None:
    rows = card.get("horizontal_content_list", [])
    need(len(rows) <= 6, 42035, "horizontal_content_list has at most 6 items")
    for row in rows:
        need(row.get("keyname"), 42027, "keyname missing")
        kind = row.get("type", 0)
        need(kind in (0, 1, 2, 3), 40058, "horizontal_content_list type")
        need(kind != 1 or row.get("url"), 42028, "url missing")
        need(kind != 2 or is_media(row.get("media_id", "")), 42029, "media_id missing")
        need(kind != 3 or is_member(row.get("userid", "")), 42050, "invalid member userid")
    vertical = card.get("vertical_content_list", [])
    need(len(vertical) <= 4, 42036, "vertical_content_list has at most 4 items")
    need(all(row.get("title") for row in vertical), 42033, "vertical title missing")


def _check_links(card: Json) -> None:
    jumps = card.get("jump_list", [])
    need(len(jumps) <= 3, 42042, "jump_list has at most 3 items")
    need(all(jump.get("title") for jump in jumps), 42033, "jump title missing")
    places = [*jumps, *(card[name] for name in ("card_action", "quote_area", "image_text_area") if name in card)]
    for place in places:
        kind = place.get("type", 0)
        need(kind in (0, 1, 2), 40058, "link type")
        need(kind != 1 or place.get("url"), 42028, "url missing")
        need(kind != 2 or place.get("appid"), 42030, "appid missing")


def _check_card_action(card: Json) -> None:
    need(card.get("card_action", {}).get("type") in (1, 2), 42045, "card_action missing")


def _check_text_notice(card: Json) -> None:
    need(_title(card) or card.get("sub_title_text"), 42033, "title missing")
    _check_card_action(card)


def _check_news_notice(card: Json) -> None:
    need(_title(card), 42033, "title missing")
    _check_card_action(card)
    picture, area = card.get("card_image"), card.get("image_text_area")
    need(picture or area, 42044, "card_image missing")
    if picture is not None:
        need(picture.get("url"), 42044, "card_image.url missing")
        need(1.3 <= picture.get("aspect_ratio", 1.3) < 2.25, 40058, "aspect_ratio")
    need(area is None or area.get("image_url"), 42044, "image_url missing")


def _check_buttons(card: Json) -> None:
    need(_title(card), 42033, "title missing")
    buttons = card.get("button_list", [])
    need(1 <= len(buttons) <= 6, 40058, "button_list has 1 to 6 items")
    for button in buttons:
        need(button.get("text"), 42038, "button text missing")
        need(button.get("type", 0) in (0, 1), 40058, "button type")
        need(button.get("style", 1) in (1, 2, 3, 4), 40058, "button style")
        if button.get("type", 0) == 0:
            need(0 < _size(button.get("key")) <= KEY_BYTES, 42039, "button key")
        else:
            need(button.get("url"), 42028, "button url missing")
    need(_distinct([one["key"] for one in buttons if one.get("type", 0) == 0]), 42039, "duplicate button key")
    if "button_selection" in card:
        _check_question(card["button_selection"], 10)


def _check_vote(card: Json) -> None:
    need(_title(card), 42033, "title missing")
    box = card.get("checkbox", {})
    _check_question(box, 20)
    need(box.get("mode", 0) in (0, 1), 40058, "checkbox mode")
    checked = [option for option in box["option_list"] if option.get("is_checked")]
    need(box.get("mode", 0) == 1 or len(checked) <= 1, 40058, "several options checked in a single choice")
    _check_submit(card)


def _check_multiple(card: Json) -> None:
    need(_title(card), 42033, "title missing")
    selects = card.get("select_list", [])
    need(1 <= len(selects) <= 3, 42047, "select_list has 1 to 3 items")
    for select in selects:
        _check_question(select, 10)
    need(_distinct([select["question_key"] for select in selects]), 42043, "duplicate question_key")
    _check_submit(card)


def _check_submit(card: Json) -> None:
    submit = card.get("submit_button", {})
    need(0 < _size(submit.get("key")) <= KEY_BYTES, 42046, "submit key")
    need(submit.get("text", "提交"), 42049, "submit text")


def _check_question(question: Json, most: int) -> None:
    need(0 < _size(question.get("question_key")) <= KEY_BYTES, 42043, "question_key")
    options = question.get("option_list", [])
    need(1 <= len(options) <= most, 42037, f"option_list has 1 to {most} items")
    for option in options:
        need(0 < _size(option.get("id")) <= ID_BYTES, 42040, "option id")
        need(option.get("text"), 42041, "option text")
    need(_distinct([option["id"] for option in options]), 42040, "duplicate option id")


def _size(text: str | None) -> int:
    return len((text or "").encode())


def _distinct(keys: Sequence[str]) -> bool:
    return len(set(keys)) == len(keys)
