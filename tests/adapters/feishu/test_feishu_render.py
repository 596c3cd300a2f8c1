"""Cards in the messenger's own words (feishu.md §3): complete, within limits, and no user text breaks out."""

import html
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Answer, Commands, Handshake, Ignored, Response, Shown, Toast
from adapters.feishu import elements, markdown
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    Confirm,
    DateInput,
    Divider,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    NumberInput,
    Option,
    People,
    PersonRef,
    Plain,
    Progress,
    Style,
    Text,
    TextInput,
    Tone,
    WebLink,
)
from tests.adapters.feishu.feishu_card_rules import check, mentions, shown, tagged
from tests.adapters.feishu.feishu_wire import adapter, click, sealed

PEOPLE = {"p1": Shown(name="Ann", user_id="ou_ann"), "p2": Shown(name="Bob", user_id=None)}
KINDS = [Option("high", "High"), Option("~x.y?k=v", "Act"), Option("low", "Low")]
SUBMIT = Button(label="Save", ref=ActionRef("checkin.submit", {"o": "1"}), style=Style.PRIMARY, submits=True)
CANCEL = Button(
    label="Undo", ref=ActionRef("checkin.undo"), style=Style.DANGER, confirm=Confirm("Sure?", "All is undone")
)


def full(word: str = "word", url: str = "https://x.example/a?b=c") -> Card:
    """Every block, input and action, with one user-supplied word in every place that can hold one."""
    person, stranger = PersonRef("p1", word), PersonRef("p3", word)
    return Card(
        kind="sample",
        key="k" * 32,
        header=Header(word, subtitle=word, tone=Tone.WARNING),
        blocks=(
            Text((Plain(word), Bold(word), WebLink(word, url), person, PersonRef("p2", word), stranger)),
            Text((Plain(word), Plain(word))),
            Fields((Field(word, word), Field("Due", "Friday"))),
            Progress(word, Decimal("0.5"), "50 %"),
            People((person, PersonRef("p2", word), stranger)),
            Note(word),
            Divider(),
        ),
        groups=(Group(key="g1", title=word, caption=word), Group(key="g2", title="Second")),
        inputs=(
            TextInput(name="t", label=word, initial=word, placeholder=word, multiline=True, group="g1"),
            NumberInput(name="n", label="Value", required=True, initial="60", unit=word, group="g1"),
            Choice(name="c", label=word, options=tuple(KINDS), initial=("low",), required=True, group="g2"),
            Choice(name="m", label=word, options=tuple(KINDS), initial=("high", "gone"), many=True, placeholder=word),
            DateInput(name="d", label=word, initial="2025-04-01", placeholder=word),
            TextInput(name="x1", label="Named like a button"),
        ),
        actions=(SUBMIT, CANCEL, Link(label=word, url=url), Button(label=word, ref=ActionRef("other.one"))),
        summary=word,
    )


def drawn(card: Card, surface: Surface = Surface.GROUP) -> dict[str, Any]:
    rendered = adapter().render(card, surface, PEOPLE)
    assert rendered.payload["msg_type"] == "interactive"
    assert rendered.bytes >= len(json.dumps(rendered.payload["card"], ensure_ascii=False, separators=(",", ":")))
    assert json.loads(json.dumps(rendered.payload)) == rendered.payload
    made: dict[str, Any] = rendered.payload["card"]
    return made


def named(card: dict[str, Any], name: str) -> dict[str, Any]:
    return next(part for part in tagged(card) if part.get("name") == name)


