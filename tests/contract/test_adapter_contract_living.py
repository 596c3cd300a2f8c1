"""The adapter contract, clauses 24–26: life and death of a connection, silence of the logs, honest capabilities."""

import asyncio
import logging
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.errors import OutboundError, Rejected, Transient
from adapters.simulation import Fault, Seen
from cards.action import ActionRef
from cards.capability import Capabilities, Surface
from cards.fit import fit
from cards.model import (
    Button,
    Card,
    Choice,
    Header,
    Input,
    NumberInput,
    Option,
    PersonRef,
    Plain,
    Text,
    TextInput,
)
from tests.contract.harness import Harness, outcome, pressable
from tests.contract.harness_leaks import SPOKEN, leaks

KEY = "0" * 32
SUBMIT = Button(label="Send", ref=ActionRef("form.send"), submits=True)


def words(text: str) -> Card:
    return Card(kind="k", key=KEY, header=Header("t"), blocks=(Text((Plain(text),)),))


async def test_clause_24_stop_ends_soon_and_start_works_again(harness: Harness) -> None:
    await harness.show(words(SPOKEN))
    for _ in range(2):
        async with asyncio.timeout(5):
            await harness.adapter.stop()
        await harness.adapter.stop()
        await harness.adapter.start(harness.receive)
        await harness.ready()
    assert SPOKEN in (await harness.show(words(f"{SPOKEN} again"))).text
    assert (await harness.slash("/okr")).name == "okr"


async def test_clause_24_stop_does_not_wait_for_a_silent_platform(harness: Harness) -> None:
    harness.fail_next(Fault(hang=True))
    sending = asyncio.ensure_future(outcome(harness.adapter.send(harness.out(harness.rendered(words("x"))[-1]))))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await harness.adapter.stop()
        told = await sending
    assert isinstance(told, Transient)


async def test_clause_24_a_platform_that_is_away_at_start_does_no_harm(harness: Harness) -> None:
    await harness.adapter.stop()
    await harness.sim.stop()
    async with asyncio.timeout(5):
        await harness.adapter.start(harness.receive)
        await asyncio.sleep(0.05)
        await harness.adapter.stop()


async def test_clause_24_a_lost_connection_heals(harness: Harness) -> None:
    await harness.show(words("before"))
    await harness.sim.stop()
    lost = await outcome(harness.adapter.send(harness.out(harness.rendered(words("lost"))[-1])))
    assert isinstance(lost, Transient)
    await harness.sim.start(harness.api_port)
    assert "after" in (await harness.show(words("after"))).text


