"""Kudos and redemptions: real requests on a company in which everybody has an allowance, points and an order to
confirm; counted afterwards as rows and as journal entries, and the ledger verified.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from bench.callbacks import caught
from bench.cells import progress
from bench.company import resident, user_id, write_clerk, write_shop
from bench.databases import copied, copy_file, count
from bench.load import Outcome, closed_loop
from bench.prepare import Stage, everybody, free_port
from bench.process import BIDA, ask_bida, run_bida, running
from bench.raw import Replay, record
from bot.app import workspace_id
from bot.importing import one_turn
from bot.settings import load
from domain.columns import table_of
from domain.people.model import Person
from domain.points.messages import Cause
from domain.points.service import reward
from domain.unit_of_work import UnitOfWork

IN_FLIGHT = 64
FUNDED = "10000000"
WALLET, PRICE = 200, 120
VALUE, ITEM, BUTTON = "团队协作", "马克杯", "确认兑换"
ROWS: Mapping[str, Mapping[str, str]] = {
    "kudos": {
        "kudos": "SELECT count(*) FROM kudos",
        "entries": "SELECT count(*) FROM journal_entry WHERE kind = 'given'",
        "credits": "SELECT count(*) FROM pending_credit",
        "giver's cards": "SELECT count(*) FROM outbox WHERE kind = 'SEND' AND card_kind = 'kudos'",
        "recipient's cards": "SELECT count(*) FROM outbox WHERE kind = 'SEND' AND card_kind = 'kudos_got'",
    },
    "redemptions": {
        "orders": "SELECT count(*) FROM reward_order",
        "entries": "SELECT count(*) FROM journal_entry WHERE kind = 'held'",
        "holds": f"SELECT count(*) FROM point_account WHERE kind = 'HOLD' AND balance = {PRICE}",
        "goods": "SELECT sum(reserved) FROM stock",
    },
}
"""What every answer has to have left behind, once."""
COUNTED = {"kudos": "kudos", "redemptions": "reward_order"}
PERSON = table_of(Person)
_NUMBERED = select(PERSON.c.id, PERSON.c.employee_no)


@dataclass(slots=True)
class Movement:
    """One row of the table. `what` is "kudos" or "redemptions"; `rows` by what was counted; `verdict` is what
    `bida ledger verify` said afterwards."""

    what: str
    messenger: str
    database: str
    outcome: Outcome
    rows: dict[str, int] = field(default_factory=dict)
    verdict: str = ""
    replay: Replay | None = None

    @property
    def answered(self) -> int:
        return self.outcome.statuses.get(200, 0)


async def movements(
    stage: Stage, messengers: Sequence[str], databases: Sequence[str], parts: Sequence[str], many: int, log: Path
) -> list[Movement]:  # fmt: skip
    """Everything of `parts`, from one template a messenger."""
    done: list[Movement] = []
    for messenger in messengers:
        template = await _fill(stage, messenger, many if "redemptions" in parts else 0)
        simulator = stage.rig.simulators[messenger]
        for what in parts:
            requests = await (_thanks if what == "kudos" else _presses)(stage, messenger, many)
            for database in databases:
                progress(f"{what} by {messenger} on {database} …")
                done.append(await _measure(stage, template, what, messenger, database, requests, log))
                simulator.wire.clear()
    return done


async def _measure(
    stage: Stage, template: Path, what: str, messenger: str, database: str, requests: list[bytes], log: Path
) -> Movement:  # fmt: skip
    kind, _, chosen = database.partition("-")
    synchronous = chosen.upper() or "FULL"
    with copied(template, kind, stage.directory) as url:
        environ, port = stage.environ(url, synchronous), free_port()
        before = {name: count(url, statement) for name, statement in ROWS[what].items()}
        async with running((*BIDA, "run"), environ, port, log) as server:
            used = server.cpu()
            movement = Movement(what, messenger, database, await closed_loop(port, requests, IN_FLIGHT))
            movement.outcome.server_seconds = server.cpu() - used
        movement.rows = {name: count(url, statement) - before[name] for name, statement in ROWS[what].items()}
        said = ask_bida(environ, "ledger", "verify")
        movement.verdict = (said.stderr or said.stdout if said.returncode else said.stdout).decode().strip()
        movement.replay = record(
            stage, template, url, kind, synchronous, len(requests), counted=COUNTED[what]
        )  # fmt: skip
    return movement


async def _thanks(stage: Stage, messenger: str, many: int) -> list[bytes]:
    """Everybody thanks the next person in a line."""
    simulator = stage.rig.simulators[messenger]
    with caught(messenger) as requests:
        for number in range(many):
            said = f"/kudos @E{(number + 1) % stage.people} +1 #{VALUE} 周末陪我修好了第{number}张工单"
            await simulator.say(user_id(messenger, number), said)
    return requests


async def _presses(stage: Stage, messenger: str, many: int) -> list[bytes]:
    """Everybody confirms the order on their newest card."""
    simulator = stage.rig.simulators[messenger]
    with caught(messenger) as requests:
        for number in range(many):
            person = user_id(messenger, number)
            cards = [one for one in simulator.seen(person) if any(button.label == BUTTON for button in one.buttons)]
            button = next(one for one in cards[-1].buttons if one.label == BUTTON)
            await simulator.click(person, cards[-1].message_id, button.key)
    return requests


async def _fill(stage: Stage, messenger: str, orders: int) -> Path:
    """Budgets, a shop with one item, this month's allowance for everybody, and for the first `orders` people points and
    the card on which they confirm an order. What is due today has been done, so that no run begins with it."""
    path = stage.directory / f"points-{messenger}.db"
    copy_file(stage.base, path)
    environ = stage.environ(f"sqlite:///{path}")
    for programme in ("allowance", "manual", "starter"):
        run_bida(environ, "ledger", "fund", programme, FUNDED)
    for name, simulator in stage.rig.simulators.items():
        simulator.add_resident(resident(name, stage.people))
    run_bida(environ, "people", "import", str(write_clerk(stage.directory / "clerk.csv", stage.people)))
    for file in write_shop(stage.directory, ITEM, PRICE):
        run_bida(environ, "rewards", "import", str(file))
    with sqlite3.connect(path) as connection:
        # everybody has used this messenger last
        connection.execute("UPDATE person SET primary_platform = ?", (messenger,))
    connection.close()
    with one_turn(load(environ)) as turn, turn.unit(workspace_id("main")) as uow:
        _pay(uow, orders)
        uow.commit()
    first = f"/kudos @E{stage.people} +1 #{VALUE} 这家店开张以来一直有你在"  # makes the company's list of values
    await everybody(stage, messenger, path, [first], catch_up=True)
    await everybody(stage, messenger, path, [f"/shop {ITEM}"] * orders)
    with sqlite3.connect(path) as connection:
        (granted,) = connection.execute("SELECT count(*) FROM allowance").fetchone()
        (shown,) = connection.execute("SELECT count(*) FROM card WHERE kind = 'order'").fetchone()
    connection.close()
    assert (granted, shown) == (stage.people + 1, orders), f"{granted} allowances, {shown} cards"
    return path


def _pay(uow: UnitOfWork, many: int) -> None:
    """Points for the first people, from a funded budget."""
    ids = {row.employee_no: row.id for row in uow.all(_NUMBERED)}
    for number in islice(range(len(ids)), many):
        reward(uow, f"bench:{number}", "manual", ids[f"E{number}"], WALLET, Cause("", ""))
