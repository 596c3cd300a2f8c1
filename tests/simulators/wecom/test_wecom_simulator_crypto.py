"""All vectors of wecom.md §1.8 against the simulator's crypto, and what it refuses (§1.2)."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.wecom.simulator.crypto import Crypto, CryptoRefused

VECTORS = {
    "V1": (
        "QDG6eK",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        "wx5823bf96d3bd56c7",
        "1409659589",
        "263014780",
        "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    ),
    "V2": (
        "QDG6eK",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        "wx5823bf96d3bd56c7",
        "1409659813",
        "1372623149",
        "477715d11cdb4164915debcba66cb864d751f3e6",
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911"
        "L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLx"
        "AUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9"
        "nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/u"
        "h9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
    ),
    "V3": (
        "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws",
        "ww6a112864f8022910",
        "1583940690",
        "VHh7ymSeb0jc4lSb",
        "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011",
        "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w==",
    ),
    "V4": (
        "kz7Yx62CH8SaLN",
        "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP",
        "ww6a112864f8022910",
        "1583995625",
        "1584392382",
        "f265ae551b1932727204c3d707628d01376a6940",
        "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4Lqx48gJl/T9HD/R309I0P/r5"
        "pIZucK3lyEn48FYMr4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lMvwpAJaOyVCzN7sRRw47njfxy5EIqU6R9ZBhlTzfdnhhOhK/n"
        "TwzrZX3SoGlXFA9OBeZ6ru1NWpXFk76x9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab0OmruNN8cBZY5d3dYOBA4Oga"
        "H55Q0AJmUpdT8vNiXpXx+6TxT3TIjySXpDrHVyrsb772aYywgg/Nu4kUmGkALwFZlzhjNegR7wDwb9lr4ERXsSSS8JZ8lbBm"
        "aQ3F2Tq584xoPj5rIhXAF734ynm4no1g+SdHiNqR328=",
    ),
    "V5": (
        "123456",
        "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
        "wx49f0ab532d5d035a",
        "1411525903",
        "461056294",
        "407518b7649e86ef23978113f92d27afa9296533",
        "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8Gq"
        "xlhZgURnAtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qv"
        "SUCUld+/WIXrx0oyKQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQy"
        "PR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3",
    ),
    "V6": (
        "123456",
        "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
        "",
        "1700000000",
        "nonce1",
        "d83b984c87b040beb53d7ac81e6e616ce2547dda",
        "9s4gMv99m88kKTh/H8IdkIey/ajVS6JqTScJfWnja/2mrjECqUEje1PteudB7y3jtesmVmEvUQhVtQmYOHJSNarMMa4QlMnK"
        "r/FhFDYBjLHEUr/xnIqrrc+iKmKbSsw2cOLCcLFy7Ls+AL3673ViCJs4amj5Rt1MmijkjREkiNiR2gq+TF4G8pgSgePA0bxX"
        "Jqplp7ZmdMM6NTlEI107e/iyxCAnJUhyDPqiWFHIsab80tay09yb31fDEEetNLkm",
    ),
}
V4_PLAIN = (
    "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName><FromUserName><![CDATA[foobar]"
    "]></FromUserName><CreateTime>1583995625</CreateTime><MsgType><![CDATA[text]]></MsgType><Co"
    "ntent><![CDATA[x123]]></Content><MsgId>2018405441</MsgId><AgentID>1000002</AgentID></xml>"
)
V5_PLAIN = """<xml>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[test]]></Content>
<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>
<ToUserName><![CDATA[messense]]></ToUserName>
<AgentID>1</AgentID>
<CreateTime>1411525903</CreateTime>
</xml>"""
V6_PLAIN = (
    '{"msgid":"MSG1","aibotid":"BOT1","chattype":"single","from":{"userid":"zhangsan"'
    '},"msgtype":"text","text":{"content":"/kudos @lisi 感谢"}}'
)


def _open(name: str) -> bytes:
    token, key, owner, timestamp, nonce, signature, encrypted = VECTORS[name]
    return Crypto(token, key, owner).open(signature, timestamp, nonce, encrypted)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("V1", "1616140317555161061"),
        ("V3", "94966531020182955848408"),
        ("V4", V4_PLAIN),
        ("V5", V5_PLAIN),
        ("V6", V6_PLAIN),
    ],
)
def test_published_vectors_open(name: str, plain: str) -> None:
    assert _open(name).decode() == plain


def test_v2_opens_to_the_sample_message() -> None:
    plain = _open("V2").decode()
    for part in ("mycreate", "<![CDATA[hello]]>", "4561255354251345929", "<AgentID>218</AgentID>", "1409659813"):
        assert part in plain


@pytest.mark.parametrize(("name", "plain"), [("V5", V5_PLAIN), ("V6", V6_PLAIN)])
def test_deterministic_vectors_encrypt_to_the_same_bytes(name: str, plain: str) -> None:
    token, key, owner, timestamp, nonce, signature, encrypted = VECTORS[name]
    crypto = Crypto(token, key, owner)
    assert crypto.encrypt(plain.encode(), prefix=b"1234567890123456") == encrypted
    assert crypto.sign(timestamp, nonce, encrypted) == signature


def test_a_fresh_prefix_makes_every_ciphertext_different() -> None:
    crypto = Crypto(*VECTORS["V1"][:3])
    assert crypto.encrypt(b"x") != crypto.encrypt(b"x")


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 31, 32, 33, 1000])
def test_every_padding_length_comes_back(size: int) -> None:
    crypto = Crypto(*VECTORS["V1"][:3])
    assert crypto.decrypt(crypto.encrypt(b"x" * size)) == b"x" * size


@pytest.mark.parametrize("encrypted", ["", "%%%", "QUJD", "A" * 44])
def test_malformed_ciphertext_is_refused(encrypted: str) -> None:
    with pytest.raises(CryptoRefused):
        Crypto(*VECTORS["V1"][:3]).decrypt(encrypted)


def test_another_receiveid_is_refused() -> None:
    token, key, _ = VECTORS["V1"][:3]
    with pytest.raises(CryptoRefused, match="receiveid"):
        Crypto(token, key, "ww_other").decrypt(VECTORS["V1"][6])


def test_another_signature_is_refused() -> None:
    token, key, owner, timestamp, nonce, signature, encrypted = VECTORS["V1"]
    with pytest.raises(CryptoRefused, match="signature"):
        Crypto(token, key, owner).open(signature[::-1], timestamp, nonce, encrypted)


@pytest.mark.parametrize("key", ["short", "a" * 42 + "+", "a" * 44])
def test_a_wrong_encoding_key_is_an_error(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Crypto("t", key, "c")


@pytest.mark.parametrize("padding", [b"\x01" * 31 + b"\x20", b"\x00" * 32, b"\x21" * 32])
def test_padding_is_checked_byte_by_byte(padding: bytes) -> None:
    """§1.2: 1..32, all bytes equal."""
    token, key, owner = VECTORS["V1"][:3]
    raw = base64.b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    plain = b"p" * 16 + struct.pack(">I", 10) + b"x" * 10 + owner.encode()
    plain += b"x" * (-len(plain) % 32)
    sealed = base64.b64encode(encryptor.update(plain + padding) + encryptor.finalize()).decode()
    with pytest.raises(CryptoRefused, match="padding"):
        Crypto(token, key, owner).decrypt(sealed)
