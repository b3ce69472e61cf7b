"""The table of impairment figures at the end of a test run."""

from __future__ import annotations

import pytest

from tests.impairment import report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if report.noted:
        terminalreporter.section("impairment, worst of the seeds of this run")
        terminalreporter.write_line(report.table(report.noted))
