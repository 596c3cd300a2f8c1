"""The adapter contract, clauses 18–23: what a send comes to, on good days and on bad ones."""

import asyncio
import logging
from dataclasses import replace

import pytest

from adapters.base import Json, Outgoing, Receipt, SendKind
from adapters.errors import AuthExpired, OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.simulation import Fault
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import Button, Card, Header, Plain, Text
from tests.contract.harness import Harness, outcome
from tests.contract.harness_leaks import SPOKEN

OUTBOUND = (RateLimited, Transient, AuthExpired, Unreachable, Rejected)
KEY = "0" * 32


def card(words: str) -> Card:
    button = Button(label="Go", ref=ActionRef("go.okr"))
    return Card(kind="k", key=KEY, header=Header("t"), blocks=(Text((Plain(words),)),), actions=(button,))


def payload(harness: Harness, words: str, surface: Surface = Surface.DIRECT) -> Json:
    return harness.rendered(card(words), surface)[-1]


def first(harness: Harness, surface: Surface = Surface.DIRECT) -> Outgoing:
    """A row that sends a card."""
    return harness.out(payload(harness, f"{SPOKEN} one", surface), surface, card_key=harness.card_key())


async def failed(harness: Harness, kind: SendKind = SendKind.SEND) -> Receipt | OutboundError:
    return await outcome(harness.adapter.send(replace(first(harness), kind=kind)))


@pytest.mark.parametrize("surface", Surface)
async def test_clause_18_a_send_gives_the_messages_id(harness: Harness, surface: Surface) -> None:
    receipt = await harness.adapter.send(first(harness, surface))
    (seen,) = harness.seen(surface)
    assert SPOKEN in seen.text
    if harness.caps(surface).card:
        assert receipt.message_id == seen.message_id
    else:
        assert receipt.message_id == ""  # appchat/send tells no id (wecom.md §3.5)
    assert not receipt.fresh


@pytest.mark.parametrize("surface", Surface)
async def test_clause_18_an_update_changes_that_same_message(harness: Harness, surface: Surface) -> None:
    if not harness.caps(surface).update_card:
        return
    out = first(harness, surface)
    receipt = await harness.adapter.send(out)
    change = harness.update(receipt, payload(harness, "two", surface), surface, card_key=out.card_key)
    changed = await harness.adapter.send(change)
    (seen,) = harness.seen(surface)
    assert (seen.message_id, changed.message_id) == (receipt.message_id, receipt.message_id)
    assert "two" in seen.text
    assert SPOKEN not in seen.text
    assert not changed.fresh


async def test_clause_18_the_handle_of_a_click_changes_the_clicked_card(harness: Harness) -> None:
    if not harness.caps().update_card:
        return
    out = first(harness)
    receipt = await harness.adapter.send(out)
    await harness.click(harness.seen()[-1], "Go")
    handle = harness.commands[-1].reply or receipt.handle
    change = harness.update(receipt, payload(harness, "two"), card_key=out.card_key, handle=handle)
    assert not (await harness.adapter.send(change)).fresh
    (seen,) = harness.seen()
    assert "two" in seen.text


async def test_clause_18_a_text_is_sent_and_named_too(harness: Harness) -> None:
    rendered = harness.adapter.render_text(SPOKEN, Surface.DIRECT)
    receipt = await harness.adapter.send(harness.out(rendered.payload))
    assert [(seen.message_id, seen.text) for seen in harness.seen()] == [(receipt.message_id, SPOKEN)]


async def test_clause_19_what_cannot_be_changed_is_sent_afresh(harness: Harness) -> None:
    for way in harness.lost_handles:
        out = first(harness)
        receipt = await harness.adapter.send(out)
        change = harness.update(receipt, payload(harness, f"late {way}"), card_key=harness.card_key())
        change = await harness.lose(way, change)
        count = len(harness.seen())
        fresh = await harness.adapter.send(change)
        assert fresh.fresh, way
        assert len(harness.seen()) == count + 1, way
        assert f"late {way}" in harness.seen()[-1].text
        assert harness.seen()[-1].message_id == fresh.message_id != receipt.message_id


async def test_clause_20_every_documented_failure_has_its_meaning(harness: Harness) -> None:
    assert len(harness.failures) > 20
    for failure in harness.failures:
        harness.fail_next(failure.fault)
        told = await failed(harness, failure.kind)
        assert type(told) is failure.meaning, (failure.fault, told)
        assert harness.sim.faults == [], failure.fault
    assert harness.seen() == []


