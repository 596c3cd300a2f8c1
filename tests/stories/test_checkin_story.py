"""An employee checks in, in every messenger, from encrypted callback to the card they then see (flow 5.1)."""

from adapters.simulation import Seen
from bot.playground.rig import Rig
from tests.company import account


def last_card(rig: Rig, messenger: str, who: str) -> Seen:
    return [one for one in rig.simulators[messenger].seen(account(messenger, who)) if one.buttons][-1]


def form(card: Seen, **said: str) -> dict[str, str]:
    """The card's fields as they stand, with what the person changes."""
    kept = {one.name: one.value for one in card.fields if isinstance(one.value, str) and not one.name.startswith("__")}
    return {**{name: value for name, value in kept.items() if value}, **said}


async def test_checkin_by_card_shows_the_result_on_that_same_card(rig: Rig, messenger: str) -> None:
    simulator = rig.simulators[messenger]
    bob = account(messenger, "bob")
    await simulator.say(bob, "/checkin")
    await rig.settle()
    card = last_card(rig, messenger, "bob")
    assert "交付准时率" in card.text
    submit = next(button for button in card.buttons if button.submits)
    delivered = await simulator.click(bob, card.message_id, submit.key, form(card, v0="96"))
    assert delivered.status == 200
    await rig.settle()
    changed = next(one for one in simulator.seen(bob) if one.message_id == card.message_id)
    assert changed.version > card.version
    assert "94% → 96%" in changed.text
