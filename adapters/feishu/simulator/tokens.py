"""Access tokens as the platform hands them out: two hours, the same one again while half an hour remains (§4.1)."""

from datetime import datetime, timedelta
from uuid import uuid4

from domain.clock import Clock

LIFE = timedelta(hours=2)
SAME_WHILE_LEFT = timedelta(minutes=30)


class AccessTokens:
    """Issues and checks tenant access tokens on the given clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[str, datetime] = {}
        self._newest = ""

    def issue(self) -> tuple[str, int]:
        """A token and the seconds it still lives; below 30 minutes a new one, and both stay valid."""
        now = self._clock.now()
        end = self._ends.get(self._newest)
        if end is None or end - now < SAME_WHILE_LEFT:
            self._newest = f"t-{uuid4().hex}"
            end = self._ends[self._newest] = now + LIFE
        return self._newest, int((end - now).total_seconds())

    def is_valid(self, token: str) -> bool:
        end = self._ends.get(token)
        return end is not None and self._clock.now() < end

    def expire_all(self) -> None:
        """Forget every token, as when the app's secret was reset."""
        self._ends.clear()
