"""What Feishu's codes mean for a send: each documented one becomes one of the five outbound errors (feishu.md §5.2)."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from adapters.errors import AuthExpired, OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.transport import Reply, retry_after

log = logging.getLogger("bida.feishu")

QUOTA_PAUSE = 3600.0
THROTTLED = frozenset({"99991400"})
MESSAGE_THROTTLED = frozenset({"230020"})
QUOTA_SPENT = frozenset({"99991403"})

TOKEN_EXPIRED = frozenset({"99991663"})
"""The codes after which a call is repeated once with a fresh token."""

AUTH = frozenset({"99991661", "99991663", "99991664", "99991668", "99991671", "99991677"})

NEEDS_ADMIN = frozenset({"99991401", "99991665", "99991672", "99991679", "230006", "230027"})
"""Nobody gets anything until an administrator acts (IP list, scopes, bot ability). Retried: it may be fixed in time."""

UNREACHABLE = frozenset(
    {
        "99992351", "99992360", "99992381",  # unknown id
        "99992361",  # an id of another app
        "230002", "232009",  # bot not in the group, group dissolved
        "230013", "230018", "230029", "230034", "230035", "230038", "230053",
        "40004", "40014",  # directory: outside the contact range
    }
)  # fmt: skip

REFUSED = frozenset(
    {
        "99992354", "99992364", "99992402", "230001", "230009", "230011", "230022", "230025", "230026", "230028",
        "230031", "230050", "230054", "230071", "230072", "230075", "230110", "230111", "200830",
        "234001", "234006", "234010", "234011", "234039",  # an upload: its form, size, format, resolution
    }
)  # fmt: skip

IN_FLIGHT = frozenset({"230049"})
CARD_REFUSED = "230099"
CARD_LOCKED = "11310"

GONE = frozenset({"230031", "230011", "230110", "200830"})
"""After these an update can only go out as a new message: too old, recalled, deleted, other card schema (§1.12)."""

RECALLED = frozenset({"230011", "230110"})
NO_THREAD = frozenset({"230011", "230050", "230071", "230072", "230110", "230111"})
"""After these an answer within a thread goes to the chat itself (§4.2, "Reply")."""

_SUB_CODE = re.compile(r"ErrCode: ?(\d+)")


def check(reply: Reply) -> dict[str, Any]:
    """The answer's body when the call succeeded. Raises the outbound error it stands for otherwise.

    `code` is the platform's, with the sub-code of a refused card after a slash (`230099/100290`); `detail` is the
    platform's log id. The message text is read but never passed on.
    """
    if reply.status >= 500:
        raise Transient(f"http-{reply.status}", _log_id(reply))
    if reply.status == 429:
        raise RateLimited("429", _log_id(reply), after=_reset(reply.headers))
    body = reply.json()
    code = _code(body)
    if code == "0" and reply.status < 400:
        return body
    raise _error(code, _sub_code(body), str(body.get("msg", "")), reply)


def is_token_expired(reply: Reply) -> bool:
    """Whether the platform refused the access token itself. Cheap for good answers."""
    return reply.status < 500 and b"9999166" in reply.body and _code(reply.json()) in TOKEN_EXPIRED


def means(error: OutboundError, codes: frozenset[str]) -> bool:
    """Whether the error's code, or the sub-code of a refused card, is one of these."""
    return any(part in codes for part in error.code.split("/"))


def _error(code: str, sub_code: str, message: str, reply: Reply) -> OutboundError:
    shown, detail = f"{code}/{sub_code}" if sub_code else code, _log_id(reply)
    if code in THROTTLED:
        return RateLimited(shown, detail, after=_reset(reply.headers))
    if code in MESSAGE_THROTTLED:
        return RateLimited(shown, detail, after=1.0)
    if code in QUOTA_SPENT:
        log.error("platform_needs_admin", extra={"code": shown})
        return RateLimited(shown, detail, after=QUOTA_PAUSE)
    if code in AUTH:
        return AuthExpired(shown, detail)
    if code in UNREACHABLE:
        return Unreachable(shown, detail)
    if code in (CARD_REFUSED, CARD_LOCKED):
        locked = CARD_LOCKED in (code, sub_code) and "lock" in message.lower()
        return Transient(shown, detail) if locked else Rejected(shown, detail)
    if code in REFUSED:
        return Rejected(shown, detail)
    if code in NEEDS_ADMIN:
        log.error("platform_needs_admin", extra={"code": shown})
    elif code not in IN_FLIGHT:
        log.warning("platform_code_unknown", extra={"code": shown, "status": reply.status})
    return Transient(shown, detail)


def _code(body: Mapping[str, Any]) -> str:
    code = body.get("code")
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else "no-code"


def _sub_code(body: Mapping[str, Any]) -> str:
    found = _SUB_CODE.search(str(body.get("msg", "")))
    return found[1] if found else ""


def _reset(headers: Mapping[str, str]) -> float:
    """Seconds until the throttle opens, from the platform's own header, else `Retry-After`, else one (§5.1)."""
    told = {"retry-after": headers["x-ogw-ratelimit-reset"]} if "x-ogw-ratelimit-reset" in headers else headers
    return retry_after(told, 1.0)


def _log_id(reply: Reply) -> str:
    return reply.headers.get("x-tt-logid", "")
