"""Footage made once; stacks share the demo's clips so that each starts fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.footage import write_wav, write_y4m
from tests.e2e.stack import data_folder


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cam.y4m and mic.wav."""
    folder = tmp_path_factory.mktemp("footage")
    write_y4m(folder / "cam.y4m")
    write_wav(folder / "mic.wav")
    return folder


@pytest.fixture(scope="session")
def demo_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo-clips")


@pytest.fixture
def data(tmp_path: Path, demo_clips: Path) -> Path:
    """A data directory of one test."""
    return data_folder(tmp_path, demo_clips)
