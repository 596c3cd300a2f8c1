"""From a callback to commands: verify, decrypt, read (wecom.md §1.3, §1.4, §2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.base import Commands, Handshake, Ignored, Parsed, Raw, Response
from adapters.errors import BadSignature, Malformed
from adapters.text import Said, split
from adapters.wecom import document, events
from adapters.wecom.crypto import Crypto
from adapters.wecom.origin import Happening, Origin, moment, person
from domain.command import Kind

BODY_LIMIT = 64 * 1024
_TEXT = "text"
_EVENT = "event"


@dataclass(frozen=True, slots=True)
class Door:
    """Everything `parse` needs: whose app this is, how to open its envelopes, wechatpy's message classes."""

    origin: Origin
    crypto: Crypto
    messages: Mapping[str, Any]
    window: int

    def parse(self, raw: Raw) -> Parsed:
        """Raises `BadSignature` (missing, wrong, stale or for somebody else) and `Malformed`."""
        proof = Proof.of(raw, self.window)
        if raw.method == "GET":
            echo = raw.query.get("echostr", "")
            self.crypto.verify(proof.signature, proof.timestamp, proof.nonce, echo)
            return Handshake(Response(body=self.crypto.open(echo)))
        if raw.method != "POST":
            raise Malformed("method")
        if len(raw.body) > BODY_LIMIT:
            raise Malformed("too-large")
        encrypt = document.encrypted(raw.body)
        self.crypto.verify(proof.signature, proof.timestamp, proof.nonce, encrypt)
        return self._read(self.crypto.open(encrypt), raw.at)

    def _read(self, message: bytes, at: datetime) -> Parsed:
        try:
            text = message.decode()
        except UnicodeDecodeError as error:
            raise Malformed("utf-8") from error
        root = document.read_authentic(text)
        said = document.fields(root)
        kind = said.get("MsgType", "").casefold()
        agent = said.get("AgentID", "")
        if agent not in ("", "0", str(self.origin.agent_id)) and not events.is_contact(said):
            return Ignored("other_agent")
        if kind == _EVENT:
            return events.read(self.origin, root, said, at)
        return self._message(kind, said, message, at)

    def _message(self, kind: str, said: dict[str, str], message: bytes, at: datetime) -> Parsed:
        known = self.messages.get(kind)
        if known is None:
            return Ignored("unknown_message")
        heard = split(known(said).content or "") if kind == _TEXT else None
        number = said.get("MsgId", "").strip()
        user = person(said)
        key = self.origin.key(user, "msg", number or hashlib.sha256(message).hexdigest())
        what = _happening(kind, heard, number or None)
        return Commands((self.origin.command(key, what, actor=user, sent_at=moment(said), at=at),))


def _happening(kind: str, heard: Said | None, message_id: str | None) -> Happening:
    if heard is None:
        return Happening(kind=Kind.EVENT, name="message.unsupported", values={"type": kind}, message_id=message_id)
    spoken = Kind.SLASH if heard.word else Kind.TEXT
    return Happening(kind=spoken, name=heard.word, args=heard.rest, message_id=message_id)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the query claims about the sender."""

    signature: str
    timestamp: str
    nonce: str

    @staticmethod
    def of(raw: Raw, window: int) -> "Proof":
        """Raises `BadSignature` when a part is missing or the time is outside ±`window` seconds of the arrival."""
        signature, timestamp, nonce = (raw.query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        if not (signature and timestamp and nonce):
            raise BadSignature("missing")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise BadSignature("timestamp")
        if abs(int(timestamp) - raw.at.timestamp()) > window:
            raise BadSignature("stale")
        return Proof(signature, timestamp, nonce)
