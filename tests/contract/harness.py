"""What the adapter contract needs of a messenger: its simulator, its adapter, and a bot that only parses and acks.

One subclass per adapter (`harness_<messenger>.py`), listed in `harness_registry.py`. Everything goes over the real
wire: the simulator posts callbacks to a loopback server, the adapter calls the simulator's API.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession, ClientTimeout, web
from pydantic import BaseModel, SecretStr
from yarl import URL

from adapters.base import (
    Adapter,
    Answer,
    Commands,
    Json,
    Outgoing,
    Parsed,
    Raw,
    Receipt,
    Response,
    SendKind,
    Shown,
)
from adapters.errors import BadSignature, Malformed, OutboundError
from adapters.registry import MESSENGERS
from adapters.simulation import Delivered, Fault, Press, Resident, Seen, Simulator
from adapters.text import chunks
from cards.capability import Capabilities, Surface
from cards.fit import fit
from cards.model import Card
from cards.plain import plain
from domain.clock import ShiftedClock
from domain.command import Command, Conversation, ConversationKind

START = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
_OF_THE_CONNECTION = frozenset({"content-length", "host", "connection", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer of the platform's API that the protocol documents, and what it means for a row of this kind."""

    meaning: type[OutboundError]
    fault: Fault
    kind: SendKind = SendKind.SEND


@dataclass(frozen=True, slots=True)
class Proof:
    """One part of a request that proves its sender: `place` is "headers" or "query"."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that reached the bot: what was made of it (None = refused) and what was answered."""

    raw: Raw
    parsed: Parsed | None
    response: Response


