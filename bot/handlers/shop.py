"""The shop: `/shop`, its pages and filters, and the card on which an order is made (product flow 5.3)."""

from dataclasses import replace
from typing import Any

import orjson

from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell
from cards.model import Card, Header, Plain, Text
from cards.orders import order_card
from cards.rewards import Draft, confirm_card, shop_card
from cards.text import day
from domain.delivery import cards as card_rows
from domain.delivery import pending
from domain.errors import CardUnknown, DomainError
from domain.ids import new_id
from domain.people.service import prefer
from domain.points.reading import balances
from domain.rewards import pools, reading, restock
from domain.rewards.approvers import admins
from domain.rewards.catalogue import FILTERS, named, offer, shop
from domain.rewards.messages import Fulfilment, ItemKind, Offer, OrderView
from domain.rewards.refusals import (
    BadQuantity,
    LimitReached,
    NoApprover,
    NotEligible,
    NotEnough,
    NotOnSale,
    SoldOut,
    StoreNotAllowed,
)
from domain.rewards.requests import request

PAGE = 5
MOST = 10**6
"""Budgets and offsets above this are not meant."""
_WORDS = {
    "1": "affordable", "affordable": "affordable", "买得起": "affordable", "leave": "time_off", "time_off": "time_off",
    "休假": "time_off", "training": "training", "培训": "training", "all": "all", "全部": "all",
}  # fmt: skip
_REFUSALS = (
    NotOnSale, BadQuantity, NotEligible, NoApprover, StoreNotAllowed, LimitReached, SoldOut, NotEnough,
)  # fmt: skip


def open_shop(ctx: Ctx) -> Reply:
    """`/shop [1 | leave | training | 240 | +5 | coffee]`: what one can afford, one kind, up to so many points, from the
    n-th, or one item by its name."""
    word = ctx.command.args.casefold().strip()
    if word in _WORDS:
        return _new(ctx, {"show": _WORDS[word]})
    if word.startswith(("+", "＋")):
        return _new(ctx, {"show": "all", "offset": _number(word[1:])})
    budget = _number(word)
    if budget or not word:
        return _new(ctx, {"show": "all", "budget": budget} if budget else {"show": "all"})
    found = named(ctx.uow, ctx.person, word)
    if found is None:
        return _new(ctx, {"show": "all"})
    return ctx.privately(Reply(posts=(Post(card=_begin(ctx, found)),)))


def turn(ctx: Ctx) -> Reply:
    """Another page or filter, on the same card."""
    card = order_news.redrawn(ctx, _wanted(ctx))
    return Reply(card=card)


def within(ctx: Ctx) -> Reply:
    """From an item that is too dear to those one can afford: a fresh list."""
    return Reply(posts=_new(ctx, _wanted(ctx)).posts, card=ctx.redraw())


def pick(ctx: Ctx) -> Reply:
    """One item of the list: the card on which it is ordered. The list stays as it is."""
    chosen = ctx.command.values.get("item")
    found = offer(ctx.uow, ctx.person, chosen) if isinstance(chosen, str) else None
    if found is None:
        said = ctx.toast("sh.not_on_sale", tone="warning")
        return replace(said, card=ctx.redraw(), posts=ctx.aloud("sh.not_on_sale"))
    return Reply(posts=(Post(card=_begin(ctx, found)),), card=ctx.redraw())


def confirm(ctx: Ctx) -> Reply:
    """Order it. What is wrong is said on the same card, and nothing is held."""
    subject = ctx.subject()
    _take_answers(ctx, subject)
    subject.pop("refused", None)
    order_id, store_id = str(subject["order"]), str(subject.get("store", "")) or None
    if reading.exists(ctx.uow, order_id):
        return Reply(card=ctx.redraw())
    try:
        made = request(
            ctx.uow, ctx.person, str(subject["item"]), order_news.terms_of(ctx), store_id=store_id,
            quantity=int(subject.get("quantity", 1)), order_id=order_id, why=str(subject.get("why", "")),
        )  # fmt: skip
    except _REFUSALS as error:
        subject["refused"] = {"code": error.code, "text": _refusal(ctx, error, subject)}
        card = order_news.redrawn(ctx, subject)
        return Reply(card=card)
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    card = order_news.redrawn(ctx, {**subject, "left": made.left})
    posts = order_news.follow(ctx, made.order)
    if made.order.fulfilment is Fulfilment.POOL:
        posts += _pool_is_full(ctx, made.order)
    return Reply(card=card, posts=posts, refresh=(order_id,))


