"""The platform's side of the wire, for these tests: encrypts, signs and wraps events as feishu.md §1.3-§1.6 says."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from adapters.base import Raw
from adapters.feishu.adapter import FeishuAdapter, build
from adapters.feishu.settings import FeishuSettings
from domain.clock import Clock, ShiftedClock

KEY, TOKEN, APP, TENANT = "kudosbot-encrypt-key", "v_token_123", "cli_1", "tk"
NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
STAMP, NONCE = "1700000000", "n0nce-42"


def adapter(api_base_url: str = "http://127.0.0.1:1", *, clock: Clock | None = None, **more: Any) -> FeishuAdapter:
    fields = {"app_id": APP, "app_secret": "s3cret", "encrypt_key": KEY, "verification_token": TOKEN}
    settings = FeishuSettings.model_validate(fields | {"api_base_url": api_base_url} | more)
    return build(settings, name="feishu", clock=clock or ShiftedClock(NOW, running=False), public_url=None)


def seal(plain: bytes, key: str = KEY, iv: bytes = bytes(range(16))) -> bytes:
    pad = 16 - len(plain) % 16
    encryptor = Cipher(AES(hashlib.sha256(key.encode()).digest()), CBC(iv)).encryptor()
    sealed = iv + encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return json.dumps({"encrypt": base64.b64encode(sealed).decode()}).encode()


def signature(body: bytes, key: str = KEY, stamp: str = STAMP, nonce: str = NONCE) -> str:
    return hashlib.sha256((stamp + nonce + key).encode() + body).hexdigest()


def request(body: bytes, *, signed: bool = True, at: datetime = NOW, **headers: str) -> Raw:
    proof = {
        "x-lark-request-timestamp": STAMP,
        "x-lark-request-nonce": NONCE,
        "x-lark-signature": signature(body),
    }
    return Raw(method="POST", headers=(proof if signed else {}) | headers, query={}, body=body, at=at)


def sealed(value: Any) -> Raw:
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return request(seal(plain))


def event(event_type: str, body: Any, **header: Any) -> dict[str, Any]:
    head = {
        "event_id": "e1",
        "event_type": event_type,
        "create_time": "1700000000000",
        "token": TOKEN,
        "app_id": APP,
        "tenant_key": TENANT,
    }
    return {"schema": "2.0", "header": head | header, "event": body}


def mention(number: int, open_id: str, name: str, **more: Any) -> dict[str, Any]:
    ids = {"union_id": "on_1", "user_id": "", "open_id": open_id}
    return {"key": f"@_user_{number}", "id": ids, "name": name, "tenant_key": TENANT} | more


BOT = mention(1, "ou_bot", "Bida", mentioned_type="bot")


def message(
    content: Any,
    *,
    mentions: list[Any] | None = None,
    chat_type: str = "group",
    kind: str = "text",
    sender: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    who = {"sender_id": {"open_id": "ou_ann"}, "sender_type": "user", "tenant_key": TENANT} | (sender or {})
    body = {
        "message_id": "om_1",
        "create_time": "1699999999345",
        "chat_id": "oc_1",
        "chat_type": chat_type,
        "message_type": kind,
        "content": content if isinstance(content, str) else json.dumps(content),
        "mentions": [BOT] if mentions is None else mentions,
    }
    return event("im.message.receive_v1", {"sender": who, "message": body | more})


def text(said: str, **more: Any) -> dict[str, Any]:
    return message({"text": said}, **more)


def click(action: Any, **more: Any) -> dict[str, Any]:
    body = {
        "operator": {"tenant_key": TENANT, "open_id": "ou_ann", "union_id": "on_1"},
        "token": "c-1",
        "action": action,
        "host": "im_message",
        "context": {"open_message_id": "om_card", "open_chat_id": "oc_1"},
    }
    return event("card.action.trigger", body | more, create_time="1700000000000000")
