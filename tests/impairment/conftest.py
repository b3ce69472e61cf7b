"""Footage for browsers; the table of figures at the end of a test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.footage import write_wav, write_y4m
from tests.impairment import report


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cam.y4m and mic.wav."""
    folder = tmp_path_factory.mktemp("footage")
    write_y4m(folder / "cam.y4m")
    write_wav(folder / "mic.wav")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if report.noted:
        terminalreporter.section("impairment, worst of the seeds of this run")
        terminalreporter.write_line(report.table(report.noted))
