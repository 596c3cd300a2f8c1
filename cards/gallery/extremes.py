"""Cards no builder makes: one with all a card can hold, one as long as people can make it, one with a picture."""

from collections.abc import Mapping
from decimal import Decimal

from cards.action import ActionRef
from cards.gallery.keys import KEY
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    Confirm,
    DateInput,
    Divider,
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
    Picture,
    Plain,
    Progress,
    Style,
    Text,
    TextInput,
    Tone,
    WebLink,
)

MARKUP = "<at id=all></at> **x** [y](https://evil.example) ]]> \"}' ${z} @all `q` # h"
"""What somebody may type to become more than text on one messenger or another."""
RTL = "שלום \u202eevil\u202c مرحبا"
_LI = PersonRef("p1", "李雷")
_STRANGER = PersonRef("p9", "名字 <b>很长</b> 的同事")
_URL = "https://okr.example/o/1?a=1&b=2"


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    return {
        "everything": everything_card(KEY + "d", locale),
        "long": long_card(KEY + "e", locale),
        "pictured": pictured_card(KEY + "f", locale),
    }


def everything_card(key: str, locale: str) -> Card:
    """Every block, span, input, option source, action, style and tone-bearing part of `cards.model`."""
    return Card(
        kind="everything",
        key=key,
        header=Header("全部 Everything 🎉", "副标题 · subtitle", Tone.WARNING),
        blocks=(
            Text((Plain(f"{MARKUP}\n{RTL} "), Bold("粗体 bold"), WebLink("链接 link", _URL), _LI, _STRANGER)),
            Fields((Field("负责人", "李雷"), Field("截止", "2026-03-31"), Field("一个相当长的标签", MARKUP))),
            Progress("进度", Decimal("0.52"), "52%"),
            People((_LI, _STRANGER)),
            Picture("plant", "图片 picture [x](y) ]"),
            Picture("mug"),
            Divider(),
            Note(f"小字 note {MARKUP}"),
        ),
        groups=(
            Group(key="one", title="第一组 #1", caption="上次 94%", by_message=ActionRef("everything.ask", {"k": "1"})),
            Group(key="two", title="第二组 #2", by_message=ActionRef("everything.ask", {"k": "2"})),
        ),
        inputs=(*_inputs("one"), *_choices("two")),
        actions=_actions(),
        summary=f"摘要 summary {MARKUP}",
        locale=locale,
    )


def pictured_card(key: str, locale: str) -> Card:
    """Nothing to press, a picture on top: where a surface has room for one, it is here."""
    return Card(
        kind="pictured",
        key=key,
        header=Header("咖啡券 Coffee voucher", "", Tone.SUCCESS),
        blocks=(
            Picture("coffee"),
            Text((Plain("出示取货码即可领取。 Show the code at the counter."),)),
            Fields((Field("门店", "一楼咖啡角"),)),
            Note("三十天内有效。 Valid for thirty days."),
        ),
        actions=(Link(label="详情 details", url=_URL),),
        summary="咖啡券 coffee voucher",
        updates=False,
        locale=locale,
    )


def long_card(key: str, locale: str) -> Card:
    """As much text as rules allow people to write (R-GEN-08), with nothing to cut it at."""
    many = "很长的说明" * 40
    word = "incomprehensibilities" * 12
    return Card(
        kind="long",
        key=key,
        header=Header("季度目标" * 12, "副标题" * 20, Tone.DANGER),
        blocks=(
            Text((Plain(many), Bold(word))),
            *(Fields((Field(f"第 {n} 个很长的标签", "很长的值" * 12),)) for n in range(8)),
            Progress("很长的进度说明" * 4, Decimal(1), "100%　预期 100%"),
            Note("很长的备注" * 30),
        ),
        actions=tuple(
            Button(
                label=f"{n} 号按钮的文字很长很长很长很长", ref=ActionRef("long.press", {"n": str(n)}), hint=f"/long {n}"
            )
            for n in range(1, 5)
        ),
        summary=many,
        locale=locale,
    )


def _inputs(group: str) -> tuple[NumberInput, TextInput, DateInput]:
    values = tuple(Option(str(n), f"{n}%") for n in (90, 92, 94, 96, 98))
    days = tuple(Option(f"2026-03-{day}", f"3月{day}日") for day in (27, 30, 31))
    return (
        NumberInput(
            name="value", label="当前值", required=True, initial="94", group=group, min=Decimal(0), max=Decimal(100),
            step=Decimal("0.5"), unit="%", placeholder="98%", suggestions=values,
        ),
        TextInput(
            name="note", label="备注", group=group, multiline=True, placeholder="一句话", initial="已签 3 家 & <b>",
        ),
        DateInput(name="due", label="什么时候之前", group=group, initial="2026-03-30", suggestions=days),
    )  # fmt: skip


def _choices(group: str) -> tuple[Choice, Choice]:
    states = (("green", "🟢 顺利"), ("amber", "🟡 有风险"), ("red", "🔴 偏离"))
    tags = (("care", "顾客第一"), ("team", "团队"), ("own", "担当 <own>"))
    return (
        Choice(
            name="status", label="状态", group=group, required=True, initial=("amber",),
            options=tuple(Option(value, label) for value, label in states),
        ),
        Choice(
            name="tags", label="价值观", group=group, many=True, placeholder="可多选", initial=("team",),
            options=tuple(Option(value, label) for value, label in tags),
        ),
    )  # fmt: skip


def _actions() -> tuple[Button | Link, ...]:
    sure = Confirm("确认删除？", "删除后不能恢复 <b>")
    return (
        Button(
            label="提交", ref=ActionRef("everything.submit", {"idem": "0123456789abcdef"}), style=Style.PRIMARY,
            submits=True, hint="/everything",
        ),
        Button(label="没变化", ref=ActionRef("everything.keep"), hint="/everything ="),
        Button(label="删除", ref=ActionRef("everything.drop"), style=Style.DANGER, confirm=sure, hint="/everything x"),
        Link(label="详情", url=_URL),
    )  # fmt: skip
