"""Requests at the door, genuine and otherwise: sealed as only the platform could, then spoilt one part at a time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import aiohttp
from yarl import URL

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.crypto import EventCipher, card_sign, robot_sign
from adapters.dingtalk.simulator.speech import text_message as dingtalk_text
from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.crypto import encrypt, sign
from adapters.simulation import Json
from adapters.wecom.simulator.crypto import Crypto
from bot.playground.rig import SECRETS, Rig
from tests.company import account


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to be sent."""

    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def without(self, name: str) -> "Request":
        """The request with one header or query parameter left out."""
        return replace(
            self,
            headers={key: value for key, value in self.headers.items() if key != name},
            query={key: value for key, value in self.query.items() if key != name},
        )

    def altered(self, name: str, change: Callable[[str], str]) -> "Request":
        """The request with one header or query parameter changed."""
        return replace(
            self,
            headers={key: change(value) if key == name else value for key, value in self.headers.items()},
            query={key: change(value) if key == name else value for key, value in self.query.items()},
        )


PROOFS = {
    "wecom": ("msg_signature", "timestamp", "nonce"),
    "dingtalk": ("sign", "timestamp"),
    "feishu": ("x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce"),
}
"""What proves the sender of a message; each part is indispensable."""


async def post(rig: Rig, connection: str, request: Request) -> tuple[int, bytes]:
    """Status and body of one exchange with the bot's door."""
    url = URL(f"{rig.base_url}/in/{connection}").with_query(request.query)
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
        session.request(request.method, url, data=request.body, headers=request.headers) as response,
    ):
        return response.status, await response.read()


def sealed(rig: Rig, messenger: str, content: bytes, *, age: timedelta = timedelta()) -> Request:
    """A genuine request around any content, as old as wanted: on DingTalk a robot message."""
    return {"wecom": _wecom, "dingtalk": _robot, "feishu": _feishu}[messenger](rig, content, _stamp(rig, age))


def sealed_every_way(rig: Rig, messenger: str, content: bytes) -> list[Request]:
    """DingTalk takes messages, card callbacks and encrypted events on one path; the others have one way."""
    made = [sealed(rig, messenger, content)]
    if messenger == "dingtalk":
        made += [card_callback(rig, content), dingtalk_event(rig, content)]
    return made


def text_content(rig: Rig, messenger: str, who: str, text: str) -> bytes:
    """The decrypted content of somebody's message."""
    user, simulator = account(messenger, who), rig.simulators[messenger]
    now = int(rig.clock.now().timestamp())
    if messenger == "wecom":
        corp, agent = SECRETS["wecom"]["corp_id"], SECRETS["wecom"]["agent_id"]
        return (
            f"<xml><ToUserName>{corp}</ToUserName><FromUserName>{user}</FromUserName><CreateTime>{now}</CreateTime>"
            f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{now}7</MsgId><AgentID>{agent}</AgentID></xml>"
        ).encode()
    if messenger == "dingtalk":
        return _json(dingtalk_text(cast(DingtalkSimulator, simulator).world, user, text, None, None))
    message = {
        "message_id": f"om_{now}", "create_time": f"{now}000", "chat_id": "oc_bad", "chat_type": "p2p",
        "message_type": "text", "content": json.dumps({"text": text}),
    }  # fmt: skip
    sender = {"sender_id": {"open_id": user}, "sender_type": "user", "tenant_key": "2ca1d211f64f6438"}
    return _json(feishu_envelope(rig, "im.message.receive_v1", {"sender": sender, "message": message}))


def feishu_envelope(rig: Rig, event_type: str, event: Any, **header: str) -> Json:
    """A schema 2.0 event of our app (feishu.md §1.6)."""
    head = {
        "event_id": f"e{rig.clock.now().timestamp()}", "event_type": event_type,
        "create_time": f"{int(rig.clock.now().timestamp())}000",
        "token": SECRETS["feishu"]["verification_token"], "app_id": SECRETS["feishu"]["app_id"],
        "tenant_key": cast(FeishuSimulator, rig.simulators["feishu"]).tenant.keys.tenant_key,
    }  # fmt: skip
    return {"schema": "2.0", "header": {**head, **header}, "event": event}


def wecom_for(rig: Rig, content: bytes, receiver: str) -> Request:
    """Properly signed and encrypted, but for somebody else (wecom.md §1.3)."""
    return _wecom(rig, content, _stamp(rig), receiver)


def dingtalk_event(rig: Rig, content: bytes, *, receiver: str = "") -> Request:
    """An encrypted event callback (dingtalk.md §1.2)."""
    mine = SECRETS["dingtalk"]
    cipher = EventCipher(mine["token"], mine["encoding_aes_key"], receiver or mine["client_id"])
    stamp, closed = f"{_stamp(rig)}000", cipher.seal(content.decode(errors="replace"))
    query = {"signature": cipher.signature(stamp, "n", closed), "timestamp": stamp, "nonce": "n"}
    return Request(query=query, body=_json({"encrypt": closed}))


def card_callback(rig: Rig, content: bytes, *, age: timedelta = timedelta()) -> Request:
    """A signed DingTalk card callback (dingtalk.md §1.3)."""
    world = cast(DingtalkSimulator, rig.simulators["dingtalk"]).world
    secret = next(iter(world.routes.values())).api_secret
    stamp = f"{_stamp(rig, age)}000"
    headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": card_sign(secret, stamp)}
    return Request(headers=headers, body=content)


def _wecom(rig: Rig, content: bytes, stamp: str, receiver: str | None = None) -> Request:
    mine = SECRETS["wecom"]
    crypto = Crypto(mine["token"], mine["encoding_aes_key"], mine["corp_id"])
    closed = crypto.encrypt(content, receiveid=receiver)
    body = f"<xml><ToUserName>{mine['corp_id']}</ToUserName><Encrypt>{closed}</Encrypt></xml>".encode()
    query = {"msg_signature": crypto.sign(stamp, "n", closed), "timestamp": stamp, "nonce": "n"}
    return Request(query=query, body=body)


def _robot(rig: Rig, content: bytes, stamp: str) -> Request:
    stamp += "000"
    headers = {"timestamp": stamp, "sign": robot_sign(SECRETS["dingtalk"]["client_secret"], stamp)}
    return Request(headers=headers, body=content)


def _feishu(rig: Rig, content: bytes, stamp: str) -> Request:
    key = SECRETS["feishu"]["encrypt_key"]
    body = _json({"encrypt": encrypt(content.decode(errors="replace"), key)})
    headers = {
        "x-lark-request-timestamp": stamp, "x-lark-request-nonce": "n", "x-lark-signature": sign(stamp, "n", key, body)
    }  # fmt: skip
    return Request(headers=headers, body=body)


def _stamp(rig: Rig, age: timedelta = timedelta()) -> str:
    return str(int((rig.clock.now() - age).timestamp()))


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
