"""Cards about goals: the check-in form and its result, my goals, the tree, the status. Wording and layout only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Choice,
    Group,
    Header,
    Input,
    Note,
    NumberInput,
    Option,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
)
from cards.text import say
from cards.values import change, expected_value, goal, icon, plain_text, shown, signed_change, suggestions
from domain.goals.formulas import KrType, Status
from domain.goals.messages import BLOCKERS, NOTE_LIMIT, KeyResultLine
from domain.numbers import NotANumber, parse, percent

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInSheet:
    """Everything a check-in card shows. `period` is the ISO week's key, "2026-W07". `more` says how many key results
    wait behind these; `snoozed` until when; `owner` is whose they are when the reader checks in for somebody else
    (R-CHK-12)."""

    key: str
    locale: str
    period: str
    rows: tuple[CheckInRow, ...]
    more: int = 0
    snoozed: str = ""
    owner: str = ""


def checkin_card(sheet: CheckInSheet) -> Card:
    """The check-in card in whatever state it is: a form, a question, a result, or a promise to come back."""
    asking = next((row for row in sheet.rows if row.state in ("asking", "percent")), None)
    waiting = [row for row in sheet.rows if row.state in ("open", "edit", "error")]
    blocks: list[Block] = []
    groups: tuple[Group, ...] = ()
    inputs: tuple[Input, ...] = ()
    if sheet.snoozed:
        blocks.append(_text(say(sheet.locale, "ci.snoozed", time=sheet.snoozed)))
        actions: list[Action] = [_button(sheet, "ci.now", "checkin.wake", style=Style.PRIMARY, hint="/ci")]
    elif asking is not None:
        blocks.append(_question(asking, sheet.locale))
        actions = _confirmations(sheet, asking)
    elif waiting:
        groups = tuple(_group(row, sheet.locale) for row in waiting)
        inputs = tuple(field for row in waiting for field in _inputs(row, sheet.locale))
        actions = _form_buttons(sheet)
    else:
        blocks += [_done(row, sheet.locale) for row in sheet.rows] or [_text(say(sheet.locale, "error.not_found"))]
        actions = _result_buttons(sheet)
    title = _card_title(sheet, waiting, asking)
    return Card(
        kind="checkin",
        key=sheet.key,
        header=Header(title, tone=_tone(sheet, bool(waiting or asking))),
        blocks=tuple(blocks),
        groups=groups,
        inputs=inputs,
        actions=tuple(actions),
        summary=title if waiting or asking else _summary(sheet),
        locale=sheet.locale,
    )


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


def _card_title(sheet: CheckInSheet, waiting: Sequence[CheckInRow], asking: CheckInRow | None) -> str:
    """What this card is; once a part is done, what just happened and how much is left: small cards show nothing else
    of it."""
    locale = sheet.locale
    week = say(locale, "ci.week", n=sheet.period.rpartition("W")[2].lstrip("0"))
    if sheet.owner:
        return say(locale, "ci.for_other", name=sheet.owner, period=week)
    if sheet.snoozed or asking is not None or not waiting:
        return say(locale, "ci.title" if asking is not None else "ci.title_done", period=week)
    fresh = [row for row in sheet.rows if row.fresh and row.state == "done"]
    if not fresh:
        return say(locale, "ci.title", period=week)
    said = _said(fresh[0], locale) if len(fresh) == 1 else say(locale, "ci.said_several", n=len(fresh))
    return say(locale, "ci.moved_on", said=said, left=len(waiting) + sheet.more)


def _said(row: CheckInRow, locale: str) -> str:
    """The step of one finished key result, as short as it goes: `94% → 95%`."""
    recent = row.line.recent
    if recent is None or recent.value is None:
        return say(locale, "ci.said_kept")
    return f"{shown(recent.before, row.line, locale)} → {shown(recent.value, row.line, locale)}"


def _done(row: CheckInRow, locale: str) -> Block:
    recent = row.line.recent
    spans: list[Plain | Bold] = [Bold(_title(row.line)), Plain("\n" + result_text(row, locale))]
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


def _title(line: KeyResultLine) -> str:
    return f"#{line.number} {line.title}" if line.number else line.title


def _question(row: CheckInRow, locale: str) -> Block:
    value = _entered(row)
    worded = shown(value, row.line, locale) if value is not None else row.draft.get("value", "")
    key = "ci.percent" if row.state == "percent" else _how_far(row.line, value)
    return Text((Bold(_title(row.line)), Plain("\n" + say(locale, key, x=worded))))


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


def _confirmations(sheet: CheckInSheet, row: CheckInRow) -> list[Action]:
    at = {"k": str(row.at)}
    return [
        _button(sheet, "ci.yes", "checkin.confirm", at, style=Style.PRIMARY),
        _button(sheet, "ci.fix", "checkin.fix", at),
    ]


def _group(row: CheckInRow, locale: str) -> Group:
    caption = line_text(row.line, locale)
    if row.error:
        caption = f"⚠️ {say(locale, row.error, **row.error_params)}"
    return Group(
        key=f"k{row.at}",
        title=_title(row.line),
        caption=caption,
        by_message=ActionRef("checkin.ask", {"k": str(row.at)}),
    )


def _inputs(row: CheckInRow, locale: str) -> tuple[Input, ...]:
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


def _form_buttons(sheet: CheckInSheet) -> list[Action]:
    return [
        _button(sheet, "ci.submit", "checkin.submit", style=Style.PRIMARY, submits=True, hint="/ci #1 92 g"),
        _button(sheet, "ci.keep", "checkin.keep", hint="/ci ="),
        _button(sheet, "ci.later", "checkin.snooze", hint="/ci later"),
    ]


def _result_buttons(sheet: CheckInSheet) -> list[Action]:
    found: list[Action] = []
    if sheet.more:
        found.append(_button(sheet, "ci.next", "checkin.next", style=Style.PRIMARY, n=min(3, sheet.more), hint="/ci"))
    if any(row.editable for row in sheet.rows):
        found.append(_button(sheet, "ci.edit", "checkin.edit"))
    found.append(_button(sheet, "ci.goals", "go.okr", hint="/okr"))
    return found


def _button(
    sheet: CheckInSheet, key: str, action: str, params: dict[str, str] | None = None, *, style: Style = Style.DEFAULT,
    submits: bool = False, hint: str = "", **values: object,
) -> Button:  # fmt: skip
    return Button(
        label=say(sheet.locale, key, **values), ref=ActionRef(action, params or {}), style=style, submits=submits,
        hint=hint,
    )  # fmt: skip


def _tone(sheet: CheckInSheet, open_: bool) -> Tone:
    if open_ or sheet.snoozed:
        return Tone.INFO
    if not sheet.rows:
        return Tone.NEUTRAL
    worst = {row.line.status for row in sheet.rows}
    return Tone.DANGER if Status.RED in worst else Tone.WARNING if Status.AMBER in worst else Tone.SUCCESS


def _summary(sheet: CheckInSheet) -> str:
    return "；".join(result_text(row, sheet.locale) for row in sheet.rows) or say(
        sheet.locale, "ci.title_done", period=""
    )


def _percent_change(value: Decimal) -> str:
    """A change of progress in percentage points with one decimal at most: "+0.6%"."""
    points = (value * 100).quantize(Decimal("0.1"))
    return f"{signed_change(points)}%"


def _text(words: str) -> Text:
    return Text((Plain(words),))


def nothing_to_check_in(key: str, locale: str) -> Card:
    """There is no live key result of this person."""
    return Card(
        kind="checkin_none", key=key, header=Header(say(locale, "ci.none_title"), tone=Tone.NEUTRAL),
        blocks=(_text(say(locale, "ci.none")),), updates=False, summary=say(locale, "ci.none_title"), locale=locale,
        actions=(Button(label=say(locale, "ci.goals"), ref=ActionRef("go.okr"), hint="/okr"),),
    )  # fmt: skip


def choose_line(key: str, lines: Sequence[KeyResultLine], locale: str) -> Card:
    """Which key result did you mean? One line each, with what to type."""
    rows = tuple(
        _text(f"{_title(line)}　{shown(line.measure.current, line, locale)} → {goal(line, locale)}") for line in lines
    )
    return Card(
        kind="checkin_which", key=key, header=Header(say(locale, "ci.which"), tone=Tone.NEUTRAL), updates=False,
        blocks=(*rows, Note(say(locale, "ci.which_hint"))), summary=say(locale, "ci.which"), locale=locale,
        actions=(Button(label=say(locale, "ci.open"), ref=ActionRef("go.checkin"), style=Style.PRIMARY, hint="/ci"),),
    )  # fmt: skip


def progress_words(line: KeyResultLine, locale: str) -> str:
    """`🟢 52%　预期 53%`: where a key result stands against the calendar (R-GEN-05)."""
    raw = line.raw
    reached = percent(raw) if raw is not None else "—"
    return f"{icon(line.status)} {reached}　{say(locale, 'okr.expected', p=percent(line.expected))}"
