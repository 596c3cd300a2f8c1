"""Which function handles what: explicit tables, one per feature; a duplicate or unknown name fails at start."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.reply import Reply
from cards.model import Card

if TYPE_CHECKING:
    from bot.context import Ctx

Handler = Callable[["Ctx"], Reply]
View = Callable[["Ctx", Any], Card]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """`name` is the slash word; `aliases` are other slash words; `bare` are words that work without a slash.

    `help` is the catalogue key of its one-line help; "" hides it. `guest`: a sender nobody has linked may use it.
    `of_roles`: who finds it in the help, empty for everybody; who may use it is decided in the domain.
    `looks`: a whole message of this look means the command, with the message as its arguments (a pick-up code).
    `secret`: what is typed behind the word is a secret; nothing of it is kept once it is handled.
    """

    name: str
    handler: Handler
    aliases: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    help: str = ""
    of_roles: frozenset[str] = frozenset()
    guest: bool = False
    looks: re.Pattern[str] | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """An event we send ourselves once a day from `hour`:`minute` in the company's zone: `name` begins with "clock."."""

    name: str
    hour: int
    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """What everybody is shown once per `version`, before the answer to whatever they said first (R-PRV-07)."""

    version: int
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAction:
    """A button. `on_card`: it acts on a card instance of ours, whose version and owner are checked before; `keeps`: it
    changes nothing on the card, so any version will do. `guest` as for commands."""

    name: str
    handler: Handler
    on_card: bool = True
    keeps: bool = False
    guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What one handler module brings: commands, buttons, events (a platform's, or our own clock's), card views, answers
    to open questions, daily chores, and what newcomers are shown."""

    name: str
    commands: tuple[SlashCommand, ...] = ()
    actions: tuple[CardAction, ...] = ()
    events: Mapping[str, Handler] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    answers: Mapping[str, Handler] = field(default_factory=dict)
    daily: tuple[Chore, ...] = ()
    first_contact: FirstContact | None = None


class Clash(ValueError):
    """Two features want the same name."""


class Router:
    """The tables of all features as one."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.commands: dict[str, SlashCommand] = {}
        self.words: dict[str, SlashCommand] = {}
        self.bare: dict[str, SlashCommand] = {}
        self.actions: dict[str, CardAction] = {}
        self.events: dict[str, Handler] = {}
        self.views: dict[str, View] = {}
        self.answers: dict[str, Handler] = {}
        self.daily: dict[str, Chore] = {}
        self.first_contact: FirstContact | None = None
        for feature in features:
            self._add(feature)

    def _add(self, feature: Feature) -> None:
        for command in feature.commands:
            _claim(self.commands, command.name, command)
            for word in (command.name, *command.aliases):
                _claim(self.words, word.casefold(), command)
            for word in command.bare:
                _claim(self.bare, word.casefold(), command)
        for chore in feature.daily:
            _claim(self.daily, chore.name, chore)
        if feature.first_contact is not None:
            if self.first_contact is not None:
                raise Clash("first contact is claimed twice")
            self.first_contact = feature.first_contact
        for action in feature.actions:
            _claim(self.actions, action.name, action)
        for target, table in (
            (self.events, feature.events), (self.views, feature.views), (self.answers, feature.answers),
        ):  # fmt: skip
            for name, value in table.items():
                _claim(target, name, value)

    def command(self, word: str) -> SlashCommand | None:
        """The command behind a slash word or alias; also a bare word written with a slash."""
        return self.words.get(word) or self.bare.get(word)

    def label(self, name: str) -> str:
        """The name of a command, button or event for the log; "" for unknown ones, which are what somebody typed."""
        known = self.command(name)
        if known is not None:
            return known.name
        return name if name in self.actions or name in self.events else ""

    def plain(self, word: str) -> SlashCommand | None:
        """The command behind a word written without a slash."""
        return self.bare.get(word)

    def looking(self, text: str) -> SlashCommand | None:
        """The command a whole message stands for by its look."""
        return next((one for one in self.commands.values() if one.looks and one.looks.fullmatch(text)), None)

    def nearest(self, word: str, most: int = 3) -> list[SlashCommand]:
        """Up to `most` commands whose names or aliases are closest to a mistyped word (R-EVT-07)."""
        ranked: dict[str, tuple[int, SlashCommand]] = {}
        for known, command in {**self.words, **self.bare}.items():
            if not command.help or not set(word) & set(known):  # nothing in common is not a typing slip
                continue
            distance = _distance(word, known)
            if command.name not in ranked or distance < ranked[command.name][0]:
                ranked[command.name] = (distance, command)
        close = sorted(ranked.values(), key=lambda pair: (pair[0], pair[1].name))
        return [command for distance, command in close if distance <= max(2, len(word) // 2)][:most]


def _claim(table: dict[str, Any], name: str, value: Any) -> None:
    if name in table:
        raise Clash(f"{name!r} is claimed twice")
    table[name] = value


def _distance(one: str, other: str) -> int:
    """Edit distance of two short words (Levenshtein); words are cut at 32 characters."""
    one, other = one[:32], other[:32]
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != against))
    return row[-1]
