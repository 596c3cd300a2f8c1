"""Two companies with equal external ids never see each other: in no row, in no message (design (h))."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.simulation import Resident
from bot.playground.rig import Rig
from cards.action import seal
from cards.text import say
from tests.badinput.pressing import press, refs_on
from tests.company import account
from tests.databases import fresh_database, postgres_server
from tests.isolation.two_companies import MARKS, Two, ids_of, rows_of, start
from tests.stories.talk import Talk, submit_label

EVERY_COMMAND = (
    "/ci", "打卡", "/okr", "/okr tree", "/okr status", "/me", "/bind", "/lang", "/help", "/chekin", "hello",
    "/ci later",
)  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgres" and postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database(request.param, tmp_path, migrated=True) as url:
        yield url


@pytest.fixture
async def two(database_url: str, tmp_path: Path) -> AsyncIterator[Two]:
    made = await start(database_url, tmp_path)
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def messenger(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def everything(rig: Rig, messenger: str) -> None:
    """Every command and the clicks of a check-in, by Bob and Cai."""
    for who, value in (("bob", "95"), ("cai", "yes")):
        talk = Talk(rig, messenger, who)
        for line in EVERY_COMMAND:
            await talk.say(line)
        await talk.say("/ci")
        card = talk.card()
        await press(rig, messenger, talk.user, card, refs_on(card)["checkin.submit"], {"v0": value})
        await talk.say("/ci #1 12 g signed" if who == "cai" else "/ci 96 g 已签")
    talk = Talk(rig, messenger, "ann")
    await talk.say("/ci")
    card = talk.card()
    await press(rig, messenger, talk.user, card, refs_on(card)["checkin.snooze"])
    await talk.say("/lang en")


def all_text(rig: Rig) -> str:
    """What everybody of one company has seen, payloads included."""
    shown = [
        (one.text, one.toast, str(one.payload))
        for name, simulator in rig.simulators.items()
        for who in ("ann", "bob", "cai")
        for one in simulator.seen(account(name, who))
    ]
    return str(shown)


async def test_every_command_and_click_stays_at_home(two: Two, messenger: str) -> None:
    engine = two.app.engine
    for rig in two.sides.values():
        await everything(rig, messenger)
    rows = {side: rows_of(engine, two.id_of(side)) for side in two.sides}
    assert ids_of(rows["alpha"]).isdisjoint(ids_of(rows["beta"]))
    for side, other in (("alpha", "beta"), ("beta", "alpha")):
        assert MARKS[side] in all_text(two.sides[side])
        assert MARKS[other] not in all_text(two.sides[side])
        foreign = {*ids_of(rows[other]), two.id_of(other), MARKS[other]}
        for table, found in rows[side].items():
            text = repr(found)
            assert not [word for word in foreign if word in text], f"{table} of {side} knows of {other}"
    counts = {side: {table: len(found) for table, found in rows[side].items()} for side in rows}
    assert counts["alpha"] == counts["beta"], "the same was done in both"
    assert counts["alpha"]["check_in"] >= 4


async def test_what_one_company_does_leaves_the_other_as_it_was(two: Two, messenger: str) -> None:
    before, heard = rows_of(two.app.engine, two.id_of("beta")), all_text(two.sides["beta"])
    await everything(two.sides["alpha"], messenger)
    assert rows_of(two.app.engine, two.id_of("beta")) == before
    assert all_text(two.sides["beta"]) == heard


async def test_a_button_of_one_company_is_refused_in_the_other(two: Two, messenger: str) -> None:
    """Same app ids, same secrets, same person's account: still not the same card."""
    alpha, beta = two.sides["alpha"], two.sides["beta"]
    cards = {}
    for side, rig in two.sides.items():
        await Talk(rig, messenger, "bob").say("/ci")
        cards[side] = Talk(rig, messenger, "bob").card()
    foreign = refs_on(cards["alpha"])["checkin.submit"]
    key = next(one.vault.action_key for one in two.app.connections if one.name == f"beta-{messenger}")
    user = account(messenger, "bob")
    for ref in (foreign, seal(foreign, key)):
        before = {side: rows_of(two.app.engine, two.id_of(side)) for side in two.sides}
        heard = len(Talk(beta, messenger, "bob").seen())
        delivered = await press(beta, messenger, user, cards["beta"], ref, {"v0": "95"})
        told = str(delivered.body) + str([one.text for one in Talk(beta, messenger, "bob").seen()[heard:]])
        assert say("zh-CN", "error.card_unknown") in told
        after = {side: rows_of(two.app.engine, two.id_of(side)) for side in two.sides}
        assert after["alpha"] == before["alpha"]
        differing = {table for table in after["beta"] if after["beta"][table] != before["beta"][table]}
        assert differing <= {"inbox", "outbox"}
    await press(alpha, messenger, user, cards["alpha"], foreign, {"v0": "95"})
    assert rows_of(two.app.engine, two.id_of("alpha"))["check_in"], "at home the same button works"


async def test_a_binding_code_of_one_company_is_wrong_in_the_other(two: Two) -> None:
    """Dan is nobody yet, in both; Bob of alpha lends him his code: it links him at home and is worthless elsewhere."""
    talk = Talk(two.sides["alpha"], "wecom", "bob")
    await talk.say("/bind")
    match = re.search(r"(\d{3}) ?(\d{3})", talk.last().text)
    assert match is not None
    for side, expected in (("beta", say("zh-CN", "bind.wrong", n=4)), ("alpha", "✅")):
        feishu = two.sides[side].simulators["feishu"]
        feishu.add_resident(Resident(user_id="ou_dan", name="丹"))
        await feishu.say("ou_dan", f"/bind {match[1]}{match[2]}")
        await two.settle()
        assert expected in feishu.seen("ou_dan")[-1].text


async def test_a_person_who_leaves_one_company_stays_in_the_other(two: Two, messenger: str) -> None:
    before = rows_of(two.app.engine, two.id_of("beta"))
    user = account(messenger, "bob")
    await two.sides["alpha"].simulators[messenger].contact_changed(user, left=True)
    await two.settle()
    assert rows_of(two.app.engine, two.id_of("beta")) == before
    await Talk(two.sides["beta"], messenger, "bob").say("/ci")
    assert submit_label(Talk(two.sides["beta"], messenger, "bob").card())


async def test_equal_message_ids_are_two_messages(two: Two) -> None:
    """The inbox key belongs to a company: one company's redelivery does not swallow the other's message."""
    for rig in two.sides.values():
        await rig.simulators["dingtalk"].say(account("dingtalk", "bob"), "/me", message_id="msg-equal")
    await two.settle()
    for side in two.sides:
        assert len(rows_of(two.app.engine, two.id_of(side))["inbox"]) == 1
        assert MARKS[side] in all_text(two.sides[side])
