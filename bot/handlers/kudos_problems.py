"""What is offered when a kudos cannot go out as it is: every refusal has a way on (flow 5.2, errors)."""

from bot.handlers.kudos_draft import Draft
from domain.errors import DomainError, TooLong
from domain.recognition import errors

Way = tuple[str, dict[str, str]]

_REWORD = (
    errors.ReasonTooShort, errors.ReasonNotFit, errors.LinkNotAllowed, TooLong, errors.NobodyNamed, errors.TagNeeded,
    errors.TooManyPeople,
)  # fmt: skip
OTHER_WORDS = frozenset(
    {errors.ReasonTooShort.code, errors.ReasonNotFit.code, errors.LinkNotAllowed.code, TooLong.code}
)
"""Codes of what only another reason puts right."""
_WITHOUT_POINTS = (errors.GiftsUsedUp, errors.AllowanceUnfunded)


def ways_out(draft: Draft, error: DomainError) -> list[Way]:
    """The buttons besides "cancel": names of actions with their params."""
    ways: list[Way] = []
    without = error.params.get("who", "")
    remaining = set(draft.to) - set(without.split(","))
    if isinstance(error, _REWORD):
        ways.append(("kudos.edit", {}))
    elif isinstance(error, errors.AllowanceShort):
        each = error.params.get("each", "0")
        ways += [("kudos.points", {"p": "0"}), *([("kudos.points", {"p": each})] if each != "0" else [])]
    elif isinstance(error, errors.TooManyPoints):
        ways += [("kudos.points", {"p": error.params.get("limit", "0")}), ("kudos.points", {"p": "0"})]
    elif isinstance(error, (*_WITHOUT_POINTS, errors.PairCap)):
        ways.append(("kudos.points", {"p": "0"}))
    if without and remaining:
        ways.append(("kudos.others", {"w": without}))
    elif without and not isinstance(error, errors.PairCap):
        ways.append(("kudos.edit", {}))
    return ways
