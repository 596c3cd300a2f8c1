"""How numbers, money and days are worded in each language, without loading a locale database."""

from datetime import date
from decimal import Decimal

_ZH_DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_EN_SYMBOLS = {**_SYMBOLS, "CNY": "CN¥"}


def day(when: date, locale: str) -> str:
    """A day as people say it: `2月13日 周五`, `Fri 13 Feb`. The year is left out: cards speak of the near future."""
    if _is_english(locale):
        return f"{_EN_DAYS[when.weekday()]} {when.day} {_EN_MONTHS[when.month - 1]}"
    return f"{when.month}月{when.day}日 {_ZH_DAYS[when.weekday()]}"


def number(value: Decimal | int) -> str:
    """A number as it is read, in every language of ours: thousands separated, no trailing zeros, never an exponent."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal | int, currency: str, locale: str) -> str:
    """An amount with its currency (ISO 4217 code), two decimals, the sign first: `¥1,234.50`, `-CN¥3.00`."""
    symbols = _EN_SYMBOLS if _is_english(locale) else _SYMBOLS
    sign = "-" if amount < 0 else ""
    return f"{sign}{symbols.get(currency, currency + ' ')}{abs(amount):,.2f}"


def _is_english(locale: str) -> bool:
    return locale[:2].lower() == "en"
