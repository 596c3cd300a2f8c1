"""Keys of one connection: reply handles are encrypted at rest, card actions carry our proof (R-EVT-02, R-PRV-06)."""

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.command import ReplyHandle, Secret

RECENT = 256


class Vault:
    """Made from a connection's own secret (or the installation's), so that every replica has the same keys and none is
    stored. When the secret changes, old handles are lost (a fresh message goes out instead) and old cards expire.
    """

    def __init__(self, secret: str, connection: str) -> None:
        root = hashlib.sha256(b"bida\0" + connection.encode() + b"\0" + secret.encode()).digest()
        self.action_key = hmac.digest(root, b"card actions", hashlib.sha256)
        self.code_key = hmac.digest(root, b"binding codes", hashlib.sha256)
        self._cipher = AESGCM(hmac.digest(root, b"reply handles", hashlib.sha256))
        # one click's handle is kept with its inbox row and with its outbox row
        self._locked = lru_cache(maxsize=RECENT)(self._lock)

    def lock(self, handle: ReplyHandle | None) -> str | None:
        """A handle as text that may lie in the database."""
        return None if handle is None else self._locked(handle)

    def _lock(self, handle: ReplyHandle) -> str:
        nonce = os.urandom(12)
        head = f"{handle.kind}|{int(handle.expires_at.timestamp() * 1000)}|{handle.uses_left}"
        sealed = self._cipher.encrypt(nonce, handle.value.reveal().encode(), head.encode())
        return f"{head}|{base64.b64encode(nonce + sealed).decode()}"

    def unlock(self, text: str | None, now: datetime) -> ReplyHandle | None:
        """The handle again; None when there is none, it has run out, or its key has changed."""
        if not text:
            return None
        head, _, body = text.rpartition("|")
        try:
            kind, expires, uses = head.split("|")
            raw = base64.b64decode(body)
            value = self._cipher.decrypt(raw[:12], raw[12:], head.encode()).decode()
            expires_at = datetime.fromtimestamp(int(expires) / 1000, UTC)
        except (ValueError, InvalidTag):
            return None
        if expires_at <= now or int(uses) < 1:
            return None
        return ReplyHandle(kind=kind, value=Secret(value), expires_at=expires_at, uses_left=int(uses))
