"""Why a gift is refused. Nothing has been stored or moved when one of these is raised (R-KUD-02)."""

from domain.errors import DomainError


class NobodyNamed(DomainError):
    """There is no recipient."""

    code = "ku.nobody"


class SelfGiving(DomainError):
    """The giver is among the recipients, by whatever account (R-KUD-03, R-ID-05). Says `who` (ids)."""

    code = "ku.self"


class NotActive(DomainError):
    """A recipient has left or was never active (R-KUD-03). Says `name` and `who` (ids)."""

    code = "ku.inactive"


class TooManyPeople(DomainError):
    """More recipients than allowed (R-KUD-01). Says `limit`, `count`."""

    code = "ku.many"


class TooManyPoints(DomainError):
    """More points per person than allowed (R-KUD-01). Says `limit`."""

    code = "ku.points"


class TagNeeded(DomainError):
    """One to three value tags of the company's list are needed (R-KUD-01). Says `limit`."""

    code = "ku.tag_needed"


class ReasonTooShort(DomainError):
    """The reason says too little (R-KUD-01)."""

    code = "ku.short"


class ReasonNotFit(DomainError):
    """The reason has a word the company does not want to see (R-KUD-09)."""

    code = "ku.words"


class LinkNotAllowed(DomainError):
    """The reason links outside the company's own domains (R-KUD-09)."""

    code = "ku.links"


class GiftsUsedUp(DomainError):
    """So many gifts with points today (R-KUD-04). Says `limit`."""

    code = "ku.day_cap"


class ThanksUsedUp(DomainError):
    """So many 0-point thanks today (R-KUD-05). Says `limit`."""

    code = "ku.thanks_cap"


class PairCap(DomainError):
    """One person would get too much of this month's allowance (R-KUD-04). Says `name`, `x`, `cap`, `who`."""

    code = "ku.cap"


class AllowanceShort(DomainError):
    """The allowance does not cover the whole gift (R-KUD-02, A22). Says `left`, `need`, `each` ("0": nothing)."""

    code = "ku.budget"


class AllowanceUnfunded(DomainError):
    """This month's allowance could not be granted: the company's budget is short (R-LED-11)."""

    code = "ku.unfunded"


class UndoTooLate(DomainError):
    """The undo window is over, or the kudos was undone before (R-KUD-06, A24)."""

    code = "ku.undo_late"


class OwnKudos(DomainError):
    """Giver and recipients do not endorse their own kudos (R-KUD-05)."""

    code = "ku.endorse_own"


class Endorsed(DomainError):
    """Once per person and kudos (R-KUD-05)."""

    code = "ku.endorsed"


class OwnRefill(DomainError):
    """Nobody refills their own allowance (R-ROL-02)."""

    code = "al.self"


class RefillInactive(DomainError):
    """Who was meant has left or is not known yet."""

    code = "al.inactive"


class NoPointsRight(DomainError):
    """Who was meant thanks without points (R-ALW-05)."""

    code = "al.no_points"


class RefillUnclear(DomainError):
    """A refill needs one person, an amount and a reason (R-ALW-04)."""

    code = "al.how"


class MonthlyBudget(DomainError):
    """What comes every month comes from the allowance budget."""

    code = "al.monthly_budget"


class PersonUnclear(DomainError):
    """A name means nobody, or several people. Says `name` and `people`, whom it may mean."""

    code = "al.who"


class OwnReversal(DomainError):
    """Nobody reverses a kudos they gave or got (R-ROL-02)."""

    code = "rv.own"


class ReversalUnclear(DomainError):
    """A reversal needs giver and recipient, in this order, or the number of a kudos."""

    code = "rv.how"
