"""The daily hours in which only answers to one's own action may arrive (R-CAL-09)."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily silent span on the receiver's wall clock, `start` included, `end` not; over midnight when start > end.

    A store open 10:00 to 22:00 is `QuietHours(time(22), time(10))`. start = end means no silent hours.
    """

    start: time = time(20, 30)
    end: time = time(8, 30)

    def covers(self, clock: time) -> bool:
        """Whether this time of day is silent."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def opens_after(self, clock: time) -> time | None:
        """When on the same day talking is allowed again after a silent time; None when only tomorrow."""
        return self.end if clock < self.end else None

    def first_opening(self) -> time:
        """The first time of a day at which talking is allowed."""
        return self.end if self.covers(time.min) else time.min
