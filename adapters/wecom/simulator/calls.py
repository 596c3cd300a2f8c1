"""One API call on its way into the simulated company, and how its parameters are read."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from aiohttp import web

from adapters.simulation import Json
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.refusal import Refused, need

_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call after its token was checked. `agent_id` is whose token it was (0 where none is needed)."""

    query: Mapping[str, str]
    body: Json
    agent_id: int
    request: web.Request


Answering = Callable[[Company, Call], Awaitable[Json | web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An API path below `/cgi-bin/`, how it is called, and who answers. `json` false leaves the body to `answer`."""

    method: str
    path: str
    answer: Answering
    token: bool = True
    json: bool = True


def read_json(raw: bytes, *, refuse_escapes: bool) -> Json:
    """The body as an object. Raises `Refused` 40033 for escapes (§3, raw UTF-8 is wanted) and 47001 for non-JSON."""
    need(not (refuse_escapes and _ESCAPE.search(raw)), 40033, "invalid charset: send raw UTF-8")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(47001, "data format error") from error
    if not isinstance(value, dict):
        raise Refused(47001, "data format error")
    return value


def text_of(body: Mapping[str, object], name: str, errcode: int = 40058) -> str:
    """A non-empty string parameter. Raises `Refused`."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(errcode, f"{name} missing")
    return value


def names_of(body: Mapping[str, object], name: str, most: int) -> list[str]:
    """A list-of-strings parameter, empty when absent. Raises `Refused` 40058 or, when too long, 40035."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, (str, int)) for item in value):
        raise Refused(40058, f"{name} is a list")
    need(len(value) <= most, 40035, f"{name} has at most {most} items")
    return [str(item) for item in value]


def check_agent(body: Mapping[str, object], call: Call) -> None:
    """Refuse an agentid that is missing (40056) or not the token's (301002)."""
    agent_id = body.get("agentid")
    if isinstance(agent_id, bool) or not isinstance(agent_id, int):
        raise Refused(40056, "invalid agentid")
    need(agent_id == call.agent_id, 301002, "agentid does not match the access_token")
