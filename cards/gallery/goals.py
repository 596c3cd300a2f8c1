"""Samples of check-in and goal cards."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from cards.checkin_row import CheckInRow
from cards.gallery.keys import KEY
from cards.goals import CheckInSheet, checkin_card, choose_line, nothing_to_check_in
from cards.model import Card
from cards.okr import goal_status_card, goal_tree_card, my_goals_card
from domain.goals.formulas import CycleState, KrType, Measure, Status
from domain.goals.messages import GoalStatus, GoalTree, KeyResultLine, ObjectiveView, Recent

_DUE = date(2026, 3, 31)
_AT = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    return {**_checkins(locale), **_goals(locale)}


def _checkins(locale: str) -> dict[str, Card]:
    def sheet(*rows: CheckInRow, more: int = 0, snoozed: str = "") -> Card:
        made = CheckInSheet(key=KEY + "1", locale=locale, period="2026-W12", rows=rows, more=more, snoozed=snoozed)
        return checkin_card(made)

    percentage, money, boolean = _lines()
    draft = {"value": "9200", "status": "red", "blocker": "others", "note": "等法务 <审核>"}
    wrong = CheckInRow(
        at=1, line=percentage, state="error", draft=draft, error="error.bad_number", error_params={"x": "92a"}
    )
    recent = _recent(Decimal(96), Decimal(94))
    done = CheckInRow(
        at=1, line=_percentage(recent), state="done", objective_change=Decimal("0.006"), streak=7, editable=True
    )
    return {
        "checkin_form": sheet(CheckInRow(at=1, line=percentage)),
        "checkin_form_three": sheet(*(CheckInRow(at=n, line=line) for n, line in enumerate(_lines(), 1)), more=2),
        "checkin_form_boolean": sheet(CheckInRow(at=1, line=boolean)),
        "checkin_error": sheet(wrong),
        "checkin_asking": sheet(CheckInRow(at=1, line=money, state="asking", draft={"value": "520000"})),
        "checkin_percent": sheet(CheckInRow(at=1, line=money, state="percent", draft={"value": "92"})),
        "checkin_done": sheet(done, more=2),
        "checkin_mixed": sheet(done, CheckInRow(at=2, line=money)),
        "checkin_snoozed": sheet(CheckInRow(at=1, line=percentage), snoozed="17:00"),
        "checkin_none": nothing_to_check_in(KEY + "2", locale),
        "checkin_which": choose_line(KEY + "3", _lines(), locale),
    }


def _goals(locale: str) -> dict[str, Card]:
    company = _objective("company", "成为区域第一", progress=Decimal("0.51"), lines=_lines()[:1])
    team = _objective("department", "让顾客愿意再来", progress=Decimal("0.48"), lines=_lines())
    fresh = _objective("individual", "学会复盘", progress=None)
    counts = ((Status.GREEN, 5), (Status.AMBER, 2), (Status.RED, 1))
    return {
        "okr_mine": my_goals_card(KEY + "4", (team, fresh), locale),
        "okr_mine_none": my_goals_card(KEY + "4", (), locale),
        "okr_tree": goal_tree_card(
            KEY + "5", GoalTree(rows=((0, company), (1, team), (2, fresh)), offset=0, more=12), locale
        ),
        "okr_status": goal_status_card(
            KEY + "6", GoalStatus(counts=counts, checked_in=6, total=8, worst=_lines()[:2]), locale
        ),
    }


def _lines() -> tuple[KeyResultLine, ...]:
    money = Measure(type=KrType.CURRENCY, start=Decimal(0), target=Decimal(50000), current=Decimal(31200))
    yes_no = Measure(type=KrType.BOOLEAN, current=Decimal(0))
    return (
        _percentage(None),
        _line(2, "新签 3 家门店的月流水", money, Status.AMBER),
        _line(3, "上线会员小程序 ✅", yes_no, Status.RED),
    )


def _percentage(recent: Recent | None) -> KeyResultLine:
    current = recent.value if recent is not None else Decimal(94)
    measure = Measure(type=KrType.PERCENTAGE, start=Decimal(90), target=Decimal(98), current=current)
    return _line(1, "准时交付率", measure, Status.GREEN, recent)


def _line(number: int, title: str, measure: Measure, status: Status, recent: Recent | None = None) -> KeyResultLine:
    return KeyResultLine(
        id=f"k{number}", number=number, title=title, objective_id="o1", objective_title="让顾客愿意再来",
        owner_id="p1", unit="", weight=1, measure=measure, expected=Decimal("0.75"), automatic=status,
        cycle_key="2026Q1", cycle_state=CycleState.RUNNING, cycle_starts=date(2026, 1, 1), due_on=_DUE, recent=recent,
    )  # fmt: skip


def _recent(value: Decimal, before: Decimal) -> Recent:
    return Recent(
        id="c1", thread_id="c1", version=1, by_id="p1", by_name="李雷", value=value, before=before,
        status=Status.AMBER, blocker="others", note="等法务 & 采购；3*4=12", confidence=6, value_at=_AT, first_at=_AT,
    )  # fmt: skip


def _objective(
    level: str, title: str, *, progress: Decimal | None, lines: tuple[KeyResultLine, ...] = ()
) -> ObjectiveView:
    return ObjectiveView(
        id=f"o-{level}", key=level, level=level, title=title, owner_id="p1", owner_name="李雷", parent_id=None,
        due_on=_DUE, cycle_key="2026Q1", progress=progress, expected=Decimal("0.75"), status=Status.AMBER, lines=lines,
    )  # fmt: skip
