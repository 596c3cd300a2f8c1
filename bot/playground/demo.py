"""`bida demo`: the real bot, three simulated messengers, a seeded company, and one page to try them on."""

import asyncio
import csv
import io
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiohttp import web
from sqlalchemy import bindparam, select, update

from adapters.registry import MESSENGERS
from adapters.simulation import Resident
from bot.app import workspace_id
from bot.handlers.notice import VERSION
from bot.observe import configure_logging
from bot.playground.company import GOALS, PEOPLE, REWARDS
from bot.playground.rig import HOST, Rig, make_rig
from bot.playground.stage import Cast, Room
from bot.playground.story import StoryFailed, tell
from bot.playground.web import playground_app
from bot.units import Turn
from domain.columns import table_of
from domain.goals.importing import import_goals
from domain.people.importing import import_people
from domain.people.model import Person
from domain.points.messages import Cause
from domain.points.service import fund, reward
from domain.rewards.importing import import_rewards
from domain.unit_of_work import UnitOfWork

OPENING = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
"""Friday 2026-02-13, 10:05 in Shanghai: the last check-in before the Spring Festival."""
ROOMS = {"wecom": "", "dingtalk": "cidOperations==", "feishu": "oc_operations"}
"""A group the bot sits in; WeCom apps hear no groups (wecom.md §0)."""
FIRST = {"wecom": "zhangwei", "dingtalk": "user_wangfang", "feishu": "ou_lina"}
NEWCOMERS = ("R1013", "R1018", "R1019")
"""Who has not met the bot before: they see the notice and the starter kit first. Everybody else has."""
BUDGETS = {"starter": 2_000, "allowance": 100_000, "manual": 10_000}
"""What the company may give away."""
WALLETS = {
    "R1002": 640, "R1003": 260, "R1004": 90, "R1008": 420, "R1009": 310, "R1010": 130, "R1019": 60, "R1034": 880,
    "R1041": 200,
}  # fmt: skip
"""What some people have earned before the story begins."""
_EMPLOYEES = select(table_of(Person).c.id, table_of(Person).c.employee_no)
_KNOWS_US = (
    update(table_of(Person))
    .where(*(table_of(Person).c.employee_no != number for number in NEWCOMERS))
    .values(notice_version=bindparam("to"))
)


def run_demo(port: int) -> int:
    """Serve the playground until interrupted; prints its address."""
    configure_logging("text", level=30)
    with tempfile.TemporaryDirectory(prefix="bida-demo-") as directory, _runner() as runner:
        return runner.run(_demo(Path(directory), port))


def run_story() -> int:
    """Tell the story in the terminal; 1 when any step differs from what it should be."""
    configure_logging("text", level=40)
    with tempfile.TemporaryDirectory(prefix="bida-story-") as directory, _runner() as runner:
        return runner.run(_story(Path(directory)))


def _runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def open_company(directory: Path) -> Rig:
    """The seeded company, running: 60 people on three messengers, goals for the first quarter of 2026."""
    rig = make_rig(f"sqlite:///{directory / 'bida.db'}", OPENING)
    await rig.start()
    rig.populate({name: residents(name) for name in MESSENGERS})
    for name, chat in ROOMS.items():
        if chat:
            rig.simulators[name].add_group(chat, "运营", [one.user_id for one in operations(name)])
    await rig.bot.units.run(lambda turn: _seed(turn, rig))
    return rig


def residents(messenger: str) -> list[Resident]:
    """Everybody as one messenger's directory knows them."""
    rows = csv.DictReader(io.StringIO(PEOPLE.read_text("utf-8")))
    return [
        Resident(
            user_id=row[messenger], name=row["name"], department=row["department"], employee_no=row["employee_no"],
            mobile=row["mobile"], email=row["email"],
        )
        for row in rows
    ]  # fmt: skip


def operations(messenger: str) -> list[Resident]:
    return [one for one in residents(messenger) if one.department == "运营"]


def casts() -> dict[str, Cast]:
    """Who can be played on each messenger."""
    return {name: _cast(name) for name in MESSENGERS}


def _cast(name: str) -> Cast:
    chat = ROOMS[name]
    members = tuple(one.user_id for one in operations(name))
    rooms: Sequence[Room] = (Room(chat, "运营", members),) if chat else ()
    return Cast(people=residents(name), rooms=rooms, first=FIRST[name])


def _seed(turn: Turn, rig: Rig) -> None:
    tenants = {one.messenger.name: one.tenant for one in rig.bot.configuration.companies[0].connections}
    fold = {name: messenger.fold_user_id for name, messenger in MESSENGERS.items()}
    with turn.unit(workspace_id("main")) as uow:
        reports = (
            import_people(uow, PEOPLE.read_bytes(), tenants=tenants, fold=fold),
            import_goals(uow, GOALS.read_bytes()),
        )
        assert not any(report.problems for report in reports), [report.problems for report in reports]
        uow.change(_KNOWS_US, to=VERSION)
        _fill_the_purse(uow)
        for file in REWARDS:
            done = import_rewards(uow, file.read_bytes(), key=rig.bot.connections.pool_key(workspace_id("main")))
            assert not done.report.problems, done.report.problems
        uow.commit()


def _fill_the_purse(uow: UnitOfWork) -> None:
    """Fund the programmes, and give some people what they earned earlier."""
    cause = Cause("", "demo")
    for programme, points in BUDGETS.items():
        fund(uow, programme, points, request_id=f"demo-{programme}", cause=cause)
    people = {row.employee_no: row.id for row in uow.all(_EMPLOYEES)}
    for number, points in WALLETS.items():
        reward(uow, f"demo:{number}", "manual", people[number], points, cause)
    reward(uow, "demo:last-year", "manual", people["R1002"], 40, cause, months=0)  # expires this month


async def _demo(directory: Path, port: int) -> int:
    rig = await open_company(directory)

    async def moved() -> None:
        """After the clock was moved: do at once what has fallen due."""
        await rig.bot.catch_up()

    page = web.AppRunner(playground_app(rig.simulators, rig.clock, casts(), moved), access_log=None, shutdown_timeout=1)
    await page.setup()
    try:
        site = web.TCPSite(page, HOST, port)
        await site.start()
    except OSError as error:
        print(f"port {port} is taken ({error.strerror}): bida demo --port N, or --port 0 to pick one", file=sys.stderr)
        await rig.stop()
        return 2
    address = page.addresses[0]
    print(f"Bida 必达 playground: http://{address[0]}:{address[1]}/   (Ctrl-C ends it)", flush=True)
    await _interrupted()
    await page.cleanup()
    await rig.stop()
    return 0


async def _interrupted() -> None:
    stopped = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()


async def _story(directory: Path) -> int:
    rig = await open_company(directory)
    try:
        await tell(rig)
    except StoryFailed as failure:
        print(f"\n✗ {failure}", file=sys.stderr)
        return 1
    finally:
        await rig.stop()
    return 0
