"""Cards about thanks whose points an admin takes back (R-KUD-06, R-LED-20)."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import Action, Block, Button, Card, Field, Fields, Header, Note, Plain, Style, Text, Tone
from cards.text import day, say
from domain.periods import local_date
from domain.recognition.messages import GiftView, ReversalView


def choose_gift_card(key: str, gifts: Sequence[GiftView], locale: str, zone: str) -> Card:
    """Which of the latest thanks is meant."""
    actions: list[Action] = [
        Button(
            label=say(locale, "rv.choose", date=f"{local_date(one.at, zone):%m-%d}", p=one.points),
            ref=ActionRef("reverse.choose", {"g": one.id}), hint="/reverse",
        )
        for one in gifts
    ]  # fmt: skip
    blocks = [_words(_told(one, locale, zone)) for one in gifts] or [_words(say(locale, "rv.none"))]
    title = say(locale, "rv.which") if gifts else say(locale, "rv.title")
    return _card(key, title, Tone.WARNING, blocks, [*actions, _cancel(locale)] if gifts else [], locale)


def confirm_reversal_card(key: str, gift: GiftView, locale: str, zone: str, *, regrants: bool) -> Card:
    """Before anything moves: what will be taken from whom. `regrants`: the giver may get the points again."""
    pairs = (
        Field(say(locale, "rv.from"), gift.recipient_name), Field(say(locale, "rv.by"), gift.giver_name),
        Field(say(locale, "ku.points_label"), str(gift.points)),
        Field(say(locale, "rv.day"), day(local_date(gift.at, zone), locale)),
    )  # fmt: skip
    blocks: list[Block] = [Fields(pairs), _words(say(locale, "ku.quote", reason=gift.reason))]
    blocks.append(Note(say(locale, "rv.warning")))
    actions: list[Action] = [
        Button(label=say(locale, "rv.take"), ref=ActionRef("reverse.take"), style=Style.DANGER, hint="/reverse")
    ]
    if regrants:
        actions.append(Button(label=say(locale, "rv.regrant"), ref=ActionRef("reverse.regrant"), hint="/reverse"))
    title = say(locale, "rv.confirm", p=gift.points, name=gift.recipient_name)
    return _card(key, title, Tone.WARNING, blocks, [*actions, _cancel(locale)], locale)


def reversal_done_card(key: str, gift: GiftView, done: ReversalView, locale: str) -> Card:
    """For the admin: what was taken, what is owed, what was given again."""
    lines = [taken(done, locale)]
    if done.regranted:
        lines.append(say(locale, "rv.regranted", name=gift.giver_name, p=gift.points))
    title = say(locale, "rv.done", name=gift.recipient_name)
    return _card(key, title, Tone.SUCCESS, [_words("\n".join(lines))], [], locale)


def reversal_cancelled_card(key: str, locale: str) -> Card:
    """Nothing moved."""
    return _card(key, say(locale, "rv.title"), Tone.NEUTRAL, [_words(say(locale, "rv.cancelled"))], [], locale)


def reversed_card(key: str, gift: GiftView, done: ReversalView, locale: str, *, is_giver: bool) -> Card:
    """For giver and recipient: what an admin has corrected, and why."""
    if is_giver:
        words = say(locale, "rv.told_giver", name=gift.recipient_name, p=gift.points)
        words += "\n" + say(locale, "rv.again" if done.regranted else "rv.not_again", p=gift.points)
    else:
        words = say(locale, "rv.told", giver=gift.giver_name, p=gift.points) + "\n" + taken(done, locale)
    blocks: list[Block] = [_words(words)]
    if done.reason:
        blocks.append(_words(say(locale, "rv.reason", reason=done.reason)))
    return _card(key, say(locale, "rv.corrected"), Tone.NEUTRAL, blocks, [], locale, kind="kudos_reversed")


def taken(done: ReversalView, locale: str) -> str:
    """`30 分已收回，70 分将从以后的积分中扣回。` (A57)"""
    key = "rv.taken" if not done.due else "rv.owed" if not done.retired else "rv.both"
    return say(locale, key, retired=done.retired, due=done.due)


def _told(one: GiftView, locale: str, zone: str) -> str:
    on = day(local_date(one.at, zone), locale)
    return say(
        locale, "rv.line", date=on, giver=one.giver_name, name=one.recipient_name, p=one.points, reason=one.reason
    )  # fmt: skip


def _cancel(locale: str) -> Button:
    return Button(label=say(locale, "ku.cancel"), ref=ActionRef("reverse.cancel"), hint="/reverse")


def _words(text: str) -> Text:
    return Text((Plain(text),))


def _card(
    key: str, title: str, tone: Tone, blocks: Sequence[Block], actions: Sequence[Action], locale: str,
    kind: str = "kudos_reversal",
) -> Card:  # fmt: skip
    return Card(
        kind=kind, key=key, header=Header(title, tone=tone), blocks=tuple(blocks), actions=tuple(actions),
        summary=title, updates=kind == "kudos_reversal", locale=locale,
    )  # fmt: skip
