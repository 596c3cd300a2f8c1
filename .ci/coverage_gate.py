"""The coverage gate: of the branches of `domain` and `cards` 95 %, of all branches 90 %, and as many lines."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coverage import Coverage

REPORT = Path("artifacts/coverage.json")
GATES = {"domain": 95.0, "cards": 95.0, "adapters": 0.0, "bot": 0.0, "total": 90.0}


def main() -> int:
    """Print one line per package; 1 when a gate is missed."""
    REPORT.parent.mkdir(exist_ok=True)
    coverage = Coverage()
    coverage.load()
    coverage.json_report(outfile=str(REPORT))
    files: dict[str, Any] = json.loads(REPORT.read_text("utf-8"))["files"]
    missed = False
    for package, gate in GATES.items():
        found = [each["summary"] for path, each in files.items() if package in ("total", Path(path).parts[0])]
        branches = _percent(found, "covered_branches", "num_branches")
        lines = _percent(found, "covered_lines", "num_statements")
        short = min(branches, lines) < gate
        missed |= short
        verdict = f"SHORT of {gate:.0f} %" if short else f"gate {gate:.0f} %" if gate else ""
        sys.stdout.write(f"coverage {package:<9} branches {branches:6.2f} %  lines {lines:6.2f} %  {verdict}\n")
    if missed:
        sys.stdout.write("what is missing, line by line: .venv/bin/coverage report\n")
    return 1 if missed else 0


def _percent(found: Iterable[dict[str, int]], part: str, whole: str) -> float:
    summaries = list(found)
    of = sum(each[whole] for each in summaries)
    return 100.0 * sum(each[part] for each in summaries) / of if of else 0.0


if __name__ == "__main__":
    sys.exit(main())
