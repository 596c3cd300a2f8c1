"""The adapter contract, clauses 10–12: however it is typed, filled in or clicked, the same comes out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.action import ActionRef, seal
from cards.capability import Surface
from cards.model import Button, Card, Choice, DateInput, Header, Input, NumberInput, Option, TextInput
from domain.command import Kind
from tests.contract.harness import Harness, pressable
from tests.contract.harness_leaks import SPOKEN

ALIKE = (
    "/okr status", "／okr status", "/OKR status", "  /okr   status  ", "/okr\u3000status", "/okr\u00a0status",
    "/okr\nstatus", "\n/okr status\n", "\u200f/okr\u200f status", "\ufeff/okr status", "/ okr status",
    "/o\u200dkr status",     "／ＯＫＲ status",
)  # fmt: skip
WORDS = f"{SPOKEN} 🎉👨‍👩‍👧 שלום مرحبا ١٢ <b> & ]]> ${{x}} \"q\" \\ 'x'"
KEY = b"k" * 32
WHOLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
REFS = st.builds(
    ActionRef,
    st.from_regex(r"[a-z]{1,12}(\.[a-z_]{1,12})?", fullmatch=True),
    st.dictionaries(st.from_regex(r"[a-r]{1,4}", fullmatch=True), WHOLE, max_size=3),
)


@pytest.mark.parametrize("surface", Surface)
async def test_clause_10_a_command_is_heard_however_it_is_typed(harness: Harness, surface: Surface) -> None:
    if surface is Surface.GROUP and not harness.hears_groups:
        return
    for text in ALIKE:
        command = await harness.slash(text, surface=surface)
        assert (command.kind, command.name, command.args) == (Kind.SLASH, "okr", "status"), text


async def test_clause_10_arguments_stay_as_typed(harness: Harness) -> None:
    command = await harness.slash(f"/kudos {WORDS}")
    assert command.name == "kudos"
    assert command.args == WORDS


async def test_clause_10_plain_text_is_text(harness: Harness) -> None:
    for text in (WORDS, "绑定", "92 g 已签 3 家", "http://x/y", "1/2"):
        command = await harness.slash(text)
        assert (command.kind, command.name) == (Kind.TEXT, "")
        assert command.args == text


def fields(harness: Harness) -> tuple[Input, ...]:
    """One input of every kind this surface takes, required and optional."""
    caps = harness.caps()
    options = (Option("a", "甲"), Option("b", "乙"), Option("c", "丙"))
    asked: list[Input] = [Choice(name="one", label="一", options=options, required=True)]
    if caps.choice_many and caps.many_beside:
        asked.append(Choice(name="many", label="多", options=options, many=True))
        asked.append(Choice(name="none", label="空", options=options, many=True))
    if caps.text_input:
        asked += [TextInput(name="note", label="备注", multiline=True), TextInput(name="empty", label="空")]
    if caps.number_input:
        asked += [NumberInput(name="value", label="值"), NumberInput(name="no_value", label="空")]
    if caps.date_input:
        asked += [DateInput(name="due", label="日期"), DateInput(name="no_date", label="空")]
    return tuple(asked)


FILLED = {"one": "b", "many": ["c", "a"], "note": f"{SPOKEN}\n<b> ]]>", "value": "92.5", "due": "2026-03-31"}


async def test_clause_11_form_values_arrive_under_their_names_and_types(harness: Harness) -> None:
    """Where a form cannot be shown at all, that is what the capabilities say (clause 26)."""
    if not harness.caps().choice:
        assert harness.caps().max_inputs == 0
        return
    asked = fields(harness)
    submit = Button(label="Send", ref=ActionRef("form.send", {"idem": "x1"}), submits=True)
    seen = await harness.show(Card(kind="k", key="0" * 32, header=Header("t"), inputs=asked, actions=(submit,)))
    names = {one.name for one in asked}
    filled = {name: value for name, value in FILLED.items() if name in names}
    await harness.click(seen, "Send", filled)
    command = harness.commands[-1]
    assert (command.kind, command.name, dict(command.params)) == (Kind.ACTION, "form.send", {"idem": "x1"})
    wanted = {name: tuple(value) if isinstance(value, list) else value for name, value in filled.items()}
    got = {name: sorted(value) if isinstance(value, tuple) else value for name, value in command.values.items()}
    assert got == {name: sorted(value) if isinstance(value, tuple) else value for name, value in wanted.items()}
    assert all(isinstance(command.values[name], tuple) == isinstance(wanted[name], tuple) for name in wanted)


@pytest.mark.parametrize("chosen", [["b"], ["a", "c"]])
async def test_clause_11_a_sole_choice_of_several_is_always_several(harness: Harness, chosen: list[str]) -> None:
    if not harness.caps().choice_many:
        assert harness.caps().max_inputs == 0
        return
    options = (Option("a", "甲"), Option("b", "乙"), Option("c", "丙"))
    asked = Choice(name="many", label="多", options=options, many=True, required=True)
    submit = Button(label="Send", ref=ActionRef("form.send"), submits=True)
    seen = await harness.show(Card(kind="k", key="0" * 32, header=Header("t"), inputs=(asked,), actions=(submit,)))
    await harness.click(seen, "Send", {"many": chosen})
    assert harness.commands[-1].values == {"many": tuple(chosen)}


async def test_clause_11_presets_come_back_untouched(harness: Harness) -> None:
    if not harness.caps().choice:
        return
    options = (Option("a", "甲"), Option("b", "乙"))
    asked = Choice(name="one", label="一", options=options, required=True, initial=("b",))
    submit = Button(label="Send", ref=ActionRef("form.send"), submits=True)
    seen = await harness.show(Card(kind="k", key="0" * 32, header=Header("t"), inputs=(asked,), actions=(submit,)))
    await harness.click(seen, "Send")
    assert harness.commands[-1].values == {"one": "b"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(refs=st.lists(REFS, min_size=1, max_size=3, unique_by=lambda ref: ref.encode()))
async def test_clause_12_an_action_survives_a_real_click(harness: Harness, refs: list[ActionRef]) -> None:
    sealed = [seal(ref, KEY) for ref in refs]
    sealed = [ref for ref in sealed if len(ref.encode()) <= harness.caps().action_bytes]
    buttons = tuple(Button(label=f"B{n}", ref=ref) for n, ref in enumerate(sealed))
    seen = await harness.show(Card(kind="k", key="0" * 32, header=Header("t"), actions=buttons))
    assert len(pressable(seen)) == len(buttons)
    for button in buttons:
        await harness.click(seen, button.label)
        command = harness.commands[-1]
        assert (command.kind, ActionRef(command.name, dict(command.params))) == (Kind.ACTION, button.ref)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ref=REFS)
async def test_clause_12_an_action_survives_being_an_option(harness: Harness, ref: ActionRef) -> None:
    encoded = seal(ref, KEY).encode()
    if not harness.caps().choice or len(encoded) > harness.caps().option_bytes:
        return
    asked = Choice(name="one", label="一", options=(Option("x", "X"), Option(encoded, "做")), required=True)
    submit = Button(label="Send", ref=ActionRef("form.send"), submits=True)
    seen = await harness.show(Card(kind="k", key="0" * 32, header=Header("t"), inputs=(asked,), actions=(submit,)))
    await harness.click(seen, "Send", {"one": encoded})
    assert ActionRef.decode(str(harness.commands[-1].values["one"])) == seal(ref, KEY)
