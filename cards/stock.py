"""Cards for the store: what it has."""

from collections.abc import Sequence

from cards.model import Block, Card, Header, Note, Plain, Text
from cards.text import say
from domain.rewards.messages import StockLine


def stock_card(key: str, store: str, lines: Sequence[StockLine], locale: str) -> Card:
    """`/stock`: every item of a store, with what is on hand, reserved and free."""
    title = say(locale, "stock.title", store=store)
    blocks: list[Block] = [Text((Plain(_line(one, locale)),)) for one in lines]
    if not blocks:
        blocks.append(Text((Plain(say(locale, "stock.none")),)))
    blocks.append(Note(say(locale, "stock.hint")))
    return Card(
        kind="stock", key=key, header=Header(title), blocks=tuple(blocks), summary=title, updates=False, locale=locale
    )  # fmt: skip


def _line(one: StockLine, locale: str) -> str:
    if not one.counted:
        return say(locale, "stock.not_counted", item=one.name(locale))
    return say(locale, "stock.line", item=one.name(locale), n=one.on_hand, r=one.reserved, a=one.available)