async def test_clause_20_an_unknown_failure_is_transient_and_counted(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    harness.fail_next(harness.unknown_failure)
    assert type(await failed(harness)) is Transient
    counted = [record for record in caplog.records if record.name.startswith("bida.") and "code" in vars(record)]
    assert [record.levelno for record in counted] == [logging.WARNING]
    assert "hint" not in str([vars(record) for record in counted])


async def test_clause_20_only_the_five_outbound_errors_leave(harness: Harness) -> None:
    bodies = (b"", b"{", b"[]", b"null", b"<html>", b"\xff", b'{"errcode":"x"}', b'{"code":[]}', b'{"success":false}')
    for status in (200, 204, 302, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504):
        for body in bodies:
            harness.fail_next(Fault(status=status, body=body))
            told = await failed(harness)
            assert isinstance(told, (Receipt, *OUTBOUND)), (status, body)
            harness.sim.faults.clear()


async def test_clause_20_a_platform_that_is_away_is_transient(harness: Harness) -> None:
    await harness.adapter.send(first(harness))
    await harness.sim.stop()
    assert type(await failed(harness)) is Transient


async def test_clause_21_retry_after_is_honoured(harness: Harness) -> None:
    for seconds in ("7", "2.5"):
        harness.fail_next(Fault(status=429, headers={"Retry-After": seconds}))
        told = await failed(harness)
        assert isinstance(told, RateLimited)
        assert told.after == float(seconds)
    harness.fail_next(Fault(status=429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}))
    told = await failed(harness)
    assert isinstance(told, RateLimited)
    assert 0 < told.after <= 60


async def test_clause_22_many_waiters_cause_one_refresh(harness: Harness) -> None:
    await harness.adapter.send(first(harness))
    assert harness.token_fetches() == 1
    harness.sim.expire_tokens()
    receipts = await asyncio.gather(*(harness.adapter.send(first(harness)) for _ in range(20)))
    assert all(receipt.message_id for receipt in receipts)
    assert harness.token_fetches() == 2
    assert len(harness.seen()) == 21


async def test_clause_22_a_first_token_is_fetched_once_for_many(harness: Harness) -> None:
    fresh = harness.make_adapter(f"http://127.0.0.1:{harness.api_port}", harness.door_url)
    before = harness.token_fetches()
    try:
        await asyncio.gather(*(fresh.send(first(harness)) for _ in range(10)))
    finally:
        await fresh.stop()
    assert harness.token_fetches() == before + 1


async def test_clause_22_a_token_that_stays_bad_is_transient(harness: Harness) -> None:
    """A second refusal in one send is not asked a third time."""
    await harness.adapter.send(first(harness))
    before = harness.token_fetches()
    bad = harness.bad_token
    harness.fail_next(bad, times=3)
    assert type(await failed(harness)) is Transient
    assert harness.token_fetches() <= before + 2
    harness.sim.faults.clear()
    assert (await harness.adapter.send(first(harness))).message_id


async def test_clause_22_a_failing_refresh_fails_all_waiters_and_the_next_try_works(harness: Harness) -> None:
    await harness.adapter.send(first(harness))
    harness.sim.expire_tokens()
    harness.sim.faults.append(Fault(path=harness.token_path, status=500))
    told = await asyncio.gather(*(outcome(harness.adapter.send(first(harness))) for _ in range(5)))
    assert any(isinstance(one, Transient) for one in told)
    assert (await harness.adapter.send(first(harness))).message_id


async def test_clause_23_a_retry_of_a_send_that_arrived_shows_nothing_twice(harness: Harness) -> None:
    """The answer was lost after the send took effect; the row is tried again with the same dedupe key."""
    if not harness.caps().send_dedupe:
        assert harness.name == "dingtalk-bare"  # robot messages have no key (dingtalk.md §4.2)
        return
    out = first(harness)
    harness.fail_next(Fault(status=504, after=True))
    assert type(await outcome(harness.adapter.send(out))) is Transient
    again = await outcome(harness.adapter.send(replace(out, attempt=1)))
    assert isinstance(again, Receipt)
    assert len(harness.seen()) == 1


async def test_clause_23_two_rows_are_two_messages(harness: Harness) -> None:
    text = harness.adapter.render_text(SPOKEN, Surface.DIRECT).payload
    for _ in range(3):
        await harness.adapter.send(harness.out(text))
        await harness.adapter.send(first(harness))
    assert len(harness.seen()) == 6
