"""Who sent this? Signature, freshness, decryption and token of one request, before any of it is believed."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

import orjson

from adapters.base import Json, Raw
from adapters.errors import BadSignature, Malformed
from adapters.feishu import sdk, shape


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The secrets of one app, ready for use."""

    app_id: str
    encrypt_key: bytes
    verification_token: bytes
    cipher: sdk.Cipher
    replay_window: timedelta


def open_envelope(raw: Raw, keys: Keys) -> Json:
    """The decrypted envelope of a request that is proven to come from the platform (feishu.md §1.2-§1.4).

    Signed requests carry anything; an unsigned one must be a URL verification with the right token. Raises
    `BadSignature`, `Malformed`.
    """
    if "x-lark-signature" not in raw.headers:
        return _unsigned(raw, keys)
    _check_signature(raw, keys)
    envelope = _decrypt(raw.body, keys)
    header = shape.child(envelope, "header") if "header" in envelope else envelope
    if not _same(shape.words(header, "token"), keys.verification_token):
        raise BadSignature("token")
    if header is not envelope and shape.words(header, "app_id") != keys.app_id:
        raise BadSignature("app_id")
    return envelope


def is_verification(envelope: Json) -> bool:
    """Whether the console tests our URL (feishu.md §1.2)."""
    return "header" not in envelope and envelope.get("type") == "url_verification"


def _unsigned(raw: Raw, keys: Keys) -> Json:
    try:
        envelope = _decrypt(raw.body, keys)
        genuine = is_verification(envelope) and _same(shape.words(envelope, "token"), keys.verification_token)
    except Malformed as error:
        raise BadSignature("unsigned") from error
    if not genuine:
        raise BadSignature("unsigned")
    return envelope


def _check_signature(raw: Raw, keys: Keys) -> None:
    stamp = raw.headers.get("x-lark-request-timestamp", "")
    nonce = raw.headers.get("x-lark-request-nonce", "")
    start = (stamp + nonce).encode(errors="surrogatepass") + keys.encrypt_key
    wanted = hashlib.sha256(start + raw.body).hexdigest()
    if not _same(raw.headers["x-lark-signature"], wanted.encode()):
        raise BadSignature("signature")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 11):
        raise BadSignature("timestamp")
    if abs(raw.at.timestamp() - int(stamp)) > keys.replay_window.total_seconds():
        raise BadSignature("stale")


def _decrypt(body: bytes, keys: Keys) -> Json:
    try:
        sealed = base64.b64decode(shape.need(shape.load(body), "encrypt"), validate=True)
        plain = keys.cipher.decrypt(sealed)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not encrypted with our key") from error
    return shape.load(plain)


def _same(given: str, wanted: bytes) -> bool:
    """Constant-time equality; the given text may hold anything."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), wanted)


def challenge(envelope: Json) -> bytes:
    """The answer to a URL verification, through a JSON encoder. Raises `Malformed`."""
    return orjson.dumps({"challenge": shape.need(envelope, "challenge")})
