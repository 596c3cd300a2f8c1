"""What may be wrong with what a person asks. Every one is answered, none is retried, nothing has changed.

`code` names the text in the catalogues (`cards/text`), `params` fill it; both are safe to show.
"""

from typing import ClassVar


class DomainError(Exception):
    """The request cannot be done, and the person is told why."""

    code: ClassVar[str] = "error.invalid"

    def __init__(self, **params: str) -> None:
        super().__init__(self.code)
        self.params = params


class NotBound(DomainError):
    """The sender is not linked to an employee yet (E01, R-ID-03)."""

    code = "error.not_bound"


class NotAllowed(DomainError):
    """This step belongs to somebody else (E02, R-ROL-01)."""

    code = "error.not_allowed"


class NotYours(DomainError):
    """The card was sent to another person (E05)."""

    code = "error.not_for_you"


class NotFound(DomainError):
    """What was named does not exist, or not for this person."""

    code = "error.not_found"


class HasLeft(DomainError):
    """The person is no longer active (R-ORG-03)."""

    code = "error.left"


class CardUnknown(DomainError):
    """The clicked card is forged, foreign or older than we keep cards."""

    code = "error.card_unknown"


class BadNumber(DomainError):
    """The text is not a number we read (E06, R-GEN-09)."""

    code = "error.bad_number"


class TooLong(DomainError):
    """The text is longer than its limit; it is refused with the count, never cut (R-GEN-08)."""

    code = "error.too_long"


class CycleClosed(DomainError):
    """Values of a closed cycle cannot change (R-CHK-10)."""

    code = "ci.closed"


class WrongMoment(DomainError):
    """The value is dated in the future or long before its cycle (R-KR-05), or the cycle is still planned (R-CYC-02)."""

    code = "ci.wrong_moment"


class WrongCode(DomainError):
    """The binding code is wrong, used or expired (R-ID-02)."""

    code = "bind.wrong"


class TooManyTries(DomainError):
    """Five wrong binding codes; wait (R-ID-02)."""

    code = "bind.locked"


class AlreadyBound(DomainError):
    """This account already belongs to a person."""

    code = "bind.already"


class UnknownCommand(DomainError):
    """No command by this name; the nearest ones are offered (R-EVT-07)."""

    code = "help.unknown"


class Conflict(DomainError):
    """Somebody else was faster; the current state is shown."""

    code = "error.stale_card"


class BadPoints(DomainError):
    """Points are whole numbers from 1 to a thousand million (R-GEN-04)."""

    code = "points.bad_amount"


class InsufficientAllowance(DomainError):
    """The giver may give fewer points than the whole gift needs; nothing was given (R-KUD-02). Says `left`, `need`."""

    code = "points.allowance_short"


class InsufficientPoints(DomainError):
    """The wallet has fewer points to spend than needed; nothing was taken. Says `left`, `need`."""

    code = "points.short"


class BudgetShort(DomainError):
    """A programme's budget does not cover it; nobody was paid (R-LED-11). Says `programme`, `left`, `need`."""

    code = "points.budget_short"


class UnknownProgramme(DomainError):
    """There is no such programme to fund or pay from (§9.1). Says `programme`."""

    code = "points.programme"


class NotPending(DomainError):
    """The credit is not waiting any more: it was cleared, undone or returned before."""

    code = "points.settled"


class NotHeld(DomainError):
    """The order does not hold, or has not consumed, that many points. Says `left`, `need`."""

    code = "points.not_held"


class AdjustmentUnclear(DomainError):
    """A correction by hand needs one person, an amount with its sign, and a reason (R-LED-23)."""

    code = "adj.how"


class FourEyesNeeded(DomainError):
    """The step needs two different people, neither of whom it is about, and a reason with evidence (R-LED-23)."""

    code = "points.four_eyes"


class IdempotencyConflict(DomainError):
    """The same key came again with something else in it; nothing moved, and it is worth an alarm (R-LED-04)."""

    code = "points.conflict"


class PostingsStopped(DomainError):
    """A verification failed, so no points move until an admin has looked (R-LED-06)."""

    code = "points.stopped"
