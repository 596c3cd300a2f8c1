"""Where the time comes from, so that tests and the playground can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Answers "what time is it?" as an aware UTC instant with millisecond precision (R-GEN-01)."""

    def now(self) -> datetime: ...


def to_millisecond(instant: datetime) -> datetime:
    """The same instant, cut to the precision we store (R-GEN-01)."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        return to_millisecond(datetime.now(UTC))


class ShiftedClock:
    """A wall clock that can be moved: the playground's fast clock and the tests' frozen one."""

    def __init__(self, start: datetime, *, running: bool = True) -> None:
        self._running = running
        self._shift = start - datetime.now(UTC)
        self._frozen = start

    def now(self) -> datetime:
        if not self._running:
            return to_millisecond(self._frozen)
        return to_millisecond(datetime.now(UTC) + self._shift)

    def advance(self, by: timedelta) -> None:
        """Move forward (or back) by a span."""
        self._shift += by
        self._frozen += by

    def set(self, instant: datetime) -> None:
        """Jump to an instant."""
        self.advance(instant - self.now())
