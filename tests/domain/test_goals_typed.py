"""What a typed line and a typed value mean for a key result (flow 5.1, R-GEN-09)."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import BadNumber
from domain.goals.entry import PercentOnNumber, read_value
from domain.goals.formulas import KrType, Measure, Status
from domain.goals.messages import KeyResultLine
from domain.goals.spoken import Spoken, understand
from tests.domain.goals_company import House


@pytest.fixture
def percentage(tmp_path: Path) -> KeyResultLine:
    return House(tmp_path).line("交付准时率")


def of_type(line: KeyResultLine, kind: KrType) -> KeyResultLine:
    numbers = {"start": Decimal(0), "target": Decimal(10)} if kind in (KrType.NUMBER, KrType.CURRENCY) else {}
    total = Decimal(5) if kind is KrType.MILESTONE else Decimal(0)
    return replace(line, measure=Measure(type=kind, total=total, **numbers), unit="")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("92", Spoken(value="92")),
        ("#2 92 g 已签3家", Spoken(number=2, value="92", status=Status.GREEN, note="已签3家")),
        ("＃12 9.5 红 c3 等 仓库", Spoken(number=12, value="9.5", status=Status.RED, confidence=3, note="等 仓库")),
        ("92 信心10", Spoken(value="92", confidence=10)),
        ("没变化 y", Spoken(no_change=True, status=Status.AMBER)),
        ("＝", Spoken(no_change=True)),
        ("92 great", Spoken(value="92", note="great")),
        ("92 g g", Spoken(value="92", status=Status.GREEN, note="g")),
        ("92 c3 c4", Spoken(value="92", confidence=3, note="c4")),
        ("#2", Spoken(number=2)),
        ("", Spoken()),
    ],
)
def test_a_line_is_number_value_status_confidence_and_note(text: str, meant: Spoken) -> None:
    assert understand(text) == meant


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (KrType.NUMBER, "5.2万", "52000"), (KrType.CURRENCY, "￥5万", "50000"), (KrType.BOOLEAN, "是", "1"),
        (KrType.BOOLEAN, "0", "0"), (KrType.MILESTONE, "3", "3"), (KrType.MILESTONE, "3/5", "3"),
    ],
)  # fmt: skip
def test_a_value_is_read_by_the_type(percentage: KeyResultLine, kind: KrType, text: str, value: str) -> None:
    assert read_value(text, of_type(percentage, kind)) == Decimal(value)


def test_a_percentage_takes_a_share(percentage: KeyResultLine) -> None:
    assert read_value("3/5", percentage) == 60
    assert read_value("９２％", percentage) == 92


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (KrType.NUMBER, "¥5"), (KrType.NUMBER, "3/5"), (KrType.NUMBER, "是"), (KrType.NUMBER, "many"),
        (KrType.BOOLEAN, "2"), (KrType.BOOLEAN, "1%"), (KrType.MILESTONE, "6"), (KrType.MILESTONE, "2.5"),
        (KrType.MILESTONE, "2/4"), (KrType.CURRENCY, "3/5"),
    ],
)  # fmt: skip
def test_the_wrong_unit_is_no_value(percentage: KeyResultLine, kind: KrType, text: str) -> None:
    with pytest.raises(BadNumber):
        read_value(text, of_type(percentage, kind))


def test_a_percent_sign_on_a_number_asks(percentage: KeyResultLine) -> None:
    with pytest.raises(PercentOnNumber) as asked:
        read_value("15%", of_type(percentage, KrType.NUMBER))
    assert asked.value.value == 15
