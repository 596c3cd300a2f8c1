"""Pictures as data, and what becomes of a card's picture where it cannot be shown (R-BDG-03)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.action import ActionRef
from cards.capability import Capabilities
from cards.fit import fit
from cards.model import Block, Button, Card, Choice, Header, Link, Option, Picture, Plain, Text
from cards.picture import ITEMS, ECard, Item, NotAPicture, Template, alt, dump, load, title
from cards.plain import plain

words = st.text(max_size=20)
ecards = st.builds(
    ECard, st.sampled_from(Template), words, words, words, words, words, st.sampled_from(["zh-CN", "en"])
)
PRESSED = Button(label="兑换", ref=ActionRef("go"))
COFFEE, MUG, SAID = Picture("coffee"), Picture("mug", "一只杯子"), Text((Plain("三十天内有效"),))


def card(*blocks: Block, **more: object) -> Card:
    return Card(kind="k", key="0" * 32, header=Header("咖啡券"), blocks=blocks, **more)  # type: ignore[arg-type]


def shown(asked: Card, caps: Capabilities) -> tuple[Block, ...]:
    fitted = fit(asked, caps)
    assert fitted.card is not None
    return fitted.card.blocks


@given(ecards)
def test_an_ecard_survives_its_row(ecard: ECard) -> None:
    assert load(dump(ecard)) == ecard
    assert load(dump(ecard).decode()) == ecard


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', '{"template":"thanks","recipient":1,"giver":"","reason":""}'])
def test_anything_else_is_no_picture(text: str) -> None:
    with pytest.raises(NotAPicture):
        load(text)


def test_the_words_for_whoever_cannot_see_it() -> None:
    ecard = ECard(Template.THANKS, "李雷", "韩梅梅", "谢谢你帮忙压测")
    assert alt(ecard) == "贺卡「谢谢你」致 李雷：谢谢你帮忙压测 —— 韩梅梅"
    assert alt(ECard(Template.BIRTHDAY, "Li", "", "All the best", locale="en")) == (
        "E-card “Happy birthday” to Li: All the best"
    )
    assert len({title(ECard(one, "", "", "", locale=locale)) for one in Template for locale in ("zh-CN", "en")}) == 8


def test_there_are_twelve_catalogue_pictures_whose_names_make_addresses() -> None:
    assert len(ITEMS) == len(Item) == 12
    assert all(name.replace("_", "").isalpha() and name.isascii() and name.islower() for name in ITEMS)


def test_a_surface_without_pictures_keeps_what_they_mean_and_drops_decoration() -> None:
    assert shown(card(COFFEE, SAID, MUG), Capabilities()) == (SAID, Text((Plain("一只杯子"),)))


def test_pictures_beyond_the_room_and_unknown_ones_become_words() -> None:
    asked = card(Picture("no-such", "不认识"), COFFEE, MUG)
    assert shown(asked, Capabilities(pictures=1)) == (Text((Plain("不认识"),)), COFFEE, Text((Plain("一只杯子"),)))
    assert shown(card(COFFEE, MUG), Capabilities(pictures=2)) == (COFFEE, MUG)


def test_a_surface_may_have_room_only_where_nothing_can_be_pressed() -> None:
    """WeCom's news notice (wecom.md §4.1): links are no buttons, inputs and buttons leave no room."""
    caps = Capabilities(still_pictures=1)
    link = Link(label="详情", url="https://okr.example")
    assert shown(card(COFFEE, SAID, actions=(link,)), caps) == (COFFEE, SAID)
    assert shown(card(COFFEE, SAID, actions=(PRESSED,)), caps) == (SAID,)
    asked = Choice(name="c", label="几张", options=(Option("1", "一张"),))
    submit = Button(label="兑换", ref=ActionRef("go"), submits=True)
    assert shown(card(COFFEE, SAID, inputs=(asked,), actions=(submit,)), caps) == (SAID,)


def test_a_card_as_text_says_what_its_pictures_mean() -> None:
    assert plain(card(COFFEE, MUG, SAID)) == "咖啡券\n一只杯子\n三十天内有效"
