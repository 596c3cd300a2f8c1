"""The store's shelves: `/stock`, `/stock 咖啡券 +20`, `/count 咖啡券 17 reason` (R-PIC-08, §17)."""

import re
import unicodedata
from dataclasses import dataclass

from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from cards.stock import stock_card
from domain.ids import new_id
from domain.people.messages import StoreRef
from domain.people.stores import STAFF, every_store, stores_of
from domain.rewards import stock
from domain.rewards.messages import StockLine
from domain.rewards.refusals import NotManagersStock

_ADDED = re.compile(r"(?P<item>.+?)\s*\+\s*(?P<number>\d{1,6})")
_COUNTED = re.compile(r"(?P<item>.+?)\s+(?P<number>\d{1,6})(?:\s+(?P<reason>.+))?")


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a line speaks of: a store, an item of it, and what is to be done; or why nothing can be."""

    store: StoreRef | None = None
    line: StockLine | None = None
    refusal: Reply | None = None


def shelves(ctx: Ctx) -> Reply:
    """`/stock [store] [item +20]`."""
    stores = _stores(ctx)
    if not stores:
        return ctx.privately(ctx.text("stock.not_yours"))
    text = unicodedata.normalize("NFKC", ctx.command.args).strip()
    store, text = _named(stores, text)
    if not text:
        shown = [store] if store is not None else stores
        cards = [stock_card(new_id(), one.name, stock.of_store(ctx.uow, one.id), ctx.person.locale) for one in shown]
        return ctx.privately(Reply(posts=tuple(Post(card=card) for card in cards[:5])))
    said = _ADDED.fullmatch(text)
    if said is None or int(said["number"]) == 0:
        return ctx.privately(ctx.text("stock.how"))
    meant = _meant(ctx, stores, store, said["item"])
    if meant.refusal is not None:
        return meant.refusal
    assert meant.store is not None
    assert meant.line is not None
    try:
        now = stock.put(ctx.uow, meant.line.stock_id, int(said["number"]), ctx.person.id)
    except NotManagersStock as error:
        return ctx.privately(ctx.text(error.code))
    told = order_news.back_again(ctx, meant.line.item_id, meant.store.id)
    reply = ctx.privately(ctx.text("stock.added", item=meant.line.name(ctx.person.locale), n=now))
    return Reply(posts=(*reply.posts, *told))


def count(ctx: Ctx) -> Reply:
    """`/count [store] item 17 [reason]`: what was counted replaces what we thought; a difference needs a reason."""
    stores = _stores(ctx)
    if not stores:
        return ctx.privately(ctx.text("stock.not_yours"))
    store, text = _named(stores, unicodedata.normalize("NFKC", ctx.command.args).strip())
    said = _COUNTED.fullmatch(text)
    if said is None:
        return ctx.privately(ctx.text("stock.how_count"))
    meant = _meant(ctx, stores, store, said["item"])
    if meant.refusal is not None:
        return meant.refusal
    assert meant.store is not None
    assert meant.line is not None
    name, number = meant.line.name(ctx.person.locale), int(said["number"])
    differs = number - meant.line.on_hand
    if differs and not said["reason"]:
        return ctx.privately(ctx.text("stock.reason", d=f"{differs:+d}", item=name, n=number))
    delta = stock.count(ctx.uow, meant.line.stock_id, number, ctx.person.id, order_news.worded(said["reason"] or ""))
    if delta is None:
        return ctx.privately(ctx.text("stock.reserved", r=meant.line.reserved))
    told = order_news.back_again(ctx, meant.line.item_id, meant.store.id) if delta > 0 else ()
    reply = ctx.privately(ctx.text("stock.counted", item=name, n=number, d=f"{delta:+d}"))
    return Reply(posts=(*reply.posts, *told))


def _stores(ctx: Ctx) -> list[StoreRef]:
    """The stores whose shelves somebody may see and count; an admin all."""
    return every_store(ctx.uow) if "admin" in ctx.person.roles else stores_of(ctx.uow, ctx.person.id)


def _named(stores: list[StoreRef], text: str) -> tuple[StoreRef | None, str]:
    """The store a line begins with, and the rest; the only one need not be named."""
    for one in sorted(stores, key=lambda store: -len(store.name)):
        if text == one.name or text.startswith(f"{one.name} "):
            return one, text[len(one.name) :].strip()
    return (stores[0] if len(stores) == 1 else None), text


def _meant(ctx: Ctx, stores: list[StoreRef], store: StoreRef | None, item: str) -> _Meant:
    """The counted item of a name, or of the only name that contains it."""
    if store is None:
        names = "、".join(one.name for one in stores[:10])
        return _Meant(refusal=ctx.privately(ctx.text("stock.which_store", stores=names)))
    wanted = item.strip().casefold()
    lines = [one for one in stock.of_store(ctx.uow, store.id) if one.counted]
    exact = [one for one in lines if wanted in (name.casefold() for name in one.names)]
    found = exact or [one for one in lines if any(wanted in name.casefold() for name in one.names)]
    if len(found) == 1:
        return _Meant(store, found[0])
    key = "stock.which" if found else "stock.no_item"
    return _Meant(refusal=ctx.privately(ctx.text(key, item=item.strip()[:40], n=len(found))))


FEATURE = Feature(
    name="stock",
    commands=(
        SlashCommand(name="stock", handler=shelves, bare=("库存", "stock"), help="help.stock", of_roles=STAFF),
        SlashCommand(name="count", handler=count, bare=("盘点",), help="help.count", of_roles=STAFF),
    ),
    actions=(
        CardAction(name="go.stock", handler=shelves, on_card=False),
        CardAction(name="go.count", handler=count, on_card=False),
    ),
)
