"""A card while it is being fitted: what is still asked, what may be pressed, and what has to be said after it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cards.action import MARK, ActionRef
from cards.capability import Capabilities
from cards.fit.limits import option_limit
from cards.fit.outcome import Change
from cards.model import Action, Block, Button, Card, Choice, Group, Header, Input, Option, Style
from cards.text import say


@dataclass(slots=True)
class Asked:
    """One input on its way. `loose`: its options are suggestions, so some may go. `folded`: buttons that have become
    options, with their place on the card. `door`: the last option, for answering by message."""

    input: Input
    loose: bool = False
    folded: list[tuple[int, Option]] = field(default_factory=list)
    door: Option | None = None


@dataclass(slots=True)
class Draft:
    """The pieces of one card; only `fit` sees it, and only while it works."""

    card: Card
    caps: Capabilities
    header: Header
    blocks: list[Block]
    groups: list[Group]
    asked: list[Asked]
    actions: list[Action]
    rest: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @staticmethod
    def of(card: Card, caps: Capabilities) -> "Draft":
        asked = [Asked(item) for item in card.inputs]
        return Draft(card, caps, card.header, list(card.blocks), list(card.groups), asked, list(card.actions))

    def say(self, key: str, **values: object) -> str:
        return say(self.card.locale, key, **values)

    def note(self, what: str, how: str) -> None:
        self.changes.append(Change(what, how))

    def hint(self, button: Button) -> None:
        """Tell in words what the button would have done."""
        self.rest.append(self.say("fit.hint", hint=button.hint, label=button.label))
        self.note(f"action:{button.ref.name}", "hint")

    @property
    def submit(self) -> Button | None:
        """The button that sends the inputs: the primary one if there are several."""
        found = [action for action in self.actions if isinstance(action, Button) and action.submits]
        return min(found, key=lambda button: button.style is not Style.PRIMARY, default=None)

    def door_of(self, key: str) -> ActionRef | None:
        """Where the inputs of a group can be answered by message: its own door, else the card's (the group "")."""
        doors = {group.key: group.by_message for group in self.groups}
        return doors.get(key) or doors.get("")

    def limit_of(self) -> int:
        return option_limit(len(self.asked), self.caps)

    def choices(self) -> Iterator[tuple[Asked, Choice]]:
        """The choices that can take further options: single ones first, because an action is chosen alone."""
        found = [(item, item.input) for item in self.asked if isinstance(item.input, Choice)]
        yield from sorted(found, key=lambda pair: pair[1].many)


def is_action(option: Option) -> bool:
    """Whether choosing the option is an action of its own."""
    return option.value.startswith(MARK)


def option_of(label: str, ref: ActionRef) -> Option:
    return Option(ref.encode(), label)
