"""What the platform would refuse in a card 2.0, as far as it is documented (feishu.md §3.2-§3.8), and what it shows."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

INTERACTIVE = {
    "button",
    "input",
    "select_static",
    "multi_select_static",
    "date_picker",
    "select_person",
    "multi_select_person",
}
ALLOWED = INTERACTIVE | {
    "plain_text", "markdown", "div", "hr", "person_list", "column_set", "column", "form",
}  # fmt: skip
CALLBACK_KEYS = {"a", "d"}
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\[[^\]]*\]\([^)]*\)")


def tagged(part: Any) -> Iterator[dict[str, Any]]:
    """Every object with a tag, at any depth."""
    if isinstance(part, dict):
        if "tag" in part:
            yield part
        for inner in part.values():
            yield from tagged(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from tagged(inner)


def check(card: dict[str, Any]) -> None:
    """Fails on the first broken rule."""
    assert set(card) == {"schema", "config", "header", "body"}
    assert card["schema"] == "2.0"
    assert card["config"]["update_multi"] is True
    assert card["config"]["enable_forward"] is False
    assert set(card["config"]["summary"]) == {"content"}
    assert card["header"]["title"]["tag"] == "plain_text"
    assert card["header"]["template"] in {"blue", "green", "orange", "red", "grey"}
    assert len(json.dumps(card, ensure_ascii=False).encode()) <= 28_000
    parts = list(tagged(card))
    assert len(parts) <= 150
    assert {part["tag"] for part in parts} <= ALLOWED
    names = [part["name"] for part in parts if part["tag"] in INTERACTIVE | {"form"}]
    assert all(names)
    assert len(names) == len(set(names))
    for part in parts:
        _check_part(part)
    roots = card["body"]["elements"]
    forms = [part for part in parts if part["tag"] == "form"]
    assert all(form in roots for form in forms)
    assert len(forms) <= 1
    inside = [part for form in forms for part in tagged(form["elements"])]
    for form in forms:
        buttons = [part for part in tagged(form["elements"]) if part["tag"] == "button"]
        assert buttons
        assert all(button["form_action_type"] == "submit" for button in buttons)
    for part in parts:
        if part["tag"] in INTERACTIVE - {"button"}:
            assert part in inside, "an input outside the form"
        if part.get("form_action_type"):
            assert part in inside


def _check_part(part: dict[str, Any]) -> None:
    tag = part["tag"]
    if tag == "input":
        assert 1 <= part["max_length"] <= 1000
        assert len(part["label"]["content"]) <= 100
        assert len(part.get("default_value", "")) <= part["max_length"]
    if "placeholder" in part:
        assert len(part["placeholder"]["content"]) <= 100
    if tag in ("select_static", "multi_select_static"):
        values = [option["value"] for option in part["options"]]
        assert all(values)
        assert len(values) == len(set(values)) <= 100
        assert set(part.get("selected_values", [])) <= set(values)
        assert part.get("initial_option", values[0]) in values
    if tag == "person_list":
        assert part["drop_invalid_user_id"] is True
    for behavior in part.get("behaviors", []):
        if behavior["type"] == "callback":
            assert isinstance(behavior["value"], dict)
            assert set(behavior["value"]) <= CALLBACK_KEYS
        else:
            assert behavior["default_url"].startswith(("http://", "https://"))


def mentions(card: dict[str, Any]) -> list[str]:
    """Everything that acts in the card's markdown: tags, links and images."""
    return [found for part in tagged(card) if part["tag"] == "markdown" for found in MARKUP.findall(part["content"])]


def shown(card: dict[str, Any]) -> str:
    """All text a person reads, one line per element."""
    lines = []
    for part in tagged(card):
        if part["tag"] == "plain_text":
            lines.append(part["content"])
        if part["tag"] == "markdown":
            lines.append(html.unescape(MARKUP.sub("", part["content"]).replace("**", "")))
    return "\n".join(lines)
