"""Samples of the points cards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from cards.gallery.keys import KEY
from cards.model import Card
from cards.points import expiry_card, points_card
from cards.points_adjust import adjustment_card
from domain.points.messages import AdjustmentView, Balances
from domain.wallet.messages import Affordable, Expiring, ExpiryNotice, RefillLine, Wallet, WalletLine


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    mug = ("马克杯", "Mug")
    lines = (
        WalletLine(on=date(2026, 2, 13), kind="cleared", amount=20, cause="k1", who="韩梅梅"),
        WalletLine(on=date(2026, 2, 12), kind="held", amount=-120, cause="o1", order_no="R-2031", item=mug),
        WalletLine(on=date(2026, 2, 11), kind="rewarded", amount=20, cause="starter:checkin"),
        WalletLine(on=date(2026, 2, 1), kind="expired", amount=-35, cause="expiry:2026-02"),
        WalletLine(on=date(2026, 1, 30), kind="released", amount=1_200, cause="o0", order_no="R-1999", item=mug),
    )
    has = Balances(wallet=1_280, pending=20, held=120, giving=65)
    full = Wallet(
        balances=has, lines=lines, page=2, more=True,
        expiring=(Expiring(300, date(2026, 2, 28)), Expiring(20, date(2026, 3, 5))),
    )  # fmt: skip
    notice = ExpiryNotice(amount=300, on=date(2026, 2, 28), days=7, offers=(Affordable(mug, 120),))
    return {
        "points": points_card(KEY + "1", full, locale, ("shop", "kudos")),
        "points_none": points_card(KEY + "2", Wallet(balances=Balances(0, 0, 0, 100)), locale),
        "points_refilled": points_card(KEY + "2", _refilled(), locale),
        **_adjustments(locale),
        "points_expiring": expiry_card(KEY + "3", notice, locale, ("shop",)),
    }


def _refilled() -> Wallet:
    lines = (
        RefillLine(date(2026, 2, 13), 50, "新店开业，请多感谢帮忙的同事"),
        RefillLine(date(2026, 2, 2), 1_000, "年会"),
    )
    return Wallet(balances=Balances(0, 0, 0, 1_150), refills=lines)


def _adjustments(locale: str) -> dict[str, Card]:
    asked = AdjustmentView(
        id="a1", person_id="p1", person_name="李雷", amount=-100, reason="活动重复发放", evidence="工单 2031",
        first_id="p2", first_name="安然", second_name="", state="open", note="",
        due_at=datetime(2026, 2, 25, 2, 5, tzinfo=UTC),
    )  # fmt: skip
    done = replace(asked, state="done", second_name="白博", amount=100)
    refused = replace(asked, state="refused", second_name="白博", note="凭据不对")
    zone = "Asia/Shanghai"
    return {
        "adjustment": adjustment_card(KEY + "4", asked, locale, zone, decides=True),
        "adjustment_waiting": adjustment_card(KEY + "4", asked, locale, zone, decides=False),
        "adjustment_done": adjustment_card(KEY + "4", done, locale, zone, decides=True),
        "adjustment_refused": adjustment_card(KEY + "4", refused, locale, zone, decides=True),
        "adjustment_expired": adjustment_card(KEY + "4", replace(asked, state="expired"), locale, zone, decides=False),
    }
