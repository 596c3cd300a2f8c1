"""Cards for whoever thanks somebody: the form, the questions on the way, what came of it (flow 5.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Button,
    Card,
    Choice,
    Field,
    Fields,
    Header,
    Input,
    Note,
    Option,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
)
from cards.picture import Template
from cards.text import say
from domain.recognition.messages import Candidate, KudosView, TagView

POINTS = (0, 5, 10, 20, 50)
MOST_TEAM = 30
_LOOKS = (Template.THANKS, Template.TEAMWORK, Template.CUSTOMER)
MOST_PEOPLE = 5
"""Buttons of people a name may mean; whoever is not among them is named more exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KudosSheet:
    """A kudos that is being made, as its giver sees it. `tags` are ids of `values`; `problem` is what was wrong with
    the last try, already worded; `in_group`: it was begun in a group; `has_form`: there is a form to go back to."""

    key: str
    locale: str
    left: int
    to: tuple[Candidate, ...] = ()
    team: tuple[Candidate, ...] = ()
    names: str = ""
    points: int = 0
    tags: tuple[str, ...] = ()
    values: tuple[TagView, ...] = ()
    reason: str = ""
    private: bool = False
    badge: bool = False
    ecard: str = ""
    in_group: bool = False
    has_form: bool = False
    problem: str = ""
    ways: tuple[tuple[str, dict[str, str]], ...] = field(default=())
    """What is offered instead: action name and params, for `problem_card`."""


def form_card(sheet: KudosSheet) -> Card:
    """Everything to fill in at once, where the messenger has forms."""
    blocks: tuple[Block, ...] = (_words(sheet.problem),) if sheet.problem else ()
    actions = (
        _button(sheet, "ku.send", "kudos.send", style=Style.PRIMARY, submits=True, hint="/kudos @… +10 #…"),
        _button(sheet, "ku.preview", "kudos.preview", submits=True, hint="/kudos"),
        _button(sheet, "ku.cancel", "kudos.cancel", hint="/kudos"),
    )
    title = say(sheet.locale, "ku.title", left=sheet.left)
    tone = Tone.WARNING if sheet.problem else Tone.INFO
    return _card(sheet, title, tone, blocks, actions, inputs=_inputs(sheet))


def confirm_card(sheet: KudosSheet) -> Card:
    """The sentence as it was understood: choose the value, change who sees it, send (flow 5.2 step 2)."""
    locale = sheet.locale
    pairs = [Field(say(locale, "ku.to"), _names(sheet.to, locale)), Field(say(locale, "ku.points_label"), _sum(sheet))]
    where = "ku.private" if sheet.private else "ku.public_group" if sheet.in_group else "ku.public"
    if sheet.in_group or sheet.private:
        pairs.append(Field(say(locale, "ku.visibility"), say(locale, where)))
    if sheet.badge:
        pairs.append(Field(say(locale, "ku.badge"), say(locale, "ku.badge_yes")))
    if sheet.ecard in [look.value for look in _LOOKS]:
        pairs.append(Field(say(locale, "ku.ecard"), say(locale, f"ku.ecard.{sheet.ecard}")))
    blocks: list[Block] = [_words(say(locale, "ku.quote", reason=sheet.reason)), Fields(tuple(pairs))]
    if sheet.problem:
        blocks.insert(0, _words(sheet.problem))
    actions = [
        _button(sheet, "ku.confirm", "kudos.confirm", style=Style.PRIMARY, submits=True, hint="/kudos"),
        _button(sheet, "ku.make_public" if sheet.private else "ku.make_private", "kudos.private"),
        *([_button(sheet, "ku.edit", "kudos.edit")] if sheet.has_form else []),
        _button(sheet, "ku.cancel", "kudos.cancel", hint="/kudos"),
    ]
    title = say(locale, "ku.check" if sheet.tags else "ku.pick_tag")
    return _card(sheet, title, Tone.INFO, blocks, actions, inputs=(_tag_choice(sheet),))


def choose_card(sheet: KudosSheet, name: str, people: Sequence[Candidate]) -> Card:
    """A name that may mean several people, or nobody: nothing is sent until it is clear (R-KUD-02)."""
    locale = sheet.locale
    key = "ku.who_none" if not people else "ku.who_one" if len(people) == 1 else "ku.who"
    actions: list[Action] = [
        Button(label=_described(one, locale), ref=ActionRef("kudos.person", {"p": one.person_id}), style=Style.PRIMARY,
               hint=f"/kudos @{one.employee_no or one.name} …")
        for one in people[:MOST_PEOPLE]
    ]  # fmt: skip
    if sheet.to:
        actions.append(_button(sheet, "ku.skip", "kudos.skip", hint="/kudos"))
    else:
        actions.append(_button(sheet, "ku.cancel", "kudos.cancel", hint="/kudos"))
    title = say(locale, key, name=name, n=len(people))
    blocks = [_words(_described(one, locale)) for one in people[:MOST_PEOPLE]]
    if not people:
        blocks.append(_words(say(locale, "ku.who_none_hint")))
    return _card(sheet, title, Tone.WARNING, blocks, actions)


