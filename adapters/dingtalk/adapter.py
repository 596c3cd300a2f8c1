"""One DingTalk app as an `Adapter`: the pure functions, the way out, and its life."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from adapters.base import Answer, Outgoing, Pace, Parsed, People, Raw, Receipt, Rendered, Response, Sink
from adapters.dingtalk import inbound
from adapters.dingtalk.ack import ack
from adapters.dingtalk.client import Client
from adapters.dingtalk.connection import Connection
from adapters.dingtalk.door import PLATFORM, door_of
from adapters.dingtalk.render import render, render_text
from adapters.dingtalk.settings import DingtalkSettings
from adapters.dingtalk.surfaces import surfaces
from adapters.errors import OutboundError
from cards.capability import Capabilities, Surface
from cards.model import Card
from domain.clock import Clock

log = logging.getLogger("bida.dingtalk.adapter")

PACE = Pace(per_second=16.0, parallel=16)
"""80 % of the standard edition's 20 calls per second and API (§5.1)."""

FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0
"""Seconds between tries to register the callback route."""


class DingtalkAdapter:
    """See `adapters.base.Adapter`. HTTP mode: everything comes in through `/in/{name}`."""

    platform = PLATFORM

    def __init__(self, settings: DingtalkSettings, *, name: str, clock: Clock, public_url: str) -> None:
        self.name = name
        self.app_id = settings.client_id
        self.tenant = settings.corp_id
        self.pace = PACE
        self._has_template = bool(settings.card_template_id)
        self._public_url = public_url.rstrip("/")
        self.capabilities: Mapping[Surface, Capabilities] = surfaces(
            has_template=self._has_template, has_pictures=bool(public_url)
        )
        self._callback_url = f"{public_url.rstrip('/')}/in/{name}" if public_url else ""
        self._door = door_of(settings)
        self._connection = Connection(settings, clock)
        self._client = Client(
            self._connection,
            clock,
            robot=settings.robot,
            template=settings.card_template_id,
            route=f"bida-{name}",
        )
        self._registering: asyncio.Task[None] | None = None

    def parse(self, raw: Raw) -> Parsed:
        return inbound.parse(self._door, raw)

    def ack(self, answer: Answer | None, parsed: Parsed) -> Response:
        return ack(self._door.events, answer, parsed)

    def render(self, card: Card, surface: Surface, people: People) -> Rendered:
        return render(card, surface, people, has_template=self._has_template, public_url=self._public_url)

    def render_text(self, text: str, surface: Surface) -> Rendered:
        return render_text(text)

    async def send(self, out: Outgoing) -> Receipt:
        return await self._client.send(out)

    async def start(self, sink: Sink) -> None:
        """Register the card callback route in the background; a failure is logged and tried again, never raised."""
        if self._has_template and self._callback_url and self._registering is None:
            self._registering = asyncio.create_task(self._register(), name=f"{self.name}-card-route")

    async def stop(self) -> None:
        if self._registering is not None:
            self._registering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._registering
            self._registering = None
        await self._connection.close()

    async def check(self) -> str:
        """One line for the operator: the token works, and how cards will be shown. Raises an outbound error."""
        await self._connection.tokens.get()
        if not self._has_template:
            cards = "cards as ActionCards (no card_template_id)"
        elif not self._callback_url:
            cards = "template cards, but no public URL to register for their callbacks"
        else:
            cards = "template cards"
        events = "event callbacks on" if self._door.events else "event callbacks refused (no token)"
        return f"{self.name}: DingTalk granted an access token; {cards}; {events}"

    async def _register(self) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                await self._client.register_route(self._callback_url, self._door.api_secret)
            except OutboundError as error:
                log.warning("card_route_unregistered", extra={"code": error.code, "retry_in": wait})
            else:
                log.info("card_route_registered", extra={"connection": self.name})
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY)


def build(settings: DingtalkSettings, *, name: str, clock: Clock, public_url: str) -> DingtalkAdapter:
    """Make one connection. `public_url` "" means that no card callbacks can come in."""
    return DingtalkAdapter(settings, name=name, clock=clock, public_url=public_url)
