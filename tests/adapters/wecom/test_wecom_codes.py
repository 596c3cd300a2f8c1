"""Every documented errcode is one of our five outbound errors (wecom.md §4.8, §5.2)."""

import logging

import pytest

from adapters.errors import AuthExpired, OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.transport import Reply
from adapters.wecom.codes import error_for, raise_for

CARD_CODES = [
    42014, 42015, 42016, 42017, 42018, 42019, 42020, 42027, 42028, 42029, 42030, 42031, 42033, 42035, 42036, 42037,
    42038, 42039, 42040, 42041, 42042, 42043, 42044, 42045, 42046, 42047, 42049, 42050, 42051,
]  # fmt: skip
TABLE: dict[type[OutboundError], list[int]] = {
    AuthExpired: [40001, 40014, 42001],
    RateLimited: [45009, 45033],
    Unreachable: [40003, 46004, 60111, 81013, 60011, 50002, 60021, 86001, 86003, 86008],
    Rejected: [
        *CARD_CODES, 40004, 40005, 40006, 40007, 40008, 40033, 40035, 40058, 40063, 41001, 43012, 44004, 45001, 45002,
        45029, 42052, 60140, 82001, 82002, 82003, 86004, 86006, 86007, 86215, 86216,
    ],
    Transient: [-1, 40013, 40056, 40091, 48002, 48006, 48009, 50003, 60020, 301002, 301007, 701008, 123456],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in TABLE.items() for code in codes])
def test_code(kind: type[OutboundError], code: int) -> None:
    error = error_for(code)
    assert type(error) is kind
    assert error.code == str(code)


def test_frequency_limit_pauses_for_its_window() -> None:
    error = error_for(45009)
    assert isinstance(error, RateLimited)
    assert error.after == 60
    told = error_for(45009, {"retry-after": "7"})
    assert isinstance(told, RateLimited)
    assert told.after == 7


def test_unknown_code_is_logged_by_its_number_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="bida.wecom"), pytest.raises(Transient):
        raise_for(Reply(200, {}, b'{"errcode":987654,"errmsg":"zhangsan hint: [secret] from ip: 1.2.3.4"}'))
    (record,) = caplog.records
    assert (record.message, vars(record)["code"]) == ("wecom_unknown_code", 987654)
    assert "zhangsan" not in str(vars(record))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(502, {}, b"<html>"), Transient),
        (Reply(302, {}, b""), Transient),
        (Reply(404, {}, b"{}"), Transient),
        (Reply(429, {"retry-after": "3"}, b""), RateLimited),
        (Reply(200, {}, b"<html>"), Transient),
        (Reply(200, {}, b"[]"), Transient),
        (Reply(200, {}, b'{"errcode":"strange"}'), Transient),
    ],
)
def test_answers_that_are_none_of_the_platforms(reply: Reply, kind: type[OutboundError]) -> None:
    with pytest.raises(OutboundError) as caught:
        raise_for(reply)
    assert type(caught.value) is kind


def test_absent_errcode_is_success() -> None:
    assert raise_for(Reply(200, {}, b'{"userid":"a"}')) == {"userid": "a"}
