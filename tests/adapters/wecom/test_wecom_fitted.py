"""Whatever `fit` lets through, the renderer can show (contract clause 13)."""

from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.wecom.adapter import WecomAdapter
from cards.action import ActionRef
from cards.capability import Surface
from cards.fit import CannotFit, fit
from cards.model import (
    Button,
    Card,
    Choice,
    Field,
    Fields,
    Group,
    Header,
    Link,
    Note,
    NumberInput,
    Option,
    Plain,
    Progress,
    Text,
    WebLink,
)

WORDS = st.text(st.sampled_from("ab好签<>&]\n 👍"), min_size=1, max_size=60).map(lambda text: f"x{text}")
REFS = st.integers(0, 10_000).map(lambda n: ActionRef("checkin.act", {"n": str(n)}))
DOORS = st.none() | REFS
OPTIONS = st.lists(WORDS, max_size=24).map(
    lambda labels: tuple(Option(f"v{n}", label) for n, label in enumerate(labels))
)
BLOCKS = st.one_of(
    WORDS.map(lambda text: Text((Plain(text), WebLink("见", "https://okr.example")))),
    WORDS.map(Note),
    st.lists(st.tuples(WORDS, WORDS), max_size=8).map(lambda rows: Fields(tuple(Field(*row) for row in rows))),
    WORDS.map(lambda text: Progress(text, Decimal("0.6"), "60%")),
)
BUTTONS = st.builds(Button, label=WORDS, ref=REFS, submits=st.booleans(), hint=st.sampled_from(["", "/ci nc"]))
LINKS = st.builds(Link, label=WORDS, url=st.just("https://okr.example/m"))
KEYS = st.sampled_from(["g0", "g1", ""])
CHOICES = st.builds(
    Choice, name=st.just(""), label=WORDS, options=OPTIONS, group=KEYS, many=st.booleans(), required=st.booleans()
)
NUMBERS = st.builds(NumberInput, name=st.just(""), label=WORDS, suggestions=OPTIONS, group=KEYS)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    asked = draw(st.lists(CHOICES | NUMBERS, max_size=5))
    groups = tuple(
        Group(key=f"g{n}", title=draw(WORDS), caption=draw(WORDS), by_message=draw(DOORS))
        for n in range(draw(st.integers(0, 2)))
    )
    return Card(
        kind="test",
        key="k",
        header=Header(draw(WORDS), draw(WORDS | st.just(""))),
        blocks=tuple(draw(st.lists(BLOCKS, max_size=4))),
        groups=groups,
        inputs=tuple(type(one)(**{**_fields(one), "name": f"i{n}"}) for n, one in enumerate(asked)),
        actions=tuple(draw(st.lists(BUTTONS | LINKS, max_size=8, unique_by=lambda action: repr(action)))),
    )


def _fields(asked: Choice | NumberInput) -> dict[str, object]:
    return {name: getattr(asked, name) for name in type(asked).__dataclass_fields__}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
    max_examples=200,
    deadline=None,
)
@given(card=cards())
def test_every_fitted_card_renders(adapter: WecomAdapter, card: Card) -> None:
    encoded = [action.ref.encode() for action in card.actions if isinstance(action, Button)]
    assume(len(set(encoded)) == len(encoded))
    try:
        fitted = fit(card, adapter.capabilities[Surface.DIRECT]).card
    except CannotFit:
        return
    assert fitted is not None
    assert adapter.render(fitted, Surface.DIRECT, {}).bytes < adapter.capabilities[Surface.DIRECT].card_bytes
