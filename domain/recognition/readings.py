"""How Chinese names are typed without their characters: `wangfang` and `wf` are both 王芳."""

import os
from functools import cache, lru_cache
from itertools import product
from typing import Any

MOST_READINGS = 16
"""Ways to read one name: more than that nobody types."""


@lru_cache(maxsize=65536)
def readings(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Every way to type a Chinese name without its characters: whole, and by initials. Nothing for other names."""
    if name.isascii():
        return frozenset(), frozenset()
    pypinyin = _pypinyin()
    whole = pypinyin.pinyin(name, style=pypinyin.Style.NORMAL, heteronym=True)
    first = [sorted({one[:1] for one in each}) for each in whole]
    return _joined([sorted(set(each)) for each in whole]), _joined(first)


@cache
def _pypinyin() -> Any:
    """Loaded when the first name is looked up so. Its dictionary of phrases takes 50 MB and says nothing about names,
    of which every reading counts; it can only be left out by this variable."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    return pypinyin


def _joined(parts: list[list[str]]) -> frozenset[str]:
    return frozenset(
        "".join(one).replace(" ", "").casefold() for one, _ in zip(product(*parts), range(MOST_READINGS), strict=False)
    )
