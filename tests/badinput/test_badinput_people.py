"""People who may not, numbers that are none, texts that are too long: a clear answer, one clean log line, no effect."""

import pytest
from sqlalchemy import text

from bot.playground.rig import Rig
from tests.badinput.evidence import NOTE, Watch, assert_clean, sentence
from tests.badinput.pressing import press, refs_on
from tests.badinput.test_badinput_clicks import LOCALES, open_card
from tests.company import account
from tests.stories.talk import Talk

DAN = {"wecom": "dan", "dingtalk": "user_dan", "feishu": "ou_dan"}
NO_NUMBERS = ("abc", "1e5", "--5", "1,2,3", "NaN", "∞", "٣", "0x10", "5公里", "9" * 40, "１２ａ")

FIRST_ON_CARD = {"bob": "95", "cai": "yes"}
"""A good value for the key result that a person's card shows first."""


@pytest.fixture(params=["bob", "cai"])
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def say(rig: Rig, messenger: str, user: str, line: str) -> None:
    delivered = await rig.simulators[messenger].say(user, line)
    assert delivered.status == 200
    await rig.settle()


def first_item(who: str) -> str:
    """How a person names their first key result in one line: Bob has only one."""
    return "/ci " if who == "bob" else "/ci #1 "


@pytest.mark.parametrize("line", ["/ci", "/okr", "/me", "打卡", "/ci 95 g " + NOTE])
async def test_an_unbound_person_is_told_how_to_bind(
    rig: Rig, messenger: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R-ID-03, E01: a stand-in is noted, and that is all."""
    watch = Watch.begin(rig, caplog)
    await say(rig, messenger, DAN[messenger], line)
    watch.assert_only_answered("person", "identity")
    told = [one.text for one in rig.simulators[messenger].seen(DAN[messenger]) if one.by == "bot"]
    assert told == [sentence("zh-CN", "error.not_bound")]
    assert watch.audit()["code"] == "error.not_bound"


async def test_an_unbound_person_with_a_card_of_somebody_else(
    rig: Rig, messenger: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = await open_card(rig, messenger, "bob")
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, DAN[messenger], card, refs_on(card)["checkin.submit"], {"v0": "95"})
    watch.assert_only_answered("person", "identity")
    told = watch.told(messenger, DAN[messenger], delivered)
    assert sentence("zh-CN", "error.not_bound") in told
    assert watch.audit()["code"] == "error.not_bound"


async def test_somebody_who_has_left(rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture) -> None:
    """R-ORG-03: every command and every old card answers the same."""
    card = await open_card(rig, messenger, who)
    user = account(messenger, who)
    with rig.bot.engine.begin() as connection:
        gone = {"no": False, "who": {"bob": "E2", "cai": "E3"}[who]}
        connection.execute(text("UPDATE person SET active = :no WHERE employee_no = :who"), gone)
    for line in ("/ci", "/okr tree", "/help", "/bind", "/lang en", "/ci 95 g " + NOTE):
        watch = Watch.begin(rig, caplog)
        await say(rig, messenger, user, line)
        watch.assert_only_answered()
        assert sentence(LOCALES[who], "error.left") in watch.told(messenger, user)
        assert watch.audit()["code"] == "error.left"
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], {"v0": "95"})
    watch.assert_only_answered()
    assert sentence(LOCALES[who], "error.left") in watch.told(messenger, user, delivered)
    assert watch.audit()["code"] == "error.left"


@pytest.mark.parametrize("word", NO_NUMBERS)
async def test_e06_a_line_whose_number_is_none(
    rig: Rig, messenger: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    for who in ("bob", "cai"):
        watch, user = Watch.begin(rig, caplog), account(messenger, who)
        await say(rig, messenger, user, f"{first_item(who)}{word} g {NOTE}")
        watch.assert_only_answered()
        assert sentence(LOCALES[who], "error.bad_number", x=word[:20]) in watch.told(messenger, user)
        assert_clean(rig, caplog)


@pytest.mark.parametrize("word", ["abc", "1e5", "٣", "9" * 40])
async def test_e06_a_form_whose_number_is_none(
    rig: Rig, messenger: str, who: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The card says what is wrong and keeps what was typed; nothing is checked in."""
    card, user = await open_card(rig, messenger, who), account(messenger, who)
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], {"v0": word, "n0": NOTE})
    watch.assert_only_answered()
    shown = next(one for one in rig.simulators[messenger].seen(user) if one.message_id == card.message_id).text
    assert sentence(LOCALES[who], "error.bad_number", x=word[:20]) in watch.told(messenger, user, delivered) + shown
    assert_clean(rig, caplog)


