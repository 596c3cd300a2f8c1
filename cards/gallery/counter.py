"""Samples of the counter cards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cards.counter import handed_card, lookup_card, receipt_card, refused_card
from cards.counter_closing import closing_card
from cards.counter_dispute import dispute_card
from cards.gallery.keys import KEY
from cards.model import Card
from domain.people.messages import StoreRef
from domain.rewards.counter_messages import (
    Closing,
    Difference,
    Disputed,
    HandedOver,
    Handover,
    LookedUp,
    Refusal,
    Refused,
)
from domain.rewards.messages import Fulfilment, ItemKind, OrderState, OrderView, StockLine

_STORE = StoreRef(id="s1", name="人民广场店", timezone="Asia/Shanghai")
_AT = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    order = _order()
    done = HandedOver(
        order=replace(order, state=OrderState.FULFILLED, fulfilled=1), store=_STORE, quantity=1, left=0, at=_AT,
        clerk_id="c1", clerk_name="周敏", today=6,
    )  # fmt: skip
    several = LookedUp(order=replace(order, quantity=3), store=_STORE, at=_AT)
    used = Refused(reason=Refusal.USED, at=_AT, by_name="周敏", zone=_STORE.timezone)
    told = Disputed(
        order=replace(done.order, state=OrderState.DISPUTED, fulfilled_at=_AT), store=_STORE, clerk_id="c1",
        clerk_name="周敏", deciders=("m1",), admins=("a1",),
    )  # fmt: skip
    return {
        "pickup": lookup_card(KEY + "0", LookedUp(order=order, store=_STORE), "", locale),
        "pickup_several_late": lookup_card(KEY + "0", several, "停电 power cut", locale),
        "pickup_done": handed_card(KEY + "0", done, "", locale),
        "pickup_used": refused_card(KEY + "0", used, locale),
        "pickup_receipt": receipt_card(KEY + "1", done, locale),
        "pickup_dispute": dispute_card(KEY + "2", told, locale, suspended=False),
        "pickup_dispute_suspended": dispute_card(KEY + "2", told, locale, suspended=True),
        "store_closing": closing_card(KEY + "3", _closing(order), locale),
        "store_closing_quiet": closing_card(KEY + "3", _nothing(), locale),
    }


def _order() -> OrderView:
    return OrderView(
        id="o1", no="R-2031", version=3, state=OrderState.READY, kind=ItemKind.PHYSICAL, fulfilment=Fulfilment.COUNTER,
        item_id="i1", names=("咖啡券", "Coffee voucher"), person_id="p1", person_name="李雷", quantity=1, fulfilled=0,
        price=120, store_id=_STORE.id, store_name=_STORE.name, pickup_days=14, forfeits=False, requested_at=_AT,
        due_at=_AT + timedelta(days=14),
    )  # fmt: skip


def _closing(order: OrderView) -> Closing:
    """A busy day: more of everything than is spelt out."""
    handed = tuple(
        Handover(
            order=replace(order, no=f"R-{2031 + n}", person_name=name), quantity=1, at=_AT + timedelta(minutes=n),
            entered_at=_AT + timedelta(hours=1), clerk_id="c1", clerk_name="周敏", note="停电" if n == 2 else "",
        )
        for n, name in enumerate(("李雷", "Cai Green", "王芳", "赵磊", "陈静", "刘洋", "黄敏", "周杰", "吴迪"))
    )  # fmt: skip
    stock = tuple(
        StockLine(
            stock_id=f"k{n}", store_id=_STORE.id, store_name=_STORE.name, item_id=f"i{n}", names=names,
            on_hand=12 - n, reserved=n,
        )
        for n, names in enumerate((("咖啡券", "Coffee voucher"), ("帆布袋", "Tote bag"), ("保温杯", "Thermos")))
    )  # fmt: skip
    off = Difference(stock_id="k1", delta=-1, reason="破损 1 份", by_name="周敏")
    ready = (replace(order, no="R-2050", person_name="何丽"),)
    return Closing(store=_STORE, day=date(2026, 1, 19), handed=handed, ready=ready, stock=stock, differences=(off,))


def _nothing() -> Closing:
    return Closing(store=_STORE, day=date(2026, 1, 19), handed=(), ready=(), stock=(), differences=())
