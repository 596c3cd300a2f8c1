"""Ten thousand reminder cards through the sender, against a simulator that takes 50 ms for every call."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from adapters.base import Pace
from adapters.dingtalk.adapter import PACE as DINGTALK
from adapters.feishu.capabilities import PACE as FEISHU
from adapters.wecom.adapter import PACE as WECOM
from bench.databases import copied
from bench.prepare import Stage, free_port
from bench.process import SERVE, running
from bot.database import open_engine
from domain.columns import table_of
from domain.delivery.model import CardRow, OutboxRow
from domain.ids import new_id

LATENCY = 0.05
PACES = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}
OUTBOX, CARD = table_of(OutboxRow), table_of(CardRow)


@dataclass(frozen=True, slots=True)
class Sent:
    """How many left in how many seconds; `all_of` is how many were waiting; `driver_share` of the simulator's core."""

    messenger: str
    paced: bool
    all_of: int
    sent: int
    seconds: float
    driver_share: float

    @property
    def rate(self) -> float:
        return self.sent / self.seconds

    @property
    def seconds_for_all(self) -> float:
        """By what was measured, and no faster than the send limits let it once their full buckets are empty."""
        pace: Pace = PACES[self.messenger]
        limits = [(pace.per_second or 0, 1), (pace.per_minute or 0, 60)] if self.paced else []
        held = [(self.all_of - most) * span / most for most, span in limits if most]
        return max([self.all_of / self.rate, *held])


async def send_all(stage: Stage, messenger: str, many: int, *, paced: bool, limit: float, log: Path) -> Sent:
    """Fill the outbox, start the server, and count until all are sent or `limit` seconds have passed."""
    simulator = stage.rig.simulators[messenger]
    with copied(stage.templates[messenger], "sqlite", stage.directory) as url:
        _fill(url, many)
        simulator.latency = LATENCY
        command = SERVE if paced else (*SERVE, "--unpaced")
        looking = sqlite3.connect(url.removeprefix("sqlite:///"))
        async with running(command, stage.environ(url), free_port(), log, ready="/healthz"):
            began, used = time.perf_counter(), time.process_time()
            first = left = _waiting(looking)
            while left and time.perf_counter() - began < limit:
                await asyncio.sleep(0.1)
                simulator.wire.clear()
                left = _waiting(looking)
            seconds, driver = time.perf_counter() - began, time.process_time() - used
        looking.close()
        simulator.latency = 0.0
    return Sent(messenger, paced, many, first - left, seconds, driver / seconds)


def _waiting(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM outbox WHERE state = 'PENDING'").fetchone()[0])


def _fill(url: str, many: int) -> None:
    """The cards that are out there once more, each as a new card for the same person, until there are `many`."""
    engine = open_engine(url)
    with engine.begin() as connection:
        sends = select(OUTBOX).where(OUTBOX.c.kind == "SEND", OUTBOX.c.card_key.is_not(None)).order_by(OUTBOX.c.id)
        messages = [dict(row) for row in connection.execute(sends).mappings()]
        cards = {row["id"]: dict(row) for row in connection.execute(select(CARD)).mappings()}
        new_messages, new_cards = [], []
        for number in range(many):
            message = messages[number % len(messages)]
            key = new_id()
            new_cards.append({**cards[message["card_key"]], "id": key, "message_id": "", "handle": None})
            new_messages.append({
                **message, "id": new_id(), "dedupe": f"bench-{number}", "lane": key, "card_key": key,
                "state": "PENDING", "lease_until": None, "message_id": "", "sent_at": None, "reply_handle": None,
            })  # fmt: skip
        connection.execute(insert(CARD), new_cards)
        connection.execute(insert(OUTBOX), new_messages)
    engine.dispose()
