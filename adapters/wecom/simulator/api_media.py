"""Temporary uploads: media/upload and media/get (wecom.md §3.7)."""

import secrets
from datetime import timedelta

from aiohttp import BodyPartReader, web

from adapters.simulation import Json
from adapters.wecom.simulator.calls import Call, Route
from adapters.wecom.simulator.company import Company, Media
from adapters.wecom.simulator.refusal import Refused, need

MIB = 1024 * 1024
LIMITS = {"image": 10 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "file": 20 * MIB}
KEPT_FOR = timedelta(days=3)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


async def receive(company: Company, call: Call) -> Json | web.StreamResponse:
    """Keep an upload for three days. Raises `Refused` 40004, 40005, 40006, 45001 or 40058."""
    kind = call.query.get("type", "")
    need(kind in LIMITS, 40004, "invalid media type")
    body = await _part(call.request, LIMITS[kind])
    need(len(body) > 5, 40006, "file too small")
    need(kind != "image" or body.startswith(_PICTURES), 40005, "JPG or PNG")
    media_id = secrets.token_urlsafe(32)
    now = company.clock.now()
    company.media[media_id] = Media(kind=kind, body=body, expires_at=now + KEPT_FOR)
    return {"type": kind, "media_id": media_id, "created_at": str(int(now.timestamp()))}


async def fetch(company: Company, call: Call) -> Json | web.StreamResponse:
    """The bytes, or an error as JSON: the caller looks at the content type."""
    media_id = call.query.get("media_id", "")
    need(company.has_media(media_id), 40007, "invalid media_id")
    return web.Response(body=company.media[media_id].body, content_type="application/octet-stream")


async def _part(request: web.Request, limit: int) -> bytes:
    need(request.content_type == "multipart/form-data", 40058, "multipart/form-data wanted")
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "media":
            need(part.filename, 40058, "filename missing")
            body = bytearray()
            while chunk := await part.read_chunk(65536):
                body += chunk
                need(len(body) <= limit, 45001, "file too large")
            return bytes(body)
    raise Refused(40058, "part media missing")


ROUTES = (
    Route(method="POST", path="media/upload", answer=receive, json=False),
    Route(method="GET", path="media/get", answer=fetch),
)
