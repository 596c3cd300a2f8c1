"""What a person has entered of one check-in so far, from a form, a line or an earlier check-in; as data on the card.

A draft has `value`, `status`, `confidence`, `blocker` and `note`, as text, and of these what there is.
"""

from collections.abc import Mapping
from decimal import Decimal

from cards.values import plain_text
from domain.command import Value
from domain.goals.formulas import Status
from domain.goals.messages import BLOCKERS, CheckIn, Recent
from domain.goals.spoken import Spoken

_STATUSES = frozenset({"green", "amber", "red"})


def draft_of_form(values: Mapping[str, Value], at: int) -> dict[str, str]:
    """The fields of the item at this place."""
    draft = {
        "value": typed(values, f"v{at}"), "status": typed(values, f"s{at}"),
        "blocker": typed(values, f"b{at}"), "note": typed(values, f"n{at}"),
    }  # fmt: skip
    return {name: text for name, text in draft.items() if text}


def draft_of_line(spoken: Spoken) -> dict[str, str]:
    """What a line of text says, besides the value."""
    draft = {"note": spoken.note}
    if spoken.status is not None:
        draft["status"] = str(spoken.status)
    if spoken.confidence is not None:
        draft["confidence"] = str(spoken.confidence)
    return draft


def draft_of_recent(recent: Recent) -> dict[str, str]:
    """What was said before, to be corrected."""
    value = recent.value if recent.value is not None else recent.before
    return {
        "value": plain_text(value) if value is not None else "", "status": str(recent.status),
        "blocker": recent.blocker, "note": recent.note,
    }  # fmt: skip


def command_of(draft: Mapping[str, str], value: Decimal | None, *, confirmed: bool, corrects: str | None) -> CheckIn:
    """The draft as the command it is; what is no status or blocker of ours is left out."""
    return CheckIn(
        value=value,
        status=Status(draft["status"]) if draft.get("status") in _STATUSES else None,
        confidence=int(draft["confidence"]) if draft.get("confidence") else None,
        blocker=draft.get("blocker", "") if draft.get("blocker") in BLOCKERS else "",
        note=draft.get("note", "").strip(),
        confirmed=confirmed,
        corrects=corrects,
    )


def typed(values: Mapping[str, Value], name: str) -> str:
    """One field's text; "" when it was not filled in."""
    value = values.get(name, "")
    return value if isinstance(value, str) else (value[0] if value else "")
