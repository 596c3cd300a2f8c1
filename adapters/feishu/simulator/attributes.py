"""What may stand in an attribute of a card 2.0 component: checks that answer "" or why not (feishu.md §3.3-3.7)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], str]

LOCALES = frozenset(
    [
        "zh_cn",
        "en_us",
        "zh_hk",
        "zh_tw",
        "ja_jp",
        "id_id",
        "vi_vn",
        "th_th",
        "pt_br",
        "es_es",
        "ko_kr",
        "de_de",
        "fr_fr",
        "it_it",
        "ru_ru",
        "ms_my",
    ]
)
HEADER_COLOURS = frozenset(
    [
        "blue",
        "wathet",
        "turquoise",
        "green",
        "yellow",
        "orange",
        "red",
        "carmine",
        "violet",
        "purple",
        "indigo",
        "grey",
        "default",
    ]
)
TAG_COLOURS = frozenset(
    [
        "neutral",
        "blue",
        "turquoise",
        "lime",
        "orange",
        "violet",
        "indigo",
        "wathet",
        "green",
        "yellow",
        "red",
        "purple",
        "carmine",
    ]
)
_COLOUR = re.compile(
    r"(?:(?:default|neutral|bg-white|white|grey|gray|blue|wathet|turquoise|lime|green|yellow|sunflower|orange|red|"
    r"carmine|violet|purple|indigo)(?:-(?:50|[1-9]00|1000|350|650))?"
    r"|rgba\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*[\d.]+%?\s*\)|cus-\d+)"
)
_PIXELS = re.compile(r"(-?\d{1,3})px")
_ELEMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
_URL = re.compile(r"(?:https?|lark|mailto|applink)://\S+|mailto:\S+")


def anything(_: Any) -> str:
    return ""


def boolean(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def string(value: Any) -> str:
    return "" if isinstance(value, str) else "must be a string"


def filled(value: Any) -> str:
    return "" if isinstance(value, str) and value else "must be a non-empty string"


def mapping(value: Any) -> str:
    return "" if isinstance(value, dict) else "must be an object"


def at_most(limit: int) -> Check:
    """A string of at most so many characters."""
    return lambda value: string(value) or ("" if len(value) <= limit else f"longer than {limit} characters")


def whole(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if good else f"must be a whole number {least}..{most}"

    return check


def one_of(*words: str) -> Check:
    return lambda value: "" if isinstance(value, str) and value in words else f"must be one of {', '.join(words)}"


def colour(value: Any) -> str:
    """An enum name, `rgba(...)` or a style name; never hex (§3.3)."""
    return "" if isinstance(value, str) and _COLOUR.fullmatch(value) else "must be a colour name or rgba()"


def in_set(words: frozenset[str]) -> Check:
    return lambda value: "" if isinstance(value, str) and value in words else "unknown colour"


def pixels(least: int, most: int, *words: str) -> Check:
    """`Npx` in a range, or one of the words."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return ""
        found = _PIXELS.fullmatch(value) if isinstance(value, str) else None
        return "" if found and least <= int(found[1]) <= most else f"must be {least}..{most}px or {', '.join(words)}"

    return check


def edges(least: int, most: int) -> Check:
    """Margin or padding: 1, 2 or 4 pixel values (§3.3)."""
    single = pixels(least, most)

    def check(value: Any) -> str:
        parts = value.split() if isinstance(value, str) else []
        if len(parts) not in (1, 2, 4):
            return "must be one, two or four pixel values"
        return next(filter(None, map(single, parts)), "")

    return check


def element_id(value: Any) -> str:
    return "" if isinstance(value, str) and _ELEMENT_ID.fullmatch(value) else "bad element_id"


def url(value: Any) -> str:
    return "" if isinstance(value, str) and (value == "" or _URL.fullmatch(value)) else "must be a URL"


def strings(value: Any) -> str:
    good = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return "" if good else "must be an array of strings"


def by_locale(value: Any) -> str:
    good = isinstance(value, dict) and set(value) <= LOCALES and all(isinstance(text, str) for text in value.values())
    return "" if good else "must map locales to strings"


def shape(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with exactly these attributes."""

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return "must be an object"
        if unknown := set(value) - set(required) - set(optional):
            return f"unknown property {', '.join(sorted(unknown))}"
        if missing := set(required) - set(value):
            return f"missing {', '.join(sorted(missing))}"
        for name, inner in {**required, **optional}.items():
            if name in value and (why := inner(value[name])):
                return f"{name}: {why}"
        return ""

    return check


def each(inner: Check, *, least: int = 0, most: int = 10_000) -> Check:
    """An array with so many entries, each good."""

    def check(value: Any) -> str:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"must be an array of {least}..{most}"
        return next((f"[{at}]: {why}" for at, item in enumerate(value) if (why := inner(item))), "")

    return check


ICON_SIZE = re.compile(r"\d{1,3}px \d{1,3}px")


def icon(value: Any) -> str:
    """`standard_icon` with a token or `custom_icon` with an image key."""
    tag = value.get("tag") if isinstance(value, dict) else None
    if tag == "standard_icon":
        return shape({"tag": string, "token": filled}, {"color": colour, "size": string})(value)
    if tag == "custom_icon":
        return shape({"tag": string, "img_key": filled}, {"size": string})(value)
    return "must be a standard_icon or custom_icon"


def text(*tags: str, limit: int = 0) -> Check:
    """A text object with one of the tags; `limit` in characters, 0 = none."""
    content = at_most(limit) if limit else string
    optional = {
        "i18n_content": by_locale, "text_size": string, "text_color": colour,
        "text_align": one_of("left", "center", "right"), "lines": whole(1, 100),
        "icon": icon,
    }  # fmt: skip
    return shape({"tag": one_of(*tags), "content": content}, optional)


plain = text("plain_text")
rich = text("plain_text", "lark_md")