def buttons(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {part["text"]["content"]: part for part in tagged(card) if part["tag"] == "button"}


@pytest.mark.parametrize("surface", list(Surface))
def test_a_card_with_everything_keeps_every_rule(surface: Surface) -> None:
    card = drawn(full(), surface)
    check(card)
    assert elements.count(card) == len(list(tagged(card)))
    assert adapter().render(full(), surface, PEOPLE) == adapter().render(full(), surface, PEOPLE)


def test_inputs_say_what_was_declared() -> None:
    card = drawn(full())
    assert named(card, "t")["input_type"] == "multiline_text"
    assert named(card, "t")["default_value"] == "word"
    number = named(card, "n")
    assert (number["tag"], number["label"]["content"], number["default_value"]) == ("input", "Value (word)", "60")
    assert number["required"] is True
    choice, many = named(card, "c"), named(card, "m")
    assert (choice["tag"], choice["initial_option"], choice["required"]) == ("select_static", "low", True)
    assert [option["value"] for option in choice["options"]] == ["high", "~x.y?k=v", "low"]
    assert (many["tag"], many["selected_values"]) == ("multi_select_static", ["high"])
    assert (named(card, "d")["tag"], named(card, "d")["initial_date"]) == ("date_picker", "2025-04-01")


def test_only_what_submits_stands_in_the_form() -> None:
    """§3.5: a button in a form would wait for the required fields."""
    card = drawn(full())
    form = next(part for part in card["body"]["elements"] if part["tag"] == "form")
    assert list(buttons(form)) == ["Save"]
    assert set(buttons(card)) == {"Save", "Undo", "word"}
    assert "form_action_type" not in buttons(card)["Undo"]
    assert buttons(card)["Undo"]["confirm"]["text"] == {"tag": "plain_text", "content": "All is undone"}
    assert buttons(card)["Undo"]["type"] == "danger"


def test_headings_come_before_their_groups_first_input() -> None:
    form = next(part for part in drawn(full())["body"]["elements"] if part["tag"] == "form")
    order = [part.get("name") or part.get("content", part["tag"]) for part in form["elements"]]
    assert order.index("**word**\n<font color='grey'>word</font>") < order.index("t") < order.index("n")
    assert order.index("n") < order.index("**Second**") < order.index("c") < order.index("m")


@pytest.mark.parametrize(("many", "tag"), [(False, "select_person"), (True, "multi_select_person")])
def test_people_without_options_are_picked_from_the_chat(many: bool, tag: str) -> None:
    asked = Choice(name="who", label="Whom?", options=(), source="people", many=many)
    card = drawn(Card(kind="k", key="k", header=Header("T"), inputs=(asked,), actions=(SUBMIT,)))
    check(card)
    assert (named(card, "who")["tag"], named(card, "who")["options"]) == (tag, [])


@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_has_a_colour_of_its_own(tone: Tone) -> None:
    card = drawn(Card(kind="k", key="k", header=Header("Title", tone=tone)))
    check(card)
    others = {
        drawn(Card(kind="k", key="k", header=Header("T", tone=other)))["header"]["template"]
        for other in Tone
        if other is not tone
    }
    assert card["header"]["template"] not in others
    assert card["config"]["summary"]["content"] == "Title"


def test_without_inputs_there_is_no_form_and_submit_is_an_ordinary_button() -> None:
    card = drawn(Card(kind="k", key="k", header=Header("T"), actions=(SUBMIT,)))
    check(card)
    assert [part["tag"] for part in card["body"]["elements"]] == ["button"]
    assert "form_action_type" not in buttons(card)["Save"]


def test_people_with_an_identity_are_mentioned_the_others_named() -> None:
    card = drawn(full("Zoë"))
    assert [found for found in mentions(card) if "at " in found] == ["<at id=ou_ann>"]
    persons = next(part for part in tagged(card) if part["tag"] == "person_list")["persons"]
    assert persons == [{"id": "ou_ann"}]
    assert "Bob、Zoë" in shown(card)


@pytest.mark.parametrize("evil", ["all", "ou_x></at><at id=all", "", "ou_", "ou_é"])
def test_only_a_real_open_id_is_mentioned(evil: str) -> None:
    people = {"p1": Shown(name="Ann", user_id=evil)}
    card = Card(
        kind="k", key="k", header=Header("T"), blocks=(Text((PersonRef("p1", "A"),)), People((PersonRef("p1", "A"),)))
    )
    made = adapter().render(card, Surface.GROUP, people).payload["card"]
    assert mentions(made) == []
    assert shown(made).count("Ann") == 2


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "lark://x", "//x.example", "x", "https://", "http://[", "", "ht tp://x.example"]
)
def test_links_lead_to_the_web_or_nowhere(url: str) -> None:
    card = drawn(full("word", url))
    check(card)
    assert not [found for found in mentions(card) if found.startswith("[")]
    assert all(part["disabled"] for part in tagged(card) if part.get("text", {}).get("content") == "word"
               and part["tag"] == "button" and "behaviors" not in part)  # fmt: skip


