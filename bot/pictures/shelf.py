"""The catalogue pictures at `GET /pictures/{name}.png`: each is drawn once per process, when somebody first looks."""

from dataclasses import dataclass, field

from aiohttp import web

from adapters.errors import OutboundError
from bot.pictures.studio import Studio
from cards.picture import ITEMS

ROUTE = "/pictures/{name}.png"
HEADERS = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}


@dataclass(slots=True)
class Shelf:
    """Drawn pictures by name; about 130 kB when all of them have been asked for."""

    studio: Studio = field(default_factory=Studio)
    _drawn: dict[str, bytes] = field(default_factory=dict)

    async def serve(self, request: web.Request) -> web.Response:
        """The picture, 404 for a name that is none, 503 when it could not be drawn just now."""
        name = request.match_info["name"]
        if name not in ITEMS:
            return web.Response(status=404)
        try:
            png = self._drawn.get(name) or await self.studio.draw(name)
        except OutboundError:
            return web.Response(status=503)
        self._drawn[name] = png
        return web.Response(body=png, content_type="image/png", headers=HEADERS)
