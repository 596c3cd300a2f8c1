"""What a button means, as data: a name and small params that travel through the messenger and come back as claims."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote

MARK = "~"
"""First character of every encoded reference, so that an option value can be told from ordinary data."""

_SEAL = "s"
_SAFE = "-._@:"


class NotAReference(ValueError):
    """The text is not an encoded action reference."""


@dataclass(frozen=True, slots=True)
class ActionRef:
    """An action's name (`checkin.submit`) with its params; params are claims, authority is decided in the service."""

    name: str
    params: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> str:
        """The reference as one line of printable ASCII: `~name?key=value&key=value`."""
        query = "&".join(f"{key}={_quoted(value)}" for key, value in self.params.items())
        return f"{MARK}{self.name}?{query}" if query else f"{MARK}{self.name}"

    @staticmethod
    def decode(text: str) -> "ActionRef":
        """The inverse of `encode`. Raises `NotAReference` for anything `encode` cannot have made."""
        if not text.startswith(MARK) or len(text) > 4096 or not text.isascii():
            raise NotAReference
        name, _, query = text[len(MARK) :].partition("?")
        if not name or not name.replace(".", "").replace("_", "").isalnum() or not name.isascii():
            raise NotAReference
        params: dict[str, str] = {}
        for pair in query.split("&") if query else ():
            key, equals, value = pair.partition("=")
            if not key or not equals or key in params:
                raise NotAReference
            try:
                params[key] = unquote(value, errors="strict") if "%" in value else value
            except UnicodeDecodeError as error:
                raise NotAReference from error
        return ActionRef(name, params)


def _quoted(value: str) -> str:
    """Most values are ids and numbers, which need no quoting."""
    return value if value.isalnum() and value.isascii() else quote(value, safe=_SAFE)


def seal(ref: ActionRef, key: bytes) -> ActionRef:
    """The same reference with a proof that we made it (R-EVT-02). Sealing twice gives the same result."""
    bare = {name: value for name, value in ref.params.items() if name != _SEAL}
    return ActionRef(ref.name, {**bare, _SEAL: _proof(ActionRef(ref.name, bare), key)})


def is_genuine(ref: ActionRef, key: bytes) -> bool:
    """Whether `seal` with this key made the reference: nothing forged, nothing changed."""
    bare = {name: value for name, value in ref.params.items() if name != _SEAL}
    claimed = ref.params.get(_SEAL, "").encode(errors="replace")  # bytes: text that is not ASCII cannot be compared
    return hmac.compare_digest(claimed, _proof(ActionRef(ref.name, bare), key).encode())


def _proof(ref: ActionRef, key: bytes) -> str:
    sealing = _sealing(key).copy()
    sealing.update(ref.encode().encode())
    return base64.urlsafe_b64encode(sealing.digest()[:12]).decode()


@lru_cache(maxsize=64)
def _sealing(key: bytes) -> hmac.HMAC:
    """The beginning of every proof with this key: setting the key up costs more than the proof itself."""
    return hmac.new(key, digestmod=hashlib.sha256)