def problem_card(sheet: KudosSheet) -> Card:
    """What keeps it from being sent, and the ways out as buttons. Nothing was sent."""
    actions = [_way(sheet, name, params, at == 0) for at, (name, params) in enumerate(sheet.ways)]
    actions.append(_button(sheet, "ku.cancel", "kudos.cancel", hint="/kudos"))
    blocks: list[Block] = [_words(sheet.problem)]
    if sheet.reason:
        blocks.append(_words(say(sheet.locale, "ku.quote", reason=sheet.reason)))
    return _card(sheet, say(sheet.locale, "ku.title_plain"), Tone.WARNING, blocks, actions)


def cancelled_card(key: str, locale: str) -> Card:
    """Nothing was sent, and that is all right."""
    words = say(locale, "ku.cancelled")
    again = Button(label=say(locale, "go.kudos"), ref=ActionRef("go.kudos"), hint="/kudos")
    return Card(
        kind="kudos", key=key, header=Header(say(locale, "ku.title_plain"), tone=Tone.NEUTRAL), blocks=(_words(words),),
        actions=(again,), summary=words, locale=locale,
    )  # fmt: skip


def sent_card(key: str, kudos: KudosView, locale: str, *, left: int | None, undoable: bool, late: bool = False) -> Card:
    """For the giver: it has gone out, or was taken back. `left` of the allowance; `late`: undo was tried too late."""
    if kudos.undone:
        return _undone(key, kudos, locale)
    paid = [one for one in kudos.recipients if one.points]
    only = [one for one in kudos.recipients if not one.points]
    lines = []
    if paid:
        names = joined([one.name for one in paid], locale)
        lines.append(say(locale, "ku.sent" if len(paid) > 1 else "ku.sent_one", names=names, p=paid[0].points))
    if only:
        lines.append(say(locale, "ku.sent_zero", names=joined([one.name for one in only], locale)))
    blocks: list[Block] = [_words("\n".join(lines)), _words(said(kudos, locale))]
    if kudos.waiting:
        blocks.append(Note(say(locale, "ku.waiting", names=joined([one.name for one in kudos.waiting], locale))))
    taken = [one.name for one in kudos.recipients if one.taken]
    if taken:
        blocks.append(Note(say(locale, "rv.sent", names=joined(taken, locale))))
    if late:
        blocks.append(Note(say(locale, "ku.undo_late")))
    elif left is not None and paid:
        blocks.append(Note(say(locale, "ku.sent_left", left=left)))
    actions: list[Action] = []
    if undoable:
        actions.append(Button(label=say(locale, "ku.undo"), ref=ActionRef("kudos.undo"), style=Style.DANGER))
    actions.append(Button(label=say(locale, "ku.again"), ref=ActionRef("go.kudos"), hint="/kudos"))
    return Card(
        kind="kudos", key=key, header=Header(say(locale, "ku.title_plain"), tone=Tone.SUCCESS), blocks=tuple(blocks),
        actions=tuple(actions), summary=lines[0], locale=locale,
    )  # fmt: skip


def said(kudos: KudosView, locale: str) -> str:
    """`#客户第一　「周末陪我修好了工单系统」`: what a kudos says, on every card about it."""
    tags = " ".join(say(locale, "ku.hash", tag=tag.named(locale)) for tag in kudos.tags)
    return f"{tags}　{say(locale, 'ku.quote', reason=kudos.reason)}"


def joined(names: Sequence[str], locale: str) -> str:
    """Names as a list."""
    return say(locale, "plain.names").join(names)


def _undone(key: str, kudos: KudosView, locale: str) -> Card:
    total = sum(one.points for one in kudos.recipients)
    key = "ku.undone_zero" if not total else "ku.undone_closed" if kudos.lapsed else "ku.undone_giver"
    words = say(locale, key, p=total)
    again = Button(label=say(locale, "ku.again"), ref=ActionRef("go.kudos"), hint="/kudos")
    return Card(
        kind="kudos", key=key, header=Header(say(locale, "ku.undone"), tone=Tone.NEUTRAL), blocks=(_words(words),),
        actions=(again,), summary=words, locale=locale,
    )  # fmt: skip


