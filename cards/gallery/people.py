"""Samples of the cards about oneself, help and the welcome."""

from collections.abc import Mapping

from cards.gallery.keys import KEY
from cards.model import Card
from cards.people import (
    HelpLine,
    bind_code_card,
    help_card,
    language_card,
    me_card,
    suggestions_card,
    welcome_card,
)
from domain.people.messages import AboutMe, BindCodeIssued, Bound, Profile


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    profile = Profile(id="p1", name="李雷", locale=locale, timezone="Asia/Shanghai", employee_no="E0042")
    linked = (Bound(platform="wecom", tenant="ww1", user_id="li"), Bound(platform="feishu", tenant="c1", user_id="o"))
    about = AboutMe(person=profile, department="增长部", manager="韩梅梅", identities=linked)
    lines = (
        HelpLine("checkin", "/checkin", "打卡 check in", button=True),
        HelpLine("okr", "/okr", "目标 goals", button=True),
        HelpLine("me", "/me", "我 me"),
        HelpLine("lang", "/lang", "语言 language"),
    )
    return {
        "me": me_card(KEY + "7", about, 7, 1_280, locale),
        "bind_code": bind_code_card(KEY + "8", BindCodeIssued(code="042137", minutes=10), locale),
        "help": help_card(KEY + "9", lines, locale),
        "suggestions": suggestions_card(KEY + "a", "chekin", lines[:2], locale),
        "suggestions_none": suggestions_card(KEY + "a", "xyz", (), locale),
        "welcome": welcome_card(KEY + "b", "李雷", lines, locale, is_known=True),
        "welcome_guest": welcome_card(KEY + "b", "Li Lei", (), locale, is_known=False),
        "language": language_card(KEY + "c", locale),
    }
