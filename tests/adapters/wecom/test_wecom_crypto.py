"""Envelope and crypto against every published vector (wecom.md §1.8) and against wechatpy."""

import base64
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

from adapters.errors import BadSignature, Malformed
from adapters.wecom.crypto import Crypto
from adapters.wecom.sdk import load

CIPHER = load().cipher


@dataclass(frozen=True)
class Vector:
    token: str
    key: str
    receiver: str
    timestamp: str
    nonce: str
    encrypt: str
    signature: str

    def crypto(self) -> Crypto:
        return Crypto(CIPHER, self.token, self.key, self.receiver)


V1 = Vector(
    "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7", "1409659589", "263014780",
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
)  # fmt: skip
V2 = Vector(
    V1.token, V1.key, V1.receiver, "1409659813", "1372623149",
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q==",
    "477715d11cdb4164915debcba66cb864d751f3e6",
)  # fmt: skip
V3 = Vector(
    "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme", "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", "ww6a112864f8022910",
    "1583940690", "VHh7ymSeb0jc4lSb",
    "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w==",
    "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011",
)  # fmt: skip
V4 = Vector(
    "kz7Yx62CH8SaLN", "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP", V3.receiver, "1583995625", "1584392382",
    "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4Lqx48gJl/T9HD/R309I0P/r5pIZucK3lyEn48FYM"
    "r4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lMvwpAJaOyVCzN7sRRw47njfxy5EIqU6R9ZBhlTzfdnhhOhK/nTwzrZX3SoGlXFA9OBeZ6ru1NWpXFk76x"
    "9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab0OmruNN8cBZY5d3dYOBA4OgaH55Q0AJmUpdT8vNiXpXx+6TxT3TIjySXpDrHVyrsb772aYyw"
    "gg/Nu4kUmGkALwFZlzhjNegR7wDwb9lr4ERXsSSS8JZ8lbBmaQ3F2Tq584xoPj5rIhXAF734ynm4no1g+SdHiNqR328=",
    "f265ae551b1932727204c3d707628d01376a6940",
)  # fmt: skip
V5 = Vector(
    "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a", "1411525903", "461056294",
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURnAtObvesE"
    "l5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oyKQmpB6o8NRrrNrsD"
    "f03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nT"
    "YjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3",
    "407518b7649e86ef23978113f92d27afa9296533",
)  # fmt: skip
V6 = Vector(
    V5.token, V5.key, "", "1700000000", "nonce1",
    "9s4gMv99m88kKTh/H8IdkIey/ajVS6JqTScJfWnja/2mrjECqUEje1PteudB7y3jtesmVmEvUQhVtQmYOHJSNarMMa4QlMnKr/FhFDYBjLHEUr/x"
    "nIqrrc+iKmKbSsw2cOLCcLFy7Ls+AL3673ViCJs4amj5Rt1MmijkjREkiNiR2gq+TF4G8pgSgePA0bxXJqplp7ZmdMM6NTlEI107e/iyxCAnJUhy"
    "DPqiWFHIsab80tay09yb31fDEEetNLkm",
    "d83b984c87b040beb53d7ac81e6e616ce2547dda",
)  # fmt: skip
V5_PLAIN = """<xml>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[test]]></Content>
<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>
<ToUserName><![CDATA[messense]]></ToUserName>
<AgentID>1</AgentID>
<CreateTime>1411525903</CreateTime>
</xml>"""
V6_PLAIN = {
    "msgid": "MSG1", "aibotid": "BOT1", "chattype": "single", "from": {"userid": "zhangsan"}, "msgtype": "text",
    "text": {"content": "/kudos @lisi 感谢"},
}  # fmt: skip
PREFIX = b"1234567890123456"


@pytest.mark.parametrize("vector", [V1, V2, V3, V4, V5, V6], ids=["V1", "V2", "V3", "V4", "V5", "V6"])
def test_vector_signature(vector: Vector) -> None:
    crypto = vector.crypto()
    crypto.verify(vector.signature, vector.timestamp, vector.nonce, vector.encrypt)
    with pytest.raises(BadSignature):
        crypto.verify(vector.signature.upper(), vector.timestamp, vector.nonce, vector.encrypt)
    with pytest.raises(BadSignature):
        crypto.verify("é" * 40, vector.timestamp, vector.nonce, vector.encrypt)


