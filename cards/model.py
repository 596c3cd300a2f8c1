"""The neutral card: what we want to show and ask, before any messenger's limits are known.

Builders make `Card`s, `fit()` makes them showable on one surface, an adapter's `render` turns the fitted card into the
messenger's own payload. Everything is a frozen dataclass and survives a JSON round trip.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cards.action import ActionRef


class Tone(StrEnum):
    """The mood of a header, from which each messenger picks its colour."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


class Style(StrEnum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"
    DEFAULT = "default"
    DANGER = "danger"


# --- spans: the only inline markup there is -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plain:
    text: str
    type: str = "plain"


@dataclass(frozen=True, slots=True)
class Bold:
    text: str
    type: str = "bold"


@dataclass(frozen=True, slots=True)
class WebLink:
    """A link inside running text (design: `Link(url)`; named apart from the `Link` action)."""

    text: str
    url: str
    type: str = "web_link"


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person of ours, shown as a mention where the surface can, else by name."""

    person_id: str
    name: str
    type: str = "person"


Span = Plain | Bold | WebLink | PersonRef


# --- blocks: what is shown ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    spans: tuple[Span, ...]
    type: str = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled value of a `Fields` block."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Short labelled values, side by side where there is room."""

    pairs: tuple[Field, ...]
    type: str = "fields"


@dataclass(frozen=True, slots=True)
class Progress:
    """A bar. `ratio` is 0..1; `caption` already words the percentage (R-GEN-05)."""

    label: str
    ratio: Decimal
    caption: str
    type: str = "progress"


@dataclass(frozen=True, slots=True)
class People:
    """Some of our people, as avatars where the surface can."""

    people: tuple[PersonRef, ...]
    type: str = "people"


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet remark: hints, how it was computed, what to type instead."""

    text: str
    type: str = "note"


@dataclass(frozen=True, slots=True)
class Divider:
    type: str = "divider"


@dataclass(frozen=True, slots=True)
class Picture:
    """A catalogue picture by its name (`cards.picture.Item`). `alt` is what it means, said where it cannot be shown;
    "" says that it only decorates."""

    name: str
    alt: str = ""
    type: str = "picture"


Block = Text | Fields | Progress | People | Note | Divider | Picture


# --- inputs: what is asked ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `value` is what comes back (an encoded `ActionRef` when choosing it *is* an action)."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput:
    name: str
    label: str
    required: bool = False
    initial: str = ""
    group: str = ""
    multiline: bool = False
    max_length: int = 500
    placeholder: str = ""
    type: str = "text_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberInput:
    """A number. `suggestions` are the computed values offered where numbers cannot be typed (flow 5.1)."""

    name: str
    label: str
    required: bool = False
    initial: str = ""
    group: str = ""
    min: Decimal | None = None
    max: Decimal | None = None
    step: Decimal | None = None
    unit: str = ""
    placeholder: str = ""
    suggestions: tuple[Option, ...] = ()
    type: str = "number_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option, or several when `many`. `initial` holds the chosen values. `source` names where people-like options
    come from when the messenger has a picker of its own ("people"); "" = just these options. `stands_in_for` names an
    input that says the same better: this one is asked only where that one cannot be shown."""

    name: str
    label: str
    options: tuple[Option, ...]
    required: bool = False
    initial: tuple[str, ...] = ()
    group: str = ""
    many: bool = False
    source: str = ""
    stands_in_for: str = ""
    placeholder: str = ""
    type: str = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateInput:
    """A date as `YYYY-MM-DD`. `suggestions` as for numbers."""

    name: str
    label: str
    required: bool = False
    initial: str = ""
    group: str = ""
    placeholder: str = ""
    suggestions: tuple[Option, ...] = ()
    type: str = "date_input"


Input = TextInput | NumberInput | Choice | DateInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Inputs that belong together (one key result): a heading, a caption, and the door for answering them by one chat
    message where the surface cannot take them all (`by_message`, product flow 5.1 step 3)."""

    key: str
    title: str
    caption: str = ""
    by_message: ActionRef | None = None


# --- actions: what can be pressed -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirm:
    """An extra "are you sure?" where the messenger has one; the service never relies on it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`submits`: pressing it sends the card's inputs along. `hint`: what to type to the same effect, e.g. `/ci nc`."""

    label: str
    ref: ActionRef
    style: Style = Style.DEFAULT
    confirm: Confirm | None = None
    submits: bool = False
    hint: str = ""
    type: str = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    url: str
    type: str = "link"


Action = Button | Link


@dataclass(frozen=True, slots=True)
class Header:
    title: str
    subtitle: str = ""
    tone: Tone = Tone.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card instance.

    `key` is the stable id of this instance (ours, 32 hex digits) by which it is updated later; `summary` is the one
    line shown in notifications; `updates` says that we will change it in place. `locale` is the reader's language.
    """

    kind: str
    key: str
    header: Header
    blocks: tuple[Block, ...] = ()
    groups: tuple[Group, ...] = ()
    inputs: tuple[Input, ...] = ()
    actions: tuple[Action, ...] = ()
    summary: str = ""
    updates: bool = True
    locale: str = "zh-CN"
