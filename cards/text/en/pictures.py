"""English: what is drawn on pictures, and what stands in for them (R-BDG-03)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "ecard.thanks": "Thank you",
    "ecard.teamwork": "Great teamwork",
    "ecard.customer": "Customer first",
    "ecard.birthday": "Happy birthday",
    "ecard.to": "To {name}",
    "ecard.from": "— {name}",
    "ecard.alt": "E-card “{title}” to {name}: {reason} {giver}",
}
