"""Degradation by example: what a person sees where the surface cannot show what was meant (flow 5.1, design (b))."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cards.action import ActionRef
from cards.capability import Capabilities
from cards.fit import CannotFit, Change, Fitted, fit, unfold, within
from cards.model import (
    Button,
    Card,
    Choice,
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
    Plain,
    Progress,
    Style,
    Text,
    TextInput,
    WebLink,
)
from cards.plain import plain

ROOMY = Capabilities()
SELECTS = Capabilities(
    text_input=False,
    number_input=False,
    date_input=False,
    max_inputs=3,
    max_choices=3,
    max_buttons=6,
    form_buttons=1,
    max_options=10,
    sole_options=20,
    many_beside=False,
    button_label=10,
    option_label=16,
    input_label=13,
    title=36,
    text=160,
    form_text=60,
    max_fields=6,
    option_bytes=128,
    markdown=False,
    mention_person=False,
)
"""A surface like a select card: three drop-downs of ten options and one button."""
BUTTONS = replace(SELECTS, max_inputs=0, choice=False, choice_many=False)
"""A surface with buttons but no inputs at all."""

SUBMIT = Button(label="提交", ref=ActionRef("checkin.submit"), style=Style.PRIMARY, submits=True, hint="/ci 92")
NO_CHANGE = Button(label="都没变化", ref=ActionRef("checkin.no_change"), hint="/ci nc")
LATER = Button(label="稍后 2 小时", ref=ActionRef("checkin.snooze"), hint="/ci later")
STATUS = (Option("g", "顺利"), Option("a", "有风险"), Option("r", "偏离"))


def key_result(key: str) -> tuple[Group, tuple[NumberInput, Choice, TextInput]]:
    door = ActionRef("checkin.by_message", {"kr": key})
    suggestions = tuple(Option(str(n), f"{n}%") for n in range(90, 99))
    return Group(key=key, title=key, caption="上次 94%", by_message=door), (
        NumberInput(name=f"v{key}", label="数值", required=True, initial="94", group=key, suggestions=suggestions),
        Choice(name=f"s{key}", label="状态", options=STATUS, group=key, required=True, initial=("g",)),
        TextInput(name=f"n{key}", label="备注", group=key),
    )


def card(**parts: object) -> Card:
    return replace(Card(kind="x", key="0" * 32, header=Header("标题")), **parts)


def check_in(*keys: str) -> Card:
    rows = [key_result(key) for key in keys]
    return card(
        groups=tuple(group for group, _ in rows),
        inputs=tuple(asked for _, inputs in rows for asked in inputs),
        actions=(SUBMIT, NO_CHANGE, LATER),
    )


def labels(asked: object) -> list[str]:
    assert isinstance(asked, Choice)
    return [option.label for option in asked.options]


def shown(result: Fitted) -> Card:
    assert result.card is not None
    return result.card


def test_where_nothing_needs_changing_the_same_card_comes_back():
    form = check_in("KR1", "KR2", "KR3")
    result = fit(form, ROOMY)
    assert result.card is form
    assert (result.rest, result.changes) == ("", ())


def test_a_check_in_on_a_select_card_is_flow_5_1():
    """Values to choose from with `自定义…` last, the other buttons as options, one key result per card."""
    result = fit(check_in("KR1", "KR2"), SELECTS)
    value, status = shown(result).inputs
    assert labels(value) == ["90%", "91%", "92%", "94%", "96%", "97%", "98%", "都没变化", "稍后 2 小时", "自定义…"]
    assert isinstance(value, Choice)
    assert value.initial == ("94",)
    assert value.required
    assert ActionRef.decode(value.options[-1].value) == ActionRef("checkin.by_message", {"kr": "KR1"})
    assert labels(status) == ["顺利", "有风险", "偏离"]
    assert shown(result).actions == (SUBMIT,)
    assert [group.key for group in shown(result).groups] == ["KR1"]
    assert Change("group:KR2", "next page") in result.changes
    assert Change("input:nKR1", "by message") in result.changes
    assert result.rest == ""


def test_where_there_is_no_form_a_group_is_read_as_text_and_answered_by_message():
    result = fit(check_in("KR1", "KR2"), replace(BUTTONS, button_label=20))
    assert shown(result).inputs == ()
    assert next(block for block in shown(result).blocks if isinstance(block, Text)).spans[0].text == "KR1"
    assert [action.label for action in shown(result).actions] == [
        "提交",
        "都没变化",
        "稍后 2 小时",
        "回复填写 KR1",
        "回复填写 KR2",
    ]


def test_no_card_at_all_is_plain_text():
    form = check_in("KR1")
    assert fit(form, replace(ROOMY, card=False)) == Fitted(None, plain(form), (Change("card", "text"),))


def test_pictures_and_people_become_words():
    blocks = (
        Progress("进度", Decimal("0.3"), "30%"),
        People((PersonRef("1", "张伟"), PersonRef("2", "李雷"))),
        Text((Plain("问 "), PersonRef("1", "张伟"), WebLink("手册", "https://example.com"))),
    )
    result = fit(card(blocks=blocks), SELECTS)
    assert shown(result).blocks == (
        Text((Plain("进度 ▓▓▓░░░░░░░ 30%"),)),
        Text((Plain("张伟、李雷"),)),
        Text((Plain("问 "), Plain("张伟"), Plain("手册 https://example.com"))),
    )


def test_people_stay_people_where_they_can_be_mentioned():
    blocks = (People((PersonRef("1", "张伟"),)), Text((PersonRef("1", "张伟"),)))
    assert shown(fit(card(blocks=blocks), ROOMY)).blocks == blocks


def test_fields_beyond_the_limit_become_text():
    pairs = tuple(Field(f"k{n}", str(n)) for n in range(8))
    result = fit(card(blocks=(Fields(pairs[:5]), Fields(pairs[5:]))), SELECTS)
    assert shown(result).blocks == (
        Fields(pairs[:5]),
        Fields(pairs[5:6]),
        Text((Plain("k6：6\nk7：7"),)),
    )


def test_text_without_a_door_is_put_in_the_words_of_the_submit_button():
    reason = TextInput(name="why", label="原因", required=True)
    result = fit(card(inputs=(reason,), actions=(SUBMIT,)), SELECTS)
    assert result.rest == "原因：请回复 /ci 92"
    assert shown(result).inputs == ()


def test_text_with_neither_door_nor_words_cannot_fit():
    reason = TextInput(name="why", label="原因")
    with pytest.raises(CannotFit, match="input:why"):
        fit(card(inputs=(reason,), actions=(replace(SUBMIT, hint=""),)), SELECTS)


def test_text_alone_with_a_door_becomes_a_button():
    reason = TextInput(name="why", label="原因", group="r")
    group = Group(key="r", title="驳回", by_message=ActionRef("order.reason"))
    result = fit(card(groups=(group,), inputs=(reason,), actions=(SUBMIT,)), SELECTS)
    assert [action.label for action in shown(result).actions] == ["提交", "回复填写"]


def test_the_door_of_a_group_is_one_option_of_its_first_choice():
    group, inputs = key_result("KR1")
    form = card(groups=(group,), inputs=inputs[1:], actions=(SUBMIT,))
    assert labels(shown(fit(form, SELECTS)).inputs[0]) == ["顺利", "有风险", "偏离", "自定义…"]
    assert labels(shown(fit(replace(form, locale="en"), SELECTS)).inputs[0])[-1] == "Other…"


def test_dates_are_chosen_from_near_ones():
    near = (Option("2026-02-13", "周五"), Option("2026-02-16", "周一"))
    due = DateInput(name="d", label="截止", initial="2026-02-16", suggestions=near)
    asked = shown(fit(card(inputs=(due,), actions=(SUBMIT,)), SELECTS)).inputs[0]
    assert isinstance(asked, Choice)
    assert asked.options == near
    assert asked.initial == ("2026-02-16",)


def test_optional_inputs_leave_a_group_that_is_too_big_last_first():
    many = tuple(Choice(name=f"c{n}", label=str(n), options=STATUS, group="g", required=n < 2) for n in range(5))
    group = Group(key="g", title="组", by_message=ActionRef("x.door"))
    result = fit(card(groups=(group,), inputs=many, actions=(SUBMIT,)), SELECTS)
    assert [asked.name for asked in shown(result).inputs] == ["c0", "c1", "c2"]
    assert labels(shown(result).inputs[0])[-1] == "自定义…"
    required = tuple(replace(asked, required=True) for asked in many)
    with pytest.raises(CannotFit, match="group:g"):
        fit(card(groups=(group,), inputs=required, actions=(SUBMIT,)), SELECTS)


def test_a_long_choice_keeps_the_current_and_the_first_and_opens_the_door():
    long = Choice(name="c", label="谁", options=tuple(Option(str(n), f"人{n}") for n in range(30)), initial=("25",))
    door = Group(key="", title="", by_message=ActionRef("x.who"))
    second = Choice(name="d", label="二", options=STATUS)
    result = fit(card(groups=(door,), inputs=(long, second), actions=(SUBMIT,)), SELECTS)
    assert labels(shown(result).inputs[0]) == [*(f"人{n}" for n in range(8)), "人25", "更多…"]
    with pytest.raises(CannotFit, match="options:c"):
        fit(card(inputs=(long, second), actions=(SUBMIT,)), SELECTS)


def test_a_choice_alone_may_be_longer():
    goods = Choice(name="c", label="商品", many=True, options=tuple(Option(str(n), str(n)) for n in range(20)))
    alone = card(inputs=(goods,), actions=(SUBMIT,))
    assert within(alone, SELECTS)
    beside = card(inputs=(goods, Choice(name="d", label="二", options=STATUS)), actions=(SUBMIT,))
    assert not within(beside, SELECTS)


def test_buttons_without_room_or_choice_are_said_in_words_and_links_with_their_address():
    buttons = tuple(Button(label=f"b{n}", ref=ActionRef(f"a.b{n}"), hint=f"/b{n}") for n in range(8))
    link = Link(label="手册", url="https://example.com")
    primary = Button(label="好", ref=ActionRef("a.ok"), style=Style.PRIMARY)
    result = fit(card(actions=(*buttons, link, primary)), SELECTS)
    assert [action.label for action in shown(result).actions] == ["b0", "b1", "b2", "b3", "b4", "好"]
    assert result.rest.splitlines() == [
        "也可以回复：/b5（b5）",
        "也可以回复：/b6（b6）",
        "也可以回复：/b7（b7）",
        "手册：https://example.com",
    ]
    speechless = tuple(replace(button, hint="") for button in buttons)
    with pytest.raises(CannotFit, match="action:a"):
        fit(card(actions=speechless), SELECTS)


def test_buttons_become_a_choice_where_something_submits():
    buttons = tuple(Button(label=f"b{n}", ref=ActionRef(f"a.b{n}")) for n in range(8))
    result = fit(card(actions=(SUBMIT, *buttons)), SELECTS)
    assert shown(result).actions == (SUBMIT,)
    assert labels(shown(result).inputs[0]) == [button.label for button in buttons]


def test_a_form_nothing_would_send_cannot_fit():
    with pytest.raises(CannotFit, match="submit"):
        fit(card(inputs=(Choice(name="c", label="c", options=STATUS),), actions=(NO_CHANGE,)), ROOMY)


def test_options_stay_distinguishable_and_keep_their_value():
    long = "按进度现在应该已经达到的数值是"
    options = (Option("96.5", f"{long} 96.5%"), Option("97.5", f"{long} 97.5%"), Option("x", f"{long}不知道啊"))
    form = card(inputs=(Choice(name="c", label="非常非常长的一个输入框名称", options=options),), actions=(SUBMIT,))
    asked = shown(fit(form, replace(SELECTS, input_label=6))).inputs[0]
    assert asked.label == "非常非常长…"
    short = labels(asked)
    assert len(set(short)) == 3
    assert all(len(label) <= 16 for label in short)
    assert [short[0][-4:], short[1][-4:]] == ["96.5", "97.5"]


def test_a_long_title_is_said_whole_after_the_card():
    title = "很长的标题" * 10
    result = fit(card(header=Header(title)), SELECTS)
    assert shown(result).header.title == title[:35] + "…"
    assert result.rest == title


def test_text_without_room_is_said_whole_after_the_card():
    blocks = (Note("短"), Divider(), Note("长" * 200), Note("也短"))
    result = fit(card(blocks=blocks), SELECTS)
    assert shown(result).blocks == (Note("短"),)
    assert result.rest == "长" * 200 + "\n也短"


def test_headings_of_groups_come_before_other_text_on_a_form():
    result = fit(replace(check_in("KR1"), blocks=(Note("约" * 50),)), SELECTS)
    assert shown(result).groups[0].caption == "上次 94%"
    assert result.rest == "约" * 50


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ()),
        ({"v": "94", "s": ("g",)}, ()),
        ({"v": "94", "s": ("g", "~a.b?c=1"), "t": "~a.c"}, (ActionRef("a.b", {"c": "1"}), ActionRef("a.c"))),
        ({"v": "~ 约 94", "s": "~a.b"}, (ActionRef("a.b"),)),
    ],
)
def test_a_chosen_action_is_found_among_the_answers(values, expected):
    assert unfold(values) == expected


def test_a_group_answered_only_by_message_does_not_keep_the_next_one_waiting():
    note = TextInput(name="why", label="原因", group="r")
    group = Group(key="r", title="周报", by_message=ActionRef("report.note"))
    big = tuple(Choice(name=f"c{n}", label=str(n), options=STATUS, group="g") for n in range(4))
    door = Group(key="g", title="组", by_message=ActionRef("x.door"))
    result = fit(card(groups=(group, door), inputs=(note, *big), actions=(SUBMIT,)), SELECTS)
    assert [asked.name for asked in shown(result).inputs] == ["c0", "c1", "c2"]


def test_a_reference_too_long_to_travel_is_said_in_words():
    long = Button(label="长", ref=ActionRef("a.b", {"c": "x" * 600}), hint="/b")
    tight = replace(ROOMY, action_bytes=512, option_bytes=512)
    assert fit(card(actions=(long,)), tight).rest == "也可以回复：/b（长）"
    with pytest.raises(CannotFit, match=r"action:a\.b"):
        fit(card(actions=(replace(long, submits=True),), inputs=(Choice(name="c", label="c", options=STATUS),)), tight)


def test_one_question_among_buttons_is_as_roomy_as_a_card_of_buttons():
    others = tuple(Button(label=f"B{n}", ref=ActionRef("b.b", {"n": str(n)})) for n in range(5))
    words = Text((Plain("字" * 100),))
    form = card(blocks=(words,), inputs=(Choice(name="c", label="c", options=STATUS),), actions=(SUBMIT, *others))
    assert fit(form, replace(SELECTS, sole_buttons=6)).card == form
    assert len(shown(fit(form, SELECTS)).actions) == 1


def test_a_second_submit_becomes_a_question_where_only_one_sends_the_answers():
    ask = Choice(name="c", label="c", options=STATUS, initial=(STATUS[0].value,))
    preview = Button(label="预览", ref=ActionRef("x.preview"), submits=True)
    cancel = Button(label="取消", ref=ActionRef("x.cancel"))
    result = fit(card(inputs=(ask,), actions=(SUBMIT, preview, cancel)), replace(ROOMY, submits=1))
    assert shown(result).actions == (SUBMIT, cancel)
    assert shown(result).inputs[0] == ask
    assert labels(shown(result).inputs[1]) == ["预览"]
    assert fit(shown(result), replace(ROOMY, submits=1)).card == shown(result)


def test_headings_too_long_for_a_form_are_said_whole_before_it():
    group = Group(key="g", title="目标" * 10, caption="说明" * 10)
    ask = Choice(name="c", label="c", options=STATUS, group="g")
    form = card(header=Header("标题", "副标题"), groups=(group,), inputs=(ask,), actions=(SUBMIT,))
    result = fit(form, replace(SELECTS, form_text=12))
    assert shown(result).groups[0].title == ("目标" * 10)[:11] + "…"
    assert shown(result).header.subtitle == ""
    assert result.rest.splitlines() == ["副标题", f"{'目标' * 10}：{'说明' * 10}"]


def test_an_option_that_is_an_action_is_never_left_out():
    options = (*(Option(str(n), str(n)) for n in range(12)), Option("~okr.tree", "看目标"))
    door = Group(key="", title="", by_message=ActionRef("x.who"))
    asked = (Choice(name="c", label="c", options=options), Choice(name="d", label="d", options=STATUS))
    result = fit(card(groups=(door,), inputs=asked, actions=(SUBMIT,)), SELECTS)
    assert labels(shown(result).inputs[0])[-2:] == ["看目标", "更多…"]


def test_an_understudy_is_asked_only_where_the_better_input_cannot_be_shown() -> None:
    """Flow 5.1: a note where text can be typed, the blocker list where it cannot."""
    note = TextInput(name="n", label="note", group="k")
    blocker = Choice(name="b", label="blocker", options=(Option("none", "none"),), group="k", stands_in_for="n")
    value = Choice(name="v", label="value", options=(Option("1", "1"),), group="k", required=True)
    door = Group(key="k", title="KR", by_message=ActionRef("ask"))
    card = Card(
        kind="x", key="0" * 32, header=Header("x"), groups=(door,), inputs=(value, blocker, note),
        actions=(Button(label="go", ref=ActionRef("go"), submits=True),),
    )  # fmt: skip
    typed, chosen = fit(card, Capabilities()), fit(card, Capabilities(text_input=False))
    assert typed.card is not None
    assert [one.name for one in typed.card.inputs] == ["v", "n"]
    assert chosen.card is not None
    assert [one.name for one in chosen.card.inputs] == ["v", "b"]
