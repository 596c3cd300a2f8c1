"""The WeCom connection: puts door, renderer and sender together as one `Adapter`."""

from collections.abc import Mapping

from adapters.base import Answer, Outgoing, Pace, Parsed, People, Raw, Receipt, Rendered, Response, SendKind, Sink
from adapters.wecom import ack, render
from adapters.wecom.capabilities import capabilities
from adapters.wecom.client import Client
from adapters.wecom.crypto import Crypto
from adapters.wecom.inbound import Door
from adapters.wecom.origin import PLATFORM, Origin
from adapters.wecom.sdk import load
from adapters.wecom.sending import Sending
from adapters.wecom.settings import WecomSettings
from cards.capability import Capabilities, Surface
from cards.model import Card
from domain.clock import Clock

PACE = Pace(per_minute=8000, per_conversation_minute=24, parallel=16)
"""80 % of 10 000 calls a minute per API and of 30 messages a minute per member; excess is dropped silently (§5.1)."""


class WecomAdapter:
    """One self-built app of one corp (see `adapters.base.Adapter`)."""

    platform = PLATFORM
    pace = PACE
    capabilities: Mapping[Surface, Capabilities]

    def __init__(self, settings: WecomSettings, *, name: str, clock: Clock, public_url: str = "") -> None:
        sdk = load()
        origin = Origin(settings.corp_id, settings.agent_id)
        self.name = name
        self.app_id = origin.app_id
        self.tenant = settings.corp_id
        self.capabilities = capabilities(has_pictures=bool(public_url))
        self._public_url = public_url.rstrip("/")
        self._with_task = settings.task_id_in_passive_update
        self._crypto = Crypto(
            sdk.cipher,
            settings.token.get_secret_value(),
            settings.encoding_aes_key.get_secret_value(),
            settings.corp_id,
        )
        self._door = Door(origin, self._crypto, sdk.messages, settings.timestamp_window_seconds)
        self._client = Client(settings.api_base_url, settings.corp_id, settings.secret, clock)
        sending = Sending(self._client, sdk.user(self._client), settings.agent_id, clock)
        self._acts = {
            SendKind.SEND: sending.send,
            SendKind.PICTURE: sending.picture,
            SendKind.UPDATE: sending.update,
            SendKind.RECALL: sending.recall,
            SendKind.LOOK_UP: sending.look_up,
        }

    def parse(self, raw: Raw) -> Parsed:
        return self._door.parse(raw)

    def ack(self, answer: Answer | None, parsed: Parsed) -> Response:
        return ack.ack(answer, parsed, self._crypto, self.tenant, with_task=self._with_task)

    def render(self, card: Card, surface: Surface, people: People) -> Rendered:
        """`people` is of no use here: WeCom cards show names as plain text, and `fit` has already put them in."""
        return render.render(card, surface, self._public_url)

    def render_text(self, text: str, surface: Surface) -> Rendered:
        return render.render_text(text)

    async def send(self, out: Outgoing) -> Receipt:
        return await self._acts[out.kind](out)

    async def start(self, sink: Sink) -> None:
        """Nothing to prepare: the callback URL is set in the console, and self-built apps have no long connection."""

    async def stop(self) -> None:
        await self._client.close()

    async def check(self) -> str:
        """Fetches a token: corp id and secret are right and this machine's address is trusted."""
        await self._client.token()
        return f"wecom {self.name}: token received for corp {self.tenant}, app {self.app_id.rpartition(':')[2]}"


def build(settings: WecomSettings, *, name: str, clock: Clock, public_url: str) -> WecomAdapter:
    """The adapter for one configured connection. Raises `ImportError` when wechatpy is missing or has changed."""
    return WecomAdapter(settings, name=name, clock=clock, public_url=public_url)
