"""The three proofs DingTalk gives over HTTP, and the encryption of its event callbacks (dingtalk.md §1.1–1.3)."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

from adapters.dingtalk import sdk
from adapters.errors import BadSignature, Malformed

_BLOCK = 32


def same(left: str, right: str) -> bool:
    """Constant-time comparison of two texts of any characters."""
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))


def robot_sign(timestamp: str, secret: str) -> str:
    """The `sign` header of a robot message (§1.1)."""
    return _hmac(secret, f"{timestamp}\n{secret}")


def card_sign(timestamp: str, api_secret: str) -> str:
    """The `x-ddpaas-signature` header of a card callback (§1.3)."""
    return _hmac(api_secret, timestamp)


def card_api_secret(client_secret: str) -> str:
    """The apiSecret we register for the card callback route, so that nobody has to configure one more secret."""
    return hmac.digest(client_secret.encode(), b"bida card callback route v1", hashlib.sha256).hex()[:40]


def is_fresh(timestamp: str, now_ms: int, max_age_seconds: int) -> bool:
    """Whether a decimal millisecond timestamp lies within ± `max_age_seconds` of now."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 16):
        return False
    return abs(now_ms - int(timestamp)) <= max_age_seconds * 1000


def _hmac(key: str, message: str) -> str:
    digest = hmac.digest(key.encode(), message.encode(errors="replace"), hashlib.sha256)
    return base64.b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted event: its plaintext bytes, and which of our receive ids it was meant for."""

    plaintext: bytes
    receive_id: str


class EventCrypto:
    """Opens and answers encrypted event callbacks (§1.2).

    `receive_ids`: the ids we answer to; sources conflict on client id or corp id, so both are accepted.
    """

    def __init__(self, token: str, encoding_aes_key: str, receive_ids: tuple[str, ...]) -> None:
        self._token = token
        self._receive_ids = {receive_id.encode(): receive_id for receive_id in receive_ids}
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._cipher = sdk.load().cipher(self._key)
        self._padding = sdk.load().padding

    def signature(self, timestamp: str, nonce: str, encrypt: str) -> str:
        """Hex SHA-1 over the four values in ASCII order: the vendor's choice of hash, not ours."""
        parts = sorted([self._token, timestamp, nonce, encrypt])
        return hashlib.sha1("".join(parts).encode(errors="replace"), usedforsecurity=False).hexdigest()

    def open(self, signature: str, timestamp: str, nonce: str, encrypt: str) -> Opened:
        """Verify, then decrypt. Raises `BadSignature` for a wrong signature or receiver, `Malformed` for a broken
        block (only the token's owner can produce one)."""
        if not same(signature, self.signature(timestamp, nonce, encrypt)):
            raise BadSignature("signature")
        try:
            sealed = base64.b64decode(encrypt, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("base64") from None
        if not sealed or len(sealed) % 16:
            raise Malformed("block length")
        return self._unframe(self._cipher.decrypt(sealed))

    def _unframe(self, block: bytes) -> Opened:
        """random(16) | uint32_be(len) | message | receiveId | padding 1..32, every length checked."""
        pad = block[-1]
        if not 1 <= pad <= _BLOCK or len(block) < 20 + pad or block[-pad:] != bytes([pad]) * pad:
            raise Malformed("padding")
        (length,) = struct.unpack(">I", block[16:20])
        content = block[20:-pad]
        if length > len(content):
            raise Malformed("length")
        receive_id = self._receive_ids.get(content[length:])
        if receive_id is None:
            raise BadSignature("receiver")
        return Opened(content[:length], receive_id)

    def seal(self, message: str, receive_id: str, timestamp: str, seed: str) -> dict[str, str]:
        """An encrypted answer. Nonce and random prefix come from `seed` by HMAC, so that the same request gets the
        same answer; the key is secret, so they are as unpredictable as random ones."""
        prefix = hmac.digest(self._key, f"prefix\n{timestamp}\n{seed}".encode(errors="replace"), hashlib.sha256)
        nonce = hmac.digest(self._key, f"nonce\n{timestamp}\n{seed}".encode(errors="replace"), hashlib.sha256).hex()[
            :16
        ]
        raw = message.encode()
        block = prefix[:16] + struct.pack(">I", len(raw)) + raw + receive_id.encode()
        encrypt = base64.b64encode(self._cipher.encrypt(self._padding.encode(block))).decode()
        return {
            "msg_signature": self.signature(timestamp, nonce, encrypt),
            "timeStamp": timestamp,
            "nonce": nonce,
            "encrypt": encrypt,
        }
