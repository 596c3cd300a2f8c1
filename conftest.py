"""Names what a test run left out, at its very end. With CI=true leaving anything out fails the run."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest


class WhatWasNotRun:
    """Collects skipped tests by reason."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.forbidden = os.environ.get("CI", "") == "true"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
            self.reasons[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reasons and self.forbidden and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        yield
        if self.reasons:
            terminalreporter.section(
                "not run" + (", which CI=true forbids" if self.forbidden else ""), red=self.forbidden
            )
            for reason, count in self.reasons.most_common():
                terminalreporter.line(f"{count} × {reason}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(WhatWasNotRun(), "what-was-not-run")
