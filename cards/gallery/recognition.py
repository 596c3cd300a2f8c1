"""Samples of the recognition cards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cards.gallery.keys import KEY
from cards.model import Card
from cards.recognition import (
    KudosSheet,
    cancelled_card,
    choose_card,
    confirm_card,
    form_card,
    problem_card,
    sent_card,
)
from cards.recognition_got import badges_card, digest_card, got_card, group_card
from cards.recognition_refill import refilled_card
from cards.recognition_reversal import (
    choose_gift_card,
    confirm_reversal_card,
    reversal_cancelled_card,
    reversal_done_card,
    reversed_card,
)
from cards.text import say
from domain.recognition.messages import (
    BadgeEarned,
    BoostKind,
    BoostView,
    Candidate,
    GiftView,
    KudosView,
    RecipientView,
    ReversalView,
    TagView,
    Visibility,
)

_AT = datetime(2026, 2, 13, 2, 5, tzinfo=UTC)
_VALUES = tuple(
    TagView(id=f"v{at}", name=name, name_en=english)
    for at, (name, english) in enumerate(
        (("客户第一", "Customer first"), ("团队协作", "Teamwork"), ("诚信担当", "Integrity"),
         ("追求卓越", "Excellence"), ("拥抱变化", "Embrace change"))
    )
)  # fmt: skip
_PEOPLE = (
    Candidate(person_id="p1", name="李雷", department="运营部", employee_no="E12"),
    Candidate(person_id="p2", name="韩梅 <b>", department="客服部", employee_no="E34"),
    Candidate(person_id="p3", name="李雷", department="人民广场店", employee_no="E56"),
)
_REASON = "周末陪我修好了工单系统，客户周一一早就能用"


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    return {
        **_making(locale),
        **_problems(locale),
        **_given(locale),
        **_received(locale),
        **_refills(locale),
        **_reversals(locale),
    }


def _making(locale: str) -> dict[str, Card]:
    blank = _sheet(locale, "7", team=_PEOPLE)
    filled = _sheet(locale, "8", team=_PEOPLE, to=_PEOPLE[:2], points=10, tags=("v0",), reason=_REASON)
    return {
        "kudos_form": form_card(blank),
        "kudos_preview": confirm_card(replace(filled, has_form=True, badge=True, ecard="thanks")),
        "kudos_form_wrong": form_card(replace(filled, reason="谢谢", problem=say(locale, "ku.short"))),
        "kudos_form_alone": form_card(replace(blank, team=(), in_group=True)),
        "kudos_confirm": confirm_card(filled),
        "kudos_confirm_private": confirm_card(replace(filled, private=True, in_group=True)),
        "kudos_confirm_tag": confirm_card(replace(filled, tags=(), to=_PEOPLE[:1], points=0)),
        "kudos_choose": choose_card(filled, "李雷", (_PEOPLE[0], _PEOPLE[2])),
        "kudos_choose_nobody": choose_card(replace(filled, to=()), "小李", ()),
        "kudos_cancelled": cancelled_card(KEY + "9", locale),
    }


def _problems(locale: str) -> dict[str, Card]:
    def problem(key: str, *ways: tuple[str, dict[str, str]], **params: Any) -> Card:
        words = say(locale, key, **params) if params else say(locale, key)
        return problem_card(_sheet(locale, "a", to=_PEOPLE[:2], points=10, reason=_REASON, problem=words, ways=ways))

    zero, others = ("kudos.points", {"p": "0"}), ("kudos.others", {"w": "p1"})
    edit: tuple[str, dict[str, str]] = ("kudos.edit", {})
    return {
        "kudos_self": problem("ku.self", others),
        "kudos_inactive": problem("ku.inactive", others, name="李雷"),
        "kudos_budget": problem("ku.budget", zero, ("kudos.points", {"p": "8"}), left=25, need=30),
        "kudos_cap": problem("ku.cap", zero, others, name="李雷", x=35, cap=40),
        "kudos_excess": problem("ku.excess", ("kudos.agree", {}), names="李雷", limit=200),
        "kudos_short": problem("ku.short", edit),
        "kudos_unfunded": problem("ku.unfunded", zero),
        "kudos_thanks_cap": problem("ku.thanks_cap", limit=20),
    }


def _given(locale: str) -> dict[str, Card]:
    kudos = _kudos()
    waiting = replace(kudos, recipients=(*kudos.recipients, _got("p4", "Dan", 10, "parked")))
    mixed = replace(kudos, recipients=(kudos.recipients[0], _got("p2", "韩梅 <b>", 0)))
    return {
        "kudos_sent": sent_card(KEY + "b", kudos, locale, left=80, undoable=True),
        "kudos_sent_waiting": sent_card(KEY + "b", waiting, locale, left=70, undoable=True),
        "kudos_sent_mixed": sent_card(KEY + "b", mixed, locale, left=90, undoable=True),
        "kudos_sent_late": sent_card(KEY + "b", kudos, locale, left=80, undoable=False, late=True),
        "kudos_undone_closed": sent_card(
            KEY + "b", replace(kudos, undone=True, lapsed=True), locale, left=100, undoable=False
        ),
        "kudos_undone": sent_card(KEY + "b", replace(kudos, undone=True), locale, left=100, undoable=False),
    }


def _received(locale: str) -> dict[str, Card]:
    kudos = _kudos()
    mine = kudos.recipients[0]
    hidden = replace(kudos, visibility=Visibility.PRIVATE, hidden=True)
    undone = replace(kudos, undone=True)
    agreed = replace(kudos, endorsers=("白博", "Cai Green"))
    badges = (
        BadgeEarned(person_id="p1", key="first_thanks", name="第一次感谢", name_en="First thanks", count=1),
        BadgeEarned(person_id="p1", key="value:v0", name="客户第一", name_en="Customer first", count=3),
    )
    return {
        "kudos_got": got_card(KEY + "c", kudos, mine, locale, thanked=False, spendable=False),
        "kudos_got_private": got_card(KEY + "c", hidden, mine, locale, thanked=True, spendable=True),
        "kudos_got_zero": got_card(KEY + "c", kudos, replace(mine, points=0), locale, thanked=False, spendable=False),
        "kudos_got_undone": got_card(KEY + "c", undone, mine, locale, thanked=False, spendable=False),
        "kudos_group": group_card(KEY + "d", kudos, locale),
        "kudos_group_agreed": group_card(KEY + "d", agreed, locale),
        "kudos_group_hidden": group_card(KEY + "d", hidden, locale),
        "kudos_group_undone": group_card(KEY + "d", undone, locale),
        "kudos_digest": digest_card(KEY + "e", (kudos, agreed, undone), locale),
        "badges": badges_card(KEY + "f", badges, locale),
        "badges_none": badges_card(KEY + "f", (), locale),
    }


def _sheet(locale: str, last: str, **more: Any) -> KudosSheet:
    return KudosSheet(key=KEY + last, locale=locale, left=90, values=_VALUES, **more)


def _kudos() -> KudosView:
    return KudosView(
        id="k1", giver_id="p9", giver_name="王芳", recipients=(_got("p1", "李雷", 10), _got("p2", "韩梅 <b>", 10)),
        points=10, tags=_VALUES[:1], reason=_REASON, visibility=Visibility.PUBLIC, hidden=False, group="x",
        undone=False, given_at=_AT, undo_until=_AT + timedelta(minutes=10), period="2026-02",
    )  # fmt: skip


def _got(person_id: str, name: str, points: int, state: str = "pending") -> RecipientView:
    return RecipientView(person_id=person_id, name=name, points=points, state=state)


def _refills(locale: str) -> dict[str, Card]:
    once = BoostView(
        id="b1", person_id="p1", person_name="李雷", by_name="安然", kind=BoostKind.ONE_TIME, amount=50,
        programme="allowance", reason="新店开业，请多感谢帮忙的同事", usable_until="2026-04", at=_AT,
    )  # fmt: skip
    monthly = replace(once, kind=BoostKind.PERSISTENT, usable_until="2026-02")
    return {
        "allowance_refilled": refilled_card(KEY + "e", once, locale),
        "allowance_refilled_monthly": refilled_card(KEY + "e", monthly, locale),
    }


def _reversals(locale: str) -> dict[str, Card]:
    gift = GiftView(
        id="g1", kudos_id="k1", named_id="p1", giver_id="p9", giver_name="白博", recipient_id="p1",
        recipient_name="李雷", points=100, reason=_REASON, at=_AT,
    )  # fmt: skip
    done = ReversalView(retired=30, due=70, regranted=True, reason="送错人了", entry_id="e1")
    zone, mine = "Asia/Shanghai", _kudos()
    taken = replace(mine, recipients=tuple(replace(one, taken=True) for one in mine.recipients))
    return {
        "kudos_reversal_choose": choose_gift_card(KEY + "f", (gift, replace(gift, id="g2", points=10)), locale, zone),
        "kudos_reversal_none": choose_gift_card(KEY + "f", (), locale, zone),
        "kudos_reversal": confirm_reversal_card(KEY + "f", gift, locale, zone, regrants=True),
        "kudos_reversal_done": reversal_done_card(KEY + "f", gift, done, locale),
        "kudos_reversal_cancelled": reversal_cancelled_card(KEY + "f", locale),
        "kudos_reversed": reversed_card(KEY + "f", gift, done, locale, is_giver=False),
        "kudos_reversed_giver": reversed_card(KEY + "f", gift, done, locale, is_giver=True),
        "kudos_got_taken": got_card(KEY + "c", taken, taken.recipients[0], locale, thanked=False, spendable=True),
        "kudos_sent_taken": sent_card(KEY + "b", taken, locale, left=80, undoable=False),
    }
