"""Action references: they survive the journey through a messenger, and only ours are believed (R-EVT-02)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.action import ActionRef, NotAReference, is_genuine, seal
from tests.cards.strategies import keys, names

KEY = b"k" * 32
values = st.text(max_size=40) | st.sampled_from(
    ["", "&", "=", "%", "%41", "a=b&c=d", "🎉 目标", "~x?y=z", "+", "a b\n"]
)
any_refs = st.builds(ActionRef, names, st.dictionaries(keys, values, max_size=4))


@given(any_refs)
def test_a_reference_survives_encoding_whatever_its_params_say(ref):
    encoded = ref.encode()
    assert ActionRef.decode(encoded) == ref
    assert encoded.isascii()
    assert encoded.isprintable()
    assert " " not in encoded


@given(any_refs)
def test_a_sealed_reference_is_genuine_after_the_journey_and_sealing_twice_is_sealing_once(ref):
    sealed = seal(ref, KEY)
    assert is_genuine(ActionRef.decode(sealed.encode()), KEY)
    assert seal(sealed, KEY) == sealed


@given(any_refs)
def test_an_unsealed_reference_or_another_key_is_refused(ref):
    bare = ActionRef(ref.name, {key: value for key, value in ref.params.items() if key != "s"})
    assert not is_genuine(bare, KEY)
    assert not is_genuine(seal(ref, b"other" * 8), KEY)


@given(any_refs, keys, values)
def test_a_changed_reference_is_refused(ref, key, value):
    sealed = seal(ref, KEY)
    assert not is_genuine(ActionRef(sealed.name + "x", sealed.params), KEY)
    if key != "s" and sealed.params.get(key) != value:
        assert not is_genuine(ActionRef(sealed.name, {**sealed.params, key: value}), KEY)


@given(any_refs, st.data())
def test_a_truncated_reference_is_refused(ref, data):
    encoded = seal(ref, KEY).encode()
    short = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    try:
        assert not is_genuine(ActionRef.decode(short), KEY)
    except NotAReference:
        assert short != encoded


def test_reordered_params_are_refused():
    sealed = seal(ActionRef("checkin.submit", {"card": "1", "kr": "2"}), KEY)
    assert is_genuine(sealed, KEY)
    assert not is_genuine(ActionRef(sealed.name, dict(reversed(sealed.params.items()))), KEY)


@pytest.mark.parametrize(
    "text",
    ["", "~", "checkin.submit", "~?a=b", "~a?b", "~a?=b", "~a?b=1&b=2", "~a b", "~目标", "~a?b=%ff", "~" + "a" * 5000],
)
def test_what_encode_cannot_have_made_is_not_a_reference(text):
    with pytest.raises(NotAReference):
        ActionRef.decode(text)


@given(st.text(max_size=60).map(lambda text: "~" + text))
def test_decoding_raises_nothing_else(text):
    try:
        ActionRef.decode(text)
    except NotAReference:
        return


@pytest.mark.parametrize("seal_text", ["中", "é" * 16, "\ud800", ""])
def test_a_seal_of_any_text_is_refused_without_an_error(seal_text):
    assert not is_genuine(ActionRef("a.b", {"s": seal_text}), KEY)


def test_a_reference_is_printable_ascii():
    with pytest.raises(NotAReference):
        ActionRef.decode("~a.b?c=中")
