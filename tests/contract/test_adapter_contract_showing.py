"""The adapter contract, clauses 13, 15, 16 and 17: every card can be shown, every answer can be given, purely."""

import asyncio
import builtins
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.base import Answer, RenderedKind, Toast
from adapters.simulation import Seen
from cards.action import ActionRef
from cards.capability import Surface
from cards.fit import fit
from cards.gallery import samples
from cards.model import Button, Card, Header, Note, Plain, Text
from cards.plain import plain
from cards.text import locales
from tests.contract.harness import Harness, pressable

BEFORE = Card(
    kind="k", key="0" * 32, header=Header("Before"), blocks=(Text((Plain("old words"),)),),
    actions=(Button(label="Go", ref=ActionRef("go.okr")),),
)  # fmt: skip
AFTER = Card(kind="k", key="0" * 32, header=Header("After"), blocks=(Text((Plain("new words"),)), Note("]]> & <x>")))
NOTE = Toast(text='Noted 已记录 ]]> " </xml>', tone="success")


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("surface", Surface)
async def test_clause_13_every_card_is_shown_and_accepted(harness: Harness, surface: Surface, locale: str) -> None:
    caps = harness.caps(surface)
    for name, card in samples(locale).items():
        fitted = fit(card, caps)
        count = len(harness.seen(surface))
        seen = await harness.show(card, surface)
        messages = harness.seen(surface)[count:]
        assert messages, name
        assert all(one.text.strip() for one in messages), name
        if fitted.card is None:
            continue
        rendered = harness.adapter.render(fitted.card, surface, harness.people())
        assert rendered.kind is RenderedKind.CARD
        assert 0 < rendered.bytes <= caps.card_bytes, name
        assert {field.name for field in seen.fields} >= {asked.name for asked in fitted.card.inputs}, name
        offered = [action.label for action in fitted.card.actions if isinstance(action, Button)]
        if harness.name != "dingtalk-bare" or surface is Surface.DIRECT:
            assert sorted(button.label for button in pressable(seen)) == sorted(offered), name
        else:
            assert all(label in seen.text for label in offered), name


@pytest.mark.parametrize("locale", locales())
async def test_clause_13_every_button_of_every_card_comes_back(harness: Harness, locale: str) -> None:
    """Every press on a card of the gallery is a command or, where buttons type for the person, their words."""
    for name, card in samples(locale).items():
        seen = await harness.show(card)
        for button in [one for one in pressable(seen) if not one.submits]:
            before = len(harness.commands)
            done = await harness.sim.click(harness.person, seen.message_id, button.key)
            assert done.status == 200, (name, button.label)
            assert len(harness.commands) == before + 1, (name, button.label)


@pytest.mark.parametrize("surface", Surface)
async def test_clause_15_the_plain_fallback_is_never_empty(harness: Harness, surface: Surface) -> None:
    bare = Card(kind="k", key="0" * 32, header=Header(""))
    texts = ["", " \n\t", "\u200b", *(plain(card) for card in (bare, *samples("en").values()))]
    for text in texts:
        rendered = harness.adapter.render_text(text, surface)
        assert rendered.kind is RenderedKind.TEXT
        assert rendered.bytes > 0
    for text in texts[:4]:
        await harness.adapter.send(harness.out(harness.adapter.render_text(text, surface).payload, surface))
        assert harness.seen(surface)[-1].text


def payload(harness: Harness, card: Card) -> dict[str, object]:
    fitted = fit(card, harness.caps()).card
    assert fitted is not None
    return harness.adapter.render(fitted, Surface.DIRECT, harness.people()).payload


async def pressed(harness: Harness, answer: Answer | None) -> tuple[int, Seen]:
    """Press the button of a fresh card and answer like this; the HTTP status, and the card afterwards."""
    seen = await harness.show(BEFORE)
    harness.answer = answer
    done = await harness.click(seen, "Go")
    return done.status, next(one for one in harness.seen() if one.message_id == seen.message_id)


async def test_clause_16_no_answer_changes_nothing(harness: Harness) -> None:
    status, seen = await pressed(harness, None)
    assert status == 200
    assert "old words" in seen.text
    assert seen.toast == ""


async def test_clause_16_a_toast_is_shown_or_left_out(harness: Harness) -> None:
    status, seen = await pressed(harness, Answer(toast=NOTE))
    assert status == 200
    assert "old words" in seen.text
    assert seen.toast == (NOTE.text if harness.caps().toast else "")


@pytest.mark.parametrize("toast", [None, NOTE])
async def test_clause_16_a_card_is_replaced_where_it_can_be(harness: Harness, toast: Toast | None) -> None:
    status, seen = await pressed(harness, Answer(card=payload(harness, AFTER), toast=toast))
    assert status == 200
    if not harness.caps().update_card:
        assert "old words" in seen.text
        return
    assert "new words" in seen.text
    assert "old words" not in seen.text
    assert seen.toast == (NOTE.text if toast and harness.caps().toast else "")


async def test_clause_16_a_text_in_the_place_of_a_card_degrades(harness: Harness) -> None:
    text = harness.adapter.render_text("only words", Surface.DIRECT).payload
    status, seen = await pressed(harness, Answer(card=text))
    assert status == 200
    assert "old words" in seen.text
    assert seen.toast in ("", "only words")


async def test_clause_16_a_message_is_acknowledged_whatever_there_is_to_say(harness: Harness) -> None:
    for answer in (None, Answer(toast=NOTE), Answer(card=payload(harness, AFTER)), Answer()):
        harness.answer = answer
        done = await harness.sim.say(harness.person, "/okr")
        assert done.status == 200
    assert harness.seen() == []


@contextmanager
def banned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever reaches out of the process, waits or throws dice, fails."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("not pure")

    with monkeypatch.context() as patch:
        for module, names in (
            (socket, ("socket", "create_connection", "getaddrinfo")), (time, ("sleep",)), (os, ("urandom",)),
            (asyncio, ("sleep", "create_task", "get_running_loop")), (builtins, ("open",)),
        ):  # fmt: skip
            for name in names:
                patch.setattr(module, name, never)
        yield


async def test_clause_17_parse_and_ack_are_pure(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = await harness.show(BEFORE)
    await harness.click(seen, "Go")
    await harness.slash("/okr status")
    await harness.sim.contact_changed(harness.other, name="韩梅")
    await harness.sim.verify_url()
    answers = (None, Answer(toast=NOTE), Answer(card=payload(harness, AFTER), toast=NOTE))
    raws = [*(heard.raw for heard in harness.heard), *harness.own_messages(), *harness.unknown()]
    with banned(monkeypatch):
        for raw in raws:
            parsed = harness.adapter.parse(raw)
            assert harness.adapter.parse(raw) == parsed
            for answer in answers:
                assert harness.adapter.ack(answer, parsed) == harness.adapter.ack(answer, parsed)


async def test_clause_17_render_is_pure(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    people = harness.people()
    with banned(monkeypatch):
        for surface in Surface:
            for card in samples("zh-CN").values():
                fitted = fit(card, harness.caps(surface))
                if fitted.card is not None:
                    once = harness.adapter.render(fitted.card, surface, people)
                    assert harness.adapter.render(fitted.card, surface, people) == once
                text = plain(card)
                assert harness.adapter.render_text(text, surface) == harness.adapter.render_text(text, surface)