def test_a_link_stays_one_link() -> None:
    url = "https://x.example/a)b](c)<at id=all></at> \n\"'`*"
    card = drawn(full("word", url))
    links = [found for found in mentions(card) if found.startswith("[")]
    assert len(links) == 1
    assert re.fullmatch(r"\[word\]\(https://x\.example/[A-Za-z0-9%/=;&]*\)", links[0])


EVIL = [
    "<at id=all></at>", "</at>", "**", "[a](https://evil.example)", "![i](img_1)", "`", "```", "\n", "# ", "- ", "1. ",
    "> ", "~~", "__", "&lt;at id=all&gt;", "&#60;", "<font color='red'>", "|", "---", "\\", '"', "'", "{}", "  ", "é好",
]  # fmt: skip
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
USER_TEXT = st.lists(st.sampled_from(EVIL) | ANYTHING, min_size=1, max_size=8).map("".join)


@settings(max_examples=150, deadline=None)
@given(USER_TEXT)
def test_no_user_text_breaks_out_of_a_card(word: str) -> None:
    """Clause 14: what acts in the card is the same whatever people wrote."""
    card = drawn(full(word))
    check(card)
    allowed = {"<at id=ou_ann>", "</at>", "<font color='grey'>", "</font>"}
    acting = mentions(card)
    assert {found for found in acting if found.startswith("<")} <= allowed
    assert sum(found.startswith("[") for found in acting) <= 1
    assert all(found.endswith("](https://x.example/a?b=c)") for found in acting if found.startswith("["))
    calm = drawn(full("word"))
    assert {part["tag"] for part in tagged(card)} <= {part["tag"] for part in tagged(calm)}


@settings(max_examples=150, deadline=None)
@given(USER_TEXT)
def test_escaped_text_shows_itself_and_nothing_else(word: str) -> None:
    escaped = markdown.escape(word)
    assert html.unescape(escaped) == html.unescape(word.replace("&", "&amp;"))
    assert not re.search(r"[<>*_~\[\]()\\`|]", escaped)
    assert not re.search(r"(?m)^[ \t]*([-+=]|#|\d+\.)", escaped)
    assert not re.search(r"&(?!#\d+;)", escaped)


@settings(max_examples=150, deadline=None)
@given(USER_TEXT)
def test_a_text_message_mentions_nobody(word: str) -> None:
    said = adapter().render_text(f'<at user_id="all">x</at>{word}', Surface.GROUP).payload
    assert said["msg_type"] == "text"
    assert not re.search(r"<\s*/?\s*[A-Za-z]", said["text"])
    assert "](" not in said["text"]


def test_a_text_is_never_empty_and_otherwise_unchanged() -> None:
    """Clause 15."""
    assert adapter().render_text(" \n", Surface.DIRECT).payload["text"] == "…"
    plain = "5 < 6, a <3 b & **c**\nnext"
    assert adapter().render_text(plain, Surface.DIRECT).payload["text"] == plain


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("ok", "**ok**"), ("进度：", "**进度：** "), ("(a)", " **&#40;a&#41;** "), (" a\nb ", "**a b**"), ("  ", "")],
)
def test_bold_survives_punctuation_and_line_breaks(word: str, wanted: str) -> None:
    assert markdown.bold(word) == wanted


