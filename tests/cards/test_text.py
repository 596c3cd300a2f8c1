"""What we say: every language complete, every placeholder the same."""

from datetime import date
from decimal import Decimal
from string import Formatter

import pytest

from cards.text import catalogue, day, locales, money, number, say


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_chinese_comes_first():
    assert locales()[0] == "zh-CN"
    assert "en" in locales()


@pytest.mark.parametrize("locale", locales())
def test_every_language_has_the_same_keys_with_the_same_placeholders(locale):
    first = catalogue("zh-CN")
    assert catalogue(locale).keys() == first.keys()
    for key, template in catalogue(locale).items():
        assert template.strip(), key
        assert placeholders(template) == placeholders(first[key]), key


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("zh-CN", "状态"), ("zh-TW", "状态"), ("en", "Status"), ("en-US", "Status"), ("fr", "状态"), ("", "状态")],
)
def test_an_unknown_language_is_answered_in_the_nearest_one(locale, expected):
    assert say(locale, "ci.status") == expected


def test_values_are_filled_in_and_never_read_as_templates():
    assert say("en", "error.bad_number", x="{name}") == 'I couldn\'t read "{name}" as a number. Try 92, 92% or 52000.'


def test_an_unknown_key_or_a_missing_value_is_a_mistake():
    with pytest.raises(KeyError):
        say("en", "ci.no_such_thing")
    with pytest.raises(KeyError):
        say("en", "error.bad_number", y="1")


def test_days_money_and_numbers_are_worded_per_language():
    friday = date(2026, 2, 13)
    assert day(friday, "zh-CN") == "2月13日 周五"
    assert day(friday, "en") == "Fri 13 Feb"
    assert money(Decimal("1234.5"), "CNY", "zh-CN") == "¥1,234.50"
    assert money(Decimal("-3"), "CNY", "en") == "-CN¥3.00"
    assert money(5, "SGD", "en") == "SGD 5.00"
    assert number(Decimal("52000.50")) == "52,000.5"
    assert number(100) == "100"
    assert number(Decimal("1E+3")) == "1,000"
