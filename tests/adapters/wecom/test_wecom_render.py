"""Cards in WeCom's words, within WeCom's limits (wecom.md §4.1-§4.3)."""

from typing import Any

import pytest

from adapters.base import RenderedKind
from adapters.wecom import limits
from adapters.wecom.adapter import WecomAdapter
from adapters.wecom.limits import Unfit
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    Divider,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    Option,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
    WebLink,
)

SUBMIT = Button(label="提交", ref=ActionRef("checkin.submit", {"c": "1"}), style=Style.PRIMARY, submits=True)
SKIP = Button(label="跳过", ref=ActionRef("checkin.skip"), style=Style.DANGER)
LINK = Link(label="打开看板", url="https://okr.example/m")


def options(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"o{n}", f"选项{n}") for n in range(count))


def choice(name: str = "kr1", count: int = 3, **more: Any) -> Choice:
    return Choice(name=name, label=name, options=options(count), **more)


def card(**parts: Any) -> Card:
    return Card(kind="test", key="k" * 32, header=parts.pop("header", Header("本周签到")), **parts)


def shown(adapter: WecomAdapter, made: Card) -> dict[str, Any]:
    rendered = adapter.render(made, Surface.DIRECT, {})
    assert rendered == adapter.render(made, Surface.DIRECT, {}), "render is pure"
    assert rendered.kind is RenderedKind.CARD
    assert rendered.payload["msgtype"] == "template_card"
    assert 0 < rendered.bytes < 28_000
    template: dict[str, Any] = rendered.payload["template_card"]
    assert "task_id" not in template, "known only at send time"
    return template


def test_notice_leads_to_our_page(adapter: WecomAdapter) -> None:
    """text_notice demands a card_action of type 1 (42045)."""
    template = shown(adapter, card(blocks=(Text((Plain("已记录"),)),)))
    assert template["card_type"] == "text_notice"
    assert template["card_action"] == {"type": 1, "url": "https://okr.example"}
    assert template["sub_title_text"] == "已记录"


def test_notice_with_links(adapter: WecomAdapter) -> None:
    links = tuple(Link(label=f"链接{n}", url=f"https://okr.example/{n}") for n in range(6))
    template = shown(adapter, card(actions=links))
    assert [jump["url"] for jump in template["jump_list"]] == [f"https://okr.example/{n}" for n in range(3)]
    assert [row["url"] for row in template["horizontal_content_list"]] == [
        f"https://okr.example/{n}" for n in (3, 4, 5)
    ]
    assert template["card_action"]["url"] == "https://okr.example/0"


def test_buttons_and_their_styles(adapter: WecomAdapter) -> None:
    other = Button(label="晚点", ref=ActionRef("checkin.later"))
    template = shown(adapter, card(actions=(SUBMIT, other, SKIP, LINK)))
    assert template["card_type"] == "button_interaction"
    assert template["button_list"] == [
        {"text": "提交", "style": 1, "key": "~checkin.submit?c=1"},
        {"text": "晚点", "style": 2, "key": "~checkin.later"},
        {"text": "跳过", "style": 4, "key": "~checkin.skip"},
    ]
    assert template["horizontal_content_list"] == [
        {"type": 1, "keyname": "链接", "value": "打开看板", "url": "https://okr.example/m"}
    ]


def test_three_choices_become_a_select_card(adapter: WecomAdapter) -> None:
    """Group titles and captions stand in the title's second line: the card has no other place (§4.1)."""
    groups = (Group(key="g1", title="KR1 签约", caption="60%"), Group(key="g2", title="KR2 招聘"))
    inputs = (choice("a", 10, group="g2"), choice("b", group="g1", initial=("o1",)), choice("c", initial=("gone",)))
    template = shown(adapter, card(groups=groups, inputs=inputs, actions=(SUBMIT,), header=Header("签到", "第3周")))
    assert template["card_type"] == "multiple_interaction"
    assert template["main_title"] == {"title": "签到", "desc": "KR2 招聘 · KR1 签约 60%"}
    assert template["source"]["desc"] == "第3周"
    assert [select["question_key"] for select in template["select_list"]] == ["a", "b", "c"]
    assert [select.get("selected_id") for select in template["select_list"]] == [None, "o1", None]
    assert template["submit_button"] == {"text": "提交", "key": "~checkin.submit?c=1"}
    assert set(template) == {"card_type", "source", "main_title", "select_list", "submit_button"}


