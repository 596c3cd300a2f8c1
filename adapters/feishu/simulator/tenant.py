"""Everything the simulated platform remembers about the one company and the one app in it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp import web

from adapters.feishu.simulator import cards
from adapters.feishu.simulator.directory import Directory, Member
from adapters.feishu.simulator.messages import Chats, Message
from adapters.feishu.simulator.refusal import BadCard, Refusal, TooLong, field_error
from adapters.feishu.simulator.throttle import Throttle
from adapters.feishu.simulator.tokens import AccessTokens
from adapters.simulation import Json
from domain.clock import Clock

UPDATE_WINDOW = timedelta(days=14)
UUID_MEMORY = timedelta(hours=1)
CARD_TOKEN_LIFE = timedelta(minutes=30)
CARD_TOKEN_USES = 2
PER_CHAT_QPS = 5
ON_THE_WIRE = 0.03
UNKNOWN_ID = {"open_id": 99992351, "user_id": 99992360, "union_id": 99992381}


@dataclass(slots=True)
class CardToken:
    """The right to change the clicked card later (`c-…`); of use only once the click was answered (§1.12)."""

    message: Message
    ends: datetime
    answered: bool = False
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """The app's credentials as shown in the developer console."""

    app_id: str
    app_secret: str
    encrypt_key: str
    verification_token: str
    tenant_key: str


@dataclass(slots=True, kw_only=True)
class Tenant:
    """The platform's memory. `recall_window`: the admin's limit for recalls, None = none."""

    keys: AppKeys
    clock: Clock
    tokens: AccessTokens
    throttle: Throttle
    directory: Directory
    chats: Chats = field(default_factory=Chats)
    bot_name: str = "Bida"
    bot_open_id: str = field(default_factory=lambda: f"ou_{uuid4().hex}")
    recall_window: timedelta | None = None
    images: dict[str, bytes] = field(default_factory=dict)
    card_tokens: dict[str, CardToken] = field(default_factory=dict)
    slash_commands: dict[str, Json] = field(default_factory=dict)
    remembered: dict[str, tuple[datetime, Message]] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)

    # --- cards -----------------------------------------------------------------------------------------------------

    def check_card(self, card: Json) -> None:
        """Take a card or raise the refusal a message call gives."""
        try:
            self.look_at(card)
        except BadCard as bad:
            raise bad.as_refusal() from bad
        except TooLong as bad:
            raise Refusal(230025, "The length of the message content reaches its limit.") from bad

    def look_at(self, card: Json) -> None:
        """Lint a card against this company. Raises `BadCard`, `TooLong`."""
        cards.lint(card, is_person=self.is_person, is_image=self.images.__contains__)

    def is_person(self, any_id: str) -> bool:
        return any_id == self.bot_open_id or self.directory.is_known(any_id)

    def name_of(self, any_id: str) -> str:
        return self.bot_name if any_id in (self.bot_open_id, "bot") else self.directory.name(any_id)

    def change_card(self, message: Message, card: Json) -> None:
        """Put another card in the place of a card, if the platform lets it. Raises `Refusal`."""
        self.check_card(card)
        refuse_downgrade(message, card)
        message.replace(card, self.clock.now())

    async def let_answers_land(self) -> None:
        """Give an answer that is already on the wire the few milliseconds it needs to be read before an update that
        was sent after it is called too early."""
        await asyncio.sleep(ON_THE_WIRE)

    def card_token(self, message: Message) -> str:
        """A fresh `c-…` for one click."""
        token = f"c-{uuid4().hex}"
        self.card_tokens[token] = CardToken(message, self.clock.now() + CARD_TOKEN_LIFE)
        return token

    # --- messages --------------------------------------------------------------------------------------------------

    def message(self, message_id: str) -> Message:
        """A stored message, or the refusal for an id that is none (a `c-…` for instance)."""
        found = self.chats.messages.get(message_id)
        if found is None or not message_id.startswith("om_"):
            raise Refusal(99992354, "The request contains an invalid message id.")
        return found

    def recipient(self, id_type: str, value: str) -> Member:
        """The person a message may go to, or the refusal for the state they are in (§5.2)."""
        member = self.directory.find(id_type, value)
        if member is None:
            raise Refusal(UNKNOWN_ID.get(id_type, 230034), f"The request contains an invalid {id_type}.")
        if member.left:
            raise Refusal(230029, "The user has resigned.")
        if not member.reachable:
            raise Refusal(230013, "Bot has NO availability to this user.")
        if member.stopped:
            raise Refusal(230053, "The user has stopped the bot from sending messages.")
        return member

    def not_too_fast(self, key: str, limit: int = PER_CHAT_QPS) -> None:
        """Count one call against a message-level limit; 230020 above it."""
        if self.throttle.wait_for(key, limit, 1.0):
            raise Refusal(230020, "The message trigger frequency limit.")

    def sent_before(self, uuid: str) -> Message | None:
        """What a send with this uuid made within the last hour; the first result is given again (§4.2)."""
        if not uuid:
            return None
        if len(uuid) > 50:
            raise field_error("uuid is longer than 50 characters")
        at, message = self.remembered.get(uuid, (None, None))
        return message if at is not None and self.clock.now() - at < UUID_MEMORY else None

    def remember(self, uuid: str, message: Message) -> None:
        if uuid:
            self.remembered[uuid] = (self.clock.now(), message)


def refuse_downgrade(message: Message, card: Json) -> None:
    """A 2.0 card never becomes a 1.0 card again (200830)."""
    if cards.schema_of(message.content) == "2.0" and cards.schema_of(card) != "2.0":
        raise BadCard(200830, "ROOT.schema", "schemaV2 card can not change schemaV1").as_refusal()


TENANT = web.AppKey("tenant", Tenant)
