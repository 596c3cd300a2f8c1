"""What went over the wire, for the playground's side panel: bounded, and with every secret masked."""

import contextlib
import json
import re
from typing import Any

from adapters.simulation import Exchange
from domain.clock import Clock

KEPT = 1000
_LONGEST = 4000
_SECRET_FIELDS = frozenset(
    ["app_secret", "AppSecret", "tenant_access_token", "token", "encrypt", "ticket", "access_key", "verification_token"]
)
_TOKENS = re.compile(r"\b(?:t|c)-[0-9a-f]{16,}\b")
_QUERY = re.compile(r"\b(ticket|access_key)=[^&\"\s]+")
MASK = "***"


def mask(raw: bytes) -> str:
    """A body as text without secrets; binary becomes its size."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return f"<{len(raw)} bytes>"
    with contextlib.suppress(ValueError):
        text = json.dumps(_masked(json.loads(text)), ensure_ascii=False)
    return mask_text(text)[:_LONGEST]


def mask_text(text: str) -> str:
    return _QUERY.sub(rf"\1={MASK}", _TOKENS.sub(MASK, text))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: MASK if key in _SECRET_FIELDS and value[key] else _masked(value[key]) for key in value}
    return [_masked(item) for item in value] if isinstance(value, list) else value


class Wire:
    """Keeps the last exchanges. `direction`: "in" for calls to the platform, "out" for callbacks to the bot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.exchanges: list[Exchange] = []

    def note(self, direction: str, method: str, path: str, status: int, request: bytes, response: bytes) -> None:
        self.exchanges.append(
            Exchange(
                at=self._clock.now().timestamp(), direction=direction, method=method, path=mask_text(path),
                status=status, request=mask(request), response=mask(response),
            )
        )  # fmt: skip
        del self.exchanges[:-KEPT]