def test_form_text_as_fit_counts_it_has_room(adapter: WecomAdapter) -> None:
    """`fit` fills the 44 characters counting one between two parts."""
    groups = (
        Group(key="a", title="x" * 10, caption="y" * 10),
        Group(key="b", title="z" * 11),
        Group(key="c", title="-"),
    )
    inputs = (choice("1", group="a"), choice("2", group="b"))
    made = card(groups=groups, inputs=inputs, actions=(SUBMIT,), blocks=(Text((Plain("t" * 10),)),))
    assert shown(adapter, made)["main_title"]["desc"] == f"{'x' * 10} {'y' * 10}·{'z' * 11}·{'t' * 10}"


def test_one_many_choice_becomes_a_vote(adapter: WecomAdapter) -> None:
    template = shown(adapter, card(inputs=(choice("mood", 20, many=True, initial=("o2",)),), actions=(SUBMIT,)))
    assert template["card_type"] == "vote_interaction"
    assert (template["checkbox"]["mode"], template["checkbox"]["question_key"]) == (1, "mood")
    assert template["submit_button"]["key"] == "~checkin.submit?c=1#many"
    assert [option["id"] for option in template["checkbox"]["option_list"] if option["is_checked"]] == ["o2"]


def test_one_long_choice_becomes_a_vote_for_one(adapter: WecomAdapter) -> None:
    template = shown(adapter, card(inputs=(choice("who", 11),), actions=(SUBMIT,)))
    assert (template["card_type"], template["checkbox"]["mode"]) == ("vote_interaction", 0)


def test_one_choice_and_several_buttons(adapter: WecomAdapter) -> None:
    template = shown(adapter, card(inputs=(choice(),), actions=(SUBMIT, SKIP), blocks=(Note("提示"),)))
    assert template["card_type"] == "button_interaction"
    assert template["button_selection"]["question_key"] == "kr1"
    assert template["quote_area"] == {"type": 0, "quote_text": "提示"}


def test_one_choice_with_many_words_takes_the_roomier_card(adapter: WecomAdapter) -> None:
    words = Text((Plain("很长的说明" * 10),))
    assert shown(adapter, card(inputs=(choice(),), actions=(SUBMIT,)))["card_type"] == "multiple_interaction"
    template = shown(adapter, card(inputs=(choice(),), actions=(SUBMIT,), blocks=(words,)))
    assert (template["card_type"], template["sub_title_text"]) == ("button_interaction", "很长的说明" * 10)


def test_fields_fit_or_move_to_the_paragraph(adapter: WecomAdapter) -> None:
    """Six rows of 5 and 30 characters; nothing is lost (§4.2)."""
    pairs = (Field("进度", "60%"), Field("很长的标签", "x" * 31), Field("超过五个字的标签", "1"), Field("", "无标签"))
    more = tuple(Field(f"值{n}", str(n)) for n in range(6))
    template = shown(adapter, card(blocks=(Fields(pairs + more), Divider()), actions=(SUBMIT,)))
    rows = template["horizontal_content_list"]
    assert [row["keyname"] for row in rows] == ["进度", "值0", "值1", "值2", "值3", "值4"]
    for lost in ("x" * 31, "超过五个字的标签", "无标签", "值5"):
        assert lost in template["sub_title_text"]


def test_text_beyond_the_paragraph_goes_to_the_quote(adapter: WecomAdapter) -> None:
    blocks = tuple(Text((Bold(f"{n}" * 70), WebLink("见", "https://e.example"))) for n in range(4))
    template = shown(adapter, card(blocks=(*blocks, Note("算法说明")), header=Header("T", "s" * 45)))
    everything = template["sub_title_text"] + template["quote_area"]["quote_text"]
    assert len(template["sub_title_text"]) <= limits.SUB_TITLE
    assert all(f"{n}" * 70 in everything for n in range(4))
    assert "s" * 45 in everything
    assert template["quote_area"]["quote_text"].endswith("算法说明")


