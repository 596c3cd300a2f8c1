"""Reading JSON that others wrote: every answer has the type that was asked for, or `Malformed` is raised."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from adapters.base import Json
from adapters.errors import Malformed
from domain.clock import to_millisecond


def object_of(body: bytes | str) -> Json:
    """A JSON object. Raises `Malformed` for other JSON, broken JSON, wrong UTF-8 and absurd depth."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("not json") from None
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def text(values: Mapping[str, Any], name: str) -> str:
    """A text without NUL characters; "" when absent or null. Raises `Malformed` for another type."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(name)
    return value.replace("\0", "")


def needed(values: Mapping[str, Any], name: str) -> str:
    """A text that must be there. Raises `Malformed` when it is absent or empty."""
    value = text(values, name)
    if not value:
        raise Malformed(name)
    return value


def nested(values: Mapping[str, Any], name: str) -> Json:
    """An object, given as one or as a JSON string of one; {} when absent or empty. Raises `Malformed` otherwise."""
    value = values.get(name)
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        return object_of(value)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def objects(values: Mapping[str, Any], name: str) -> list[Json]:
    """A list of objects; [] when absent. Raises `Malformed` otherwise."""
    value = values.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed(name)
    return value


def instant(value: Any, default: datetime) -> datetime:
    """An instant from milliseconds since 1970, as number or text; `default` for anything that is none."""
    try:
        return to_millisecond(datetime.fromtimestamp(int(value) / 1000, UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return default


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