def ask_why(ctx: Ctx) -> Reply:
    """Where the card has no room for words: the next message is the word to the approver."""
    assert ctx.card is not None
    pending.ask(ctx.uow, ctx.account, "shop.why", orjson.dumps({"card": ctx.card.id}).decode())
    return Reply(posts=(Post(text=ctx.say("sh.why_ask")),), card=ctx.redraw())


def why_said(ctx: Ctx) -> Reply:
    """The message that answers `ask_why`."""
    assert ctx.question is not None
    pending.forget(ctx.uow, ctx.account)
    ctx.card = card_rows.find(ctx.uow, orjson.loads(ctx.question.params)["card"])
    if ctx.card is None or ctx.card.person_id != ctx.person.id:
        return ctx.text(CardUnknown.code)
    card = order_news.redrawn(ctx, {**ctx.subject(), "why": order_news.worded(ctx.command.args)})
    return Reply(card=card)


def tell_me(ctx: Ctx) -> Reply:
    """Remind me when it is there again; for a training, a place in line (R-RED-03)."""
    subject = ctx.subject()
    _take_answers(ctx, subject)
    found = offer(ctx.uow, ctx.person, str(subject["item"]))
    if found is None:
        return ctx.toast("sh.not_on_sale", tone="warning")
    store = str(subject.get("store", "")) or None
    place = restock.subscribe(ctx.uow, ctx.person.id, found.id, store)
    key = "sh.waiting_place" if found.kind is ItemKind.TRAINING else "sh.will_tell"
    return Reply(card=ctx.redraw(), posts=(Post(text=ctx.say(key, n=place)),))


def draw_shop(ctx: Ctx, row: Any) -> Card:
    """The list as it is now."""
    subject = orjson.loads(row.subject)
    page = shop(
        ctx.uow, ctx.person, show=subject["show"], budget=subject.get("budget"), offset=subject.get("offset", 0),
        most=PAGE,
    )  # fmt: skip
    return shop_card(row.id, page, ctx.person.locale)


def draw_order(ctx: Ctx, row: Any) -> Card:
    """The owner's card: before the order is made the question, afterwards the order."""
    subject = orjson.loads(row.subject)
    if reading.exists(ctx.uow, subject["order"]):
        order = reading.find(ctx.uow, subject["order"])
        left = subject.get("left") if order.ready_at is None and order.fulfilled_at is None else None
        return order_card(row.id, order, ctx.person.locale, ctx.person.timezone, left=left)
    found = offer(ctx.uow, ctx.person, subject["item"])
    if found is None:
        head = Header(ctx.say("sh.refused_title"))
        gone = (Text((Plain(ctx.say("sh.not_on_sale")),)),)
        return Card(kind="order", key=row.id, header=head, blocks=gone, summary=head.title, locale=ctx.person.locale)
    said = subject.get("refused", {})
    draft = Draft(
        offer=found, available=balances(ctx.uow, ctx.person.id).wallet, store_id=subject.get("store", ""),
        quantity=subject.get("quantity", 1), why=subject.get("why", ""), refusal=said.get("text", ""),
        refused=said.get("code", ""),
    )  # fmt: skip
    return confirm_card(row.id, draft, ctx.person.locale)


def _new(ctx: Ctx, subject: dict[str, Any]) -> Reply:
    card = ctx.new_card("shop", subject)
    return ctx.privately(Reply(posts=(Post(card=card, to=ctx.direct if ctx.is_group else None),)))


