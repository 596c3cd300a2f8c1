"""The simulated WeCom: one company, one self-built app, as `adapters.simulation.Simulator` (wecom.md §9)."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from adapters.simulation import Exchange, Fault, Resident, Seen
from adapters.wecom.simulator.acts import Acts
from adapters.wecom.simulator.callbacks import Courier
from adapters.wecom.simulator.chats import Group
from adapters.wecom.simulator.company import Company, OAuthCode
from adapters.wecom.simulator.crypto import Crypto
from adapters.wecom.simulator.directory import Directory
from adapters.wecom.simulator.rules import Rules
from adapters.wecom.simulator.server import Server
from adapters.wecom.simulator.tokens import Tokens
from adapters.wecom.simulator.view import show
from adapters.wecom.simulator.wire import Wire
from domain.clock import Clock, SystemClock

OAUTH_CODE_LIFE = timedelta(minutes=5)


class WecomSimulator(Acts):
    """A strict WeCom. `rules` holds its switches, `problems` what it silently disliked, `mischief` faults to come.

    `mischief` is used up one entry per callback. The defaults of the constructor are a demo company.
    """

    name = "wecom"

    def __init__(
        self,
        *,
        corp_id: str = "ww1234567890abcdef",
        agent_id: int = 1000002,
        secret: str = "demo-secret-of-the-wecom-app",
        token: str = "DemoToken",
        encoding_aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        clock: Clock | None = None,
        company_name: str = "Demo",
        rules: Rules | None = None,
    ) -> None:
        clock, rules = clock or SystemClock(), rules or Rules()
        company = Company(
            corp_id=corp_id,
            agent_id=agent_id,
            clock=clock,
            rules=rules,
            directory=Directory(company_name),
            tokens=Tokens(corp_id, {secret: agent_id}, clock),
        )
        crypto = Crypto(token, encoding_aes_key, corp_id)
        self._wire = Wire()
        self._server = Server(company=company, wire=self._wire)
        super().__init__(company, rules, crypto, Courier(company, crypto, self._wire))
        self._app: web.Application | None = None
        self._runner: web.AppRunner | None = None

    # --- serving ---------------------------------------------------------------------------------------------------

    @property
    def faults(self) -> list[Fault]:
        return self._server.faults

    @faults.setter
    def faults(self, value: list[Fault]) -> None:
        self._server.faults = value

    @property
    def wire(self) -> list[Exchange]:
        return self._wire.exchanges

    @wire.setter
    def wire(self, value: list[Exchange]) -> None:
        self._wire.exchanges = value

    @property
    def latency(self) -> float:
        return self._server.latency

    @latency.setter
    def latency(self, value: float) -> None:
        self._server.latency = value

    @property
    def problems(self) -> list[str]:
        return self.company.problems

    @property
    def vendor_app(self) -> web.Application:
        """The API below `/cgi-bin/`."""
        if self._app is None:
            self._app = self._server.application()
        return self._app

    async def start(self, port: int = 0) -> str:
        """Serve the API on loopback; returns the base URL, without `/cgi-bin`."""
        self._server.closing.clear()
        self._runner = web.AppRunner(self.vendor_app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._server.closing.set()
        await self._courier.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self._app = None

    def point_at(self, callback_url: str) -> None:
        """Set the callback URL; "" switches callback mode off."""
        self.company.callback_url = callback_url

    # --- the company -----------------------------------------------------------------------------------------------

    def add_resident(self, resident: Resident) -> None:
        self.company.directory.add(resident)

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None:
        """A group made by our app: it can be sent to, but nothing said there reaches the app (§3.5)."""
        self.company.chats.groups[chat] = Group(
            title=title, owner=members[0], members=list(members), agent_id=self.company.agent_id
        )

    def add_app(self, agent_id: int, secret: str) -> None:
        """A second app of the same company."""
        self.company.tokens.apps[secret] = agent_id

    def add_webhook(self, key: str, chat: str) -> None:
        """A one-way group webhook that writes into an existing group."""
        self.company.webhooks[key] = chat

    def oauth_code(self, person: str) -> str:
        """The one-use code a member's client brings back from the authorize page; "" is an outsider (§3.10)."""
        code = secrets.token_urlsafe(32)
        self.company.oauth_codes[code] = OAuthCode(person=person, expires_at=self.company.clock.now() + OAUTH_CODE_LIFE)
        return code

    def expire_tokens(self) -> None:
        self.company.tokens.expire_all()

    # --- what people see -------------------------------------------------------------------------------------------

    def seen(self, person: str, chat: str | None = None) -> list[Seen]:
        return [show(copy) for copy in self.company.chats.in_chat(person, chat or person)]

    def picture(self, upload: str) -> bytes:
        return self.company.media[upload].body
