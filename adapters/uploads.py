"""What a platform keeps for us under an id of its own: uploaded once, sent as often as it takes."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import aiohttp
import orjson

from adapters.base import Outgoing, Receipt
from adapters.errors import Rejected
from domain.clock import Clock

FILE_NAME = "picture.png"
_REMEMBERED = 256

Upload = Callable[[bytes], Awaitable[str]]
Post = Callable[[str], Awaitable[Receipt]]


class Uploads:
    """Ids of pictures uploaded lately, by what is drawn on them, so that a retry neither draws nor uploads again."""

    def __init__(self, clock: Clock, kept_for: timedelta) -> None:
        self._clock = clock
        self._kept_for = kept_for
        self._known: dict[str, tuple[str, datetime]] = {}

    async def deliver(self, out: Outgoing, upload: Upload, post: Post) -> Receipt:
        """Upload the picture unless it lies there already, then send it. An id the platform refuses is forgotten, and
        the picture uploaded once more. Raises the outbound errors."""
        if out.picture is None:
            raise Rejected("no-picture", "nothing draws this row")
        content = hashlib.sha256(orjson.dumps(out.payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
        known = self._find(content)
        if known is not None:
            try:
                return await post(known)
            except Rejected:
                del self._known[content]
        media_id = await upload(await out.picture())
        self._remember(content, media_id)
        try:
            return await post(media_id)
        except Rejected:
            self._known.pop(content, None)
            raise

    def _find(self, content: str) -> str | None:
        media_id, until = self._known.get(content, (None, None))
        return media_id if until is not None and self._clock.now() < until else None

    def _remember(self, content: str, media_id: str) -> None:
        self._known.pop(content, None)
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[content] = media_id, self._clock.now() + self._kept_for


def form(part: str, png: bytes, *, tell_length: bool = False, **fields: str) -> aiohttp.MultipartWriter:
    """A multipart body with plain `fields` and a PNG as `part`. Spent by one call: a retry needs a fresh one.
    `tell_length` adds a `filelength` beside the file's name, as WeCom documents it."""
    body = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        body.append(value).set_content_disposition("form-data", name=name)
    told = {"name": part, "filename": FILE_NAME} | ({"filelength": str(len(png))} if tell_length else {})
    body.append(png, {"Content-Type": "image/png"}).set_content_disposition("form-data", True, **told)
    return body
