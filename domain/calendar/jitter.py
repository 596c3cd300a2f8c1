"""Spreading scheduled messages over some minutes, so that a whole company is not written to at once (R-CAL-10)."""

from datetime import datetime, timedelta
from hashlib import sha256

_MINUTES = 10


def jitter_minute(person_id: str, planned_minute: int = 0) -> int:
    """By how many minutes, 0 to 9, this person's message is late; never so that it goes out at :00 or :30.

    The same person and planned minute always give the same answer, on every machine. Raises ValueError for a minute
    outside 0 to 59.
    """
    if not 0 <= planned_minute <= 59:
        raise ValueError("a minute is 0 to 59")
    spread = int.from_bytes(sha256(person_id.encode()).digest()[:8])
    crowded = -planned_minute % 30
    if crowded >= _MINUTES:
        return spread % _MINUTES
    late = spread % (_MINUTES - 1)
    return late + 1 if late >= crowded else late


def jittered(planned: datetime, person_id: str) -> datetime:
    """When a message planned for an instant goes out to this person."""
    return planned + timedelta(minutes=jitter_minute(person_id, planned.minute))
