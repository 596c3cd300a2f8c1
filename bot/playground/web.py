"""The playground's server: the page at `/` and a small JSON API, with the simulators as its only contact."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulation import Delivered, Simulator
from bot.pictures.shelf import ROUTE, Shelf
from bot.playground.live import Watch, stream
from bot.playground.page_files import SECURITY, page_routes, read_page
from bot.playground.stage import Cast, Moved, Stage
from domain.clock import ShiftedClock

BODY_LIMIT = 64 * 1024
LONGEST_JUMP = timedelta(days=31)

Json = dict[str, Any]


def playground_app(
    messengers: Mapping[str, Simulator], clock: ShiftedClock, casts: Mapping[str, Cast], moved: Moved | None = None
) -> web.Application:
    """The web application. `casts` says who lives in each messenger; `moved` is awaited after the clock was moved, so
    that what has fallen due can be done at once. The simulators must be running; nobody here starts or stops them."""
    stage = Stage(messengers=messengers, casts=casts, clock=clock, moved=moved)
    api = Api(stage)
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[guard])
    app.add_routes([*page_routes(read_page()), web.get(ROUTE, Shelf().serve)])
    app.add_routes(
        [
            web.get("/playground/api/company", api.company),
            web.get("/playground/api/chat", api.chat),
            web.get("/playground/api/picture", api.picture),
            web.get("/playground/api/wire", api.wire),
            web.get("/playground/api/clock", api.time),
            web.get("/playground/api/live", api.live),
            web.post("/playground/api/say", api.say),
            web.post("/playground/api/click", api.click),
            web.post("/playground/api/open_chat", api.open_chat),
            web.post("/playground/api/menu", api.menu),
            web.post("/playground/api/clock", api.advance),
        ]
    )

    async def close(_: web.Application) -> None:
        stage.closing.set()

    app.on_shutdown.append(close)
    return app


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only our own page may act: JSON bodies from this very origin, so that no other page in the browser can."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        return answer({"error": "another site"}, 403)
    if request.method == "POST" and request.content_type != "application/json":
        return answer({"error": "JSON only"}, 415)
    try:
        return await handler(request)
    except Refusal as refusal:
        return answer({"error": str(refusal)}, 400)


class Refusal(Exception):
    """A request that makes no sense; the text says why."""


class Api:
    """The JSON API. A simulator's `ValueError` (the client would not let the person do that) is answered with 409."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    # --- reading ---------------------------------------------------------------------------------------------------

    async def company(self, request: web.Request) -> web.Response:
        """Who lives where, and what time it is."""
        found = [
            {
                "name": name,
                "people": [{"id": one.user_id, "name": one.name, "department": one.department} for one in cast.people],
                "rooms": list(cast.rooms),
                "menu": list(cast.menu),
                "first": cast.first or (cast.people[0].user_id if cast.people else ""),
            }
            for name, cast in self._stage.casts.items()
            if name in self._stage.messengers
        ]
        return answer({"messengers": found, "now": self._stage.clock.now()})

    async def chat(self, request: web.Request) -> web.Response:
        """Everything a person sees in a chat, oldest first."""
        name, person = self._where(request.query)
        try:
            shown = self._stage.messages(name, person, request.query.get("chat") or person)
        except ValueError as error:
            raise Refusal(str(error)) from error
        return answer({"messages": [{"at": at, "seen": seen} for seen, at in shown]})

    async def picture(self, request: web.Request) -> web.Response:
        """What a messenger keeps for an image message."""
        name, upload = self._messenger(request.query), request.query.get("upload", "")
        try:
            body = self._stage.messengers[name].picture(upload)
        except KeyError as error:
            raise Refusal("no such picture") from error
        return web.Response(body=body, content_type="image/png", headers={**SECURITY, "Cache-Control": "no-store"})

    async def wire(self, request: web.Request) -> web.Response:
        """The last exchanges of one messenger, oldest first; already masked."""
        name = self._messenger(request.query)
        return answer({"exchanges": self._stage.messengers[name].wire[-50:]})

    async def time(self, request: web.Request) -> web.Response:
        return answer({"now": self._stage.clock.now()})

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Events of the chats named as `<messenger>=<person>` and `<messenger>.chat=<group>`."""
        query = request.query
        watches = [
            Watch(name, query[name], query.get(f"{name}.chat") or query[name])
            for name in self._stage.messengers
            if name in query
        ]
        for watch in watches:
            self._where({"messenger": watch.messenger, "person": watch.person, "chat": watch.chat})
        return await stream(request, self._stage, watches)

    # --- acting ----------------------------------------------------------------------------------------------------

    async def say(self, request: web.Request) -> web.Response:
        body = await read(request)
        name, person = self._where(body)
        said = text(body, "text")
        if not said.strip():
            raise Refusal("nothing to say")
        chat = text(body, "chat") or person
        return await self._act(self._stage.messengers[name].say(person, said, chat=None if chat == person else chat))

    async def click(self, request: web.Request) -> web.Response:
        body = await read(request)
        name, person = self._where(body)
        values = values_of(body)
        simulator = self._stage.messengers[name]
        return await self._act(simulator.click(person, text(body, "message_id"), text(body, "key"), values))

    async def open_chat(self, request: web.Request) -> web.Response:
        name, person = self._where(await read(request))
        return await self._act(self._stage.messengers[name].open_chat(person))

    async def menu(self, request: web.Request) -> web.Response:
        body = await read(request)
        name, person = self._where(body)
        return await self._act(self._stage.messengers[name].press_menu(person, text(body, "key")))

    async def advance(self, request: web.Request) -> web.Response:
        """Move the clock by `seconds`, never backwards."""
        seconds = (await read(request)).get("seconds")
        if not isinstance(seconds, int) or not 0 < seconds <= LONGEST_JUMP.total_seconds():
            raise Refusal("seconds must be a whole number up to 31 days")
        self._stage.clock.advance(timedelta(seconds=seconds))
        if self._stage.moved is not None:
            await self._stage.moved()
        self._stage.acts += 1
        return answer({"now": self._stage.clock.now()})

    # --- inner -----------------------------------------------------------------------------------------------------

    async def _act(self, doing: Any) -> web.Response:
        try:
            done: Delivered = await doing
        except ValueError as error:
            return answer({"error": str(error)}, 409)
        finally:
            self._stage.acts += 1
        return answer({"status": done.status, "attempts": done.attempts})

    def _messenger(self, given: Mapping[str, Any]) -> str:
        name = given.get("messenger")
        if not isinstance(name, str) or name not in self._stage.casts or name not in self._stage.messengers:
            raise Refusal("no such messenger")
        return name

    def _where(self, given: Mapping[str, Any]) -> tuple[str, str]:
        """Messenger and person of a request, both known to us, and the chat one of theirs."""
        name, person, chat = self._messenger(given), given.get("person"), given.get("chat")
        cast = self._stage.casts[name]
        if not isinstance(person, str) or all(one.user_id != person for one in cast.people):
            raise Refusal("no such person")
        if chat not in (None, "", person) and not any(r.chat == chat and person in r.members for r in cast.rooms):
            raise Refusal("no such chat")
        return name, person


async def read(request: web.Request) -> Json:
    """The body as a JSON object."""
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise Refusal("not JSON") from error
    if not isinstance(body, dict):
        raise Refusal("not an object")
    return body


def text(body: Json, key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise Refusal(f"{key} must be text")
    return value


def values_of(body: Json) -> dict[str, str | Sequence[str]]:
    """The form fields of a click: text, or a list of texts for a choice of several."""
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise Refusal("values must be an object")
    for value in values.values():
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise Refusal("a value is a text or a list of texts")
    return values


def answer(data: Any, status: int = 200) -> web.Response:
    headers = {**SECURITY, "Cache-Control": "no-store"}
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json", headers=headers)
