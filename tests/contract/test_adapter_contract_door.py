"""The adapter contract, clauses 1–5: who is let in, and what nonsense does at the door."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import Commands, Handshake, Ignored, Parsed, Raw
from adapters.errors import BadSignature, Malformed
from adapters.registry import MESSENGERS
from cards.action import ActionRef
from cards.model import Button, Card, Header
from tests.contract.harness import Harness, Proof
from tests.contract.harness_registry import HARNESSES

NONSENSE = (
    b"", b"{", b"[]", b"null", b'"text"', b"<", b"<xml>", b"<xml></xml>", b"<xml><MsgType>text", b"{}", b"\x00\xff\xfe",
    b'{"msgtype":"text"}', b'{"header":{}}', b'{"header":{"event_type":7},"event":[]}', 
    b'{"content":"{","outTrackId":"x"}',
    b'{"EventType":["x"]}', b"[" * 5000, b'{"a":' * 5000, b"\xed\xa0\x80", b'{"msgId":"1","conversationType":"1"}',
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', b"<xml><MsgType>event</MsgType></xml>",
)  # fmt: skip
OVERSIZED = b'{"text":"' + b"x" * (300 * 1024) + b'"}'


def test_every_messenger_of_the_registry_has_a_harness() -> None:
    assert {kind.messenger for kind in HARNESSES} == set(MESSENGERS)


async def genuine(harness: Harness) -> list[Raw]:
    """One request of each kind that this messenger's people can cause."""
    await harness.slash("/okr status")
    if harness.takes_clicks_back:
        card = Card(
            kind="k", key="0" * 32, header=Header("t"), actions=(Button(label="Go", ref=ActionRef("go.okr")),)
        )  # fmt: skip
        await harness.click(await harness.show(card), "Go")
    await harness.sim.contact_changed(harness.other, name="韩梅")
    return [heard.raw for heard in harness.heard]


def tried(harness: Harness, raw: Raw) -> Parsed | None:
    """What `parse` makes of a request; None when it is refused."""
    try:
        return harness.adapter.parse(raw)
    except (BadSignature, Malformed):
        return None


def without(raw: Raw, proof: Proof) -> Raw:
    kept = {name: value for name, value in getattr(raw, proof.place).items() if name != proof.name}
    return replace(raw, **{proof.place: kept})


def with_value(raw: Raw, proof: Proof, value: str) -> Raw:
    return replace(raw, **{proof.place: {**getattr(raw, proof.place), proof.name: value}})


async def test_clause_01_valid_signatures_are_accepted(harness: Harness) -> None:
    raws = await genuine(harness)
    assert len(raws) == 3 if harness.takes_clicks_back else 2
    assert all(isinstance(harness.adapter.parse(raw), Commands) for raw in raws)
    assert [heard.response.status for heard in harness.heard] == [200] * len(raws)


async def test_clause_02_each_proof_is_mandatory(harness: Harness) -> None:
    for raw in await genuine(harness):
        for proof in harness.proofs(raw):
            value = getattr(raw, proof.place)[proof.name]
            other = ("B" if value[0] != "B" else "A") + value[1:]
            for forged in (without(raw, proof), with_value(raw, proof, ""), with_value(raw, proof, other)):
                with pytest.raises(BadSignature):
                    harness.adapter.parse(forged)


async def test_clause_02_nothing_is_read_without_a_proof(harness: Harness) -> None:
    """A body that cannot be read is not even found out when nobody vouches for it."""
    for body in NONSENSE:
        with pytest.raises(BadSignature):
            harness.adapter.parse(Raw(method="POST", headers={}, query={}, body=body, at=harness.clock.now()))


async def test_clause_02_a_changed_body_is_refused(harness: Harness) -> None:
    await harness.slash("/okr")
    raw = harness.heard[-1].raw
    middle = len(raw.body) // 2
    letter = b"A" if raw.body[middle : middle + 1] != b"A" else b"B"
    changed = replace(raw, body=raw.body[:middle] + letter + raw.body[middle + 1 :])
    if harness.body_is_signed:
        with pytest.raises(BadSignature):
            harness.adapter.parse(changed)
    else:
        assert harness.proofs(raw)[0] == Proof("headers", "sign")


async def test_clause_02_forgeries_on_the_wire_change_nothing(harness: Harness) -> None:
    refused = await harness.tamper()
    assert refused.status in (400, 401)
    assert not harness.effects
    assert all(heard.parsed is None for heard in harness.heard)


async def test_clause_03_a_replay_changes_nothing(harness: Harness) -> None:
    raws = await genuine(harness)
    before = len(harness.effects)
    await harness.redeliver(2)
    for raw in raws:
        assert await harness.post(raw) == 200
    assert len(harness.heard) == 2 * len(raws) + 2
    assert len(harness.effects) == before


async def test_clause_03_what_is_too_old_is_refused_and_a_late_redelivery_is_not(harness: Harness) -> None:
    await harness.slash("/okr")
    raw = harness.heard[-1].raw
    late = replace(raw, at=raw.at + harness.window - timedelta(seconds=1))
    assert isinstance(harness.adapter.parse(late), Commands)
    for by in (harness.window + timedelta(seconds=2), -harness.window - timedelta(seconds=2)):
        with pytest.raises(BadSignature):
            harness.adapter.parse(replace(raw, at=raw.at + by))


async def test_clause_04_the_handshake_is_answered(harness: Harness) -> None:
    done = await harness.sim.verify_url()
    assert harness.is_verified(done)
    assert isinstance(harness.heard[-1].parsed, Handshake)
    assert not harness.effects


async def test_clause_05_genuine_nonsense_is_refused_or_ignored(harness: Harness) -> None:
    for content in (*NONSENSE, OVERSIZED):
        for raw in harness.sealed(content):
            parsed = tried(harness, raw)
            assert not isinstance(parsed, Handshake)
            assert await harness.post(raw) in (200, 400, 401)
    assert all(command.name for command in harness.effects)


async def test_clause_05_truncated_requests_are_refused(harness: Harness) -> None:
    for raw in await genuine(harness):
        for length in (0, 1, len(raw.body) // 2, len(raw.body) - 1):
            cut = replace(raw, body=raw.body[:length])
            with pytest.raises((BadSignature, Malformed)):
                harness.adapter.parse(cut)
            assert await harness.post(cut) in (400, 401)


async def test_clause_05_unknown_types_are_ignored_and_acknowledged(harness: Harness) -> None:
    for raw in harness.unknown():
        parsed = harness.adapter.parse(raw)
        assert isinstance(parsed, Ignored | Commands)
        assert not isinstance(parsed, Commands) or parsed.commands[0].name == "message.unsupported"
        assert harness.adapter.ack(None, parsed).status == 200
