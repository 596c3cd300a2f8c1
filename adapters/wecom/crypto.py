"""WeCom's envelope: who signed it, what is inside, and sealing our answers (wecom.md §1.2).

AES is wechatpy's; framing, signature check and every guard against malformed input are ours, because the library
compares signatures with `!=`, lets `IndexError` and friends through (§6.2) and sets the key up anew for every answer.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.errors import BadSignature, Malformed

PREFIX = 16
_HEAD = PREFIX + 4
_PAD = 32


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted text with its proof, ready for an envelope."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


class Crypto:
    """Opens and seals envelopes for one (token, key, receiver). `scheme` is wechatpy's `BasePrpCrypto` class."""

    def __init__(self, scheme: Callable[[bytes], Any], token: str, encoding_aes_key: str, receiver: str) -> None:
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._aes = scheme(self._key).cipher
        self._token = token.encode()
        self._receiver = receiver.encode()

    def signature(self, timestamp: str, nonce: str, encrypt: str) -> str:
        """Lower-case hex SHA-1 over the four sorted strings."""
        parts = sorted((self._token, _bytes(timestamp), _bytes(nonce), _bytes(encrypt)))
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()

    def verify(self, proof: str, timestamp: str, nonce: str, encrypt: str) -> None:
        """Raises `BadSignature` unless `proof` is ours; compared in constant time."""
        if not hmac.compare_digest(self.signature(timestamp, nonce, encrypt).encode(), _bytes(proof)):
            raise BadSignature("signature")

    def open(self, encrypt: str) -> bytes:
        """The message inside. Raises `Malformed` for a broken envelope, `BadSignature` for another receiver's."""
        try:
            sealed = base64.b64decode(encrypt, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed("base64") from error
        if not sealed or len(sealed) % 16:
            raise Malformed("length")
        padded: bytes = self._aes.decrypt(sealed)
        pad = padded[-1]
        if not 1 <= pad <= _PAD or pad > len(padded) or padded[-pad:] != bytes((pad,)) * pad:
            raise Malformed("padding")
        plain = padded[:-pad]
        if len(plain) < _HEAD:
            raise Malformed("length")
        end = _HEAD + int.from_bytes(plain[PREFIX:_HEAD])
        if end > len(plain):
            raise Malformed("length")
        if not hmac.compare_digest(plain[end:], self._receiver):
            raise BadSignature("receiver")
        return plain[_HEAD:end]

    def seal(self, message: str, timestamp: str) -> Sealed:
        """Encrypt and sign. Prefix and nonce are derived from message and time, so that sealing twice is the same."""
        seed = hmac.digest(self._key, f"{timestamp}\n{message}".encode(), hashlib.sha256)
        encrypt = self.encrypt(message, seed[:PREFIX])
        nonce = seed[PREFIX:].hex()
        return Sealed(encrypt, self.signature(timestamp, nonce, encrypt), timestamp, nonce)

    def encrypt(self, message: str, prefix: bytes) -> str:
        """The base64 ciphertext of a message behind a 16-byte prefix."""
        text = message.encode()
        framed = prefix + len(text).to_bytes(_HEAD - PREFIX) + text + self._receiver
        pad = _PAD - len(framed) % _PAD
        return base64.b64encode(self._aes.encrypt(framed + bytes((pad,)) * pad)).decode("ascii")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
