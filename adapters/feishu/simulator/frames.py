"""The long connection's binary frame, package `pbbp2` (feishu.md §2.3): two proto2 messages, written by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTROL, DATA = 0, 1

_VARINT, _BYTES = 0, 2
_REQUIRED = {1: "seq_id", 2: "log_id", 3: "service", 4: "method"}
_TEXTS = {6: "payload_encoding", 7: "payload_type", 9: "log_id_new"}


class BadFrame(ValueError):
    """The bytes are not a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message on the long connection. `headers` keep their order; empty optional fields are not written."""

    seq_id: int
    log_id: int
    service: int
    method: int
    headers: Mapping[str, str] = field(default_factory=dict)
    payload_encoding: str = ""
    payload_type: str = ""
    payload: bytes = b""
    log_id_new: str = ""

    def encode(self) -> bytes:
        """The frame as bytes; the four required numbers are written even when zero."""
        out = bytearray()
        for number, name in _REQUIRED.items():
            out += _varint(number << 3 | _VARINT) + _varint(getattr(self, name))
        for key, value in self.headers.items():
            out += _text(5, _text(1, key.encode()) + _text(2, value.encode()))
        for number, name in ((6, "payload_encoding"), (7, "payload_type")):
            if getattr(self, name):
                out += _text(number, getattr(self, name).encode())
        if self.payload:
            out += _text(8, self.payload)
        if self.log_id_new:
            out += _text(9, self.log_id_new.encode())
        return bytes(out)


def decode(raw: bytes) -> Frame:
    """The inverse of `Frame.encode`; unknown fields are skipped. Raises `BadFrame`."""
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    headers: dict[str, str] = {}
    payload = b""
    for number, value in _fields(raw):
        if number in _REQUIRED and isinstance(value, int):
            numbers[_REQUIRED[number]] = value
        elif number == 5 and isinstance(value, bytes):
            pair = dict(_fields(value))
            key, shown = pair.get(1), pair.get(2)
            if not isinstance(key, bytes) or not isinstance(shown, bytes):
                raise BadFrame("a header needs key and value")
            headers[key.decode()] = shown.decode()
        elif number in _TEXTS and isinstance(value, bytes):
            texts[_TEXTS[number]] = value.decode()
        elif number == 8 and isinstance(value, bytes):
            payload = value
    if missing := set(_REQUIRED.values()) - set(numbers):
        raise BadFrame(f"missing {sorted(missing)}")
    return Frame(
        seq_id=numbers["seq_id"],
        log_id=numbers["log_id"],
        service=numbers["service"],
        method=numbers["method"],
        headers=headers,
        payload_encoding=texts.get("payload_encoding", ""),
        payload_type=texts.get("payload_type", ""),
        payload=payload,
        log_id_new=texts.get("log_id_new", ""),
    )


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(raw):
        tag, at = _read_varint(raw, at)
        number, wire = tag >> 3, tag & 7
        value, at = _read_varint(raw, at)
        if wire == _VARINT:
            yield number, value
        elif wire == _BYTES:
            if at + value > len(raw):
                raise BadFrame("cut off")
            yield number, raw[at : at + value]
            at += value
        else:
            raise BadFrame("unknown wire type")


def _read_varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(raw) and shift < 64:
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise BadFrame("cut off")
