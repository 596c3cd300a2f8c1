"""What we say, in every language we speak: one catalogue per language, Chinese first and the one to fall back to.

Keys are dotted (`ci.title`), values are `str.format` templates. A new key goes into every catalogue.
"""

from collections.abc import Mapping

from cards.text import en, zh_cn
from cards.text.words import day, money, number

__all__ = ["catalogue", "day", "locales", "money", "number", "say"]

_FALLBACK = "zh-CN"
_CATALOGUES: Mapping[str, Mapping[str, str]] = {_FALLBACK: zh_cn.CATALOGUE, "en": en.CATALOGUE}
_BY_LANGUAGE: Mapping[str, str] = {"zh": _FALLBACK, "en": "en"}


def say(locale: str, key: str, **values: object) -> str:
    """The wording of `key` for a reader of `locale` ("zh-CN", "en", "en-US"…), with `{placeholders}` filled in.

    An unknown locale is answered in Chinese. Raises `KeyError` for an unknown key or a missing value.
    """
    template = catalogue(locale)[key]
    return template.format(**values) if values else template


def catalogue(locale: str) -> Mapping[str, str]:
    """All wordings of the language closest to `locale`."""
    found = _CATALOGUES.get(locale)
    return found if found is not None else _CATALOGUES[_BY_LANGUAGE.get(locale[:2].lower(), _FALLBACK)]


def locales() -> tuple[str, ...]:
    """The languages we speak, the one to fall back to first."""
    return tuple(_CATALOGUES)
