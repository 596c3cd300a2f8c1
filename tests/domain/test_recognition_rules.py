"""The numbers of recognition: allowances, shares, reasons, words, links, names, sentences (R-ALW, R-KUD)."""

from datetime import date

import pytest

from domain.calendar import WorkCalendar, bundled_table
from domain.recognition.allowance import entitled, share
from domain.recognition.content import has_word, links_allowed, says_enough
from domain.recognition.messages import TagView
from domain.recognition.policy import DEFAULTS
from domain.recognition.readings import readings
from domain.recognition.spoken import Spoken, understand
from domain.recognition.tags import FIRST_VALUES, named

CALENDAR = WorkCalendar(national=bundled_table())
VALUES = tuple(TagView(id=name, name=name, name_en=english) for name, english in FIRST_VALUES)


def test_a55_a_joiner_gets_a_share_by_the_workdays_left() -> None:
    """A55: January 2026 has 21 workdays, 10 of them from the 19th: ceil(100 · 10 / 21) = 48."""
    assert CALENDAR.workdays_between(date(2026, 1, 1), date(2026, 1, 31)) == 21
    assert share(100, date(2026, 1, 19), "2026-01", CALENDAR) == 48


@pytest.mark.parametrize(
    ("joined", "period", "expected"),
    [
        (None, "2026-01", 100),
        (date(2026, 1, 1), "2026-01", 100),
        (date(2025, 11, 3), "2026-01", 100),
        (date(2026, 1, 30), "2026-01", 20),  # R-ALW-03: never less than 20
        (date(2026, 1, 31), "2026-01", 20),
        (date(2026, 12, 31), "2026-12", 20),
    ],
)
def test_shares_at_the_edges(joined: date | None, period: str, expected: int) -> None:
    assert share(100, joined, period, CALENDAR) == expected
    assert share(0, joined, period, CALENDAR) == 0


@pytest.mark.parametrize(
    ("reports", "expected"), [(0, 100), (1, 120), (5, 200), (20, 500), (21, 500), (300, 500)]
)  # fmt: skip
def test_managers_have_more_by_their_reports(reports: int, expected: int) -> None:
    """R-ALW-01: 100 + 20 each, 500 at most."""
    assert entitled(frozenset(), reports) == expected
    assert entitled(frozenset({"contractor"}), reports) == 0  # R-ALW-05


@pytest.mark.parametrize(
    ("reason", "enough"),
    [
        ("周末陪我修好", False),
        ("周末陪我修好工单", True),
        ("谢谢你！！！！！！！！", False),
        ("Thank you lots", False),
        ("Thank you so much", False),
        ("Thanks for the fix!", True),
        ("帮我修好 the system", True),
        ("👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", False),
        ("@李雷 @韩梅梅 @王芳芳 谢谢", False),
        ("", False),
    ],
)
def test_a_reason_says_eight_characters_or_fifteen_letters(reason: str, enough: bool) -> None:
    """R-KUD-01: after mentions and emoji are taken out; both scripts count together."""
    assert says_enough(reason, DEFAULTS) is enough


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("你这个蠢货", True), ("你这个 蠢 货", True), ("蠢笨的货车修好了", False), ("You IDIOT", True),
        ("ｉｄｉｏｔ", True), ("idiotic bug fixed", False), ("多亏你修好了工单系统", False),
    ],
)  # fmt: skip
def test_words_nobody_is_thanked_with(reason: str, found: bool) -> None:
    """R-KUD-09: widths, case and blanks do not hide a word; a part of another word is none."""
    assert has_word(reason, ["蠢货", "idiot"]) is found


@pytest.mark.parametrize(
    ("reason", "allowed"),
    [
        ("看 https://wiki.corp.example/x", True), ("看 https://corp.example", True),
        ("看 https://corp.example.evil.com/", False), ("看 https://evilcorp.example/", False),
        ("看 http://corp.example@evil.com/", False), ("看 www.evil.com", False), ("看 evil.com/x", False),
        ("v1.2.3 修好了", True), ("https://[", False), ("没有链接", True),
    ],
)  # fmt: skip
def test_links_lead_to_the_companys_own_sites(reason: str, allowed: bool) -> None:
    """R-KUD-09."""
    assert links_allowed(reason, ["corp.example"]) is allowed


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("+10 #客户第一 周末陪我修好", Spoken(10, ("客户第一",), False, "周末陪我修好")),
        ("＋１０分 ＃客户第一 周末陪我修好", Spoken(10, ("客户第一",), False, "周末陪我修好")),
        ("#客户第一 +10 周末", Spoken(10, ("客户第一",), False, "周末")),
        ("周末陪我修好 #客户第一 +10", Spoken(10, ("客户第一",), False, "周末陪我修好")),
        ("私密 +5 周末", Spoken(5, (), True, "周末")),
        ("周末 private 修好", Spoken(0, (), False, "周末 private 修好")),
        ("great +1 job", Spoken(0, (), False, "great +1 job")),
        ("C++ 帮我修好", Spoken(0, (), False, "C++ 帮我修好")),
        ("+10 #a #b 周末", Spoken(10, ("a", "b"), False, "周末")),
        ("", Spoken(0, (), False, "")),
    ],
)
def test_a_sentence_is_read(said: str, heard: Spoken) -> None:
    """Flow 5.2 trigger 1: a number in the middle of a reason is no amount."""
    assert understand(said) == heard


def test_values_are_known_by_either_name() -> None:
    """R-KUD-01: unknown or unclear words are not guessed at."""
    for word in ("客户第一", "customer-first", "CustomerFirst", "客户", "cust"):
        assert named(VALUES, word) == VALUES[0], word
    assert named(VALUES, "") is None
    assert named(VALUES, "没有") is None
    assert named(VALUES, "E") is None  # excellence, or embracing change
    assert named((*VALUES, TagView(id="n", name="客户之声", name_en="")), "客户") is None


def test_names_are_read_in_pinyin() -> None:
    """Whole and by initials, also where a character reads in several ways; other scripts have no readings."""
    assert "wangfang" in readings("王芳")[0]
    assert "wf" in readings("王芳")[1]
    assert {"shanxiongxin", "danxiongxin"} <= readings("单雄信")[0]
    assert readings("Cai Green") == (frozenset(), frozenset())
