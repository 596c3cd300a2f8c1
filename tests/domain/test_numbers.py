"""Numbers as people type and read them (R-GEN-05, R-GEN-09; display half of A01 to A08)."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numbers import NotANumber, Typed, parse, percent, plain_number, signed


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("92", Typed(value=Decimal(92))),
        ("92%", Typed(value=Decimal(92), percent=True)),
        ("９２％", Typed(value=Decimal(92), percent=True)),
        ("５.２万", Typed(value=Decimal(52000))),
        ("1.2亿", Typed(value=Decimal(120_000_000))),
        ("1.5万亿", Typed(value=Decimal(1_500_000_000_000))),
        ("3百万", Typed(value=Decimal(3_000_000))),
        ("5千", Typed(value=Decimal(5000))),
        ("52,000", Typed(value=Decimal(52000))),
        ("１，２３４，５６７．８", Typed(value=Decimal("1234567.8"))),
        ("￥5万", Typed(value=Decimal(50000), currency="CNY")),
        ("5万元", Typed(value=Decimal(50000), currency="CNY")),
        ("-$3.50", Typed(value=Decimal("-3.5"), currency="USD")),
        ("€-3", Typed(value=Decimal(-3), currency="EUR")),
        ("3/5", Typed(value=Decimal("0.6"), fraction=(3, 5))),
        ("５／３", Typed(value=Decimal("1.666666666666666666666666667"), fraction=(5, 3))),
        ("是", Typed(value=Decimal(1), truth=True)),
        ("否", Typed(value=Decimal(0), truth=False)),
        ("Yes", Typed(value=Decimal(1), truth=True)),
        ("no", Typed(value=Decimal(0), truth=False)),
        ("＋5", Typed(value=Decimal(5))),
        ("－5", Typed(value=Decimal(-5))),
        ("−5", Typed(value=Decimal(-5))),
        ("-0", Typed(value=Decimal(0))),
        ("　 5.2 万 ", Typed(value=Decimal(52000))),
        (".5", Typed(value=Decimal("0.5"))),
        ("1234567890.0123456789", Typed(value=Decimal("1234567890.0123456789"))),
    ],
)
def test_R_GEN_09_accepted(text: str, typed: Typed) -> None:
    assert parse(text) == typed
    assert not (parse(text).value == 0 and parse(text).value.is_signed())


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " ",
            "abc",
            "12 apples",
            "about 5",
            "5 6",
            "5.",
            "1.2.3",
            ".",
            "%",
            "万",
            "元",
            "￥",
            "1_000",
            "0x1f",
            "٣",
            "½",
            "²",
        ],
        *["NaN", "nan", "sNaN", "Infinity", "-inf", "1e5", "1E5", "2e-3"],
        *["--5", "+-5", "-￥-5", "＋－5", "5-", "(5)", "--", "5+5"],
        *["5,2", "52,00", "5200,000", ",500", "1,,000", "1,000,", "0,123", "1.000,5", "1,000.000,000"],
        *["5%%", "5万%", "￥5%", "￥5元", "￥$5", "%5", "5万万", "5亿万", "5元万", "万5"],
        *["3/0", "0/0", "-3/5", "3/-5", "3/5/7", "1.5/2", "3/5%", "/5", "3/"],
        *["是是", "yes no", "y", "对", "true"],
        *["9" * 30, "9" * 21, "0." + "1" * 11, "1" * 20, "1000000万亿", "1" * 5000, "1," + "000," * 3000 + "000"],
    ],
)
def test_R_GEN_09_refused(text: str) -> None:
    with pytest.raises(NotANumber) as refused:
        parse(text)
    assert len(str(refused.value)) < 40


@given(st.text(max_size=70))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        typed = parse(text)
    except NotANumber:
        return
    assert typed.value.is_finite()
    assert abs(typed.value) < Decimal(10) ** 18


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_what_is_shown_can_be_typed_again(value: Decimal) -> None:
    assert parse(plain_number(value)).value == value
    assert parse(signed(value)).value == value
    assert parse(f"{value:f}").value == value


@pytest.mark.parametrize(
    ("progress", "shown"),
    [
        ("0.3636", "36%"),  # A01
        ("0.5182", "52%"),  # A03
        ("1.32", "132%"),  # A04
        ("-0.2", "0%"),  # A05
        ("0.996", "99%"),  # A08
        ("0.002", "1%"),
        ("0", "0%"),
        ("-0", "0%"),
        ("1", "100%"),
        ("1.0000", "100%"),
        ("1.002", "101%"),
        ("0.9999999", "99%"),
        ("0.365", "37%"),
        ("0.125", "13%"),
    ],
)
def test_R_GEN_05_percent(progress: str, shown: str) -> None:
    assert percent(Decimal(progress)) == shown


@given(st.decimals(min_value=0, max_value=3, places=5), st.decimals(min_value=0, max_value=3, places=5))
def test_R_GEN_05_percent_is_honest_at_both_ends_and_never_falls(one: Decimal, other: Decimal) -> None:
    assert (percent(one) == "100%") is (one == 1)
    assert (percent(one) == "0%") is (one == 0)
    low, high = sorted((one, other))
    assert int(percent(low)[:-1]) <= int(percent(high)[:-1])


@pytest.mark.parametrize(
    ("value", "plain", "with_sign"),
    [
        ("52000.50", "52,000.5", "+52,000.5"),
        ("-1234567", "-1,234,567", "-1,234,567"),
        ("100", "100", "+100"),
        ("1E+5", "100,000", "+100,000"),
        ("0.0000001", "0.0000001", "+0.0000001"),
        ("0.00", "0", "0"),
        ("-0.0", "0", "0"),
        ("8.30", "8.3", "+8.3"),
    ],
)
def test_numbers_as_shown(value: str, plain: str, with_sign: str) -> None:
    assert plain_number(Decimal(value)) == plain
    assert signed(Decimal(value)) == with_sign


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_never_shown(value: str) -> None:
    for show in (percent, plain_number, signed):
        with pytest.raises(ValueError, match="finite"):
            show(Decimal(value))


def test_the_threads_own_context_changes_nothing() -> None:
    with localcontext(prec=2):
        assert parse("1.2345万").value == Decimal(12345)
        assert parse("1/3").value == Decimal("0.3333333333333333333333333333")
        assert percent(Decimal("0.3666")) == "37%"
        assert plain_number(Decimal("1234.5")) == "1,234.5"