def _inputs(sheet: KudosSheet) -> tuple[Input, ...]:
    locale = sheet.locale
    chosen = {one.person_id for one in sheet.to}
    offered = [*sheet.to, *(one for one in sheet.team if one.person_id not in chosen)][:MOST_TEAM]
    people = tuple(Option(one.person_id, _described(one, locale)) for one in offered)
    points = tuple(
        Option(str(p), say(locale, "ku.points_option" if p else "ku.points_zero", p=p))
        for p in sorted({*POINTS, sheet.points})
    )
    found: list[Input] = []
    if people:
        initial = tuple(one.person_id for one in sheet.to)
        found.append(
            Choice(name="to", label=say(locale, "ku.to_team"), options=people, initial=initial, many=True)
        )  # fmt: skip
    found += [
        TextInput(
            name="names", label=say(locale, "ku.to_names" if people else "ku.to"), initial=sheet.names, max_length=200,
            placeholder=say(locale, "ku.to_hint"), required=not people,
        ),
        Choice(
            name="points", label=say(locale, "ku.points_each"), options=points, initial=(str(sheet.points),),
            required=True,
        ),
        _tag_choice(sheet),
        TextInput(
            name="reason", label=say(locale, "ku.reason"), required=True, multiline=True, max_length=500,
            initial=sheet.reason, placeholder=say(locale, "ku.reason_hint"),
        ),
        _visibility(sheet),
        _either(sheet, "badge", "ku.badge", ("ku.badge_no", "ku.badge_yes"), chosen=sheet.badge),
        _ecard(sheet),
    ]  # fmt: skip
    return tuple(found)


def _tag_choice(sheet: KudosSheet) -> Choice:
    options = tuple(Option(one.id, one.named(sheet.locale)) for one in sheet.values)
    return Choice(
        name="tag", label=say(sheet.locale, "ku.tag"), options=options, initial=sheet.tags[:1], required=True
    )  # fmt: skip


def _visibility(sheet: KudosSheet) -> Choice:
    public = "ku.public_group" if sheet.in_group else "ku.public"
    return _either(sheet, "private", "ku.visibility", (public, "ku.private"), chosen=sheet.private)


def _either(sheet: KudosSheet, name: str, label: str, words: tuple[str, str], *, chosen: bool) -> Choice:
    """No or yes, as a choice of two."""
    options = tuple(Option(str(at), say(sheet.locale, key)) for at, key in enumerate(words))
    return Choice(name=name, label=say(sheet.locale, label), options=options, initial=(str(int(chosen)),))


def _ecard(sheet: KudosSheet) -> Choice:
    options = (
        Option("none", say(sheet.locale, "ku.ecard_none")),
        *(Option(look.value, say(sheet.locale, f"ku.ecard.{look.value}")) for look in _LOOKS),
    )
    return Choice(
        name="ecard", label=say(sheet.locale, "ku.ecard"), options=options, initial=(sheet.ecard or "none",)
    )  # fmt: skip


def _way(sheet: KudosSheet, name: str, params: dict[str, str], first: bool) -> Button:
    words = {
        "kudos.points": "ku.each" if params.get("p", "0") != "0" else "ku.zero", "kudos.others": "ku.others",
        "kudos.agree": "ku.confirm", "kudos.edit": "ku.edit",
    }  # fmt: skip
    label = say(sheet.locale, words[name], p=params.get("p", ""))
    return Button(label=label, ref=ActionRef(name, params), style=Style.PRIMARY if first else Style.DEFAULT)


def _sum(sheet: KudosSheet) -> str:
    n, p = len(sheet.to), sheet.points
    key = "ku.sum_none" if not p else "ku.sum_one" if n == 1 else "ku.sum"
    return say(sheet.locale, key, n=n, p=p, sum=n * p)


def _names(people: Sequence[Candidate], locale: str) -> str:
    return joined([one.name for one in people], locale)


def _described(one: Candidate, locale: str) -> str:
    """`李雷 · 运营部 · E12`; by name alone where nothing else is known."""
    parts = [part for part in (one.name, one.department, one.employee_no) if part]
    return " · ".join(parts)


def _button(
    sheet: KudosSheet, key: str, action: str, *, style: Style = Style.DEFAULT, submits: bool = False, hint: str = ""
) -> Button:
    return Button(label=say(sheet.locale, key), ref=ActionRef(action), style=style, submits=submits, hint=hint)


def _words(text: str) -> Text:
    return Text((Plain(text),))


def _card(
    sheet: KudosSheet, title: str, tone: Tone, blocks: Sequence[Block], actions: Sequence[Action],
    inputs: tuple[Input, ...] = (),
) -> Card:  # fmt: skip
    return Card(
        kind="kudos", key=sheet.key, header=Header(title, tone=tone), blocks=tuple(blocks), inputs=inputs,
        actions=tuple(actions), summary=sheet.problem or title, locale=sheet.locale,
    )  # fmt: skip
