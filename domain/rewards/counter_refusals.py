"""What may be wrong with a count of the shelves. Nothing has changed."""

from domain.errors import DomainError


class NotYourStore(DomainError):
    """Counting is for those who serve the store (R-ROL-01)."""

    code = "ck.not_your_store"


class ReasonMissing(DomainError):
    """A difference wants a reason (R-PIC-08)."""

    code = "ck.count_why"


class CountRefused(DomainError):
    """Open orders have reserved more than was found: one of them has to be settled first (R-RED-03)."""

    code = "ck.count_reserved"
