"""What fitting a card gives."""

from dataclasses import dataclass

from cards.model import Card


class CannotFit(Exception):
    """The card cannot be shown on this surface without losing a meaning."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is shown differently: `what` names it (`input:value`, `group:kr2`), `how` is a constant word."""

    what: str
    how: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """A card the surface can show, or None where it can show none. `rest` is text to be sent as a message of its own
    after the card ("" mostly; the whole content where there is no card)."""

    card: Card | None
    rest: str
    changes: tuple[Change, ...]
