"""One path for three kinds of request: tells them apart by the proof they bring, and verifies it before reading on."""

from collections.abc import Mapping

from adapters.base import Parsed, Raw
from adapters.dingtalk import cards_in, events_in, robot_in
from adapters.dingtalk.crypto import card_sign, is_fresh, robot_sign, same
from adapters.dingtalk.door import Door
from adapters.dingtalk.reading import milliseconds
from adapters.errors import BadSignature

ROBOT_MAX_AGE = 3600
"""Seconds a robot message's timestamp may lie off, either way (§1.1)."""

_ROBOT, _CARD = "sign", "x-ddpaas-signature"
_EVENT = ("signature", "msg_signature")


def parse(door: Door, raw: Raw) -> Parsed:
    """Verify and read one request. Raises `BadSignature` for no proof, several kinds of proof, or a wrong or stale
    one; `Malformed` for a proven request of a shape we cannot read."""
    is_robot = _ROBOT in raw.headers
    is_card = _CARD in raw.headers
    is_event = any(name in raw.query for name in _EVENT)
    if is_robot + is_card + is_event != 1:
        raise BadSignature("one proof needed")
    if is_robot:
        _verify_robot(door, raw)
        return robot_in.read(door, raw)
    if is_card:
        _verify_card(door, raw)
        return cards_in.read(door, raw)
    if door.events is None:
        raise BadSignature("event callbacks are not configured")
    return events_in.read(
        door, door.events, raw, _first(raw.query, *_EVENT), _first(raw.query, "timestamp", "timeStamp")
    )


def _verify_robot(door: Door, raw: Raw) -> None:
    timestamp = raw.headers.get("timestamp", "")
    if not same(raw.headers[_ROBOT], robot_sign(timestamp, door.secret)):
        raise BadSignature("robot signature")
    if not is_fresh(timestamp, milliseconds(raw.at), ROBOT_MAX_AGE):
        raise BadSignature("stale")


def _verify_card(door: Door, raw: Raw) -> None:
    timestamp = raw.headers.get("x-ddpaas-signature-timestamp", "")
    if not same(raw.headers[_CARD], card_sign(timestamp, door.api_secret)):
        raise BadSignature("card signature")
    if not is_fresh(timestamp, milliseconds(raw.at), door.card_max_age):
        raise BadSignature("stale")


def _first(values: Mapping[str, str], *names: str) -> str:
    return next((values[name] for name in names if name in values), "")
