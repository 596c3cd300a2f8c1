"""Key result values as people read them, and the computed choices where a number cannot be typed (flow 5.1)."""

from decimal import Decimal

from cards.model import Option
from cards.text import say
from domain.goals.formulas import KrType, Status
from domain.goals.messages import KeyResultLine
from domain.numbers import plain_number, signed

MOST_SUGGESTIONS = 9
_ZERO = Decimal(0)
_KEEP = (KrType.KEEP_MIN, KrType.KEEP_MAX, KrType.KEEP_RANGE)


def shown(value: Decimal | None, line: KeyResultLine, locale: str) -> str:
    """A value with its unit: "94%", "¥50,000", "2 小时", "是", "3/5"; "—" before the first."""
    if value is None:
        return "—"
    match line.type:
        case KrType.BOOLEAN:
            return say(locale, "value.yes" if value >= 1 else "value.no")
        case KrType.MILESTONE:
            return f"{plain_number(value)}/{plain_number(line.measure.total)}"
        case KrType.PERCENTAGE:
            return f"{plain_number(value)}%"
        case KrType.CURRENCY:
            return f"{plain_number(value)} {line.unit}".rstrip() if line.unit else f"¥{plain_number(value)}"
    if line.unit == "%":
        return f"{plain_number(value)}%"
    return f"{plain_number(value)} {line.unit}".rstrip()


def goal(line: KeyResultLine, locale: str) -> str:
    """The target in words: "98%", "≥ 98%", "2–4 小时", "完成"."""
    measure = line.measure
    match line.type:
        case KrType.KEEP_MIN:
            return f"≥ {shown(measure.target, line, locale)}"
        case KrType.KEEP_MAX:
            return f"≤ {shown(measure.target, line, locale)}"
        case KrType.KEEP_RANGE:
            return f"{shown(measure.low, line, locale)} – {shown(measure.high, line, locale)}"
        case KrType.BOOLEAN:
            return say(locale, "value.yes")
        case KrType.MILESTONE:
            return shown(measure.total, line, locale)
    return shown(measure.target, line, locale)


def expected_value(line: KeyResultLine) -> Decimal | None:
    """The value that would be exactly on schedule, for types that travel from start to target."""
    start, target = line.measure.start, line.measure.target
    if line.type in _KEEP or line.type in (KrType.BOOLEAN, KrType.MILESTONE) or start is None or target is None:
        return None
    raw = start + (target - start) * line.expected
    return raw.quantize(Decimal(1) if _counts(line) and abs(target - start) >= 10 else _grain(abs(target - start)))


def change(before: Decimal | None, after: Decimal | None, line: KeyResultLine) -> str:
    """The step from one value to the next: "+2", "−0.5", "±0"."""
    if before is None or after is None or line.type is KrType.BOOLEAN:
        return "±0" if before == after else "✓"
    return signed_change(after - before)


def signed_change(value: Decimal) -> str:
    """A difference with its sign; none is "±0"."""
    return signed(value) if value else "±0"


def icon(status: Status) -> str:
    return {Status.GREEN: "🟢", Status.AMBER: "🟡", Status.RED: "🔴", Status.DONE: "✅", Status.GREY: "⚪"}[status]


def suggestions(line: KeyResultLine, locale: str) -> tuple[Option, ...]:
    """The values most likely meant, in order along the goal: last, round steps, expected, target."""
    if line.type is KrType.MILESTONE:
        return _milestones(line, locale)
    last = line.measure.current if line.measure.current is not None else line.measure.start
    target = line.measure.target if line.measure.target is not None else line.measure.high
    if last is None:
        last = target
    if last is None or target is None:
        return ()
    marks = {last: "value.last", target: "value.target"}
    on_schedule = expected_value(line)
    values = {last, target, *_steps(last, target, line)}
    if on_schedule is not None:
        values.add(on_schedule)
        marks.setdefault(on_schedule, "value.expected")
    falling = target < (line.measure.start if line.measure.start is not None else last)
    ordered = _trim(sorted(values, reverse=falling), keep=set(marks))
    return tuple(Option(plain_text(value), _label(value, marks.get(value), line, locale)) for value in ordered)


def plain_text(value: Decimal) -> str:
    """A value as a form field holds it: no separators, no exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _label(value: Decimal, mark: str | None, line: KeyResultLine, locale: str) -> str:
    text = shown(value, line, locale)
    return f"{text}{say(locale, mark)}" if mark else text


def _milestones(line: KeyResultLine, locale: str) -> tuple[Option, ...]:
    total = int(line.measure.total)
    done = int(line.measure.current or 0)
    wanted = range(total + 1) if total < MOST_SUGGESTIONS else range(done, min(total, done + MOST_SUGGESTIONS - 1) + 1)
    return tuple(Option(str(count), shown(Decimal(count), line, locale)) for count in wanted)


def _steps(last: Decimal, target: Decimal, line: KeyResultLine) -> list[Decimal]:
    """Round values from one step behind the last value to the target; around the bound for keep types."""
    span = abs(target - last)
    if span == _ZERO or line.type in _KEEP:
        span = max(abs(target), Decimal(1)) / 5
    step = _round_step(span / 6)
    if _counts(line) and _is_whole(last):
        step = max(step, Decimal(1))
    way = step if target >= last else -step
    if line.type in _KEEP:
        around = [target + step * n for n in (-3, -2, -1, 1, 2, 3)]
        return [value for value in around if value >= _ZERO or target < _ZERO]
    first = (last / step).to_integral_value() * step
    return [first + way * n for n in range(-1, 8) if _between(first + way * n, last - way, target)]


def _counts(line: KeyResultLine) -> bool:
    """Whether this is a number of things: nobody wants to be offered 20.6 clients."""
    marks = (line.measure.start, line.measure.target, line.measure.low, line.measure.high)
    return line.type is not KrType.PERCENTAGE and line.unit != "%" and all(_is_whole(one) for one in marks)


def _is_whole(value: Decimal | None) -> bool:
    return value is None or value == value.to_integral_value()


def _between(value: Decimal, one: Decimal, other: Decimal) -> bool:
    return min(one, other) <= value <= max(one, other)


def _round_step(rough: Decimal) -> Decimal:
    """The 1-2-5 step nearest above a rough one."""
    grain = Decimal(1).scaleb(rough.adjusted())
    for factor in (1, 2, 5, 10):
        if grain * factor >= rough:
            return grain * factor
    return grain * 10


def _grain(span: Decimal) -> Decimal:
    """How finely an expected value is worded: a hundredth of the span, as a power of ten."""
    return Decimal(1).scaleb(min(0, (span / 50).adjusted())) if span else Decimal(1)


def _trim(values: list[Decimal], keep: set[Decimal]) -> list[Decimal]:
    """At most `MOST_SUGGESTIONS`, dropping unmarked values from the far end."""
    extra = len(values) - MOST_SUGGESTIONS
    droppable = [value for value in reversed(values) if value not in keep][: max(0, extra)]
    return [value for value in values if value not in droppable]
