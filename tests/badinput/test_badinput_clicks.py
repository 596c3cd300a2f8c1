"""Clicks that claim too much: forged, foreign, old, repeated, mixed up. Each is answered in the person's language,
logged once, and changes nothing (R-EVT-02, E03, E04, E05)."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from adapters.simulation import Seen
from bot.playground.rig import Rig
from cards.action import ActionRef, seal
from tests.badinput.evidence import NOTE, Watch, assert_clean, sentence
from tests.badinput.pressing import press, refs_on
from tests.company import account

LOCALES = {"bob": "zh-CN", "cai": "en"}
BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


@pytest.fixture(params=["bob", "cai"])
def who(request: pytest.FixtureRequest) -> str:
    """Bob reads Chinese, Cai English."""
    return str(request.param)


async def open_card(rig: Rig, messenger: str, who: str) -> Seen:
    """The check-in card of a person, fresh."""
    simulator, user = rig.simulators[messenger], account(messenger, who)
    await simulator.say(user, "/ci")
    await rig.settle()
    return [one for one in simulator.seen(user) if one.buttons][-1]


def as_now(rig: Rig, messenger: str, who: str, card: Seen) -> Seen:
    seen = rig.simulators[messenger].seen(account(messenger, who))
    return next(one for one in seen if one.message_id == card.message_id)


FORGERIES = {
    "unsealed": lambda ref, key, other: ActionRef(ref.name, {k: v for k, v in ref.params.items() if k != "s"}),
    "another seal": lambda ref, key, other: ActionRef(ref.name, {**ref.params, "s": "AAAAAAAAAAAAAAAA"}),
    "changed params": lambda ref, key, other: ActionRef(ref.name, {**ref.params, "v": "99"}),
    "added params": lambda ref, key, other: ActionRef(ref.name, {**ref.params, "k": "0"}),
    "changed name": lambda ref, key, other: ActionRef("checkin.keep", ref.params),
    "unknown name": lambda ref, key, other: seal(ActionRef("points.mint", {"n": "1000"}), key),
    "another key": lambda ref, key, other: seal(ref, b"somebody else's key, 32 bytes xx"),
    "another connection's key": lambda ref, key, other: seal(ref, other),
    "invented card": lambda ref, key, other: seal(ActionRef(ref.name, {"c": "f" * 32, "v": "1"}), key),
    "no card": lambda ref, key, other: seal(ActionRef(ref.name, {}), key),
}


@pytest.mark.parametrize("forgery", list(FORGERIES))
async def test_a_forged_action_is_refused(
    rig: Rig, messenger: str, who: str, forgery: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = await open_card(rig, messenger, who)
    vaults = {one.name: one.vault for one in rig.bot.connections}
    other = vaults["feishu" if messenger == "wecom" else "wecom"]
    ref = refs_on(card)["checkin.submit"]
    forged = FORGERIES[forgery](ref, vaults[messenger].action_key, other.action_key)
    watch = Watch.begin(rig, caplog)
    user = account(messenger, who)
    delivered = await press(rig, messenger, user, card, forged, {"v0": "95", "n0": NOTE})
    assert delivered.status == 200
    watch.assert_only_answered()
    assert sentence(LOCALES[who], "error.card_unknown") in watch.told(messenger, user, delivered)
    assert watch.audit()["code"] == "error.card_unknown"
    assert as_now(rig, messenger, who, card).version == card.version


async def test_params_of_another_card_do_not_carry_over(
    rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The seal covers the card: one card's button cannot be made to name another."""
    first, second = await open_card(rig, messenger, who), await open_card(rig, messenger, who)
    mixed = refs_on(first)["checkin.submit"]
    mixed = replace(mixed, params={**mixed.params, "c": refs_on(second)["checkin.submit"].params["c"]})
    watch = Watch.begin(rig, caplog)
    user = account(messenger, who)
    delivered = await press(rig, messenger, user, first, mixed, {"v0": "95"})
    watch.assert_only_answered()
    assert sentence(LOCALES[who], "error.card_unknown") in watch.told(messenger, user, delivered)
    assert watch.audit()["code"] == "error.card_unknown"


@BOTH_DATABASES
async def test_e05_a_card_of_somebody_else(
    rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A genuine button in the wrong hands: the owner is named, the owner's card stays as it was."""
    stranger = "cai" if who == "bob" else "bob"
    card = await open_card(rig, messenger, who)
    watch = Watch.begin(rig, caplog)
    user = account(messenger, stranger)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], {"v0": "95", "n0": NOTE})
    watch.assert_only_answered()
    name = {"bob": "白博", "cai": "Cai Green"}[who]
    assert sentence(LOCALES[stranger], "error.not_for_you", name=name) in watch.told(messenger, user, delivered)
    assert watch.audit()["code"] == "error.not_for_you"
    assert as_now(rig, messenger, who, card).version == card.version


async def test_a_card_we_no_longer_keep(rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture) -> None:
    card = await open_card(rig, messenger, who)
    with rig.bot.engine.begin() as connection:
        connection.execute(text("DELETE FROM card"))
    watch = Watch.begin(rig, caplog)
    user = account(messenger, who)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], {"v0": "95"})
    watch.assert_only_answered()
    assert sentence(LOCALES[who], "error.card_unknown") in watch.told(messenger, user, delivered)
    assert watch.audit()["code"] == "error.card_unknown"


@BOTH_DATABASES
async def test_e03_a_stale_version_shows_the_card_as_it_is(
    rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = await open_card(rig, messenger, who)
    user = account(messenger, who)
    await press(rig, messenger, user, card, refs_on(card)["checkin.snooze"])
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], {"v0": "95", "n0": NOTE})
    assert delivered.status == 200
    watch.assert_only_answered()
    assert "check_in" not in watch.changed()
    assert "card" not in watch.changed() or version_of(rig) == {2}
    if rig.bot.connections.get(messenger) and toasts(rig, messenger):
        assert sentence(LOCALES[who], "error.stale_card") in watch.told(messenger, user, delivered)
    assert "12:05" in as_now(rig, messenger, who, card).text or "12:05" in watch.told(messenger, user, delivered)
    assert_no_words(watch)


@BOTH_DATABASES
async def test_e04_a_second_click_changes_nothing(
    rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = await open_card(rig, messenger, who)
    user, ref = account(messenger, who), refs_on(card)["checkin.submit"]
    await press(rig, messenger, user, card, ref, {"v0": "95" if who == "bob" else "13"})
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, user, card, ref, {"v0": "97" if who == "bob" else "14"})
    assert delivered.status == 200
    watch.assert_only_answered()
    if toasts(rig, messenger):
        assert sentence(LOCALES[who], "error.duplicate") in watch.told(messenger, user, delivered)
    shown = watch.told(messenger, user, delivered) + as_now(rig, messenger, who, card).text
    assert ("95%" if who == "bob" else "13") in shown
    assert_no_words(watch)


def version_of(rig: Rig) -> set[int]:
    with rig.bot.engine.connect() as connection:
        found = {int(version) for (version,) in connection.execute(text("SELECT version FROM card"))}
        connection.rollback()
    return found


def toasts(rig: Rig, messenger: str) -> bool:
    """Whether this messenger has short notes; elsewhere the card alone shows the state."""
    connection = rig.bot.connections.get(messenger)
    assert connection is not None
    return any(caps.toast for caps in connection.adapter.capabilities.values())


def assert_no_words(watch: Watch) -> None:
    """Whatever was logged is clean; a stale click is an outcome, not a refusal."""
    assert_clean(watch.rig, watch.caplog)
