"""What the goal cards say in both languages, and the values they offer (product 5.1, 5.13; R-GEN-05, R-GEN-09)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wecom.capabilities import capabilities
from cards.capability import Surface
from cards.checkin_row import CheckInRow, line_text, result_text
from cards.fit import fit
from cards.goals import CheckInSheet, checkin_card, choose_line, progress_words
from cards.model import Card, Choice, NumberInput
from cards.okr import goal_status_card, goal_tree_card
from cards.plain import plain
from cards.values import change, expected_value, goal, plain_text, shown, suggestions
from domain.goals.formulas import CycleState, KrType, Measure, Status
from domain.goals.messages import GoalStatus, GoalTree, KeyResultLine, ObjectiveView, Recent

NOW = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
BOTH = ("zh-CN", "en")


def d(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def line(
    kind: KrType = KrType.PERCENTAGE, start: str | None = "90", target: str | None = "98", current: str | None = "94",
    *, unit: str = "", number: int = 1, low: str | None = None, high: str | None = None, total: str = "0",
) -> KeyResultLine:  # fmt: skip
    measure = Measure(
        type=kind, start=d(start), target=d(target), current=d(current), low=d(low), high=d(high),
        accepted=min(Decimal(current or 0), Decimal(total)) if kind is KrType.MILESTONE else Decimal(0),
        total=Decimal(total),
    )  # fmt: skip
    return KeyResultLine(
        id="k1", number=number, title="交付准时率", objective_id="o1", objective_title="按时交付", owner_id="p1",
        unit=unit,
        weight=100, measure=measure, expected=Decimal("0.5254"), automatic=Status.GREEN, cycle_key="2026-Q1",
        cycle_state=CycleState.RUNNING, cycle_starts=date(2026, 1, 1), due_on=date(2026, 3, 31),
    )  # fmt: skip


def said(one: KeyResultLine, value: str | None, before: str | None = "94", **more: object) -> KeyResultLine:
    recent = Recent(
        id="c1", thread_id="c1", version=1, by_id="p1", by_name="白博", value=d(value), before=d(before),
        status=Status.GREEN, blocker="", note="", confidence=8, value_at=NOW, first_at=NOW,
    )  # fmt: skip
    return replace(one, recent=replace(recent, **more))  # type: ignore[arg-type]  # a test's shorthand


def card_of(*rows: CheckInRow, locale: str = "zh-CN", **more: object) -> Card:
    sheet = CheckInSheet(key="c", locale=locale, period="2026-W07", rows=rows)
    return checkin_card(replace(sheet, **more))  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("kind", "value", "options", "zh", "en"),
    [
        (KrType.PERCENTAGE, "94.50", {}, "94.5%", "94.5%"),
        (KrType.CURRENCY, "50000", {}, "¥50,000", "¥50,000"),
        (KrType.CURRENCY, "50000", {"unit": "万元"}, "50,000 万元", "50,000 万元"),
        (KrType.NUMBER, "2.5", {"unit": "小时"}, "2.5 小时", "2.5 小时"),
        (KrType.NUMBER, "40", {"unit": "%"}, "40%", "40%"),
        (KrType.BOOLEAN, "1", {}, "是", "yes"),
        (KrType.BOOLEAN, "0", {}, "否", "no"),
        (KrType.MILESTONE, "3", {"total": "5"}, "3/5", "3/5"),
        (KrType.NUMBER, None, {}, "—", "—"),
    ],
)
def test_a_value_is_worded_with_its_unit(
    kind: KrType, value: str | None, options: dict[str, str], zh: str, en: str
) -> None:
    one = line(kind, **options)  # type: ignore[arg-type]  # a test's shorthand
    assert shown(d(value), one, "zh-CN") == zh
    assert shown(d(value), one, "en") == en


def test_targets_of_every_type() -> None:
    assert goal(line(), "zh-CN") == "98%"
    assert goal(line(KrType.KEEP_MIN, None, "98", unit="%"), "zh-CN") == "≥ 98%"
    assert goal(line(KrType.KEEP_MAX, None, "3"), "en") == "≤ 3"
    assert goal(line(KrType.KEEP_RANGE, None, None, low="2", high="4", unit="小时"), "zh-CN") == "2 小时 – 4 小时"
    assert goal(line(KrType.BOOLEAN, None, None), "en") == "yes"
    assert goal(line(KrType.MILESTONE, None, "5", "2", total="5"), "zh-CN") == "5/5"


@pytest.mark.parametrize(
    ("before", "after", "worded"),
    [("94", "96", "+2"), ("94", "93.5", "-0.5"), ("94", "94", "±0"), (None, None, "±0"), (None, "3", "✓")],
)
def test_a_step_has_its_sign(before: str | None, after: str | None, worded: str) -> None:
    assert change(d(before), d(after), line()) == worded


def test_a_step_of_a_yes_or_no_is_a_tick() -> None:
    assert change(Decimal(0), Decimal(1), line(KrType.BOOLEAN, None, None)) == "✓"


def test_rows_say_last_target_and_expected() -> None:
    """ci.row."""
    assert line_text(line(), "zh-CN") == "上次 94% → 目标 98%　按进度应到 94.2%"
    assert line_text(line(), "en") == "last 94%, target 98%, expected by now 94.2%"
    assert line_text(line(KrType.KEEP_MAX, None, "3", None), "zh-CN") == "还没有数值 → 目标 ≤ 3"
    assert line_text(line(KrType.BOOLEAN, None, None, "0"), "en") == "last no, target yes"
    assert progress_words(line(current=None), "zh-CN") == "🟢 —　预期 53%"


def test_counts_are_expected_and_offered_in_whole_numbers() -> None:
    clients = line(KrType.NUMBER, "0", "41", "12")
    assert expected_value(clients) == 22
    assert all(Decimal(one.value) % 1 == 0 for one in suggestions(clients, "en"))
    assert expected_value(line(KrType.NUMBER, "7.2", "8.3", "7.6")) == Decimal("7.78")


def test_results_in_both_languages() -> None:
    """ci.done, and what it says for "no change" and for somebody else."""
    row = CheckInRow(at=0, line=said(line(), "96"), state="done", objective_change=Decimal("0.006"), streak=5)
    assert result_text(row, "zh-CN") == "✅ 已打卡 94% → 96%（+2）　目标 +0.6%　连续 5 周"
    assert result_text(row, "en") == "✅ Checked in 94% → 96% (+2) · objective +0.6% · 5-week streak"
    plain_row = replace(row, streak=0, objective_change=None)
    assert result_text(plain_row, "zh-CN") == "✅ 已打卡 94% → 96%（+2）　目标 ±0%"
    kept = replace(row, line=said(line(), None))
    assert result_text(kept, "zh-CN") == "✅ 没变化，仍是 94%　连续 5 周"
    assert result_text(replace(kept, streak=0), "en") == "✅ No change, still 94%"
    assert result_text(replace(kept, line=said(line(), None, None)), "en") == "✅ No change, no value yet"
    assert "上次 94%" in result_text(replace(row, line=line()), "zh-CN")


@pytest.mark.parametrize(
    ("value", "zh"),
    [("9600", "9,600% 比目标高很多，确认是 9,600%？"), ("5", "5% 比上次低很多，确认是 5%？")],
)
def test_the_question_shows_the_value_with_its_unit(value: str, zh: str) -> None:
    """ci.confirm (R-CHK-10)."""
    assert zh in plain(card_of(CheckInRow(at=0, line=line(), state="asking", draft={"value": value})))
    fallen_back = CheckInRow(at=0, line=line(KrType.NUMBER, "0", "90", "-40"), state="asking", draft={"value": "80"})
    assert "80 和上次差很多" in plain(card_of(fallen_back))
    odd = CheckInRow(at=0, line=line(), state="asking", draft={"value": "?"})
    assert "和上次差很多" in plain(card_of(odd))


def test_the_title_says_what_happened_and_what_is_left() -> None:
    done = CheckInRow(at=0, line=said(line(), "95"), state="done", fresh=True)
    kept = CheckInRow(at=0, line=said(line(), None), state="done", fresh=True)
    waiting = CheckInRow(at=1, line=line(number=2))
    assert card_of(done, waiting).header.title == "✅ 94% → 95%　还剩 1 项"
    assert card_of(kept, waiting, locale="en", more=2).header.title == "✅ No change · 3 left"
    assert card_of(done, kept, waiting).header.title == "✅ 已打卡 2 项　还剩 1 项"
    assert card_of(replace(done, fresh=False), waiting).header.title == "本周打卡 · 第 7 周 ｜ 约 10 秒"
    assert card_of(done).header.title == "本周打卡 · 第 7 周"
    assert card_of(waiting, owner="白博").header.title == "代 白博 打卡 · 第 7 周"
    assert "12:05 再来提醒你" in plain(card_of(waiting, snoozed="12:05"))


def test_a_finished_card_shows_status_blocker_note_and_who_came_after() -> None:
    one = said(line(), "95", status=Status.RED, blocker="others", note="等仓库")
    row = CheckInRow(at=0, line=one, state="done", said_by="安然", editable=True)
    told = plain(card_of(row, more=5))
    for words in ("🔴 偏离", "阻碍: 等别人", "「等仓库」", "安然 之后更新为 95%", "下 3 条", "修改"):
        assert words in told
    assert '"等仓库"' in plain(card_of(row, locale="en"))


@pytest.mark.parametrize("locale", BOTH)
@pytest.mark.parametrize(
    "one",
    [
        line(), line(KrType.NUMBER, "6", "2", "3", unit="小时"), line(KrType.CURRENCY, "0", "500000", "120000"),
        line(KrType.BOOLEAN, None, None, "0"), line(KrType.MILESTONE, None, "12", "3", total="12"),
        line(KrType.MILESTONE, None, "4", "0", total="4"), line(KrType.KEEP_MAX, None, "3", None),
        line(KrType.KEEP_RANGE, None, None, "3", low="2", high="4"),
    ],
)  # fmt: skip
def test_every_type_fits_wecoms_card(one: KeyResultLine, locale: str) -> None:
    """≤ 3 drop-downs of ≤ 10 options with labels ≤ 16, title ≤ 36 (wecom.md §4)."""
    fitted = fit(card_of(CheckInRow(at=0, line=one), locale=locale), capabilities()[Surface.DIRECT]).card
    assert fitted is not None
    assert len(fitted.header.title) <= 36
    assert 1 <= len(fitted.inputs) <= 3
    for asked in fitted.inputs:
        assert isinstance(asked, Choice)
        assert 1 <= len(asked.options) <= 10
        assert all(option.label and len(option.label) <= 16 for option in asked.options)
        assert len({option.value for option in asked.options}) == len(asked.options)


_NUMBERS = st.decimals(min_value=-1000, max_value=100_000, places=1)


@given(_NUMBERS, _NUMBERS, st.none() | _NUMBERS, st.sampled_from([KrType.NUMBER, KrType.PERCENTAGE, KrType.CURRENCY]))
def test_suggestions_hold_last_target_and_expected(
    start: Decimal, target: Decimal, current: Decimal | None, kind: KrType
) -> None:
    """At most nine, so that `自定义…` has room; no value twice; in order along the goal (flow 5.1)."""
    if start == target:
        return
    one = line(kind, str(start), str(target), None if current is None else str(current))
    offered = [Decimal(option.value) for option in suggestions(one, "zh-CN")]
    assert len(offered) <= 9
    assert len(set(offered)) == len(offered)
    assert offered == sorted(offered, reverse=target < start)
    last = current if current is not None else start
    expected = expected_value(one)
    assert {last, target, expected} <= set(offered)


def test_without_any_bound_there_is_nothing_to_offer() -> None:
    assert suggestions(line(KrType.BOOLEAN, None, None, None), "en") == ()
    assert plain_text(Decimal("1E+3")) == "1000"
    assert [one.value for one in suggestions(line(KrType.KEEP_MAX, None, "3", None), "en")] == list("0123456")


def test_a_draft_and_its_error_stay_on_the_form() -> None:
    row = CheckInRow(
        at=0, line=line(), state="error", draft={"value": "九十", "blocker": "x", "status": "red"},
        error="error.bad_number", error_params={"x": "九十"},
    )  # fmt: skip
    card = card_of(row)
    assert "没看懂数值「九十」" in card.groups[0].caption
    value = next(one for one in card.inputs if isinstance(one, NumberInput))
    assert value.initial == "九十"
    assert "yes" in str(card_of(CheckInRow(at=0, line=line(KrType.BOOLEAN, None, None), draft={"value": "1"})).inputs)


def test_which_one_names_number_value_and_goal() -> None:
    told = plain(choose_line("c", [line(), replace(line(), number=0)], "zh-CN"))
    assert "#1 交付准时率　94% → 98%" in told
    assert "/ci #1 92 g" in told


@pytest.mark.parametrize("locale", BOTH)
def test_the_tree_and_the_status_say_when_there_is_nothing_or_more(locale: str) -> None:
    view = ObjectiveView(
        id="o", key="O", level="company", title="客户第一", owner_id="p", owner_name="安然", parent_id=None,
        due_on=date(2026, 3, 31), cycle_key="2026-Q1", progress=None, expected=Decimal(0), status=Status.GREY,
    )  # fmt: skip
    tree = goal_tree_card("c", GoalTree(rows=((0, view),), offset=8, more=3), locale)
    assert any(action.label in ("还有 3 条", "3 more") for action in tree.actions)
    assert "客户第一" in plain(tree)
    empty = plain(goal_tree_card("c", GoalTree(rows=()), locale))
    assert "还没有目标" in empty or "no goals" in empty
    counted = GoalStatus(counts=((Status.AMBER, 2),), checked_in=1, total=2, worst=(line(),))
    assert "1/2" in plain(goal_status_card("c", counted, locale))
