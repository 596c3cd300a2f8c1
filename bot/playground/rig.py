"""The real bot with three simulated messengers around it: what the playground, the story and the tests run on."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from adapters.registry import MESSENGERS
from adapters.simulation import Resident, Simulator
from bot.app import App, build
from bot.settings import load
from domain.clock import ShiftedClock
from domain.migrations.runner import migrate

HOST = "127.0.0.1"

SECRETS: Mapping[str, Mapping[str, str]] = {
    "wecom": {
        "corp_id": "wwplayground00001", "agent_id": "1000002", "secret": "playground-wecom-secret",
        "token": "PlaygroundToken", "encoding_aes_key": "playgroundPLAYGROUNDplaygroundPLAYGROUND012",
    },
    "dingtalk": {
        "client_id": "dingplayground0001", "client_secret": "playground-dingtalk-secret",
        "corp_id": "dingplaygroundcorp1", "robot_code": "dingplayground0001",
        "card_template_id": "00000000-0000-4000-8000-0000000000b1.schema",
        "token": "playgroundtoken", "encoding_aes_key": "playgroundPLAYGROUNDplaygroundPLAYGROUND345",
    },
    "feishu": {
        "app_id": "cli_playground00001", "app_secret": "playground-feishu-secret",
        "encrypt_key": "playground-encrypt-key", "verification_token": "playground-verification-token",
    },
}  # fmt: skip
"""The demo company's apps. Good for nothing outside this process: both ends of every wire are ours."""


@dataclass(slots=True)
class Rig:
    """Bot and simulators. `port` 0 picks one; `base_url` is where the bot's door is once started."""

    simulators: dict[str, Simulator]
    clock: ShiftedClock
    environ: dict[str, str]
    app: App | None = None
    base_url: str = ""
    _runner: web.AppRunner | None = None

    @property
    def bot(self) -> App:
        assert self.app is not None, "the rig is started first"
        return self.app

    async def start(self, *, paced: bool = True) -> None:
        """Serve simulators and bot on loopback, migrate the database, and wait until the bot is ready."""
        for name, simulator in self.simulators.items():
            url = await simulator.start()
            self.environ[f"BIDA_{name.upper()}__API_BASE_URL"] = url
            if name == "dingtalk":
                self.environ["BIDA_DINGTALK__LEGACY_API_BASE_URL"] = url
        await self.start_bot(paced=paced)

    async def start_bot(self, *, paced: bool = True) -> None:
        """Start (or start again) only the bot, on the port the simulators know."""
        port = int(self.base_url.rpartition(":")[2]) if self.base_url else _free_port()
        self.base_url = f"http://{HOST}:{port}"
        self.environ["BIDA_PUBLIC_URL"] = self.base_url
        configuration = load(self.environ)
        self.app = build(configuration, clock=self.clock, paced=paced)
        migrate(self.app.engine)
        runner = self.app.door.runner(shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        self._runner = runner
        for name, simulator in self.simulators.items():
            simulator.point_at(f"{self.base_url}/in/{name}")
        await self.app.start()
        await self.app.ready()

    async def stop_bot(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self.app is not None:
            await self.app.stop()
            self.app = None

    async def stop(self) -> None:
        await self.stop_bot()
        for simulator in self.simulators.values():
            await simulator.stop()

    async def settle(self) -> None:
        """Wait until everything the bot has promised so far has been delivered, or is waiting for a later time."""
        await self.bot.settle()

    def populate(self, residents: Mapping[str, Sequence[Resident]]) -> None:
        """Put people into the simulated directories, by messenger."""
        for name, people in residents.items():
            for resident in people:
                self.simulators[name].add_resident(resident)


def make_rig(database_url: str, start: datetime, *, messengers: Sequence[str] = tuple(MESSENGERS)) -> Rig:
    """A rig on a database, with its clock set to `start` and running."""
    clock = ShiftedClock(start)
    simulators: dict[str, Simulator] = {}
    environ = {"BIDA_DATABASE_URL": database_url, "BIDA_LOG": "text"}
    for name in messengers:
        secrets = dict(SECRETS[name])
        environ |= {f"BIDA_{name.upper()}__{key.upper()}": value for key, value in secrets.items()}
        if name == "wecom":
            simulators[name] = MESSENGERS[name].simulator()(
                **{**secrets, "agent_id": int(secrets["agent_id"])}, clock=clock
            )
        else:
            if name == "dingtalk":
                secrets["template_id"] = secrets.pop("card_template_id")
            simulators[name] = MESSENGERS[name].simulator()(**secrets, clock=clock)
    return Rig(simulators, clock, environ)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
