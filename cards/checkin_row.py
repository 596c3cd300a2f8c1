"""One key result on a check-in card: as words, as questions, and as the fields of a form."""

from dataclasses import dataclass, field
from decimal import Decimal

from cards.action import ActionRef
from cards.model import Block, Bold, Choice, Group, Input, NumberInput, Option, Plain, Text, TextInput
from cards.text import say
from cards.values import change, expected_value, goal, plain_text, shown, signed_change, suggestions
from domain.goals.formulas import KrType, Status
from domain.goals.messages import BLOCKERS, NOTE_LIMIT, KeyResultLine
from domain.numbers import NotANumber, parse

OWNER_STATUS = {
    Status.GREEN: "ci.status.on_track",
    Status.AMBER: "ci.status.at_risk",
    Status.RED: "ci.status.off_track",
}
_COLOURS = {"green": Status.GREEN, "amber": Status.AMBER, "red": Status.RED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInRow:
    """One key result on a check-in card. `state`: open, edit, asking, percent, error or done.

    `draft` is what the person has entered so far (value, status, blocker, note); `error` and `error_params` word what
    was wrong with it; `objective_change` and `streak` belong to a finished one; `at` is its place on the card; `fresh`
    says that it was finished by the person's last step.
    """

    at: int
    line: KeyResultLine
    state: str = "open"
    draft: dict[str, str] = field(default_factory=dict)
    error: str = ""
    error_params: dict[str, str] = field(default_factory=dict)
    objective_change: Decimal | None = None
    streak: int = 0
    said_by: str = ""
    editable: bool = False
    fresh: bool = False


def line_text(line: KeyResultLine, locale: str) -> str:
    """`上次 94% → 目标 98%　按进度应到 96%`, as much of it as this type has."""
    if line.measure.current is None and line.type is not KrType.MILESTONE:
        return say(locale, "ci.row_first", target=goal(line, locale))
    on_schedule = expected_value(line)
    values = {"last": shown(line.measure.current, line, locale), "target": goal(line, locale)}
    if on_schedule is None:
        return say(locale, "ci.row_short", **values)
    return say(locale, "ci.row", **values, expected=shown(on_schedule, line, locale))


def result_text(row: CheckInRow, locale: str) -> str:
    """One finished check-in in a line (ci.done)."""
    line = row.line
    recent = line.recent
    if recent is None:
        return line_text(line, locale)
    after = recent.value if recent.value is not None else recent.before
    values = {
        "old": shown(recent.before, line, locale),
        "new": shown(after, line, locale),
        "delta": change(recent.before, after, line),
        "dobj": _percent_change(row.objective_change or Decimal(0)),
        "n": row.streak,
    }
    if recent.value is None:
        key = "ci.kept_empty" if after is None else "ci.kept" if row.streak else "ci.kept_plain"
        return say(locale, key, value=values["new"], n=row.streak)
    return say(locale, "ci.done" if row.streak else "ci.done_plain", **values)


def said_briefly(row: CheckInRow, locale: str) -> str:
    """The step of one finished key result, as short as it goes: `94% → 95%`."""
    recent = row.line.recent
    if recent is None or recent.value is None:
        return say(locale, "ci.said_kept")
    return f"{shown(recent.before, row.line, locale)} → {shown(recent.value, row.line, locale)}"


def done(row: CheckInRow, locale: str) -> Block:
    """A finished key result with everything that was said of it."""
    recent = row.line.recent
    spans: list[Plain | Bold] = [Bold(numbered(row.line)), Plain("\n" + result_text(row, locale))]
    if recent is not None:
        extra = [say(locale, OWNER_STATUS[recent.status])] if recent.status in OWNER_STATUS else []
        if recent.blocker and recent.blocker != "none":
            extra.append(f"{say(locale, 'ci.block')}: {say(locale, f'ci.block.{recent.blocker}')}")
        if recent.note:
            extra.append(f"「{recent.note}」" if locale.startswith("zh") else f'"{recent.note}"')
        if extra:
            spans.append(Plain("\n" + "　".join(extra)))
        if row.said_by:
            value = shown(recent.value if recent.value is not None else recent.before, row.line, locale)
            spans.append(Plain("\n" + say(locale, "ci.by_other", name=row.said_by, value=value)))
    return Text(tuple(spans))


def numbered(line: KeyResultLine) -> str:
    """Its title, with the #n it is typed by."""
    return f"#{line.number} {line.title}" if line.number else line.title


def question(row: CheckInRow, locale: str) -> Block:
    """What is asked back of a value that is being asked about."""
    value = _entered(row)
    worded = shown(value, row.line, locale) if value is not None else row.draft.get("value", "")
    key = "ci.percent" if row.state == "percent" else _how_far(row.line, value)
    return Text((Bold(numbered(row.line)), Plain("\n" + say(locale, key, x=worded))))


def _entered(row: CheckInRow) -> Decimal | None:
    """The number in the draft of a row that is being asked about; None for what is none."""
    try:
        return parse(row.draft.get("value", "")).value
    except NotANumber:
        return None


def _how_far(line: KeyResultLine, value: Decimal | None) -> str:
    """In which way an implausible value is implausible (R-CHK-10)."""
    last = line.measure.current if line.measure.current is not None else line.measure.start
    bounds = [one for one in (line.measure.target, line.measure.high, last) if one is not None]
    if value is not None and bounds and value > max(bounds):
        return "ci.confirm"
    return "ci.confirm_low" if value is not None and last is not None and value < last else "ci.confirm_far"


def group_of(row: CheckInRow, locale: str) -> Group:
    """The heading of its fields: how it stands, or what was wrong with them."""
    caption = line_text(row.line, locale)
    if row.error:
        caption = f"⚠️ {say(locale, row.error, **row.error_params)}"
    return Group(
        key=f"k{row.at}",
        title=numbered(row.line),
        caption=caption,
        by_message=ActionRef("checkin.ask", {"k": str(row.at)}),
    )


def inputs_of(row: CheckInRow, locale: str) -> tuple[Input, ...]:
    """Its fields, filled in with the draft: `v` value, `s` status, `b` blocker, `n` note, each with its place."""
    group = f"k{row.at}"
    status = _COLOURS.get(row.draft.get("status", ""), row.line.status)
    chosen = status if status in OWNER_STATUS else Status.GREEN
    blocker = row.draft.get("blocker", "none")
    return (
        _value_input(row, group, locale),
        Choice(
            name=f"s{row.at}", label=say(locale, "ci.status"), group=group, required=True, initial=(str(chosen),),
            options=tuple(Option(str(one), say(locale, key)) for one, key in OWNER_STATUS.items()),
        ),
        Choice(
            name=f"b{row.at}", label=say(locale, "ci.block"), group=group, stands_in_for=f"n{row.at}",
            initial=(blocker if blocker in BLOCKERS else "none",),
            options=tuple(Option(one, say(locale, f"ci.block.{one}")) for one in BLOCKERS),
        ),
        TextInput(
            name=f"n{row.at}", label=say(locale, "ci.note"), group=group, max_length=NOTE_LIMIT, multiline=True,
            initial=row.draft.get("note", ""), placeholder=say(locale, "ci.note_hint"),
        ),
    )  # fmt: skip


def _value_input(row: CheckInRow, group: str, locale: str) -> Input:
    line, label = row.line, say(locale, "ci.value")
    current = line.measure.current
    entered = row.draft.get("value", plain_text(current) if current is not None else "")
    if line.type is KrType.BOOLEAN:
        initial = "yes" if entered in ("1", "yes", "是") else "no"
        options = (Option("no", say(locale, "value.no")), Option("yes", say(locale, "value.yes")))
        return Choice(name=f"v{row.at}", label=label, group=group, required=True, initial=(initial,), options=options)
    return NumberInput(
        name=f"v{row.at}", label=label, group=group, required=True, initial=entered, unit=line.unit,
        placeholder=goal(line, locale), suggestions=suggestions(line, locale),
    )  # fmt: skip


def _percent_change(value: Decimal) -> str:
    """A change of progress in percentage points with one decimal at most: "+0.6%"."""
    points = (value * 100).quantize(Decimal("0.1"))
    return f"{signed_change(points)}%"
