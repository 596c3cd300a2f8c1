"""Numbers as people type and read them: strict in what is taken, honest in what is shown (R-GEN-05, R-GEN-09)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

_CONTEXT: Final = Context(prec=28, rounding=ROUND_HALF_UP)
_WIDE: Final = Context(prec=200, rounding=ROUND_HALF_UP)
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)

_LONGEST = 64
_MOST_DIGITS = 20
# As many decimals as the database keeps: what we confirm is what we store.
_MOST_DECIMALS = 10
_LARGEST: Final = Decimal(10) ** 18

_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．，％＋－−／￥＄￡　萬億", "0123456789.,%+--/¥$£ 万亿")
_SCALES: Final = {
    name: Decimal(10**zeros)
    for name, zeros in (("千", 3), ("万", 4), ("百万", 6), ("千万", 7), ("亿", 8), ("万亿", 12))
}
_SYMBOLS: Final = {"¥": "CNY", "元": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_TRUTHS: Final = {"是": True, "否": False, "yes": True, "no": False}

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-])? ?(?P<symbol>[¥$€£])? ?(?P<inner>[+-])? ?"
    r"(?P<digits>(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r" ?(?P<scale>百万|千万|万亿|千|万|亿)? ?(?P<tail>[%元])?"
)
_FRACTION: Final = re.compile(r"([0-9]{1,9}) ?/ ?([0-9]{1,9})")


class NotANumber(ValueError):
    """What was typed cannot be read as one number without guessing. Never carries the typed text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A number somebody typed, with the unit marks that came with it.

    `value` of "92%" is 92 with `percent`; of "3/5" it is 0.6 with `fraction` (3, 5); of "是" it is 1 with `truth`.
    `currency` is an ISO 4217 code; "¥" and "元" are read as CNY.
    """

    value: Decimal
    percent: bool = False
    currency: str | None = None
    fraction: tuple[int, int] | None = None
    truth: bool | None = None


def parse(text: str) -> Typed:
    """Read one number, fraction or yes/no out of what somebody typed (R-GEN-09). Raises NotANumber.

    Full-width signs count as their ASCII twins. Refused: words around the number, two signs, exponents, misplaced
    thousands separators, mixed unit marks, more than 20 digits or 10 decimals, 10^18 and beyond.
    """
    if len(text) > _LONGEST:
        raise NotANumber("too long")
    plain = text.translate(_FULL_WIDTH).strip()
    match = _NUMBER.fullmatch(plain)
    if match is not None:
        return _number(match)
    fraction = _FRACTION.fullmatch(plain)
    if fraction is not None:
        return _fraction(int(fraction[1]), int(fraction[2]))
    truth = _TRUTHS.get(plain.lower())
    if truth is None:
        raise NotANumber("not a number")
    return Typed(value=_ONE if truth else _ZERO, truth=truth)


def _number(match: re.Match[str]) -> Typed:
    sign, symbol, inner, digits, scale, tail = match.group("sign", "symbol", "inner", "digits", "scale", "tail")
    if sign and inner:
        raise NotANumber("two signs")
    if (symbol and tail) or (scale and tail == "%"):
        raise NotANumber("mixed unit marks")
    digits = digits.replace(",", "")
    if len(digits) - digits.count(".") > _MOST_DIGITS or len(digits.partition(".")[2]) > _MOST_DECIMALS:
        raise NotANumber("too many digits")
    value = _CONTEXT.multiply(Decimal(digits), _SCALES[scale]) if scale else Decimal(digits)
    if value >= _LARGEST:
        raise NotANumber("too large")
    if (sign or inner) == "-" and value:
        value = value.copy_negate()
    return Typed(value=value, percent=tail == "%", currency=_SYMBOLS.get(symbol or tail or ""))


def _fraction(part: int, whole: int) -> Typed:
    if whole == 0:
        raise NotANumber("nothing to divide by")
    return Typed(value=_CONTEXT.divide(Decimal(part), Decimal(whole)), fraction=(part, whole))


def percent(progress: Decimal) -> str:
    """A share of one as whole percent, half-up (R-GEN-05): 0.3636 → "36%", 1.32 → "132%", −0.2 → "0%".

    Never shows 100% unless the share is exactly 1, never 0% unless it is 0 or less. Raises ValueError when not finite.
    """
    if not progress.is_finite():
        raise ValueError("progress must be finite")
    if progress <= 0:
        return "0%"
    whole = int(progress.scaleb(2, _WIDE).to_integral_value(ROUND_HALF_UP))
    if whole == 0:
        return "1%"
    if whole == 100 and progress != 1:
        return "99%" if progress < 1 else "101%"
    return f"{whole}%"


def plain_number(value: Decimal) -> str:
    """A number without trailing zeros and with thousands separators: 52000.50 → "52,000.5"."""
    if not value.is_finite():
        raise ValueError("number must be finite")
    shown = f"{value:,f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def signed(value: Decimal) -> str:
    """A change, with its sign: "+1.2", "-3"; no change is "0"."""
    shown = plain_number(value)
    return f"+{shown}" if value > 0 else shown
