"""The card of a store's daily closing (R-PIC-08): what went out, what waits, what the shelves should hold."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cards.action import ActionRef
from cards.counter import clock, masked
from cards.model import (
    Block,
    Bold,
    Button,
    Card,
    Choice,
    Field,
    Fields,
    Header,
    Note,
    Option,
    Plain,
    Style,
    Text,
    Tone,
)
from cards.text import day as day_text
from cards.text import say
from cards.values import signed_change
from domain.periods import local_date
from domain.rewards.counter_messages import Closing, Difference, Handover
from domain.rewards.messages import OrderView

MOST = 8
"""How many lines of a list are spelt out; the numbers above say how many there are."""


def closing_card(key: str, told: Closing, locale: str) -> Card:
    """The store's day so far, with a way to enter what a count found."""
    title = say(locale, "ck.closing_title", store=told.store.name)
    pairs = (
        Field(say(locale, "ck.closing_handed"), say(locale, "ck.closing_orders", n=len(told.handed))),
        Field(say(locale, "ck.closing_ready"), say(locale, "ck.closing_orders", n=len(told.ready))),
        Field(say(locale, "ck.closing_off"), say(locale, "ck.closing_items", n=len(_off(told)))),
    )
    blocks: list[Block] = [Fields(pairs), *_lists(told, locale)]
    choice = Choice(
        name="stock", label=say(locale, "ck.closing_count"),
        options=tuple(Option(line.stock_id, line.name(locale)) for line in told.stock),
    )  # fmt: skip
    button = Button(
        label=say(locale, "ck.closing_button"),
        ref=ActionRef("closing.count"),
        style=Style.PRIMARY,
        submits=True,
        hint="/closing",
    )
    if told.stock:
        blocks.append(Note(say(locale, "ck.closing_hint")))
    return Card(
        kind="store_closing", key=key, header=Header(title, day_text(told.day, locale), Tone.INFO), locale=locale,
        blocks=tuple(blocks), summary=title, inputs=(choice,) if told.stock else (),
        actions=(button,) if told.stock else (),
    )  # fmt: skip


def not_yours_card(key: str, locale: str) -> Card:
    """What becomes of the card of somebody who does not serve the store any more."""
    text = say(locale, "ck.not_your_store")
    return Card(
        kind="store_closing", key=key, header=Header(say(locale, "go.closing"), tone=Tone.NEUTRAL), locale=locale,
        blocks=(Text((Plain(text),)),), summary=text,
    )  # fmt: skip


def _lists(told: Closing, locale: str) -> Iterable[Block]:
    handed = [_handed(one, told, locale) for one in told.handed]
    yield from _list("ck.closing_heading_handed", handed or [say(locale, "ck.closing_none")], locale)
    yield from _list("ck.closing_heading_ready", [_waiting(one, told, locale) for one in told.ready], locale)
    stock = [
        say(locale, "ck.closing_stock", item=line.name(locale), n=line.on_hand, r=line.reserved) for line in told.stock
    ]
    yield from _list("ck.closing_heading_stock", stock, locale)
    names = {line.stock_id: line.name(locale) for line in told.stock}
    off = [_difference(one, names.get(one.stock_id, "?"), locale) for one in _off(told)]
    yield from _list("ck.closing_heading_off", off, locale)


def _list(heading: str, lines: Sequence[str], locale: str) -> Iterable[Block]:
    if not lines:
        return
    shown = list(lines[:MOST])
    if len(lines) > MOST:
        shown.append(say(locale, "ck.closing_more", n=len(lines) - MOST))
    yield Text((Bold(say(locale, heading)), Plain("\n" + "\n".join(shown))))


def _handed(one: Handover, told: Closing, locale: str) -> str:
    order = one.order
    line = say(
        locale, "ck.closing_line", time=clock(one.at, told.store.timezone), masked=masked(order.person_name),
        item=order.name(locale), q=one.quantity, no=order.no, clerk=one.clerk_name,
    )  # fmt: skip
    return say(locale, "ck.closing_late", line=line, note=one.note) if one.note else line


def _waiting(order: OrderView, told: Closing, locale: str) -> str:
    until = day_text(local_date(order.due_at, told.store.timezone), locale) if order.due_at is not None else "—"
    return say(
        locale, "ck.closing_waiting", masked=masked(order.person_name), item=order.name(locale),
        q=order.quantity - order.fulfilled, no=order.no, date=until,
    )  # fmt: skip


def _difference(one: Difference, item: str, locale: str) -> str:
    delta = signed_change(Decimal(one.delta))
    return say(
        locale,
        "ck.closing_difference",
        item=item,
        delta=delta,
        reason=one.reason or say(locale, "pr.missing"),
        clerk=one.by_name or "—",
    )


def _off(told: Closing) -> list[Difference]:
    """Counts that agreed are no differences."""
    return [one for one in told.differences if one.delta]
