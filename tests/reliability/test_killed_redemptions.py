"""SIGKILL in the middle of random redemptions: nothing held without an order, nothing spent twice, no acknowledged step
lost (R-LED-05, R-LED-17 to 21, R-RED-03)."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.columns import table_of
from domain.points.model import Account
from domain.points.verification import verify
from domain.rewards.messages import ItemKind
from domain.rewards.model import OrderEvent
from domain.rewards.transitions import OPEN
from tests.databases import fresh_database
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop

ROOT = Path(__file__).parent.parent.parent
REDEMPTIONS = 200
LIVES = 8
ON_SHELF = 400
ACCOUNT = table_of(Account)


@pytest.fixture
def shop(kind: str, tmp_path: Path) -> Iterator[Shop]:
    """Two goods in two stores, and purses deep enough for everything."""
    with fresh_database(kind, tmp_path, migrated=True) as url:
        made = Shop(url, wallet=100_000)
        made.item("coffee", 30, stock={SQUARE: ON_SHELF, XUJIAHUI: 0})
        made.item("umbrella", 70, ItemKind.PHYSICAL, stock={SQUARE: ON_SHELF}, max_quantity=2)
        yield made
        made.engine.dispose()


class Killed:
    """One life of the redeeming process, and what it said was done before it was killed."""

    def __init__(self, shop: Shop, seed: int) -> None:
        url = shop.engine.url.render_as_string(hide_password=False)
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("redeemer.py")), url, shop.workspace_id, str(seed)],
            stdout=subprocess.PIPE, env=environ, cwd=ROOT, text=True,
        )  # fmt: skip
        self.said: list[tuple[str, str]] = []

    def live(self, steps: int, then: float) -> list[tuple[str, str]]:
        """Let it take so many steps and a moment more, then kill it; everything it has said."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._hear(line)
                if len(self.said) >= steps:
                    break
            time.sleep(then)
            self._process.send_signal(signal.SIGKILL)
            for line in lines:
                self._hear(line)
        assert self._process.wait(timeout=20) == -signal.SIGKILL, "it ended by itself"
        return self.said

    def _hear(self, line: str) -> None:
        _, step, order = line.split()
        self.said.append((step, order))


def test_killed_in_the_middle_nothing_is_held_without_an_order_and_nothing_spent_twice(shop: Shop) -> None:
    dice = random.Random(20260119)
    said: list[tuple[str, str]] = []
    life = 0
    while life < LIVES or len(shop.orders()) < REDEMPTIONS:
        said += Killed(shop, life).live(dice.randint(20, 90), dice.random() * 0.05)
        life += 1
        judge(shop, said)
        assert life < 40, "redeems too slowly to prove anything"
    assert Counter(step for step, _ in said)["fulfilled"] > 20


def judge(shop: Shop, said: list[tuple[str, str]]) -> None:
    """The books, the orders and the shelves agree, and every step that was acknowledged is there."""
    with shop.unit() as uow:
        verdict = verify(uow)
    assert verdict.ok, verdict.reason
    orders = {order.id: order for order in shop.orders()}
    with shop.unit() as uow:
        balances = {row.id: row.balance for row in uow.all(select(ACCOUNT))}
    held = {key.removeprefix("HOLD:"): points for key, points in balances.items() if key.startswith("HOLD:")}
    open_orders = {one.id: one for one in orders.values() if one.state in OPEN}
    wanted = {key: one.price * (one.quantity - one.fulfilled) for key, one in open_orders.items()}
    assert {key: points for key, points in held.items() if points} == wanted
    spent = sum(points for key, points in balances.items() if key.startswith("SPENT:"))
    assert spent == sum(one.price * one.fulfilled for one in orders.values() if one.state == "fulfilled")
    for name in {one.item_id for one in orders.values()}:
        ours = [one for one in orders.values() if one.item_id == name]
        on_hand, reserved = (sum(numbers) for numbers in zip(*shop.stock(name), strict=True))
        assert reserved == sum(one.quantity - one.fulfilled for one in ours if one.state in OPEN)
        assert on_hand == ON_SHELF - sum(one.fulfilled for one in ours)
    taken = {(row.after, row.order_id) for row in shop.rows(OrderEvent) if not row.refused}
    for step, order in said:
        assert order in orders
        assert step == "requested" or (step, order) in taken, f"{step} of an order was acknowledged and is gone"
