"""The simulated DingTalk: one organisation, one app with a robot, both API hosts on one port."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.dingtalk.simulator.callbacks import NOT_SENT, Deadlines, HttpPush, event_body
from adapters.dingtalk.simulator.card_api import CardApi
from adapters.dingtalk.simulator.cards import CardStore
from adapters.dingtalk.simulator.chats import ChatLog, Post
from adapters.dingtalk.simulator.clicks import CardClicks, allowed
from adapters.dingtalk.simulator.directory import Company, change_contact
from adapters.dingtalk.simulator.gate import Gate
from adapters.dingtalk.simulator.legacy_api import LegacyApi
from adapters.dingtalk.simulator.messages import spoken
from adapters.dingtalk.simulator.refusal import Refusal
from adapters.dingtalk.simulator.robot import RobotApi
from adapters.dingtalk.simulator.speech import media_message, text_message
from adapters.dingtalk.simulator.stream import StreamHub
from adapters.dingtalk.simulator.template import VARIABLES, Template
from adapters.dingtalk.simulator.tokens import Tokens
from adapters.dingtalk.simulator.view import seen_post
from adapters.dingtalk.simulator.world import CardRoute, Console, GroupWebhook, Weather, World
from adapters.simulation import Delivered, Exchange, Fault, Resident, Seen
from domain.clock import Clock, SystemClock

Json = dict[str, Any]
Values = Mapping[str, str | Sequence[str]]
BODY_LIMIT = 21 * 1024 * 1024


class DingtalkSimulator:
    """A strict DingTalk for one demo company; implements `adapters.simulation.Simulator`.

    `mode` is the console's switch for robot messages and events: "http" (posted to `point_at`'s URL) or "stream".
    Cards follow their own `callbackType`. Deadlines are real seconds (`deadlines`); token, session and recall times
    run on `clock`. `weather` holds the switches of the platform's moods. Cards are named by outTrackId, robot messages
    by processQueryKey.
    """

    name = "dingtalk"

    def __init__(
        self,
        *,
        client_id: str = "dingdemoapp000001",
        client_secret: str = "demo-client-secret",
        corp_id: str = "dingdemocorp0001",
        robot_code: str = "dingdemoapp000001",
        token: str = "demotoken",
        encoding_aes_key: str = "demoAESkeydemoAESkeydemoAESkeydemoAESkey123",
        template_id: str = "00000000-0000-4000-8000-000000000001.schema",
        clock: Clock | None = None,
        receive_id: str = "",
        bot_name: str = "Bida",
        mode: str = "http",
        deadlines: Deadlines | None = None,
    ) -> None:
        console = Console(
            client_id=client_id, client_secret=client_secret, corp_id=corp_id, robot_code=robot_code, token=token,
            encoding_aes_key=encoding_aes_key, receive_id=receive_id or client_id, bot_name=bot_name,
        )  # fmt: skip
        clock = clock or SystemClock()
        self.faults: list[Fault] = []
        self.wire: list[Exchange] = []
        self.latency = 0.0
        self.mode = mode
        self.deadlines = deadlines or Deadlines()
        self.weather = Weather()
        self.world = World(
            console=console, clock=clock, company=Company(corp_id), chats=ChatLog(), cards=CardStore(),
            tokens=Tokens(clock), weather=self.weather,
        )  # fmt: skip
        self.gate = Gate(self.world, self)
        self.stream = StreamHub(self.world, self.gate, self.deadlines)
        self.http = HttpPush(self.world, self.gate, self.deadlines)
        self._clicks = CardClicks(self.world, self.http, self.stream)
        self._robot = RobotApi(self.world)
        self._runner: web.AppRunner | None = None
        self._said: dict[str, Json] = {}
        self._again: Callable[[], Awaitable[Delivered]] | None = None
        self.add_template(template_id)

    # --- serving ---------------------------------------------------------------------------------------------------

    @property
    def vendor_app(self) -> web.Application:
        """A new application with both hosts' routes over this simulator's state."""
        app = web.Application(middlewares=self.gate.middlewares(), client_max_size=BODY_LIMIT)
        for part in (CardApi(self.world), self._robot, LegacyApi(self.world), self.stream):
            app.add_routes(part.routes())
        return app

    async def start(self, port: int = 0) -> str:
        self.gate.closing.clear()
        self._runner = web.AppRunner(self.vendor_app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.world.base_url = f"http://127.0.0.1:{bound}"
        return self.world.base_url

    async def stop(self) -> None:
        self.gate.closing.set()
        await self.stream.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- the console and the directory -----------------------------------------------------------------------------

    def point_at(self, callback_url: str) -> None:
        self.http.url = callback_url

    def add_template(
        self, template_id: str, *, published: bool = True, variables: frozenset[str] | None = VARIABLES
    ) -> None:
        """Import a card template. `variables` None: a foreign one whose variables are not checked or drawn."""
        self.world.cards.templates[template_id] = Template(template_id, published, variables)

    def add_route(self, key: str, url: str, api_secret: str = "") -> None:
        """Register a card callback route by hand instead of through the API (§3.4)."""
        self.world.routes[key] = CardRoute(url, api_secret)

    def add_resident(self, resident: Resident) -> None:
        self.world.company.add(resident)

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None:
        self.world.company.add_group(chat, title, members)

    def remove_robot(self, chat: str) -> None:
        """Take the robot out of a group: sends and deliveries there fail from now on."""
        self.world.company.groups[chat].has_robot = False

    def add_webhook(self, chat: str, access_token: str, *, secret: str = "", keywords: Sequence[str] = ()) -> None:
        """Add a custom group robot (§4.7)."""
        self.world.webhooks[access_token] = GroupWebhook(chat=chat, secret=secret, keywords=tuple(keywords))

    def add_file(self, code: str, content: bytes) -> None:
        """Make a download code good (§1.1 "Download")."""
        self.world.files[code] = content

    def log_in(self, person: str, code: str) -> None:
        """Hand the H5 page a login code for a person (§4.10)."""
        self.world.login_codes[code] = (person, self.world.clock.now())

    # --- a person acts ---------------------------------------------------------------------------------------------

    async def verify_url(self) -> Delivered:
        """The console's "save": an encrypted `check_url`, one attempt; good when `body` is "success" (§1.2)."""
        return await self.http.event_once({"EventType": "check_url"}) if self.http.url else NOT_SENT

    async def say(self, person: str, text: str, *, chat: str | None = None, message_id: str | None = None) -> Delivered:
        chat = None if chat == person else chat
        self.world.company.check_member(person, chat)
        known = self._said.get(message_id or "")
        body = known or text_message(self.world, person, text, chat, message_id)
        if known is None:
            self._said[body["msgId"]] = body
            shown = text if chat is None else f"@{self.world.console.bot_name} {text}"
            self._post(person, chat or person, body["msgId"], "text", shown)
        return await self._sent(lambda: self._message(person, chat, body))

    async def send_media(self, person: str, msgtype: str, content: Json, *, chat: str | None = None) -> Delivered:
        """Send a picture, audio, video, file or rich text; `content` as the robot receives it (§1.1)."""
        self.world.company.check_member(person, chat)
        body = media_message(self.world, person, msgtype, content, chat)
        self._post(person, chat or person, body["msgId"], msgtype, f"[{msgtype}]")
        return await self._sent(lambda: self._message(person, chat, body))

    async def click(self, person: str, message_id: str, key: str, values: Values | None = None) -> Delivered:
        """Press a button. The form's own button is "form"; a `dtmd://` button makes the person say its text."""
        post = self._visible(person, message_id)
        if not post.card:
            return await self._press_link(person, post, allowed(post.buttons, key).url)
        body = self._clicks.prepare(person, post, key, values or {})
        return NOT_SENT if body is None else await self._sent(lambda: self._clicks.send(body))

    def fill(self, person: str, message_id: str, values: Values) -> None:
        """Type into a card's form without submitting; kept on this client only."""
        post = self._visible(person, message_id)
        self.world.cards.instances[post.card].drafts.setdefault(person, {}).update(values)

    def switch_conversation(self, person: str) -> None:
        """Leave the chat: what was typed into forms is lost (§3.7)."""
        for instance in self.world.cards.instances.values():
            instance.drafts.pop(person, None)

    async def open_chat(self, person: str) -> Delivered:
        """DingTalk tells the robot nothing when its chat is opened."""
        self.world.company.check_member(person, None)
        return NOT_SENT

    async def press_menu(self, person: str, key: str) -> Delivered:
        """Press a quick entry (§7), named by caption or URL. Entries are links; only `dtmd://` ones say something."""
        for entry in self.world.plugins:
            url = str(entry.get("mobileUrl") or entry.get("pcUrl") or "")
            text = spoken(url)
            if (key == url or key in str(entry.get("name"))) and text is not None:
                return await self.say(person, text)
        return NOT_SENT

    async def contact_changed(
        self, person: str, *, name: str | None = None, department: str | None = None,
        new_user_id: str | None = None, left: bool = False,
    ) -> Delivered:  # fmt: skip
        """user_leave_org, user_add_org or user_modify_org. Raises `ValueError` for `new_user_id`: ids stay here."""
        if new_user_id is not None:
            raise ValueError("a DingTalk userId does not change")
        event, fields = change_contact(self.world.company, person, name=name, department=department, left=left)
        return await self.push_event(event, fields)

    async def push_event(self, event_type: str, fields: Mapping[str, Any]) -> Delivered:
        """Send any event of §1.2; retries included, then it can be pulled."""
        body = event_body(self.world, event_type, fields)
        push = self.stream.event if self.mode == "stream" else self.http.event
        return await self._sent(lambda: push(body))

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        if self._again is None:
            raise ValueError("nothing has been delivered yet")
        return [await self._again() for _ in range(times)]

    async def inject_card_callback(self, body: Json | bytes, headers: Mapping[str, str] | None = None) -> Delivered:
        """Post a forged card callback with exactly these headers; its answer changes nothing here."""
        track = body.get("outTrackId") if isinstance(body, dict) else None
        instance = self.world.cards.instances.get(str(track))
        route = self.world.routes.get(instance.route_key) if instance else None
        url = route.url if route else next((each.url for each in self.world.routes.values()), self.http.url)
        return await self.http.post(url, body, headers or {}, self.deadlines.card)

    async def inject_callback(
        self, body: Json | bytes, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> Delivered:
        """Post a forged robot message or event to the bot's URL."""
        return await self.http.post(self.http.url, body, headers or {}, self.deadlines.message, query)

    # --- what people see -------------------------------------------------------------------------------------------

    def seen(self, person: str, chat: str | None = None) -> list[Seen]:
        if chat is not None and chat != person:
            self.world.company.check_member(person, chat)
        return [seen_post(self.world, person, post) for post in self.world.chats.of(chat or person, person)]

    def picture(self, upload: str) -> bytes:
        return self.world.media[upload].content

    # --- the platform misbehaves -----------------------------------------------------------------------------------

    def expire_tokens(self) -> None:
        self.world.tokens.expire()

    def expire_sessions(self) -> None:
        """Make every sessionWebhook answer 300001."""
        self.world.sessions.clear()

    async def _sent(self, send: Callable[[], Awaitable[Delivered]]) -> Delivered:
        self._again = send
        return await send()

    async def _message(self, person: str, chat: str | None, body: Json) -> Delivered:
        """Push a robot message; over HTTP a message in the answer is posted as the reply (§1.1)."""
        if chat is not None and not self.world.company.groups[chat].has_robot:
            return NOT_SENT
        if self.mode == "stream":
            return await self.stream.message(body)
        done = await self.http.message(body)
        if done.status == 200 and isinstance(done.body, dict) and done.body.get("msgtype") not in (None, "empty"):
            try:
                self._robot.post_reply(chat or person, done.body)
            except Refusal:
                return done
        return done

    async def _press_link(self, person: str, post: Post, url: str) -> Delivered:
        """A `dtmd://` link says its text as the person; in a group without a mention, so the bot does not hear it."""
        text = spoken(url)
        if text is None:
            return NOT_SENT
        if post.chat in self.world.company.groups:
            self._post(person, post.chat, f"msg-{len(self.world.chats.posts)}", "text", text)
            return NOT_SENT
        return await self.say(person, text)

    def _post(self, person: str, chat: str, message_id: str, kind: str, text: str) -> None:
        payload = {"msgtype": kind, kind: {"content": text}}
        post = Post(message_id=message_id, handle=message_id, chat=chat, by=person, kind=kind, text=text,
                    payload=payload, at=self.world.clock.now())  # fmt: skip
        self.world.chats.add(post)

    def _visible(self, person: str, message_id: str) -> Post:
        """The newest post of that name the person can see. Raises `ValueError`."""
        for post in reversed(self.world.chats.named(message_id)):
            group = self.world.company.groups.get(post.chat)
            inside = person in group.members if group else post.chat == person
            if inside and post.visible_to(person) and not post.recalled:
                return post
        raise ValueError(f"{person} sees no message {message_id}")
