"""Running `bida` as an operator does: a process of its own, its environment, its output, its exit code."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return self.err.splitlines()


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of Bida, and with these instead."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIDA_")}
    return {**kept, "PYTHONPATH": str(HOME), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **environ}


def bida(*args: str, environ: Mapping[str, str] | None = None, cwd: Path) -> Done:
    """Run a command to its end; at most 60 seconds. No command ever shows a traceback."""
    run = subprocess.run(
        [sys.executable, "-m", "bot", *args],
        cwd=cwd, env=environment(environ or {}), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in run.stderr + run.stdout, run.stderr
    return Done(run.returncode, run.stdout, run.stderr)
