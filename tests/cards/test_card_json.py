"""Cards in rows: what is stored is what comes back."""

import json
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings

from cards.action import ActionRef
from cards.json import NotACard, dump, load
from cards.model import Button, Card, Header
from tests.cards.strategies import cards


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards())
def test_a_card_survives_its_row(card):
    stored = dump(card)
    assert load(stored) == card
    assert load(stored.decode()) == card
    assert dump(load(stored)) == stored


def test_unions_are_told_apart_by_their_tag():
    stored = json.loads(dump(Card(kind="help", key="0" * 32, header=Header("Help"))))
    stored["blocks"] = [{"type": "note", "text": "quiet"}, {"type": "divider"}]
    assert [type(block).__name__ for block in load(json.dumps(stored)).blocks] == ["Note", "Divider"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("blocks", [{"type": "iframe"}]),
        ("blocks", [{"type": "text", "spans": [{"type": "script"}]}]),
        ("blocks", [{"type": "progress", "label": "", "ratio": "much", "caption": ""}]),
        ("inputs", [{"type": "file_input"}]),
        ("actions", [{"type": "telephone"}]),
        ("header", {"title": "x", "subtitle": "", "tone": "purple"}),
        ("header", None),
        ("blocks", 7),
    ],
)
def test_what_is_not_a_card_is_refused(place, value):
    stored = json.loads(dump(Card(kind="help", key="0" * 32, header=Header("Help"))))
    with pytest.raises(NotACard):
        load(json.dumps({**stored, place: value}))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", b'{"kind": 1'])
def test_garbage_is_refused(data):
    with pytest.raises(NotACard):
        load(data)


def test_params_may_be_any_mapping_and_nothing_else_is_guessed():
    button = Button(label="x", ref=ActionRef("a.b", MappingProxyType({"c": "1"})))
    stored = load(dump(Card(kind="x", key="x", header=Header("x"), actions=(button,))))
    assert stored.actions == (Button(label="x", ref=ActionRef("a.b", {"c": "1"})),)
    with pytest.raises(TypeError):
        dump(Card(kind="x", key="x", header=Header("x"), summary=object()))
