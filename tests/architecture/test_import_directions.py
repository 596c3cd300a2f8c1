"""The one-way house (README, the picture): the rules hold, and each of them can fail."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "cards", "domain")
MESSENGERS = ("wecom", "dingtalk", "feishu")

BAD_IMPORTS = {
    "one-way house": ("domain/clock.py", "import cards.model"),
    "adapters are strangers to each other": ("adapters/wecom/settings.py", "import adapters.feishu.settings"),
    "cards and adapters see messages, not rules or tables": ("cards/plain.py", "import domain.goals.service"),
    "the domain knows no transport": ("domain/numbers.py", "import aiohttp"),
}


def test_the_rules_hold() -> None:
    done = _lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_bad_import_per_rule_is_found(tmp_path: Path) -> None:
    """Otherwise a rule that matches nothing would look like a rule that is kept."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file, line in BAD_IMPORTS.values():
        path = tmp_path / file
        path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    done = _lint_imports(tmp_path)
    for rule in BAD_IMPORTS:
        assert f"{rule} BROKEN" in done.stdout, done.stdout
    assert done.returncode == 1


def _lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=directory, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_a_simulator_shares_nothing_with_its_adapter(messenger: str) -> None:
    """A mistake they shared would be invisible."""
    simulator = f"adapters.{messenger}.simulator"
    for path in _sources(ROOT / "adapters" / messenger):
        inside = "simulator" in path.relative_to(ROOT / "adapters" / messenger).parts
        for name in _imports(path):
            if name.startswith(f"adapters.{messenger}"):
                assert name.startswith(simulator) == inside, f"{path.relative_to(ROOT)} imports {name}"


def test_nothing_that_is_shipped_imports_tests_or_bench() -> None:
    for package in PACKAGES:
        for path in _sources(ROOT / package):
            strangers = {name for name in _imports(path) if name.split(".")[0] in ("tests", "bench", "conftest")}
            assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def _sources(folder: Path) -> Iterator[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, folder
    return iter(found)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
