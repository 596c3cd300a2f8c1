"""Reading JSON that others wrote: every step may meet the wrong shape, and then says `Malformed`."""

from datetime import UTC, datetime
from typing import Any

import orjson

from adapters.base import Json
from adapters.errors import Malformed
from domain.clock import to_millisecond


def load(raw: bytes | str) -> Json:
    """A JSON object from text, without NUL characters, which no database text can hold. Raises `Malformed` for anything
    else, invalid UTF-8 and lone surrogates included."""
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise Malformed("not JSON") from error
    escaped = "\\u0000" in raw if isinstance(raw, str) else b"\\u0000" in raw
    return as_object(_without_nul(value) if escaped else value)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {key.replace("\0", ""): _without_nul(one) for key, one in value.items()}
    return value


def as_object(value: Any) -> Json:
    """The value if it is an object. Raises `Malformed`."""
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def child(parent: Json, key: str) -> Json:
    """The object under a key; empty when it is absent or null. Raises `Malformed`."""
    value = parent.get(key)
    return {} if value is None else as_object(value)


def rows(parent: Json, key: str) -> list[Json]:
    """The list of objects under a key; empty when it is absent or null. Raises `Malformed`."""
    return [as_object(value) for value in items(parent, key)]


def items(parent: Json, key: str) -> list[Any]:
    """The list under a key; empty when it is absent or null. Raises `Malformed`."""
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{key} is not a list")
    return value


def words(parent: Json, key: str) -> str:
    """The text under a key; "" when it is absent or null. Raises `Malformed`."""
    value = parent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{key} is not text")
    return value


def need(parent: Json, key: str) -> str:
    """The non-empty text under a key. Raises `Malformed`."""
    value = words(parent, key)
    if not value:
        raise Malformed(f"{key} is missing")
    return value


def instant(stamp: str, default: datetime) -> datetime:
    """A unix time in s, ms (13 digits) or µs (16 digits), told apart by length (feishu.md §1.6). Raises `Malformed`."""
    if not stamp:
        return to_millisecond(default)
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 17):
        raise Malformed("create_time")
    scale = 1 if len(stamp) <= 11 else 1_000 if len(stamp) <= 14 else 1_000_000
    return to_millisecond(datetime.fromtimestamp(int(stamp) / scale, UTC))
