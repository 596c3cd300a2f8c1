"""Lines of `goals.csv` put together to objectives: what several lines of one objective must agree on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.csvfile import Line, Problem
from domain.goals.formulas import effective_weights, weights_gap
from domain.goals.importing.rows import OBJECTIVE_COLUMNS, GoalLine, parse

MOST_KEY_RESULTS = 10
"""R-OBJ-05."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An objective as the file says, with all its key results in the file's order."""

    lines: tuple[GoalLine, ...]

    @property
    def head(self) -> GoalLine:
        """Its first line, which every other one repeats."""
        return self.lines[0]

    def weights(self) -> tuple[int, ...]:
        """The weights to store; all blank are split equally (R-KR-06)."""
        return effective_weights([line.weight for line in self.lines])


@dataclass(frozen=True, slots=True)
class Drafts:
    """Readable objectives by key, the lines on which each listed key stands, and what is wrong."""

    drafts: dict[str, Draft]
    listed: Mapping[str, tuple[int, ...]]
    problems: list[Problem]


def gather(rows: Iterable[Line], misshapen: Iterable[tuple[str, int]] = ()) -> Drafts:
    """Group lines by `objective_key`. An objective with a bad line is no draft: its weights would not add up.

    `misshapen` lines are reported already; here they only spoil the objective they name.
    """
    spoiled = {key for key, _ in misshapen}
    families: dict[str, list[Line]] = {}
    for row in rows:
        families.setdefault(row.cells["objective_key"], []).append(row)
    drafts: dict[str, Draft] = {}
    problems: list[Problem] = []
    for key, family in families.items():
        parsed = [parse(row) for row in family]
        wrong = [problem for _, found in parsed for problem in found] + (_contradictions(family) if key else [])
        lines = tuple(line for line, _ in parsed if line is not None)
        if not wrong:
            wrong = _family_problems(lines)
        problems += wrong
        if not wrong and key not in spoiled:
            drafts[key] = Draft(lines)
    return Drafts(drafts, {key: tuple(row.number for row in family) for key, family in families.items()}, problems)


def _contradictions(family: list[Line]) -> list[Problem]:
    head = family[0]
    return [
        Problem(row.number, f"{name} differs from line {head.number} of the same objective")
        for row in family[1:]
        for name in OBJECTIVE_COLUMNS
        if row.cells[name] != head.cells[name]
    ]


def _family_problems(lines: tuple[GoalLine, ...]) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for line in lines:
        before = first.setdefault(line.kr_title, line.line)
        if before != line.line:
            problems.append(Problem(line.line, f"the objective already has this kr_title on line {before}"))
    if len(lines) > MOST_KEY_RESULTS:
        problems.append(Problem(lines[0].line, f"the objective has {len(lines)} key results, at most 10 are allowed"))
    weights = [line.weight for line in lines]
    if weights_gap(weights):
        total = sum(effective_weights(weights))
        problems.append(Problem(lines[0].line, f"the weights of the objective add up to {total} instead of 100"))
    return problems
