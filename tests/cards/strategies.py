"""Random cards and random surfaces, for every test that says "whatever the card"."""

from decimal import Decimal

from hypothesis import strategies as st

from cards.action import ActionRef
from cards.capability import Capabilities
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
    Picture,
    Plain,
    Progress,
    Style,
    Text,
    TextInput,
    Tone,
    WebLink,
)

any_text = st.text(max_size=30)
words = st.text(st.sampled_from("abcdefghij 目标打卡进度🎉&=%~<"), min_size=1, max_size=24)
names = st.from_regex(r"[a-z]{1,6}(\.[a-z_]{1,6})?", fullmatch=True)
keys = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
params = st.dictionaries(keys, words, max_size=3)
refs = st.builds(ActionRef, names, params)
people = st.builds(PersonRef, keys, words)
spans = st.one_of(
    st.builds(Plain, words),
    st.builds(Bold, words),
    st.builds(WebLink, words, st.just("https://example.com/a")),
    people,
)
blocks = st.one_of(
    st.builds(Text, st.lists(spans, max_size=3).map(tuple)),
    st.builds(Fields, st.lists(st.builds(Field, words, words), max_size=4).map(tuple)),
    st.builds(Progress, words, st.decimals(0, 1, places=2), words),
    st.builds(People, st.lists(people, max_size=3).map(tuple)),
    st.builds(Note, words),
    st.just(Divider()),
    st.builds(Picture, st.sampled_from(["coffee", "plant", "no-such-picture"]), st.just("") | words),
)
options = st.lists(st.builds(Option, words, words), max_size=12, unique_by=(lambda one: one.value)).map(tuple)
numbers = st.none() | st.decimals(-10, 10, places=2)


@st.composite
def inputs(draw, name: str, group: str):
    """One input of any kind; option values may be encoded actions."""
    common = {"name": name, "label": draw(words), "required": draw(st.booleans()), "group": group}
    kind = draw(st.sampled_from(["text", "number", "date", "choice"]))
    found = tuple(Option(one.value.lstrip("~") or "x", one.label) for one in draw(options))
    found = tuple({one.value: one for one in found}.values())
    initial = draw(st.sampled_from(["", *[one.value for one in found]]))
    if kind == "text":
        return TextInput(**common, initial=draw(words), multiline=draw(st.booleans()))
    if kind == "number":
        bounds = {"min": draw(numbers), "max": draw(numbers), "step": draw(numbers)}
        return NumberInput(**common, **bounds, initial=initial, suggestions=found)
    if kind == "date":
        return DateInput(**common, initial=initial, suggestions=found)
    if draw(st.booleans()):
        found = (*found, Option(draw(refs).encode(), draw(words)))
    return Choice(
        **common,
        options=found or (Option("x", "x"),),
        initial=(initial,) if initial else (),
        many=draw(st.booleans()),
    )


@st.composite
def buttons(draw, submits: bool | None = None):
    return Button(
        label=draw(words),
        ref=draw(refs),
        style=draw(st.sampled_from(Style)),
        confirm=draw(st.none() | st.builds(Confirm, words, words)),
        submits=draw(st.booleans()) if submits is None else submits,
        hint=draw(st.sampled_from(["", "/ci nc", "/okr"])),
    )


links = st.builds(Link, label=words, url=st.just("https://example.com/b"))


@st.composite
def cards(draw):
    """Any card a builder could make: inputs come with something that submits them."""
    group_keys = draw(st.lists(keys, max_size=3, unique=True))
    groups = tuple(
        Group(key=key, title=draw(words), caption=draw(st.just("") | words), by_message=draw(st.none() | refs))
        for key in group_keys
    )
    count = draw(st.integers(0, 6))
    asked = tuple(draw(inputs(f"in{n}", draw(st.sampled_from(["", *group_keys])))) for n in range(count))
    pressed = draw(st.lists(st.one_of(buttons(), links), max_size=5))
    if asked:
        pressed.insert(draw(st.integers(0, len(pressed))), draw(buttons(submits=True)))
    return Card(
        kind=draw(keys),
        key="0" * 32,
        header=Header(draw(words), draw(st.just("") | words), draw(st.sampled_from(Tone))),
        blocks=tuple(draw(st.lists(blocks, max_size=4))),
        groups=groups,
        inputs=asked,
        actions=tuple(pressed),
        summary=draw(words),
        updates=draw(st.booleans()),
        locale=draw(st.sampled_from(["zh-CN", "en"])),
    )


def _limit(low: int, high: int, roomy: int):
    return st.one_of(st.just(roomy), st.integers(low, high))


capabilities = st.builds(
    Capabilities,
    card=st.sampled_from([True, True, True, False]),
    text_input=st.booleans(),
    number_input=st.booleans(),
    date_input=st.booleans(),
    choice=st.sampled_from([True, True, True, False]),
    choice_many=st.booleans(),
    max_inputs=_limit(0, 4, 50),
    max_buttons=_limit(0, 4, 20),
    form_buttons=_limit(0, 3, 20),
    max_choices=_limit(0, 4, 50),
    max_options=_limit(0, 10, 100),
    sole_options=st.none() | st.integers(0, 20),
    many_beside=st.booleans(),
    button_label=_limit(4, 20, 40),
    option_label=_limit(4, 20, 100),
    input_label=_limit(2, 20, 100),
    title=_limit(1, 20, 0),
    text=_limit(1, 60, 0),
    form_text=_limit(1, 60, 0),
    max_fields=_limit(1, 4, 0),
    action_bytes=_limit(64, 200, 1024),
    option_bytes=_limit(64, 200, 1024),
    pictures=_limit(0, 2, 4),
    still_pictures=st.none() | st.integers(0, 2),
    markdown=st.booleans(),
    mention_person=st.booleans(),
)

ROOMY = Capabilities(markdown=True, pictures=100)
"""A surface that can show everything."""

zero_to_one = st.decimals(Decimal(0), Decimal(1), places=3)
