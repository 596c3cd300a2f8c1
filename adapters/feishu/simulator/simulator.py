"""The simulated Feishu: one company, one app, and the people who use it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from aiohttp import web

from adapters.feishu.simulator import events, socket, writing
from adapters.feishu.simulator.clicks import action_of
from adapters.feishu.simulator.courier import Courier, Reached, no_wait
from adapters.feishu.simulator.delivery import Delivery, delivered
from adapters.feishu.simulator.directory import Directory
from adapters.feishu.simulator.forgery import Forgery
from adapters.feishu.simulator.messages import Chat
from adapters.feishu.simulator.server import Gate
from adapters.feishu.simulator.sight import card_view, seen_message
from adapters.feishu.simulator.tenant import UPDATE_WINDOW, AppKeys, Tenant
from adapters.feishu.simulator.throttle import Throttle
from adapters.feishu.simulator.tokens import AccessTokens
from adapters.feishu.simulator.wire import Wire
from adapters.simulation import Delivered, Exchange, Fault, Json, Resident, Seen
from domain.clock import Clock, SystemClock

CLICKABLE = {"2.0": UPDATE_WINDOW, "1.0": timedelta(days=30)}


class FeishuSimulator(Forgery):
    """Feishu as the bot sees it (`adapters.simulation.Simulator`; feishu.md §1.13, §4.7).

    A resident's `user_id` is their open_id; by default the tenant's own user_id is withheld, as from an app without
    that scope (`shows_user_id`). Rate limits and the 1/2/3 s deadlines run in real time, everything else on `clock`.
    Retries of events pass `wait` the platform's pauses (seconds); by default they follow at once without moving the
    clock. `timezone` and `locale` are the clients'. `empty_fields` sends empty optional form fields instead of
    omitting them. `rate_limits=False` is for benches.
    """

    name = "feishu"

    def __init__(
        self, *, app_id: str = "cli_a1b2c3d4e5f6a7b8", app_secret: str = "demo-app-secret",
        encrypt_key: str = "demo-encrypt-key", verification_token: str = "demo-verification-token",
        tenant_key: str = "2ca1d211f64f6438", clock: Clock | None = None, bot_name: str = "Bida",
        shows_user_id: bool = False, empty_fields: bool = False, rate_limits: bool = True,
        timezone: str = "Asia/Shanghai", locale: str = "zh_cn", deadline: float = 3.0, connect_deadline: float = 2.0,
        challenge_deadline: float = 1.0, wait: Callable[[float], Awaitable[None]] = no_wait,
    ) -> None:  # fmt: skip
        clock = clock if clock is not None else SystemClock()
        keys = AppKeys(
            app_id=app_id, app_secret=app_secret, encrypt_key=encrypt_key, verification_token=verification_token,
            tenant_key=tenant_key,
        )  # fmt: skip
        self.tenant = Tenant(
            keys=keys, clock=clock, tokens=AccessTokens(clock), throttle=Throttle(enabled=rate_limits),
            directory=Directory(shows_user_id), bot_name=bot_name,
        )  # fmt: skip
        self.timezone = timezone
        self.locale = locale
        self.empty_fields = empty_fields
        self.long_connection = False
        self._challenge_deadline = challenge_deadline
        self._log = Wire(clock)
        self._gate = Gate(self.tenant, self._log)
        self._courier = Courier(self.tenant, self._log, deadline=deadline, connect_deadline=connect_deadline)
        self.socket = socket.LongConnection(self.tenant, self._log)
        self._delivery = Delivery(
            tenant=self.tenant, send=self._send, wait=wait, deadline=deadline, locale=locale
        )  # fmt: skip
        self._app: web.Application | None = None
        self._runner: web.AppRunner | None = None

    # --- the server ------------------------------------------------------------------------------------------------

    @property
    def faults(self) -> list[Fault]:
        return self._gate.faults

    @faults.setter
    def faults(self, faults: list[Fault]) -> None:
        self._gate.faults = faults

    @property
    def wire(self) -> list[Exchange]:
        return self._log.exchanges

    @wire.setter
    def wire(self, exchanges: list[Exchange]) -> None:
        self._log.exchanges = exchanges

    @property
    def latency(self) -> float:
        return self._gate.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._gate.latency = seconds

    @property
    def vendor_app(self) -> web.Application:
        if self._app is None:
            self._app = self._gate.app(*self.socket.routes())
        return self._app

    async def start(self, port: int = 0) -> str:
        self._gate.stopped.clear()
        self._runner = web.AppRunner(self.vendor_app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._gate.stopped.set()
        await self.socket.close()
        await self._courier.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self._app = None

    def point_at(self, callback_url: str) -> None:
        self._courier.url = callback_url

    def expire_tokens(self) -> None:
        self.tenant.tokens.expire_all()

    async def _send(self, envelope: Json, deadline: float) -> Reached:
        if self.long_connection:
            return await self.socket.send(envelope, deadline)
        return await self._courier.send(envelope, deadline)

    # --- the company -----------------------------------------------------------------------------------------------

    def add_resident(self, resident: Resident) -> None:
        self.tenant.directory.add(resident)

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None:
        self.tenant.chats.add(Chat(chat_id=chat, title=title, members=list(members)))

    def add_image(self, image_key: str) -> None:
        """Let cards use an image that was uploaded long ago."""
        self.tenant.images[image_key] = b""

    # --- a person acts ---------------------------------------------------------------------------------------------

    async def verify_url(self) -> Delivered:
        """The encrypted, unsigned challenge; answered means: the same challenge comes back within 1 s (§1.2)."""
        challenge = uuid4().hex
        body = {"challenge": challenge, "token": self.tenant.keys.verification_token, "type": "url_verification"}
        sealed, headers = self._courier.seal(body, sign=False)
        reached = await self._courier.post(sealed, headers, self._challenge_deadline, shown=body)
        outcome = delivered(reached, 1)
        if reached.good and outcome.body != {"challenge": challenge}:
            return Delivered(status=0, attempts=1, body=outcome.body, raw=outcome.raw)
        return outcome

    async def say(self, person: str, text: str, *, chat: str | None = None, message_id: str | None = None) -> Delivered:
        """Text with `@Name` of a resident becomes a real mention; in a group the bot is mentioned first."""
        return await self._delivery.event(
            writing.text(self.tenant, person, self._place(person, chat), text, message_id)
        )

    async def say_post(
        self, person: str, lines: Sequence[str], *, chat: str | None = None, title: str = ""
    ) -> Delivered:
        """A rich-text message, as clients make of pasted lines: `post` in its received form."""
        return await self._delivery.event(writing.post(self.tenant, person, self._place(person, chat), lines, title))

    async def send_image(self, person: str, *, chat: str | None = None) -> Delivered:
        """A message that is no text."""
        return await self._delivery.event(writing.image(self.tenant, person, self._place(person, chat)))

    async def click(
        self, person: str, message_id: str, key: str, values: Mapping[str, str | Sequence[str]] | None = None
    ) -> Delivered:
        """A pure link or a form reset stays in the client: status 0, no attempt."""
        member, message = self.tenant.directory.present(person), self.tenant.chats.messages.get(message_id)
        if message is None or message not in self.tenant.chats.visible_to(person, message.chat):
            raise ValueError("the person does not see this message")
        if message.kind != "interactive" or message.recalled:
            raise ValueError("there is nothing to click")
        now = self.tenant.clock.now()
        if now - message.sent_at > CLICKABLE[str(message.content.get("schema", "1.0"))]:
            raise ValueError("the card is too old to be clicked")
        action = action_of(
            card_view(self.tenant, message, self.locale),
            key,
            values or {},
            timezone=self.timezone,
            now=now,
            empty_fields=self.empty_fields,
        )
        if action is None:
            return Delivered(status=0, attempts=0)
        event = events.clicked(self.tenant, member, message, action, self.tenant.card_token(message))
        return await self._delivery.click(events.envelope(self.tenant, events.CARD_CLICK, event), message, person)

    async def open_chat(self, person: str) -> Delivered:
        member, chat = self.tenant.directory.present(person), self.tenant.chats.direct(person)
        last = next(reversed(self.tenant.chats.visible_to(person, chat)), None)
        event = events.entered(self.tenant, member, chat, last)
        return await self._event("im.chat.access_event.bot_p2p_chat_entered_v1", event)

    async def press_menu(self, person: str, key: str) -> Delivered:
        return await self._event(
            "application.bot.menu_v6", events.menu(self.tenant, self.tenant.directory.present(person), key)
        )

    async def bot_added(self, person: str, chat: str, *, added: bool = True) -> Delivered:
        """Somebody takes the bot into a group (or, with `added=False`, out of it)."""
        group = self._place(person, chat)
        group.has_bot = added
        kind = f"im.chat.member.bot.{'added' if added else 'deleted'}_v1"
        return await self._event(kind, events.bot_joined(self.tenant, self.tenant.directory.present(person), group))

    async def contact_created(self, resident: Resident) -> Delivered:
        """Somebody joins the company."""
        profile = self.tenant.directory.profile(self.tenant.directory.add(resident))
        return await self._event("contact.user.created_v3", {"object": profile})

    async def contact_changed(
        self, person: str, *, name: str | None = None, department: str | None = None,
        new_user_id: str | None = None, left: bool = False,
    ) -> Delivered:  # fmt: skip
        """`new_user_id` changes the tenant's user_id; an open_id never changes."""
        directory = self.tenant.directory
        before = directory.profile(directory.person(person))
        after = directory.profile(directory.move(person, name, department, new_user_id, left=left))
        if left:
            old = {"department_ids": before["department_ids"], "open_id": person}
            return await self._event("contact.user.deleted_v3", {"object": after, "old_object": old})
        old = {key: value for key, value in before.items() if after.get(key) != value}
        return await self._event("contact.user.updated_v3", {"object": after, "old_object": old})

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        """The same event id, sealed and signed afresh."""
        if not self._delivery.last:
            raise ValueError("nothing was delivered yet")
        return [await self._again(self._delivery.last) for _ in range(times)]

    async def redeliver_renamed(self) -> Delivered:
        """The last event again under a new event id: the same message_id twice (§1.7)."""
        last = self._delivery.last
        return await self._again({**last, "header": {**last["header"], "event_id": uuid4().hex}})

    async def _again(self, envelope: Json) -> Delivered:
        if envelope["header"]["event_type"] != events.CARD_CLICK:
            return await self._delivery.event(envelope)
        event = envelope["event"]
        message = self.tenant.chats.messages.get(event["context"]["open_message_id"])
        return await self._delivery.click(envelope, message, event["operator"]["open_id"])

    def hold_events(self) -> None:
        """Let events wait from now on, so that they can be released out of order."""
        self._delivery.held = []

    async def release_events(self, *, backwards: bool = True) -> list[Delivered]:
        """Deliver the held events, the last one first unless told otherwise."""
        return await self._delivery.release(backwards=backwards)

    async def _event(self, event_type: str, event: Json) -> Delivered:
        return await self._delivery.event(events.envelope(self.tenant, event_type, event))

    # --- what people see -------------------------------------------------------------------------------------------

    def seen(self, person: str, chat: str | None = None) -> list[Seen]:
        place = self._place(person, chat)
        visible = self.tenant.chats.visible_to(person, place)
        return [seen_message(self.tenant, message, person, self.locale) for message in visible]

    def picture(self, upload: str) -> bytes:
        return self.tenant.images[upload]

    def _place(self, person: str, chat: str | None) -> Chat:
        self.tenant.directory.person(person)
        if chat is None or chat == person:
            return self.tenant.chats.direct(person)
        if chat not in self.tenant.chats.by_id:
            raise ValueError(f"no group {chat!r}")
        place = self.tenant.chats.by_id[chat]
        if person not in place.members:
            raise ValueError("this person is not in the group")
        return place
