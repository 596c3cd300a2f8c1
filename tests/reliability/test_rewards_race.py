"""Fifty people, twice each, in two processes, for ten things and for their last points (A29, A30, R-RED-03)."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from domain.rewards.messages import OrderState
from tests.databases import fresh_database, postgres_server
from tests.domain.rewards_company import PEOPLE, SQUARE, Shop

RUNS, THINGS, BUYERS, PRICE = 20, 10, 50, 120
HOME = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.postgres


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    if postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database("postgres", tmp_path, migrated=True) as made:
        yield made


def shoppers(shop: Shop, url: str, people: list[str], stack: ExitStack) -> subprocess.Popen[str]:
    """A process that orders for everybody, ready."""
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.shoppers"], cwd=HOME, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(HOME)},
        )
    )  # fmt: skip
    where = {
        "url": url, "workspace": shop.workspace_id, "store": shop.store(SQUARE).id, "people": people,
        "now": shop.now.isoformat(),
    }  # fmt: skip
    tell(process, json.dumps(where))
    assert hear(process) == "ready"
    return process


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def number(url: str, statement: str) -> int:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('bida.workspace', '*', true)")
        row = connection.execute(statement).fetchone()  # type: ignore[call-overload]  # the statement is ours
        assert row is not None
        return int(row[0])


def test_a29_a30_nothing_is_sold_twice_and_nobody_spends_twice(url: str) -> None:
    """Every run: ten orders, ten different owners, everybody else told why not; no deadlock reaches anybody; Σ = 0."""
    buyers = tuple(f"R{n},买家{n},,,运营,B1,,,,,,," for n in range(BUYERS))
    shop = Shop(url, wallet=PRICE, people=(*PEOPLE, *buyers))
    numbers = [f"R{n}" for n in range(BUYERS)]
    people = {shop.person_id(one): one for one in numbers}
    with ExitStack() as stack:
        processes = [shoppers(shop, url, list(people), stack) for _ in range(2)]
        for run in range(1, RUNS + 1):
            item = shop.item(f"mug{run}", PRICE, stock={SQUARE: THINGS})
            for process in processes:
                tell(process, item)
            told: Counter[str] = Counter()
            for process in processes:
                told.update(json.loads(hear(process)))
            orders = [row for row in shop.orders() if row.item_id == item]
            assert told["ordered"] == len(orders) == THINGS, told
            assert set(told) <= {"ordered", "SoldOut", "NotEnough"}, told
            assert len({row.person_id for row in orders}) == THINGS
            assert {row.state for row in orders} == {OrderState.APPROVED}
            assert shop.stock(item) == [(THINGS, THINGS)]
            assert number(url, "SELECT sum(balance) FROM point_account") == 0
            assert number(url, "SELECT count(*) FROM lot WHERE remaining < 0") == 0
            for row in orders:
                shop.give(people[row.person_id], PRICE)
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
    numbered = sorted(row.number for row in shop.orders())
    assert numbered == list(range(2001, 2001 + RUNS * THINGS))
    shop.engine.dispose()


def test_a29_one_person_orders_twice_at_once_with_points_for_one(url: str) -> None:
    """Balance 200, two orders of 120 from two processes: exactly one succeeds."""
    shop = Shop(url, wallet=200)
    with ExitStack() as stack:
        processes = [shoppers(shop, url, [shop.person_id("E1")], stack) for _ in range(2)]
        for run in range(5):
            item = shop.item(f"mug{run}", 120, stock={SQUARE: 10})
            for process in processes:
                tell(process, item)
            told: Counter[str] = Counter()
            for process in processes:
                told.update(json.loads(hear(process)))
            assert told == {"ordered": 1, "NotEnough": 1}
            assert (shop.wallet("E1"), shop.stock(item)) == (80, [(10, 1)])
            shop.step(shop.orders()[-1].id, OrderState.CANCELLED, "E1")
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
    shop.engine.dispose()
