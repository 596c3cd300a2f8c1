"""Genuine requests to one app, as DingTalk would send them."""

from datetime import UTC, datetime
from typing import Any

import orjson

from adapters.base import Raw
from adapters.dingtalk.adapter import DingtalkAdapter, build
from adapters.dingtalk.crypto import EventCrypto, card_api_secret, card_sign, robot_sign
from adapters.dingtalk.settings import DingtalkSettings
from domain.clock import ShiftedClock

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MS = str(int(AT.timestamp() * 1000))
SECRET, TOKEN, KEY = "app-secret", "eventtoken", "k" * 43
CLIENT, CORP = "dingclient", "dingcorp0001"


def settings(**changes: Any) -> DingtalkSettings:
    given: dict[str, Any] = {
        "client_id": CLIENT, "client_secret": SECRET, "corp_id": CORP, "card_template_id": "t.schema",
        "token": TOKEN, "encoding_aes_key": KEY,
    }  # fmt: skip
    return DingtalkSettings(**{**given, **changes})


def adapter(clock: Any = None, public_url: str = "", **changes: Any) -> DingtalkAdapter:
    clock = clock or ShiftedClock(AT, running=False)
    return build(settings(**changes), name="dingtalk", clock=clock, public_url=public_url)


def raw(body: Any, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Raw:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return Raw(method="POST", headers=headers or {}, query=query or {}, body=data, at=AT)


def robot(body: Any, timestamp: str = MS) -> Raw:
    return raw(body, {"timestamp": timestamp, "sign": robot_sign(timestamp, SECRET)})


def card(body: Any, timestamp: str = MS) -> Raw:
    signature = card_sign(timestamp, card_api_secret(SECRET))
    return raw(body, {"x-ddpaas-signature-timestamp": timestamp, "x-ddpaas-signature": signature})


def event(body: Any, receiver: str = CLIENT, names: tuple[str, str] = ("signature", "timestamp")) -> Raw:
    plaintext = body if isinstance(body, str) else orjson.dumps(body).decode()
    sealed = EventCrypto(TOKEN, KEY, ()).seal(plaintext, receiver, MS, "seed")
    query = {names[0]: sealed["msg_signature"], names[1]: MS, "nonce": sealed["nonce"]}
    return raw({"encrypt": sealed["encrypt"]}, query=query)


def message(**changes: Any) -> dict[str, Any]:
    body = {
        "msgtype": "text",
        "text": {"content": " /checkin"},
        "msgId": "msgAbC123==",
        "createAt": int(MS) - 1500,
        "conversationType": "2",
        "conversationId": "cidKwF1Example==",
        "senderId": "$:LWCP_v1:$aaaa",
        "senderNick": "Li Lei",
        "senderCorpId": CORP,
        "senderStaffId": "user_lilei",
        "chatbotCorpId": CORP,
        "chatbotUserId": "$:LWCP_v1:$bot",
        "isInAtList": True,
        "atUsers": [
            {"dingtalkId": "$:LWCP_v1:$bot"},
            {"dingtalkId": "$:LWCP_v1:$bbbb", "staffId": "user_hanmei"},
        ],
        "robotCode": CLIENT,
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=0123abcd",
        "sessionWebhookExpiredTime": int(MS) + 5_400_000,
    }
    merged = {**body, **changes}
    return {name: value for name, value in merged.items() if value is not ...}


def click(params: Any, **changes: Any) -> dict[str, Any]:
    content = orjson.dumps({"cardPrivateData": {"actionIds": ["x"], "params": params}}).decode()
    body = {
        "type": "actionCallback", "outTrackId": "card1", "corpId": CORP, "userId": "user_lilei", "userIdType": 1,
        "spaceType": "im", "spaceId": "cidKwF1Example==", "extension": "{}", "content": content, "value": content,
    }  # fmt: skip
    merged = {**body, **changes}
    return {name: value for name, value in merged.items() if value is not ...}
