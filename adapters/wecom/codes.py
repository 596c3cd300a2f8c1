"""WeCom's error codes in our five words (wecom.md §4.8, §5.2)."""

import logging
from collections.abc import Mapping
from typing import Any

from adapters.errors import AuthExpired, OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.transport import Reply, retry_after

log = logging.getLogger("bida.wecom")

RESPONSE_CODE_SPENT = 60140
RECALL_TOO_LATE = 42052
TASK_ID_INVALID = 42014
TOKEN_CODES = frozenset({40001, 40014, 42001})
"""Invalid or expired credential: refresh once, call once more. From `gettoken` itself: the secret is wrong."""

_WINDOW_SECONDS = 60.0
_UNREACHABLE = frozenset({40003, 46004, 50002, 60011, 60021, 60111, 81013, 86001, 86003, 86008})
_ADMIN = frozenset({40013, 40056, 40091, 48002, 48006, 48009, 50003, 60020, 301002, 301007, 701008})
"""An administrator must act; until then everything waits, so that nothing is lost."""
_REJECTED = frozenset({
    40004, 40005, 40006, 40007, 40008, 40033, 40035, 40058, 40063, 41001, 43012, 44004, 45001, 45002, 45029,
    RECALL_TOO_LATE, RESPONSE_CODE_SPENT, 82001, 82002, 82003, 86004, 86006, 86007, 86215, 86216,
    *range(42014, 42021), *range(42027, 42052),
})  # fmt: skip
_WAIT = {45009: _WINDOW_SECONDS, 45033: 1.0}
_KNOWN_TRANSIENT = frozenset({-1})


def errcode(body: Mapping[str, Any]) -> int:
    """The business error code; absent means success (§0)."""
    code = body.get("errcode", 0)
    return code if isinstance(code, int) else -1


def raise_for(reply: Reply) -> dict[str, Any]:
    """The body of a successful reply; else raises the outbound error its status or code stands for."""
    if reply.status == 429:
        raise RateLimited("http-429", after=retry_after(reply.headers, 1.0))
    if reply.status != 200:
        raise Transient(f"http-{reply.status}")
    body = reply.json()
    code = errcode(body)
    if code:
        raise error_for(code, reply.headers)
    return body


def error_for(code: int, headers: Mapping[str, str] | None = None) -> OutboundError:
    """The outbound error of a non-zero errcode. `errmsg` is for humans and may hold addresses: never used."""
    name = str(code)
    if code in TOKEN_CODES:
        return AuthExpired(name)
    if code in _WAIT:
        return RateLimited(name, after=retry_after(headers or {}, _WAIT[code]))
    if code in _UNREACHABLE:
        return Unreachable(name)
    if code in _REJECTED:
        return Rejected(name)
    if code in _ADMIN:
        log.error("wecom_needs_administrator", extra={"code": code})
        return Transient(name, "an administrator must act")
    if code not in _KNOWN_TRANSIENT:
        log.warning("wecom_unknown_code", extra={"code": code})
    return Transient(name)
