"""The simulator's own envelope: sign, encrypt and decrypt callbacks and passive replies (wecom.md §1.2)."""

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
PREFIX = 16


class CryptoRefused(Exception):
    """An envelope that the platform would not accept: signature, base64, padding, length or receiveid is wrong."""


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """The SHA-1 over the four strings in byte order, as lower-case hex."""
    parts = sorted(part.encode() for part in (token, timestamp, nonce, encrypted))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


class Crypto:
    """One app's key material. `receiveid` is the corp id for a self-built app.

    Raises `ValueError` for an EncodingAESKey that is not 43 letters and digits.
    """

    def __init__(self, token: str, encoding_aes_key: str, receiveid: str) -> None:
        if len(encoding_aes_key) != 43 or not (encoding_aes_key.isascii() and encoding_aes_key.isalnum()):
            raise ValueError("EncodingAESKey is 43 letters and digits")
        self._token = token
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._receiveid = receiveid

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        return sign(self._token, timestamp, nonce, encrypted)

    def encrypt(self, message: bytes, *, receiveid: str | None = None, prefix: bytes | None = None) -> str:
        """Base64 of the encrypted message. `receiveid` and `prefix` replace the usual ones (faults, test vectors)."""
        owner = self._receiveid if receiveid is None else receiveid
        head = os.urandom(PREFIX) if prefix is None else prefix
        plain = head + struct.pack(">I", len(message)) + message + owner.encode()
        fill = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside. Raises `CryptoRefused`."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CryptoRefused("not base64") from error
        if not sealed or len(sealed) % 16:
            raise CryptoRefused("ciphertext length")
        decryptor = self._cipher().decryptor()
        plain = _unpad(decryptor.update(sealed) + decryptor.finalize())
        if len(plain) < PREFIX + 4:
            raise CryptoRefused("plaintext too short")
        end = PREFIX + 4 + int(struct.unpack(">I", plain[PREFIX : PREFIX + 4])[0])
        if end > len(plain):
            raise CryptoRefused("length field")
        if plain[end:] != self._receiveid.encode():
            raise CryptoRefused("receiveid")
        return plain[PREFIX + 4 : end]

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """Check the signature, then decrypt. Raises `CryptoRefused`."""
        expected = self.sign(timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise CryptoRefused("signature")
        return self.decrypt(encrypted)

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def _unpad(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or len(plain) < fill or plain[-fill:] != bytes([fill]) * fill:
        raise CryptoRefused("padding")
    return plain[:-fill]
