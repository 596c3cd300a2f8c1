"""How API handlers read requests and answer them (feishu.md §4 head)."""

import json
from typing import Any

from aiohttp import web

from adapters.feishu.simulator.refusal import Refusal, field_error
from adapters.simulation import Json


def ok(data: Json | None = None, **top: Any) -> web.Response:
    """The envelope of a success."""
    return web.json_response({"code": 0, "msg": "success", **({} if data is None else {"data": data}), **top})


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request. Refuses another content type and anything that is not an object (9499).

    A missing content type is taken: the vendor's own library fetches its token without one.
    """
    if "Content-Type" in request.headers and request.content_type != "application/json":
        raise Refusal(9499, "Bad Request: Content-Type must be application/json")
    try:
        body = json.loads(await request.read())
    except ValueError as broken:
        raise Refusal(9499, "Bad Request: body is not JSON") from broken
    if not isinstance(body, dict):
        raise Refusal(9499, "Bad Request: body is not an object")
    return body


def text_of(body: Json, name: str, *, optional: bool = False) -> str:
    """A string field (99992402 for another type)."""
    value = body.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not (value or optional):
        raise field_error(f"{name} must be a string")
    return value


def object_of(body: Json, name: str) -> Json:
    """An object field: some calls take objects where others take strings (§8 "content double-encoded")."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise field_error(f"{name} must be an object")
    return value


def strings_of(body: Json, name: str, most: int) -> list[str]:
    """An optional array of at most so many strings."""
    value = body.get(name, [])
    if not isinstance(value, list) or len(value) > most or not all(isinstance(item, str) for item in value):
        raise field_error(f"{name} must be an array of at most {most} strings")
    return value


def page_of(request: web.Request, rows: list[Any], most: int = 50) -> tuple[list[Any], Json]:
    """One page of rows by `page_size` and `page_token`, and the fields that say whether there is more."""
    try:
        size = int(request.query.get("page_size", "10"))
        start = int(request.query.get("page_token", "0") or "0")
    except ValueError as broken:
        raise field_error("page_size or page_token") from broken
    if not 1 <= size <= most:
        raise field_error(f"page_size must be 1..{most}")
    more = start + size < len(rows)
    return rows[start : start + size], {"has_more": more, "page_token": str(start + size) if more else ""}