REFS = st.builds(
    ActionRef,
    st.from_regex(r"[a-z][a-z_]{0,10}(\.[a-z_]{1,10})?", fullmatch=True),
    st.dictionaries(
        st.from_regex(r"[a-z]{1,4}", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    ),
)


@settings(max_examples=60, deadline=None)
@given(REFS, st.sampled_from(list(Surface)))
def test_an_action_survives_a_real_click(ref: ActionRef, surface: Surface) -> None:
    """Clause 12."""
    card = drawn(Card(kind="k", key="k", header=Header("T"), actions=(Button(label="Go", ref=ref),)), surface)
    value = buttons(card)["Go"]["behaviors"][0]["value"]
    parsed = adapter().parse(sealed(click({"tag": "button", "value": value})))
    assert isinstance(parsed, Commands)
    made = parsed.commands[0]
    assert (made.name, made.params) == (ref.name, ref.params)
    assert made.conversation.kind == surface.value
    assert made.conversation.id == ("ou_ann" if surface is Surface.DIRECT else "oc_1")


def test_the_largest_usual_form_stays_within_the_element_budget() -> None:
    """Six key results, each with a value, a confidence of five and a comment."""
    groups = tuple(Group(key=f"g{n}", title=f"KR {n}") for n in range(6))
    scale = tuple(Option(str(n), str(n)) for n in range(5))
    inputs = tuple(
        asked
        for n in range(6)
        for asked in (
            NumberInput(name=f"v{n}", label="Value", group=f"g{n}", placeholder="60"),
            Choice(name=f"c{n}", label="Confidence", options=scale, group=f"g{n}"),
            TextInput(name=f"t{n}", label="Comment", group=f"g{n}"),
        )
    )
    card = Card(kind="k", key="k", header=Header("T"), groups=groups, inputs=inputs, actions=(SUBMIT, CANCEL))
    assert len(inputs) <= adapter().capabilities[Surface.DIRECT].max_inputs
    check(drawn(card))


# --- the answer on the exchange ---------------------------------------------------------------------------------------

CLICKED = adapter().parse(sealed(click({"value": {"a": "~x.y"}})))


def body(response: Response) -> Any:
    assert (response.status, response.content_type) == (200, "application/json")
    return json.loads(response.body)


def test_a_click_is_answered_with_toast_and_card() -> None:
    """Clause 16, §1.9."""
    rendered = adapter().render(full(), Surface.DIRECT, PEOPLE).payload
    answer = Answer(card=rendered, toast=Toast(text="Saved <at>", tone="success"))
    assert body(adapter().ack(answer, CLICKED)) == {
        "toast": {"type": "success", "content": "Saved <at>"},
        "card": {"type": "raw", "data": rendered["card"]},
    }
    assert body(adapter().ack(Answer(toast=Toast(text="?", tone="odd")), CLICKED))["toast"]["type"] == "info"


def test_nothing_to_say_is_an_empty_object() -> None:
    for answer in (None, Answer()):
        assert body(adapter().ack(answer, CLICKED)) == {}


def test_a_text_cannot_replace_a_card_and_becomes_a_toast() -> None:
    words = adapter().render_text("Done", Surface.DIRECT).payload
    assert body(adapter().ack(Answer(card=words), CLICKED)) == {"toast": {"type": "info", "content": "Done"}}
    kept = body(adapter().ack(Answer(card=words, toast=Toast(text="Hi")), CLICKED))
    assert kept == {"toast": {"type": "info", "content": "Hi"}}


def test_events_and_handshakes_carry_no_answer() -> None:
    answer = Answer(toast=Toast(text="Saved"))
    assert body(adapter().ack(answer, Ignored("read"))) == {}
    assert body(adapter().ack(answer, Commands(()))) == {}
    response = Response(body=b"x")
    assert adapter().ack(answer, Handshake(response)) is response
