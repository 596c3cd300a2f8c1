"""Shortened labels: short enough, and still telling one thing from another."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cards.fit.labels import shorten, shorten_all
from cards.fit.outcome import CannotFit


@given(st.lists(st.text("ab", max_size=12), max_size=6, unique=True), st.integers(1, 12))
def test_labels_that_differ_stay_different_or_are_refused(labels, limit):
    try:
        short = shorten_all([(label, "") for label in labels], limit)
    except CannotFit:
        assume(False)
        raise
    assert len(set(short)) == len(labels)
    assert all(len(label) <= limit for label in short)


def test_the_end_tells_apart_what_starts_alike_and_a_number_what_ends_alike_too():
    labels = [("上海人民广场店长甲", ""), ("上海人民广场店长乙", ""), ("上海人民静安店长乙", "")]
    assert shorten_all(labels, 5) == ["上海人民…", "上海…长乙", "上海人…3"]


def test_no_room_to_tell_apart_is_refused():
    with pytest.raises(CannotFit):
        shorten_all([("abc", ""), ("abd", "")], 1)


@given(st.text(max_size=20), st.integers(0, 20))
def test_shortened_text_is_within_the_limit(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert (short == text) == (len(text) <= limit) or short.endswith("…")
