"""The adapter contract, clauses 6–9: what makes two commands the same one, and whose they are."""

from datetime import timedelta

from cards.action import ActionRef
from cards.capability import Surface
from cards.model import Button, Card, Header
from domain.command import Command, ConversationKind, Kind
from tests.contract.harness import Harness

BUTTONS = Card(
    kind="k", key="0" * 32, header=Header("t"),
    actions=(Button(label="Go", ref=ActionRef("go.okr", {"k": "1"})), Button(label="No", ref=ActionRef("go.no"))),
)  # fmt: skip


def identity(command: Command) -> tuple[str, str, str]:
    """What the inbox knows a command by (design (f), "Keys")."""
    return command.app_id, command.actor.tenant, command.key


async def test_clause_06_a_redelivery_has_the_same_key(harness: Harness) -> None:
    first = await harness.slash("/okr status")
    await harness.redeliver(2)
    await harness.reconnect()
    await harness.redeliver()
    assert len(harness.commands) == 4
    assert {identity(command) for command in harness.commands} == {identity(first)}
    assert {command.id for command in harness.commands} == {first.id}


async def test_clause_06_a_redelivered_click_has_the_same_key(harness: Harness) -> None:
    seen = await harness.show(BUTTONS)
    await harness.click(seen, "Go")
    await harness.reconnect()
    await harness.redeliver()
    assert len(harness.commands) == 2
    assert len(harness.effects) == 1


async def test_clause_06_a_message_sent_again_by_the_platform_has_the_same_key(harness: Harness) -> None:
    first = await harness.slash("/okr", message_id="7300000000000000001")
    again = await harness.slash("/okr", message_id="7300000000000000001")
    assert identity(again) == identity(first)


async def test_clause_07_two_honest_repeats_have_two_keys(harness: Harness) -> None:
    first = await harness.slash("/okr status")
    second = await harness.slash("/okr status")
    assert identity(first) != identity(second)
    assert first.id != second.id


async def test_clause_07_two_buttons_have_two_keys(harness: Harness) -> None:
    seen = await harness.show(BUTTONS)
    await harness.click(seen, "Go")
    await harness.click(seen, "No")
    assert [command.name for command in harness.effects] == ["go.okr", "go.no"]


async def test_clause_07_a_button_works_again_later(harness: Harness) -> None:
    """A help card's button is pressed today and tomorrow: two commands."""
    seen = await harness.show(BUTTONS)
    await harness.click(seen, "Go")
    harness.clock.advance(timedelta(minutes=2))
    await harness.click(seen, "Go")
    assert [command.name for command in harness.effects] == ["go.okr", "go.okr"]


async def test_clause_07_a_menu_works_again_later(harness: Harness) -> None:
    done = await harness.sim.press_menu(harness.person, "cmd:okr")
    harness.clock.advance(timedelta(minutes=2))
    await harness.sim.press_menu(harness.person, "cmd:okr")
    assert len(harness.effects) == (2 if done.attempts else 0)
    assert all((one.kind, one.name) == (Kind.SLASH, "okr") for one in harness.effects)
    if done.attempts:
        await harness.redeliver()
        assert len(harness.effects) == 2


async def test_clause_07_two_apps_that_see_one_message_have_two_keys(harness: Harness) -> None:
    first = await harness.slash("/okr", message_id="7300000000000000001")
    twin = await harness.twin()
    try:
        second = await twin.slash("/okr", message_id="7300000000000000001")
    finally:
        await twin.stop()
    assert identity(first) != identity(second)
    assert first.id != second.id


async def test_clause_08_everything_about_a_private_message_is_filled(harness: Harness) -> None:
    command = await harness.slash("/okr status")
    assert (command.kind, command.name, command.args) == (Kind.SLASH, "okr", "status")
    assert (command.platform, command.app_id) == (harness.adapter.platform, harness.adapter.app_id)
    assert (command.actor.platform, command.actor.tenant) == (harness.adapter.platform, harness.adapter.tenant)
    assert command.actor.user_id == harness.person
    assert command.conversation == harness.conversation()
    assert command.message_id
    assert command.key
    assert len(command.id) == 32
    assert command.sent_at.tzinfo is not None
    assert command.received_at == harness.clock.now()


async def test_clause_08_a_group_is_told_from_a_person(harness: Harness) -> None:
    if not harness.hears_groups:
        done = await harness.sim.say(harness.person, "/okr", chat=harness.group)
        assert (done.attempts, harness.commands) == (0, [])
        return
    command = await harness.slash("/okr", surface=Surface.GROUP)
    assert command.conversation == harness.conversation(Surface.GROUP)
    assert command.conversation.kind is ConversationKind.GROUP
    assert command.actor.user_id == harness.person
    assert command.mentions == ()


async def test_clause_08_a_click_tells_who_where_and_on_what(harness: Harness) -> None:
    seen = await harness.show(BUTTONS)
    await harness.click(seen, "Go")
    command = harness.commands[-1]
    assert (command.kind, command.name, dict(command.params)) == (Kind.ACTION, "go.okr", {"k": "1"})
    assert command.actor.user_id == harness.person
    assert command.actor.tenant == harness.adapter.tenant
    assert command.conversation == harness.conversation()
    assert (command.card_ref is not None) == harness.takes_clicks_back


async def test_clause_08_a_click_in_a_group_belongs_to_the_group(harness: Harness) -> None:
    if not harness.hears_groups or not harness.takes_clicks_back:
        assert harness.name in ("wecom", "dingtalk-bare")
        return
    seen = await harness.show(BUTTONS, Surface.GROUP)
    await harness.click(seen, "Go")
    assert harness.commands[-1].conversation == harness.conversation(Surface.GROUP)


async def test_clause_09_the_bots_own_messages_are_ignored(harness: Harness) -> None:
    await harness.show(BUTTONS)
    assert harness.heard == []
    for raw in harness.own_messages():
        await harness.receive(raw)
        assert harness.heard[-1].response.status == 200
    assert harness.commands == []
