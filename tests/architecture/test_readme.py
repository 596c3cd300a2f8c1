"""What the READMEs name exists, what they tabulate is what the code has, and the two languages say the same."""

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.registry import MESSENGERS
from bot.app import FEATURES
from bot.router import Router
from bot.settings import load
from domain.csvfile import Line
from domain.goals.importing import rows as goal_rows
from domain.people.importing import rows as people_rows
from domain.rewards.importing import catalogue_rows
from tests.architecture import naming

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
LINK = re.compile(r"\]\(([^)#]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OUR_FOLDERS = (
    "bot/",
    "adapters/",
    "cards/",
    "domain/",
    "tests/",
    "deploy/",
    "requirements/",
    "docs/",
    "bench/",
    ".ci/",
)


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _fences(name: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(_text(name)) if found == language]


def _prose(name: str) -> str:
    return FENCE.sub("", _text(name))


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    links = {link for link in LINK.findall(_prose(name)) if "://" not in link}
    assert len(links) > 10
    assert not {link for link in links if not (ROOT / link).exists()}


@pytest.mark.parametrize("name", READMES)
def test_paths_exist(name: str) -> None:
    """`<feature>` stands for any of ours and `<name>` for any messenger."""
    paths = {code for code in CODE.findall(_prose(name)) if code.startswith(OUR_FOLDERS) and " " not in code}
    assert len(paths) > 15
    for path in paths:
        pattern = re.sub(r"<(feature|name)>", "*", path).rstrip("/")
        assert list(ROOT.glob(pattern)), path


@pytest.mark.parametrize("name", READMES)
def test_commands_exist(name: str) -> None:
    commands = naming.commands_in(_text(name))
    assert {("run",), ("migrate",), ("doctor",), ("people", "import"), ("goals", "import")} <= commands
    for words in commands:
        assert naming.is_command(words), words


@pytest.mark.parametrize("name", READMES)
def test_make_targets_exist(name: str) -> None:
    targets = set(re.findall(r"\bmake ([a-z]+)\b", " ".join([*CODE.findall(_prose(name)), *_fences(name, "sh")])))
    assert targets == {"demo", "test", "check", "bench", "lock", "clean"}
    makefile = _text("Makefile")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("name", READMES)
def test_what_people_can_say_is_understood(name: str) -> None:
    router = Router(FEATURES)
    table = re.findall(r"^\| (`/[^|]*) \| ([^|]*) \| [^|]* \|$", _text(name), re.MULTILINE)
    assert {row[0].strip("`/") for row in table} == {name for name, each in router.commands.items() if each.help}
    for row in table:
        for said in CODE.findall(" ".join(row)):
            if said.startswith("/"):
                assert said[1:].split()[0] in router.words, said
            else:
                assert said in router.bare or said in router.words or router.looking(said), said


@pytest.mark.parametrize("name", READMES)
def test_every_setting_is_in_the_table_with_its_default(name: str) -> None:
    rows = re.findall(r"^\| `(BIDA_[A-Z_]+)` \|([^|]*)\|", _text(name), re.MULTILINE)
    table = {variable: default.strip(" `").replace("必填", "required") for variable, default in rows}
    assert len(rows) == len(table)
    assert table == naming.settings()


@pytest.mark.parametrize("name", [*READMES, *(f"adapters/{messenger}/README.md" for messenger in MESSENGERS)])
def test_no_other_variable_is_named(name: str) -> None:
    assert not naming.unknown_variables(_text(name))


@pytest.mark.parametrize("name", READMES)
def test_the_example_of_several_companies_loads(name: str, tmp_path: Path) -> None:
    (body,) = _fences(name, "toml")
    assert tomllib.loads(body)
    (tmp_path / "bida.toml").write_text(body, "utf-8")
    (company,) = load({}, tmp_path).companies
    assert [connection.messenger.name for connection in company.connections] == ["feishu", "dingtalk"]


@pytest.mark.parametrize("name", READMES)
def test_the_examples_of_csv_files_can_be_imported(name: str) -> None:
    for body, module in zip(_fences(name, "csv"), (people_rows, goal_rows, catalogue_rows), strict=True):
        header, *records = csv.reader(body.splitlines())
        assert tuple(header) == module.HEADER
        assert records
        for number, record in enumerate(records, 2):
            assert _problems(module, Line(number, dict(zip(header, record, strict=True)))) == []


def _problems(module: Any, line: Line) -> list[Any]:
    _, problems = module.parse(line, {}) if module is people_rows else module.parse(line)
    found: list[Any] = problems
    return found


def test_both_languages_say_the_same() -> None:
    english, chinese = (_text(name) for name in READMES)
    for what in (r"(?m)^#+ ", r"(?m)^\|", r"(?m)^\d+\. ", r"(?m)^- "):
        assert len(re.findall(what, english)) == len(re.findall(what, chinese)), what
    own = set(READMES)
    assert set(LINK.findall(english)) - own == set(LINK.findall(chinese)) - own
    assert _picture(english) == _picture(chinese)
    for pattern in (
        r"\bBIDA_[A-Z_]+",
        r"`(im[:.][\w:.]+|contact[:.][\w:.]+|qyapi_\w+|cmd[:_]\w+)`",
        r"\bhttps://[\w./-]+",
    ):
        assert set(re.findall(pattern, english)) == set(re.findall(pattern, chinese)), pattern


def _picture(text: str) -> list[str]:
    return [body for language, body in FENCE.findall(text) if language in ("", "toml")]


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads(_text("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\]", _text("CHANGELOG.md"), re.MULTILINE)
