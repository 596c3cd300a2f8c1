"""One harness per adapter and variant; whatever a test does with it, nothing secret may be logged (clause 25)."""

import logging
from collections.abc import AsyncIterator

import pytest

from tests.contract.harness import Harness
from tests.contract.harness_leaks import leaks
from tests.contract.harness_registry import HARNESSES


@pytest.fixture(params=HARNESSES, ids=lambda kind: kind.name)
async def harness(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Harness]:
    caplog.set_level(logging.INFO)
    made: Harness = request.param()
    try:
        await made.start()
        yield made
    finally:
        await made.stop()
    assert not leaks(caplog.get_records("call"), made.secrets())
