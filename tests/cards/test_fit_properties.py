"""Properties of degradation over random cards and random surfaces (design (b), "Graceful degradation")."""

from hypothesis import HealthCheck, assume, given, settings

from cards.action import MARK
from cards.fit import CannotFit, Fitted, fit, within
from cards.model import Button, Card, Choice, Link
from cards.plain import block_text, plain
from tests.cards.strategies import capabilities, cards

bounded = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def fitted_or_skip(card, caps) -> Fitted:
    try:
        return fit(card, caps)
    except CannotFit:
        assume(False)
        raise


def waiting(result: Fitted) -> set[str]:
    return {one.what.removeprefix("group:") for one in result.changes if one.how == "next page"}


def refs_shown(card: Card) -> set[str]:
    """Every encoded action a person can reach on the card."""
    options = {one.value for asked in card.inputs if isinstance(asked, Choice) for one in asked.options}
    pressed = {action.ref.encode() for action in card.actions if isinstance(action, Button)}
    return {value for value in options if value.startswith(MARK)} | pressed


@bounded
@given(cards(), capabilities)
def test_a_fitted_card_is_within_every_limit_and_fitting_it_again_changes_nothing(card, caps):
    result = fitted_or_skip(card, caps)
    if result.card is None:
        assert not caps.card
        assert result.rest == plain(card)
        return
    assert within(result.card, caps)
    assert fit(result.card, caps) == Fitted(result.card, "", ())


@bounded
@given(cards(), capabilities)
def test_no_action_is_lost(card, caps):
    result = fitted_or_skip(card, caps)
    if result.card is None:
        return
    later = waiting(result)
    now = [asked for asked in card.inputs if asked.group not in later]
    expected = refs_shown(Card(kind="x", key="x", header=card.header, inputs=tuple(now), actions=card.actions))
    hinted = {
        action.ref.encode()
        for action in card.actions
        if isinstance(action, Button) and action.hint and action.hint in result.rest and action.label in result.rest
    }
    assert expected <= refs_shown(result.card) | hinted
    for action in card.actions:
        if isinstance(action, Link):
            assert action.url in result.rest or any(
                isinstance(one, Link) and one.url == action.url for one in result.card.actions
            )


@bounded
@given(cards(), capabilities)
def test_no_question_is_lost_and_none_that_is_required_is_left_out(card, caps):
    """Every input is asked, waits for the next card, has a door, is now buttons, or is put in words."""
    result = fitted_or_skip(card, caps)
    if result.card is None:
        return
    later = waiting(result)
    asked = {one.name for one in result.card.inputs}
    how = {one.what: one.how for one in result.changes}
    doors = {group.key: group.by_message for group in card.groups}
    for one in card.inputs:
        if one.name in asked or one.group in later:
            continue
        way = how[f"input:{one.name}"]
        if way == "by message":
            door = doors.get(one.group) or doors.get("")
            assert door is not None
            assert door.encode() in refs_shown(result.card) or "/" in result.rest
        elif way == "hint":
            assert one.label in result.rest
        else:
            assert way == "buttons"


@bounded
@given(cards(), capabilities)
def test_no_text_is_cut_silently(card, caps):
    result = fitted_or_skip(card, caps)
    if result.card is None:
        return
    shown = "\n".join(
        [
            result.rest,
            result.card.header.title,
            result.card.header.subtitle,
            *(block_text(block, card.locale) for block in result.card.blocks),
            *(f"{group.title}\n{group.caption}" for group in result.card.groups),
        ]
    )
    assert card.header.title in shown
    assert card.header.subtitle in shown
    for block in card.blocks:
        for line in block_text(block, card.locale).splitlines():
            assert line in shown
    for group in card.groups:
        if group.key not in waiting(result):
            assert group.title in shown
            assert group.caption in shown


@bounded
@given(cards(), capabilities)
def test_a_required_input_is_never_dropped_into_a_door_when_its_kind_can_be_shown(card, caps):
    result = fitted_or_skip(card, caps)
    moved = {one.what for one in result.changes if one.how == "by message"}
    for asked in card.inputs:
        if isinstance(asked, Choice) and asked.required and f"input:{asked.name}" in moved:
            able = caps.choice_many if asked.many else caps.choice
            enough = caps.max_inputs and caps.max_choices and caps.max_options and caps.form_buttons
            assert not (able and enough)


@bounded
@given(cards(), capabilities)
def test_options_that_differ_stay_different(card, caps):
    result = fitted_or_skip(card, caps)
    before = {asked.name: asked for asked in card.inputs if isinstance(asked, Choice)}
    for asked in result.card.inputs if result.card else ():
        old = before.get(asked.name)
        if isinstance(asked, Choice) and old is not None:
            labels = {one.value: one.label for one in old.options}
            kept = [one for one in asked.options if one.value in labels]
            different = {labels[one.value] for one in kept}
            assert len({one.label for one in kept}) >= len(different)


@bounded
@given(cards())
def test_plain_is_never_empty(card):
    assert plain(card).strip()
