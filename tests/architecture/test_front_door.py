"""`make` and pytest as a newcomer meets them: what is wrong is said in one line, what is not run is named."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD_PYTHON = f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 9, 18); exec(sys.argv[2])' "$@"
"""
SKIPPING = """
import pytest
def test_runs(): pass
@pytest.mark.parametrize("n", range(3))
def test_needs_more(n): pytest.skip("needs a server")
@pytest.mark.xfail(reason="known", strict=True)
def test_known(): assert False
"""


def _make(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *words], cwd=directory, capture_output=True, text=True, timeout=60, env=environment)


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    old = tmp_path / "old-python"
    old.write_text(OLD_PYTHON)
    old.chmod(0o755)
    done = _make(tmp_path, "demo", f"PYTHON={old}")
    said, *rest = done.stderr.splitlines()
    assert said == f"Bida needs Python 3.11 or newer, and {old} is 3.9. Try: make demo PYTHON=python3.12"
    assert done.returncode != 0
    assert len(rest) <= 1  # make's own "*** Error 1"
    assert not (tmp_path / ".venv").exists()


def test_every_target_is_said_what_it_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = (line for line in makefile.splitlines() if line.startswith(".PHONY:"))
    for target in phony.removeprefix(".PHONY:").split():
        assert [line for line in makefile.splitlines() if line.startswith(f"{target}:") and "## " in line], target


@pytest.mark.parametrize("script", ["run", "wheel-smoke"])
def test_a_script_of_ci_can_be_run_and_stops_at_the_first_fault(script: str) -> None:
    path = ROOT / ".ci" / script
    assert os.access(path, os.X_OK)
    assert "\nset -euo pipefail\n" in path.read_text("utf-8")
    assert subprocess.run(["bash", "-n", str(path)], timeout=10).returncode == 0


def test_what_the_makefile_runs_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"(?<![\w/])(?:\.ci|requirements)/[\w.-]*\w", makefile))
    assert {".ci/wheel-smoke", ".ci/coverage_gate.py", "requirements/run.lock"} <= named
    assert not {path for path in named if not (ROOT / path).exists()}


def _run(tmp_path: Path, tests: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_some.py").write_text(tests)
    inherited = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, env={**inherited, **environment},
    )  # fmt: skip


def test_what_was_not_run_is_named_at_the_end(tmp_path: Path) -> None:
    done = _run(tmp_path, SKIPPING)
    assert done.returncode == 0
    *_, title, reason, closing = filter(None, done.stdout.splitlines())
    assert title.strip("= ") == "not run"
    assert reason == "3 × needs a server"
    assert "1 passed, 3 skipped, 1 xfailed" in closing


def test_in_ci_nothing_may_be_left_out(tmp_path: Path) -> None:
    done = _run(tmp_path, SKIPPING, CI="true")
    assert done.returncode == 1
    assert "not run, which CI=true forbids" in done.stdout


def test_a_module_that_is_left_out_counts_too(tmp_path: Path) -> None:
    whole = 'import pytest\npytest.skip("needs a browser", allow_module_level=True)\n'
    done = _run(tmp_path, whole, CI="true")
    assert "1 × needs a browser" in done.stdout
    assert done.returncode != 0


def test_a_complete_run_says_nothing(tmp_path: Path) -> None:
    done = _run(tmp_path, "def test_runs(): pass\n", CI="true")
    assert done.returncode == 0
    assert "not run" not in done.stdout
