"""WeCom's limits on a template_card, checked before anything leaves (wecom.md §4.2, §4.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

TITLE, DESC, SUB_TITLE, SOURCE = 36, 44, 160, 20
KEYNAME, VALUE, ROWS = 5, 30, 6
BUTTON, BUTTONS, JUMPS, JUMP_TITLE = 10, 6, 3, 18
OPTION, OPTIONS, VOTE_OPTION, VOTE_OPTIONS = 16, 10, 17, 20
SELECTS, SELECT_TITLE = 3, 13
KEY_BYTES, OPTION_BYTES = 1024, 128


class Unfit(AssertionError):
    """A card reached the renderer that `fit` should not have let through: an error of ours, never of the user."""


def check(card: Mapping[str, Any]) -> None:
    """Raises `Unfit` naming the first rule a template_card breaks."""
    title = card.get("main_title", {})
    _demand(bool(title.get("title")), "main_title.title missing")
    _length(title.get("title", ""), TITLE, "main_title.title")
    _length(title.get("desc", ""), DESC, "main_title.desc")
    _length(card.get("source", {}).get("desc", ""), SOURCE, "source.desc")
    _length(card.get("sub_title_text", ""), SUB_TITLE, "sub_title_text")
    _rows(card.get("horizontal_content_list", []))
    _jumps(card.get("jump_list", []))
    match card["card_type"]:
        case "text_notice":
            _demand(bool(card.get("card_action", {}).get("url")), "card_action missing")
        case "news_notice":
            _demand(bool(card.get("card_action", {}).get("url")), "card_action missing")
            _demand(1.3 < card["card_image"]["aspect_ratio"] < 2.25, "card_image.aspect_ratio")
            _demand("sub_title_text" not in card, "a news notice has no sub_title_text")
        case "button_interaction":
            _buttons(card["button_list"])
            for select in [card["button_selection"]] if "button_selection" in card else []:
                _choice(select, OPTIONS, OPTION)
        case "vote_interaction":
            _choice(card["checkbox"], VOTE_OPTIONS, VOTE_OPTION)
            _submit(card["submit_button"])
        case "multiple_interaction":
            _demand(1 <= len(card["select_list"]) <= SELECTS, "select_list count")
            _unique([select["question_key"] for select in card["select_list"]], "question_key")
            for select in card["select_list"]:
                _length(select["title"], SELECT_TITLE, "select title")
                _choice(select, OPTIONS, OPTION)
            _submit(card["submit_button"])


def _rows(rows: Sequence[Mapping[str, Any]]) -> None:
    _demand(len(rows) <= ROWS, "horizontal_content_list count")
    for row in rows:
        _demand(bool(row["keyname"]), "keyname missing")
        _length(row["keyname"], KEYNAME, "keyname")
        _length(row["value"], VALUE, "value")


def _jumps(jumps: Sequence[Mapping[str, Any]]) -> None:
    _demand(len(jumps) <= JUMPS, "jump_list count")
    for jump in jumps:
        _demand(bool(jump["title"] and jump["url"]), "jump title or url missing")
        _length(jump["title"], JUMP_TITLE, "jump title")


def _buttons(buttons: Sequence[Mapping[str, Any]]) -> None:
    _demand(1 <= len(buttons) <= BUTTONS, "button_list count")
    _unique([button["key"] for button in buttons], "button key")
    for button in buttons:
        _submit(button)


def _submit(button: Mapping[str, Any]) -> None:
    _demand(bool(button["text"]), "button text missing")
    _length(button["text"], BUTTON, "button text")
    _bytes(button["key"], KEY_BYTES, "button key")


def _choice(choice: Mapping[str, Any], most: int, label: int) -> None:
    options = choice["option_list"]
    _bytes(choice["question_key"], KEY_BYTES, "question_key")
    _demand(1 <= len(options) <= most, "option count")
    _unique([option["id"] for option in options], "option id")
    for option in options:
        _demand(bool(option["text"]), "option text missing")
        _length(option["text"], label, "option text")
        _bytes(option["id"], OPTION_BYTES, "option id")


def _unique(values: Sequence[str], what: str) -> None:
    _demand(len(set(values)) == len(values), f"{what} not unique")


def _length(text: str, most: int, what: str) -> None:
    _demand(len(text) <= most, f"{what} has {len(text)} of {most} characters")


def _bytes(text: str, most: int, what: str) -> None:
    size = len(text.encode())
    _demand(0 < size <= most, f"{what} has {size} of {most} bytes")


def _demand(kept: bool, what: str) -> None:
    if not kept:
        raise Unfit(what)
