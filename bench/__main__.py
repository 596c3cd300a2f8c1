"""`python -m bench`: the whole bench in under ten minutes, `--quick` in a fraction of that."""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.cells import Cell, Sizes, measure, nothing, progress
from bench.databases import postgres_server
from bench.facts import machine
from bench.points import movements
from bench.prepare import Stage, prepare
from bench.process import run_bida
from bench.reminders import Sent, send_all
from bench.report import print_cells, print_movements, print_nothing, print_sent, print_start

MESSENGERS = ("wecom", "dingtalk", "feishu")
DATABASES = ("sqlite-full", "sqlite-normal", "postgres")
POINTS = ("kudos", "redemptions")
PARTS = ("checkins", "nothing", *POINTS, "reminders")
FULL = Sizes(one=200, sixteen=500, sixty_four=1500, offered=1200, lines=1000, moves=1000)
QUICK = Sizes(one=50, sixteen=150, sixty_four=500, offered=300, lines=300, moves=150)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests, no SQLite NORMAL, one reminder run")
    parser.add_argument(
        "--only", action="append", default=[], choices=[*MESSENGERS, *DATABASES, *PARTS],
        help="a messenger, a database or a part; may be given several times",
    )  # fmt: skip
    return parser.parse_args()


def chosen(only: Sequence[str], names: Sequence[str]) -> list[str]:
    """Those named, or all when none of the kind is named."""
    return [name for name in names if name in only] or list(names)


async def bench(options: argparse.Namespace, directory: Path) -> None:
    """Prepare, measure, print."""
    print(machine(), flush=True)
    sizes = QUICK if options.quick else FULL
    messengers = chosen(options.only, MESSENGERS)
    databases = chosen(options.only, [name for name in DATABASES if not (options.quick and name == "sqlite-normal")])
    if postgres_server() is None and "postgres" in databases:
        progress("no PostgreSQL server: left out")
        databases.remove("postgres")
    log = directory / "server.log"
    began = time.perf_counter()
    with_cards = messengers if {"checkins", "nothing"} & {*chosen(options.only, PARTS)} else []
    stage = await prepare(directory, max(2000, sizes.cards), sizes.cards, with_cards)
    progress(f"prepared {stage.people} people and their cards in {time.perf_counter() - began:.0f} s")
    print(f"import of {stage.people} people and goals by the command line: {stage.import_seconds:.1f} s", flush=True)
    gc.collect()
    gc.freeze()
    try:
        await run_parts(options, stage, sizes, messengers, databases, log)
    finally:
        await stage.rig.stop()


async def run_parts(
    options: argparse.Namespace, stage: Stage, sizes: Sizes, messengers: Sequence[str], databases: Sequence[str],
    log: Path,
) -> None:  # fmt: skip
    """Measure what was asked for and print it."""
    parts = chosen(options.only, PARTS)
    if "checkins" in parts:
        helps = [await asyncio.to_thread(run_bida, stage.environ(""), "--help") for _ in range(3)]
        cells: list[Cell] = []
        for database in databases:
            for messenger in messengers:
                progress(f"{messenger} on {database} …")
                cells.append(await measure(stage, messenger, database, sizes, log))
        print_cells(cells)
        print_start(cells, statistics.median(helps))
    if "nothing" in parts:
        print_nothing({one: await nothing(stage, one, sizes.sixty_four, log) for one in messengers})
    if moving := [part for part in POINTS if part in parts]:
        on = [one for one in MESSENGERS if one in options.only] or ["feishu"]
        durable = [one for one in databases if one != "sqlite-normal" or one in options.only]
        print_movements(await movements(stage, on, durable, moving, sizes.moves, log))
    if "reminders" in parts:
        print_sent(await reminders(options, messengers, stage, log))


async def reminders(options: argparse.Namespace, messengers: Sequence[str], stage: Stage, log: Path) -> list[Sent]:
    """Unpaced to the end; paced for a while, which tells the rate."""
    done = []
    for messenger in messengers[:1] if options.quick else messengers:
        progress(f"reminders by {messenger} …")
        many = 1000 if options.quick else 10_000
        done.append(await send_all(stage, messenger, many, paced=False, limit=60, log=log))
        done.append(await send_all(stage, messenger, 10_000, paced=True, limit=5 if options.quick else 15, log=log))
    return done


def main() -> None:
    options = arguments()
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="bida-bench-") as name,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(bench(options, Path(name)))
    print(f"\nthe whole bench took {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