@pytest.mark.parametrize("word", ["abc", "1e5", "什么", "9" * 40])
async def test_e06_an_answer_whose_number_is_none(
    rig: Rig, who: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """WeCom's `自定义…`: the question is asked again and stays open; a good answer then counts."""
    await open_card(rig, "wecom", who)
    user = account("wecom", who)
    await Talk(rig, "wecom", who).choose_other()
    watch = Watch.begin(rig, caplog)
    await say(rig, "wecom", user, f"{word} g {NOTE}")
    watch.assert_only_answered()
    assert sentence(LOCALES[who], "error.bad_number", x=word[:20]) in watch.told("wecom", user)
    assert_clean(rig, caplog)
    await say(rig, "wecom", user, FIRST_ON_CARD[who])
    assert {"check_in", "pending_answer"} <= watch.changed()


@pytest.mark.parametrize(("letter", "limit", "length"), [("长", 200, 201), ("长", 200, 1200), ("x", 500, 501)])
async def test_r_gen_08_a_note_beyond_its_limit_is_refused_with_the_count(
    rig: Rig, messenger: str, who: str, letter: str, limit: int, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Never cut: the limit and the count are told, in a line and in a form. 200 Chinese characters or 500 letters."""
    note, user = letter * length, account(messenger, who)
    expected = sentence(LOCALES[who], "error.too_long", limit=limit, count=length)
    good = "95" if who == "bob" else "13"
    watch = Watch.begin(rig, caplog)
    await say(rig, messenger, user, f"{first_item(who)}{good} g {note}")
    watch.assert_only_answered()
    assert expected in watch.told(messenger, user)
    assert_clean(rig, caplog, also=[letter * 9])
    card = await open_card(rig, messenger, who)
    form = {"v0": FIRST_ON_CARD[who], "n0": note}
    watch = Watch.begin(rig, caplog)
    delivered = await press(rig, messenger, user, card, refs_on(card)["checkin.submit"], form)
    watch.assert_only_answered()
    shown = next(one for one in rig.simulators[messenger].seen(user) if one.message_id == card.message_id).text
    assert expected in watch.told(messenger, user, delivered) + shown
    assert_clean(rig, caplog)


@pytest.mark.parametrize("note", ["长" * 200, "x" * 500])
async def test_a_note_of_exactly_the_limit_is_taken(rig: Rig, messenger: str, who: str, note: str) -> None:
    good = "95" if who == "bob" else "13"
    await say(rig, messenger, account(messenger, who), f"{first_item(who)}{good} g {note}")
    with rig.bot.engine.connect() as connection:
        assert connection.execute(text("SELECT note FROM check_in")).scalars().all() == [note]
        connection.rollback()


async def test_an_unknown_command_is_not_logged_as_it_was_typed(
    rig: Rig, messenger: str, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What follows a slash is what somebody wrote: it may be anything, so no log repeats it."""
    user = account(messenger, who)
    watch = Watch.begin(rig, caplog)
    await say(rig, messenger, user, f"/{NOTE} 13800138000")
    watch.assert_only_answered()
    assert watch.audit()["code"] == "help.unknown"
    assert_clean(rig, caplog, also=["13800138000"])
