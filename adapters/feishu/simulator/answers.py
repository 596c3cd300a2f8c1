"""What the platform makes of the bot's answer to a card click (feishu.md §1.9)."""

import json
from dataclasses import dataclass

from adapters.feishu.simulator.attributes import LOCALES
from adapters.feishu.simulator.cards import schema_of
from adapters.feishu.simulator.messages import Message
from adapters.feishu.simulator.refusal import BadCard, TooLong
from adapters.feishu.simulator.tenant import Tenant
from adapters.simulation import Json

WRONG_SHAPE, BAD_CARD, DOWNGRADE = 200672, 200673, 200830
_TOASTS = ("info", "success", "error", "warning")


class BadAnswer(Exception):
    """The answer cannot be used; `code` is what the clicking user is shown."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: an optional toast and an optional new card."""

    toast: str
    card: Json | None


def read(tenant: Tenant, message: Message | None, raw: bytes, locale: str) -> Answer:
    """Read an answer strictly. Raises `BadAnswer`. `message` is None for forged clicks on nothing."""
    if not raw.strip():
        return Answer("", None)
    try:
        body = json.loads(raw)
    except ValueError as broken:
        raise BadAnswer(WRONG_SHAPE) from broken
    if not isinstance(body, dict) or set(body) - {"toast", "card"}:
        raise BadAnswer(WRONG_SHAPE)
    toast = _toast(body["toast"], locale) if "toast" in body else ""
    card = _card(body["card"]) if "card" in body else None
    if card is not None:
        _check(tenant, message, card)
    return Answer(toast, card)


def _toast(toast: object, locale: str) -> str:
    if not isinstance(toast, dict) or set(toast) - {"type", "content", "i18n"} or toast.get("type") not in _TOASTS:
        raise BadAnswer(WRONG_SHAPE)
    content, translated = toast.get("content", ""), toast.get("i18n", {})
    if not isinstance(content, str) or not isinstance(translated, dict) or set(translated) - LOCALES:
        raise BadAnswer(WRONG_SHAPE)
    if not content and not translated:
        raise BadAnswer(WRONG_SHAPE)
    return str(translated.get(locale, content))


def _card(card: object) -> Json:
    if not isinstance(card, dict) or set(card) != {"type", "data"} or card["type"] not in ("raw", "template"):
        raise BadAnswer(WRONG_SHAPE)
    if not isinstance(card["data"], dict):
        raise BadAnswer(WRONG_SHAPE)
    if card["type"] == "template":
        raise BadAnswer(BAD_CARD)
    return card["data"]


def _check(tenant: Tenant, message: Message | None, card: Json) -> None:
    if message is not None and schema_of(message.content) == "2.0" and schema_of(card) != "2.0":
        raise BadAnswer(DOWNGRADE)
    try:
        tenant.look_at(card)
    except (BadCard, TooLong) as bad:
        raise BadAnswer(BAD_CARD) from bad
