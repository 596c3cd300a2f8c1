"""Real callbacks made ahead of time: the simulators sign and encrypt them, and instead of the wire they end up here."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from adapters.dingtalk.simulator import callbacks as dingtalk
from adapters.feishu.simulator.courier import Courier as FeishuCourier
from adapters.feishu.simulator.courier import Reached
from adapters.simulation import Field, Seen, Simulator
from adapters.wecom.simulator.callbacks import Courier as WecomCourier
from bench.company import user_id


@contextmanager
def caught(messenger: str) -> Iterator[list[bytes]]:
    """Inside, callbacks of every simulator are collected as whole HTTP requests to `/in/<messenger>`."""
    requests: list[bytes] = []

    def keep(query: str, body: bytes, headers: Mapping[str, str]) -> None:
        lines = [f"POST /in/{messenger}{'?' + query if query else ''} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += ["Accept: */*", f"Content-Length: {len(body)}", "", ""]
        requests.append("\r\n".join(lines).encode() + body)

    async def wecom(_self: object, _method: str, query: str, body: bytes, _limit: float) -> tuple[int, bytes]:
        keep(query, body, {"Content-Type": "text/xml"})
        return 200, b""

    async def ding(
        url: str, content: bytes, headers: Mapping[str, str], _deadline: float, query: Mapping[str, str]
    ) -> tuple[int, bytes]:
        keep(urlencode(query) or urlsplit(url).query, content, headers)
        return 200, b"{}"

    async def feishu(_self: object, body: bytes, headers: Mapping[str, str], _deadline: float) -> Reached:
        keep("", body, headers)
        return Reached(200, json.dumps({}).encode())

    with (
        patch.object(WecomCourier, "_exchange", wecom),
        patch.object(dingtalk, "_exchange", ding),
        patch.object(FeishuCourier, "_exchange", feishu),
    ):
        yield requests


async def submits(messenger: str, simulator: Simulator, people: Sequence[int]) -> list[bytes]:
    """The press of the submit button of each person's newest card, with a new value chosen."""
    with caught(messenger) as requests:
        for number in people:
            person = user_id(messenger, number)
            card = newest_card(simulator, person)
            button = next(one for one in card.buttons if one.submits)
            await simulator.click(person, card.message_id, button.key, fill(card))
    return requests


async def texts(messenger: str, simulator: Simulator, people: Sequence[int], text: str) -> list[bytes]:
    """Each person types a line in the direct chat."""
    with caught(messenger) as requests:
        for number in people:
            await simulator.say(user_id(messenger, number), text)
    return requests


def newest_card(simulator: Simulator, person: str) -> Seen:
    return [one for one in simulator.seen(person) if one.by == "bot" and any(b.submits for b in one.buttons)][-1]


def fill(card: Seen) -> dict[str, Any]:
    """The card's fields as they stand, with a value that is not the present one."""
    values: dict[str, Any] = {one.name: one.value for one in card.fields if one.value and not one.name.startswith("__")}
    return {**values, "v0": _other_value(next(one for one in card.fields if one.name == "v0"))}


def _other_value(field: Field) -> str:
    if not field.options:
        return "96"
    return next(
        option.value for option in field.options
        if option.value != field.value and option.value.replace(".", "").replace("-", "").isdigit()
        and option.value != "94"
    )  # fmt: skip
