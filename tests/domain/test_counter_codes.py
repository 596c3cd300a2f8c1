"""Pick-up codes: what they look like, that one opens one order, and that nobody can read them from us (R-PIC-01)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rewards.pickup import has_check_digit, read_code, with_check_digit


@pytest.mark.parametrize("typed", ["48217735", "4821 7735", "4821-7735", "４８２１７７３５", " ４８２１　７７３５ "])
def test_a_code_is_read_however_a_thumb_types_it(typed: str) -> None:
    assert read_code(typed) == "48217735"


@pytest.mark.parametrize(
    "typed", ["", "4821773", "482177350", "4821 77 35", "4821x7735", "48２1 773５9", "四八二一七七三五"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_the_check_digit_is_luhns() -> None:
    """The published example: 7992739871 takes 3."""
    assert with_check_digit("7992739871") == "79927398713"


@given(st.from_regex(r"[0-9]{7}", fullmatch=True), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, at: int, off: int) -> None:
    code = with_check_digit(digits)
    assert has_check_digit(code)
    wrong = code[:at] + str((int(code[at]) + off) % 10) + code[at + 1 :]
    assert not has_check_digit(wrong)


@given(st.from_regex(r"[0-9]{7}", fullmatch=True), st.integers(0, 6))
def test_two_neighbours_changing_places_are_noticed_but_for_nine_and_nought(digits: str, at: int) -> None:
    code = with_check_digit(digits)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert has_check_digit(swapped) is (code[at] == code[at + 1] or {code[at], code[at + 1]} == {"0", "9"})
