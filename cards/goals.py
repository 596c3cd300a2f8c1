"""Cards about goals: the check-in card in all its states, and choosing a key result. Wording and layout only."""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.action import ActionRef
from cards.checkin_row import CheckInRow, done, group_of, inputs_of, numbered, question, result_text, said_briefly
from cards.model import Action, Block, Button, Card, Group, Header, Input, Note, Plain, Style, Text, Tone
from cards.text import say
from cards.values import goal, icon, shown
from domain.goals.formulas import Status
from domain.goals.messages import KeyResultLine
from domain.numbers import percent


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
        blocks.append(question(asking, sheet.locale))
        actions = _confirmations(sheet, asking)
    elif waiting:
        groups = tuple(group_of(row, sheet.locale) for row in waiting)
        inputs = tuple(field for row in waiting for field in inputs_of(row, sheet.locale))
        actions = _form_buttons(sheet)
    else:
        blocks += [done(row, sheet.locale) for row in sheet.rows] or [_text(say(sheet.locale, "error.not_found"))]
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
    said = said_briefly(fresh[0], locale) if len(fresh) == 1 else say(locale, "ci.said_several", n=len(fresh))
    return say(locale, "ci.moved_on", said=said, left=len(waiting) + sheet.more)


def _confirmations(sheet: CheckInSheet, row: CheckInRow) -> list[Action]:
    at = {"k": str(row.at)}
    return [
        _button(sheet, "ci.yes", "checkin.confirm", at, style=Style.PRIMARY),
        _button(sheet, "ci.fix", "checkin.fix", at),
    ]


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
        _text(f"{numbered(line)}　{shown(line.measure.current, line, locale)} → {goal(line, locale)}") for line in lines
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
