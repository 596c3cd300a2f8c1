"""What is drawn: within 1 MB, the same every time, every character readable (R-BDG-03)."""

import io
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.pictures import ecard, items
from bot.pictures.drawing import draw
from bot.pictures.fonts import STAND_IN, drawable, sans, serif, width_of
from bot.pictures.typeset import fitted, wrapped
from cards.picture import ECard, Item, NotAPicture, Template, dump
from tests.pictures.cmap import glyphs_of

KNOWN = glyphs_of(Path(fonts.sans_path())) & glyphs_of(Path(fonts.serif_path()))
HOSTILE = "👍🏽❤️🇨🇳1️⃣ สวัสดี שלום\u202e مرحبا \x00\x07\u200b\ufeff 𓀀 한글 a\u0301 e\u0304\n\n\t ①㎏ 𝓗"
REASON = "上线前夜，你主动留下来陪我们把支付链路压测了三遍，还顺手修好了两个隐蔽的竞态问题。"


def card(template: Template = Template.THANKS, **changes: str) -> ECard:
    words = {"recipient": "李雷", "giver": "韩梅梅", "reason": REASON, "tag": "客户第一", "badge": "救火队长"}
    return ECard(template, **{**words, **changes})


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize(
    "reason", ["好", REASON, REASON * 60, HOSTILE, "word" * 400, "\n".join("短句" for _ in range(99))]
)
def test_an_ecard_is_one_png_within_a_megabyte(template: Template, reason: str) -> None:
    png = draw(dump(card(template, reason=reason, giver=reason, recipient=reason, tag=reason, badge=reason)).decode())
    assert opened(png).size == (ecard.WIDTH, ecard.HEIGHT)
    assert opened(png).format == "PNG"
    assert len(png) <= 1_000_000


def test_equal_orders_are_equal_bytes_and_templates_differ() -> None:
    orders = [dump(card(template)).decode() for template in Template]
    first = [draw(order) for order in orders]
    assert [draw(order) for order in orders] == first
    assert len(set(first)) == len(Template) >= 4


@pytest.mark.parametrize("item", Item)
def test_every_catalogue_picture_is_drawn(item: Item) -> None:
    png = draw(item)
    picture = opened(png).convert("RGB")
    assert picture.size == (items.WIDTH, items.HEIGHT)
    assert len(png) < 40_000
    assert len(picture.getcolors(1 << 20) or []) > 100


def test_catalogue_pictures_differ() -> None:
    assert len({draw(item) for item in Item}) == len(Item) == 12


@pytest.mark.parametrize(
    "order", ["", "{}", "no-such-picture", "[]", '{"template":"thanks"}', '{"template":"x"}', "null"]
)
def test_what_is_no_order_is_refused(order: str) -> None:
    with pytest.raises(NotAPicture):
        draw(order)


# --- no boxes --------------------------------------------------------------------------------------------------------


def test_both_faces_have_all_of_gb2312() -> None:
    rows = [bytes([lead, trail]) for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF)]
    characters = {pair.decode("gb2312", "ignore") for pair in rows} - {""}
    assert len(characters) == 6763
    assert characters <= KNOWN


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_only_characters_with_glyphs_are_left(text: str) -> None:
    assert set(drawable(text)) <= KNOWN | {"\n", " "}


@given(st.text(st.sampled_from(sorted(KNOWN - {"\u3000", "\xa0"})), max_size=40))
@settings(max_examples=100, deadline=None)
def test_nothing_readable_is_taken_away(text: str) -> None:
    kept = "".join(drawable(text).split())
    assert sum(letter.isalnum() for letter in kept) >= sum(letter.isalnum() and letter.isascii() for letter in text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("太棒了👍🏽！ 🎉谢谢❤️", "太棒了！谢谢"),
        ("3️⃣ 天", "3 天"),
        ("𝓗ello", "Hello"),
        ("สวัสดี 李雷", f"{STAND_IN * 4} 李雷"),
        ("a\u202eb\u200bc", "abc"),
        ("一\r\n\n二", "一\n二"),
        ("🎉", ""),
    ],
)
def test_what_has_no_glyph_is_dropped_or_replaced(written: str, shown: str) -> None:
    assert drawable(written) == shown


@pytest.mark.parametrize("template", Template)
def test_every_character_set_on_a_card_has_a_glyph(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    real = ImageDraw.ImageDraw.text

    def listening(self: Any, xy: Any, text: str, *more: Any, **how: Any) -> None:
        told.append(text)
        real(self, xy, text, *more, **how)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", listening)
    words = dict.fromkeys(("recipient", "giver", "reason", "tag", "badge"), f"{REASON}{HOSTILE}")
    for locale in ("zh-CN", "en"):
        draw(dump(card(template, locale=locale, **words)).decode())
    assert len(told) > 10
    assert set("".join(told)) <= KNOWN


# --- lines -----------------------------------------------------------------------------------------------------------

typed = st.text(st.sampled_from("上线前夜，。“”（）！abcde 12345.%《》、-"), max_size=120)


@given(typed, st.integers(120, 600))
@settings(max_examples=150, deadline=None)
def test_lines_keep_the_width_and_lose_nothing(text: str, width: int) -> None:
    lines = list(wrapped(text, sans(30), width))
    assert all(sans(30).getlength(line) <= width + 4 * 30 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_mark_stands_alone_at_an_edge() -> None:
    text = "他说：“今天发布顺利，大家辛苦了。”然后（悄悄）请大家喝咖啡，真好！" * 4
    for width in range(150, 600, 7):
        lines = list(wrapped(text, sans(30), width))
        assert not [line for line in lines if line[0] in "，。！”）" or line[-1] in "“（"]


@pytest.mark.parametrize("text", ["上线前夜，AVATAR To Wa. 12:30 fi ffl", REASON])
def test_a_line_is_as_wide_as_its_characters_together(text: str) -> None:
    for font in (sans(30), serif(96)):
        assert width_of(text, font) == pytest.approx(font.getlength(text), abs=1)


def test_long_text_gets_smaller_and_at_last_is_cut_visibly() -> None:
    sizes = (38, 30, 24)
    small, large = fitted("好" * 20, 600, 260, sizes), fitted("好" * 120, 600, 260, sizes)
    assert (small.size, small.cut) == (38, False)
    assert large.size < small.size
    endless = fitted("好" * 5000, 600, 260, sizes)
    assert (endless.size, endless.cut, endless.lines[-1][-1]) == (24, True, "…")
    assert endless.height <= 260


def test_faces_are_what_the_package_says() -> None:
    assert (sans(20).getname()[0], serif(20).getname()[0]) == ("Noto Sans SC", "Noto Serif SC")
