"""Chains of managers and of parent goals: finding loops in them, and an order in which each follows its elder."""

from collections.abc import Iterable, Mapping


def loops(elder_of: Mapping[str, str | None], names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Every loop met when climbing from one of `names`, each once, in climbing order (R-ORG-02, R-ALN-02)."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for name in names:
        path: dict[str, None] = {}
        at: str | None = name
        while at is not None and at not in done and at not in path:
            path[at] = None
            at = elder_of.get(at)
        if at is not None and at in path:
            climbed = list(path)
            found.append(tuple(climbed[climbed.index(at) :]))
        done.update(path)
    return tuple(found)


def path_from(loop: tuple[str, ...], name: str) -> str:
    """A loop as people read it, beginning and ending with `name`: "A → B → A"."""
    start = loop.index(name)
    return " → ".join((*loop[start:], *loop[:start], name))


def elders_first(elder_of: Mapping[str, str | None], names: Iterable[str]) -> tuple[str, ...]:
    """The names so ordered that an elder among them comes before those below it. There must be no loop."""
    wanted = dict.fromkeys(names)
    ordered: dict[str, None] = {}
    for name in wanted:
        path: list[str] = []
        at: str | None = name
        while at is not None and at in wanted and at not in ordered:
            path.append(at)
            at = elder_of.get(at)
        ordered.update(dict.fromkeys(reversed(path)))
    return tuple(ordered)
