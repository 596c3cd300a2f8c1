"""How the simulated platform seals what it sends: feishu.md §1.3 (AES), §1.4 (signatures), §4.3 (webhook sign)."""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK = 16


def encrypt(plain: str, encrypt_key: str, iv: bytes | None = None) -> str:
    """The value of `encrypt` for a plain text; `iv` only for test vectors, otherwise fresh and random."""
    iv = iv if iv is not None else os.urandom(_BLOCK)
    padder = PKCS7(_BLOCK * 8).padder()
    padded = padder.update(plain.encode()) + padder.finalize()
    sealer = Cipher(algorithms.AES(_aes_key(encrypt_key)), modes.CBC(iv)).encryptor()
    return base64.b64encode(iv + sealer.update(padded) + sealer.finalize()).decode()


def decrypt(sealed: str, encrypt_key: str) -> str:
    """The inverse of `encrypt`. Raises `ValueError` for anything else."""
    raw = base64.b64decode(sealed, validate=True)
    if len(raw) < 2 * _BLOCK or len(raw) % _BLOCK:
        raise ValueError("not a sealed text")
    opener = Cipher(algorithms.AES(_aes_key(encrypt_key)), modes.CBC(raw[:_BLOCK])).decryptor()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    padded = opener.update(raw[_BLOCK:]) + opener.finalize()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def sign(timestamp: str, nonce: str, encrypt_key: str, body: bytes) -> str:
    """`X-Lark-Signature` of an event or card callback over the raw (encrypted) body (§1.4)."""
    return hashlib.sha256((timestamp + nonce + encrypt_key).encode() + body).hexdigest()


def sign_old_card(timestamp: str, nonce: str, verification_token: str, body: bytes) -> str:
    """The SHA-1 signature of the unencrypted `card.action.trigger_v1` (§1.4, §1.10); sent as a negative test only."""
    return hashlib.sha1((timestamp + nonce + verification_token).encode() + body).hexdigest()  # noqa: S324 the wire's


def sign_webhook(timestamp: str, secret: str) -> str:
    """`sign` of a custom group bot's webhook call (§4.3)."""
    mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _aes_key(encrypt_key: str) -> bytes:
    return hashlib.sha256(encrypt_key.encode()).digest()
