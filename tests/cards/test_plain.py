"""Cards as text: the form that always works (product §6, "text menu must always work")."""

from decimal import Decimal

import pytest

from cards.action import ActionRef
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    DateInput,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    NumberInput,
    Option,
    People,
    PersonRef,
    Plain,
    Progress,
    Text,
    TextInput,
    WebLink,
)
from cards.plain import numbered, plain, progress_text


def card(locale: str) -> Card:
    return Card(
        kind="checkin_form",
        key="0" * 32,
        header=Header("本周打卡", "W07"),
        blocks=(
            Text((Bold("KR2 "), Plain("交付 "), PersonRef("p1", "张伟"), WebLink(" 手册", "https://example.com/h"))),
            Fields((Field("上次", "94%"),)),
            Progress("进度", Decimal("0.5"), "50%"),
            People((PersonRef("p1", "张伟"), PersonRef("p2", "李雷"))),
            Note("约 10 秒"),
        ),
        groups=(Group(key="kr2", title="KR2 交付准时率", caption="目标 98%", by_message=ActionRef("checkin.answer")),),
        inputs=(
            NumberInput(name="v", label="数值", group="kr2", required=True, initial="94", unit="%"),
            Choice(
                name="s",
                label="状态",
                group="kr2",
                options=(Option("g", "顺利"), Option("r", "偏离"), Option("~okr.tree", "看目标")),
            ),
            TextInput(name="n", label="备注", group="kr2"),
            DateInput(name="d", label="截止"),
        ),
        actions=(
            Button(label="提交", ref=ActionRef("checkin.submit"), submits=True),
            Button(label="没变化", ref=ActionRef("checkin.no_change"), hint="/ci nc"),
            Link(label="手册", url="https://example.com/h"),
        ),
        locale=locale,
    )


def test_everything_on_the_card_is_in_the_text():
    assert plain(card("zh-CN")).splitlines() == [
        "本周打卡",
        "W07",
        "KR2 交付 张伟 手册 https://example.com/h",
        "上次：94%",
        "进度 ▓▓▓▓▓░░░░░ 50%",
        "张伟、李雷",
        "约 10 秒",
        "KR2 交付准时率",
        "目标 98%",
        "- 数值（必填）：数字，如 92% / 当前 94",
        "- 状态：顺利 / 偏离",
        "- 备注：文字",
        "- 截止：日期，如 2026-02-13",
        "回复 1 — 看目标",
        "回复 2 — 回复填写 KR2 交付准时率",
        "回复 3 — 提交",
        "回复 /ci nc — 没变化",
        "手册：https://example.com/h",
    ]


def test_the_reader_s_language_words_what_is_ours():
    text = plain(card("en"))
    assert "- 数值 (required): a number, e.g. 92% / now 94" in text
    assert "Reply /ci nc — 没变化" in text
    assert "Reply 3 — 提交" in text


def test_the_numbers_in_the_text_are_those_of_numbered():
    assert [item.ref.name for item in numbered(card("en"))] == ["okr.tree", "checkin.answer", "checkin.submit"]


@pytest.mark.parametrize(("summary", "expected"), [("", "（没有内容）"), ("一句话", "一句话")])
def test_even_an_empty_card_says_something(summary, expected):
    assert plain(Card(kind="x", key="x", header=Header(" "), summary=summary)) == expected


@pytest.mark.parametrize(
    ("ratio", "full"),
    [("0", 0), ("0.002", 1), ("0.25", 3), ("0.5", 5), ("0.996", 9), ("1", 10), ("1.3", 10), ("-0.2", 0)],
)
def test_the_bar_is_full_only_when_done_and_empty_only_when_nothing_is(ratio, full):
    """R-GEN-05, drawn with ten characters."""
    assert progress_text(Progress("", Decimal(ratio), "")) == "▓" * full + "░" * (10 - full)