class Harness(ABC):
    """One messenger under test. `name` tells variants of one messenger apart."""

    messenger: ClassVar[str]
    name: ClassVar[str]
    person: ClassVar[str] = "li"
    other: ClassVar[str] = "han"
    group: ClassVar[str]
    secret_field: ClassVar[str]
    """The setting that access tokens are bought with."""
    token_path: ClassVar[str]
    """Part of the API path that issues access tokens."""
    send_path: ClassVar[str] = ""
    """Part of the API path of a direct send; "" = any."""
    window: ClassVar[timedelta]
    """How far a callback's timestamp may lie off."""
    hears_groups: ClassVar[bool] = True
    takes_clicks_back: ClassVar[bool] = True
    """Whether a click is a callback of its own, which an answer can ride on."""
    body_is_signed: ClassVar[bool] = True
    """Whether a message's signature covers its body."""
    lost_handles: ClassVar[tuple[str, ...]]
    """The ways in which a card can no longer be changed in place; see `lose`."""
    failures: ClassVar[Sequence[Failure]]
    unknown_failure: ClassVar[Fault]
    bad_token: ClassVar[Fault]
    """What the API says to a token it does not know."""

    def __init__(self, app: int = 1) -> None:
        self.app = app
        self.clock = ShiftedClock(START, running=False)
        self.heard: list[Heard] = []
        self.inbox: dict[tuple[str, str, str], Command] = {}
        self.answer: Answer | None = None
        self.settings: BaseModel
        self.sim: Simulator
        self.adapter: Adapter
        self.api_port = 0
        self._sent = 0
        self._runner: web.AppRunner | None = None

    # --- what a messenger brings -----------------------------------------------------------------------------------

    @abstractmethod
    def make_simulator(self) -> Simulator: ...

    @abstractmethod
    def make_settings(self, base_url: str) -> Json: ...

    @abstractmethod
    def proofs(self, raw: Raw) -> tuple[Proof, ...]:
        """Which parts of this request prove its sender; each one alone is indispensable."""

    @abstractmethod
    def sealed(self, content: bytes) -> Iterator[Raw]:
        """Genuine requests of every kind around any content, as only the platform could make them."""

    @abstractmethod
    def is_verified(self, outcome: Delivered) -> bool:
        """Whether the console accepted our answer to the URL verification."""

    @abstractmethod
    async def tamper(self) -> Delivered:
        """A message that was changed, or signed by somebody else, on its way."""

    @abstractmethod
    def own_messages(self) -> tuple[Raw, ...]:
        """Requests about messages the bot has written itself; empty where the platform never sends such."""

    @abstractmethod
    def unknown(self) -> tuple[Raw, ...]:
        """Genuine requests of types nobody has documented."""

    @abstractmethod
    def live_markup(self, payload: Json) -> list[str]:
        """Everything in a payload that the platform would take for a mention, link, tag or emphasis."""

    @abstractmethod
    def beyond(self) -> Iterator[tuple[str, Json]]:
        """Payloads one step beyond what the platform takes, each with the name of the limit."""

    @abstractmethod
    def issued_tokens(self) -> list[str]:
        """Every access token the platform has given out."""

    @abstractmethod
    async def lose(self, way: str, out: Outgoing) -> Outgoing:
        """Make `out`, an update of a card that was sent, impossible in place."""

    async def ready(self) -> None:
        """Wait until the adapter's background start has done its work; there is none by default."""
        await asyncio.sleep(0)

    # --- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.sim = self.make_simulator()
        for person, name in ((self.person, "李雷"), (self.other, "韩梅梅")):
            self.sim.add_resident(
                Resident(user_id=person, name=name, department="增长部", mobile=f"138{hash(name) % 10**8:08}")
            )
        self.sim.add_group(self.group, "增长团队", [self.person, self.other])
        base = await self.sim.start()
        self.api_port = int(base.rpartition(":")[2])
        url = await self.open_door()
        self.adapter = self.make_adapter(base, url)
        await self.adapter.start(self.receive)
        await self.ready()

    def make_adapter(self, base: str, url: str, **changes: str) -> Adapter:
        """An adapter for this harness's app, by the registry alone; `changes` are settings that differ."""
        messenger = MESSENGERS[self.messenger]
        self.settings = messenger.settings().model_validate(self.make_settings(base) | changes)
        public = url.rpartition("/in/")[0]
        return messenger.build()(self.settings, name=self.messenger, clock=self.clock, public_url=public)

    async def stop(self) -> None:
        if hasattr(self, "adapter"):
            await self.adapter.stop()
        await self.close_door()
        await self.sim.stop()

    async def open_door(self) -> str:
        """Serve `/in/<messenger>` on a fresh loopback port and tell the platform."""
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_route("*", f"/in/{self.messenger}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.door_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/in/{self.messenger}"
        self.sim.point_at(self.door_url)
        return self.door_url

    async def close_door(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def reconnect(self) -> None:
        """What comes next comes over a new connection, to a new address."""
        await self.close_door()
        await self.open_door()

    async def twin(self) -> "Harness":
        """A second app of ours on the same messenger."""
        other = type(self)(app=2)
        await other.start()
        return other

    # --- the tiny bot ----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.Response:
        raw = Raw(
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
            at=self.clock.now(),
        )
        response = await self.receive(raw)
        headers = {**response.headers, "Connection": "close"}
        return web.Response(
            status=response.status, body=response.body, content_type=response.content_type, headers=headers
        )

    async def receive(self, raw: Raw) -> Response:
        """parse → inbox → ack, as the real dispatch does it, without any handler."""
        parsed: Parsed | None = None
        try:
            parsed = self.adapter.parse(raw)
        except BadSignature:
            response = Response(status=401)
        except Malformed:
            response = Response(status=400)
        else:
            for command in parsed.commands if isinstance(parsed, Commands) else ():
                self.inbox.setdefault((command.app_id, command.actor.tenant, command.key), command)
            response = self.adapter.ack(self.answer, parsed)
        self.heard.append(Heard(raw, parsed, response))
        return response

    @property
    def commands(self) -> list[Command]:
        """What arrived, each redelivery counted again."""
        found = [heard.parsed.commands for heard in self.heard if isinstance(heard.parsed, Commands)]
        return [command for commands in found for command in commands]

    @property
    def effects(self) -> list[Command]:
        """What an inbox would let through: one per key."""
        return list(self.inbox.values())

    # --- people act ------------------------------------------------------------------------------------------------

    async def slash(self, text: str, *, surface: Surface = Surface.DIRECT, message_id: str | None = None) -> Command:
        """The command a typed text becomes."""
        chat = self.group if surface is Surface.GROUP else None
        await self.sim.say(self.person, text, chat=chat, message_id=message_id)
        return self.commands[-1]

    async def click(self, seen: Seen, label: str, values: Mapping[str, str | Sequence[str]] | None = None) -> Delivered:
        """Press the button with this label."""
        press = next(button for button in seen.buttons if button.label == label)
        return await self.sim.click(self.person, seen.message_id, press.key, values)

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        return await self.sim.redeliver(times)

    def seen(self, surface: Surface = Surface.DIRECT) -> list[Seen]:
        """What the person sees, bot's messages only."""
        chat = self.group if surface is Surface.GROUP else None
        return [one for one in self.sim.seen(self.person, chat) if one.by != self.person]

    async def post(self, raw: Raw) -> int:
        """Send any request to the bot's door; the HTTP status."""
        headers = {name: value for name, value in raw.headers.items() if name not in _OF_THE_CONNECTION}
        url = URL(self.door_url).with_query(dict(raw.query))
        timeout = ClientTimeout(total=5)
        async with (
            ClientSession(timeout=timeout) as session,
            session.request(raw.method, url, data=raw.body, headers=headers) as response,
        ):
            return response.status

    # --- we send ---------------------------------------------------------------------------------------------------

    def conversation(self, surface: Surface = Surface.DIRECT, person: str = "") -> Conversation:
        kind = ConversationKind.DIRECT if surface is Surface.DIRECT else ConversationKind.GROUP
        address = (person or self.person) if surface is Surface.DIRECT else self.group
        return Conversation(platform=self.adapter.platform, tenant=self.adapter.tenant, id=address, kind=kind)

    def people(self) -> dict[str, Shown]:
        """One colleague with an identity here; everybody else has none."""
        return {"p1": Shown("李雷", self.person)}

    def caps(self, surface: Surface = Surface.DIRECT) -> Capabilities:
        return self.adapter.capabilities[surface]

    def out(self, payload: Json, surface: Surface = Surface.DIRECT, **changes: Any) -> Outgoing:
        """A fresh outbox row that sends this payload."""
        self._sent += 1
        row = Outgoing(
            kind=SendKind.SEND, conversation=self.conversation(surface), payload=payload, plain="…",
            dedupe=f"{self._sent:032x}",
        )  # fmt: skip
        return replace(row, **changes)

    def update(self, receipt: Receipt, payload: Json, surface: Surface = Surface.DIRECT, **changes: Any) -> Outgoing:
        """A fresh row that changes the card of a receipt."""
        ways = {"kind": SendKind.UPDATE, "target": receipt.message_id, "handle": receipt.handle}
        return self.out(payload, surface, **{**ways, **changes})

    def rendered(self, card: Card, surface: Surface = Surface.DIRECT) -> list[Json]:
        """The payloads of everything there is to send for a card: what must be said before it, then the card."""
        fitted = fit(card, self.caps(surface))
        texts = chunks(fitted.rest, self.caps(surface).text_bytes) if fitted.rest else []
        payloads = [self.adapter.render_text(text, surface).payload for text in texts]
        if fitted.card is not None:
            payloads.append(self.adapter.render(fitted.card, surface, self.people()).payload)
        return payloads

    async def show(self, card: Card, surface: Surface = Surface.DIRECT) -> Seen:
        """Send a card and give what the person then sees of it. Fails when the platform refused or changed it."""
        for payload in self.rendered(card, surface):
            await self.adapter.send(self.out(payload, surface, card_key=self.card_key(), plain=plain(card)))
        return self.seen(surface)[-1]

    def card_key(self) -> str:
        self._sent += 1
        return f"{self._sent:032x}"

    def fail_next(self, fault: Fault, times: int = 1) -> None:
        """The next API calls of direct sends go wrong."""
        self.sim.faults.append(replace(fault, path=fault.path or self.send_path, times=times))

    def token_fetches(self) -> int:
        return sum(self.token_path in call.path for call in self.sim.wire)

    def secrets(self) -> list[str]:
        """Everything an operator configured that must never be seen."""
        values = [getattr(self.settings, name) for name in type(self.settings).model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


async def until(done: Callable[[], bool], seconds: float = 3.0) -> None:
    """Wait for a condition, at most so long."""
    for _ in range(int(seconds / 0.01)):
        if done():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def outcome(call: Awaitable[Receipt]) -> Receipt | OutboundError:
    """What a send came to."""
    try:
        return await call
    except OutboundError as error:
        return error


def pressable(seen: Seen) -> list[Press]:
    """Buttons that come back to us."""
    return [button for button in seen.buttons if button.enabled and (not button.url or button.url.startswith("dtmd:"))]
