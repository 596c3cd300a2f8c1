"""Token buckets: never faster than the platform allows, per app and per conversation."""

import time
from collections import OrderedDict
from collections.abc import Callable

from adapters.base import Pace

KEPT = 10_000


class Bucket:
    """`rate` tokens per second, at most `size` at once. Times are monotonic seconds."""

    __slots__ = ("_level", "_rate", "_seen", "_size")

    def __init__(self, rate: float, size: float) -> None:
        self._rate, self._size = rate, size
        self._level, self._seen = size, 0.0

    def wait(self, now: float) -> float:
        """Seconds until a token is there; takes none."""
        self._refill(now)
        return 0.0 if self._level >= 1 else (1 - self._level) / self._rate

    def take(self, now: float) -> None:
        self._refill(now)
        self._level -= 1

    def _refill(self, now: float) -> None:
        if self._seen:
            self._level = min(self._size, self._level + (now - self._seen) * self._rate)
        self._seen = now


class Pacer:
    """Says how long a message to a conversation must wait. `blocked` holds the whole app back (RateLimited)."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._app = _buckets(pace.per_second, pace.per_minute)
        self._conversations: OrderedDict[str, list[Bucket]] = OrderedDict()
        self._blocked_until = 0.0

    @classmethod
    def unlimited(cls) -> "Pacer":
        """No limit at all: for measuring against a simulator."""
        return cls(Pace())

    def wait(self, conversation: str) -> float:
        """Seconds until this message may go; 0 takes its tokens."""
        now = self._clock()
        buckets = [*self._app, *self._of(conversation)]
        delay = max((bucket.wait(now) for bucket in buckets), default=0.0)
        delay = max(delay, self._blocked_until - now)
        if delay <= 0:
            for bucket in buckets:
                bucket.take(now)
            return 0.0
        return delay

    def app_wait(self) -> float:
        """Seconds until anything may go."""
        now = self._clock()
        delay = max((bucket.wait(now) for bucket in self._app), default=0.0)
        return max(delay, self._blocked_until - now, 0.0)

    def block(self, seconds: float) -> None:
        """The platform asked the whole app to wait."""
        self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    def _of(self, conversation: str) -> list[Bucket]:
        found = self._conversations.get(conversation)
        if found is None:
            found = _buckets(self._pace.per_conversation_second, self._pace.per_conversation_minute)
            self._conversations[conversation] = found
            if len(self._conversations) > KEPT:
                self._conversations.popitem(last=False)
        else:
            self._conversations.move_to_end(conversation)
        return found


def _buckets(per_second: float | None, per_minute: float | None) -> list[Bucket]:
    found = []
    if per_second:
        found.append(Bucket(per_second, max(1.0, per_second)))
    if per_minute:
        found.append(Bucket(per_minute / 60, max(1.0, per_minute)))
    return found
