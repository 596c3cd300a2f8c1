"""The adapter contract, clause 14: what people write stays text, in whatever place of whatever message it stands."""

import html
import unicodedata
from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Answer, Json, Toast
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    Confirm,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    Option,
    People,
    PersonRef,
    Plain,
    Progress,
    Text,
    TextInput,
    WebLink,
)
from tests.contract.harness import Harness

ATTACKS = (
    "<at id=all></at>", '<at user_id="all">x</at>', "<a href=http://evil.example>x</a>", "< a href='x'>", "</a>",
    "[x](http://evil.example)", "![x](http://evil.example)", "](http://evil.example)", "[x][1]", "**x**", "__x__",
    "*x*", "~~x~~", "`x`", "```x", "\n# x", "\n> x", "\n- x", "\n1. x", "\n---\n", "\n    x", "@all", "@所有人",
    "@li ", "${notice}", "{{x}}", "]]>", "</Content></xml>", "<![CDATA[", "&#60;at id=all&#62;", "&lt;b&gt;",
    '"},{"tag":"x"', "\\", '\\"', "\\u003cat", "dtmd://x", "http://evil.example", "www.evil.example", "~go.okr?k=1",
    "<!--", "<font color=red>", "<person id=ou_li></person>", "<text_tag color='red'>x</text_tag>", "|x|y|\n|-|-|",
    "\u202ex", "\u2066", "\x0b", "\x1f", "\x00",
)  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(ATTACKS), st.text(max_size=4)), min_size=1, max_size=4).map("".join)
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def card(said: str) -> Card:
    """What somebody said, in every place a card without questions has."""
    words = f"a{said}z"
    who = PersonRef("p9", words)
    return Card(
        kind="k",
        key="0" * 32,
        header=Header(words, words),
        blocks=(
            Text((Plain(words), Bold(words), WebLink(words, "https://okr.example/a"), who)),
            Text((Plain(words),)),
            Fields((Field(words, words), Field("label", words))),
            Progress(words, Decimal("0.5"), words),
            People((who, PersonRef("p1", words))),
            Note(words),
        ),
        actions=(
            Button(
                label="Go", ref=ActionRef("go.okr", {"said": said[:20]}), confirm=Confirm(words, words), hint="/okr"
            ),
            Button(label=words, ref=ActionRef("go.two"), hint="/two"),
            Link(label=words, url="https://okr.example/b"),
        ),
        summary=words,
    )


def form(said: str) -> Card:
    """What somebody said, in every place a form has."""
    words = f"a{said}z"
    options = (Option("x", words), Option("y", "other"))
    return Card(
        kind="k",
        key="0" * 32,
        header=Header("t"),
        groups=(Group(key="g", title=words, caption=words),),
        inputs=(
            Choice(name="one", label=words, options=options, group="g", required=True, placeholder=words),
            TextInput(name="two", label=words, group="g", placeholder=words, initial=words, multiline=True),
        ),
        actions=(Button(label="Send", ref=ActionRef("form.send"), submits=True, hint="/form"),),
        summary=words,
    )


def live(harness: Harness, payloads: list[Json]) -> Counter[str]:
    """Markup the platform would act on; quote marks are per line, so only their presence counts."""
    found = Counter(mark for payload in payloads for mark in harness.live_markup(payload))
    return Counter({mark: 1 if mark.strip() == ">" else count for mark, count in found.items()})


def letters(text: str) -> str:
    """Letters and digits only: marks may be shown by their look-alikes, of which some count as letters. Entities are
    resolved on both sides: whether Feishu's text messages show them as typed is not documented."""
    return "".join(
        letter for letter in html.unescape(text) if letter.isalnum() and unicodedata.category(letter) != "Lm"
    )


@quick
@given(said=hostile)
async def test_clause_14_words_make_no_markup(harness: Harness, said: str) -> None:
    for surface in Surface:
        for make in (card, form):
            benign, hostile_ = (harness.rendered(make(words), surface) for words in ("b\nc", said))
            extra = live(harness, hostile_) - live(harness, benign)
            assert not extra, (surface, said)


@quick
@given(said=hostile)
async def test_clause_14_the_platform_takes_the_words_as_words(harness: Harness, said: str) -> None:
    """Sent for real: the same buttons and fields as with harmless words, and the words can be read."""
    for surface in Surface:
        for make in (card, form):
            harmless = await harness.show(make("b"), surface)
            seen = await harness.show(make(said), surface)
            assert [(one.url, one.submits) for one in seen.buttons] == [
                (one.url, one.submits) for one in harmless.buttons
            ]
            assert [(one.name, one.kind, len(one.options)) for one in seen.fields] == [
                (one.name, one.kind, len(one.options)) for one in harmless.fields
            ]
        first = Card(kind="k", key="0" * 32, header=Header("t"), blocks=(Text((Plain(f"a{said}z"),)),))
        assert letters(f"a{said}z") in letters((await harness.show(first, surface)).text)


@quick
@given(said=hostile)
async def test_clause_14_words_in_an_answer_stay_words(harness: Harness, said: str) -> None:
    """The answer to a click is XML or JSON around what people wrote."""
    if not harness.takes_clicks_back:
        return
    shown = await harness.show(card("b"))
    words = Card(kind="k", key="0" * 32, header=Header("t"), blocks=(Text((Plain(f"a{said}z"),)),))
    harness.answer = Answer(card=harness.rendered(words)[-1], toast=Toast(text=f"a{said}z"))
    done = await harness.click(shown, "Go")
    after = next(one for one in harness.seen() if one.message_id == shown.message_id)
    assert done.status == 200
    assert letters(f"a{said}z") in letters(after.text)
    assert not [button for button in after.buttons if not button.url]


@quick
@given(said=hostile)
async def test_clause_14_words_in_a_text_message_stay_words(harness: Harness, said: str) -> None:
    for surface in Surface:
        rendered = harness.adapter.render_text(f"a{said}z", surface)
        assert not live(harness, [rendered.payload])
        await harness.adapter.send(harness.out(rendered.payload, surface))
        assert letters(f"a{said}z") in letters(harness.seen(surface)[-1].text)
