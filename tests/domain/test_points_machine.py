"""Any sequence of postings keeps the ledger right (R-LED-01 to 07), on both databases."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from domain.points import service
from tests.databases import fresh_database, postgres_server
from tests.domain.ledger_book import migrated
from tests.domain.ledger_machine import LedgerMachine

SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
POSTINGS = {*service.__all__} - {"granted"}


def play(engine: Engine, examples: int, length: int) -> Counter[str]:
    """Run the machine; how often each posting was done, done again, or refused."""
    steps: Counter[str] = Counter()
    machine = type("Machine", (LedgerMachine,), {"engine": engine, "steps": steps})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=length, deadline=None, suppress_health_check=SUPPRESSED,
            phases=[Phase.generate, Phase.shrink], database=None, report_multiple_bugs=False,
        ),
    )  # fmt: skip
    return steps


@pytest.mark.slow
def test_ten_thousand_postings_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> None:
    with fresh_database("sqlite", tmp_path_factory.mktemp("machine")) as url:
        steps = play(migrated(url), 120, 100)
    assert sum(steps.values()) >= 10_000
    assert set(steps) >= POSTINGS, "every posting was among them"
    assert steps["again"] > 100


@pytest.mark.slow
@pytest.mark.postgres
def test_two_thousand_postings_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> None:
    if postgres_server() is None:
        pytest.skip("no PostgreSQL server is reachable")
    with fresh_database("postgres", tmp_path_factory.mktemp("machine")) as url:
        engine = migrated(url)
        steps = play(engine, 30, 90)
        engine.dispose()
    assert sum(steps.values()) >= 2_000
