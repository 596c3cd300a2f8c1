"""The platform's rate limits (feishu.md §5.1), in real time: a frozen test clock must not turn into a lock-out."""

import time
from collections import defaultdict, deque
from collections.abc import Callable


class Throttle:
    """Counts calls per key in sliding windows. `enabled` may be switched off for benches."""

    def __init__(self, *, enabled: bool = True, now: Callable[[], float] = time.monotonic) -> None:
        self.enabled = enabled
        self._now = now
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def wait_for(self, key: str, limit: int, window: float) -> float:
        """Count one call. 0 when it is within `limit` per `window` seconds, else seconds until there is room again."""
        if not self.enabled:
            return 0.0
        now = self._now()
        calls = self._calls[key]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= limit:
            return calls[0] + window - now
        calls.append(now)
        return 0.0
