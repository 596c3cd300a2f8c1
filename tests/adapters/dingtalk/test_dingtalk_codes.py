"""Every documented code has its one reaction (dingtalk.md §3.2, §4.2, §4.3, §5.2)."""

import logging
from typing import Any

import orjson
import pytest

from adapters.dingtalk import codes
from adapters.errors import RateLimited, Rejected, Transient, Unreachable
from adapters.transport import Reply

DENIED = "Forbidden.AccessDenied."


def v1(code: str, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, headers or {}, orjson.dumps({"code": code, "message": code, "requestid": "R1"}))


def old(code: Any, **more: Any) -> Reply:
    return Reply(200, {}, orjson.dumps({"errcode": code, "errmsg": "x", **more}))


REACTIONS: dict[type[Exception], list[str]] = {
    RateLimited: [
        DENIED + "QpsLimitForAppkeyAndApi", DENIED + "QpsLimitForApi", DENIED + "QpmLimitForAppkeyAndApi",
        DENIED + "ApiCountLimitForOrg", "send.too.fast", "send.byToken.tooFast",
    ],
    Unreachable: [
        "chatbotId.notAllow.sendOTO", "robot.oto.notExist", "staffId.notExisted", "bot.forbidden.sendMessage",
        "robotCode.auth", "invalid.openConversationId", "group.disbanded", "conversation.org.notMatch",
        "resource.unavailable", "param.openSpaceIdInvalid", "param.userIdNotExist",
    ],
    Rejected: [
        DENIED + "AccessTokenPermissionDenied", "too.many.people", "too.many.group", "msgParam.tooLong",
        "contain.sensitive", "invalidParameter.msgKey", "param.empty", "param.templateNotExist",
        "param.templateUnpublished", "param.contentUnsafe", "param.cardPublicDataEmpty", "param.invalid",
    ],
    Transient: ["system.busy", "invalidClientIdOrSecret", DENIED + "IpNotInWhiteList", "never.heard.of"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, names in REACTIONS.items() for code in names])
def test_v1_codes(kind: type[Exception], code: str) -> None:
    error = codes.v1_error(v1(code))
    assert type(error) is kind
    assert error.code == code
    assert "R1" in error.detail


def test_an_unknown_code_is_logged_to_be_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "bida.dingtalk.codes"):
        codes.v1_error(v1("never.heard.of"))
        codes.v1_error(v1("system.busy"))
    assert [record.msg for record in caplog.records] == ["platform_code_unknown"]


def test_waits_follow_the_platform() -> None:
    error = codes.v1_error(v1(DENIED + "QpsLimitForApi", 403, {"retry-after": "7"}))
    assert isinstance(error, RateLimited)
    assert error.after == 7
    quota = codes.v1_error(v1(DENIED + "ApiCountLimitForOrg", 403))
    assert isinstance(quota, RateLimited)
    assert quota.after == 3600


def test_missing_scopes_are_named_for_the_operator() -> None:
    body = {"code": DENIED + "AccessTokenPermissionDenied", "accessdenieddetail": {"requiredScopes": ["qyapi_x"]}}
    assert "qyapi_x" in codes.v1_error(Reply(403, {}, orjson.dumps(body))).detail


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(403, {}, b"<html>blocked</html>"), RateLimited),
        (Reply(200, {}, b'{"status":1111,"wait":5,"source":"x5","punish":"deny"}'), RateLimited),
        (Reply(429, {}, b""), RateLimited),
        (Reply(504, {}, b"<html>"), Transient),
        (Reply(500, {}, b"[]"), Transient),
        (Reply(400, {}, b'{"code":7}'), Transient),
    ],
)
def test_gateways_and_bans(reply: Reply, kind: type[Exception]) -> None:
    assert type(codes.v1_error(reply)) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-1, Transient), (15, Transient), (33001, Transient), (40014, Transient), (60020, Transient),
        (90018, RateLimited), (90002, RateLimited), (90014, RateLimited), (90020, RateLimited), (33012, Unreachable),
        (60121, Unreachable), (50002, Unreachable), (41001, Rejected), (43007, Rejected), (60011, Rejected),
        (400002, Rejected), (310000, Rejected), (430104, Rejected), (300001, Transient), (777777, Transient),
        ("60121", Unreachable), ([], Transient), (None, Transient),
    ],
)  # fmt: skip
def test_legacy_codes(code: Any, kind: type[Exception]) -> None:
    assert type(codes.legacy_error(old(code))) is kind


def test_legacy_success_and_wrapped_codes() -> None:
    assert codes.legacy_error(old(0)) is None
    assert codes.is_legacy_token_refused(old(88, sub_code="40014"))
    assert not codes.is_legacy_token_refused(old(88, sub_code="60011"))
    assert type(codes.legacy_error(old(88, sub_code="60011"))) is Rejected
    assert type(codes.legacy_error(Reply(502, {}, b"bad gateway"))) is Transient


def test_token_refusals() -> None:
    assert codes.is_token_refused(v1("InvalidAuthentication", 400))
    assert codes.is_token_refused(v1("InvalidAuthentication", 401))
    assert not codes.is_token_refused(v1("InvalidAuthentication", 403))
    assert not codes.is_token_refused(Reply(401, {}, b"<html>"))


WORDS = [("spaceId is illegal", Unreachable), ("robot not in group", Unreachable), ("boom", Rejected), ("", Rejected)]


@pytest.mark.parametrize(("words", "kind"), WORDS)
def test_failed_deliveries(words: str, kind: type[Exception]) -> None:
    assert type(codes.delivery_error(words)) is kind
