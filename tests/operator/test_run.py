"""`bida run` as a process: what a load balancer, a scraper and an init system see of it."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.dingtalk.simulator import DingtalkSimulator
from bot.database import open_engine
from bot.playground.rig import HOST, Rig, make_rig
from domain.migrations.runner import migrate
from tests.company import GOALS, PEOPLE, populate, seed
from tests.operator.commands import bida, environment
from tests.operator.test_settings import environ_of


@dataclass(slots=True)
class Running:
    """A bot in a process of its own, and where it answers."""

    process: asyncio.subprocess.Process
    base: str
    lines: list[dict[str, object]] = field(default_factory=list)

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.base + path) as answer:
            return answer.status, await answer.text()

    async def until(self, path: str, status: int, seconds: float = 15) -> None:
        """Wait until a path answers so."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    if (await self.get(path))[0] == status:
                        return
                except aiohttp.ClientError:
                    assert self.process.returncode is None, "the bot has died"
                await asyncio.sleep(0.05)

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Stop it; exit code and seconds it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        if self.process.returncode is None:
            self.process.send_signal(with_signal)
        async with asyncio.timeout(20):
            _, err = await self.process.communicate()
        assert b"Traceback" not in err, err.decode()
        self.lines = [json.loads(line) for line in err.decode().splitlines()]
        return int(self.process.returncode or 0), loop.time() - began


@asynccontextmanager
async def running(environ: dict[str, str], directory: Path) -> AsyncIterator[Running]:
    """`bida run` on a free port, logging JSON; killed at the end if it is still there."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    settings = {"BIDA_LOG": "json", **environ, "BIDA_PORT": str(port), "BIDA_PUBLIC_URL": f"http://{HOST}:{port}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        env=environment(settings), cwd=directory, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    bot = Running(process, f"http://{HOST}:{port}")
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
async def world(empty_database: str) -> AsyncIterator[Rig]:
    """Three simulated messengers; the bot comes as a process."""
    made = make_rig(empty_database, datetime.now(UTC))
    for name, simulator in made.simulators.items():
        made.environ[f"BIDA_{name.upper()}__API_BASE_URL"] = url = await simulator.start()
        if name == "dingtalk":
            made.environ["BIDA_DINGTALK__LEGACY_API_BASE_URL"] = url
    populate(made)
    yield made
    for simulator in made.simulators.values():
        await simulator.stop()


async def until(done: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition, at most so long."""
    for _ in range(int(seconds / 0.02)):
        if done():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_from_the_first_start_to_a_clean_stop(world: Rig, tmp_path: Path) -> None:
    """/healthz at once; /readyz red before `bida migrate` and green after it, without a restart; a scrape that parses;
    DingTalk's route registered; a check-in; SIGTERM ends it within seconds, with nothing but JSON on standard error."""
    environ = {**world.environ, "BIDA_LOG": "json"}
    async with running(environ, tmp_path) as bot:
        await bot.until("/healthz", 200)
        assert await bot.get("/readyz") == (503, '{"status": "unavailable"}')
        for name in world.simulators:
            async with aiohttp.ClientSession() as session, session.post(f"{bot.base}/in/{name}", data=b"x") as answer:
                assert answer.status in (400, 401), "refused, not broken, while there is no database"
        for name, simulator in world.simulators.items():
            simulator.point_at(f"{bot.base}/in/{name}")
        assert (await world.simulators["feishu"].say("ou_bob", "/ci")).status == 503, "what is not stored is not taken"
        done = await asyncio.to_thread(bida, "migrate", environ=environ, cwd=tmp_path)
        assert done.code == 0
        await bot.until("/readyz", 200)
        await asyncio.to_thread(_seed, world, tmp_path)
        for name, simulator in world.simulators.items():
            assert (await simulator.verify_url()).status == 200, name
        simulator = world.simulators["feishu"]
        assert (await simulator.say("ou_bob", "/ci")).status == 200
        await until(lambda: any(one.buttons for one in simulator.seen("ou_bob")))
        routes = cast(DingtalkSimulator, world.simulators["dingtalk"]).world.routes
        assert [route.url for route in routes.values()] == [f"{bot.base}/in/dingtalk"]
        assert all(route.api_secret for route in routes.values()), "unsigned card callbacks are refused"
        status, text = await bot.get("/metrics")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert status == 200
        assert {"bida_commands_received", "bida_commands_handled", "bida_requests_refused"} <= set(families)
        received = {sample.labels["platform"]: sample.value for sample in families["bida_commands_received"].samples
                    if sample.name.endswith("_total")}  # fmt: skip
        assert received["feishu"] >= 1
        code, seconds = await bot.stop()
    assert code == 0
    assert seconds < 8
    events = [str(line["event"]) for line in bot.lines]
    assert {"not_migrated", "listening", "started", "stopped"} <= set(events)
    shown = json.dumps(bot.lines, ensure_ascii=False)
    assert not [word for word in ("白博", "playground-feishu-secret", "playground-wecom-secret") if word in shown]


