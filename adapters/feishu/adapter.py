"""The Feishu adapter: three pure functions and one effect, put together for one app."""

import asyncio
import logging

from adapters.base import Answer, Outgoing, Parsed, People, Raw, Receipt, Rendered, Response, Sink
from adapters.errors import OutboundError
from adapters.feishu import ack, inbound, render, sdk
from adapters.feishu.capabilities import PACE, SURFACES
from adapters.feishu.client import FeishuClient
from adapters.feishu.envelope import PLATFORM, Bot
from adapters.feishu.proof import Keys
from adapters.feishu.settings import FeishuSettings
from cards.capability import Surface
from cards.model import Card
from domain.clock import Clock

log = logging.getLogger("bida.feishu")

LEARN_RETRIES = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds between attempts to learn who we are; the last one repeats."""


class FeishuAdapter:
    """One connection to one Feishu app (`adapters.base.Adapter`)."""

    platform = PLATFORM
    pace = PACE
    capabilities = SURFACES

    def __init__(self, settings: FeishuSettings, *, name: str, clock: Clock) -> None:
        self.name = name
        self.app_id = self.tenant = settings.app_id
        self._bot = Bot(name=settings.bot_name)
        self._keys = _keys(settings)
        self._client = FeishuClient(settings, clock)
        self._learning: asyncio.Task[None] | None = None

    def parse(self, raw: Raw) -> Parsed:
        return inbound.parse(raw, self._keys, self._bot)

    def ack(self, answer: Answer | None, parsed: Parsed) -> Response:
        return ack.ack(answer, parsed)

    def render(self, card: Card, surface: Surface, people: People) -> Rendered:
        return render.render(card, surface, people)

    def render_text(self, text: str, surface: Surface) -> Rendered:
        return render.render_text(text)

    async def send(self, out: Outgoing) -> Receipt:
        return await self._client.send(out)

    async def start(self, sink: Sink) -> None:
        """Learn our own open_id in the background: a platform that is down must not keep us from starting."""
        sdk.catalogue()
        if self._learning is None:
            self._learning = asyncio.create_task(self._learn(), name=f"{self.name}-learn-bot")

    async def stop(self) -> None:
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)
            self._learning = None
        await self._client.close()

    async def check(self) -> str:
        bot = await self._client.bot()
        return f"{self.name}: Feishu app {self.app_id} answers as {bot.name or 'a bot without a name'}"

    async def _learn(self) -> None:
        attempt = 0
        while True:
            try:
                bot = await self._client.bot()
            except OutboundError as error:
                log.warning("bot_unknown", extra={"connection": self.name, "code": error.code})
            else:
                if bot.open_id:
                    self._bot = bot
                    return
                log.warning("bot_unknown", extra={"connection": self.name, "code": "no-open-id"})
            await asyncio.sleep(LEARN_RETRIES[min(attempt, len(LEARN_RETRIES) - 1)])
            attempt += 1


def build(settings: FeishuSettings, *, name: str, clock: Clock, public_url: str | None = None) -> FeishuAdapter:
    """An adapter for one app. Feishu's callback URL is set in its console, so our public address is not needed."""
    return FeishuAdapter(settings, name=name, clock=clock)


def _keys(settings: FeishuSettings) -> Keys:
    encrypt_key = settings.encrypt_key.get_secret_value()
    return Keys(
        app_id=settings.app_id,
        encrypt_key=encrypt_key.encode(),
        verification_token=settings.verification_token.get_secret_value().encode(),
        cipher=sdk.cipher(encrypt_key),
        replay_window=settings.replay_window,
    )
