"""What the client lets a person do with a card, before anything is sent (wecom.md §4.1, §4.6, §9 item 6)."""

from collections.abc import Mapping, Sequence

from adapters.simulation import Json, Press
from adapters.wecom.simulator.chats import Copy
from adapters.wecom.simulator.view import Question, chosen, presses, questions

Given = Mapping[str, str | Sequence[str]]


def check_press(copy: Copy, key: str) -> Press:
    """The pressable with this key. Raises `ValueError` when the person cannot press it."""
    if copy.recalled or copy.kind != "template_card":
        raise ValueError("there is no card to press here")
    for press in presses(copy.payload):
        if press.key == key and not press.url:
            if not press.enabled:
                raise ValueError(f"the button {key!r} is disabled")
            return press
    raise ValueError(f"the card has no button with the key {key!r}")


def is_menu_key(card: Json, key: str) -> bool:
    """Whether a key is of the corner menu and not of a button."""
    own = [button.get("key") for button in card.get("button_list", [])] + [card.get("submit_button", {}).get("key")]
    return key not in own


def select(card: Json, values: Given, *, empty_vote_allowed: bool) -> dict[str, list[str]]:
    """Question key → chosen option ids. Raises `ValueError` for what the client would not let somebody choose."""
    asked = {question.block["question_key"]: question for question in questions(card)}
    unknown = set(values) - set(asked)
    if unknown:
        raise ValueError(f"the card has no field {', '.join(sorted(unknown))}")
    return {key: _choose(question, values.get(key), empty_vote_allowed) for key, question in asked.items()}


def _choose(question: Question, given: str | Sequence[str] | None, empty_vote_allowed: bool) -> list[str]:
    block, several = question.block, question.several
    name, preset = block["question_key"], list(chosen(question))
    if isinstance(given, str):
        given = [given] if given else []
    picked = preset if given is None else list(given)
    offered = [option["id"] for option in block["option_list"]]
    if any(option not in offered for option in picked) or len(set(picked)) != len(picked):
        raise ValueError(f"{name}: an option that is not offered")
    if block.get("disable") and picked != preset:
        raise ValueError(f"{name} is disabled")
    if len(picked) > 1 and not several:
        raise ValueError(f"{name} takes one option")
    if not picked and not (several and empty_vote_allowed):
        raise ValueError(f"{name} is required")
    return picked
