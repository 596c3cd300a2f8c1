"""Cards about people: who I am here, binding, language, help, welcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.action import ActionRef
from cards.model import Bold, Button, Card, Field, Fields, Header, Note, Plain, Style, Text, Tone
from cards.text import number, say
from domain.people.messages import AboutMe, BindCodeIssued


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One command on the help card: the words to type, what it does, and whether it gets a button."""

    name: str
    words: str
    does: str
    button: bool = False


def me_card(key: str, about: AboutMe, streak: int, points: int, locale: str) -> Card:
    """`/me`."""
    person = about.person
    messengers = "、".join(say(locale, f"platform.{one.platform}") for one in about.identities) or "—"
    pairs = [
        Field(say(locale, "me.department"), about.department or "—"),
        Field(say(locale, "me.manager"), about.manager or "—"),
        Field(say(locale, "me.linked"), messengers),
        Field(say(locale, "me.language"), say(locale, f"lang.{person.locale}")),
        Field(say(locale, "me.zone"), person.timezone),
        Field(say(locale, "me.streak"), say(locale, "me.weeks", n=streak)),
        Field(say(locale, "me.points"), number(points)),
    ]
    return Card(
        kind="me", key=key, header=Header(person.name, person.employee_no or "", Tone.INFO), updates=False,
        blocks=(Fields(tuple(pairs)),), summary=person.name, locale=locale,
        actions=(
            Button(label=say(locale, "ci.goals"), ref=ActionRef("go.okr"), hint="/okr"),
            Button(label=say(locale, "go.points"), ref=ActionRef("go.points"), hint="/points"),
            Button(label=say(locale, "bind.button"), ref=ActionRef("go.bind"), hint="/bind"),
        ),
    )  # fmt: skip


def bind_code_card(key: str, issued: BindCodeIssued, locale: str) -> Card:
    """The code to type in another messenger; only ever sent to the person's direct chat."""
    code = f"{issued.code[:3]} {issued.code[3:]}"
    return Card(
        kind="bind_code", key=key, header=Header(say(locale, "bind.title"), tone=Tone.INFO), updates=False,
        blocks=(Text((Bold(code),)), Note(say(locale, "bind.how", code=issued.code, minutes=issued.minutes))),
        summary=say(locale, "bind.title"), locale=locale,
    )  # fmt: skip


def help_card(key: str, lines: Sequence[HelpLine], locale: str) -> Card:
    """`/help`: what can be typed, with a button for the daily ones."""
    words = tuple(Text((Bold(line.words), Plain(f"　{line.does}"))) for line in lines)
    return Card(
        kind="help", key=key, header=Header(say(locale, "help.title"), tone=Tone.INFO), blocks=words, updates=False,
        actions=_buttons(lines, locale), summary=say(locale, "help.title"), locale=locale,
    )  # fmt: skip


def suggestions_card(key: str, word: str, lines: Sequence[HelpLine], locale: str, *, is_command: bool = True) -> Card:
    """No such command, or not understood: up to three that are close, as buttons (R-EVT-07)."""
    title = say(locale, "help.unknown" if is_command else "help.unclear", word=word)
    blocks = (Text((Plain(say(locale, "help.try" if lines else "help.see")),)),)
    found = _buttons(lines, locale)
    every = Button(label=say(locale, "help.all"), ref=ActionRef("go.help"), hint="/help")
    return Card(
        kind="suggestions", key=key, header=Header(title, tone=Tone.NEUTRAL), blocks=blocks, updates=False,
        actions=(*found, every) if len(found) < 3 else found, summary=title, locale=locale,
    )  # fmt: skip


def welcome_card(key: str, name: str, lines: Sequence[HelpLine], locale: str, *, is_known: bool) -> Card:
    """The first time somebody opens the chat."""
    body = say(locale, "welcome.body" if is_known else "welcome.guest")
    return Card(
        kind="welcome", key=key, header=Header(say(locale, "welcome.title", name=name), tone=Tone.SUCCESS),
        blocks=(Text((Plain(body),)),), updates=False, summary=say(locale, "welcome.title", name=name), locale=locale,
        actions=_buttons(lines, locale),
    )  # fmt: skip


def language_card(key: str, locale: str) -> Card:
    """`/lang`: choose."""
    return Card(
        kind="language", key=key, header=Header(say(locale, "lang.title"), tone=Tone.NEUTRAL), updates=False,
        blocks=(Text((Plain(say(locale, "lang.ask")),)),), summary=say(locale, "lang.title"), locale=locale,
        actions=tuple(
            Button(label=say(locale, f"lang.{one}"), ref=ActionRef("lang.choose", {"l": one}), hint=f"/lang {one[:2]}")
            for one in ("zh-CN", "en")
        ),
    )  # fmt: skip


def _buttons(lines: Sequence[HelpLine], locale: str) -> tuple[Button, ...]:
    chosen = [line for line in lines if line.button]
    return tuple(
        Button(
            label=say(locale, f"go.{line.name}"), ref=ActionRef(f"go.{line.name}"), hint=f"/{line.name}",
            style=Style.PRIMARY if at == 0 else Style.DEFAULT,
        )
        for at, line in enumerate(chosen)
    )  # fmt: skip
