"""Samples of the cards about rewards: the shop, an order in its states, and those who work on it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from cards.approval_questions import question_card
from cards.approvals import approval_card, confirmation_card, pool_card, prepare_card
from cards.gallery.keys import KEY
from cards.model import Card
from cards.orders import order_card, orders_card
from cards.rewards import Draft, confirm_card, shop_card
from cards.stock import stock_card
from cards.text import say
from domain.rewards.messages import (
    Fulfilment,
    ItemKind,
    Offer,
    OrderState,
    OrderView,
    ShopPage,
    StockLine,
    StoreStock,
)

_ZONE = "Asia/Shanghai"
_SQUARE = StoreStock(stock_id="s1", store_id="t1", store_name="人民广场店", available=12)
_XUJIAHUI = StoreStock(stock_id="s2", store_id="t2", store_name="徐家汇店", available=0)
_COFFEE = Offer(
    id="i1", key="coffee", kind=ItemKind.PHYSICAL, fulfilment=Fulfilment.COUNTER, names=("咖啡券", "Coffee voucher"),
    image="coffee", price=120, to_go=0, available=12, stores=(_SQUARE,), max_quantity=1, pickup_days=14,
    forfeits=False, approvers=(),
)  # fmt: skip
_LAMP = replace(
    _COFFEE, id="i2", key="lamp", names=("露营灯", "Camping lamp"), image="", price=400, to_go=80,
    stores=(_SQUARE, _XUJIAHUI), approvers=("manager",), limit_count=1, limit_period="quarter",
)  # fmt: skip
_LEAVE = replace(
    _COFFEE, id="i3", key="leave", kind=ItemKind.TIME_OFF, fulfilment=Fulfilment.HR, names=("奖励假半天", "Half day"),
    image="half_day", price=200, available=None, stores=(), max_quantity=6, approvers=("manager",),
)  # fmt: skip
_POOL = replace(
    _COFFEE, id="i4", key="dinner", kind=ItemKind.TEAM_POOL, fulfilment=Fulfilment.POOL,
    names=("团队聚餐", "Team dinner"), image="dinner", price=2000, available=None, stores=(), approvers=("admin",),
    pool_until=date(2026, 3, 31), pool_reached=1300,
)  # fmt: skip
_TRAINING = replace(
    _LEAVE, id="i5", key="course", kind=ItemKind.TRAINING, names=("数据分析课", "Data course"), image="training",
    price=300, available=0, max_quantity=1, approvers=("hrbp",),
)  # fmt: skip
_ORDER = OrderView(
    id="o1", no="R-2031", version=2, state=OrderState.APPROVED, kind=ItemKind.PHYSICAL, fulfilment=Fulfilment.COUNTER,
    item_id="i1", names=_COFFEE.names, person_id="p1", person_name="李雷", quantity=1, fulfilled=0, price=120,
    store_id="t1", store_name="人民广场店", pickup_days=14, forfeits=False,
    requested_at=datetime(2026, 2, 13, 2, 5, tzinfo=UTC), due_at=datetime(2026, 2, 27, 15, 59, tzinfo=UTC),
)  # fmt: skip
_ASKED = replace(
    _ORDER, state=OrderState.PENDING_APPROVAL, kind=ItemKind.TIME_OFF, fulfilment=Fulfilment.HR, names=_LEAVE.names,
    quantity=3, price=200, store_id=None, store_name="", approver_id="p2", approver_name="韩梅梅", steps=("manager",),
)  # fmt: skip


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    return {**_shop(locale), **_orders(locale), **_work(locale)}


def _shop(locale: str) -> Mapping[str, Card]:
    page = ShopPage(
        offers=(_COFFEE, _LEAVE, _TRAINING, _LAMP, _POOL), available=320, expiring=40, offset=0, total=12
    )  # fmt: skip
    sold_out = replace(_TRAINING, to_go=0)
    return {
        "shop": shop_card(KEY + "1", page, locale),
        "shop_empty": shop_card(KEY + "1", ShopPage(offers=(), available=0, expiring=0, filter="training"), locale),
        "shop_within": shop_card(
            KEY + "1", ShopPage(offers=(_COFFEE,), available=240, expiring=0, budget=240, offset=5, total=6), locale
        ),
        "reward_confirm": confirm_card(KEY + "2", Draft(offer=_COFFEE, available=320, store_id="t1"), locale),
        "reward_confirm_leave": confirm_card(
            KEY + "2", Draft(offer=_LEAVE, available=900, quantity=2, why="带孩子看病"), locale
        ),
        "reward_confirm_pool": confirm_card(KEY + "2", Draft(offer=_POOL, available=320), locale),
        "reward_short": confirm_card(
            KEY + "2",
            Draft(
                offer=_LAMP, available=320, store_id="t1", refusal=say(locale, "sh.short_hint", n=80, left=320),
                refused="sh.not_enough",
            ),
            locale,
        ),
        "reward_sold_out": confirm_card(
            KEY + "2",
            Draft(offer=sold_out, available=320, refusal=say(locale, "sh.soldout"), refused="sh.sold_out"),
            locale,
        ),
    }  # fmt: skip


def _orders(locale: str) -> Mapping[str, Card]:
    ready = replace(_ORDER, state=OrderState.READY)
    voucher = replace(ready, kind=ItemKind.VOUCHER, fulfilment=Fulfilment.REVEAL, store_id=None, store_name="")
    rejected = replace(_ASKED, state=OrderState.REJECTED, reason="月底盘点，改下周")
    done = replace(_ASKED, state=OrderState.FULFILLED, fulfilled=3, detail="3月2日 全天", due_at=None)
    older_ones = (
        replace(ready, id="o2", no="R-2030"),
        replace(rejected, id="o3", no="R-2024"),
        replace(done, id="o4", no="R-2007"),
    )
    return {
        "order_placed": order_card(KEY + "3", _ORDER, locale, _ZONE, left=200),
        "order_waiting": order_card(KEY + "3", _ASKED, locale, _ZONE),
        "order_ready": order_card(KEY + "3", ready, locale, _ZONE),
        "order_voucher": order_card(KEY + "3", voucher, locale, _ZONE),
        "order_rejected": order_card(KEY + "3", rejected, locale, _ZONE),
        "order_done": order_card(KEY + "3", done, locale, _ZONE),
        "orders": orders_card(KEY + "4", older_ones, locale, waiting=(_ASKED,), older=8),
        "orders_none": orders_card(KEY + "4", (), locale),
    }


def _work(locale: str) -> Mapping[str, Card]:
    declined = replace(_ASKED, state=OrderState.REJECTED, reason="月底盘点，改下周")
    agreed = replace(_ASKED, state=OrderState.APPROVED)
    lines = (
        StockLine(
            stock_id="s1", store_id="t1", store_name="人民广场店", item_id="i1", names=_COFFEE.names, on_hand=14,
            reserved=2,
        ),
        StockLine(
            stock_id="s3", store_id="t1", store_name="人民广场店", item_id="i9", names=("拥抱", "Hug"), on_hand=0,
            reserved=0, counted=False,
        ),
    )  # fmt: skip
    return {
        "approval": approval_card(
            KEY + "5", _ASKED, "p2", locale, decides=True, why="带孩子看病", away=("白博", "Cai")
        ),
        "approval_reason": approval_card(KEY + "5", _ASKED, "p2", locale, decides=True, rejecting=True),
        "approval_declined": approval_card(KEY + "5", declined, "p2", locale, decides=True),
        "approval_question": question_card(KEY + "5", _ASKED, "安然", "旧的那副呢？", locale),
        "approval_answered": question_card(KEY + "5", _ASKED, "安然", "旧的那副呢？", locale, is_answered=True),
        "prepare": prepare_card(KEY + "6", _ORDER, locale, _ZONE),
        "prepare_done": prepare_card(KEY + "6", replace(_ORDER, state=OrderState.READY), locale, _ZONE),
        "confirmation": confirmation_card(KEY + "7", agreed, locale),
        "confirmation_done": confirmation_card(
            KEY + "7", replace(agreed, state=OrderState.FULFILLED, detail="3月2日 全天"), locale
        ),
        "pool": pool_card(KEY + "8", _POOL, 7, locale),
        "stock": stock_card(KEY + "9", "人民广场店", lines, locale),
    }  # fmt: skip
