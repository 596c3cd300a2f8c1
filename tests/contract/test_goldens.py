"""Every card of the gallery in every messenger's own words, kept as files: a change of looks is a change of files.

`pytest tests/contract/test_goldens.py --update-golden` writes them anew; read the difference before committing it.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from cards.capability import Surface
from cards.fit import fit
from cards.gallery import samples
from cards.text import locales
from tests.contract.harness import Harness
from tests.contract.harness_registry import HARNESSES

GOLDEN = Path(__file__).parent.parent / "cards" / "golden"
NAMES = tuple(samples("en"))


@cache
def unplugged(kind: type[Harness]) -> Harness:
    """A harness with an adapter that renders but never talks to anybody."""
    made = kind()
    made.adapter = made.make_adapter("http://127.0.0.1:9", "https://okr.example/in/x")
    return made


def drawn(harness: Harness, name: str, surface: Surface, locale: str) -> str:
    """What is sent for a card: the words before it, if any, and the card; what `fit` changed is told along."""
    card = samples(locale)[name]
    changes = [f"{change.what}: {change.how}" for change in fit(card, harness.caps(surface)).changes]
    told = {"fitted": changes, "messages": harness.rendered(card, surface)}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def path_of(harness: Harness, name: str, surface: Surface, locale: str) -> Path:
    return GOLDEN / harness.name / f"{name}.{surface}.{locale}.json"


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", HARNESSES, ids=lambda kind: kind.name)
def test_golden(kind: type[Harness], name: str, surface: Surface, locale: str, update_golden: bool) -> None:
    harness = unplugged(kind)
    text, path = drawn(harness, name, surface, locale), path_of(harness, name, surface, locale)
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), "no golden yet: run with --update-golden and read it"
    assert path.read_text(encoding="utf-8") == text, f"{path.name} differs: run with --update-golden and read the diff"


def test_no_golden_is_left_over(update_golden: bool) -> None:
    wanted = {
        path_of(unplugged(kind), name, surface, locale)
        for kind in HARNESSES for name in NAMES for surface in Surface for locale in locales()
    }  # fmt: skip
    for path in set(GOLDEN.rglob("*.json")) - wanted if update_golden else ():
        path.unlink()
    assert set(GOLDEN.rglob("*.json")) == wanted


@pytest.mark.parametrize("kind", HARNESSES, ids=lambda kind: kind.name)
def test_the_gallery_speaks_both_languages(kind: type[Harness]) -> None:
    """Built cards differ between languages; only the made-up ones are alike."""
    harness = unplugged(kind)
    alike = [
        name
        for name in NAMES
        if drawn(harness, name, Surface.DIRECT, "en") == drawn(harness, name, Surface.DIRECT, "zh-CN")
    ]
    assert set(alike) <= {"everything", "long", "pictured"}
