"""What went over the wire, with secrets masked, for the playground's side panel."""

import re
from dataclasses import dataclass, field

from adapters.simulation import Exchange

KEPT = 2000
SHOWN = 8192
_SECRET = re.compile(r'((?:access_token|corpsecret|\bkey)=)[^&\s"]+|("access_token"\s*:\s*")[^"]+')


def mask(text: str) -> str:
    """The text without tokens, app secrets and webhook keys."""
    return _SECRET.sub(lambda found: (found[1] or found[2]) + "***", text)


@dataclass(slots=True)
class Wire:
    """The last exchanges, oldest first."""

    exchanges: list[Exchange] = field(default_factory=list)

    def note(
        self, *, at: float, direction: str, method: str, path: str, status: int, request: bytes, response: bytes
    ) -> None:
        if len(self.exchanges) >= KEPT:
            del self.exchanges[: KEPT // 10]
        self.exchanges.append(
            Exchange(
                at=at, direction=direction, method=method, path=mask(path), status=status,
                request=mask(request[:SHOWN].decode(errors="replace")),
                response=mask(response[:SHOWN].decode(errors="replace")),
            )
        )  # fmt: skip
