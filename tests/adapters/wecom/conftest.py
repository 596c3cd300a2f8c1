"""What the WeCom tests share: one app's settings, a callback sealed by wechatpy's own crypto, a frozen clock."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from adapters.base import Raw
from adapters.wecom.adapter import WecomAdapter, build
from adapters.wecom.settings import WecomSettings
from domain.clock import ShiftedClock

CORP = "ww1234567890abcdef"
AGENT = 1000002
TOKEN = "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme"
AES_KEY = "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws"
AT = datetime(2026, 1, 14, 2, 0, tzinfo=UTC)

Callback = Callable[..., Raw]


@pytest.fixture
def settings() -> WecomSettings:
    return WecomSettings.model_validate(
        {"corp_id": CORP, "agent_id": AGENT, "secret": "s3cret", "token": TOKEN, "encoding_aes_key": AES_KEY}
    )


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(AT, running=False)


@pytest.fixture
def adapter(settings: WecomSettings, clock: ShiftedClock) -> WecomAdapter:
    return build(settings, name="wecom", clock=clock, public_url="https://okr.example")


@pytest.fixture
def peer() -> WeChatCrypto:
    """The vendor library's own crypto, holding the same secrets."""
    return WeChatCrypto(TOKEN, AES_KEY, CORP)


@pytest.fixture
def callback(peer: WeChatCrypto) -> Callback:
    """A POST as WeCom makes it, around a decrypted message body. Every call has a fresh envelope."""
    numbers = iter(range(10_000))

    def make(message: str, *, at: datetime = AT, sealer: WeChatCrypto | None = None) -> Raw:
        stamp = str(int(at.timestamp()))
        nonce = f"n{next(numbers)}"
        body = (sealer or peer).encrypt_message(message, nonce, stamp)
        signature = body.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0]
        query = {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}
        return Raw(method="POST", headers={}, query=query, body=body.encode(), at=AT)

    return make


@pytest.fixture
def event() -> Callable[..., str]:
    """A decrypted event body; `extra` is appended as it is."""

    def make(name: str, *, key: str = "", user: str = "ZhangSan", time: int = 1768356000, extra: str = "") -> str:
        return (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
            f"<CreateTime>{time}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>"
            f"<EventKey><![CDATA[{key}]]></EventKey><AgentID>{AGENT}</AgentID>{extra}</xml>"
        )

    return make


@pytest.fixture
def message() -> Callable[..., str]:
    """A decrypted message body."""

    def make(text: str = "hello", *, kind: str = "text", user: str = "ZhangSan", number: int = 7300000000000000001,
             agent: int = AGENT) -> str:  # fmt: skip
        return (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
            f"<CreateTime>1768356000</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>"
            f"<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId><AgentID>{agent}</AgentID></xml>"
        )

    return make