def _seed(world: Rig, directory: Path) -> None:
    for what, text in (("people", PEOPLE), ("goals", GOALS)):
        (directory / f"{what}.csv").write_text(text, "utf-8")
        done = bida(what, "import", f"{what}.csv", environ=world.environ, cwd=directory)
        assert done.code == 0, done.err


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_even_before_the_database_is_there(tmp_path: Path, which: signal.Signals) -> None:
    environ = {**environ_of("feishu"), "BIDA_FEISHU__API_BASE_URL": "http://127.0.0.1:1"}
    environ["BIDA_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    async with running(environ, tmp_path) as bot:
        await bot.until("/healthz", 200)
        assert (await bot.get("/readyz"))[0] == 503
        code, seconds = await bot.stop(which)
    assert (code, seconds < 8) == (0, True)
    assert "database_away" in [line["event"] for line in bot.lines]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_health_paths_are_only_read(tmp_path: Path, method: str) -> None:
    environ = {**environ_of("wecom"), "BIDA_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    async with running(environ, tmp_path) as bot:
        await bot.until("/healthz", 200)
        for path in ("/healthz", "/readyz", "/metrics"):
            async with aiohttp.ClientSession() as session, session.request(method, bot.base + path) as answer:
                assert answer.status == 405
        assert (await bot.get("/"))[0] == 404
        await bot.stop()


def test_what_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    good = {**environ_of("wecom"), "BIDA_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    (tmp_path / "days.json").write_text("{", "utf-8")
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for wrong in (
            {"BIDA_PORT": port},
            {"BIDA_HOST": "192.0.2.1"},
            {"BIDA_DATABASE_URL": "mysql://x/y"},
            {"BIDA_HOLIDAYS_FILE": "nowhere.json"},
            {"BIDA_HOLIDAYS_FILE": "days.json"},
        ):
            done = bida("run", environ={**good, "BIDA_LOG": "json", **wrong}, cwd=tmp_path)
            own = [line for line in done.error_lines if not line.startswith("{")]
            assert (done.code, len(own)) == (2, 1), (wrong, done.err)


async def test_doctor_finds_all_well(world: Rig, empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(empty_database)
    migrate(engine)
    engine.dispose()
    environ = {**world.environ, "BIDA_PUBLIC_URL": "https://bot.example"}
    done = await asyncio.to_thread(bida, "doctor", environ=environ, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    for name in ("database", *world.simulators):
        assert [line for line in done.out.splitlines() if line.startswith(f"{name}: ")], done.out
    assert "playground-" not in done.out


async def test_dingtalk_learns_the_route_at_every_start(empty_database: str) -> None:
    """The route is registered for `BIDA_PUBLIC_URL`, with an apiSecret that every replica knows."""
    rig = make_rig(empty_database, datetime.now(UTC), messengers=("dingtalk",))
    await rig.start()
    try:
        populate(rig)
        seed(rig.bot.engine, rig)
        world = cast(DingtalkSimulator, rig.simulators["dingtalk"]).world
        await until(lambda: bool(world.routes))
        first = dict(world.routes)
        world.routes.clear()
        await rig.stop_bot()
        await rig.start_bot()
        await until(lambda: bool(world.routes))
        assert {key: (one.url, one.api_secret) for key, one in world.routes.items()} == {
            key: (one.url, one.api_secret) for key, one in first.items()
        }
    finally:
        await rig.stop()
