"""Access tokens: one per app while valid, 7200 s on the simulated clock (dingtalk.md §4.1)."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.clock import Clock

LIFE = 7200


@dataclass(slots=True)
class Tokens:
    """Issues and checks the one token of the app; v1.0 and legacy hosts accept the same one."""

    clock: Clock
    current: str = ""
    expires_at: datetime | None = None
    issued: list[str] = field(default_factory=list)

    def issue(self) -> str:
        """The app's token: the same one while it is valid, its life renewed."""
        if not self.valid(self.current):
            self.current = secrets.token_hex(16)
            self.issued.append(self.current)
        self.expires_at = self.clock.now() + timedelta(seconds=LIFE)
        return self.current

    def valid(self, token: str) -> bool:
        return bool(token) and token == self.current and not self._over()

    def expire(self) -> None:
        self.expires_at = None

    def _over(self) -> bool:
        return self.expires_at is None or self.clock.now() >= self.expires_at
