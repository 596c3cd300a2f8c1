"""Two companies in one bot whose external ids are equal throughout: apps, secrets, user ids, employee numbers, goals.

Only what they call things differs: one company's names end in 甲, the other's in 乙.
"""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from adapters.registry import MESSENGERS
from adapters.simulation import Resident
from bot.app import App, build, workspace_id
from bot.playground.rig import HOST, SECRETS, Rig, make_rig
from bot.settings import load
from bot.units import Turn
from domain.goals.importing import import_goals
from domain.migrations.runner import migrate
from domain.people.importing import import_people
from domain.prepared import Prepared
from tests.company import GOALS, KNOW_US, PEOPLE, account

FRIDAY = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
MARKS = {"alpha": "甲", "beta": "乙"}
_CALLED = (
    "安然", "白博", "Cai Green", "运营部", "交付准时率", "按时交付", "带好团队", "响应时间", "客户满意度第一", "NPS",
    "Grow abroad", "New clients", "Revenue", "Launched", "Defects",
)  # fmt: skip


@dataclass(slots=True)
class Two:
    """One bot; `sides` are its two companies, each with simulators of its own, as rigs that share the bot."""

    app: App
    sides: dict[str, Rig]
    runner: web.AppRunner

    def id_of(self, side: str) -> str:
        return workspace_id(side)

    async def settle(self) -> None:
        await self.app.settle()

    async def stop(self) -> None:
        await self.runner.cleanup()
        await self.app.stop()
        for rig in self.sides.values():
            for simulator in rig.simulators.values():
                await simulator.stop()


async def start(database_url: str, directory: Path) -> Two:
    """Both companies declared in `bida.toml`, started and seeded."""
    sides = {key: make_rig(database_url, FRIDAY) for key in MARKS}
    base = f"http://{HOST}:{_free_port()}"
    lines: list[str] = []
    for key, rig in sides.items():
        lines += ["[[workspace]]", f'key = "{key}"', f'name = "{key}{MARKS[key]}"']
        for name, simulator in rig.simulators.items():
            url = await simulator.start()
            section = {**SECRETS[name], "api_base_url": url}
            if name == "dingtalk":
                section["legacy_api_base_url"] = url
            lines += ["[[workspace.connection]]", f'name = "{key}-{name}"', f'messenger = "{name}"']
            lines += [f'{field} = "{value}"' for field, value in section.items()]
            simulator.point_at(f"{base}/in/{key}-{name}")
    (directory / "bida.toml").write_text("\n".join(lines), "utf-8")
    configuration = load({"BIDA_DATABASE_URL": database_url, "BIDA_PUBLIC_URL": base}, directory)
    app = build(configuration, clock=sides["alpha"].clock)
    migrate(app.engine)
    runner = app.door.runner(shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, HOST, int(base.rpartition(":")[2])).start()
    await app.start()
    await app.ready()
    for key, rig in sides.items():
        rig.app, rig.base_url = app, base
        _populate(rig, MARKS[key])
        _seed(app, key)
    return Two(app, sides, runner)


def rows_of(engine: Engine, workspace: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of one company, by table."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with engine.connect() as connection:
        for name, table in SQLModel.metadata.tables.items():
            if "workspace_id" in table.c:
                chosen = connection.execute(select(table).where(table.c.workspace_id == workspace))
                found[name] = sorted((tuple(row) for row in chosen), key=repr)
        connection.rollback()
    return found


def ids_of(rows: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    """Our own ids of a company's rows: the second column of every table that has them."""
    tables = SQLModel.metadata.tables
    return {
        str(row[list(tables[name].c.keys()).index("id")])
        for name, found in rows.items()
        if "id" in tables[name].c
        for row in found
    }


def _populate(rig: Rig, mark: str) -> None:
    for name, simulator in rig.simulators.items():
        for who, called in (("ann", "安然"), ("bob", "白博"), ("cai", "Cai Green")):
            user = account(name, who)
            simulator.add_resident(Resident(user_id=user, name=called + mark, department="运营部" + mark))


def _seed(app: App, key: str) -> None:
    company = next(one for one in app.configuration.companies if one.key == key)
    tenants = {one.messenger.name: one.tenant for one in company.connections}
    fold = {name: messenger.fold_user_id for name, messenger in MESSENGERS.items()}
    people, goals = PEOPLE, GOALS
    for called in _CALLED:
        people, goals = people.replace(called, called + MARKS[key]), goals.replace(called, called + MARKS[key])
    sqlite = app.engine.dialect.name == "sqlite"
    with app.engine.connect() as connection:
        begun = connection.begin() if sqlite else None
        turn = Turn(connection, app.clock, Prepared(), savepoint=sqlite)
        with turn.unit(workspace_id(key)) as uow:
            for report in (import_people(uow, people, tenants=tenants, fold=fold), import_goals(uow, goals)):
                assert not report.problems, report.problems
            uow.change(KNOW_US)
            uow.commit()
        if begun is not None:
            begun.commit()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
