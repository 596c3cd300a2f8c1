"""How the platform says no: the two error shapes (dingtalk.md §5.2) and readers that refuse malformed requests."""

import json
import secrets
from typing import Any

from aiohttp import web

Json = dict[str, Any]


class Refusal(Exception):
    """An API call the platform turns down. `status` and `body` are the answer."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def refuse(code: str, status: int = 400, message: str = "", **extra: Any) -> Refusal:
    """The v1.0 error: not-2xx status and `{"requestid","code","message"}`."""
    return Refusal(status, {"requestid": request_id(), "code": code, "message": message or code, **extra})


def refuse_legacy(errcode: int, errmsg: str, **extra: Any) -> Refusal:
    """The legacy error: HTTP 200 and `{"errcode","errmsg"}`."""
    return Refusal(200, {"errcode": errcode, "errmsg": errmsg, "request_id": request_id(), **extra})


def request_id() -> str:
    return secrets.token_hex(8).upper()


def ok_legacy(**fields: Any) -> web.Response:
    return reply({"errcode": 0, "errmsg": "ok", **fields, "request_id": request_id()})


def reply(body: Json, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json")


async def json_object(request: web.Request) -> Json:
    """The request's JSON object. Raises `Refusal` (`param.invalid`) for anything else, or a wrong content type."""
    if request.content_type != "application/json":
        raise refuse("param.invalid", message="Content-Type must be application/json")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise refuse("param.invalid", message="the body is not JSON") from None
    if not isinstance(body, dict):
        raise refuse("param.invalid", message="the body is not an object")
    return body


async def legacy_object(request: web.Request) -> Json:
    """The request's JSON or form fields. Raises `Refusal` 400002 for anything else."""
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(await request.post())
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise refuse_legacy(400002, "无效的参数") from None
    if not isinstance(body, dict):
        raise refuse_legacy(400002, "无效的参数")
    return body


def text_of(body: Json, key: str, code: str) -> str:
    """A required non-empty string of the body. Raises `Refusal` with `code`."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise refuse(code)
    return value


def texts_of(body: Json, key: str, code: str) -> list[str]:
    """A required non-empty list of strings. Raises `Refusal` with `code`."""
    value = body.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise refuse(code)
    return value
