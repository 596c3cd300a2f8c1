"""The process is killed at every boundary; afterwards nothing is lost and nothing doubled (design (f), "States")."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.lives import Nursery, open_nursery
from tests.reliability.nursery import BOUNDARIES
from tests.reliability.prepared import Template, copy_of
from tests.reliability.schedules import Lost, Plan, Schedule

AT_ONCE = 4
SEEDS = {"sqlite": 68, "postgres": 13}
"""Schedules per messenger: ≥ 200 on SQLite and ≥ 30 on PostgreSQL in all; every boundary comes up in each."""


def seeds(kind: str, messenger: str) -> Iterator[int]:
    first = ("wecom", "dingtalk", "feishu").index(messenger) * 1000
    return iter(range(first, first + SEEDS[kind]))


async def try_seed(
    seed: int, messenger: str, template: Template, directory: Path, nursery: Nursery, room: asyncio.Semaphore
) -> int | str:
    """How often the bot was killed, or what was lost."""
    async with room:
        with copy_of(template, directory) as url:
            try:
                return await Schedule(Plan.of(seed), messenger, url, nursery).run()
            except Lost as lost:
                return str(lost)


@pytest.mark.slow
async def test_killed_at_every_boundary_every_acknowledged_command_has_one_effect_and_its_answer(
    kind: str, messenger: str, templates: dict[str, Template], tmp_path: Path
) -> None:
    room = asyncio.Semaphore(AT_ONCE)
    async with open_nursery(tmp_path / "bots.log") as nursery:
        outcomes = await asyncio.gather(
            *(try_seed(seed, messenger, templates[kind], tmp_path, nursery, room) for seed in seeds(kind, messenger))
        )
    lost = [outcome for outcome in outcomes if isinstance(outcome, str)]
    log = (tmp_path / "bots.log").read_text(errors="replace")
    assert not lost, "\n\n".join([f"{len(lost)} of {len(outcomes)} schedules broke a promise", *lost[:5], log[-3000:]])
    deaths = sum(outcome for outcome in outcomes if isinstance(outcome, int))
    assert deaths >= len(outcomes) * 2, "the schedules killed too rarely to prove anything"


def test_every_boundary_is_visited() -> None:
    for kind in SEEDS:
        visited = {Plan.of(seed).deaths[0][0] for name in ("wecom", "dingtalk", "feishu") for seed in seeds(kind, name)}
        assert visited == set(BOUNDARIES)
