"""DingTalk's error codes, each mapped to the one reaction we have for it (dingtalk.md §3.2, §4.2, §4.3, §5.2)."""

import logging
from collections.abc import Mapping

from adapters.base import Json
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.transport import Reply, retry_after

log = logging.getLogger("bida.dingtalk.codes")

HOUR = 3600.0
FIVE_MINUTES = 300.0
THROTTLED = 1.5
"""Seconds to wait after a QPS refusal: "1–2 s" (§5.2)."""

_DENIED = "Forbidden.AccessDenied."

_RATE: Mapping[str, float] = {
    _DENIED + "QpsLimitForAppkeyAndApi": THROTTLED,
    _DENIED + "QpsLimitForApi": THROTTLED,
    _DENIED + "QpmLimitForAppkeyAndApi": 2.0,
    # The month's quota is gone: trying costs nothing but is no use. Sleep long, lose nothing (§5.1).
    _DENIED + "ApiCountLimitForOrg": HOUR,
    "send.too.fast": 2.0,
    "send.byToken.tooFast": 2.0,
}

_UNREACHABLE = frozenset(
    {
        "chatbotId.notAllow.sendOTO", "robot.oto.notExist", "staffId.notExisted", "bot.forbidden.sendMessage",
        "robotCode.auth", "invalid.openConversationId", "group.disbanded", "conversation.org.notMatch",
        "resource.unavailable", "param.openSpaceIdInvalid", "param.userIdNotExist",
    }
)  # fmt: skip

_REJECTED = frozenset(
    {_DENIED + "AccessTokenPermissionDenied", "too.many.people", "too.many.group", "msgParam.tooLong"}
)
_REJECTED_PREFIXES = ("param.", "contain.", "invalidParameter", "system.updateCallbackFailed")

# Wrong credentials or a closed door for this machine: nothing is wrong with the message, an operator must act.
_TRANSIENT = frozenset(
    {"system.busy", "InvalidAuthentication", "invalidClientIdOrSecret", "authFailed", _DENIED + "IpNotInWhiteList"}
)

LEGACY_TOKEN_CODES = frozenset({33001, 40001, 40014, 42001})
_LEGACY_RATE: Mapping[int, float] = {
    **dict.fromkeys(range(90001, 90015), 2.0), 90018: THROTTLED, 90020: HOUR, 130101: 60.0, 410100: 60.0,
}  # fmt: skip
_LEGACY_UNREACHABLE = frozenset({33012, 60121, 50002, 60003, 40078, 40104})
_LEGACY_REJECTED = frozenset(
    {40035, 43004, 400013, 400101, 400102, 400105, 400106, 430101, 430102, 430103, 430104, 400002, 310000}
    | {41001, 43007, 60011}
    | {40004, 40005, 40006, 40007, 40008}  # an upload: its type, its size, its id
)
_LEGACY_TRANSIENT = frozenset({-1, 15, 60020})
SESSION_GONE = 300001
NO_SUCH_USER = 60121


def is_token_refused(reply: Reply) -> bool:
    """Whether a v1.0 answer says that the access token is bad or expired."""
    return reply.status in {400, 401} and _code(_object(reply)) == "InvalidAuthentication"


def is_legacy_token_refused(reply: Reply) -> bool:
    """Whether a legacy answer (HTTP 200) says so, also wrapped in code 88 with a `sub_code`."""
    return legacy_code(_object(reply)) in LEGACY_TOKEN_CODES


def legacy_code(body: Json) -> int:
    """The effective `errcode`: the `sub_code` where 88 wraps it, 0 for success, -1 for an unreadable one."""
    code = _int(body.get("errcode", 0))
    return _int(body.get("sub_code", code)) if code == 88 else code


def v1_error(reply: Reply) -> OutboundError:
    """The outbound error for a v1.0 answer that is not a success."""
    body = _object(reply)
    banned = _ban(reply, body)
    if banned is not None:
        return banned
    code = _code(body)
    if code:
        return code_error(code, reply, _detail(body))
    if reply.status == 429:
        return RateLimited("429", after=retry_after(reply.headers, THROTTLED))
    return Transient(f"http-{reply.status}")


def code_error(code: str, reply: Reply, detail: str = "") -> OutboundError:
    """The outbound error for a v1.0 code. A code we do not know is `Transient`, and logged to be counted."""
    if code in _RATE:
        return RateLimited(code, detail, after=retry_after(reply.headers, _RATE[code]))
    if code in _UNREACHABLE:
        return Unreachable(code, detail)
    if code in _REJECTED or code.startswith(_REJECTED_PREFIXES):
        return Rejected(code, detail)
    if code in _TRANSIENT:
        return Transient(code, detail)
    if reply.status == 429:
        return RateLimited(code, detail, after=retry_after(reply.headers, THROTTLED))
    log.warning("platform_code_unknown", extra={"code": code[:80], "status": reply.status})
    return Transient(code, detail)


def legacy_error(reply: Reply) -> OutboundError | None:
    """The outbound error of a legacy answer, or None when it is a success (`errcode` 0 on HTTP 200)."""
    body = _object(reply)
    banned = _ban(reply, body)
    if banned is not None:
        return banned
    if reply.status != 200 or "errcode" not in body:
        return v1_error(reply)
    code = legacy_code(body)
    if code == 0:
        return None
    name = str(code)
    if code in _LEGACY_RATE:
        return RateLimited(name, after=retry_after(reply.headers, _LEGACY_RATE[code]))
    if code in _LEGACY_UNREACHABLE:
        return Unreachable(name)
    if code in _LEGACY_REJECTED:
        return Rejected(name)
    if code not in _LEGACY_TRANSIENT | LEGACY_TOKEN_CODES | {SESSION_GONE}:
        log.warning("platform_code_unknown", extra={"code": name, "status": reply.status})
    return Transient(name)


def delivery_error(message: str) -> OutboundError:
    """The outbound error of one failed element of `deliverResults` (§3.2, the trap). The vendor documents no codes
    here, only words: an address that is not ours is `Unreachable`, anything else is `Rejected` so that plain text is
    tried once (a second createAndDeliver would only hear `param.cardAlreadyExist`)."""
    text = message.lower()
    if any(word in text for word in ("spaceid", "not exist", "not in", "permission", "user", "disband")):
        return Unreachable("deliver", message[:80])
    return Rejected("deliver", message[:80])


def _ban(reply: Reply, body: Json) -> OutboundError | None:
    """The gateway's IP ban: its own JSON without code, or an HTML page (§5.2)."""
    if body.get("status") == 1111 or body.get("punish") == "deny":
        return RateLimited("ip-ban", after=FIVE_MINUTES)
    if reply.status in {403, 429} and reply.body.lstrip()[:1] == b"<":
        return RateLimited("ip-ban-page", after=FIVE_MINUTES)
    return None


def _object(reply: Reply) -> Json:
    try:
        return reply.json()
    except Transient:
        return {}


def _code(body: Json) -> str:
    code = body.get("code")
    return code if isinstance(code, str) else ""


def _detail(body: Json) -> str:
    """The vendor's request id and the scopes it misses: what an operator needs, and no message text."""
    denied = body.get("accessdenieddetail")
    scopes = denied.get("requiredScopes") if isinstance(denied, dict) else None
    names = ",".join(str(scope) for scope in scopes) if isinstance(scopes, list) else ""
    request = body.get("requestid")
    return " ".join(
        part for part in (f"request={request}" if request else "", f"needs={names}" if names else "") if part
    )


def _int(value: object) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return -1