def test_v1_v3_plaintexts() -> None:
    assert V1.crypto().open(V1.encrypt) == b"1616140317555161061"
    assert V3.crypto().open(V3.encrypt) == b"94966531020182955848408"


def test_v2_v4_plaintexts() -> None:
    assert b"<Content><![CDATA[hello]]></Content>" in V2.crypto().open(V2.encrypt)
    assert V4.crypto().open(V4.encrypt).decode() == (
        "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName><FromUserName><![CDATA[foobar]]></FromUserName>"
        "<CreateTime>1583995625</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[x123]]></Content>"
        "<MsgId>2018405441</MsgId><AgentID>1000002</AgentID></xml>"
    )


def test_v5_v6_encrypt_to_exactly_these_bytes() -> None:
    assert V5.crypto().encrypt(V5_PLAIN, PREFIX) == V5.encrypt
    plain = json.dumps(V6_PLAIN, ensure_ascii=False, separators=(",", ":"))
    assert V6.crypto().encrypt(plain, PREFIX) == V6.encrypt
    assert V6.crypto().open(V6.encrypt).decode() == plain


def test_wrong_receiver_is_refused() -> None:
    with pytest.raises(BadSignature):
        Crypto(CIPHER, V4.token, V4.key, "ww0000000000000000").open(V4.encrypt)
    with pytest.raises(BadSignature):
        V5.crypto().open(V6.encrypt)


def _block(plain: bytes) -> str:
    """Correctly encrypted, so that only our guards can refuse it."""
    return base64.b64encode(CIPHER(base64.b64decode(V5.key + "=")).cipher.encrypt(plain)).decode()


@pytest.mark.parametrize(
    "encrypt",
    [
        "", "not base64!", V4.encrypt[:-4], "AAAA", V4.encrypt.replace("+", " "), "é", V5.encrypt + "\n",
        V5.encrypt[:64] + "*" + V5.encrypt[64:],
        _block(bytes(16) + b"\0" * 16),
        _block(b"x" * 31 + b"\x21"),
        _block(b"x" * 30 + b"\x01\x02"),
        _block(bytes(19) + b"\x04" + b"1234" + V5.receiver.encode() + b"\x00" * 21 + b"\x16"),
        _block(b"\x20" * 32),
        _block(bytes(16) + b"\xff\xff\xff\xff" + b"\x0c" * 12),
    ],
)  # fmt: skip
def test_broken_envelopes_are_malformed(encrypt: str) -> None:
    """§1.2 receiver order: base64, block length, padding, length field."""
    with pytest.raises(Malformed):
        V5.crypto().open(encrypt)


@given(st.text(max_size=400))
def test_what_we_seal_wechatpy_opens_and_back(text: str) -> None:
    stamp = "1700000000"
    sealed = V5.crypto().seal(text, stamp)
    assert sealed == V5.crypto().seal(text, stamp), "answers are pure"
    assert PrpCrypto(base64.b64decode(V5.key + "=")).decrypt(sealed.encrypt, V5.receiver) == text
    peer = WeChatCrypto(V5.token, V5.key, V5.receiver)
    opened = peer.decrypt_message({"Encrypt": sealed.encrypt}, sealed.signature, sealed.timestamp, sealed.nonce)
    assert opened == text
    theirs = peer.encrypt_message(text, "n", stamp).partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert V5.crypto().open(theirs).decode() == text


def test_the_same_blocks_are_good_with_good_padding() -> None:
    """So that the broken ones above fail for the reason they are meant to."""
    good = bytes(19) + b"\x04" + b"1234" + V5.receiver.encode() + b"\x16" * 22
    assert V5.crypto().open(_block(good)) == b"1234"


def test_prefix_depends_on_the_message() -> None:
    one, two = (V5.crypto().seal(text, "1700000000") for text in ("a", "b"))
    assert one.encrypt[:16] != two.encrypt[:16]
    assert one.nonce != two.nonce
