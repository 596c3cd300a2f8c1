"""What a typed value means for one key result (R-GEN-09): the unit must match the type."""

from decimal import Decimal

from domain.errors import BadNumber
from domain.goals.formulas import KrType
from domain.goals.messages import KeyResultLine
from domain.numbers import NotANumber, Typed, parse


class PercentOnNumber(Exception):
    """A "%" on a plain number: ask once whether the number itself is meant (R-GEN-09)."""

    def __init__(self, value: Decimal) -> None:
        super().__init__("percent on a number")
        self.value = value


def read_value(text: str, line: KeyResultLine) -> Decimal:
    """The value for a key result. Raises `BadNumber` for what is no number or of another unit, `PercentOnNumber`."""
    try:
        typed = parse(text)
    except NotANumber:
        raise BadNumber(x=text[:20]) from None
    if typed.truth is not None or line.type is KrType.BOOLEAN:
        return _truth(typed, line, text)
    if typed.fraction is not None:
        return _fraction(typed, line, text)
    if typed.currency is not None and line.type is not KrType.CURRENCY:
        raise BadNumber(x=text[:20])
    if line.type is KrType.MILESTONE and not (
        typed.value == int(typed.value) and 0 <= typed.value <= line.measure.total
    ):
        raise BadNumber(x=text[:20])
    if typed.percent and line.type is not KrType.PERCENTAGE and line.unit != "%":
        raise PercentOnNumber(typed.value)
    return typed.value


def _truth(typed: Typed, line: KeyResultLine, text: str) -> Decimal:
    if line.type is not KrType.BOOLEAN or typed.value not in (0, 1) or typed.percent:
        raise BadNumber(x=text[:20])
    return typed.value


def _fraction(typed: Typed, line: KeyResultLine, text: str) -> Decimal:
    """`3/5` is three of five milestones, or 60 of a percentage."""
    assert typed.fraction is not None
    part, whole = typed.fraction
    if line.type is KrType.MILESTONE and whole == line.measure.total and part <= whole:
        return Decimal(part)
    if line.type is KrType.PERCENTAGE:
        return typed.value * 100
    raise BadNumber(x=text[:20])
