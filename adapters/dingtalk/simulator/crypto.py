"""The platform's side of the signatures and of the event encryption (dingtalk.md §1.1–1.3)."""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class Undecryptable(ValueError):
    """What the bot answered is not a proper encrypted reply; the message says which part is wrong."""


def robot_sign(secret: str, timestamp: str) -> str:
    """Header `sign` of a robot message (§1.1)."""
    return _hmac64(secret, f"{timestamp}\n{secret}")


def card_sign(api_secret: str, timestamp: str) -> str:
    """Header `x-ddpaas-signature` of a card callback (§1.3)."""
    return _hmac64(api_secret, timestamp)


def _hmac64(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


class EventCipher:
    """Encrypts events for the bot and opens its encrypted answers (§1.2): AES-256-CBC, PKCS#7 with blocks of 32."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token = token
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != BLOCK:
            raise ValueError("the aes key must be 43 characters that stand for 32 bytes")
        self._receive_id = receive_id

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        parts = sorted((self._token, timestamp, nonce, encrypted))
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def seal(self, text: str) -> str:
        message = text.encode()
        block = os.urandom(16) + len(message).to_bytes(4) + message + self._receive_id.encode()
        pad = BLOCK - len(block) % BLOCK
        cipher = self._cipher().encryptor()
        return base64.b64encode(cipher.update(block + bytes([pad]) * pad) + cipher.finalize()).decode()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> str:
        """The plain text of an encrypted message. Raises `Undecryptable` naming the part that is wrong."""
        if not hmac.compare_digest(signature.encode(), self.signature(timestamp, nonce, encrypted).encode()):
            raise Undecryptable("signature")
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            cipher = self._cipher().decryptor()
            block = cipher.update(sealed) + cipher.finalize()
        except (binascii.Error, ValueError):
            raise Undecryptable("cipher text") from None
        return self._unpack(block)

    def _unpack(self, block: bytes) -> str:
        pad = block[-1] if block else 0
        if not 1 <= pad <= BLOCK or block[-pad:] != bytes([pad]) * pad:
            raise Undecryptable("padding")
        body = block[16:-pad]
        size = int.from_bytes(body[:4])
        if len(body) < 4 + size:
            raise Undecryptable("length")
        if body[4 + size :] != self._receive_id.encode():
            raise Undecryptable("receive id")
        try:
            return body[4 : 4 + size].decode()
        except UnicodeDecodeError:
            raise Undecryptable("text") from None

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