def _wanted(ctx: Ctx) -> dict[str, Any]:
    params = ctx.command.params
    show = params.get("f", "all")
    wanted: dict[str, Any] = {"show": show if show in FILTERS else "all", "offset": _number(params.get("o", ""))}
    budget = _number(params.get("b", ""))
    return {**wanted, "budget": budget} if budget else wanted


def _begin(ctx: Ctx, found: Offer) -> Card:
    """A card for an order that has an id but is not made yet: its id is what later changes of it go by."""
    order_id = new_id()
    here = next((one for one in found.stores if one.store_id == ctx.person.store_id), None)
    with_some = next((one for one in found.stores if one.available != 0), None)
    place = here if here is not None and here.available != 0 else with_some or here
    store = (place.store_id if place is not None else next((one.store_id for one in found.stores), "")) or ""
    quantity = 1
    subject = {"order": order_id, "item": found.id, "store": store, "quantity": quantity}
    return ctx.new_card("order", subject, about=order_id)


def _take_answers(ctx: Ctx, subject: dict[str, Any]) -> None:
    """What the form carried; whether it is allowed the service decides."""
    values = ctx.command.values
    store, quantity, why = values.get("store"), values.get("quantity"), values.get("why")
    if isinstance(store, str) and store and not store.startswith("~"):
        subject["store"] = store[:32]
    if isinstance(quantity, str) and _number(quantity):
        subject["quantity"] = _number(quantity)
    if isinstance(why, str):
        subject["why"] = order_news.worded(why)


def _refusal(ctx: Ctx, error: DomainError, subject: dict[str, Any]) -> str:
    """Why nothing was ordered, in this person's words."""
    if isinstance(error, LimitReached):
        if error.again_on is None:
            return ctx.say("sh.limit_ever", n=error.count)
        date = day(error.again_on, ctx.person.locale)
        found = offer(ctx.uow, ctx.person, str(subject["item"]))
        if found is not None and found.kind is ItemKind.TIME_OFF and not found.limit_count:
            return ctx.say("sh.limit_time_off", date=date)
        return ctx.say("sh.limit", period=ctx.say(f"sh.period.{error.period}"), n=error.count, date=date)
    if isinstance(error, NotEnough):
        key = "sh.short_hint" if error.left > 0 else "sh.not_enough"  # nothing costs up to nothing
        return ctx.say(key, n=error.need - error.left, left=error.left)
    return ctx.say(error.code, **error.params)


def _pool_is_full(ctx: Ctx, order: OrderView) -> tuple[Post, ...]:
    """The goal is reached: an admin who has no share in it decides."""
    if not pools.is_reached(ctx.uow, order.item_id):
        return ()
    sharers = {one.person_id for one in reading.of_item(ctx.uow, order.item_id, order.state)}
    free = [one for one in admins(ctx.uow) if one not in sharers]
    return tell(ctx, free[0], "pool", {"item": order.item_id}, about=order.item_id) if free else ()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 and int(text) < MOST else 0


FEATURE = Feature(
    name="shop",
    commands=(
        SlashCommand(
            name="shop",
            handler=open_shop,
            aliases=("rewards", "redeem"),
            bare=("商城", "兑换", "shop"),
            help="help.shop",
        ),
    ),
    actions=(
        CardAction(name="go.shop", handler=open_shop, on_card=False),
        CardAction(name="shop.show", handler=turn),
        CardAction(name="shop.pick", handler=pick, keeps=True),
        CardAction(name="shop.within", handler=within, keeps=True),
        CardAction(name="shop.confirm", handler=confirm),
        CardAction(name="shop.why", handler=ask_why, keeps=True),
        CardAction(name="shop.tell_me", handler=tell_me, keeps=True),
    ),
    views={"shop": draw_shop, "order": draw_order},
    answers={"shop.why": why_said},
)
