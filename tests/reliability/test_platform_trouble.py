"""Platforms that answer 5xx, rubbish, slowly, never: over the real wire, everything arrives later, once, in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

import bot.courier
import bot.sender
from adapters import transport
from adapters.feishu.simulator import FeishuSimulator
from adapters.simulation import Fault, Simulator
from bot.playground.rig import Rig
from tests.company import account
from tests.reliability.prepared import FRIDAY, Tables, prepared_rig, read_tables
from tests.reliability.schedules import calm, submit

SEND = {"wecom": "message/send", "dingtalk": "/v1.0/card", "feishu": "/im/v1/messages"}
TOKEN = {"wecom": "gettoken", "dingtalk": "/oauth2/", "feishu": "tenant_access_token"}
LIMITED = {
    "wecom": Fault(body=json.dumps({"errcode": 45009, "errmsg": "api freq out of limit"}).encode()),
    "dingtalk": Fault(
        status=403,
        body=json.dumps({"code": "Forbidden.AccessDenied.QpsLimitForApi", "message": "qps", "requestid": "1"}).encode(),
    ),
    "feishu": Fault(
        status=429, body=json.dumps({"code": 99991400, "msg": "frequency limit"}).encode(),
        headers={"x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": "1"},
    ),
}  # fmt: skip
TROUBLE = {
    "5xx": Fault(status=503, body=b"busy"),
    "bad gateway page": Fault(status=502, body=b"<html><body>Bad gateway</body></html>"),
    "garbage with 200": Fault(status=200, body=b"<html>hello</html>"),
    "not an object": Fault(status=200, body=b"[1, 2]"),
    "never": Fault(hang=True),
    "5xx after it took effect": Fault(status=504, body=b"timeout", after=True),
}


def copy(fault: Fault, path: str, times: int) -> Fault:
    return Fault(
        path=path, times=times, status=fault.status, body=fault.body, headers=dict(fault.headers), hang=fault.hang,
        after=fault.after,
    )  # fmt: skip


@pytest.fixture
async def lone(database_url: str, messenger: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """A rig with one messenger, whose sender looks around more often than in production."""
    monkeypatch.setattr(bot.courier, "JITTER", 0.0)
    monkeypatch.setattr(bot.sender, "IDLE", 0.05)
    made = prepared_rig(database_url, FRIDAY, messengers=(messenger,))
    await made.start(paced=False)
    calm(made.simulators[messenger])
    yield made
    await made.stop()


async def until_sent(rig: Rig, *, hurry: bool = True) -> Tables:
    """Let virtual time pass until nothing is pending."""
    async with asyncio.timeout(30):
        while True:
            tables = await asyncio.to_thread(read_tables, rig.bot.engine)
            if tables.outbox and all(row["state"] != "PENDING" for row in tables.outbox):
                return tables
            if hurry:
                rig.clock.advance(timedelta(seconds=5))
            for sender in rig.bot.senders.values():
                sender.wake()
            await asyncio.sleep(0.02)


def bot_texts(simulator: Simulator, who: str) -> list[str]:
    return [one.text for one in simulator.seen(account(simulator.name, who)) if one.by == "bot"]


@pytest.mark.parametrize("trouble", list(TROUBLE))
async def test_whatever_the_platform_answers_the_message_arrives_later_once(
    lone: Rig, messenger: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if TROUBLE[trouble].hang:
        hasten_timeouts(monkeypatch)
    simulator = lone.simulators[messenger]
    simulator.faults.append(copy(TROUBLE[trouble], SEND[messenger], 2))
    assert (await simulator.say(account(messenger, "bob"), "/ci 96")).status == 200
    tables = await until_sent(lone)
    assert {row["state"] for row in tables.outbox} == {"SENT"}, f"{tables}"
    assert max(row["attempts"] for row in tables.outbox) >= 1, "the trouble never happened"
    assert len(bot_texts(simulator, "bob")) == 1, f"{bot_texts(simulator, 'bob')}\n{tables}"
    assert [row["value"] for row in tables.check_ins] == [Decimal(96)]


def hasten_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up a call after half a second: aiohttp's total timeout, wherever a transport asks for it."""
    original = transport.aiohttp.ClientSession._request

    async def impatient(self: object, *args: object, **kwargs: object) -> object:
        async with asyncio.timeout(0.5):
            return await original(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(transport.aiohttp.ClientSession, "_request", impatient)


async def test_a_rate_limit_is_waited_out_and_counts_no_attempt(lone: Rig, messenger: str) -> None:
    simulator = lone.simulators[messenger]
    simulator.faults.append(copy(LIMITED[messenger], SEND[messenger], 1))
    await simulator.say(account(messenger, "bob"), "/ci 96")
    for _ in range(200):
        if not simulator.faults:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    sender = lone.bot.senders[messenger]
    assert sender.pacer.app_wait() > 0, "the app's bucket does not sleep"
    sender.pacer._blocked_until = 0.0  # do not wait for it in real time
    tables = await until_sent(lone)
    assert [(row["state"], row["attempts"]) for row in tables.outbox] == [("SENT", 0)], f"{tables}"
    assert len(bot_texts(simulator, "bob")) == 1


async def test_an_expired_token_is_renewed_once_for_everybody(lone: Rig, messenger: str) -> None:
    """A hundred messages find the token expired at the same time: one refresh, and all of them arrive (clause 22)."""
    simulator = lone.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/ci 95")
    await until_sent(lone, hurry=False)
    simulator.expire_tokens()
    simulator.wire.clear()
    if isinstance(simulator, FeishuSimulator):
        simulator.tenant.throttle.enabled = False  # a hundred answers to one chat would take twenty seconds
    await asyncio.gather(*(simulator.say(account(messenger, "cai"), "/me", message_id=f"9{n}") for n in range(100)))
    tables = await until_sent(lone, hurry=False)
    assert {row["state"] for row in tables.outbox} == {"SENT"}, f"{tables}"
    assert {row["attempts"] for row in tables.outbox} == {0}, "an expired token is no failed try"
    refreshes = [one for one in simulator.wire if TOKEN[messenger] in one.path]
    assert len(refreshes) == 1, f"{len(refreshes)} refreshes"


async def test_many_changes_of_a_card_during_an_outage_end_at_the_newest(lone: Rig, messenger: str) -> None:
    """Updates fail for a while; the person corrects meanwhile; when it is over the card shows the last word."""
    simulator = lone.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/checkin")
    await until_sent(lone, hurry=False)
    card = next(one for one in simulator.seen(bob) if one.by == "bot" and one.buttons)
    simulator.faults.append(Fault(path="", times=6, status=503, body=b"busy"))
    await submit(simulator, bob, card, "95")
    face = next(one for one in simulator.seen(bob) if one.message_id == card.message_id)
    edit = next(button for button in face.buttons if not button.submits and button.enabled and not button.url)
    await simulator.click(bob, card.message_id, edit.key)
    tables = await until_sent(lone)
    assert {row["state"] for row in tables.outbox} == {"SENT"}, f"{tables}"
    mine = [one for one in simulator.seen(bob) if one.by == "bot" and one.buttons]
    assert len(mine) == 1, f"{[one.text for one in mine]}"