@pytest.mark.parametrize(
    ("tone", "colour"), [(Tone.NEUTRAL, 0), (Tone.INFO, 1), (Tone.SUCCESS, 3), (Tone.WARNING, 2), (Tone.DANGER, 2)]
)
def test_tone_colours_the_source(adapter: WecomAdapter, tone: Tone, colour: int) -> None:
    assert shown(adapter, card(header=Header("T", tone=tone)))["source"]["desc_color"] == colour


@pytest.mark.parametrize(
    "made",
    [
        card(header=Header("")),
        card(header=Header("x" * 37)),
        card(actions=tuple(Button(label=f"b{n}", ref=ActionRef(f"a.b{n}")) for n in range(7))),
        card(actions=(SUBMIT, SUBMIT)),
        card(actions=(Button(label="x" * 11, ref=ActionRef("a.b")),)),
        card(actions=(Button(label="x", ref=ActionRef("a.b", {"p": "x" * 1024})),)),
        card(inputs=(choice(),), actions=()),
        card(inputs=(choice(),), actions=(SKIP,)),
        card(inputs=tuple(choice(f"c{n}") for n in range(4)), actions=(SUBMIT,)),
        card(inputs=(choice("a"), choice("a")), actions=(SUBMIT,)),
        card(inputs=(choice("a"), choice("b")), actions=(SUBMIT, SKIP)),
        card(inputs=(choice("a"), choice("b")), actions=(SUBMIT, LINK)),
        card(inputs=(choice("a"), choice("b", many=True)), actions=(SUBMIT,)),
        card(inputs=(choice("a"), choice("b", 11)), actions=(SUBMIT,)),
        card(inputs=(choice("a", 0), choice("b")), actions=(SUBMIT,)),
        card(inputs=(choice("a", 21, many=True),), actions=(SUBMIT,)),
        card(inputs=(TextInput(name="t", label="t"),), actions=(SUBMIT,)),
        card(inputs=(Choice(name="a", label="x" * 14, options=options(2)), choice("b")), actions=(SUBMIT,)),
        card(inputs=(Choice(name="a", label="a", options=(Option("1", "x" * 17),)), choice("b")), actions=(SUBMIT,)),
        card(inputs=(Choice(name="a", label="a", options=(Option("x" * 129, "1"),)), choice("b")), actions=(SUBMIT,)),
        card(inputs=(choice("a"), choice("b")), actions=(SUBMIT,), blocks=(Text((Plain("x" * 45),)),)),
    ],
)
def test_what_fit_should_not_let_through_is_our_error(adapter: WecomAdapter, made: Card) -> None:
    with pytest.raises(Unfit):
        adapter.render(made, Surface.DIRECT, {})


def test_a_group_takes_text_only(adapter: WecomAdapter) -> None:
    """§3.5: template_card is not among appchat's types."""
    assert adapter.capabilities[Surface.GROUP].card is False
    with pytest.raises(Unfit):
        adapter.render(card(), Surface.GROUP, {})


@pytest.mark.parametrize("surface", list(Surface))
def test_text(adapter: WecomAdapter, surface: Surface) -> None:
    rendered = adapter.render_text("已记录 <3 & 好\n第二行", surface)
    assert rendered.payload == {"msgtype": "text", "text": {"content": "已记录 <3 & 好\n第二行"}}
    assert adapter.render_text(" ", surface).payload["text"]["content"] == "…"
    assert len(adapter.render_text("好" * 2000, surface).payload["text"]["content"].encode()) <= 2048


@pytest.mark.parametrize("text", ['<a href="https://evil.example">x</a>', "< A href='x'>y", "x</a >"])
def test_people_cannot_write_links_through_us(adapter: WecomAdapter, text: str) -> None:
    """`<a href>` in a text message becomes a link (§3.2)."""
    content = adapter.render_text(text, Surface.DIRECT).payload["text"]["content"]
    assert "<" not in content


def test_capabilities_are_the_documented_numbers(adapter: WecomAdapter) -> None:
    direct = adapter.capabilities[Surface.DIRECT]
    assert (direct.max_inputs, direct.max_options, direct.max_buttons, direct.form_buttons) == (3, 10, 6, 1)
    assert (direct.button_label, direct.option_label, direct.input_label) == (10, 16, 13)
    assert (direct.title, direct.form_text, direct.text, direct.max_fields) == (36, 44, 160, 6)
    assert (direct.text_input, direct.number_input, direct.date_input, direct.toast) == (False,) * 4
