"""Every text that code asks for exists in every language, with the same placeholders."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

from cards.text import catalogue, locales

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")
SPEAKERS = {"say", "text", "quietly", "toast", "note"}


def test_languages_agree_on_keys_and_placeholders() -> None:
    first, *others = (catalogue(locale) for locale in locales())
    assert len(first) > 100
    for other in others:
        assert set(first) == set(other)
        assert {key: _fields(first[key]) for key in first} == {key: _fields(other[key]) for key in other}


def test_every_text_that_is_asked_for_exists() -> None:
    known = set(catalogue("zh-CN"))
    asked = {(key, where) for package in ("bot", "cards") for key, where in _asked(ROOT / package)}
    assert len(asked) > 50
    assert not sorted(f"{where}: {key}" for key, where in asked if key not in known)


def test_every_line_of_help_exists() -> None:
    from bot.app import FEATURES

    commands = [command for feature in FEATURES for command in feature.commands]
    assert commands
    assert {command.help for command in commands if command.help} <= set(catalogue("zh-CN"))


def test_every_command_can_be_suggested() -> None:
    """A mistyped one is answered with buttons of its neighbours (R-EVT-07): each needs a label and a handler."""
    from bot.app import FEATURES
    from bot.router import Router

    router = Router(FEATURES)
    wanted = {f"go.{name}" for name, command in router.commands.items() if command.help}
    assert wanted <= set(catalogue("zh-CN"))
    assert wanted <= set(router.actions)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _asked(folder: Path) -> Iterator[tuple[str, str]]:
    """Literal keys in calls such as `say(locale, "ci.title")` and `ctx.text("group.hello")`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node.func) in SPEAKERS:
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and KEY.fullmatch(str(argument.value)):
                        yield str(argument.value), f"{path.relative_to(ROOT)}:{node.lineno}"


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
