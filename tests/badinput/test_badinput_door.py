"""Requests nobody should trust: refused with the right status, one line in the log, and not a row changed (design (f),
"Security at the door")."""

import asyncio
import gzip
import io
import json
import resource
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from adapters.wecom.simulator.envelope import BOMB
from bot.playground.rig import SECRETS, Rig
from tests.badinput.evidence import NOTE, Watch
from tests.badinput.sealing import (
    PROOFS,
    Request,
    card_callback,
    dingtalk_event,
    feishu_envelope,
    post,
    sealed,
    sealed_every_way,
    text_content,
    wecom_for,
)

PARTS = [(name, part) for name, parts in PROOFS.items() for part in parts]


async def refused(rig: Rig, watch: Watch, messenger: str, request: Request, status: int, cause: str) -> None:
    """The request is answered with `status` and nothing but one log line remains of it."""
    given, body = await post(rig, messenger, request)
    await rig.settle()
    assert (given, body) == (status, b"")
    watch.assert_nothing_changed()
    line = watch.audit()
    assert (line["connection"], line["cause"], line["level"]) == (messenger, cause, "warning")


async def test_the_genuine_request_is_heard(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """The counter-proof: unspoilt, the very same request is stored and answered."""
    watch = Watch.begin(rig, caplog)
    status, _ = await post(rig, messenger, sealed(rig, messenger, text_content(rig, messenger, "bob", "/ci")))
    await rig.settle()
    assert status == 200
    assert {"inbox", "outbox", "card"} <= watch.changed()


@pytest.mark.parametrize(("messenger", "part"), PARTS)
async def test_a_missing_proof(rig: Rig, messenger: str, part: str, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    genuine = sealed(rig, messenger, text_content(rig, messenger, "bob", NOTE))
    await refused(rig, watch, messenger, genuine.without(part), 401, "bad_signature")


@pytest.mark.parametrize(("messenger", "part"), PARTS)
async def test_a_wrong_proof(rig: Rig, messenger: str, part: str, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    genuine = sealed(rig, messenger, text_content(rig, messenger, "bob", NOTE))
    spoilt = genuine.altered(part, lambda value: value[:-1] + ("1" if value[-1] != "1" else "2"))
    await refused(rig, watch, messenger, spoilt, 401, "bad_signature")


async def test_a_stale_proof(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """Properly signed a day ago; and a day ahead."""
    for age in (timedelta(days=1), timedelta(days=-1)):
        watch = Watch.begin(rig, caplog)
        old = sealed(rig, messenger, text_content(rig, messenger, "bob", NOTE), age=age)
        await refused(rig, watch, messenger, old, 401, "bad_signature")


async def test_a_stale_card_callback_of_dingtalk(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, "dingtalk", card_callback(rig, b"{}", age=timedelta(days=2)), 401, "bad_signature")


async def test_an_unsigned_card_callback_of_dingtalk(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, "dingtalk", Request(body=b'{"outTrackId":"x"}'), 401, "bad_signature")


async def test_two_proofs_at_once_are_none(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    robot, card = sealed(rig, "dingtalk", b"{}"), card_callback(rig, b"{}")
    both = Request(headers={**robot.headers, **card.headers}, body=b"{}")
    await refused(rig, watch, "dingtalk", both, 401, "bad_signature")


async def test_a_wrong_receiver(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """Signed and encrypted with our keys, but for another company or another app."""
    content = text_content(rig, messenger, "bob", NOTE)
    for_others = {
        "wecom": lambda: wecom_for(rig, content, "ww0000000000stranger"),
        "dingtalk": lambda: dingtalk_event(rig, b'{"EventType":"check_url"}', receiver="dingsomebodyelse"),
        "feishu": lambda: sealed(
            rig, "feishu", json.dumps(feishu_envelope(rig, "im.message.receive_v1", {}, app_id="cli_other")).encode()
        ),
    }[messenger]()
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, messenger, for_others, 401, "bad_signature")


async def test_a_wrong_verification_token_of_feishu(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    envelope = feishu_envelope(rig, "im.message.receive_v1", {}, token="guessed")
    await refused(rig, watch, "feishu", sealed(rig, "feishu", json.dumps(envelope).encode()), 401, "bad_signature")


async def test_tampered_ciphertext(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """One letter of what was encrypted is changed on the way."""
    genuine = (
        dingtalk_event(rig, b'{"EventType":"check_url"}')
        if messenger == "dingtalk"
        else sealed(rig, messenger, text_content(rig, messenger, "bob", NOTE))
    )
    middle = len(genuine.body) // 2
    other = b"A" if genuine.body[middle : middle + 1] != b"A" else b"B"
    spoilt = Request(
        headers=genuine.headers, query=genuine.query, body=genuine.body[:middle] + other + genuine.body[middle + 1 :]
    )
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, messenger, spoilt, 401, "bad_signature")


async def test_an_entity_bomb_around_the_envelope(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    genuine = sealed(rig, "wecom", text_content(rig, "wecom", "bob", NOTE))
    bomb = BOMB + genuine.body.replace(b"<ToUserName>", b"<Bomb>&d;</Bomb><ToUserName>")
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, "wecom", Request(query=genuine.query, body=bomb), 400, "malformed")


async def test_an_entity_bomb_inside_the_envelope(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    content = text_content(rig, "wecom", "bob", NOTE)
    bomb = BOMB + content.replace(b"<xml>", b"<xml><Bomb>&d;</Bomb>")
    watch = Watch.begin(rig, caplog)
    await refused(rig, watch, "wecom", sealed(rig, "wecom", bomb), 400, "malformed")


async def test_a_body_of_ten_megabytes(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """413 before it is read, whatever it claims about its length; our memory does not grow with it."""
    watch = Watch.begin(rig, caplog)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for body in (io.BytesIO(bytes(10 * 1024 * 1024)), _chunked(10 * 1024 * 1024)):
        assert await _status(f"{rig.base_url}/in/{messenger}", body) in (413, 0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40 * 1024, f"{grown} KiB more"  # the client's own ten megabytes are in here too
    watch.assert_nothing_changed()
    causes = [line["cause"] for line in watch.lines() if line["event"] == "refused"]
    assert causes == ["too_large", "too_large"]


async def test_a_small_body_that_unpacks_to_ten_megabytes(
    rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch.begin(rig, caplog)
    packed = gzip.compress(bytes(10 * 1024 * 1024))
    status = await _status(f"{rig.base_url}/in/{messenger}", packed, {"Content-Encoding": "gzip"})
    assert status in (400, 401)
    watch.assert_nothing_changed()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says(
    rig: Rig, messenger: str, encoding: str, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch.begin(rig, caplog)
    status = await _status(f"{rig.base_url}/in/{messenger}", b"\x01not packed", {"Content-Encoding": encoding})
    assert status in (400, 401)
    watch.assert_nothing_changed()
    assert watch.audit()


async def test_invalid_utf8(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the outermost body, and (where content is carried as bytes) inside the envelope."""
    watch = Watch.begin(rig, caplog)
    for request in sealed_every_way(rig, messenger, b"{}"):
        status, _ = await post(rig, messenger, replace(request, body=b"\xff\xfe\x80"))
        assert status in (400, 401)
    if messenger == "wecom":
        content = text_content(rig, "wecom", "bob", "x").replace(b"<Content>x", b"<Content>\xff\xfe\x80")
        assert (await post(rig, "wecom", sealed(rig, "wecom", content)))[0] == 400
    watch.assert_nothing_changed()
    assert all(line["event"] == "refused" for line in watch.lines())


async def test_an_unknown_event_is_acknowledged_and_ignored(
    rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = {
        "wecom": text_content(rig, "wecom", "bob", NOTE).replace(
            b"<MsgType>text</MsgType>", b"<MsgType>event</MsgType><Event>brand_new</Event>"
        ),
        "dingtalk": json.dumps({"EventType": "brand_new", "CorpId": SECRETS["dingtalk"]["corp_id"]}).encode(),
        "feishu": json.dumps(feishu_envelope(rig, "brand.new_v9", {"note": NOTE})).encode(),
    }[messenger]
    request = dingtalk_event(rig, content) if messenger == "dingtalk" else sealed(rig, messenger, content)
    watch = Watch.begin(rig, caplog)
    assert (await post(rig, messenger, request))[0] == 200
    watch.assert_nothing_changed()
    assert watch.audit("ignored")["connection"] == messenger


async def test_an_unknown_connection(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    for name in ("nobody", "WECOM", "wecom%2f..", "wecom/x", "..%2fwecom", "%00", "wecom\u200b"):
        async with aiohttp.ClientSession() as session, session.post(f"{rig.base_url}/in/{name}", data=b"x") as answer:
            assert answer.status == 404, name
    watch.assert_nothing_changed()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW"])
async def test_other_methods(rig: Rig, messenger: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch.begin(rig, caplog)
    genuine = sealed(rig, messenger, text_content(rig, messenger, "bob", NOTE))
    status, _ = await post(rig, messenger, Request(method, genuine.headers, genuine.query, genuine.body))
    assert status in (400, 405)
    watch.assert_nothing_changed()


async def test_a_request_that_never_ends(rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture) -> None:
    """Half a body, then silence: nothing happens, and others are served meanwhile."""
    watch = Watch.begin(rig, caplog)
    host, port = rig.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /in/{messenger} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    await writer.drain()
    async with aiohttp.ClientSession() as session, session.get(f"{rig.base_url}/healthz") as answer:
        assert answer.status == 200
    writer.close()
    await asyncio.sleep(0.05)
    assert not [record for record in caplog.records if record.exc_info], "a hung-up client is no fault of ours"
    watch.assert_nothing_changed()
    del reader


async def _status(url: str, body: object, headers: dict[str, str] | None = None) -> int:
    """The status, or 0 when the server closed the connection while we were still writing."""
    try:
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, ConnectionError):
        return 0


async def _chunked(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield bytes(65536)