async def test_clause_25_nothing_secret_is_logged(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    """Good sends, every failure, forgeries and clicks, watched together; every other test is watched by the fixture."""
    caplog.clear()
    seen = await harness.show(
        Card(kind="k", key=KEY, header=Header(SPOKEN), actions=(Button(label="Go", ref=ActionRef("go.okr")),))
    )
    await harness.click(seen, "Go")
    await harness.slash(f"/kudos @韩梅梅 {SPOKEN}")
    await harness.tamper()
    for fault in (*(failure.fault for failure in harness.failures), harness.unknown_failure):
        harness.fail_next(fault)
        await outcome(harness.adapter.send(harness.out(harness.rendered(words(SPOKEN))[-1])))
        harness.sim.faults.clear()
    harness.sim.expire_tokens()
    await harness.show(words(SPOKEN))
    told = [record for record in caplog.records if record.name.startswith("bida.")]
    assert any(record.levelno >= logging.WARNING for record in told)
    secrets = harness.secrets()
    assert len(secrets) >= 3
    assert not leaks(caplog.records, [*secrets, *harness.issued_tokens()])
    handles = [command.reply.value.reveal() for command in harness.commands if command.reply is not None]
    assert not leaks(caplog.records, handles)
    told_of = (repr(harness.settings), repr(harness.adapter), repr(harness.commands), await harness.adapter.check())
    for shown in told_of:
        assert not any(secret in shown for secret in [*secrets, *harness.issued_tokens(), *handles])


async def test_clause_25_a_refused_secret_is_not_logged(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    """The moment an operator reads the log: what they mistyped is not in it."""
    caplog.clear()
    mistyped = {harness.secret_field: "mistyped-s3cret"}
    stranger = harness.make_adapter(f"http://127.0.0.1:{harness.api_port}", harness.door_url, **mistyped)
    try:
        told = await outcome(stranger.send(harness.out(harness.rendered(words("x"))[-1], card_key=KEY)))
        assert isinstance(told, OutboundError)
        assert "mistyped" not in str(told)
    finally:
        await stranger.stop()
    assert not leaks(caplog.records, harness.secrets())
    assert harness.seen() == []


def test_clause_25_the_watch_bites(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("bida.x").info("sent", extra={"text": SPOKEN})
    logging.getLogger("bida.y").info("token %s", "s3cret")
    logging.getLogger("bida.z").debug("token %s", "s3cret")
    assert leaks(caplog.records, ["s3cret"]) == ["bida.x", "bida.y"]


async def shown_as_is(harness: Harness, card: Card, surface: Surface = Surface.DIRECT) -> Seen:
    """Show a card that is at the limit: `fit` has nothing to change, and the platform takes it."""
    fitted = fit(card, harness.caps(surface))
    assert fitted.changes == ()
    return await harness.show(card, surface)


async def test_clause_26_as_many_buttons_as_promised_are_taken(harness: Harness) -> None:
    caps = harness.caps()
    labels = [f"{n:0{caps.button_label}d}" for n in range(caps.max_buttons)]
    buttons = tuple(
        Button(label=label, ref=ActionRef("go.okr", {"n": str(n)}), hint="/okr") for n, label in enumerate(labels)
    )
    seen = await shown_as_is(harness, Card(kind="k", key=KEY, header=Header("t"), actions=buttons))
    assert [button.label for button in pressable(seen)] == labels


async def test_clause_26_as_long_an_action_as_promised_is_taken(harness: Harness) -> None:
    caps = harness.caps()
    start = ActionRef("go.okr", {"x": ""})
    ref = ActionRef("go.okr", {"x": "x" * (caps.action_bytes - len(start.encode()))})
    assert len(ref.encode()) == caps.action_bytes
    seen = await shown_as_is(
        harness, Card(kind="k", key=KEY, header=Header("t"), actions=(Button(label="Go", ref=ref),))
    )
    await harness.click(seen, "Go")
    assert harness.commands[-1].params == ref.params


def choices(caps: Capabilities, count: int, options: int) -> tuple[Choice, ...]:
    """Choices at every limit of labels and values."""
    return tuple(
        Choice(
            name=f"c{n}",
            label="标" * caps.input_label,
            required=True,
            options=tuple(
                Option(f"{m:0{caps.option_bytes}d}", f"{m:0{caps.option_label}d}") for m in range(options)
            ),
        )
        for n in range(count)
    )  # fmt: skip


async def test_clause_26_as_many_options_as_promised_are_taken(harness: Harness) -> None:
    """All together would be a very large card: options, values and labels at their limits, one by one."""
    caps = harness.caps()
    if not caps.choice:
        assert caps.max_inputs == caps.max_options == 0
        return
    for count, options in ((1, caps.max_options), (min(caps.max_choices, caps.max_inputs), 2)):
        short = tuple(Option(f"v{n}", f"选项{n}") for n in range(options))
        asked = tuple(replace(one, options=short) for one in choices(caps, count, options))
        seen = await shown_as_is(harness, Card(kind="k", key=KEY, header=Header("t"), inputs=asked, actions=(SUBMIT,)))
        assert [len(field.options) for field in seen.fields] == [options] * count
    (long,) = choices(caps, 1, 2)
    seen = await shown_as_is(harness, Card(kind="k", key=KEY, header=Header("t"), inputs=(long,), actions=(SUBMIT,)))
    await harness.click(seen, "Send", {"c0": long.options[1].value})
    assert harness.commands[-1].values == {"c0": long.options[1].value}


async def test_clause_26_a_sole_choice_may_have_as_many_options_as_promised(harness: Harness) -> None:
    caps = harness.caps()
    if caps.sole_options is None:
        return
    options = tuple(Option(f"v{n}", f"选项{n}") for n in range(caps.sole_options))
    asked = Choice(name="c", label="标", options=options, required=True)
    seen = await shown_as_is(harness, Card(kind="k", key=KEY, header=Header("t"), inputs=(asked,), actions=(SUBMIT,)))
    await harness.click(seen, "Send", {"c": options[-1].value})
    assert harness.commands[-1].values == {"c": options[-1].value}


async def test_clause_26_as_many_inputs_and_form_buttons_as_promised_are_taken(harness: Harness) -> None:
    caps = harness.caps()
    if not caps.max_inputs:
        return
    options = (Option("a", "甲"), Option("b", "乙"))
    asked: list[Input] = [
        Choice(name=f"c{n}", label="选", options=options) for n in range(min(caps.max_choices, caps.max_inputs))
    ]
    while caps.text_input and len(asked) < caps.max_inputs:
        asked.append(TextInput(name=f"t{len(asked)}", label="文"))
    more = tuple(Button(label=f"B{n}", ref=ActionRef("go.okr", {"n": str(n)})) for n in range(caps.form_buttons - 1))
    card = Card(kind="k", key=KEY, header=Header("t"), inputs=tuple(asked), actions=(SUBMIT, *more))
    seen = await shown_as_is(harness, card)
    assert len(seen.fields) == caps.max_inputs
    assert len(pressable(seen)) == caps.form_buttons


@pytest.mark.parametrize("surface", Surface)
async def test_clause_26_as_long_a_text_as_promised_is_taken(harness: Harness, surface: Surface) -> None:
    caps = harness.caps(surface)
    text = "字" * (caps.text_bytes // 3)
    await harness.adapter.send(harness.out(harness.adapter.render_text(text, surface).payload, surface))
    assert harness.seen(surface)[-1].text == text
    if caps.card and caps.text:
        card = Card(
            kind="k", key=KEY, header=Header("题" * caps.title), blocks=(Text((Plain("字" * caps.text),)),),
        )  # fmt: skip
        seen = await shown_as_is(harness, card, surface)
        assert seen.text.count("字") == caps.text
        assert seen.text.count("题") >= caps.title


async def test_clause_26_a_card_as_large_as_promised_is_taken(harness: Harness) -> None:
    """Grows a card to just below `card_bytes`, measured by the adapter itself."""
    caps = harness.caps()
    if caps.text:
        assert caps.card_bytes > 3 * caps.text  # the text limit stops it long before
    length = min(400, caps.text or 400)
    block = Text((Plain("y" * length),))
    card = Card(kind="k", key=KEY, header=Header("t"), blocks=(block,))
    while True:
        larger = Card(kind="k", key=KEY, header=Header("t"), blocks=(*card.blocks, block))
        if fit(larger, caps).changes:
            break
        if harness.adapter.render(larger, Surface.DIRECT, {}).bytes > caps.card_bytes:
            break
        card = larger
    seen = await shown_as_is(harness, card)
    assert seen.text.count("y") == length * len(card.blocks)


async def test_clause_26_people_are_mentioned_where_it_is_promised(harness: Harness) -> None:
    for surface in Surface:
        caps = harness.caps(surface)
        if caps.card and caps.mention_person:
            card = Card(
                kind="k", key=KEY, header=Header("t"), blocks=(Text((PersonRef("p1", "x"), PersonRef("p9", "客人"))),)
            )  # fmt: skip
            seen = await harness.show(card, surface)
            assert harness.person in str(seen.payload)
            assert "李雷" in seen.text
            assert "客人" in seen.text


async def test_clause_26_numbers_are_taken_where_it_is_promised(harness: Harness) -> None:
    if not harness.caps().number_input:
        return
    asked = NumberInput(
        name="v", label="值", min=Decimal(0), max=Decimal(9), step=Decimal("0.5"), unit="%", initial="1"
    )
    seen = await shown_as_is(harness, Card(kind="k", key=KEY, header=Header("t"), inputs=(asked,), actions=(SUBMIT,)))
    await harness.click(seen, "Send", {"v": "7.5"})
    assert harness.commands[-1].values == {"v": "7.5"}


async def test_clause_26_a_card_where_there_are_none_is_refused(harness: Harness) -> None:
    for surface in Surface:
        if not harness.caps(surface).card:
            direct = harness.rendered(words("x"))[-1]
            assert isinstance(await outcome(harness.adapter.send(harness.out(direct, surface))), Rejected)
            assert harness.seen(surface) == []


async def test_clause_26_one_step_beyond_is_refused(harness: Harness) -> None:
    """The platform refuses, and `send` says so; so the limits above are worth keeping."""
    tried = []
    for name, payload in harness.beyond():
        told = await outcome(harness.adapter.send(harness.out(payload, card_key=harness.card_key())))
        assert type(told) is Rejected, (name, told)
        tried.append(name)
    assert len(tried) >= 2
    assert harness.seen() == []
