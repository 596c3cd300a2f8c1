"""Cards for everybody a kudos reaches: who is thanked, and the group that may agree (flow 5.2 steps 4 and 5)."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import Action, Block, Button, Card, Header, Note, PersonRef, Plain, Span, Style, Text, Tone
from cards.recognition import joined, said
from cards.text import say
from domain.recognition.messages import BadgeEarned, KudosView, RecipientView, Visibility

MOST_ENDORSERS = 8


def got_card(
    key: str, kudos: KudosView, mine: RecipientView, locale: str, *, thanked: bool, spendable: bool
) -> Card:  # fmt: skip
    """For a recipient: who thanks them for what, with how many points. `thanked`: they have said thanks back."""
    if kudos.undone:
        words = say(locale, "ku.undone_got", giver=kudos.giver_name)
        header = Header(say(locale, "ku.undone"), tone=Tone.NEUTRAL)
        return Card(
            kind="kudos_got", key=key, header=header, blocks=(_words(words),), summary=words, locale=locale
        )  # fmt: skip
    if mine.taken:
        words = say(locale, "rv.got", giver=kudos.giver_name)
        header = Header(say(locale, "rv.corrected"), tone=Tone.NEUTRAL)
        return Card(
            kind="kudos_got", key=key, header=header, blocks=(_words(words),), summary=words, locale=locale
        )  # fmt: skip
    headline = say(locale, "ku.got" if mine.points else "ku.got_zero", giver=kudos.giver_name, p=mine.points)
    blocks: list[Block] = [_words(said(kudos, locale))]
    if mine.points and not spendable:
        blocks.append(Note(say(locale, "ku.got_pending")))
    if kudos.hidden:
        blocks.append(Note(say(locale, "ku.got_hidden", giver=kudos.giver_name)))
    if thanked:
        blocks.append(Note(say(locale, "ku.thanked")))
    actions: list[Action] = []
    if not thanked:
        actions.append(Button(label=say(locale, "ku.thank"), ref=ActionRef("kudos.thank"), style=Style.PRIMARY))
    actions.append(Button(label=say(locale, "ku.my_points"), ref=ActionRef("go.points"), hint="/points"))
    if kudos.visibility is Visibility.PUBLIC:
        actions.append(Button(label=say(locale, "ku.hide"), ref=ActionRef("kudos.hide")))
    return Card(
        kind="kudos_got", key=key, header=Header(headline, tone=Tone.SUCCESS), blocks=tuple(blocks),
        actions=tuple(actions), summary=headline, locale=locale,
    )  # fmt: skip


def group_card(key: str, kudos: KudosView, locale: str) -> Card:
    """For a group: who thanks whom for what, and who agrees. Never points, totals or ranks (R-KUD-08)."""
    title = say(locale, "ku.title_plain")
    gone = "ku.group_undone" if kudos.withdrawn else "ku.group_hidden" if kudos.visibility is Visibility.PRIVATE else ""
    if gone:
        words = say(locale, gone)
        header = Header(say(locale, "ku.undone") if kudos.withdrawn else title, tone=Tone.NEUTRAL)
        return Card(
            kind="kudos_group", key=key, header=header, blocks=(_words(words),), summary=words, locale=locale
        )  # fmt: skip
    names = joined([one.name for one in kudos.recipients], locale)
    blocks: list[Block] = [Text(_who(kudos, locale)), _words(said(kudos, locale))]
    if kudos.endorsers:
        more = len(kudos.endorsers) > MOST_ENDORSERS
        agreed = joined(kudos.endorsers[:MOST_ENDORSERS], locale)
        blocks.append(Note(say(locale, "ku.endorsers_more" if more else "ku.endorsers", names=agreed)))
    return Card(
        kind="kudos_group", key=key, header=Header(title, tone=Tone.SUCCESS), blocks=tuple(blocks), locale=locale,
        actions=(Button(label=say(locale, "ku.endorse"), ref=ActionRef("kudos.endorse"), style=Style.PRIMARY),),
        summary=say(locale, "ku.group", giver=kudos.giver_name, names=names),
    )  # fmt: skip


def digest_card(key: str, several: Sequence[KudosView], locale: str) -> Card:
    """Many thank-yous at once in one group: one card, a line each (R-KUD-08)."""
    shown = [one for one in several if not one.withdrawn and one.visibility is Visibility.PUBLIC]
    lines = tuple(_words(_line(one, locale)) for one in shown)
    title = say(locale, "ku.digest", n=len(shown))
    return Card(
        kind="kudos_digest", key=key, header=Header(title, tone=Tone.SUCCESS), summary=title, locale=locale,
        blocks=lines or (_words(say(locale, "ku.group_undone")),),
    )  # fmt: skip


def badges_card(key: str, badges: Sequence[BadgeEarned], locale: str) -> Card:
    """Everything somebody has earned."""
    rows = tuple(
        _words(say(locale, "ku.badge_times" if one.count > 1 else "ku.badge_line", name=one.named(locale), n=one.count))
        for one in badges
    )
    title = say(locale, "ku.badges")
    return Card(
        kind="badges", key=key, header=Header(title, tone=Tone.INFO), updates=False, summary=title, locale=locale,
        blocks=rows or (_words(say(locale, "ku.no_badges")),),
        actions=(Button(label=say(locale, "go.kudos"), ref=ActionRef("go.kudos"), hint="/kudos"),),
    )  # fmt: skip


def _who(kudos: KudosView, locale: str) -> tuple[Span, ...]:
    """Giver and recipients; the recipients as mentions where the group can show them."""
    between = Plain(say(locale, "plain.names"))
    people: list[Span] = []
    for one in kudos.recipients:
        people += [*([between] if people else []), PersonRef(one.person_id, one.name)]
    return (Plain(f"{kudos.giver_name} {say(locale, 'ku.group_thanks')} "), *people)


def _line(kudos: KudosView, locale: str) -> str:
    names = joined([one.name for one in kudos.recipients], locale)
    tags = " ".join(say(locale, "ku.hash", tag=tag.named(locale)) for tag in kudos.tags)
    return say(locale, "ku.digest_line", giver=kudos.giver_name, names=names, tag=tags)


def _words(text: str) -> Text:
    return Text((Plain(text),))
