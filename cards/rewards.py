"""Cards of the shop: the list, the question before an order is made, and why none was made (flow 5.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Choice,
    Group,
    Header,
    Input,
    Note,
    Option,
    Picture,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
)
from cards.picture import ITEMS
from cards.text import day, number, say
from domain.rewards.messages import ItemKind, Offer, OrderView, ShopPage, StoreStock

FILTERS = ("affordable", "all", "time_off", "training")
HINTS = {"affordable": "/shop 1", "all": "/shop", "time_off": "/shop leave", "training": "/shop training"}
SHARES = (10, 20, 50, 100, 200, 500)
"""What one may add to a team pool by a click; the rest of the goal besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order that is not made yet: what the card asks, and what was answered. `refusal` is why the last try made
    none: the text, and the code of what is wrong."""

    offer: Offer
    available: int
    store_id: str = ""
    quantity: int = 1
    why: str = ""
    refusal: str = ""
    refused: str = ""


def shop_card(key: str, page: ShopPage, locale: str) -> Card:
    """`/shop`: a page of what there is, with one choice to make (WeCom: a vote)."""
    title_key = "sh.title" if page.expiring else "sh.title_plain"
    title = say(locale, title_key, n=number(page.available), e=number(page.expiring))
    blocks: list[Block] = [Text((Bold(one.name(locale)), Plain(_facts(one, locale)))) for one in page.offers]
    inputs: tuple[Input, ...] = ()
    actions: list[Action] = []
    if page.offers:
        options = tuple(Option(one.id, _option(one, locale)) for one in page.offers)
        inputs = (Choice(name="item", label=say(locale, "sh.pick"), options=options, required=True),)
        actions.append(
            Button(
                label=say(locale, "sh.redeem"), ref=ActionRef("shop.pick"), style=Style.PRIMARY, submits=True,
                hint="/shop",
            )
        )  # fmt: skip
    else:
        blocks.append(Text((Plain(say(locale, "sh.empty")),)))
    rest = page.total - page.offset - len(page.offers)
    if rest > 0:
        actions.append(_turn(page, page.offset + len(page.offers), say(locale, "sh.more", n=rest)))
    elif page.offset:
        actions.append(_turn(page, 0, say(locale, "sh.first_page")))
    actions += [
        Button(label=say(locale, f"sh.filter.{one}"), ref=ActionRef("shop.show", {"f": one}), hint=HINTS[one])
        for one in FILTERS
        if one != page.filter or page.budget is not None
    ]
    within = say(locale, "sh.within", n=number(page.budget)) if page.budget is not None else ""
    return Card(
        kind="shop", key=key, header=Header(title, within or say(locale, f"sh.filter.{page.filter}"), Tone.INFO),
        blocks=tuple(blocks), inputs=inputs, actions=tuple(actions), summary=title, locale=locale,
    )  # fmt: skip


def confirm_card(key: str, draft: Draft, locale: str) -> Card:
    """Before an order is made: what it is, what it costs, where, what follows; and why the last try made none."""
    offer = draft.offer
    head = Header(say(locale, "sh.confirm_title"), offer.name(locale), Tone.INFO)
    if draft.refusal:
        head = Header(say(locale, "sh.refused_title"), offer.name(locale), Tone.WARNING)
    blocks: list[Block] = [Text((Plain(draft.refusal),))] if draft.refusal else []
    if offer.image in ITEMS:
        blocks.append(Picture(offer.image))
    blocks.append(Text((Plain(terms_of(draft, locale)),)))
    blocks += [Note(one) for one in _remarks(draft, locale)]
    groups = (Group(key="why", title="", by_message=ActionRef("shop.why")),) if offer.approvers else ()
    again = draft.refused not in ("sh.not_on_sale", "sh.not_eligible", "sh.no_approver")
    inputs = _questions(draft, locale) if again else ()
    actions: list[Action] = []
    if again:
        actions.append(
            Button(
                label=say(locale, "sh.confirm_button"), ref=ActionRef("shop.confirm"), style=Style.PRIMARY,
                submits=bool(inputs), hint="/shop" if inputs else "",
            )
        )  # fmt: skip
    actions += _ways_out(draft, locale)
    return Card(
        kind="order", key=key, header=head, blocks=tuple(blocks), groups=groups if inputs else (), inputs=inputs,
        actions=tuple(actions), summary=f"{head.title} · {head.subtitle}", locale=locale,
    )  # fmt: skip


def terms_of(draft: Draft, locale: str) -> str:
    """What is about to be ordered, in a line: `咖啡券 ×1　120 分　人民广场店　领取期 14 天　审批：否`."""
    offer = draft.offer
    quantity = quantity_of(offer.kind, draft.quantity, locale)
    if offer.kind is ItemKind.TEAM_POOL:
        until = day(offer.pool_until, locale) if offer.pool_until is not None else ""
        goal = say(locale, "sh.pool", done=number(offer.pool_reached), goal=number(offer.price), date=until)
        return f"{offer.name(locale)}　{goal}"
    key = {ItemKind.PHYSICAL: "sh.confirm", ItemKind.VOUCHER: "sh.confirm_code"}.get(offer.kind, "sh.confirm_plain")
    return say(
        locale, key, item=offer.name(locale), q=quantity, price=number(offer.price * draft.quantity),
        store=_store(draft, locale), d=offer.pickup_days, yn=say(locale, "sh.yes" if offer.approvers else "sh.no"),
    )  # fmt: skip


def quantity_of(kind: ItemKind, quantity: int, locale: str) -> str:
    """How many, as people say it: leave in days, everything else in pieces."""
    if kind is ItemKind.TIME_OFF:
        return say(locale, "sh.day_option" if quantity == 2 else "sh.days_option", n=number(Decimal(quantity) / 2))
    return str(quantity)


def ordered(order: OrderView, locale: str) -> str:
    """What an order is of, and how much of it: `咖啡券 ×2`; a share in a pool is counted by its points alone."""
    if order.kind is ItemKind.TEAM_POOL:
        return order.name(locale)
    return f"{order.name(locale)} ×{quantity_of(order.kind, order.quantity, locale)}"


def _facts(one: Offer, locale: str) -> str:
    """What is said about an item behind its name."""
    facts = [say(locale, "sh.price", n=number(one.price))]
    if one.kind is ItemKind.TEAM_POOL and one.pool_until is not None:
        done, goal = number(one.pool_reached), number(one.price)
        facts = [say(locale, "sh.pool", done=done, goal=goal, date=day(one.pool_until, locale))]
    if one.available is not None:
        facts.append(say(locale, "sh.left", n=one.available) if one.available else say(locale, "sh.none_left"))
    stores = [store.store_name for store in one.stores if store.store_name]
    if stores:
        facts.append(" / ".join(stores))
    if one.to_go:
        facts.append(say(locale, "sh.togo", n=number(one.to_go)))
    return "　" + "　".join(facts)


def _option(one: Offer, locale: str) -> str:
    if one.available == 0:
        return say(locale, "sh.option_sold_out", name=one.name(locale))
    if one.to_go:
        return say(locale, "sh.option_togo", name=one.name(locale), price=one.price, n=one.to_go)
    return say(locale, "sh.option", name=one.name(locale), price=one.price)


def _turn(page: ShopPage, offset: int, label: str) -> Button:
    params = {"f": page.filter, "o": str(offset)} | ({"b": str(page.budget)} if page.budget is not None else {})
    return Button(label=label, ref=ActionRef("shop.show", params), hint=f"/shop +{offset}")


def _questions(draft: Draft, locale: str) -> tuple[Input, ...]:
    offer = draft.offer
    asked: list[Input] = []
    if len(offer.stores) > 1:
        options = tuple(Option(one.store_id or "", _store_option(one, locale)) for one in offer.stores)
        chosen = (draft.store_id,) if draft.store_id else options[0].value
        initial = chosen if isinstance(chosen, tuple) else (chosen,)
        asked.append(
            Choice(name="store", label=say(locale, "sh.store"), options=options, initial=initial, required=True)
        )
    amounts = _amounts(offer, locale)
    if amounts:
        label = {ItemKind.TIME_OFF: "sh.days", ItemKind.TEAM_POOL: "sh.share"}.get(offer.kind, "sh.quantity")
        values = {value for value, _ in amounts}
        first = str(draft.quantity) if str(draft.quantity) in values else amounts[0][0]
        options = tuple(Option(value, text) for value, text in amounts)
        asked.append(
            Choice(name="quantity", label=say(locale, label), options=options, initial=(first,), required=True)
        )
    if offer.approvers and offer.kind is not ItemKind.TEAM_POOL:
        asked.append(TextInput(name="why", label=say(locale, "sh.why"), initial=draft.why, group="why", max_length=200))
    return tuple(asked)


def _amounts(offer: Offer, locale: str) -> list[tuple[str, str]]:
    if offer.kind is ItemKind.TEAM_POOL:
        left = offer.price - offer.pool_reached
        shares = sorted({*(share for share in SHARES if share < left), left})
        return [(str(share), say(locale, "sh.share_option", n=number(share))) for share in shares if share > 0]
    if offer.max_quantity < 2:
        return []
    return [(str(n), quantity_of(offer.kind, n, locale)) for n in range(1, min(offer.max_quantity, 10) + 1)]


def _store_option(one: StoreStock, locale: str) -> str:
    if one.available is None:
        return one.store_name
    return say(locale, "sh.store_option", store=one.store_name, n=one.available)


def _store(draft: Draft, locale: str) -> str:
    names: Mapping[str, str] = {one.store_id or "": one.store_name for one in draft.offer.stores}
    if draft.store_id in names:
        return names[draft.store_id]
    return " / ".join(name for name in names.values() if name) or say(locale, "sh.anywhere")


def _remarks(draft: Draft, locale: str) -> list[str]:
    offer = draft.offer
    found: list[str] = []
    if offer.limit_count:
        period = say(locale, f"sh.period.{offer.limit_period}")
        found.append(say(locale, "sh.limit_hint", period=period, n=offer.limit_count))
    if offer.forfeits:
        found.append(say(locale, "sh.forfeits"))
    if draft.why:
        found.append(say(locale, "sh.why_said", why=draft.why))
    hints = {
        ItemKind.TIME_OFF: "sh.time_off_hint", ItemKind.PRIVILEGE: "sh.privilege_hint",
        ItemKind.TRAINING: "sh.training_hint", ItemKind.VOUCHER: "sh.voucher_hint",
        ItemKind.TEAM_POOL: "sh.pool_hint",
    }  # fmt: skip
    if offer.kind in hints:
        found.append(say(locale, hints[offer.kind]))
    return found


def _ways_out(draft: Draft, locale: str) -> list[Action]:
    """Back to the shop; from a sold-out item a reminder, from a dear one what can be afforded."""
    out: list[Action] = []
    offer = draft.offer
    if draft.refused == "sh.sold_out" or offer.available == 0:
        label = "sh.wait_list" if offer.kind is ItemKind.TRAINING else "sh.tell_me"
        out.append(Button(label=say(locale, label), ref=ActionRef("shop.tell_me")))
    if (draft.refused == "sh.not_enough" or offer.to_go) and draft.available > 0:
        budget = {"f": "all", "b": str(draft.available)}
        within = say(locale, "sh.see_within", n=number(draft.available))
        out.append(Button(label=within, ref=ActionRef("shop.within", budget), hint=f"/shop {draft.available}"))
    out.append(Button(label=say(locale, "sh.back"), ref=ActionRef("go.shop"), hint="/shop"))
    return out
